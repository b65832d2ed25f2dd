"""DATABASE_URL as the drivers take it: libpq's words are translated, or ignored and logged."""

import logging
import sqlite3
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsbot.errors import SettingsError

log = logging.getLogger(__name__)

_NONE = "DATABASE_URL isn't the address of a database (sqlite:///file.db or postgresql://…)"
# libpq's names, https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS, and those of asyncpg.
_TRANSLATED = {"sslmode": "ssl", "connect_timeout": "timeout"}
_WORDS = frozenset(("ssl", "host", "port", "user", "password", "database", "passfile", "target_session_attrs"))
_NUMBERS: dict[str, type[int] | type[float]] = {
    "timeout": float,
    "command_timeout": float,
    "statement_cache_size": int,
    "prepared_statement_cache_size": int,
}
_OF_SESSION = frozenset(("application_name", "search_path"))  # asyncpg takes them apart from the address


def parse(address: str) -> URL:
    """The address with a plain name of its kind: `sqlite` or `postgresql`. Raises SettingsError where it is none."""
    try:
        parsed = make_url(address)
        kind = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    except ArgumentError:
        raise SettingsError(_NONE) from None
    except ValueError:
        raise SettingsError(
            "DATABASE_URL has a port that is not a number (postgresql://user:password@host:5432/name)"
        ) from None
    if kind not in ("sqlite", "postgresql"):
        raise SettingsError(_NONE)
    return parsed.set(drivername=kind)


def for_asyncpg(url: URL) -> tuple[URL, dict[str, object]]:
    """The address for asyncpg and further arguments of its `connect`, out of what libpq takes in one address."""
    query: dict[str, str | tuple[str, ...]] = {}
    arguments: dict[str, object] = {}
    session: dict[str, str] = {}
    for name, value in url.query.items():
        translated = _TRANSLATED.get(name, name)
        if translated in _WORDS:
            query[translated] = value
        elif translated in _NUMBERS:
            arguments[translated] = _number(name, str(value))
        elif name in _OF_SESSION:
            session[name] = str(value)
        else:
            log.warning("DATABASE_URL: newsbot has no use for %s and goes on without it", name)
    if session:
        arguments["server_settings"] = session
    return url.set(drivername="postgresql+asyncpg", query=query), arguments


def _number(name: str, value: str) -> float:
    try:
        return _NUMBERS[_TRANSLATED.get(name, name)](value)
    except ValueError:
        raise SettingsError(f"DATABASE_URL: {name} is a number") from None


def file_of(url: URL) -> Path | None:
    """The file of a SQLite address; None where it is in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None


def in_memory() -> str:
    """A name under which all connections of this process see one new database in memory."""
    return f"file:/newsbot-{token_hex(8)}?vfs=memdb"


def connect(file: Path | None, name: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection to a database in a file that is there, or in memory under that name. Any thread may use it."""
    where = name if file is None else f"file:{quote(str(file))}?mode=rw"
    return sqlite3.connect(where, uri=True, timeout=busy_seconds, check_same_thread=False, isolation_level=None)
