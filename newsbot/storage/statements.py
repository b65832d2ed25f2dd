"""The few statements that the two databases spell differently, in one shape."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    Insert,
    Select,
    String,
    Table,
    TableValuedAlias,
    TypeDecorator,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

_Value = TypeVar("_Value")

_IN_ORDER = select(*(func.set_config(f"enable_{way}", "off", True) for way in ("sort", "bitmapscan", "seqscan")))
_LAST = "\U0010ffff"  # comes after every other sign
_CHUNK = 100  # rows in one statement on SQLite; more of them gain nothing


READING = "newsbot_reading"  # an option of connections that cannot write


def chosen_once(query: Select[Any], name: str = "chosen") -> CTE:
    """The rows that a claim takes: locked, but for those that somebody else holds.

    As a plain subquery PostgreSQL may run it again and again, and take more than its limit.
    """
    chosen = query.with_for_update(skip_locked=True).cte(name)
    return chosen.prefix_with("MATERIALIZED", dialect="postgresql")


def unordered(column: Column[Any]) -> ColumnElement[Any]:
    """The value of a column for which no index is used: else SQLite goes through a whole table in its order."""
    return column + literal_column("0")


def unordered_text(column: Column[str]) -> ColumnElement[str]:
    """As `unordered`, of text."""
    return column + literal_column("''")


def with_row_locks(
    connection: Connection, query: Select[Any], *, of: Table | None = None, skip_locked: bool = False
) -> Select[Any]:
    """A query whose rows nobody else changes until the transaction ends; one that cannot write holds nothing."""
    if connection.get_execution_options().get(READING):
        return query
    return query.with_for_update(of=of, skip_locked=skip_locked)


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_or_ignore(connection: Connection, table: Table, values: Mapping[str, object]) -> Insert:
    """Insert a row unless one with the same primary key is there."""
    statement: Insert = _insert(connection, table).values(values).on_conflict_do_nothing()
    return statement


def insert_or_ignore_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> Insert:
    """Insert these rows in one statement, leaving out each whose unique values are there already."""
    statement: Insert = _insert(connection, table).values(list(rows)).on_conflict_do_nothing()
    return statement


def insert_or_update(connection: Connection, table: Table, values: Mapping[str, object]) -> Insert:
    """Insert a row, or give the one with the same primary key these values."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    statement: Insert = (
        _insert(connection, table).values(values).on_conflict_do_update(index_elements=keys, set_=changed)
    )
    return statement


def begins_with(connection: Connection, column: Column[str], prefix: str) -> ColumnElement[bool]:
    """Whether a text begins so: as a range, which an index of SQLite serves where LIKE reads all of it."""
    # PostgreSQL compares as its database's language does, unless it is told to compare the signs.
    signs = column.collate("C") if connection.dialect.name == "postgresql" else column
    return and_(signs >= prefix, signs < prefix + _LAST)


def lock_writers(connection: Connection, table: Table) -> None:
    """Until the transaction ends, no other one writes this table; readers go on. On SQLite that is so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


# -- many rows at once ----------------------------------------------------------------------------------------------


def insert_or_ignore_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    rows: Sequence[Sequence[object]],
    shared: Mapping[Column[Any], object],
) -> None:
    """Insert rows of values for these columns, leaving out each whose unique values are there already.

    `shared` are further columns, which have one value in all rows. Several times as fast as one statement for each row:
    there every value is bound by itself and, on SQLite, the conditions of partial indexes are worked out anew.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert_unnested(connection, table, columns, rows, shared)
    else:
        _insert_in_chunks(connection, table, columns, rows, shared)


def _insert_unnested(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    rows: Sequence[Sequence[object]],
    shared: Mapping[Column[Any], object],
) -> None:
    named = {column.name: column for column in columns}
    statement = _insert_from_lists(table, tuple(columns), tuple(shared))
    values = {f"the_{column.name}": value for column, value in shared.items()}
    connection.execute(statement, {**lists(connection, named, rows), **values})


@cache
def _insert_from_lists(table: Table, columns: tuple[Column[Any], ...], shared: tuple[Column[Any], ...]) -> Any:
    constants = [bindparam(f"the_{column.name}", type_=column.type) for column in shared]
    given = unnested({column.name: column for column in columns})
    names = [column.name for column in (*columns, *shared)]
    return postgresql.insert(table).from_select(names, select(*given.c, *constants)).on_conflict_do_nothing()


def _insert_in_chunks(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    rows: Sequence[Sequence[object]],
    shared: Mapping[Column[Any], object],
) -> None:
    named = {column.name: column for column in columns}
    constants = [_bound(connection, column, [value]) * len(rows) for column, value in shared.items()]
    bound = list(zip(*lists(connection, named, rows).values(), *constants, strict=True))
    chunks = [bound[start : start + _CHUNK] for start in range(0, len(bound), _CHUNK)]
    for size in {len(chunk) for chunk in chunks}:  # the last one may be shorter
        given = [tuple(chain.from_iterable(chunk)) for chunk in chunks if len(chunk) == size]
        connection.exec_driver_sql(_insert_words(connection, table, [*columns, *shared], size), given)


def _insert_words(connection: Connection, table: Table, columns: Sequence[Column[Any]], size: int) -> str:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in columns)
    row = f"({', '.join('?' * len(columns))})"
    rows = ", ".join([row] * size)
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES {rows} ON CONFLICT DO NOTHING"  # noqa: S608  # no input


def lists(
    connection: Connection, columns: Mapping[str, Column[Any]], rows: Sequence[Sequence[object]]
) -> dict[str, list[Any]]:
    """The values of rows by column, as the driver takes them."""
    values = zip(*rows, strict=True)
    return {
        name: _bound(connection, column, each) for (name, column), each in zip(columns.items(), values, strict=True)
    }


def _bound(connection: Connection, column: Column[Any], values: Sequence[object]) -> list[Any]:
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return list(values) if processor is None else [processor(value) for value in values]


def unnested(columns: Mapping[str, Column[Any]]) -> TableValuedAlias:
    """A table whose columns are bound as `lists` gives them. PostgreSQL only."""
    kinds = {name: _plain(column.type) for name, column in columns.items()}
    bound = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    named = [Column(name, kind) for name, kind in kinds.items()]
    return func.unnest(*bound).table_valued(*named, name="given").render_derived()


def _plain(kind: TypeEngine[Any]) -> Any:
    """The type of an item whose value is worked out already."""
    if isinstance(kind, String):
        return String()  # without its length: a cast to VARCHAR(160) would cut what is longer, which is refused else
    return kind.impl if isinstance(kind, TypeDecorator) else kind


def given_rows(dialect: str, columns: Mapping[str, Column[Any]]) -> FromClause:
    """A table in a statement, whose rows are bound as `given_values` makes them: one statement for however many."""
    if dialect == "postgresql":
        return unnested(columns)
    each = func.json_each(bindparam("rows")).table_valued("value", name="each")
    found = [func.json_extract(each.c.value, f"$[{place}]").label(name) for place, name in enumerate(columns)]
    return select(*found).select_from(each).subquery("given")


def given_values(
    connection: Connection, columns: Mapping[str, Column[Any]], rows: Sequence[Sequence[object]]
) -> dict[str, Any]:
    """What `given_rows` takes."""
    bound = lists(connection, columns, rows)
    if connection.dialect.name == "postgresql":
        return bound
    return {"rows": json.dumps(list(zip(*bound.values(), strict=True)))}


def one_of(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is in a list that is bound as `bound_list` makes it: one statement for lists of every length."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(_plain(column.type))))
    return column.in_(select(func.json_each(bindparam(name)).table_valued("value", name="one").c.value))


def bound_list(connection: Connection, values: Iterable[int] | Iterable[str]) -> object:
    """What `one_of` takes."""
    return list(values) if connection.dialect.name == "postgresql" else json.dumps(list(values))


def raw_rows(result: CursorResult[Any]) -> Sequence[Sequence[Any]]:
    """The rows of many as the driver has them: SQLAlchemy takes as long to make its own of them as SQLite to find them.

    Values that the driver does not have, as instants on SQLite, are still to be made of them.
    """
    assert result.cursor is not None
    rows: Sequence[Sequence[Any]] = result.cursor.fetchall()
    result.close()
    return rows


def reader_of(connection: Connection, column: Column[_Value]) -> Callable[[Any], _Value]:
    """What makes a value of a column of what `raw_rows` has there."""
    processor: Callable[[Any], Any] | None = column.type.dialect_impl(connection.dialect).result_processor(
        connection.dialect, None
    )
    return processor or (lambda value: value)


def scan_in_order(connection: Connection) -> None:
    """Until the transaction ends, PostgreSQL goes through an index in order and does not sort what is there."""
    if connection.dialect.name == "postgresql":
        connection.execute(_IN_ORDER)
