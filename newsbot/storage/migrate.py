"""Brings a database to the tables of this newsbot; several processes may start at once.

Alembic, which does it, is loaded where there is something to do: it would stay in memory for as long as newsbot runs.
"""

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from newsbot.errors import StorageError, StorageVersionError
from newsbot.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

_FOLDER = Path(__file__).resolve().parent / "migrations"
_LOCK = 7_305_142_025  # any number that no other program on the same PostgreSQL takes


def _config(folder: Path, connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def _versions(folder: Path) -> tuple[str, ...]:
    """The versions that the steps of a folder lead to, in order: each file's name begins with its own."""
    return tuple(sorted(step.name.partition("_")[0] for step in (folder / "versions").glob("[0-9]*_*.py")))


def newest_version(folder: Path = _FOLDER) -> str:
    """The version of the tables that this newsbot works with."""
    return _versions(folder)[-1]


def _version_of(connection: Connection) -> str | None:
    """The version of a database's tables, as Alembic notes it; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return version


async def migrate(database: Database, folder: Path = _FOLDER) -> tuple[str | None, str]:
    """Upgrade the tables; returns the version before (None: an empty database) and after.

    All of it is one transaction: where a step fails, StorageError says so and the database is as it was. `folder` holds
    the steps. A second process waits for the first. Raises StorageVersionError where the database was made by a newer
    newsbot.
    """
    versions = await database.write(lambda tx: _upgrade(tx._connection, folder))
    await database.optimize()
    return versions


def _upgrade(connection: Connection, folder: Path) -> tuple[str | None, str]:
    # SQLite's transaction is the lock already: it begins as a writer.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    before, newest = _version_of(connection), newest_version(folder)
    if before is not None and before not in _versions(folder):
        sentence = (
            f"This database is of version {before}, made by a newer newsbot; this one knows {newest}. Update newsbot."
        )
        raise StorageVersionError(sentence)
    if before != newest:
        _run_steps(connection, folder, before, newest)
        # A new database is what everybody expects at the first start; another version of one is news.
        level = logging.INFO if before else logging.DEBUG
        log.log(level, "the database is now at version %s (before: %s)", newest, before or "empty")
    return before, newest


def _run_steps(connection: Connection, folder: Path, before: str | None, newest: str) -> None:
    from alembic import command

    try:
        command.upgrade(_config(folder, connection), "head")
    except Exception as error:
        log.exception("the database cannot be brought from version %s to %s", before or "empty", newest)
        sentence = (
            f"The database could not be brought from version {before or 'empty'} to {newest} and is as it was before: "
            "the log says why. Start again once that's fixed; the newsbot before this one still works with it."
        )
        raise StorageError(sentence) from error
