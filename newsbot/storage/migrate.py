"""Brings a database to the tables of this newsbot; several processes may start at once."""

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from newsbot.errors import StorageVersionError
from newsbot.storage.database import Database

log = logging.getLogger(__name__)

_FOLDER = Path(__file__).resolve().parent / "migrations"
_LOCK = 7_305_142_025  # any number that no other program on the same PostgreSQL takes


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def newest_version() -> str:
    """The version of the tables that this newsbot works with."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


async def migrate(database: Database) -> tuple[str | None, str]:
    """Upgrade the tables; returns the version before (None: an empty database) and after.

    Raises StorageVersionError where the database was made by a newer newsbot. A second process waits for the first.
    """
    return await database.write(lambda tx: _upgrade(tx._connection))


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    # SQLite's transaction is the lock already: it begins as a writer.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    before = MigrationContext.configure(connection).get_current_revision()
    newest = newest_version()
    known = {script.revision for script in _scripts().walk_revisions()}
    if before is not None and before not in known:
        sentence = (
            f"This database is of version {before}, made by a newer newsbot; this one knows {newest}. Update newsbot."
        )
        raise StorageVersionError(sentence)
    if before != newest:
        command.upgrade(_config(connection), "head")
        log.info("the database is now at version %s (before: %s)", newest, before or "empty")
    return before, newest
