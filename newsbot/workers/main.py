"""What runs in a worker process: one function, called with each job that the parent sends, until the input ends."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

from newsbot.errors import NewsbotError
from newsbot.workers.frames import HEADER, FrameKind

_NICE = 5  # jobs may wait, people typing may not

Job = Callable[[bytes], bytes]


def main(target: str) -> None:
    """Serve the parent. `target` is `module:function`; the function takes a job and returns its result.

    A NewsbotError of the function refuses the job with its sentence; any other exception is a fault of that job alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    if hasattr(os, "nice"):
        os.nice(_NICE)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # no library may write between two answers
    module, _, function = target.partition(":")
    work: Job = getattr(import_module(module), function)
    _send(answers, FrameKind.READY, b"")
    while header := sys.stdin.buffer.read(HEADER.size):
        _, size = HEADER.unpack(header)
        try:
            _send(answers, *_answer(sys.stdin.buffer.read(size), work))
        except BrokenPipeError:  # newsbot was killed, and nobody waits for this result
            os._exit(0)  # the interpreter would try to flush the pipe once more, and complain


def _answer(job: bytes, work: Job) -> tuple[FrameKind, bytes]:
    try:
        return FrameKind.RESULT, work(job)
    except NewsbotError as refusal:
        return FrameKind.REFUSAL, str(refusal).encode()
    except Exception:  # noqa: BLE001  # one job that fails must not end the worker; the parent logs it
        return FrameKind.FAULT, traceback.format_exc().encode(errors="replace")


def _send(answers: BinaryIO, kind: FrameKind, body: bytes) -> None:
    answers.write(HEADER.pack(kind, len(body)) + body)
    answers.flush()
