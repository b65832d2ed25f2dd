"""The content of a running bot: one holder of the current library, and the watch that keeps it up to date."""

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from newsbot.content.drafts import draft_sentence
from newsbot.content.library import ContentMistakes, Library, load_library

log = logging.getLogger(__name__)

_LOOK_MS = 500  # how often to look whether the folder is still the same one
_GATHER_MS = 150  # an editor writes several files, or one file in several steps


class LiveLibrary:
    """Holds the newest library without mistakes. `current` is a snapshot: take it once for each request."""

    def __init__(
        self, folder: Path, today: Callable[[], date], load: Callable[[Path, date], Library] = load_library
    ) -> None:
        """Loads at once. Raises ContentMistakes where the folder has any."""
        self._folder = folder
        self._today = today
        self._load = load
        self._read_on = today()
        self.current: Library = load(folder, self._read_on)
        self._drafts: frozenset[str] = frozenset()
        self._tell_drafts(self.current)
        self._changed = asyncio.Event()
        self.is_current = True  # False while the files hold a mistake, and `current` is older than they are

    async def reload(self) -> bool:
        """Read the folder again, off the event loop. A broken edit is logged and changes nothing; then it is False."""
        self._read_on = self._today()
        try:
            fresh = await asyncio.to_thread(self._load, self._folder, self._read_on)
        except ContentMistakes as error:
            log.error("the content has mistakes, so its last good version stays:\n%s", error)
            self.is_current = False
            return False
        if gone := sorted(self.current.topics.keys() & fresh.drafts.keys()):
            places = "\n".join(str(mistake) for topic in gone for mistake in fresh.drafts[topic].mistakes)
            log.error("a topic in use is no longer filled in, so the last good version stays:\n%s", places)
            self.is_current = False
            return False
        self.is_current = True
        self._tell_drafts(fresh)
        if fresh.version != self.current.version:
            self.current = fresh
            self._changed.set()
            self._changed = asyncio.Event()
            log.info(
                "content %s is live: %d topics, %d briefs",
                fresh.version,
                len(fresh.topics),
                len(fresh.briefs),
            )
        return True

    def _tell_drafts(self, library: Library) -> None:
        """Say once of each draft that it is left out."""
        for topic in sorted(library.drafts.keys() - self._drafts):
            log.warning("%s (newsbot check lists what is to do)", draft_sentence(topic, library.drafts[topic]))
        self._drafts = frozenset(library.drafts)

    async def changed(self) -> None:
        """Wait until another library takes the place of the current one."""
        await self._changed.wait()

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload whenever a file or folder below the content changes, and on each new day, until `stop` is set.

        Where the content itself is moved away, that is logged as a mistake, and what comes in its place is read.
        """
        from watchfiles import DefaultFilter, awatch  # heavy, and needed by a running bot only

        is_new = False  # whether the watch stands anew: what changed before it stood must be read then
        while not stop.is_set():
            watched = self._identity()
            if watched is None:
                await asyncio.sleep(_LOOK_MS / 1_000)
                continue
            changes = awatch(
                self._folder,
                watch_filter=_ContentFilter(DefaultFilter()),
                stop_event=stop,
                debounce=_GATHER_MS,
                step=50,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
            )
            try:
                async for found in changes:
                    is_gone = self._identity() != watched
                    is_next_day = self._today() != self._read_on  # a question may have had its last day
                    if found or is_new or is_gone or is_next_day:
                        await self.reload()
                        is_new = False
                    if is_gone:
                        is_new = True
                        break
            except OSError:  # a folder below is closed to us, so nothing can be watched until it is open or gone
                if self.is_current:
                    await self.reload()
                is_new = True
                await asyncio.sleep(_LOOK_MS / 1_000)

    def _identity(self) -> tuple[int, int] | None:
        """Which folder stands at the content's place; None where there is none."""
        try:
            found = self._folder.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


class _ContentFilter:
    """Lets YAML files and folders through: an editor's swap files change all the time."""

    def __init__(self, default: Callable[..., bool]) -> None:
        self._default = default

    def __call__(self, change: object, path: str) -> bool:
        return Path(path).suffix in {".yaml", ".yml", ""} and self._default(change, path)
