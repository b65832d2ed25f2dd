"""What the quiz keeps of people, and what they may do with it: see it, hide it, take it away, have it erased."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsbot.content.library import Library
from newsbot.content.rotation import question_id
from newsbot.errors import ContentError, RequestError
from newsbot.messages.requests import Person, Place
from newsbot.quizzes.cards.score_cards import Contribution, export_text
from newsbot.quizzes.rules.boards import Period, Scope, first_instant
from newsbot.quizzes.rules.game import to_correct
from newsbot.quizzes.serialization import game_of, readable, record_of, result_of, score_of
from newsbot.quizzes.values import Board, MyScore
from newsbot.schedule import timezones
from newsbot.schedule.streaks import streak
from newsbot.storage.database import Database
from newsbot.storage.records import AnswerRecord, Erased, GameRecord, Player, ReportRecord, StandingRecord
from newsbot.storage.settings import ZONE_SETTING
from newsbot.storage.transaction import Transaction

MOST_SHOWN = 10
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_WORDS = 1_000
_AT_ONCE = 50  # games that are read at a time
_SPREAD = timedelta(seconds=0.25)  # between two games whose final scores are shown anew


def realm_of(where: Place) -> str:
    """Where a person's id is theirs: Slack's are those of one workspace, other platforms' are the same everywhere."""
    return where.workspace if where.platform == "slack" else ""


def player_of(who: Person, where: Place) -> Player:
    """A person as the quiz keeps them."""
    return Player(who.platform, realm_of(where), who.id)


def zone_of(tx: Transaction, where: Place) -> ZoneInfo:
    """The zone whose days count in a channel: the one its digests come by, else UTC."""
    found = tx.settings.get(where, ZONE_SETTING)
    return timezones.zone_of(found.value if found else timezones.UTC_NAME)


class PeopleService:
    """Boards, own figures, and everyone's right to their own. Each method is one transaction."""

    def __init__(
        self,
        database: Database,
        library: Callable[[], Library],
        now: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake` tells what moves games on that some are to be shown anew."""
        self._database = database
        self._library = library
        self._now = now
        self._wake = wake

    async def board(self, where: Place, period: Period, scope: Scope) -> Board:
        """Who stands where; whoever hides is left out. The thread of a game has the board of the game's channel."""
        now, realm, is_whole = self._now(), realm_of(where), scope == "server"

        def look_up(tx: Transaction) -> tuple[tuple[StandingRecord, ...], int]:
            home = tx.games.home_of(where)
            since = first_instant(period, now, zone_of(tx, home))
            return tx.players.standing(home, since, MOST_SHOWN, whole_server=is_whole, realm=realm)

        found, people = await self._database.read(look_up)
        return Board(tuple((each.rank, score_of(each)) for each in found), people)

    async def me(self, who: Person, where: Place) -> MyScore:
        """A person's own figures: points and streak in this server, and whether they hide."""
        player, now = player_of(who, where), self._now()

        def look_up(tx: Transaction) -> MyScore:
            total = tx.players.total(player, where.workspace)
            played = tx.players.played_at(player, where.workspace)
            zone = zone_of(tx, where)
            days = streak(played, now, zone, tx.watches.outages_since(_EVER))
            return MyScore(score_of(total) if total else None, days, tx.players.is_hidden(player), zone.key)

        return await self._database.read(look_up)

    async def hide(self, who: Person, where: Place) -> None:
        """Leave a person out of every board."""
        player, now = player_of(who, where), self._now()
        await self._database.write(lambda tx: tx.players.hide(player, now))

    async def show(self, who: Person, where: Place) -> None:
        """Put a person on boards again."""
        player = player_of(who, where)
        await self._database.write(lambda tx: tx.players.show(player))

    async def forget(self, who: Person, where: Place) -> Erased:
        """Erase everything of a person, in every channel; final scores that tell of them are shown anew."""
        player = player_of(who, where)

        def erase(tx: Transaction) -> Erased:
            _disown_games(tx, player)
            erased = tx.players.forget(player)
            self._repost_scores(tx, erased.games)
            return erased

        erased = await self._database.write(erase)
        self._wake()
        return erased

    def _repost_scores(self, tx: Transaction, numbers: Collection[int]) -> None:
        """Games tell their final scores again, the newest first and one after the other: no game waits because of them.

        Each gets its next version, so that a step which is under way and knows of the erased is done again.
        """
        ordered = sorted(numbers)
        at = {number: self._now() + later * _SPREAD for later, number in enumerate(reversed(ordered))}
        for start in range(0, len(ordered), _AT_ONCE):
            told = readable(tx.games.many(ordered[start : start + _AT_ONCE]))
            tx.games.save_locked([record_of(to_correct(game, at[game.id]), record.version) for record, game in told])

    async def export(self, who: Person, where: Place) -> str:
        """Everything that is kept of a person, as JSON."""
        player = player_of(who, where)

        def collect(tx: Transaction) -> str:
            rows = [result_of(each) for each in tx.players.results_of(player)]
            waiting = [_open_answer(*each) for each in tx.players.open_answers(player)]
            votes = [Contribution(game.place, _question_name(game, at)) for game, at in tx.players.votes(player)]
            reports, is_hidden = tx.players.reports_of(player), tx.players.is_hidden(player)
            return export_text(who.id, rows, reports, is_hidden=is_hidden, waiting=waiting, votes=votes)

        return await self._database.read(collect)

    async def report(self, who: Person, where: Place, question: str, reason: str, words: str) -> None:
        """Keep what somebody thinks is wrong with a question. Raises RequestError where there is none of that name."""
        library = self._library()
        known = {question_id(*key) for key in (*library.questions, *library.retired)}
        if question not in known:
            raise RequestError("There is no such question any more.")
        report = ReportRecord(question, player_of(who, where), reason, words[:_LONGEST_WORDS], self._now())
        await self._database.write(lambda tx: tx.players.report(report))


def _open_answer(record: GameRecord, answer: AnswerRecord) -> Contribution:
    try:
        chosen = game_of(record).questions[answer.number].choices[answer.choice]
    except ContentError:
        chosen = f"choice {answer.choice + 1}"
    return Contribution(record.place, _question_name(record, answer.number), chosen, answer.at)


def _question_name(record: GameRecord, number: int) -> str:
    """The id of a question of a game, or its number where another newsbot wrote the game in a way of its own."""
    try:
        return game_of(record).questions[number].id
    except ContentError:
        return f"question {number + 1} of game {record.id}"


def _disown_games(tx: Transaction, player: Player) -> None:
    """Games that a person started and that are still played belong to nobody."""
    page = tx.games.played(player.platform, player.id)
    while page:
        for record, game in readable(page):
            if game.starter == player.id and realm_of(record.place) == player.realm:
                tx.games.save(record_of(replace(game, starter=""), record.version))
        page = tx.games.played(player.platform, player.id, page[-1].id)
