"""The few statements that the two databases spell differently, in one shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(connection: AsyncConnection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_or_ignore(connection: AsyncConnection, table: Table, values: Mapping[str, object]) -> Insert:
    """Insert a row unless one with the same primary key is there."""
    statement: Insert = _insert(connection, table).values(values).on_conflict_do_nothing()
    return statement


def insert_or_ignore_all(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> Insert:
    """Insert these rows in one statement, leaving out each whose unique values are there already."""
    statement: Insert = _insert(connection, table).values(list(rows)).on_conflict_do_nothing()
    return statement


def insert_or_ignore_many(connection: AsyncConnection, table: Table) -> Any:
    """Insert the rows it is executed with, leaving out each whose unique values are there already.

    However many rows there are, it is compiled once.
    """
    return _insert(connection, table).on_conflict_do_nothing()


def insert_or_update(connection: AsyncConnection, table: Table, values: Mapping[str, object]) -> Insert:
    """Insert a row, or give the one with the same primary key these values."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    statement: Insert = (
        _insert(connection, table).values(values).on_conflict_do_update(index_elements=keys, set_=changed)
    )
    return statement


def lock_writers(connection: Connection, table: Table) -> None:
    """Until the transaction ends, no other one writes this table; readers go on. On SQLite that is so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
