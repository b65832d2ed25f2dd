"""Tells the operator when a platform does not let newsbot in any more, and when it does again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from newsbot.app.answering import now
from newsbot.errors import NewsbotError
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
PostOnce = Callable[[str, Place, Reply], Awaitable[None]]


async def tell_troubles(
    alerts: Mapping[str, Callable[[], str]],
    operator: Place | None,
    post_once: PostOnce,
    look_seconds: float = _LOOK_SECONDS,
) -> None:
    """Look at each platform's trouble until cancelled; `post_once` puts a message into the outbox, by its key.

    The operator is not told of a platform on that platform: only the log and the health of this process tell then.
    """
    told: dict[str, str] = {}  # the key of the notice, by platform
    while True:
        for name, look in alerts.items():
            sentence = look()
            if bool(sentence) == (name in told):
                continue
            if not sentence:
                log.warning("%s lets newsbot in again", name.title())
            # Several processes may notice the same: it is one notice an hour.
            key = f"{told.pop(name)}:over" if name in told else f"trouble:{name}:{now():%Y-%m-%dT%H}"
            if sentence:
                told[name] = key
            if operator is None or operator.platform == name:
                continue
            try:
                await post_once(key, operator, Reply(_card(name.title(), sentence)))
            except NewsbotError as error:
                log.warning("the operator could not be told about %s: %s", name.title(), error)
        await asyncio.sleep(look_seconds)


def _card(name: str, sentence: str) -> Card:
    if not sentence:
        return Card(f"newsbot is back in {name}", (text("What was waiting is being posted now."),), "good")
    after = "Everything else keeps running, and digests wait. newsbot keeps trying and will tell you when it works."
    return Card(f"newsbot is not let into {name}", (text(sentence.rstrip(".") + "."), text(after)), "problem")
