"""Reads bodies in a process of its own: whatever a body does there, it is stopped after some seconds."""

import asyncio
import logging

from newsbot.news.entries import Body, DocumentFilter, ParsedFeed
from newsbot.news.errors import BrokenFeed
from newsbot.news.parse.encoding import decode_result, encode_job
from newsbot.news.parse.fingerprint import fingerprint
from newsbot.workers.errors import JobFailed, JobKilled, JobTimedOut
from newsbot.workers.queue import WorkerQueue

log = logging.getLogger(__name__)

_JOB = "newsbot.news.parse.job:parse"
_LARGE = 50_000  # bytes; what is larger is neither hashed nor decoded on the event loop
_EVERYTHING = DocumentFilter()


class FeedParser:
    """Reads one body at a time. One event loop only; `close` it at the end."""

    def __init__(self, limit_seconds: float = 5.0, idle_seconds: float = 60.0) -> None:
        """A body may take `limit_seconds`. The process ends when it had nothing to do for `idle_seconds`."""
        self._queue = WorkerQueue(_JOB, idle_seconds=idle_seconds)
        self._limit = limit_seconds
        self.parsed = 0  # how many bodies were to be read so far

    @property
    def worker_pid(self) -> int | None:
        """The process id while there is a process."""
        return self._queue.pid

    async def parse(self, body: Body, wanted: DocumentFilter = _EVERYTHING) -> ParsedFeed:
        """The feed in a body.

        Raises NotAFeed, or BrokenFeed: also where reading it takes too long or ends the process, which is the body's
        fault. Raises WorkerUnavailable where no process can be started.
        """
        self.parsed += 1
        try:
            result = await self._queue.run(encode_job(body, wanted), self._limit)
        except JobTimedOut:
            raise BrokenFeed(f"Reading the feed took longer than {self._limit:g} seconds and was stopped.") from None
        except JobKilled:
            raise BrokenFeed("Reading the feed ended the process that did it.") from None
        except JobFailed as error:
            log.error("a body of %s bytes from %s could not be read:\n%s", len(body.content), body.url, error.traceback)
            raise BrokenFeed("The feed cannot be read; the log says why.") from None
        if len(result) < _LARGE:
            return decode_result(result)
        return await asyncio.to_thread(decode_result, result)

    async def fingerprint(self, body: Body, wanted: DocumentFilter = _EVERYTHING) -> str:
        """Equal where parsing the body gives the same entries for certain, told without parsing it."""
        if len(body.content) < _LARGE:
            return fingerprint(body, wanted)
        return await asyncio.to_thread(fingerprint, body, wanted)

    async def close(self) -> None:
        """End the process."""
        await self._queue.close()
