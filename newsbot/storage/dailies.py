"""Questions of the day of many channels at once: which is open where, and what people answered to it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from newsbot.messages.requests import Place
from newsbot.storage.games import GameRepository
from newsbot.storage.records import AnswerRecord, DailyChannel, DailyClosing, GameRecord
from newsbot.storage.statements import (
    chosen_once,
    given_rows,
    given_values,
    insert_or_ignore,
    insert_or_ignore_all,
    lock_writers,
    with_row_locks,
)
from newsbot.storage.tables import (
    OF_A_DAY,
    quiz_answers,
    quiz_asked,
    quiz_channels,
    quiz_closings,
    quiz_dailies,
    quiz_games,
)

DailyName = tuple[str, Place]  # the question of a day in a channel

_games, _answers, _channels, _closings = quiz_games.c, quiz_answers.c, quiz_channels.c, quiz_closings.c


_CHANNEL = {"platform": _channels.platform, "workspace": _channels.workspace, "channel": _channels.channel}
_GAME = {"daily": _games.daily} | {name: _games[name] for name in _CHANNEL}


class DailyRepository:
    """Questions of a day by id, and which is open in which channel."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- the questions --------------------------------------------------------------------------------------------

    def add(self, name: str, question: str, at: datetime) -> None:
        """Keep a question of a day as it was asked (JSON); one that is kept stays as it is."""
        values = {"id": name, "question": question, "made_at": at}
        self._connection.execute(insert_or_ignore(self._connection, quiz_dailies, values))

    def questions(self, names: Collection[str]) -> dict[str, str]:
        """Questions of days as they were asked (JSON), by id."""
        query = select(quiz_dailies.c.id, quiz_dailies.c.question).where(quiz_dailies.c.id.in_(names))
        return {row.id: row.question for row in self._connection.execute(query)}

    # -- what is open in channels ---------------------------------------------------------------------------------

    def channels(self, places: Iterable[Place]) -> dict[Place, DailyChannel]:
        """Which question of a day is open, for each of these channels that has one; a thread belongs to its channel.

        Held until the transaction ends.
        """
        named = {(each.platform, each.workspace, each.channel): replace(each, thread=None) for each in places}
        if not named:
            return {}
        values = given_values(self._connection, _CHANNEL, list(named))
        query = with_row_locks(self._connection, _channels_query(self._connection.dialect.name), of=quiz_channels)
        rows = self._connection.execute(query, values)
        return {
            place: DailyChannel(place, row.daily, row.before, row.delivery, row.since, row.closes_at)
            for row in rows
            for place in (named[(row.platform, row.workspace, row.channel)],)
        }

    def hold_channels(self, places: Collection[Place]) -> dict[Place, DailyChannel]:
        """As `channels`. Until the transaction ends, nobody else opens a question of a day anywhere."""
        lock_writers(self._connection, quiz_channels)
        return self.channels(places)

    def put_channels(self, rows: Sequence[DailyChannel]) -> None:
        """Keep which questions of a day are open in channels."""
        values = [
            {
                **_channel(row.place),
                "daily": row.daily,
                "before": row.before,
                "delivery": row.delivery,
                "since": row.since,
                "closes_at": row.closes_at,
            }
            for row in rows
        ]
        _put(self._connection, quiz_channels, values)

    def note_asked(self, asked: Iterable[tuple[Place, str]], at: datetime) -> None:
        """Note for channels that each was asked a question."""
        values = [{**_channel(place), "question": question, "at": at} for place, question in asked]
        _put(self._connection, quiz_asked, values)

    # -- when they close ------------------------------------------------------------------------------------------

    def add_closings(self, fresh: Sequence[DailyClosing]) -> None:
        """Note messages that are to tell an answer; what is known stays as it is."""
        rows = [
            {
                **_channel(each.place),
                "delivery": each.delivery,
                "daily": each.daily,
                "before": each.before,
                "closes_at": each.closes_at,
                "tell_at": each.tell_at,
            }
            for each in fresh
        ]
        if rows:
            self._connection.execute(insert_or_ignore_all(self._connection, quiz_closings, rows))

    def tell_now(self, deliveries: Collection[str], now: datetime) -> None:
        """These messages are to tell their answers at once: other questions have taken the place of theirs."""
        if deliveries:
            sooner = _closings.delivery.in_(deliveries), _closings.tell_at > now
            self._connection.execute(update(quiz_closings).where(*sooner).values(tell_at=now))

    def end_closings(self, deliveries: Collection[str]) -> None:
        """These messages have told their answers, or never will."""
        if deliveries:
            self._connection.execute(delete(quiz_closings).where(_closings.delivery.in_(deliveries)))

    def claim_closings(
        self, now: datetime, hold: timedelta, limit: int, platforms: Collection[str]
    ) -> tuple[DailyClosing, ...]:
        """Up to `limit` messages of these platforms that are to tell their answers by `now`, the longest due first.

        Nobody else gets them for as long as `hold`.
        """
        chosen = chosen_once(
            select(_closings.delivery)
            .where(_closings.platform.in_(platforms), _closings.tell_at <= now)
            .order_by(_closings.tell_at)
            .limit(limit)
        )
        claimed = (
            update(quiz_closings)
            .where(_closings.delivery.in_(select(chosen.c.delivery)), _closings.tell_at <= now)
            .values(tell_at=now + hold)
            .returning(*_closings)
        )
        return tuple(map(_closing, self._connection.execute(claimed)))

    def postpone_closing(self, delivery: str, until: datetime) -> None:
        """Try again then."""
        later = update(quiz_closings).where(_closings.delivery == delivery)
        self._connection.execute(later.values(tell_at=until))

    def next_closing(self, platforms: Collection[str]) -> datetime | None:
        """When the next message of these platforms is to tell its answer; None where none is."""
        query = select(func.min(_closings.tell_at)).where(_closings.platform.in_(platforms))
        found: datetime | None = self._connection.execute(query).scalar_one()
        return found

    # -- their games ----------------------------------------------------------------------------------------------

    def game(self, daily: str, place: Place) -> GameRecord | None:
        """The game that a question is in a channel, held until the transaction ends; None before anybody answers."""
        home = replace(place, thread=None)
        return self.games([(daily, home)]).get((daily, home))

    def games(self, names: Collection[DailyName]) -> dict[DailyName, GameRecord]:
        """The games that these questions are in these channels, where there are any; held until it ends."""
        numbers = self.game_numbers(names)
        games = GameRepository(self._connection).many(numbers) if numbers else ()
        return {(game.daily, game.place): game for game in games}

    def game_numbers(self, names: Collection[DailyName]) -> list[int]:
        """The ids of the games that these questions are in these channels."""
        if not names:
            return []
        wanted = [(daily, place.platform, place.workspace, place.channel) for daily, place in names]
        values = given_values(self._connection, _GAME, wanted)
        return list(self._connection.execute(_numbers_query(self._connection.dialect.name), values).scalars())

    def answers(self, games: Collection[int]) -> dict[int, list[AnswerRecord]]:
        """What people chose in these games of one question, the earliest first."""
        found: dict[int, list[AnswerRecord]] = {game: [] for game in games}
        if found:
            query = select(quiz_answers).where(_answers.game.in_(games), _answers.number == 0)
            for row in self._connection.execute(query.order_by(_answers.at, _answers.person)):
                found[row.game].append(AnswerRecord(**row._mapping))
        return found


@cache
def _channels_query(dialect: str) -> Select[Any]:
    given = given_rows(dialect, _CHANNEL)
    is_it = and_(*(column == given.c[name] for name, column in _CHANNEL.items()))
    return select(quiz_channels).join(given, is_it).order_by(*_CHANNEL.values())


@cache
def _numbers_query(dialect: str) -> Select[Any]:
    given = given_rows(dialect, _GAME)
    is_it = and_(text(f"quiz_games.{OF_A_DAY}"), *(column == given.c[name] for name, column in _GAME.items()))
    return select(_games.id).join(given, is_it)


def _closing(row: Any) -> DailyClosing:
    place = Place(row.platform, row.workspace, row.channel)
    return DailyClosing(row.delivery, row.daily, place, row.before, row.closes_at, row.tell_at)


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
