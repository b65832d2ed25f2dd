"""PostgreSQL: a pool of connections, and transactions that can be given up as long as they do not commit."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from newsbot.errors import StorageUnavailable
from newsbot.storage.addresses import for_asyncpg
from newsbot.storage.errors import DATABASE_ERRORS, TOO_SLOW, postgresql_error
from newsbot.storage.statements import READING

_Result = TypeVar("_Result")

CONNECTING_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


class Postgresql:
    """A PostgreSQL database. Nothing is opened before the first transaction."""

    def __init__(self, url: URL) -> None:
        self.url, arguments = for_asyncpg(url)
        self.engine = create_async_engine(self.url, pool_pre_ping=True, hide_parameters=True, connect_args=arguments)
        # One state of the database for the whole of a read, as SQLite gives it.
        self._reading = self.engine.execution_options(
            **{READING: True}, isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._leaving = set[asyncio.Task[object]]()  # given up, and rolling back

    async def write(self, work: Callable[[Connection], _Result], within: float | None) -> _Result:
        """The result of `work` in a transaction."""
        return await self._run(self.engine, work, within)

    async def read(self, work: Callable[[Connection], _Result], within: float | None) -> _Result:
        """The result of `work`, which sees one state of the database and cannot write."""
        return await self._run(self._reading, work, within)

    async def _run(self, engine: AsyncEngine, work: Callable[[Connection], _Result], within: float | None) -> _Result:
        is_committing = asyncio.Event()
        if within is None:
            return await _transact(engine, work, is_committing)
        task = asyncio.create_task(_transact(engine, work, is_committing))
        try:
            done, _ = await asyncio.wait((task,), timeout=within)
            if not done and not is_committing.is_set():
                raise StorageUnavailable(TOO_SLOW)
            return await task
        finally:
            if not task.done():
                self._give_up(task)

    def _give_up(self, task: asyncio.Task[_Result]) -> None:
        """Cancel a transaction without waiting until it is rolled back."""
        task.cancel()
        self._leaving.add(task)

        def left(_: asyncio.Task[_Result]) -> None:
            self._leaving.discard(task)
            if not task.cancelled():
                task.exception()  # whoever would have heard of it is gone

        task.add_done_callback(left)

    async def close(self) -> None:
        """Give back every connection, once what was given up is rolled back."""
        if self._leaving:
            await asyncio.wait(tuple(self._leaving))
        await self.engine.dispose()


async def _transact(
    engine: AsyncEngine, work: Callable[[Connection], _Result], is_committing: asyncio.Event
) -> _Result:
    connection = engine.connect()
    try:
        try:
            await connection.start()
        except CONNECTING_ERRORS as error:
            raise postgresql_error(error) from error
        try:
            result = await connection.run_sync(work)
            is_committing.set()
            await connection.commit()
            return result
        finally:
            await asyncio.shield(connection.close())  # rolls back what was not committed
    except DATABASE_ERRORS as error:
        raise postgresql_error(error) from error
