"""What is kept of people who play: where they stand, who is hidden, what they reported; and how it is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Row, Select, and_, case, delete, exists, func, select

from newsbot.messages.requests import Place
from newsbot.storage.games import GameRepository, read_result
from newsbot.storage.records import (
    AnswerRecord,
    Erased,
    GameRecord,
    Player,
    ReportRecord,
    ResultRecord,
    StandingRecord,
)
from newsbot.storage.statements import insert_or_ignore, insert_or_update, unordered_text
from newsbot.storage.tables import quiz_answers, quiz_games, quiz_hidden, quiz_reports, quiz_results, quiz_votes

_results = quiz_results.c


class PlayerRepository:
    """Boards, and single people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- boards ---------------------------------------------------------------------------------------------------

    def standing(
        self, place: Place, since: datetime | None, limit: int, *, whole_server: bool, realm: str
    ) -> tuple[tuple[StandingRecord, ...], int]:
        """The first `limit` of a channel, or of its whole server, since an instant; and how many there are in all.

        Whoever is hidden in `realm` is left out and takes nobody's rank. A private chat has no server.
        """
        by_person = _by_person(place, since, whole_server=whole_server and bool(place.workspace), realm=realm)
        totals = by_person.subquery()
        rank = func.rank().over(order_by=totals.c.points.desc()).label("rank")
        query = select(totals, rank, func.count().over().label("people"))
        query = query.order_by(totals.c.points.desc(), totals.c.name, totals.c.person).limit(limit)
        rows = (self._connection.execute(query)).all()
        names = self._latest_names(place, [row.person for row in rows])
        return tuple(_standing(row, names[row.person]) for row in rows), rows[0].people if rows else 0

    def _latest_names(self, place: Place, persons: Sequence[str]) -> dict[str, str]:
        """How each of these people was called when they last answered in a server or workspace.

        Elsewhere they may have another name, which is nobody's business here; or another person may have their id.
        """
        turn = func.row_number().over(partition_by=_results.person, order_by=_results.at.desc()).label("turn")
        theirs = select(_results.person, _results.name, turn).where(
            _results.platform == place.platform, _results.workspace == place.workspace, _results.person.in_(persons)
        )
        last = theirs.subquery()
        found = self._connection.execute(select(last.c.person, last.c.name).where(last.c.turn == 1))
        return {row.person: row.name for row in found}

    def total(self, player: Player, workspace: str) -> StandingRecord | None:
        """What one person has in a server or workspace; None where they never played there."""
        mine = (*_theirs(player), _results.workspace == workspace)
        sums = func.sum(_results.points), func.sum(_right()), func.count(), func.max(_results.name)
        row = (self._connection.execute(select(*sums).where(*mine))).one()
        return StandingRecord(0, player.id, row[3], int(row[0]), int(row[1]), row[2]) if row[2] else None

    def played_at(self, player: Player, workspace: str) -> tuple[datetime, ...]:
        """When one person answered, in a server or workspace; also to questions that are still open."""
        answers, games = quiz_answers.c, quiz_games.c
        mine = (*_theirs(player), _results.workspace == workspace)
        there = games.platform == player.platform, games.workspace == workspace
        waiting = (
            select(answers.at).join(quiz_games, games.id == answers.game).where(answers.person == player.id, *there)
        )
        # What was worth something outlasts its game.
        return tuple(self._connection.execute(select(_results.at).where(*mine).union(waiting)).scalars())

    def by_question(self) -> dict[str, tuple[int, int]]:
        """For each question how many answers it had, and how many of them were right."""
        query = select(_results.question, func.count(), func.sum(_right())).group_by(_results.question)
        return {row[0]: (row[1], int(row[2])) for row in self._connection.execute(query)}

    # -- single people --------------------------------------------------------------------------------------------

    def is_hidden(self, player: Player) -> bool:
        """Whether a person is left out of boards."""
        query = select(func.count()).select_from(quiz_hidden).where(*_is(quiz_hidden.c, player))
        return bool((self._connection.execute(query)).scalar_one())

    def hide(self, player: Player, at: datetime) -> None:
        """Leave a person out of boards from now on."""
        values = {"platform": player.platform, "realm": player.realm, "person": player.id, "since": at}
        self._connection.execute(insert_or_ignore(self._connection, quiz_hidden, values))

    def show(self, player: Player) -> None:
        """Put a person on boards again."""
        self._connection.execute(delete(quiz_hidden).where(*_is(quiz_hidden.c, player)))

    def hidden_among(self, platform: str, realm: str, persons: Sequence[str]) -> frozenset[str]:
        """Those of these people who are left out of boards."""
        hidden = quiz_hidden.c
        query = select(hidden.person).where(
            hidden.platform == platform, hidden.realm == realm, hidden.person.in_(persons)
        )
        return frozenset((self._connection.execute(query)).scalars())

    def results_of(self, player: Player) -> tuple[ResultRecord, ...]:
        """What all answers of a person were worth, the earliest first."""
        found = self._connection.execute(select(quiz_results).where(*_theirs(player)).order_by(_results.at))
        return tuple(read_result(row) for row in found)

    def reports_of(self, player: Player) -> tuple[ReportRecord, ...]:
        """What a person reported."""
        query = select(quiz_reports).where(*_is(quiz_reports.c, player)).order_by(quiz_reports.c.at)
        return tuple(_report(row) for row in self._connection.execute(query))

    def open_answers(self, player: Player) -> tuple[tuple[GameRecord, AnswerRecord], ...]:
        """What a person answered that has no result yet, each with its game."""
        answers = quiz_answers.c
        is_scored = exists().where(
            _results.game == answers.game, _results.number == answers.number, _results.person == answers.person
        )
        mine = (answers.person == player.id, _game_of(answers.game, player), ~is_scored)
        found = self._connection.execute(select(quiz_answers).where(*mine).order_by(answers.at))
        rows = [AnswerRecord(**row._mapping) for row in found]
        games = GameRepository(self._connection).by_ids({row.game for row in rows})
        return tuple((games[row.game], row) for row in rows)

    def votes(self, player: Player) -> tuple[tuple[GameRecord, int], ...]:
        """The questions that a person voted to skip: the game, and its number there."""
        voted = quiz_votes.c
        mine = (voted.person == player.id, _game_of(voted.game, player))
        query = select(voted.game, voted.number).where(*mine).order_by(voted.game, voted.number)
        rows = (self._connection.execute(query)).all()
        games = GameRepository(self._connection).by_ids({row.game for row in rows})
        return tuple((games[row.game], row.number) for row in rows)

    def forget(self, player: Player) -> Erased:
        """Erase everything of a person: answers, results, votes, reports, and that they were hidden."""
        games = self._connection.execute(select(_results.game).where(*_theirs(player)).distinct())
        told = tuple(games.scalars())
        answers, votes = quiz_answers.c, quiz_votes.c
        erased = Erased(
            self._erase(delete(quiz_answers).where(answers.person == player.id, _game_of(answers.game, player))),
            self._erase(delete(quiz_results).where(*_theirs(player))),
            self._erase(delete(quiz_votes).where(votes.person == player.id, _game_of(votes.game, player))),
            self._erase(delete(quiz_reports).where(*_is(quiz_reports.c, player))),
            told,
        )
        self.show(player)
        return erased

    def _erase(self, statement: Delete) -> int:
        return (self._connection.execute(statement)).rowcount

    # -- reports --------------------------------------------------------------------------------------------------

    def report(self, report: ReportRecord) -> None:
        """Keep what somebody thinks is wrong with a question, in the place of what they said before."""
        player = report.player
        key = {"platform": player.platform, "realm": player.realm, "person": player.id}
        values = {**key, "question": report.question, "reason": report.reason, "words": report.words, "at": report.at}
        self._connection.execute(insert_or_update(self._connection, quiz_reports, values))

    def reports(self, limit: int) -> tuple[ReportRecord, ...]:
        """The newest reports, the newest first."""
        query = select(quiz_reports).order_by(quiz_reports.c.at.desc()).limit(limit)
        return tuple(_report(row) for row in self._connection.execute(query))

    def report_counts(self) -> dict[str, int]:
        """How many people reported each question."""
        query = select(quiz_reports.c.question, func.count()).group_by(quiz_reports.c.question)
        return {row[0]: row[1] for row in self._connection.execute(query)}


def _by_person(place: Place, since: datetime | None, *, whole_server: bool, realm: str) -> Select[Any]:
    hidden = quiz_hidden.c
    is_hidden = exists().where(
        hidden.platform == place.platform, hidden.realm == realm, hidden.person == _results.person
    )
    here = [_results.platform == place.platform, _results.workspace == place.workspace, ~is_hidden]
    if not whole_server:
        here.append(_results.channel == place.channel)
    if since is not None:
        here.append(_results.at >= since)
    # Of a channel, so that SQLite takes the index of the channel, not the one that gives a server's people in order.
    person = _results.person if whole_server else unordered_text(_results.person)
    return (
        select(
            person.label("person"),
            func.max(_results.name).label("name"),
            func.sum(_results.points).label("points"),
            func.sum(_right()).label("right"),
            func.count().label("answered"),
        )
        .where(*here)
        .group_by(person)
    )


def _right() -> ColumnElement[int]:
    return case((_results.is_right, 1), else_=0)


def _theirs(player: Player) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a person's results; without a realm those of every server."""
    mine = (_results.platform == player.platform, _results.person == player.id)
    return (*mine, _results.workspace == player.realm) if player.realm else mine


def _game_of(column: ColumnElement[int], player: Player) -> ColumnElement[bool]:
    games = quiz_games.c
    there = and_(games.id == column, games.platform == player.platform)
    return exists().where(and_(there, games.workspace == player.realm) if player.realm else there)


def _is(columns: Any, player: Player) -> tuple[ColumnElement[bool], ...]:
    return columns.platform == player.platform, columns.realm == player.realm, columns.person == player.id


def _standing(row: Row[tuple[Any, ...]], name: str) -> StandingRecord:
    return StandingRecord(row.rank, row.person, name, int(row.points), int(row.right), row.answered)


def _report(row: Row[tuple[Any, ...]]) -> ReportRecord:
    return ReportRecord(row.question, Player(row.platform, row.realm, row.person), row.reason, row.words, row.at)
