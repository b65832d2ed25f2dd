"""A progress bar for a terminal: one line that is written over and gone at the end."""

import sys
from collections.abc import Callable
from typing import TextIO

_CELLS = 24


def progress_bar(words: str, stream: TextIO | None = None) -> Callable[[int, int], None]:
    """What to call with (done, of how many). It writes to `stream`, stderr by default, only if that is a terminal."""
    out = stream or sys.stderr
    return _Bar(words, out) if out is not None and out.isatty() else _nothing


def _nothing(done: int, total: int) -> None:
    """Where nobody watches, nothing is written."""


class _Bar:
    def __init__(self, words: str, out: TextIO) -> None:
        self._words = words
        self._out = out
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        filled = _CELLS * done // total
        line = f"{self._words} [{'#' * filled}{'.' * (_CELLS - filled)}] {done}/{total}"
        self._out.write(f"\r{line}" if done < total else f"\r{' ' * self._width}\r")
        self._out.flush()
        self._width = len(line)
