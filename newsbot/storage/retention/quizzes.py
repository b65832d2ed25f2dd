"""How long quizzes are kept: games that ended, their answers and votes, and questions of a day."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select, text

from newsbot.storage.retention.rules import PAGE, Counted, Cutoffs, Page, next_after
from newsbot.storage.statements import given_rows, given_values
from newsbot.storage.tables import (
    OF_A_DAY,
    OPEN,
    TROUBLED,
    deliveries,
    editions,
    quiz_answers,
    quiz_channels,
    quiz_dailies,
    quiz_games,
    quiz_results,
    quiz_votes,
)

_CHANNEL = {column.name: column for column in quiz_channels.primary_key}


class Games:
    """Games that ended, with all that is left of them but their results.

    A question of a day that is open in its channel, was the one before, or is asked by a message that may still leave,
    stays with its game: its results may be told once more.
    """

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = quiz_games.c
        where = columns.platform, columns.workspace, columns.channel
        query = select(columns.id, columns.daily, columns.phase, columns.body, *where).where(columns.id > (after or 0))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        newest = connection.execute(select(func.max(columns.id))).scalar_one()
        spans = {row.id: _span(row.phase, row.body) for row in found}
        old = [row for row in found if spans[row.id].is_over(cutoffs.quiz if row.daily else cutoffs.games)]
        needed: frozenset[tuple[str, ...]] = frozenset()
        if dailies := [row for row in old if row.daily]:
            channels = {(row.platform, row.workspace, row.channel) for row in dailies}
            needed = _of_channels(connection, channels) | {(daily,) for daily in _waiting_dailies(connection)}
        keys = [
            row.id
            for row in old
            if row.id != newest and not needed & {(row.daily,), (row.daily, row.platform, row.workspace, row.channel)}
        ]
        gone.games |= set(keys)
        return Page(tuple(keys), next_after(found, [row for row in found if spans[row.id].is_old(cutoffs.quiz)]))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        still = select(quiz_games.c.id).where(quiz_games.c.id.in_(keys), quiz_games.c.phase == "ended")
        yield quiz_answers, quiz_answers.c.game.in_(still)
        yield quiz_votes, quiz_votes.c.game.in_(still)
        yield quiz_games, and_(quiz_games.c.id.in_(keys), quiz_games.c.phase == "ended")


class Answers:
    """Answers and votes of games that ended, where what an answer was worth is kept."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        answered = select(quiz_answers.c.game).where(quiz_answers.c.game > (after or 0)).distinct()
        voted = select(quiz_votes.c.game).where(quiz_votes.c.game > (after or 0)).distinct()
        either = answered.order_by(quiz_answers.c.game).limit(PAGE), voted.order_by(quiz_votes.c.game).limit(PAGE)
        ids = sorted({game for query in either for game in connection.execute(query).scalars()})[:PAGE]
        columns = quiz_games.c
        query = select(columns.id, columns.phase, columns.daily, columns.body).where(columns.id.in_(ids))
        spans = [(row, _span(row.phase, row.body)) for row in connection.execute(query)]
        over = {row.id for row, span in spans if not row.daily and span.is_over(cutoffs.quiz)}
        is_done = not any(span.is_old(cutoffs.quiz) for _, span in spans)
        return Page(tuple(sorted(over - gone.games)), ids[-1] if len(ids) == PAGE and not is_done else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        answers, results = quiz_answers.c, quiz_results.c
        is_scored = exists().where(
            results.game == answers.game, results.number == answers.number, results.person == answers.person
        )
        yield quiz_answers, and_(answers.game.in_(keys), is_scored)
        yield quiz_votes, quiz_votes.c.game.in_(keys)


class Dailies:
    """Questions of a day that are answered no more: not open anywhere, nor the one before, nor on their way."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = quiz_dailies.c
        query = select(columns.id, columns.made_at).where(columns.id > (after or ""))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        old = {row.id for row in found if row.made_at < cutoffs.quiz}
        if old:
            old -= _waiting_dailies(connection)
            old -= set(
                connection.execute(select(columns.id).where(columns.id.in_(old), _is_open_or_before())).scalars()
            )
            old -= _played(connection, old, gone)
        return Page(tuple(sorted(old)), found[-1].id if len(found) == PAGE else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        columns = quiz_dailies.c
        yield quiz_dailies, and_(columns.id.in_(keys), columns.made_at < cutoffs.quiz, ~_is_open_or_before())


def channel_rows(connection: Connection, places: Collection[tuple[str, str, str]]) -> Sequence[Any]:
    """Which questions of a day these channels have."""
    given = given_rows(connection.dialect.name, _CHANNEL)
    is_it = and_(*(column == given.c[name] for name, column in _CHANNEL.items()))
    values = given_values(connection, _CHANNEL, list(places))
    return connection.execute(select(quiz_channels).join(given, is_it), values).all()


@dataclass(frozen=True, slots=True)
class _Span:
    """When a game began and ended; None where it did not end, or its body cannot be read: such a game stays."""

    began: datetime | None
    ended: datetime | None

    def is_over(self, before: datetime) -> bool:
        return self.ended is not None and self.ended < before

    def is_old(self, before: datetime) -> bool:
        """Whether it began before an instant, as far as that is known."""
        return self.began is None or self.began < before


def _span(phase: str, body: str) -> _Span:
    try:
        data = json.loads(body)
        began, since = (datetime.fromisoformat(data[name]) for name in ("created_at", "since"))
    except (ValueError, TypeError, KeyError):
        return _Span(None, None)
    if began.tzinfo is None or since.tzinfo is None:
        return _Span(None, None)
    return _Span(began, since if phase == "ended" else None)


def _of_channels(connection: Connection, places: Collection[tuple[str, str, str]]) -> frozenset[tuple[str, ...]]:
    """The questions of a day that are open in these channels, or were before: each with its channel."""
    return frozenset(
        (daily, row.platform, row.workspace, row.channel)
        for row in channel_rows(connection, places)
        for daily in (row.daily, row.before)
    )


def _waiting_dailies(connection: Connection) -> frozenset[str]:
    """The questions of a day of messages that may leave yet, or that somebody may send again."""
    found: set[str] = set()
    # Each half is found by the index made for it.
    for states in (OPEN, TROUBLED):
        query = (
            select(editions.c.daily)
            .join(deliveries, deliveries.c.edition_id == editions.c.id)
            .where(text(f"deliveries.{states}"), editions.c.daily != "")
            .distinct()
        )
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def _first(query: Select[Any]) -> ColumnElement[bool]:
    """Whether there is one, looked up by itself: PostgreSQL may read a whole table to know it of many at once."""
    return query.limit(1).offset(0).exists()


def _is_open_or_before() -> ColumnElement[bool]:
    """Whether a question of a day is open in a channel, or was the one before."""
    channels, dailies = quiz_channels.c, quiz_dailies.c
    opened = select(channels.daily).where(channels.daily == dailies.id)
    before = select(channels.before).where(channels.before == dailies.id)
    return or_(_first(opened), _first(before))


def _played(connection: Connection, names: Collection[str], gone: Counted) -> set[str]:
    """Those of these questions of a day that have a game, by which a late press of them is answered."""
    games, dailies = quiz_games.c, quiz_dailies.c
    if gone.games:
        query = select(games.id, games.daily).where(text(OF_A_DAY), games.daily.in_(names))
        return {row.daily for row in connection.execute(query) if row.id not in gone.games}
    its = select(games.id).where(text(OF_A_DAY), games.daily == dailies.id)
    return set(connection.execute(select(dailies.id).where(dailies.id.in_(names), _first(its))).scalars())
