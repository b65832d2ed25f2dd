"""The book of sources of a running newsbot: config/sources.yaml, read again when it was saved."""

import asyncio
import logging
from pathlib import Path

from newsbot.news.sources import Source, SourceMistakes, read_sources

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class SourceBook:
    """The sources of a file. One with mistakes changes nothing: the log names them, and the last good one holds."""

    def __init__(self, path: Path, contact: str) -> None:
        self._path = path
        self._contact = contact
        self._stamp: _Stamp | None = None
        self._sources: tuple[Source, ...] | None = None

    async def load(self) -> tuple[Source, ...]:
        """Read the file anew. Raises SourceMistakes."""
        self._stamp = _stamp(self._path)
        self._sources = await asyncio.to_thread(read_sources, self._path, self._contact)
        return self._sources

    async def current(self) -> tuple[Source, ...]:
        """The sources as they were last saved without a mistake. Raises SourceMistakes where they never were."""
        if self._sources is None:
            return await self.load()
        if _stamp(self._path) != self._stamp:
            try:
                return await self.load()
            except SourceMistakes as error:
                log.error("the sources of news stay as they were; the saved file has mistakes:\n%s", error)
        return self._sources


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
