"""A SQLite database without a thread of its own: for a program that does nothing else while it waits, as a replay.

Every step of aiosqlite is a turn of its thread, which costs more than the step; here the step is taken at once.
"""

import sqlite3
from asyncio import Future
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeVar

from aiosqlite import Connection
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from newsbot.storage.bridge import begin_immediate
from newsbot.storage.database import Database
from newsbot.storage.sqlite import prepare
from newsbot.storage.transaction import Transaction

_Result = TypeVar("_Result")


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
        address = URL.create("sqlite+aiosqlite", database=make_url(url).database)
        self.engine = create_async_engine(address, connect_args={"async_creator_fn": _Connection})
        event.listen(self.engine.sync_engine, "connect", _prepare)
        event.listen(self.engine.sync_engine, "begin", begin_immediate)

    async def write(self, work: Callable[[Transaction], _Result], *, within: float | None = None) -> _Result:
        """As `Database.write`, at once and without a limit."""
        del within
        return await self.run(lambda connection: work(Transaction(connection)))

    async def read(self, work: Callable[[Transaction], _Result], *, within: float | None = None) -> _Result:
        """As `Database.read`, at once and without a limit."""
        return await self.write(work, within=within)

    async def run(self, work: Callable[[SyncConnection], _Result]) -> _Result:
        """As `Bridge.run`, at once."""
        async with self.transaction() as tx:
            return await tx.connection.run_sync(work)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    prepare(connection)
    connection.execute("PRAGMA synchronous=OFF")
