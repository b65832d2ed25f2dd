"""Errors of the databases as ours, by the code that the driver gives, never by its words."""

import logging
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from newsbot.errors import StorageError, StorageUnavailable

log = logging.getLogger(__name__)

UNAVAILABLE = "The database cannot be used at the moment. Try again in a minute."
TOO_SLOW = "The database did not answer in time, and nothing was stored. Try again in a minute."
_REFUSED = "The database refused what newsbot wanted to store."

_SQLITE_PASSING = frozenset(
    ("BUSY", "LOCKED", "FULL", "IOERR", "INTERRUPT", "PROTOCOL", "NOMEM", "NOLFS", "SCHEMA")
)  # SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, …
# Classes of SQLSTATE: connection, not enough resources, taken back (serialization, deadlock), ended by an operator.
_POSTGRESQL_PASSING = ("08", "53", "40", "57", "58", "55P03", "25006", "F0")


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another connection holds the lock."""
    return sqlite_code(error).startswith(("BUSY", "LOCKED"))


def sqlite_code(error: BaseException) -> str:
    """SQLite's name of an error without its `SQLITE_`; empty where the driver itself refused something."""
    return str(getattr(error, "sqlite_errorname", None) or "").removeprefix("SQLITE_")


def sqlite_error(error: BaseException, file: str) -> StorageError:
    """An error at the SQLite database in `file` in our words; what the driver said goes into the log."""
    cause = getattr(error, "orig", None) or error
    log.error("the database %s: %s %s", file, sqlite_code(cause), cause)  # SQLite's words hold no values
    code = sqlite_code(cause)
    if code.startswith(("NOTADB", "CORRUPT")):
        return StorageError(
            f"{file} is not an SQLite database, or it is damaged. Restore it from a backup, "
            "or set DATABASE_URL to another file."
        )
    if code.startswith(("CANTOPEN", "READONLY", "PERM", "AUTH")):
        return StorageUnavailable(_cannot_be_used(file, code))
    if code.split("_")[0] in _SQLITE_PASSING or isinstance(cause, OSError) or is_connection_lost(error):
        return StorageUnavailable(UNAVAILABLE)
    return StorageError(_REFUSED)


def _cannot_be_used(file: str, code: str) -> str:
    path = Path(file)
    if path.is_dir():
        return f"{file} is a folder, not a database. Set DATABASE_URL to a file."
    if code.startswith("READONLY_DBMOVED") or not path.exists():
        return f"{file} was deleted or replaced, or cannot be made. Restart newsbot; DATABASE_URL names the file."
    what = "written" if code.startswith("READONLY") else "opened"
    return (
        f"{file} cannot be {what}: newsbot must be allowed to read and write the file and its folder. "
        "Change their owner or rights, or set DATABASE_URL to another file."
    )


def postgresql_error(error: BaseException) -> StorageError:
    """An error at PostgreSQL in our words; what the driver said goes into the log. It holds no password."""
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    log.error("the database: %s %s", state, cause)
    if state.startswith("28"):
        return StorageUnavailable("PostgreSQL does not let newsbot in: check user and password in DATABASE_URL.")
    if state == "3D000":
        return StorageUnavailable("PostgreSQL has no database of that name: make it, or change DATABASE_URL.")
    if state.startswith(_POSTGRESQL_PASSING) or isinstance(cause, OSError) or is_connection_lost(error):
        return StorageUnavailable(UNAVAILABLE)
    return StorageError(_REFUSED)


def is_connection_lost(error: BaseException) -> bool:
    """Whether SQLAlchemy saw that the connection is gone."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error)
