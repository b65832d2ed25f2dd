"""What people do with digests: subscribe, change, pause, end, look ahead, and ask why."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Unpack

from cachetools import LRUCache

from newsbot.content.library import Library
from newsbot.digests.composer.compose import Edition, History, Selection, stages_from_json
from newsbot.digests.composer.sections import with_closing_time
from newsbot.digests.composer.sources import DailyQuestion, NewsSource
from newsbot.digests.planner import (
    EditionCache,
    add_edition,
    parse_schedule,
    schedule_of,
    selection_of,
    without_future_dates,
)
from newsbot.digests.values import DeliveryReasons, SubscriptionChanges
from newsbot.errors import NewsbotError, RequestError, StorageError
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.platform import Capabilities, Platform
from newsbot.messages.requests import Place
from newsbot.outbox.enqueue import enqueue_edition, store_edition
from newsbot.schedule.clock import ClockChange, changes_within, wall_time
from newsbot.schedule.closing import closes_with_digests
from newsbot.schedule.slots import Occurrence, lost_by_change, next_slots, slots_between
from newsbot.schedule.timezones import zone_of
from newsbot.storage.database import Database
from newsbot.storage.records import ON_REQUEST, Delivery, NewDelivery, NewSubscription, Subscription
from newsbot.storage.transaction import Transaction

MOST = 10  # digests of one channel
_MINUTE = timedelta(minutes=1)
_MOST_PRESSED = 10_000  # messages of which this process knows that they were pressed
_PRESS = 1.0  # seconds for which a press waits until it is noted
log = logging.getLogger(__name__)
ZONE = "zone"  # the name of the place setting


class DigestService:
    """The subscriptions of every channel. Each method is one transaction, and raises a NewsbotError with a sentence."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        library: Callable[[], Library],
        news_source: Callable[[Library], NewsSource],
        question: DailyQuestion,
        now: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake` wakes the planner and the outbox worker of this process: something may be due sooner."""
        self._database = database
        self._platforms = platforms
        self._library = library
        self._news = news_source
        self._question = question
        self._now = now
        self._wake = wake
        self._pressed: LRUCache[tuple[str, str, str], bool] = LRUCache(_MOST_PRESSED)

    # -- setting up -----------------------------------------------------------------------------------------------

    async def subscribe(self, new: NewSubscription, *, first: bool = False) -> Subscription:
        """Keep a new subscription; with `first` an edition leaves at once. Refused where the channel has ten."""
        now = self._now()
        wanted = parse_schedule(f"{new.at:%H:%M}", new.zone, new.days)
        ahead = next_slots(wanted, None, now, 1)[0].instant
        cursor = first_cursor(now, new.zone)

        def add(tx: Transaction) -> Subscription:
            if len(tx.subscriptions.of_channel(new.place)) >= MOST:
                raise RequestError(f"This channel has {MOST} digests already. Remove one first: /digest list")
            made = tx.subscriptions.add(new, now, ahead, cursor)
            return self._enqueue_now(tx, made, now) if first else made

        made = await self._database.write(add)
        self._wake()
        return made

    async def of_channel(self, place: Place) -> tuple[Subscription, ...]:
        """The subscriptions of a channel, by number."""
        return await self._database.read(lambda tx: tx.subscriptions.of_channel(place))

    async def get(self, number: int) -> Subscription | None:
        """The subscription of that id."""
        return await self._database.read(lambda tx: tx.subscriptions.get(number))

    async def active(self, limit: int = 100) -> tuple[Subscription, ...]:
        """Those that are next to post something."""
        return await self._database.read(lambda tx: tx.subscriptions.active(limit))

    async def change(
        self, subscription: Subscription, **changes: Unpack[SubscriptionChanges]
    ) -> tuple[Subscription, tuple[Occurrence, ...]]:
        """The subscription with these changes, and the slots they leave out, which are recorded as skipped.

        Refused while a slot is due that is not decided yet: it belongs to the old rule.
        """
        now = self._now()
        changed, lost = await self._database.write(lambda tx: _change(tx, subscription, changes, now))
        self._wake()
        return changed, lost

    async def pause(self, subscription: Subscription, by: str) -> Subscription:
        """Post nothing until it is resumed."""

        def pause(tx: Transaction) -> Subscription:
            held = _require_active(tx, subscription)
            paused = replace(held, state="paused", paused_reason="", paused_fix="", paused_by=by)
            tx.subscriptions.update(paused)
            tx.deliveries.call_off_all(held.id, self._now(), "the digest was paused")
            return paused

        return await self._database.write(pause)

    async def resume(self, subscription: Subscription) -> Subscription:
        """Post again from now on; what was missed while it was paused is not posted later."""
        now = self._now()

        def resume(tx: Transaction) -> Subscription:
            held = without_future_dates(_require_active(tx, subscription), now)
            fresh = replace(held, state="active", since=now, paused_reason="", paused_fix="", paused_by="")
            resumed = replace(fresh, next_at=_next_at(fresh, now))
            tx.subscriptions.update(resumed)
            return resumed

        resumed = await self._database.write(resume)
        self._wake()
        return resumed

    async def end(self, subscription: Subscription) -> Subscription:
        """End it for good. What was posted stays; what did not leave yet does not leave."""

        def end(tx: Transaction) -> Subscription:
            held = _require_active(tx, subscription)
            ended = replace(held, state="ended", next_at=None)
            tx.subscriptions.update(ended)
            tx.deliveries.call_off_all(held.id, self._now(), "the digest was ended")
            return ended

        return await self._database.write(end)

    # -- looking at it --------------------------------------------------------------------------------------------

    async def preview(self, subscription: Subscription) -> Card:
        """Exactly what would be posted at this moment; a card that says so where nothing would be."""
        now = self._now()
        selection = await self._database.read(lambda tx: _current_selection(tx, subscription, now))
        edition = self._with_closing_time(self._composer().edition(selection).edition, subscription, now)
        if edition.card is None:
            left_out = [stage.reason for stage in edition.why if stage.outcome == "left out"][:3]
            reasons = [text(f"{reason[:1].upper()}{reason[1:]}.") for reason in left_out]
            return Card(
                "Nothing would be posted now", (text("This digest is skipped when nothing happened."), *reasons)
            )
        return edition.card

    def _with_closing_time(self, edition: Edition, of: Subscription, now: datetime) -> Edition:
        following = next_slots(schedule_of(of), of.last_day, now, 1)[0].instant
        return with_closing_time(edition, closes_with_digests(now, following))

    async def sample(self, topics: tuple[str, ...], at: datetime) -> Card:
        """What a first edition on these topics would say; nothing is kept."""
        selection = Selection(topics, at.date(), at.date() - timedelta(days=1), History(), "short")
        return self._composer().edition(selection).edition.card or Card("Nothing to show", ())

    def how_often(self, topics: tuple[str, ...]) -> int:
        """How many events a month came on these topics in the last year."""
        day = self._now().date()
        items = self._news(self._library()).items(day - timedelta(days=365), day, frozenset(topics))
        return round(len(items) / 12)

    def next(self, subscription: Subscription, count: int = 5) -> tuple[Occurrence, ...]:
        """The next times at which something is posted; none while it is paused."""
        if subscription.state != "active":
            return ()
        return next_slots(schedule_of(subscription), subscription.last_day, self._now(), count)

    def changes_ahead(self, subscription: Subscription, slots: tuple[Occurrence, ...]) -> tuple[ClockChange, ...]:
        """The clock changes of the subscription's zone between now and the last of these."""
        if not slots:
            return ()
        return changes_within(zone_of(subscription.zone), self._now(), slots[-1].instant)

    async def why(self, subscription: Subscription) -> DeliveryReasons | None:
        """How the last slot was decided; None where none was yet."""
        found = await self._database.read(lambda tx: tx.deliveries.last_edition_of(subscription.id))
        return DeliveryReasons(found[0], stages_from_json(found[1])) if found else None

    async def log(self, subscription: Subscription, count: int = 10) -> tuple[Delivery, ...]:
        """The last deliveries, the newest first."""
        return await self._database.read(lambda tx: tx.deliveries.of_subscription(subscription.id, count))

    async def doctor(self, place: Place) -> Capabilities:
        """What newsbot may do in a channel, and the one fix where it cannot post."""
        return await self._platform(place).capabilities(place)

    async def test_post(self, place: Place) -> str:
        """Post a test message and delete it; empty where that went well, else what went wrong and how to mend it."""
        platform = self._platform(place)
        card = Card("Test", (text("newsbot can post here. This message will delete itself."),))
        key = f"test:{place.channel}:{self._now().timestamp():.6f}"
        try:
            posted = await platform.post(place, Reply(card), key)
            await platform.delete(posted)
        except NewsbotError as error:
            return " ".join(filter(None, (str(error), getattr(error, "fix", ""))))
        return posted.fix

    # -- sending --------------------------------------------------------------------------------------------------

    async def send_now(self, subscription: Subscription) -> None:
        """Put an edition into the outbox at once, beside those of the slots; refused within a minute of another."""
        now = self._now()

        def enqueue_now(tx: Transaction) -> None:
            held = _require_active(tx, subscription)
            newest = tx.deliveries.of_subscription(held.id, 1)
            if any(each.slot == ON_REQUEST and now - each.due_at < _MINUTE for each in newest):
                raise RequestError("An edition is on its way already. Ask for another one in a minute.")
            self._enqueue_now(tx, held, now)

        await self._database.write(enqueue_now)
        self._wake()

    async def send_again(self, subscription: Subscription, delivery: int) -> bool:
        """Let an unknown or failed delivery of this subscription leave once more; whether it could."""

        def send_again(tx: Transaction) -> bool:
            found = tx.deliveries.get(delivery)
            if found is None or found.subscription != subscription.id:
                return False
            return tx.deliveries.send_again(delivery, self._now(), "sent again, as somebody asked")

        is_leaving = await self._database.write(send_again)
        self._wake()
        return is_leaving

    # -- whether anybody reads it ---------------------------------------------------------------------------------

    async def note_pressed(self, where: Place, message: str) -> None:
        """Note that somebody pressed a button of a message. Where the database is away, nobody has to wait for it."""
        key = (where.platform, where.channel, message)
        if not message or key in self._pressed:
            return
        self._pressed[key] = True
        now = self._now()
        try:
            await self._database.write(lambda tx: tx.subscriptions.note_pressed(where, message, now), within=_PRESS)
        except StorageError as error:
            self._pressed.pop(key, None)
            log.warning("it is not noted that a message was pressed: %s", error)

    async def make_weekly(self, number: int, person: str) -> Subscription:
        """Let a digest come on Mondays alone, for whoever set it up. Raises RequestError where it is not theirs."""
        return (await self.change(await self._owned(number, person), days="mon"))[0]

    async def _owned(self, number: int, person: str) -> Subscription:
        found = await self.get(number)
        if found is None or found.state == "ended" or found.made_by != person:
            raise RequestError("This digest was ended, or it is not yours.")
        return found

    # -- the zone of a place --------------------------------------------------------------------------------------

    async def zone_of_place(self, place: Place) -> str | None:
        """The zone that was chosen for the channel, or for its server or workspace."""
        found = await self._database.read(lambda tx: tx.settings.get(place, ZONE))
        return found.value if found else None

    async def remember_zone(self, place: Place, zone: str, by: str) -> None:
        """Remember the zone of a server or workspace; of this channel alone in a private chat."""
        is_private = not place.workspace or (place.platform == "slack" and place.channel.startswith("D"))
        channel = place.channel if is_private else ""
        where, now = Place(place.platform, place.workspace, channel), self._now()
        await self._database.write(lambda tx: tx.settings.put(where, ZONE, zone, now, by))

    # -- within ---------------------------------------------------------------------------------------------------

    def _composer(self) -> EditionCache:
        library = self._library()
        return EditionCache(library, self._news(library), self._question)

    def _platform(self, place: Place) -> Platform:
        platform = self._platforms.get(place.platform)
        if platform is None:
            raise RequestError(
                "Digests are posted in Discord, in Slack and in the web chat; newsbot can't post on its own here."
            )
        return platform

    def _enqueue_now(self, tx: Transaction, subscription: Subscription, now: datetime) -> Subscription:
        """Put an edition of this moment into the outbox; returns the subscription after it."""
        selection = replace(_current_selection(tx, subscription, now), when_empty="short")
        composer = self._composer()
        composed = composer.edition(selection)
        if composed.edition.card is None:
            raise RequestError("The digest can't be made right now; the log says why.")
        edition = add_edition(tx, composed, composer.library.version, now)
        if composed.edition.question:
            self._question.pose(tx, [composed.edition.question], now)
        key = f"digest:{subscription.id}:now:{now.timestamp():.6f}"
        fresh = NewDelivery(key, subscription.place, now, subscription.id, ON_REQUEST, subscription.mention)
        enqueue_edition(tx, edition, [fresh])
        history = composed.edition.history
        tx.subscriptions.keep_histories({history.id: history.to_json()})
        advanced = replace(subscription, history=history.id, cursor=composed.edition.cursor)
        tx.subscriptions.advance([advanced])
        return advanced


def _require_active(tx: Transaction, subscription: Subscription) -> Subscription:
    """The subscription as it is now, which nobody else changes. Raises RequestError where it ended."""
    held = tx.subscriptions.locked(subscription.id)
    if held is None or held.state == "ended":
        raise RequestError("This digest has ended.")
    return held


def _current_selection(tx: Transaction, subscription: Subscription, now: datetime) -> Selection:
    """What an edition of this moment is composed from."""
    shown_before = tx.subscriptions.histories({subscription.history} - {""})
    history = History.from_json(shown_before.get(subscription.history, ""))
    day = wall_time(now, zone_of(subscription.zone)).date()
    return selection_of(subscription, history, day)


def _change(
    tx: Transaction, subscription: Subscription, changes: SubscriptionChanges, now: datetime
) -> tuple[Subscription, tuple[Occurrence, ...]]:
    held = without_future_dates(_require_active(tx, subscription), now)
    changed = replace(held, **changes)
    lost: tuple[Occurrence, ...] = ()
    if held.state == "active" and schedule_of(held) != schedule_of(changed):
        if slots_between(schedule_of(held), held.last_day, held.since, now):
            raise RequestError("This digest is being posted right now. Try again in a minute.")
        lost = lost_by_change(schedule_of(held), schedule_of(changed), held.last_day, now)
        if lost:
            _record_skipped(tx, changed, lost, now)
            changed = replace(changed, last_day=max(found.slot.day for found in lost))
        changed = replace(changed, since=now, next_at=_next_at(changed, now))
    tx.subscriptions.update(changed)
    return changed, lost


def first_cursor(now: datetime, zone: str) -> date:
    """The day after which events are news for somebody who subscribes now.

    With the days that composing looks back for what was written late, a first edition tells of the week before.
    """
    return wall_time(now, zone_of(zone)).date() - timedelta(days=1)


def _next_at(subscription: Subscription, now: datetime) -> datetime:
    return next_slots(schedule_of(subscription), subscription.last_day, now, 1)[0].instant


def _record_skipped(tx: Transaction, changed: Subscription, lost: tuple[Occurrence, ...], now: datetime) -> None:
    """Record the slots that a change leaves out."""
    edition = store_edition(tx, "", now)
    reason = "skipped: the time was changed, and the new one had passed that day"
    fresh = [
        NewDelivery(
            f"digest:{changed.id}:{found.slot.day.isoformat()}",
            changed.place,
            found.instant,
            changed.id,
            str(found.slot),
            skipped=reason,
        )
        for found in lost
    ]
    enqueue_edition(tx, edition, fresh)
