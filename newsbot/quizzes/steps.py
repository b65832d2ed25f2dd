"""The steps of a game: what is done on the platform in each phase, and how a step is kept."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.content.library import Library
from newsbot.errors import NewsbotError, PostLater, PostRefused, PostUnclear, RequestError
from newsbot.messages.cards import Card, Reply
from newsbot.messages.platform import Platform, Posted
from newsbot.messages.requests import Place
from newsbot.outbox.enqueue import rewrite
from newsbot.quizzes.cards.game_cards import opening_card, podium_card, question_card
from newsbot.quizzes.cards.reveal_cards import reveal_card
from newsbot.quizzes.game_messages import (
    MessageStatus,
    NotPosted,
    answer_key,
    ending_key,
    enqueue_card,
    message_status,
    opening_key,
    question_key,
)
from newsbot.quizzes.people import realm_of
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import (
    LONGEST,
    OVER,
    Game,
    advance,
    end_as_refused,
    ends_at,
    expected_end,
    skip_to_scores,
    to_correct,
    with_answer_revealed,
    with_end_told,
    with_question_posted,
    with_scores_posted,
    with_thread_opened,
)
from newsbot.quizzes.rules.scoring import Answer, Result, results
from newsbot.quizzes.serialization import answer_of, record_of, result_of, result_record
from newsbot.storage.database import Database
from newsbot.storage.records import Delivery
from newsbot.storage.transaction import Transaction

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=10)  # for how long a game belongs to whoever took it
_PATIENCE = timedelta(minutes=5)  # how long changing a message is tried before another one is posted
# Seconds before it is tried again where a platform lets newsbot in nowhere, or does not say whom a refusal concerns.
_WAITS = {"app": 60.0, "unknown": 15.0}
_TOO_OLD = "skipped: the game was over before this could be posted"
_OPEN = frozenset({"asking", "revealing", "pausing"})  # phases in which answers to the question count


class GameSteps:
    """Does what a game has to do. Methods raise PostLater or PostUnclear where it is to be tried again."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        library: Callable[[], Library],
        now: Callable[[], datetime],
        wake: Callable[[], None],
        checkpoint: Callable[[str], None],
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._library = library
        self._now = now
        self._wake = wake
        self._checkpoint = checkpoint

    async def carry_out(self, game: Game) -> Game:
        """The game after what it has to do now; still the same deed, a little later, while that is under way."""
        try:
            match game.to_do:
                case "open":
                    return await self._open(game)
                case "post":
                    return await self._post(game)
                case "tell time":
                    return await self._tell_time(game)
                case "reveal":
                    return await self._reveal(game)
                case "finish":
                    return await self._finish(game)
                case "mend":
                    return await self._mend(game)
        except NotPosted as error:
            log.warning("game %s ends: its message was not posted", game.id)
            return (end_as_refused if error.is_place else skip_to_scores)(game, self._now())
        except PostRefused as error:
            if error.scope in _WAITS:  # that is mended for all games at once, or passes by itself
                raise PostLater(str(error), _WAITS[error.scope]) from error
            log.warning("game %s ends: %s %s", game.id, error, error.fix)
            return end_as_refused(with_scores_posted(game, self._now()), self._now())
        return game

    async def save(self, before: Game, after: Game, version: int) -> bool:
        """Keep the game after a step, with what its answers were worth; whether nobody has changed it meanwhile."""
        now = self._now()
        if after.phase in OVER and after.starter:
            after = replace(after, starter="")  # nobody can stop it any more
        record = record_of(after, version)
        if record.due_at is not None and record.due_at <= now:
            record = replace(record, due_at=now + HOLD)  # whoever keeps it goes on with it at once
        is_over = before.phase in _OPEN and (after.phase not in _OPEN or after.number != before.number)

        def store(tx: Transaction) -> bool:
            if not tx.games.save(record):
                return False
            if is_over:
                _score(tx, before)
                self._checkpoint("scored")
            return True

        if not await self._database.write(store):
            return False
        self._checkpoint(_STEP_OF.get(after.phase, "kept") if after.phase != before.phase else "kept")
        return True

    # -- deeds --------------------------------------------------------------------------------------------------------

    async def _open(self, game: Game) -> Game:
        found = await self._put(opening_key(game), game.home, opening_card(game))
        if isinstance(found, datetime):
            return await self._keep_waiting(game, opening_key(game), found)
        thread: Place | None = None
        if found.posted is not None:
            thread = await self._platform(game).thread(found.posted, opening_card(game).title)
        return with_thread_opened(game, thread or game.home, self._now())

    async def _post(self, game: Game) -> Game:
        now = self._now()
        card = question_card(game, expected_end(game, now))
        found = await self._put(question_key(game), game.place, card, now)
        if isinstance(found, datetime):
            return await self._keep_waiting(game, question_key(game), found)
        now = self._now()
        await self._database.write(lambda tx: tx.games.note_asked(game.home, game.question.id, now))
        return with_question_posted(game, found.at, found.known_at, found.put_at)

    async def _keep_waiting(self, game: Game, key: str, again: datetime) -> Game:
        """A game whose message is on its way; after 24 hours one that did not leave is called off."""
        now = self._now()
        is_too_old = now >= game.created_at + LONGEST
        if is_too_old and await self._database.write(lambda tx: tx.deliveries.call_off([key], now, _TOO_OLD)) > 0:
            return advance(game, now, 0)
        return replace(game, since=again)

    async def _tell_time(self, game: Game) -> Game:
        """Change the question's message where it names another end than the true one.

        It is tried once: the game does not wait for it, and is none the worse for it.
        """
        told, end = with_end_told(game), ends_at(game)
        if end is None or end <= self._now():
            return told
        try:
            asked = await self._database.read(lambda tx: tx.deliveries.by_key(question_key(game)))
            found = message_status(asked, self._now())
            if found is not None and found.posted is not None:
                await self._platform(game).edit(found.posted, Reply(question_card(game, end)))
        except (NewsbotError, NotPosted) as error:
            log.info("the message of game %s names an end that is not the true one: %s", game.id, error)
        return told

    async def _reveal(self, game: Game) -> Game:

        def look_up(tx: Transaction) -> tuple[_ToReveal, Delivery | None, Delivery | None]:
            answers = tuple(answer_of(each) for each in tx.games.answers(game.id, game.number))
            rows = [result_of(each) for each in tx.games.results(game.id) if each.number < game.number]
            asked, instead = tx.deliveries.by_key(question_key(game)), tx.deliveries.by_key(answer_key(game))
            return _to_reveal(tx, game, answers, rows), asked, instead

        found, asked, instead = await self._database.read(look_up)
        answers = found.answers
        question = message_status(asked, self._now())
        card = self._reveal_card(game, found)
        shown = question if instead is None else message_status(instead, self._now())
        is_shown = shown is not None and shown.posted is not None and await self._edit_message(game, shown.posted, card)
        if not is_shown and instead is None:
            await self._put(answer_key(game), game.place, card)
        self._checkpoint("edited")
        return with_answer_revealed(game, self._now(), len(answers))

    async def _finish(self, game: Game) -> Game:
        """Post the final scores; those that were put there before may tell of somebody who was erased since."""
        card = await self._podium(game)
        is_there = await self._database.read(lambda tx: tx.deliveries.by_key(ending_key(game))) is not None
        if not is_there:
            await self._put(ending_key(game), game.place, card)
        ended = with_scores_posted(game, self._now())
        return to_correct(ended, self._now()) if is_there else ended

    def _reveal_card(self, game: Game, found: "_ToReveal") -> Card:
        return reveal_card(self._library(), game, game.number, found.answers, found.before, found.hidden)

    async def _mend(self, game: Game) -> Game:
        """Show answers and final scores anew, on the platform and in the outbox: somebody had themselves erased."""
        for number in range(game.number + 1):
            await self._mend_reveal(replace(game, number=number))
        card = await self._podium(game)

        def rewrite_scores(tx: Transaction) -> Delivery | None:
            rewrite(tx, ending_key(game), Reply(card))
            return tx.deliveries.by_key(ending_key(game))

        delivery = await self._database.write(rewrite_scores)
        try:
            found = message_status(delivery, self._now())
        except NotPosted:
            return with_scores_posted(game, self._now())
        if found is None:  # it is on its way, perhaps in the old words
            return replace(game, since=_later(delivery.due_at if delivery else self._now(), self._now()))
        if found.posted is not None:
            await self._edit_message(game, found.posted, card)
        return with_scores_posted(game, self._now())

    async def _mend_reveal(self, game: Game) -> None:
        """Show the answer of a question anew; nothing where none stands any more, or never did."""

        def rewrite_answer(tx: Transaction) -> tuple[Card, Delivery | None]:
            results = [(each.number, result_of(each)) for each in tx.games.results(game.id)]
            answers = tuple(_answered(game.question, row) for number, row in results if number == game.number)
            before = [row for number, row in results if number < game.number]
            card = self._reveal_card(game, _to_reveal(tx, game, answers, before))
            instead = tx.deliveries.by_key(answer_key(game))
            if instead is not None:  # otherwise the outbox holds the question alone
                rewrite(tx, answer_key(game), Reply(card))
            return card, instead or tx.deliveries.by_key(question_key(game))

        card, delivery = await self._database.write(rewrite_answer)
        try:
            found = message_status(delivery, self._now())
        except NotPosted:
            return
        if found is not None and found.posted is not None:
            await self._edit_message(game, found.posted, card)

    async def _podium(self, game: Game) -> Card:
        realm = realm_of(game.home)

        def look_up(tx: Transaction) -> tuple[list[Result], frozenset[str]]:
            rows = [result_of(each) for each in tx.games.results(game.id)]
            return rows, tx.players.hidden_among(game.home.platform, realm, [row.person for row in rows])

        rows, hidden = await self._database.read(look_up)
        return podium_card(self._library(), game, rows, hidden)

    # -- messages -----------------------------------------------------------------------------------------------------

    async def _put(self, key: str, place: Place, card: Card, at: datetime | None = None) -> MessageStatus | datetime:
        """Where the message of that key stands; while it is on its way, when to look again. `at` is now."""
        now = at or self._now()

        def put(tx: Transaction) -> Delivery | None:
            delivery = tx.deliveries.by_key(key)
            if delivery is None:
                enqueue_card(tx, key, place, card, now)
            return delivery

        delivery = await self._database.write(put)
        if delivery is None:
            self._checkpoint("put")
            self._wake()
            return _later(now, now)
        return message_status(delivery, now) or _later(delivery.due_at, now)

    async def _edit_message(self, game: Game, where: Posted, card: Card) -> bool:
        """Put a card in the place of a message; False where that cannot be done any more."""
        try:
            await self._platform(game).edit(where, Reply(card))
        except RequestError as error:
            log.info("a message of game %s cannot be changed: %s", game.id, error)
            return False
        except PostRefused as error:
            is_old = error.scope == "unknown" and game.phase == "revealing" and self._time_since_close(game) > _PATIENCE
            if error.scope != "message" and not is_old:
                raise
            log.info("a message of game %s cannot be changed: %s", game.id, error)
            return False
        except (PostLater, PostUnclear) as error:
            if (
                game.phase == "revealing"
                and self._time_since_close(game) + timedelta(seconds=error.after or 0) > _PATIENCE
            ):
                log.warning("a message of game %s cannot be changed: %s", game.id, error)
                return False
            raise
        return True

    def _time_since_close(self, game: Game) -> timedelta:
        """How long ago its question was closed."""
        return self._now() - (game.closed_at or self._now())

    def _platform(self, game: Game) -> Platform:
        return self._platforms[game.home.platform]


@dataclass(frozen=True, slots=True)
class _ToReveal:
    """What an answer shows of people: their answers, the results before, and who of them hides."""

    answers: tuple[Answer, ...]
    before: tuple[Result, ...]
    hidden: frozenset[str]


def _to_reveal(tx: Transaction, game: Game, answers: tuple[Answer, ...], before: Iterable[Result]) -> _ToReveal:
    rows = tuple(before)
    people = {each.person for each in answers} | {each.person for each in rows}
    hidden = tx.players.hidden_among(game.home.platform, realm_of(game.home), sorted(people))
    return _ToReveal(answers, rows, hidden)


def _answered(question: AskedQuestion, row: Result) -> Answer:
    """The answer that a result is of; answers themselves are not kept for so long."""
    return Answer(row.person, row.name, question.choices.index(row.chosen), row.at)


_STEP_OF = {"asking": "confirmed", "revealing": "closed", "pausing": "revealed", "ended": "finished"}


def _score(tx: Transaction, game: Game) -> None:
    """Keep what the answers to the question that a game is at were worth."""
    answers = [answer_of(each) for each in tx.games.answers(game.id, game.number)]
    home = replace(game.home, thread=None)
    worth = results(game.question, answers, home, with_speed=game.seconds is not None)
    tx.games.add_results([result_record(each, game.id, game.number) for each in worth])


def _later(since: datetime, now: datetime) -> datetime:
    """When to look again for a message that is on its way since an instant: often at first, then less and less."""
    waited = now - since
    return now + min(max(waited / 8, timedelta(milliseconds=100)), timedelta(seconds=5))
