"""Errors of the databases in our words: by their codes, with the file and what to do."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from newsbot.errors import SettingsError, StorageError, StorageUnavailable
from newsbot.storage.addresses import for_asyncpg, parse
from newsbot.storage.database import Database
from newsbot.storage.errors import postgresql_error, sqlite_error
from newsbot.storage.migrate import migrate
from newsbot.storage.transaction import Transaction

NOW = datetime(2026, 11, 23, tzinfo=UTC)


async def refusal(url: str) -> StorageError:
    """What a start with that address says."""
    database = Database(url)
    with pytest.raises(StorageError) as caught:
        await migrate(database)
    await database.close()
    return caught.value


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, this is no database at all. " * 50)
    error = await refusal(f"sqlite:///{path}")
    assert str(path) in str(error)
    assert "not an SQLite database" in str(error)
    assert "DATABASE_URL" in str(error)
    assert path.read_text().startswith("Dear diary")


async def test_a_damaged_file_is_named(tmp_path: Path, migrated_file: Path) -> None:
    path = shutil.copyfile(migrated_file, tmp_path / "newsbot.db")
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(os.urandom(40_000))
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="damaged"):
        await database.write(lambda tx: tx.events.claim("x", "1", NOW))
    await database.close()


async def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    error = await refusal(f"sqlite:///{tmp_path}")
    assert f"{tmp_path} is a folder" in str(error)
    assert "minute" not in str(error)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = await refusal(f"sqlite:///{tmp_path / 'file' / 'newsbot.db'}")
    assert str(tmp_path / "file") in str(error)


@pytest.mark.parametrize("code", ["SQLITE_READONLY", "SQLITE_READONLY_DIRECTORY", "SQLITE_CANTOPEN", "SQLITE_PERM"])
def test_what_may_not_be_written_is_told_with_the_file_and_what_to_do(tmp_path: Path, code: str) -> None:
    path = tmp_path / "newsbot.db"
    path.write_text("")
    error = sqlite_error(with_code(code), str(path))
    assert isinstance(error, StorageUnavailable)
    assert str(path) in str(error)
    assert "owner or rights" in str(error)
    assert "minute" not in str(error)


@pytest.mark.parametrize("code", ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_FULL", "SQLITE_IOERR_FSYNC"])
def test_what_passes_is_unavailable(code: str) -> None:
    assert isinstance(sqlite_error(with_code(code), "x"), StorageUnavailable)


def with_code(code: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("some words")
    error.sqlite_errorname = code
    return error


@pytest.mark.parametrize("column", ["closed_at", "nosuch", "is_locked", "connect"])
async def test_words_that_sound_like_an_outage_make_none(database: Database, column: str) -> None:
    with pytest.raises(StorageError) as caught:
        await database.write(lambda tx: tx._connection.execute(text(f"SELECT {column} FROM deliveries")))
    assert not isinstance(caught.value, StorageUnavailable)


@pytest.mark.parametrize(("state", "passes"), [("57P01", True), ("53300", True), ("40P01", True), ("23505", False)])
def test_states_of_postgresql_tell_what_passes(state: str, passes: bool) -> None:
    error = asyncpg.PostgresError("some words")
    error.sqlstate = state
    assert isinstance(postgresql_error(error), StorageUnavailable) == passes


async def test_a_database_that_postgresql_does_not_have_is_told(postgres_url: str) -> None:
    error = await refusal(postgres_url.replace("/postgres?", "/nosuch?"))
    assert "no database of that name" in str(error)


async def test_a_connection_that_was_ended_is_unavailable_and_the_next_one_works(postgres_url: str) -> None:
    database = Database(postgres_url)

    def end(tx: Transaction) -> None:
        tx._connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StorageUnavailable):
        await database.write(end)
    assert await database.read(lambda tx: tx._connection.execute(text("SELECT 1")).scalar_one()) == 1
    await database.close()


# -- addresses --------------------------------------------------------------------------------------------------------


def test_addresses_as_hosting_companies_give_them_are_understood(caplog: pytest.LogCaptureFixture) -> None:
    given = "postgres://u:p@h:6432/n?sslmode=require&channel_binding=require&connect_timeout=10&application_name=x"
    url, arguments = for_asyncpg(parse(given + "&pgbouncer=true"))
    assert (url.drivername, url.port, dict(url.query)) == ("postgresql+asyncpg", 6432, {"ssl": "require"})
    assert arguments == {"timeout": 10.0, "server_settings": {"application_name": "x"}}
    assert "channel_binding" in caplog.text
    assert "pgbouncer" in caplog.text
    assert "p@" not in repr(url) + caplog.text


async def test_settings_of_an_address_reach_the_server(postgres_url: str) -> None:
    database = Database(f"{postgres_url}&application_name=newsbot-test&connect_timeout=10&channel_binding=prefer")
    name = await database.read(lambda tx: tx._connection.execute(text("SHOW application_name")).scalar_one())
    assert name == "newsbot-test"
    await database.close()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql secret@nowhere",
        "postgresql://u:secret@h:port/n",
        "mysql://u:secret@h/n",
        "postgresql://h/n?connect_timeout=soon",
    ],
)
def test_an_address_that_is_none_is_a_settings_error_without_the_secret(address: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        Database(address)
    assert "secret" not in str(caught.value)


# -- health -----------------------------------------------------------------------------------------------------------


async def test_a_database_that_can_be_written_is_well(database: Database) -> None:
    await database.check(NOW)
    await database.check(NOW + timedelta(minutes=1))
    assert await database.read(lambda tx: tx.watches.episodes()) == frozenset()


async def test_a_full_disk_is_not_well(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'newsbot.db'}")
    await migrate(database)

    def fill(tx: Transaction) -> None:
        tx._connection.exec_driver_sql("PRAGMA max_page_count=1")
        for number in range(2_000):
            tx.events.claim("test", f"{number} {'x' * 200}", NOW)

    with pytest.raises(StorageUnavailable):
        await database.write(fill)
    await database.check(NOW)  # as far as nothing new needs room
    await database.close()


async def test_a_file_that_was_deleted_or_replaced_is_not_well(tmp_path: Path, migrated_file: Path) -> None:
    path = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await database.check(NOW)
    path.unlink()
    with pytest.raises(StorageUnavailable, match="deleted or replaced"):
        await database.check(NOW)
    shutil.copyfile(migrated_file, path)
    with pytest.raises(StorageUnavailable, match="deleted or replaced"):
        await database.check(NOW)
    await database.close()


async def test_a_deleted_file_is_not_made_anew_while_newsbot_runs(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    path.unlink()
    reads = [database.read(lambda tx: tx.subscriptions.next_due()) for _ in range(5)]
    found = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(each, StorageUnavailable) for each in found)
    assert not path.exists()
    await database.close()


async def test_only_its_owner_may_read_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    modes = {name: os.stat(tmp_path / name).st_mode & 0o777 for name in os.listdir(tmp_path)}
    assert set(modes.values()) == {0o600}, modes
    await database.close()


async def test_statistics_are_kept_of_tables_that_are_not_small(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await database.write(lambda tx: [tx.events.claim("test", str(each), NOW) for each in range(1_200)])
    await database.optimize()
    await database.close()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT DISTINCT tbl FROM sqlite_stat1").fetchall() == [("handled_events",)]


async def test_leases_of_dead_workers_are_forgotten_and_a_name_is_no_pattern(database: Database) -> None:
    def work(tx: Transaction) -> None:
        for number in range(50):
            assert tx.leases.take(f"worker:{number}", str(number), NOW, timedelta(seconds=15))
        assert tx.leases.take("workerX1", "x", NOW, timedelta(seconds=15))
        assert tx.leases.take("worke_:1", "y", NOW, timedelta(seconds=15))
        assert len(tx.leases.holders("worker:", NOW)) == 50
        assert tx.leases.holders("worke_", NOW) == ("y",)
        later = NOW + timedelta(days=2)
        assert tx.leases.take("worker:new", "new", later, timedelta(seconds=15))
        assert tx.leases.holders("worker:", NOW) == ("new",)

    await database.write(work)
