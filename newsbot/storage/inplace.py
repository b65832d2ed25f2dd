"""A SQLite database without a thread of its own: for a program that does nothing else while it waits, as a replay.

Every step of aiosqlite is a turn of its thread, which costs more than the step; here the step is taken at once.
"""

import sqlite3
from asyncio import Future
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from aiosqlite import Connection
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from newsbot.storage.database import Database, _begin_immediate, _prepare_sqlite


class _AtOnce:
    """Takes steps as the queue of aiosqlite's thread does, and has each done before it returns."""

    def put_nowait(self, step: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        """Do a step, and tell its future how it ended."""
        future, function = step
        try:
            result = function()
        except Exception as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class _Connection(Connection):
    """A connection of aiosqlite that takes every step at once."""

    def __init__(self, file: str, **options: Any) -> None:
        super().__init__(partial(sqlite3.connect, file, **options), iter_chunk_size=64)
        self._tx: Any = _AtOnce()

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._connect().__await__()


class InPlaceDatabase(Database):
    """A SQLite file for one task at a time; every step holds the event loop. What is in it need not outlast a crash."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._quick = None  # `run` takes its steps here, too, not in a thread beside
        self.engine = create_async_engine(self.url, connect_args={"async_creator_fn": _Connection})
        event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(self.engine.sync_engine, "connect", _unsafe)
        event.listen(self.engine.sync_engine, "begin", _begin_immediate)


def _unsafe(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
