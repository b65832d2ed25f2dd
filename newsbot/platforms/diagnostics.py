"""What the doctors of all platforms share: one thing that was looked at, and the test message that they post."""

import secrets
from dataclasses import dataclass

from newsbot.errors import NewsbotError
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place

_TEST = Reply(Card("A test", (text("newsbot can post here. This message will delete itself."),), "good"))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, and what was found, with the fix where there is one."""

    is_well: bool
    sentence: str


async def check_by_posting(platform: Platform, place: Place, called: str) -> Check:
    """Post a test message and delete it again; `called` is how people call the place."""
    try:
        posted = await platform.post(place, _TEST, f"doctor:{secrets.token_hex(8)}")
        await platform.delete(posted)
    except NewsbotError as error:
        fix = getattr(error, "fix", "")
        return Check(False, f"newsbot cannot post in {called}: {error} {fix}".rstrip())
    return Check(True, f"A test message was posted in {called} and deleted again.")
