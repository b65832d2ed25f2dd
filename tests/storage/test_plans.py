"""Hot statements on a database after months: none of them reads a whole large table, whatever statistics there are."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, event

from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction
from tests.databases import postgres_database
from tests.storage.fill import LARGE, analyze, fill
from tests.storage.hot import HOT

_MOST_STEPS = 100  # thousands of steps of SQLite's machine: a scan of a large table takes three times as many
_MOST_ROWS = 5_000  # that PostgreSQL touches in one node of a plan

pytestmark = pytest.mark.asyncio(loop_scope="module")

Statement = tuple[str, Any]


class _Undone(Exception):
    """Raised to roll back."""


async def undone(database: Database, work: Callable[[Transaction], None]) -> None:
    def rolled_back(tx: Transaction) -> None:
        work(tx)
        raise _Undone

    with pytest.raises(_Undone):
        await database.write(rolled_back)


@contextmanager
def heard(connection: Connection) -> Iterator[list[Statement]]:
    """The statements that are executed meanwhile, with their values."""
    statements: list[Statement] = []

    def hear(_c: object, _u: object, statement: str, values: Any, _x: object, is_many: bool) -> None:
        statements.append((statement, values[0] if is_many else values))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", hear)


# -- SQLite -----------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["without statistics", "with statistics", "with old statistics"]
)
async def large_file(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> AsyncIterator[Database]:
    path = tmp_path_factory.mktemp("large") / "large.db"
    await asyncio.to_thread(shutil.copyfile, migrated_file, path)
    database = Database(f"sqlite:///{path}")
    await database.write(lambda tx: fill(tx._connection))
    if request.param == "with statistics":
        await database.optimize()
    yield database
    await database.close()


@pytest.mark.parametrize("name", HOT)
async def test_no_hot_statement_reads_a_whole_table_of_sqlite(large_file: Database, name: str) -> None:
    def work(tx: Transaction) -> None:
        connection = tx._connection
        with heard(connection) as statements:
            HOT[name](tx)
        for statement, values in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            details = [str(row[-1]) for row in plan]
            assert not [each for each in details if is_scan(each)], (statement, details)

    await undone(large_file, work)
    steps = [0]

    def counted(tx: Transaction) -> None:
        driver: Any = tx._connection.connection.driver_connection
        driver.set_progress_handler(lambda: steps.__setitem__(0, steps[0] + 1), 1_000)
        try:
            HOT[name](tx)
        finally:
            driver.set_progress_handler(None, 0)

    await undone(large_file, counted)
    assert steps[0] <= _MOST_STEPS


def is_scan(detail: str) -> bool:
    """Whether a line of a plan goes through a whole large table, or all of an index that holds all its rows."""
    found = re.match(r"SCAN (\w+)(?:.* INDEX (\w+))?", detail)
    return bool(found and found[1] in LARGE and found[2] not in _PARTIAL)


_PARTIAL = {
    "ix_deliveries_open",
    "ix_deliveries_troubled",
    "ix_deliveries_queue",
    "ix_quiz_games_due",
    "ix_quiz_games_played",
} | {
    "ix_incidents_open",
    "ix_subscriptions_next_at",
    "uq_quiz_games_channel",
}


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large_server(postgres_url: str) -> AsyncIterator[Database]:
    async with postgres_database(postgres_url, is_migrated=True) as url:
        database = Database(url)
        await database.write(lambda tx: fill(tx._connection))
        await database.write(lambda tx: analyze(tx._connection))
        yield database
        await database.close()


@pytest.mark.parametrize("name", HOT)
async def test_no_hot_statement_reads_a_whole_table_of_postgresql(large_server: Database, name: str) -> None:
    heard_there: list[Statement] = []

    def listened(tx: Transaction) -> None:
        with heard(tx._connection) as statements:
            HOT[name](tx)
        heard_there.extend(statements)

    await undone(large_server, listened)

    def explained(tx: Transaction) -> None:
        for statement, values in heard_there:
            if statement.startswith("LOCK") or "set_config" in statement:
                tx._connection.exec_driver_sql(statement, values)
                continue
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            found = tx._connection.exec_driver_sql(explain, values).scalar_one()
            plan = json.loads(found) if isinstance(found, str) else found
            for node in nodes(plan[0]["Plan"]):
                is_large = node.get("Relation Name") in LARGE
                assert not (is_large and node["Node Type"] == "Seq Scan"), (statement, node)
                touched = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
                assert touched <= _MOST_ROWS, (statement, node)

    await undone(large_server, explained)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all below it."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)
