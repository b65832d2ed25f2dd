"""A game: its phases, what is to be done in each, when it goes on by itself, and who may end a question or all of it.

    opening -> posting -> asking -> revealing -> pausing -> posting …
                                        ^           └-> finishing -> ended -> mending -> ended
                                        └ answers came that the reveal does not show

In `opening`, `posting`, `revealing`, `finishing` and `mending` something is to be done on the platform; it may be done
again after a crash, as the same key posts once and an edit changes nothing twice. `opened`, `posted`, `revealed` and
`finished` confirm it. `asking` and `pausing` wait; but where the end of a question is another one than its message
names, as the message came late or newsbot was down, the message is changed first. A confirmation or an `advance` that
comes late or twice changes nothing.

Two clocks: whether a press counts is judged by the platform's alone; when the game goes on, by newsbot's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from newsbot.errors import RequestError
from newsbot.messages.requests import Place
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.storage.records import OutageRecord

Phase = Literal["opening", "posting", "asking", "revealing", "pausing", "finishing", "ended", "mending"]
Ending = Literal["", "finished", "stopped", "nobody", "day", "refused"]
ToDo = Literal["open", "post", "tell time", "reveal", "finish", "mend"]

PAUSE = timedelta(seconds=6)
# How long after its end a question stays open for presses that were made in time and are still on their way.
SETTLE = timedelta(seconds=2)
# A message may name an end that is earlier than the true one by so much: nobody who goes by it is late.
_NEAR = timedelta(seconds=2)
LONGEST = timedelta(hours=24)
MOST_SILENT = 2
OVER: frozenset[Phase] = frozenset({"ended", "mending"})
_TO_DO: dict[Phase, ToDo] = {
    "opening": "open",
    "posting": "post",
    "revealing": "reveal",
    "finishing": "finish",
    "mending": "mend",
}


@dataclass(frozen=True, slots=True)
class Game:
    """One game in one channel. Answers and votes are kept beside it.

    `home` is the channel that it belongs to, `place` where its questions stand: there, or in a thread of it. `number`
    is the index of the question it is at. `asked_at` is the platform's timestamp of that question's message, and
    `closed_at` until when presses counted, by the same clock. `stood_at` is `asked_at` by newsbot's own clock, as near
    as that is known. `since` is when the phase began by newsbot's clock, or when what is to be done is to be tried
    again. `shown` counts the answers that the reveal shows, `silent` the latest
    questions that nobody answered. `ending` says why it ends, and is empty while it does not. `outages` are those since
    the question is asked. `told_at` is the end that the question's message names. `must_correct`: somebody who played
    had themselves erased, so what stands in the channel is to be shown anew once the game has ended. `daily` is the
    question of the day that it is, empty for an ordinary game.
    """

    id: int
    home: Place
    place: Place
    starter: str
    questions: tuple[AskedQuestion, ...]
    seconds: int | None
    created_at: datetime
    since: datetime
    phase: Phase = "posting"
    number: int = 0
    asked_at: datetime | None = None
    stood_at: datetime | None = None
    closed_at: datetime | None = None
    shown: int = 0
    silent: int = 0
    ending: Ending = ""
    outages: tuple[OutageRecord, ...] = ()
    told_at: datetime | None = None
    must_correct: bool = False
    daily: str = ""

    @property
    def question(self) -> AskedQuestion:
        """The question it is at."""
        return self.questions[self.number]

    @property
    def to_do(self) -> ToDo | None:
        """What is to be done on the platform now; None while it waits."""
        return "tell time" if _names_other_end(self) else _TO_DO.get(self.phase)

    @property
    def is_last(self) -> bool:
        """Whether no question comes after this one."""
        return self.number == len(self.questions) - 1


def new_game(
    home: Place,
    starter: str,
    questions: Sequence[AskedQuestion],
    seconds: int | None,
    now: datetime,
    *,
    in_thread: bool = False,
) -> Game:
    """A game whose first question is to be posted; no seconds are no time limit. Raises RequestError without one.

    `in_thread`: first a thread of its own is opened for it.
    """
    if not questions:
        raise RequestError("There is no question of that kind. Choose another topic or difficulty.")
    phase: Phase = "opening" if in_thread else "posting"
    return Game(0, home, home, starter, tuple(questions), seconds, created_at=now, since=now, phase=phase)


def daily_game(
    daily: str, home: Place, question: AskedQuestion, at: datetime, closes_at: datetime | None = None
) -> Game:
    """The question of a day in one channel: open until `closes_at`, or before that another one takes its place."""
    begun = Game(0, home, home, "", (question,), None, at, at, "asking", asked_at=at, daily=daily)
    return replace(begun, closed_at=closes_at)


def is_played_in(game: Game, where: Place) -> bool:
    """Whether a place is of the channel that a game belongs to, or of the one in which its questions stand."""
    channels = {(each.platform, each.workspace, each.channel) for each in (game.home, game.place)}
    return (where.platform, where.workspace, where.channel) in channels


def is_asked(game: Game, number: int) -> bool:
    """Whether the question of that number was posted."""
    return 0 <= number < game.number or (number == game.number and game.asked_at is not None)


def is_revealed(game: Game, number: int) -> bool:
    """Whether the answer to the question of that number is shown, or would be if that could be done."""
    return number < game.number or game.phase in ("pausing", "finishing") or game.phase in OVER


# -- time ------------------------------------------------------------------------------------------------------------


def ends_at(game: Game) -> datetime | None:
    """Until when presses count for the question being asked; None without a time limit, or before it is posted.

    The clock stands still while newsbot was down: the end moves by as much, and the time that was left stays. Outages
    are known by newsbot's own clock, from which the platform's may be far.
    """
    if game.closed_at is not None:
        return game.closed_at
    if game.asked_at is None or game.seconds is None:
        return None
    stood_at = game.stood_at or game.asked_at
    return game.asked_at + (_deadline(stood_at, game.seconds, game.outages) - stood_at)


def _deadline(start: datetime, seconds: int, outages: Sequence[OutageRecord]) -> datetime:
    """The instant so many seconds after another one, those not counted in which newsbot was down."""
    end, reached = start + timedelta(seconds=seconds), start
    for outage in sorted(outages, key=lambda each: each.start):
        begin = max(outage.start, reached)
        if begin < end and begin < outage.end:
            end += outage.end - begin
            reached = outage.end
    return end


def _names_other_end(game: Game) -> bool:
    """Whether the message of the question being asked names an end at which it does not close."""
    end = ends_at(game)
    if game.phase != "asking" or game.daily or end is None:
        return False
    return game.told_at is None or not timedelta(0) <= end - game.told_at <= _NEAR


def due(game: Game) -> datetime | None:
    """When the game is to be looked at next; None once it has ended, and for a question of the day."""
    return game.since if _names_other_end(game) else _goes_on_at(game)


def _goes_on_at(game: Game) -> datetime | None:
    """When what it waits for is over, or what is to be done is to be done."""
    if game.daily or game.phase == "ended":
        return None
    over = game.created_at + LONGEST
    match game.phase:
        case "asking" if game.seconds is not None:
            # From when the message was known to stand, by our own clock: nobody loses time by clocks that differ.
            return min(over, _deadline(game.since, game.seconds, game.outages) + SETTLE)
        case "asking":
            return over
        case "pausing":
            return min(over, game.since + PAUSE)
    return game.since


def advance(game: Game, now: datetime, answers: int) -> Game:
    """The game as time moves it on; itself where its time has not come. `answers`: how many this question has."""
    at = _goes_on_at(game)
    if at is None or now < at:
        return game
    is_over = now >= game.created_at + LONGEST
    match game.phase:
        case "opening" | "posting" if is_over:
            return replace(game, phase="finishing", since=now, ending=game.ending or "day")
        case "pausing":
            return _after_pause(game, now, answers, is_over=is_over)
        case "asking":
            silent = 0 if answers else game.silent + 1
            ending = _ending(game, silent, is_over=is_over)
            return _close(replace(game, silent=silent), now, ending)
    return game


def _after_pause(game: Game, now: datetime, answers: int, *, is_over: bool) -> Game:
    if answers > game.shown:  # presses that were made in time and came late
        return replace(game, phase="revealing", since=now)
    if game.ending or is_over:
        return replace(game, phase="finishing", since=now, ending=game.ending or "day")
    fresh = replace(game, number=game.number + 1, asked_at=None, closed_at=None, shown=0, outages=(), told_at=None)
    return replace(fresh, phase="posting", since=now, stood_at=None)


def _ending(game: Game, silent: int, *, is_over: bool) -> Ending:
    if game.is_last:
        return "finished"
    if is_over:
        return "day"
    return "nobody" if silent >= MOST_SILENT else ""


def _close(game: Game, now: datetime, ending: Ending, at: datetime | None = None) -> Game:
    """The question closed at its end, `at` an instant of the platform's clock, or now: at whichever comes first.

    Now is told by the platform's clock. Where that is behind ours, our own would let presses count that are made after
    the reveal.
    """
    asked_at = game.asked_at or now
    instants = (at, ends_at(game), asked_at + (now - (game.stood_at or asked_at)))
    closed_at = min(instant for instant in instants if instant is not None)
    return replace(game, phase="revealing", since=now, closed_at=closed_at, ending=ending)


def pause_for_outage(game: Game, outage: OutageRecord) -> Game:
    """The game after an outage of newsbot; itself where no clock runs that stood still meanwhile."""
    if game.seconds is None or game.phase not in ("posting", "asking"):
        return game
    if game.outages and game.outages[-1].end == outage.start:  # one after the other: together they stay one row
        outage = OutageRecord(game.outages[-1].start, outage.end)
        return replace(game, outages=(*game.outages[:-1], outage))
    return replace(game, outages=(*game.outages, outage))


# -- what was done on the platform -----------------------------------------------------------------------------------


def with_thread_opened(game: Game, place: Place, now: datetime) -> Game:
    """Its questions are to stand in `place`."""
    return replace(game, phase="posting", since=now, place=place) if game.phase == "opening" else game


def with_question_posted(game: Game, at: datetime, now: datetime, put_at: datetime | None = None) -> Game:
    """The question stands; its clock runs from `at`, the platform's own timestamp of its message.

    `now` is when that was known, and `put_at` since when it could be posted: a timestamp that is not between them is by
    a clock that differs from ours. A game that was stopped meanwhile shows the right choice at once.
    """
    if game.phase != "posting":
        return game
    stood_at = min(max(at, put_at or at), now)
    told_at = expected_end(game, put_at or at)
    asking = replace(game, phase="asking", since=now, asked_at=at, stood_at=stood_at, told_at=told_at)
    return _close(asking, now, game.ending, at) if game.ending else asking


def expected_end(game: Game, put_at: datetime) -> datetime | None:
    """The end that the message of a question names: that of one which stands as soon as it was put into the outbox."""
    return None if game.seconds is None else (put_at + timedelta(seconds=game.seconds)).replace(microsecond=0)


def with_end_told(game: Game) -> Game:
    """The message of the question names its end, as well as that can be done."""
    return replace(game, told_at=ends_at(game))


def with_answer_revealed(game: Game, now: datetime, shown: int) -> Game:
    """The right choice is shown, with so many answers: a pause."""
    return replace(game, phase="pausing", since=now, shown=shown) if game.phase == "revealing" else game


def with_scores_posted(game: Game, now: datetime) -> Game:
    """The final scores stand, and everything else is as it should be."""
    if game.phase not in ("finishing", "mending"):
        return game
    ended = replace(game, phase="ended", since=now)
    return to_correct(replace(ended, must_correct=False), now) if game.must_correct else ended


def to_correct(game: Game, now: datetime) -> Game:
    """A game whose answers and scores are to be shown anew, as somebody who played had themselves erased.

    Of a game that is still played, once it has ended.
    """
    if game.daily:
        return game
    return replace(game, phase="mending", since=now) if game.phase == "ended" else replace(game, must_correct=True)


def postpone(game: Game, until: datetime) -> Game:
    """What is to be done could not be done now, and is to be tried again."""
    return replace(game, since=until) if game.to_do else game


def end_as_refused(game: Game, now: datetime) -> Game:
    """The platform lets nothing be posted here any more: the game has ended."""
    return game if game.phase in OVER else replace(game, phase="ended", since=now, ending="refused")


def skip_to_scores(game: Game, now: datetime) -> Game:
    """This one message cannot be posted, though others may: the final scores follow."""
    if game.phase not in ("opening", "posting"):
        return end_as_refused(game, now)
    return replace(game, phase="finishing", since=now, ending=game.ending or "refused")


# -- who may end it --------------------------------------------------------------------------------------------------


def stop(game: Game, person: str, now: datetime, *, is_admin: bool) -> Game:
    """The game after somebody stopped it; an open question is revealed first.

    Raises RequestError where the person neither started it nor is an admin, or where it ends already.
    """
    if game.ending:
        raise RequestError("This game is over already.")
    if person != game.starter and not is_admin:
        raise RequestError(
            "Only the person who started the game or an admin can stop it. You can vote to skip a question."
        )
    match game.phase:
        case "posting":  # its message may stand already: it is confirmed first
            return replace(game, ending="stopped")
        case "asking":
            return _close(game, now, "stopped")
        case "revealing":
            return replace(game, ending="stopped")
        case "pausing":
            return replace(game, since=now - PAUSE, ending="stopped")
    return replace(game, phase="finishing", since=now, ending="stopped")


def votes_needed(game: Game, players: Collection[str]) -> int:
    """How many votes skip a question: more than half of those who answered any question of this game, and at least 2.

    One is enough where only one person may vote: nobody but the starter has answered yet, or the starter had themselves
    erased and one person plays on.
    """
    voters = set(players) | ({game.starter} - {""})
    return min(max(2, len(set(players)) // 2 + 1), max(1, len(voters)))


def may_vote(game: Game, person: str, players: Collection[str]) -> bool:
    """Whether this vote counts: that of the starter and of those who answered any question of this game."""
    return person == game.starter or person in players


def skip_by_vote(game: Game, at: datetime, now: datetime, votes: Collection[str], players: Collection[str]) -> Game:
    """The game after these people voted to skip the question being asked, the last of them at `at` by the platform's
    clock; itself where they are too few.

    A skipped question is revealed at once and the answers to it count. It is none that "nobody answered", as
    somebody is there. Without a time limit this is how a game goes on.
    """
    counted = {person for person in votes if may_vote(game, person, players)}
    if game.phase != "asking" or len(counted) < votes_needed(game, players):
        return game
    return _close(replace(game, silent=0), now, "finished" if game.is_last else "", at)
