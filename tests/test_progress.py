"""The progress bar: on a terminal one line that goes away, elsewhere nothing."""

import io
import os
import pty

from newsbot.progress import progress_bar


def test_a_terminal_sees_a_bar_that_is_gone_at_the_end() -> None:
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        bar = progress_bar("Drawing charts", terminal)
        for done in range(5):
            bar(done, 4)
    seen = _everything(reader)
    assert "\rDrawing charts [######..................] 1/4" in seen
    assert seen.endswith("\r" + " " * len("Drawing charts [##################......] 3/4") + "\r")
    assert seen.count("#]") == 0
    assert "\n" not in seen


def test_elsewhere_nothing_is_written() -> None:
    file = io.StringIO()
    progress_bar("Drawing charts", file)(1, 4)
    assert file.getvalue() == ""


def _everything(reader: int) -> str:
    """All that a terminal was sent until its other side was closed."""
    seen = b""
    with os.fdopen(reader, "rb", buffering=0) as terminal:
        while True:
            try:
                seen += terminal.read(4096) or b""
            except OSError:  # how Linux tells that the other side is closed
                return seen.decode()
