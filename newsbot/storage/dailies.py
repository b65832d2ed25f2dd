"""Questions of the day of many channels at once: which is open where, and what people answered to it.

All of it works on a plain connection, within one transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from newsbot.messages.requests import Place
from newsbot.storage.games import daily_channels, held_games
from newsbot.storage.records import AnswerRecord, DailyChannel, GameRecord
from newsbot.storage.statements import lock_writers
from newsbot.storage.tables import deliveries, quiz_answers, quiz_asked, quiz_channels, quiz_games

DailyName = tuple[str, Place]  # the question of a day in a channel

_games, _answers = quiz_games.c, quiz_answers.c


def hold_channels(connection: Connection, places: Collection[Place]) -> dict[Place, DailyChannel]:
    """As `daily_channels`. Until the transaction ends, nobody else opens a question of a day anywhere."""
    lock_writers(connection, quiz_channels)
    return daily_channels(connection, tuple(places))


def lost_deliveries(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Those of these deliveries that never stood where they were to stand."""
    is_lost = deliveries.c.key.in_(keys), deliveries.c.state.in_(("failed", "skipped"))
    return frozenset(connection.execute(select(deliveries.c.key).where(*is_lost)).scalars())


def put_channels(connection: Connection, rows: Sequence[DailyChannel]) -> None:
    """Keep which questions of a day are open in channels."""
    values = [
        {**_channel(row.place), "daily": row.daily, "before": row.before, "delivery": row.delivery, "since": row.since}
        for row in rows
    ]
    _put(connection, quiz_channels, values)


def note_asked(connection: Connection, asked: Iterable[tuple[Place, str]], at: datetime) -> None:
    """Note for channels that each was asked a question."""
    values = [{**_channel(place), "question": question, "at": at} for place, question in asked]
    _put(connection, quiz_asked, values)


def daily_games(connection: Connection, names: Collection[DailyName]) -> dict[DailyName, GameRecord]:
    """The games that these questions are in these channels, where there are any; held until the transaction ends."""
    wanted = frozenset(names)
    numbers = daily_numbers(connection, wanted)
    held = held_games(connection, numbers).values() if numbers else ()
    return {name: game for game in held if (name := (game.daily, game.place)) in wanted}


def daily_numbers(connection: Connection, names: Collection[DailyName]) -> list[int]:
    """The ids of the games that these questions are in these channels; perhaps some more."""
    if not names:
        return []
    dailies, channels = {daily for daily, _ in names}, {place.channel for _, place in names}
    query = select(_games.id).where(_games.daily.in_(dailies), _games.daily != "", _games.channel.in_(channels))
    return list(connection.execute(query).scalars())


def daily_answers(connection: Connection, games: Collection[int]) -> dict[int, list[AnswerRecord]]:
    """What people chose in these games of one question, the earliest first."""
    found: dict[int, list[AnswerRecord]] = {game: [] for game in games}
    if found:
        query = select(quiz_answers).where(_answers.game.in_(games), _answers.number == 0)
        for row in connection.execute(query.order_by(_answers.at, _answers.person)):
            found[row.game].append(AnswerRecord(**row._mapping))
    return found


def _channel(place: Place) -> dict[str, object]:
    return {"platform": place.platform, "workspace": place.workspace, "channel": place.channel}


def _put(connection: Connection, table: Table, values: list[dict[str, object]]) -> None:
    if values:
        connection.execute(_putting(connection.dialect.name, table), values)


@cache
def _putting(dialect: str, table: Table) -> Any:
    """Insert rows, or give those with the same primary keys these values."""
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
