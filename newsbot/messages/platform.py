"""The platform port: what the dispatcher and, later, the scheduler need from Discord, Slack, the web or a terminal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from newsbot.messages.budgets import Budget
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Place

_FARTHEST = timedelta(days=1)  # that a platform's clock may be from ours


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands on a platform: enough to edit or delete it later, also after a restart.

    `fix` is what to change so that the next one shows everything, such as its pictures. `at` is when the message was
    posted, by the platform's own clock; None where it does not tell, or tells what cannot be. An edit keeps it.
    """

    place: Place
    message_id: str
    rest: tuple["Posted", ...] = ()  # the further messages of a long card, in their thread
    fix: str = ""
    at: datetime | None = None


def plausible_timestamp(stamp: datetime | None, now: datetime) -> datetime | None:
    """A platform's time stamp; None where it is more than a day from our clock, which then is the better one."""
    return stamp if stamp is not None and abs(stamp - now) <= _FARTHEST else None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What newsbot may do in a place; `fix` is the one thing to change where it cannot post, empty where it can.

    `is_sure` is False where the platform does not tell beforehand: then only a post shows it.
    """

    post: bool
    pictures: bool
    edit: bool
    threads: bool
    fix: str = ""
    is_sure: bool = True


class Platform(Protocol):
    """One chat platform.

    `post` and `edit` raise PostRefused, PostLater or PostUnclear; every method raises NewsbotError with a sentence for
    the person where something cannot be done.
    """

    name: str
    budget: Budget

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Post once: a second call with the same `key`, soon enough, does not make a second message.

        A place of `direct()` is the person's own conversation with newsbot, opened where there is none yet.
        """

    async def dedupe_window(self, place: Place) -> timedelta:
        """For how long after a first `post` a second one with the same key makes no second message; zero for never."""

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Where the message of `key`, sent after `since`, stands; None where that cannot be told."""

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted; returns where it stands now."""

    async def delete(self, posted: Posted) -> None:
        """Take the message away; one that is already gone is no error."""

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """The place below a message that was posted, where a longer exchange stands apart.

        The same place for the same message, however often. None where this platform, or this channel, has none. Raises
        as `post` does.
        """

    async def capabilities(self, place: Place) -> Capabilities:
        """What newsbot may do in `place` at this moment."""
