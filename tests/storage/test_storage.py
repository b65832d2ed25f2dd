"""One suite over SQLite and PostgreSQL: transactions, event dedupe, settings of places, migrations, failures."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from newsbot.errors import SettingsError, StorageError, StorageUnavailable, StorageVersionError
from newsbot.messages.requests import Place
from newsbot.storage.addresses import for_asyncpg, parse
from newsbot.storage.database import Database, DurableEvents
from newsbot.storage.migrate import migrate, newest_version
from newsbot.storage.tables import UtcDateTime, metadata
from newsbot.storage.transaction import Transaction
from tests.databases import run_sql

NOW = datetime(2025, 1, 27, 14, 30, 0, 123456, tzinfo=UTC)
SERVER = Place("discord", "server", "")
NEWS = Place("discord", "server", "ai-news")


async def test_an_event_is_new_once(database: Database) -> None:
    assert await database.write(lambda tx: tx.events.claim("discord", "1", NOW))
    assert not await database.write(lambda tx: tx.events.claim("discord", "1", NOW))
    assert await database.write(lambda tx: tx.events.claim("slack", "1", NOW))
    assert not await database.write(lambda tx: tx.events.claim("discord", "1", NOW))


async def test_an_event_whose_handling_failed_is_new_again(database: Database) -> None:
    def claim_and_break(tx: Transaction) -> None:
        assert tx.events.claim("discord", "1", NOW)
        raise RuntimeError("the handler broke")

    with pytest.raises(RuntimeError):
        await database.write(claim_and_break)
    assert await database.write(lambda tx: tx.events.claim("discord", "1", NOW))


async def test_of_many_that_claim_an_event_at_once_one_gets_it(database: Database) -> None:
    events = DurableEvents(database)
    won = await asyncio.gather(*(events.claim("slack", "Ev1", NOW) for _ in range(20)))
    assert sorted(won) == [False] * 19 + [True]


async def test_two_processes_share_one_memory_of_events(empty_url: str) -> None:
    first, second = Database(empty_url), Database(empty_url)
    await asyncio.gather(migrate(first), migrate(second))
    won = await asyncio.gather(*(DurableEvents(db).claim("slack", "Ev1", NOW) for db in (first, second) * 5))
    assert won.count(True) == 1
    await first.close()
    await second.close()


async def test_old_events_are_forgotten(database: Database) -> None:
    await database.write(lambda tx: tx.events.claim("discord", "old", NOW - timedelta(days=2)))
    await database.write(lambda tx: tx.events.claim("discord", "young", NOW))
    assert await database.write(lambda tx: tx.events.forget_before(NOW - timedelta(days=1))) == 1
    assert await database.write(lambda tx: tx.events.claim("discord", "old", NOW))
    assert not await database.write(lambda tx: tx.events.claim("discord", "young", NOW))


async def test_a_channels_setting_goes_before_its_servers(database: Database) -> None:
    await database.write(lambda tx: tx.settings.put(SERVER, "zone", "Europe/Berlin", NOW, "anna"))
    assert (await database.read(lambda tx: tx.settings.get(NEWS, "zone"))).value == "Europe/Berlin"  # type: ignore[union-attr]
    await database.write(lambda tx: tx.settings.put(NEWS, "zone", "Asia/Tokyo", NOW, "bert"))
    found = await database.read(lambda tx: tx.settings.get(NEWS, "zone"))
    assert found is not None
    assert (found.value, found.changed_by, found.changed_at) == ("Asia/Tokyo", "bert", NOW)
    assert (await database.read(lambda tx: tx.settings.get(SERVER, "zone"))).value == "Europe/Berlin"  # type: ignore[union-attr]
    assert [
        setting.channel for setting in await database.write(lambda tx: tx.settings.all_of("discord", "server"))
    ] == [
        "",
        "ai-news",
    ]
    assert await database.write(lambda tx: tx.settings.remove(NEWS, "zone"))
    assert not await database.write(lambda tx: tx.settings.remove(NEWS, "zone"))
    assert await database.read(lambda tx: tx.settings.get(Place("slack", "server", ""), "zone")) is None


async def test_a_setting_can_be_changed(database: Database) -> None:
    await database.write(lambda tx: tx.settings.put(NEWS, "zone", "Europe/Berlin", NOW, "anna"))
    await database.write(lambda tx: tx.settings.put(NEWS, "zone", "Asia/Tokyo", NOW + timedelta(1), "bert"))
    assert [s.value for s in await database.write(lambda tx: tx.settings.all_of("discord", "server"))] == ["Asia/Tokyo"]


async def test_nothing_of_a_failed_transaction_stays(database: Database) -> None:
    def put_and_break(tx: Transaction) -> None:
        tx.settings.put(NEWS, "zone", "Europe/Berlin", NOW, "anna")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(put_and_break)
    assert await database.read(lambda tx: tx.settings.get(NEWS, "zone")) is None


async def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    database = Database(empty_url)
    assert await migrate(database) == (None, newest_version())
    assert await migrate(database) == (newest_version(), newest_version())
    await database.close()


async def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(4)]
    results = await asyncio.gather(*(migrate(database) for database in databases))
    assert sorted(before or "" for before, _ in results) == ["", *[newest_version()] * 3]
    for database in databases:
        await database.close()


async def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    def differences(tx: Transaction) -> list[object]:
        context = MigrationContext.configure(tx._connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await database.write(differences) == []


async def test_a_database_of_a_newer_newsbot_is_left_alone(database: Database) -> None:
    await run_sql(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageVersionError, match="newer newsbot"):
        await migrate(database)


@given(
    instant=st.datetimes(
        min_value=datetime(1971, 1, 1),
        max_value=datetime(2100, 1, 1),
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_every_instant_comes_back_as_the_same_instant_in_utc(instant: datetime) -> None:
    column = UtcDateTime()
    dialects: tuple[Dialect, ...] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]
    for dialect in dialects:
        back = column.process_result_value(column.process_bind_param(instant, dialect), dialect)
        assert back == instant
        assert back is not None
        assert back.tzinfo is UTC


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StorageError) as caught:
        await database.write(lambda tx: tx.events.claim("discord", "1", datetime(2025, 1, 27)))
    assert "no time zone" in str(caught.value.__cause__)


async def test_a_locked_database_is_unavailable_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{path}", busy_seconds=0.05)
    await migrate(database)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageUnavailable, match="Try again"):
        await database.write(lambda tx: tx.events.claim("discord", "1", NOW))
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(lambda tx: tx.events.claim("discord", "1", NOW))
    await database.close()


async def test_a_full_disk_is_unavailable_and_the_database_lives_on(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'newsbot.db'}")
    await migrate(database)

    def fill(tx: Transaction) -> None:
        for number in range(2_000):
            tx.settings.put(NEWS, f"name-{number}", "x" * 500, NOW, "anna")

    # SQLite's own limit on pages gives the very error of a full disk.
    await run_sql(database, "PRAGMA max_page_count=1")
    with pytest.raises(StorageUnavailable):
        await database.write(fill)
    await run_sql(database, "PRAGMA max_page_count=100000")
    assert await database.write(lambda tx: tx.events.claim("discord", "1", NOW))
    await database.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StorageUnavailable) as caught:
        await database.read(lambda tx: tx.events)
    assert "secret" not in str(caught.value)
    await database.close()


def test_an_address_that_is_none_is_a_settings_error_without_the_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        Database("postgresql secret@nowhere")
    assert "secret" not in str(caught.value)


def test_addresses_as_hosting_companies_give_them_are_understood() -> None:
    url, arguments = for_asyncpg(parse("postgres://u:p@h/n?sslmode=require&connect_timeout=10&application_name=x"))
    assert (url.drivername, dict(url.query)) == ("postgresql+asyncpg", {"ssl": "require"})
    assert arguments == {"timeout": 10.0, "server_settings": {"application_name": "x"}}
    assert "p@" not in repr(url)
