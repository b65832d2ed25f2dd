"""A database of any older newsbot comes to the tables of this one with all rows; a step that fails changes nothing."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, MetaData, Table, inspect, text

from newsbot.errors import StorageError
from newsbot.storage.database import Database
from newsbot.storage.migrate import _FOLDER, _config, _versions, migrate, newest_version
from newsbot.storage.transaction import Transaction

VERSIONS = ["0001", "0002", "0003", "0004", "0005", "0006"]
ROWS = 3
NOW = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)


async def brought_to(database: Database, version: str) -> None:
    await database.write(lambda tx: command.upgrade(_config(_FOLDER, tx._connection), version))


def tables_of(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def put_rows(connection: Connection) -> None:
    """Some rows in every table there is."""
    for table in tables_of(connection):
        for number in range(1, ROWS + 1):
            row = {column.name: value_of(column.type, column.name, number, connection) for column in table.columns}
            connection.execute(table.insert().values(row))


def value_of(kind: Any, name: str, number: int, connection: Connection) -> object:
    if isinstance(kind, DateTime):
        return NOW.replace(tzinfo=None) if connection.dialect.name == "sqlite" else NOW
    if isinstance(kind, Date):
        return date(2026, 3, number)
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number
    return {"body": "{}", "state": "sent", "daily": f"d{number}", "phase": "ended"}.get(name, f"{number}{name}"[:5])


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: sorted((dict(row._mapping) for row in connection.execute(table.select())), key=str)
        for table in tables_of(connection)
    }


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_database_of_an_older_newsbot_keeps_all_its_rows(empty_url: str, version: str) -> None:
    database = Database(empty_url)
    await brought_to(database, version)
    await database.write(lambda tx: put_rows(tx._connection))
    before = await database.read(lambda tx: rows_of(tx._connection))
    assert await migrate(database) == (version, newest_version())
    after = await database.read(lambda tx: rows_of(tx._connection))
    for table, rows in before.items():
        assert len(rows) == ROWS
        names = list(rows[0])
        assert sorted(({name: row[name] for name in names} for row in after[table]), key=str) == sorted(rows, key=str)
    await database.close()


async def test_whose_game_it_is_becomes_a_column_and_what_cannot_be_read_stays(empty_url: str) -> None:
    database = Database(empty_url)
    await brought_to(database, "0006")
    bodies = ['{"starter": "anna", "seconds": 20}', '{"starter": "", "x": "ä"}', "no JSON", "[1]", '{"x": 1}']

    def put(tx: Transaction) -> None:
        insert = (
            "INSERT INTO quiz_games (platform, workspace, channel, played_in, daily, phase, version, body)"
            " VALUES ('p', 'w', :channel, 'c', '', 'asking', 1, :body)"
        )
        for number, body in enumerate(bodies):
            tx._connection.execute(text(insert), {"channel": str(number), "body": body})

    await database.write(put)
    await migrate(database)
    games = await database.read(lambda tx: tx.games.played("p"))
    assert [game.starter for game in games] == ["anna", "", "", "", ""]
    assert json.loads(games[0].body) == {"seconds": 20}
    assert json.loads(games[1].body) == {"x": "ä"}
    assert [game.body for game in games[2:]] == bodies[2:]
    assert [game.place.channel for game in await database.read(lambda tx: tx.games.played("p", "anna"))] == ["0"]
    await database.close()


async def test_what_somebody_waits_for_stays_before_the_rest(empty_url: str) -> None:
    database = Database(empty_url)
    await brought_to(database, "0006")
    sqlite = database.is_sqlite

    def put(tx: Transaction) -> None:
        edition = "INSERT INTO editions (id, body, content_version, made_at) VALUES (1, '{}', 'v', :now)"
        tx._connection.execute(text(edition), {"now": stored(NOW, sqlite=sqlite)})
        insert = (
            "INSERT INTO deliveries (key, edition_id, platform, workspace, channel, thread, state, due_at, retry_at,"
            " attempts, lease_by, reason, fix) VALUES (:key, 1, 'p', 'w', :key, '', 'due', :due, :retry, 0, '', '', '')"
        )
        for key, due, ahead in (("old", NOW, 0), ("new", NOW + timedelta(hours=1), 1)):
            retry = due - timedelta(days=ahead)
            values = {"key": key, "due": stored(due, sqlite=sqlite), "retry": stored(retry, sqlite=sqlite)}
            tx._connection.execute(text(insert), values)

    await database.write(put)
    await migrate(database)
    later = NOW + timedelta(hours=2)
    first = await database.write(lambda tx: tx.deliveries.claim("w", later, timedelta(minutes=1), 1, ("p",)))
    assert [(each.key, each.is_awaited, each.retry_at) for each in first] == [("new", True, NOW + timedelta(hours=1))]
    second = await database.write(lambda tx: tx.deliveries.claim("w", later, timedelta(minutes=1), 5, ("p",)))
    assert [(each.key, each.is_awaited) for each in second] == [("old", False)]
    await database.close()


def stored(instant: datetime, *, sqlite: bool) -> object:
    return f"{instant:%Y-%m-%d %H:%M:%S.%f}" if sqlite else instant


BROKEN = '''
"""A step that fails after it changed tables and rows."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO half VALUES (1)")
    op.execute("UPDATE handled_events SET event_id = 'changed'")
    op.drop_index("ix_quiz_games_due", "quiz_games")
    with op.batch_alter_table("quiz_dailies") as batch:
        batch.drop_column("question")
    op.execute("SELECT nosuch FROM nowhere")
'''


async def test_what_waits_has_no_end_and_what_has_ended_has_one(empty_url: str) -> None:
    def prepare(tx: Transaction) -> None:
        put_rows(tx._connection)
        tx._connection.execute(text("UPDATE deliveries SET settled_at = NULL WHERE id = 1"))
        tx._connection.execute(text("UPDATE deliveries SET state = 'due' WHERE id = 2"))

    database = Database(empty_url)
    await brought_to(database, "0008")
    await database.write(prepare)
    await migrate(database)
    found = await database.read(lambda tx: tx.deliveries.of_ids((1, 2, 3)))
    assert [(row.state, row.settled_at) for row in found] == [("sent", NOW), ("due", None), ("sent", NOW)]
    await database.close()


def test_each_step_is_named_after_the_version_it_leads_to() -> None:
    scripts = ScriptDirectory.from_config(_config(_FOLDER))
    assert tuple(script.revision for script in reversed([*scripts.walk_revisions()])) == _versions(_FOLDER)


async def test_a_step_that_fails_leaves_the_database_whole_and_says_how_to_go_on(
    empty_url: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(_FOLDER, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))
    (folder / "versions" / "9999_broken.py").write_text(BROKEN.format(before=newest_version()))
    database = Database(empty_url)
    await migrate(database)
    await database.write(lambda tx: tx.events.claim("test", "kept", NOW))
    before = await database.read(lambda tx: everything(tx._connection))
    with pytest.raises(StorageError, match="as it was before") as caught:
        await migrate(database, folder)
    assert newest_version() in str(caught.value)
    assert await database.read(lambda tx: everything(tx._connection)) == before
    assert await migrate(database) == (newest_version(), newest_version())
    assert not await database.write(lambda tx: tx.events.claim("test", "kept", NOW))
    await database.close()


def everything(connection: Connection) -> tuple[object, ...]:
    inspector = inspect(connection)
    names = sorted(inspector.get_table_names())
    columns = [(name, [column["name"] for column in inspector.get_columns(name)]) for name in names]
    indexes = [(name, sorted(str(index["name"]) for index in inspector.get_indexes(name))) for name in names]
    return columns, indexes, rows_of(connection)
