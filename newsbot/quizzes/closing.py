"""DailyCloser: closes each question of the day at its end, and shows the answer in the message that asked it.

The row of a message stays until its answer is shown, so what one process leaves half done another one does again: a
question that was closed stays as it was closed, an edit changes nothing twice, and a message of a key is posted once.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.errors import ContentError, NewsbotError, PostLater, PostRefused, PostUnclear, RequestError
from newsbot.messages.cards import Card, Reply
from newsbot.messages.codec import posted_from_json, reply_from_json
from newsbot.messages.platform import Platform, Posted
from newsbot.outbox.decorate import with_lead, with_results
from newsbot.outbox.enqueue import enqueue
from newsbot.quizzes.cards.daily_cards import daily_answer_card, daily_note, with_daily_answer
from newsbot.quizzes.daily_rotation import Went, close_questions, questions_of
from newsbot.storage.dailies import DailyName
from newsbot.storage.database import Database
from newsbot.storage.records import DailyClosing, Delivery
from newsbot.storage.transaction import Transaction
from newsbot.tasks import Checkpoint, no_checkpoint

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=1)  # for how long a message belongs to whoever took it
_AT_ONCE = 4  # edits: they are in nobody's way
_BATCH = 100
_AGAIN = timedelta(minutes=1)  # before what could not be done is tried again
_PATIENCE = timedelta(hours=6)  # how long that is tried after the end
_ON_ITS_WAY = ("due", "leased", "sending")


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is of a message that is to tell an answer: how its question went, the one before, and its delivery."""

    went: Went
    before: Went | None
    delivery: Delivery | None
    body: str

    @property
    def posted(self) -> Posted | None:
        """Where the message stands, as far as that is known."""
        if self.delivery is None or self.delivery.state != "sent" or not self.delivery.posted:
            return None
        return posted_from_json(json.loads(self.delivery.posted))


class DailyCloser:
    """Closes questions of the day. Any number of processes may share them."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        now: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        checkpoint: Checkpoint = no_checkpoint,
    ) -> None:
        """`wake` tells the outbox worker that something is to be posted.

        `checkpoint` is told each step: claimed, closed, shown, told; drills end the process there.
        """
        self._database = database
        self._platforms = platforms
        self._now = now
        self._wake = wake
        self._checkpoint = checkpoint
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def run_once(self) -> datetime | None:
        """Tell every answer that is due; returns when the next one is."""
        platforms = tuple(self._platforms)
        while True:
            claimed = await self._claim(platforms)
            if not claimed:
                return await self._database.read(lambda tx: tx.dailies.next_closing(platforms))
            self._checkpoint("claimed")
            await asyncio.gather(*map(self._tell_safely, claimed))

    async def _claim(self, platforms: tuple[str, ...]) -> tuple[DailyClosing, ...]:
        now = self._now()
        return await self._database.write(lambda tx: tx.dailies.claim_closings(now, HOLD, _BATCH, platforms))

    async def _tell_safely(self, closing: DailyClosing) -> None:
        """One that breaks holds up no other: it is tried again once nobody holds it."""
        async with self._gate:
            try:
                await self._tell(closing)
            except NewsbotError as error:
                log.warning("the answer of %s waits: %s", closing.delivery, error)
            except Exception:
                log.exception("the answer of %s waits: something broke here", closing.delivery)

    async def _tell(self, closing: DailyClosing) -> None:
        now = self._now()
        found = await self._database.write(lambda tx: _close(tx, closing, now))
        self._checkpoint("closed")
        if found is not None and not await self._show(closing, found):
            await self._database.write(lambda tx: tx.dailies.postpone_closing(closing.delivery, now + _AGAIN))
            return
        self._checkpoint("shown")
        await self._database.write(lambda tx: tx.dailies.end_closings([closing.delivery]))
        self._checkpoint("told")

    async def _show(self, closing: DailyClosing, found: _Found) -> bool:
        """Show the answer where that can be done; False where it is to be tried again."""
        is_late = self._now() >= closing.closes_at + _PATIENCE
        if found.delivery is not None and found.delivery.state in _ON_ITS_WAY:
            return is_late
        posted, card = found.posted, _answered_card(closing, found)
        if posted is None or card is None:
            await self._post_instead(closing, found)
            return True
        try:
            await self._platforms[closing.place.platform].edit(posted, Reply(card))
        except (PostLater, PostUnclear):
            return is_late
        except PostRefused as error:
            if error.scope not in ("message", "place") and not is_late:
                return False
            log.info("the message %s cannot be changed: %s", closing.delivery, error)
            await self._post_instead(closing, found)
        except RequestError as error:
            log.info("the message %s cannot be changed: %s", closing.delivery, error)
            await self._post_instead(closing, found)
        return True

    async def _post_instead(self, closing: DailyClosing, found: _Found) -> None:
        """Post the answer where it cannot be shown in place; nobody waits for it where nobody answered."""
        question, answers = found.went
        if not answers:
            return
        place = found.delivery.place if found.delivery else closing.place
        key = f"daily:{closing.daily}:{place.platform}:{place.workspace}:{place.channel}"
        reply, now = Reply(daily_answer_card(question, closing.daily, answers)), self._now()
        await self._database.write(lambda tx: enqueue(tx, key, place, reply, now))
        self._wake()


def _close(tx: Transaction, closing: DailyClosing, now: datetime) -> _Found | None:
    """Close the question, and look up what is needed to show its answer; None where it cannot be read any more."""
    tx.dailies.channels((closing.place,))  # a first press waits for this, or this for the press
    names: list[DailyName] = [(closing.daily, closing.place)]
    names += [(closing.before, closing.place)] if closing.before else []
    went = close_questions(tx, names, questions_of(tx, {daily for daily, _ in names}), now)
    if names[0] not in went:
        return None
    delivery = tx.deliveries.by_key(closing.delivery)
    body = ""
    if delivery is not None:
        stored = tx.deliveries.editions([delivery.edition_id]).get(delivery.edition_id)
        body = stored.body if stored else ""
    return _Found(went[names[0]], went.get(names[-1]) if closing.before else None, delivery, body)


def _answered_card(closing: DailyClosing, found: _Found) -> Card | None:
    """The message as it left, with the answer in it; None where it cannot be read any more."""
    if found.delivery is None:  # somebody asked for the question: no message of the outbox asks it
        return None
    question, answers = found.went
    try:
        card = reply_from_json(json.loads(found.body)).card
        answered = with_daily_answer(card, question, closing.daily, answers)
        answered = with_results(answered, closing.daily, daily_note(None, found.before))
        return with_lead(answered, found.delivery.mention, found.delivery.label)
    except (ValueError, ContentError) as error:
        log.error("the message %s cannot be made anew: %s", closing.delivery, error)
        return None
