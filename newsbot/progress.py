"""A progress bar for a terminal: one line that is written over and gone at the end."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

_FORMAT = "{desc} [{bar:24}] {n_fmt}/{total_fmt}"


def progress_bar(words: str, stream: TextIO | None = None) -> Callable[[int, int], None]:
    """What to call with (done, of how many). It writes to `stream`, stderr by default, only if that is a terminal."""
    out = stream or sys.stderr
    return _Bar(words, out) if out is not None and out.isatty() else _nothing


def _nothing(done: int, total: int) -> None:
    """Where nobody watches, nothing is written."""


class _Bar:
    """Draws at each call: whoever calls knows how often that is worth it."""

    def __init__(self, words: str, out: TextIO) -> None:
        self._words = words
        self._out = out
        self._bar: tqdm[Any] | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            if done >= total:
                return
            self._bar = self._open(total)
        self._bar.n, self._bar.total = done, total
        if done >= total:
            self._bar.close()
            self._bar = None
        else:
            self._bar.refresh()

    def _open(self, total: int) -> "tqdm[Any]":
        from tqdm import tqdm  # only where there is somebody to see it

        tqdm.monitor_interval = 0  # no thread of its own
        return tqdm(total=total, desc=self._words, file=self._out, leave=False, ascii=".#", bar_format=_FORMAT)
