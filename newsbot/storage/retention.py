"""Retention: rows that nobody needs any more, looked for page by page in the order of a key and deleted by it.

What may go is told by `_Kind.find`, which only reads; `_Kind.rows` names the rows of a page's keys, with all that may
have changed since they were found. The newest row of a table whose ids are given in order never goes: SQLite would give
its id again, and keys, buttons and readers of changes go by it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, func, or_, select, text

from newsbot.storage.statements import given_rows, given_values, lock_writers
from newsbot.storage.tables import (
    OF_A_DAY,
    OPEN,
    TROUBLED,
    deliveries,
    digest_histories,
    editions,
    handled_events,
    incidents,
    leases,
    outages,
    quiz_answers,
    quiz_channels,
    quiz_dailies,
    quiz_games,
    quiz_results,
    quiz_votes,
    subscriptions,
    web_messages,
)

Kind = Literal[
    "events",
    "games",
    "answers",
    "dailies",
    "deliveries",
    "editions",
    "histories",
    "outages",
    "leases",
    "web messages",
]
PAGE = 300  # rows that are looked at, and at most deleted, in one transaction
LAST_DELIVERIES = 10  # of each digest that has not ended: what `/digest log` and `why` show
_SETTLED = ("sent", "failed", "skipped")
_QUIZ = "quiz:"  # the messages of a game have keys of `quiz:ID:what`
_ENDING = ":end"  # what its final scores, which somebody's erasure shows anew, have in the place of `:what`
# What was noted about outages is needed for 40 days by schedules; streaks go back to the first answer of all.
_OUTAGES = timedelta(days=60)
_CLOCKS_APART = timedelta(days=2)  # by how much platforms' timestamps may differ from our clock, generously
_LEASES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Rows that were over before these instants may go; of the web chat also those beyond its newest `web_messages`.

    `quiz` is for what details there are of games, and for questions of a day; `games` for games and their final scores.
    """

    now: datetime
    events: datetime
    deliveries: datetime
    quiz: datetime
    games: datetime
    web: datetime
    web_messages: int


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of rows that may go, and where the next page begins; None after the last."""

    keys: tuple[Any, ...] = ()
    next: Any = None


@dataclass(slots=True)
class Counted:
    """What a look that deletes nothing counts as gone: ids of games and deliveries."""

    games: set[int] = field(default_factory=set)
    deliveries: set[int] = field(default_factory=set)


class RetentionRepository:
    """What may go, and its going."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kind: Kind, cutoffs: Cutoffs, after: Any = None, gone: Counted | None = None) -> Page:
        """The next page of what may go, after that of `after`; `gone` counts as deleted already."""
        return _KINDS[kind].find(self._connection, cutoffs, after, gone or Counted())

    def count(self, kind: Kind, cutoffs: Cutoffs, keys: Sequence[Any]) -> dict[str, int]:
        """How many rows of each table would go with these keys."""
        rows = list(_KINDS[kind].rows(cutoffs, keys))
        if kind in ("dailies", "editions"):  # by what is only counted as gone
            return {rows[0][0].name: len(keys)}
        return {
            table.name: int(self._connection.execute(select(func.count()).select_from(table).where(meant)).scalar_one())
            for table, meant in rows
        }

    def delete(self, kind: Kind, cutoffs: Cutoffs, keys: Sequence[Any]) -> dict[str, int]:
        """Delete what is meant by these keys, unless it is needed again; how many rows of each table went."""
        if kind == "histories":  # a planner that takes one up again writes it first: it waits, or we see that it did
            lock_writers(self._connection, digest_histories)
        gone: dict[str, int] = {}
        for table, is_meant in _KINDS[kind].rows(cutoffs, keys):
            gone[table.name] = (
                gone.get(table.name, 0) + self._connection.execute(delete(table).where(is_meant)).rowcount
            )
        return gone


class _Kind(Protocol):
    """One kind of rows that go together."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        """The next page of those that may go."""

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        """The rows of these keys, in the order in which they can be deleted."""


class _Events:
    """Events that no platform repeats any more; the keys of a page are its first instant and its last."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        at = handled_events.c.handled_at
        query = select(at).where(at < cutoffs.events).order_by(at).limit(PAGE)
        if after is not None:
            query = query.where(at > after)
        found = connection.execute(query).scalars().all()
        return Page((found[0], found[-1]), found[-1] if len(found) == PAGE else None) if found else Page()

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield handled_events, handled_events.c.handled_at.between(*keys)


class _Games:
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
        return Page(tuple(keys), _after(found, [row for row in found if spans[row.id].is_old(cutoffs.quiz)]))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        still = select(quiz_games.c.id).where(quiz_games.c.id.in_(keys), quiz_games.c.phase == "ended")
        yield quiz_answers, quiz_answers.c.game.in_(still)
        yield quiz_votes, quiz_votes.c.game.in_(still)
        yield quiz_games, and_(quiz_games.c.id.in_(keys), quiz_games.c.phase == "ended")


class _Answers:
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


class _Dailies:
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


class _Deliveries:
    """Messages that were posted, refused or left out long ago, with the incidents that were closed.

    The last ten of each digest stay, and the keys that somebody still asks for: of a game that is played, of the final
    scores of one that is kept, of what brought a channel its question of the day.
    """

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = deliveries.c
        where = columns.platform, columns.workspace, columns.channel
        query = select(columns.id, columns.key, columns.state, columns.due_at, columns.settled_at, *where)
        query = query.add_columns(columns.subscription).where(columns.id > (after or 0))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        settled = [row for row in found if row.state in _SETTLED]
        old = [row for row in settled if (row.settled_at or row.due_at) < cutoffs.deliveries]
        keys = {row.id for row in old}
        if keys:
            keys -= {connection.execute(select(func.max(columns.id))).scalar_one()}
            keys -= _of_kept_games(connection, old, gone)
            keys -= _that_brought_questions(connection, old)
            keys -= _of_open_incidents(connection, keys)
            keys -= _last_of_digests(connection, old)
        gone.deliveries |= keys
        return Page(tuple(sorted(keys)), _after(found, [row for row in found if row.due_at < cutoffs.deliveries]))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        columns = deliveries.c
        settled = select(columns.id).where(columns.id.in_(keys), columns.state.in_(_SETTLED))
        yield incidents, and_(incidents.c.delivery.in_(settled), incidents.c.closed_at.is_not(None))
        is_open = exists().where(incidents.c.delivery == columns.id, incidents.c.closed_at.is_(None))
        is_old = func.coalesce(columns.settled_at, columns.due_at) < cutoffs.deliveries
        yield deliveries, and_(columns.id.in_(keys), columns.state.in_(_SETTLED), is_old, ~is_open)


class _Editions:
    """What was posted, once no delivery of it is kept."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = editions.c
        query = select(columns.id, columns.made_at).where(columns.id > (after or 0)).order_by(columns.id).limit(PAGE)
        found = connection.execute(query).all()
        old = {row.id for row in found if row.made_at < cutoffs.deliveries}
        if old:
            posted = select(deliveries.c.edition_id).where(deliveries.c.edition_id.in_(old)).distinct()
            if gone.deliveries:
                whole = select(deliveries.c.edition_id, deliveries.c.id).where(deliveries.c.edition_id.in_(old))
                kept = {row.edition_id for row in connection.execute(whole) if row.id not in gone.deliveries}
            else:
                kept = set(connection.execute(posted).scalars())
            old -= {*kept, connection.execute(select(func.max(columns.id))).scalar_one()}
        is_done = all(row.made_at >= cutoffs.deliveries for row in found)
        return Page(tuple(sorted(old)), found[-1].id if len(found) == PAGE and not is_done else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        is_posted = exists().where(deliveries.c.edition_id == editions.c.id)
        yield editions, and_(editions.c.id.in_(keys), editions.c.made_at < cutoffs.deliveries, ~is_posted)


class _Histories:
    """What digests had told, once no digest goes on from it."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del cutoffs, gone
        columns = digest_histories.c
        query = select(columns.id).where(columns.id > (after or "")).order_by(columns.id).limit(PAGE)
        found = list(connection.execute(query).scalars())
        used = select(subscriptions.c.history).where(subscriptions.c.history.in_(found), _GOES_ON).distinct()
        keys = set(found) - set(connection.execute(used).scalars()) if found else set()
        return Page(tuple(sorted(keys)), found[-1] if len(found) == PAGE else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        used = select(subscriptions.c.history).where(subscriptions.c.history.in_(keys), _GOES_ON)
        yield digest_histories, and_(digest_histories.c.id.in_(keys), digest_histories.c.id.not_in(used))


class _Outages:
    """Outages before anything that is still judged by them."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        results = quiz_results.c
        # Games have their ids in the order in which they began, so no answer of all is much older than the first's.
        first = select(func.min(results.game)).scalar_subquery()
        earliest = connection.execute(select(func.min(results.at)).where(results.game == first)).scalar_one()
        before = cutoffs.now - _OUTAGES
        if earliest is not None:
            before = min(before, earliest - _CLOCKS_APART)
        columns = outages.c
        query = select(columns.id, columns.end).where(columns.end < before, columns.id > (after or 0))
        found = list(connection.execute(query.order_by(columns.end).limit(PAGE)))
        return Page(tuple(row.id for row in found), None)  # there are few, and the next day comes

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield outages, outages.c.id.in_(keys)


class _Leases:
    """Leases that ran out a day ago: whoever held them is gone."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del after, gone
        query = select(leases.c.name).where(leases.c.until < cutoffs.now - _LEASES).limit(PAGE)
        return Page(tuple(connection.execute(query).scalars()), None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        yield leases, and_(leases.c.name.in_(keys), leases.c.until < cutoffs.now - _LEASES)


class _WebMessages:
    """Old messages of the web chat, but for those whose key guards a delivery that may leave again."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        columns = web_messages.c
        newest, changed = (connection.execute(select(func.max(each))).scalar_one() for each in _COUNTED_UP)
        beyond = (newest or 0) - cutoffs.web_messages  # ids count up by one, nearly always
        query = select(columns.id, columns.at, columns.change, columns.post_key).where(columns.id > (after or 0))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        old = [row for row in found if row.id <= beyond or row.at < cutoffs.web]
        open_keys = _open_keys(connection, "web") if any(row.post_key for row in old) else frozenset()
        keys = [
            row.id
            for row in old
            if row.id != newest
            and row.change != changed
            and (row.post_key is None or row.post_key.rpartition(".")[0] not in open_keys)
        ]
        return Page(tuple(keys), _after(found, old))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield web_messages, web_messages.c.id.in_(keys)


_KINDS: Mapping[Kind, _Kind] = {
    "events": _Events(),
    "games": _Games(),
    "answers": _Answers(),
    "dailies": _Dailies(),
    "deliveries": _Deliveries(),
    "editions": _Editions(),
    "histories": _Histories(),
    "outages": _Outages(),
    "leases": _Leases(),
    "web messages": _WebMessages(),
}
# In an order in which each finds gone what it goes by: a question of a day by its games, an edition by its deliveries.
KINDS: tuple[Kind, ...] = tuple(_KINDS)
_COUNTED_UP = web_messages.c.id, web_messages.c.change
_GOES_ON = subscriptions.c.state != "ended"


def _after(found: Sequence[Any], old: Sequence[Any]) -> int | None:
    """Where the next page begins: rows come in the order of time, so after a page without an old one there is none."""
    return int(found[-1].id) if len(found) == PAGE and old else None


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


_CHANNEL = {column.name: column for column in quiz_channels.primary_key}


def _channel_rows(connection: Connection, places: Collection[tuple[str, str, str]]) -> Sequence[Any]:
    """Which questions of a day these channels have."""
    given = given_rows(connection.dialect.name, _CHANNEL)
    is_it = and_(*(column == given.c[name] for name, column in _CHANNEL.items()))
    values = given_values(connection, _CHANNEL, list(places))
    return connection.execute(select(quiz_channels).join(given, is_it), values).all()


def _of_channels(connection: Connection, places: Collection[tuple[str, str, str]]) -> frozenset[tuple[str, ...]]:
    """The questions of a day that are open in these channels, or were before: each with its channel."""
    return frozenset(
        (daily, row.platform, row.workspace, row.channel)
        for row in _channel_rows(connection, places)
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


def _open_keys(connection: Connection, platform: str) -> frozenset[str]:
    """The keys of what is to be posted on a platform, or may have been posted at this moment."""
    query = select(deliveries.c.key).where(text(f"deliveries.{OPEN}"), deliveries.c.platform == platform)
    return frozenset(connection.execute(query).scalars())


def _of_kept_games(connection: Connection, rows: Sequence[Any], gone: Counted) -> set[int]:
    """Those of these deliveries that are messages of games, and that their games are not done with."""
    games: dict[int, list[Any]] = {}
    for row in rows:
        number = row.key.removeprefix(_QUIZ).partition(":")[0]
        if row.key.startswith(_QUIZ) and number.isdecimal() and len(number) < 10:
            games.setdefault(int(number), []).append(row)
    if not games:
        return set()
    query = select(quiz_games.c.id, quiz_games.c.phase).where(quiz_games.c.id.in_(games))
    kept = {row.id: row.phase for row in connection.execute(query) if row.id not in gone.games}
    return {
        row.id for game, phase in kept.items() for row in games[game] if phase != "ended" or row.key.endswith(_ENDING)
    }


def _that_brought_questions(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Those of these deliveries that brought a channel the question of the day that is open there."""
    places = {(row.platform, row.workspace, row.channel) for row in rows}
    brought = {row.delivery for row in _channel_rows(connection, places)}
    return {row.id for row in rows if row.key in brought}


def _of_open_incidents(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these deliveries that are to be told of yet."""
    columns = incidents.c
    query = select(columns.delivery).where(columns.delivery.in_(ids), columns.closed_at.is_(None))
    return set(connection.execute(query).scalars())


def _last_of_digests(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Those of these deliveries that are among the last ten of a digest that has not ended."""
    of = {row.subscription for row in rows if row.subscription is not None}
    if not of:
        return set()
    live = select(subscriptions.c.id).where(subscriptions.c.id.in_(of), _GOES_ON)
    alive = set(connection.execute(live).scalars())
    columns, later = deliveries.c, deliveries.alias("later")
    tenth = (
        select(later.c.id)
        .where(later.c.subscription == columns.subscription, later.c.id > columns.id)
        .order_by(later.c.id)
        .limit(1)
        .offset(LAST_DELIVERIES - 1)
    )
    ids = [row.id for row in rows if row.subscription in alive]
    return set(connection.execute(select(columns.id).where(columns.id.in_(ids), ~tenth.exists())).scalars())
