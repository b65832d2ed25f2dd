"""One attempt at a delivery: whether it may be made, what the platform says, and what that means for the outbox."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from newsbot.errors import NewsbotError, PlatformRefused, PostLater, PostRefused, PostUnclear, StorageError
from newsbot.messages.cards import Reply
from newsbot.messages.codec import posted_to_json
from newsbot.messages.platform import Platform, Posted
from newsbot.storage.records import Delivery, Settlement
from newsbot.tasks import Backoff

log = logging.getLogger(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0  # seconds before another attempt
# A message that could not be posted for so long, by so many attempts, is old news. Both, since after an outage a
# message is hours late before anything was tried.
_GIVE_UP, _TRIES = timedelta(hours=6), 80
_UNKNOWN_GIVE_UP = timedelta(days=1)  # as long for what a platform refuses without saying whom that concerns
_APP_WAIT = 60.0  # seconds before newsbot as a whole is tried again where a platform does not let it in
_ENCODER = json.JSONEncoder(ensure_ascii=False)
UNCLEAR = "The connection broke while this was being sent: it may or may not have been posted."


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """How an attempt ended. `is_refused`: the platform takes nothing there until somebody changes what `fix` says.

    `is_gone`: nor anywhere else in that workspace, so nobody can be told there.
    """

    settlement: Settlement
    is_refused: bool = False
    is_gone: bool = False


class Sender:
    """Makes attempts. Each ends in a settlement, whatever breaks."""

    def __init__(self, platforms: Mapping[str, Platform], now: Callable[[], datetime], random: Random) -> None:
        self._platforms = platforms
        self._now = now
        self._backoff = Backoff(_FIRST_WAIT, _LONGEST_WAIT, random)

    async def may_send(self, delivery: Delivery) -> bool:
        """Whether sending cannot make a second message: nothing left before, or the platform still knows the key."""
        if delivery.sending_since is None:
            return True
        window = await self._platforms[delivery.place.platform].dedupe_window(delivery.place)
        return self._now() - delivery.sending_since < window

    async def send(self, delivery: Delivery, reply: Reply) -> AttemptResult:
        """Post it; returns how that ended."""
        settled = partial(Settlement, delivery.id)
        try:
            posted = await self._platforms[delivery.place.platform].post(delivery.place, reply, delivery.key)
        except PostRefused as error:
            log.warning("delivery %s is refused: %s %s", delivery.key, error, error.fix)
            return await self._settle_refused(delivery, error)
        except PlatformRefused as error:
            return AttemptResult(await self._retry(delivery, str(error), _APP_WAIT))
        except StorageError as error:
            return AttemptResult(await self._retry_unclear(delivery, str(error)))
        except PostLater as error:
            return AttemptResult(await self._retry(delivery, str(error), error.after))
        except PostUnclear as error:
            return AttemptResult(await self._retry_unclear(delivery, str(error), error.after))
        except NewsbotError as error:
            return AttemptResult(settled("failed", self._now(), str(error)))
        except Exception:
            log.exception("delivery %s broke", delivery.key)
            return AttemptResult(await self._retry_unclear(delivery, "Something broke here while this was being sent."))
        return AttemptResult(settled("sent", self._now(), fix=posted.fix, posted=_posted_json(posted)))

    async def _settle_refused(self, delivery: Delivery, error: PostRefused) -> AttemptResult:
        """What the place refuses waits for somebody there; what newsbot is refused everywhere, for its operator."""
        if error.scope == "app":
            return AttemptResult(await self._retry(delivery, str(error), _APP_WAIT))
        if error.scope == "unknown":
            return AttemptResult(await self._retry(delivery, str(error), None, _UNKNOWN_GIVE_UP))
        if error.scope == "message":
            # The place is well, and the next message may be: without a fix, since nobody there has one.
            return AttemptResult(Settlement(delivery.id, "failed", self._now(), str(error)))
        failed = Settlement(delivery.id, "failed", self._now(), str(error), error.fix)
        return AttemptResult(failed, is_refused=True, is_gone=error.scope == "workspace")

    async def _retry(
        self, delivery: Delivery, reason: str, after: float | None, give_up: timedelta = _GIVE_UP
    ) -> Settlement:
        """Nothing was stored this time: another attempt follows, unless it has been tried for hours."""
        if delivery.sending_since is not None:
            # An earlier attempt may have been stored all the same.
            return await self._retry_unclear(delivery, reason, after)
        now = self._now()
        if now - delivery.due_at > give_up and delivery.attempts > _TRIES:
            return Settlement(delivery.id, "failed", now, f"Tried for hours. {reason}")
        wait = timedelta(seconds=max(after or 0.0, self._backoff.wait(delivery.attempts)))
        return Settlement(delivery.id, "due", now, reason, retry_at=now + wait)

    async def _retry_unclear(self, delivery: Delivery, reason: str, after: float | None = None) -> Settlement:
        """It may stand there: tried again while the platform still knows the key, else left for a person to look."""
        now = self._now()
        wait = timedelta(seconds=max(after or 0.0, self._backoff.wait(delivery.attempts)))
        window = await self._platforms[delivery.place.platform].dedupe_window(delivery.place)
        if now + wait - (delivery.sending_since or now) < window:
            return Settlement(delivery.id, "due", now, reason, retry_at=now + wait, is_clear=False)
        return await self.settle_unclear(delivery, reason)

    async def settle_unclear(self, delivery: Delivery, reason: str = UNCLEAR) -> Settlement:
        """An unclear message that must not be sent again: `sent` where the platform finds it, else `unknown`."""
        since = delivery.sending_since or delivery.due_at
        try:
            found = await self._platforms[delivery.place.platform].find_posted(delivery.place, delivery.key, since)
        except NewsbotError as error:
            log.info("whether delivery %s stands cannot be looked up: %s", delivery.key, error)
            found = None
        if found is not None:
            return Settlement(delivery.id, "sent", self._now(), posted=_posted_json(found))
        log.warning("delivery %s is unknown: %s", delivery.key, reason)
        return Settlement(delivery.id, "unknown", self._now(), reason, is_clear=False)


def _posted_json(posted: Posted) -> str:
    return _ENCODER.encode(posted_to_json(posted))
