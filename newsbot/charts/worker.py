"""The worker process: draws the charts its parent sends, one at a time, until its input ends."""

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from newsbot.charts.errors import ChartError
from newsbot.charts.wire import HEADER, Frame, decode
from newsbot.messages.charts import Chart

_NICE = 5  # pictures may wait, people typing may not


def main(settings_folder: str) -> None:
    """Serve the parent. Matplotlib keeps its list of fonts in `settings_folder`, where it need not be made again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    if hasattr(os, "nice"):
        os.nice(_NICE)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # no library may write between two answers
    os.environ["MPLCONFIGDIR"] = settings_folder
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from newsbot.charts.draw import draw  # heavy, and wanted in this process only

    _send(answers, Frame.READY, b"")
    while header := sys.stdin.buffer.read(HEADER.size):
        _, size = HEADER.unpack(header)
        try:
            _send(answers, *_answer(sys.stdin.buffer.read(size), draw))
        except BrokenPipeError:  # newsbot was killed, and nobody waits for this picture
            os._exit(0)  # the interpreter would try to flush the pipe once more, and complain


def _answer(request: bytes, draw: Callable[[Chart], bytes]) -> tuple[Frame, bytes]:
    try:
        return Frame.PICTURE, draw(decode(request))
    except ChartError as refusal:
        return Frame.REFUSAL, str(refusal).encode()
    except Exception:  # noqa: BLE001  # one chart that fails must not end the worker; the parent logs it
        return Frame.FAULT, traceback.format_exc().encode(errors="replace")


def _send(answers: BinaryIO, frame: Frame, body: bytes) -> None:
    answers.write(HEADER.pack(frame, len(body)) + body)
    answers.flush()
