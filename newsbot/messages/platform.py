"""The platform port: what the desk and, later, the scheduler need from Discord, Slack, the web or a terminal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from newsbot.messages.budgets import Budget
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Place


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands on a platform: enough to edit or delete it later, also after a restart.

    `fix` is what to change so that the next one shows everything, such as its pictures.
    """

    place: Place
    message_id: str
    rest: tuple["Posted", ...] = ()  # the further messages of a long card, in their thread
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What newsbot may do in a place; `fix` is the one thing to change where it cannot post, empty where it can."""

    post: bool
    pictures: bool
    edit: bool
    threads: bool
    fix: str = ""


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

    async def repeats_safely_for(self, place: Place) -> timedelta:
        """For how long after a first `post` a second one with the same key makes no second message; zero for never."""

    async def stands(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Where the message of `key`, sent after `since`, stands; None where that cannot be told."""

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted; returns where it stands now."""

    async def delete(self, posted: Posted) -> None:
        """Take the message away; one that is already gone is no error."""

    async def abilities(self, place: Place) -> Abilities:
        """What newsbot may do in `place` at this moment."""
