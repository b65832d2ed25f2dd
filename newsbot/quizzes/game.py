"""A game: its phases, what is to be done in each, when it goes on by itself, and who may end a question or all of it.

    posting -> asking -> revealing -> pausing -> posting …
                             └-> finishing -> ended

In `posting`, `revealing` and `finishing` something is to be done on the platform; it may be done again after a crash,
as the same key posts once and an edit changes nothing twice. `posted`, `revealed` and `finished` confirm it. `asking`
and `pausing` wait. A confirmation or an `advance` that comes late or twice changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from newsbot.errors import RequestError
from newsbot.messages.requests import Place
from newsbot.quizzes.asking import AskedQuestion
from newsbot.storage.records import OutageRecord

Phase = Literal["posting", "asking", "revealing", "pausing", "finishing", "ended"]
Ending = Literal["", "finished", "stopped", "nobody", "day", "refused"]
ToDo = Literal["post", "reveal", "finish"]

PAUSE = timedelta(seconds=6)
# How long after its end a question stays open for presses that were made in time and are still on their way.
SETTLE = timedelta(seconds=2)
LONGEST = timedelta(hours=24)
MOST_SILENT = 2
_TO_DO: dict[Phase, ToDo] = {"posting": "post", "revealing": "reveal", "finishing": "finish"}


@dataclass(frozen=True, slots=True)
class Game:
    """One game in one channel. Answers and votes are kept beside it.

    `number` is the index of the question it is at; `asked_at` the platform's timestamp of that question's message.
    `since` is when the phase began, or when what is to be done is to be tried again. `silent` counts the latest
    questions that nobody answered. `ending` says why it ends, and is empty while it does not.
    """

    id: int
    place: Place
    starter: str
    questions: tuple[AskedQuestion, ...]
    seconds: int | None
    created_at: datetime
    since: datetime
    phase: Phase = "posting"
    number: int = 0
    asked_at: datetime | None = None
    silent: int = 0
    ending: Ending = ""

    @property
    def question(self) -> AskedQuestion:
        """The question it is at."""
        return self.questions[self.number]

    @property
    def to_do(self) -> ToDo | None:
        """What is to be done on the platform now; None while it waits."""
        return _TO_DO.get(self.phase)

    @property
    def is_last(self) -> bool:
        """Whether no question comes after this one."""
        return self.number == len(self.questions) - 1


def new_game(
    game_id: int,
    place: Place,
    starter: str,
    questions: Sequence[AskedQuestion],
    seconds: int | None,
    now: datetime,
) -> Game:
    """A game whose first question is to be posted; no seconds are no time limit. Raises RequestError without one."""
    if not questions:
        raise RequestError("There is no question of that kind. Choose another topic or difficulty.")
    return Game(game_id, place, starter, tuple(questions), seconds, created_at=now, since=now)


def ends_at(game: Game, outages: Sequence[OutageRecord] = ()) -> datetime | None:
    """Until when presses count for the question being asked; None without a time limit, or before it is posted.

    The clock stands still while newsbot was down: the end moves by as much, and the time that was left stays.
    """
    if game.asked_at is None or game.seconds is None:
        return None
    end, reached = game.asked_at + timedelta(seconds=game.seconds), game.asked_at
    for outage in sorted(outages, key=lambda each: each.start):
        start = max(outage.start, reached)
        if start < end and start < outage.end:
            end += outage.end - start
            reached = outage.end
    return end


def due(game: Game, outages: Sequence[OutageRecord] = ()) -> datetime | None:
    """When the game is to be looked at next; None once it has ended."""
    over = game.created_at + LONGEST
    match game.phase:
        case "ended":
            return None
        case "asking":
            end = ends_at(game, outages)
            return min(over, end + SETTLE) if end else over
        case "pausing":
            return min(over, game.since + PAUSE)
    return game.since


def advance(game: Game, now: datetime, is_answered: bool, outages: Sequence[OutageRecord] = ()) -> Game:
    """The game as time moves it on; itself where its time has not come. `is_answered`: this question has an answer."""
    at = due(game, outages)
    if at is None or now < at:
        return game
    is_over = now >= game.created_at + LONGEST
    match game.phase:
        case "posting" | "pausing" if is_over:
            return replace(game, phase="finishing", since=now, ending="day")
        case "pausing":
            return replace(game, phase="posting", since=now, number=game.number + 1, asked_at=None)
        case "asking":
            silent = 0 if is_answered else game.silent + 1
            return _closed(replace(game, silent=silent), now, _ending(game, silent, is_over))
    return game


def _ending(game: Game, silent: int, is_over: bool) -> Ending:
    if game.is_last:
        return "finished"
    if is_over:
        return "day"
    return "nobody" if silent >= MOST_SILENT else ""


def _closed(game: Game, now: datetime, ending: Ending) -> Game:
    return replace(game, phase="revealing", since=now, ending=ending)


def posted(game: Game, at: datetime) -> Game:
    """The question stands; its clock runs from `at`, the platform's own timestamp of its message."""
    return replace(game, phase="asking", since=at, asked_at=at) if game.phase == "posting" else game


def revealed(game: Game, now: datetime) -> Game:
    """The right choice is shown: a pause, or the end."""
    if game.phase != "revealing":
        return game
    return replace(game, phase="finishing" if game.ending else "pausing", since=now)


def finished(game: Game, now: datetime) -> Game:
    """The final scores stand."""
    return replace(game, phase="ended", since=now) if game.phase == "finishing" else game


def postponed(game: Game, until: datetime) -> Game:
    """What is to be done could not be done now, and is to be tried again."""
    return replace(game, since=until) if game.to_do else game


def refused(game: Game, now: datetime) -> Game:
    """The platform lets nothing be posted here any more: the game has ended."""
    return game if game.phase == "ended" else replace(game, phase="ended", since=now, ending="refused")


def stopped(game: Game, person: str, is_admin: bool, now: datetime) -> Game:
    """The game after somebody stopped it; an open question is revealed first.

    Raises RequestError where the person neither started it nor is an admin, or where it ends already.
    """
    if game.ending:
        raise RequestError("This game is over already.")
    if person != game.starter and not is_admin:
        raise RequestError("Only whoever started the game, or an admin, can stop it. You can vote to skip a question.")
    phase: Phase = "revealing" if game.phase in ("asking", "revealing") else "finishing"
    return replace(game, phase=phase, since=now, ending="stopped")


def votes_needed(game: Game, players: Collection[str]) -> int:
    """How many votes skip a question: more than half of those who answered any question of this game, and at least 2.

    One is enough where nobody but the starter has answered yet.
    """
    return max(2, len(set(players)) // 2 + 1) if set(players) - {game.starter} else 1


def may_vote(game: Game, person: str, players: Collection[str]) -> bool:
    """Whether this vote counts: that of the starter and of those who answered any question of this game."""
    return person == game.starter or person in players


def skipped(game: Game, now: datetime, votes: Collection[str], players: Collection[str]) -> Game:
    """The game after these people voted to skip the question being asked; itself where they are too few.

    A skipped question is revealed at once and the answers to it count. It is none that "nobody answered", as
    somebody is there. Without a time limit this is how a game goes on.
    """
    counted = {person for person in votes if may_vote(game, person, players)}
    if game.phase != "asking" or len(counted) < votes_needed(game, players):
        return game
    return _closed(replace(game, silent=0), now, "finished" if game.is_last else "")
