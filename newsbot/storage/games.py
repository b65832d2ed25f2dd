"""Games of the quiz with their answers, votes and results, and what channels were asked."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select, text, update

from newsbot.messages.requests import Place
from newsbot.storage.records import AnswerRecord, GameRecord, ResultRecord
from newsbot.storage.statements import (
    chosen_once,
    insert_or_ignore,
    insert_or_ignore_rows,
    insert_or_update,
    with_row_locks,
)
from newsbot.storage.tables import (
    DUE,
    PLAYED,
    quiz_answers,
    quiz_asked,
    quiz_games,
    quiz_results,
    quiz_votes,
)

_games, _answers, _results = quiz_games.c, quiz_answers.c, quiz_results.c
_FIELDS = [field.name for field in fields(AnswerRecord)]
_ANSWER = [_answers[name] for name in _FIELDS]
_row = attrgetter(*_FIELDS)  # a tenth of what dataclasses.astuple takes, which copies every value
_RESULT = (
    *(_results.game, _results.number, _results.person, _results.name, _results.platform, _results.workspace),
    *(_results.channel, _results.question, _results.chosen, _results.is_right, _results.points, _results.at),
)

_CHANGING = ("played_in", "phase", "due_at", "body", "starter")
_PAGE = 50  # games that are read at a time: what they say is long
_SAVING = (
    update(quiz_games)
    .where(_games.id == bindparam("the_id"))
    .values({name: bindparam(name) for name in _CHANGING})
    .values(version=bindparam("the_version"))
)

AnswerKey = tuple[int, int, str]  # game, number, person


class GameRepository:
    """Games by id and by channel."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- games ----------------------------------------------------------------------------------------------------

    def add(self, fresh: GameRecord) -> GameRecord | None:
        """Keep a new game, whose id is given to it; None where its channel plays one already."""
        values = {**_channel(fresh.place), **_changing(fresh), "daily": fresh.daily, "version": 1}
        adding = insert_or_ignore(self._connection, quiz_games, values).returning(_games.id)
        row = self._connection.execute(adding).one_or_none()
        return None if row is None else replace(fresh, id=row.id, version=1)

    def get(self, number: int) -> GameRecord | None:
        """The game of that id. Nobody else changes it, or what people answer to it, until this transaction ends."""
        return self.get_locked({number}).get(number)

    def many(self, numbers: Collection[int]) -> tuple[GameRecord, ...]:
        """As `get`, the games of these ids that there are, in order: up to some hundreds."""
        return tuple(self.get_locked(numbers).values())

    def get_locked(self, numbers: Collection[int]) -> dict[int, GameRecord]:
        """As `many`, by id."""
        # In one order: two that lock the same rows in different orders would wait for each other for ever.
        query = select(quiz_games).where(_games.id.in_(numbers)).order_by(_games.id)
        return {row.id: _game(row) for row in self._connection.execute(with_row_locks(self._connection, query))}

    def by_ids(self, numbers: Collection[int]) -> dict[int, GameRecord]:
        """The games of these ids, for reading."""
        query = select(quiz_games).where(_games.id.in_(numbers))
        return {row.id: _game(row) for row in self._connection.execute(query)} if numbers else {}

    def open_in(self, place: Place) -> GameRecord | None:
        """The game that is played in a channel: started there, or with its questions there."""
        here = or_(_games.channel == place.channel, _games.played_in == place.channel)
        query = select(quiz_games).where(*_in_workspace(place), here, text(PLAYED)).order_by(_games.id.desc()).limit(1)
        row = (self._connection.execute(query)).one_or_none()
        return _game(row) if row else None

    def claim(
        self, now: datetime, hold: timedelta, limit: int, platforms: Collection[str], mine: Collection[int] = ()
    ) -> tuple[GameRecord, ...]:
        """Up to `limit` games of these platforms that are to be looked at by `now`, the longest due first.

        Nobody else gets them for as long as `hold`; each has its next version. Those that are `mine` already stay so,
        from now on for as long again.
        """
        if mine:
            # One that somebody presses at this moment is left out, and held at the next look: neither waits for the
            # other, which in different orders would be for ever.
            are_mine = select(_games.id).where(_games.id.in_(mine), text(DUE), _games.due_at < now + hold)
            free = with_row_locks(self._connection, are_mine, skip_locked=True).scalar_subquery()
            self._connection.execute(update(quiz_games).where(_games.id.in_(free)).values(due_at=now + hold))
        chosen = chosen_once(
            select(_games.id)
            .where(text(DUE), _games.due_at <= now, _games.platform.in_(platforms))
            .order_by(_games.due_at, _games.id)
            .limit(limit)
        )
        claimed = (
            update(quiz_games)
            # Asked again: another process may have taken the row between the choice and the lock.
            .where(_games.id.in_(select(chosen.c.id)), _games.due_at <= now)
            .values(due_at=now + hold, version=_games.version + 1)
            .returning(*_games)
        )
        return tuple(_game(row) for row in self._connection.execute(claimed))

    def next_due(self, platforms: Collection[str]) -> datetime | None:
        """When the next game of these platforms is to be looked at; None where none is played."""
        query = select(func.min(_games.due_at)).where(text(DUE), _games.platform.in_(platforms))
        found: datetime | None = (self._connection.execute(query)).scalar_one()
        return found

    def platforms(self, among: Collection[str]) -> frozenset[str]:
        """Those of these platforms on which games are played."""
        query = select(_games.platform).where(text(DUE), _games.platform.in_(among)).distinct()
        return frozenset((self._connection.execute(query)).scalars())

    def home_of(self, place: Place) -> Place:
        """The channel whose game was played last in a place: of a thread that was made for a game, that of the game."""
        query = select(_games.channel).where(*_in_workspace(place), _games.played_in == place.channel)
        found = (self._connection.execute(query.order_by(_games.id.desc()).limit(1))).scalar_one_or_none()
        return replace(place, channel=found) if found else place

    def played(self, platform: str, starter: str = "", after: int = 0) -> tuple[GameRecord, ...]:
        """Games of a platform that are not over, but for questions of a day: the first fifty whose ids are greater
        than `after`. Nobody else changes them meanwhile.

        Where a `starter` is given, those alone that this person started.
        """
        query = playing(platform, starter, after)
        return tuple(_game(row) for row in self._connection.execute(with_row_locks(self._connection, query)))

    def save(self, game: GameRecord) -> bool:
        """Keep a changed game under the next version; whether nobody changed it since it was read."""
        is_same = and_(_games.id == game.id, _games.version == game.version)
        changed = update(quiz_games).where(is_same).values(**_changing(game), version=game.version + 1)
        return self._connection.execute(changed).rowcount == 1

    def save_locked(self, games: Sequence[GameRecord]) -> None:
        """As `save`, of games that this transaction holds: nobody can have changed them."""
        values = [{"the_id": game.id, "the_version": game.version + 1, **_changing(game)} for game in games]
        if values:
            self._connection.execute(_SAVING, values)

    # -- answers and votes ----------------------------------------------------------------------------------------

    def answers(self, game: int, number: int) -> tuple[AnswerRecord, ...]:
        """What people chose, the earliest first."""
        query = select(quiz_answers).where(_answers.game == game, _answers.number == number)
        found = self._connection.execute(query.order_by(_answers.at, _answers.person))
        return tuple(AnswerRecord(**row._mapping) for row in found)

    def answers_of(self, keys: Collection[AnswerKey]) -> dict[AnswerKey, AnswerRecord]:
        """The answers of these games, numbers and persons, those that there are."""
        games, numbers, persons = (set(values) for values in zip(*keys, strict=True)) if keys else (set(), set(), set())
        query = select(quiz_answers).where(
            _answers.game.in_(games), _answers.number.in_(numbers), _answers.person.in_(persons)
        )
        found = (AnswerRecord(**row._mapping) for row in self._connection.execute(query))
        return {(each.game, each.number, each.person): each for each in found}

    def put_answers(self, fresh: Sequence[AnswerRecord], changed: Sequence[AnswerRecord]) -> None:
        """Keep new answers, and the new choices of those who changed theirs. Their games are held."""
        insert_or_ignore_rows(self._connection, quiz_answers, _ANSWER, [_row(each) for each in fresh], {})
        for each in changed:
            is_it = (_answers.game == each.game, _answers.number == each.number, _answers.person == each.person)
            values = {"name": each.name, "choice": each.choice, "at": each.at, "is_changed": each.is_changed}
            self._connection.execute(update(quiz_answers).where(*is_it).values(**values))

    def count(self, game: int, number: int) -> int:
        """How many people answered."""
        query = select(func.count()).where(_answers.game == game, _answers.number == number)
        return int((self._connection.execute(query)).scalar_one())

    def players(self, game: int) -> frozenset[str]:
        """Everyone who answered any question of a game."""
        query = select(_answers.person).where(_answers.game == game).distinct()
        return frozenset((self._connection.execute(query)).scalars())

    def vote(self, game: int, number: int, person: str) -> frozenset[str]:
        """Count a vote to skip a question, once; returns everyone who voted."""
        values = {"game": game, "number": number, "person": person}
        self._connection.execute(insert_or_ignore(self._connection, quiz_votes, values))
        query = select(quiz_votes.c.person).where(quiz_votes.c.game == game, quiz_votes.c.number == number)
        return frozenset((self._connection.execute(query)).scalars())

    # -- results --------------------------------------------------------------------------------------------------

    def add_results(self, rows: Sequence[ResultRecord]) -> None:
        """Keep what answers were worth; what is kept already stays as it is."""
        values = [_values(row) for row in rows]
        insert_or_ignore_rows(self._connection, quiz_results, _RESULT, values, {})

    def results(self, game: int) -> tuple[ResultRecord, ...]:
        """What the answers to a game were worth."""
        query = select(quiz_results).where(_results.game == game).order_by(_results.number, _results.at)
        return tuple(read_result(row) for row in self._connection.execute(query))

    def results_in(self, place: Place, since: datetime, until: datetime) -> tuple[ResultRecord, ...]:
        """What the answers of a channel were worth that were given from one instant until before another."""
        query = select(quiz_results).where(*_results_in(place), _results.at >= since, _results.at < until)
        return tuple(read_result(row) for row in self._connection.execute(query.order_by(_results.at)))

    def last_answers_in(self, place: Place) -> dict[str, datetime]:
        """When each question that a channel answered was answered last."""
        query = select(_results.question, func.max(_results.at)).where(*_results_in(place))
        return {row[0]: row[1] for row in self._connection.execute(query.group_by(_results.question))}

    # -- what was asked -------------------------------------------------------------------------------------------

    def history(self, place: Place) -> tuple[str, ...]:
        """The questions that a channel was asked, the latest last."""
        asked = quiz_asked.c
        query = select(asked.question).where(
            asked.platform == place.platform, asked.workspace == place.workspace, asked.channel == place.channel
        )
        return tuple((self._connection.execute(query.order_by(asked.at, asked.question))).scalars())

    def asked_in(self, place: Place) -> tuple[tuple[str, datetime], ...]:
        """The questions that a channel was asked, and when each was last; the latest first."""
        asked = quiz_asked.c
        query = select(asked.question, asked.at).where(
            asked.platform == place.platform, asked.workspace == place.workspace, asked.channel == place.channel
        )
        found = self._connection.execute(query.order_by(asked.at.desc(), asked.question))
        return tuple((row.question, row.at) for row in found)

    def note_asked(self, place: Place, question: str, at: datetime) -> None:
        """Note that a channel was asked a question."""
        values = {**_channel(place), "question": question, "at": at}
        self._connection.execute(insert_or_update(self._connection, quiz_asked, values))


# -- rows and records ----------------------------------------------------------------------------------------------


def _channel(place: Place) -> dict[str, str]:
    return {"platform": place.platform, "workspace": place.workspace, "channel": place.channel}


def _results_in(place: Place) -> tuple[Any, ...]:
    return (
        _results.platform == place.platform,
        _results.workspace == place.workspace,
        _results.channel == place.channel,
    )


def _in_workspace(place: Place) -> tuple[Any, ...]:
    return _games.platform == place.platform, _games.workspace == place.workspace


def _changing(game: GameRecord) -> dict[str, object]:
    return {name: getattr(game, name) for name in _CHANGING}


def playing(platform: str, starter: str, after: int) -> Select[Any]:
    """The statement of `GameRepository.played`."""
    query = select(quiz_games).where(text(PLAYED), _games.platform == platform, _games.id > after)
    if starter:
        query = query.where(_games.starter == starter)
    return query.order_by(_games.id).limit(_PAGE)


def _game(row: Row[tuple[Any, ...]]) -> GameRecord:
    place = Place(row.platform, row.workspace, row.channel)
    rest = (row.played_in, row.daily, row.phase, row.due_at, row.version, row.body, row.starter)
    return GameRecord(row.id, place, *rest)


def _values(row: ResultRecord) -> tuple[object, ...]:
    place = row.place
    return (
        *(row.game, row.number, row.person, row.name, place.platform, place.workspace, place.channel),
        *(row.question, row.chosen, row.is_right, row.points, row.at),
    )


def read_result(row: Row[tuple[Any, ...]]) -> ResultRecord:
    """A row of `quiz_results` as a record."""
    place = Place(row.platform, row.workspace, row.channel)
    rest = (row.question, row.chosen, row.is_right, row.points, row.at)
    return ResultRecord(row.game, row.number, row.person, row.name, place, *rest)
