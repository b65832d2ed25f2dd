"""Who people are beyond their ids: administrators and time zones, where Slack lets newsbot know, asked once an hour."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from cachetools import LRUCache

from newsbot.errors import NewsbotError
from newsbot.messages.requests import Person
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.payloads import PLATFORM, stranger

log = logging.getLogger(__name__)

SCOPE = "users:read"
_KNOWN_FOR = timedelta(hours=1)
_ASK_LATER = timedelta(minutes=59)
_SECONDS = 1.5
_MOST = 10_000


class UserDirectory:
    """Persons by workspace and id."""

    def __init__(self, workspaces: Workspaces, now: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._now = now
        self._known: LRUCache[tuple[str, str], tuple[Person, datetime]] = LRUCache(_MOST)

    def known_person(self, team: str, user: str, name: str = "") -> Person:
        """What is known without asking: enough to answer from content within Slack's three seconds."""
        found = self._known.get((team, user))
        return found[0] if found else stranger(user, name)

    async def person(self, team: str, user: str, name: str = "") -> Person:
        """The person, asked of Slack where they are not known; where it does not tell, nobody is an administrator."""
        found = self._known.get((team, user))
        if found is not None and self._now() - found[1] < _KNOWN_FOR:
            return found[0]
        fetched = await self._fetch_person(team, user, name)
        # Where Slack did not tell it is asked again soon.
        asked_at = self._now() - (timedelta(0) if fetched else _ASK_LATER)
        self._known[team, user] = fetched or stranger(user, name), asked_at
        return self._known[team, user][0]

    async def _fetch_person(self, team: str, user: str, name: str) -> Person | None:
        try:
            workspace = await self._workspaces.get(team)
            if workspace is None or (workspace.scopes and SCOPE not in workspace.scopes):
                return stranger(user, name)
            async with asyncio.timeout(_SECONDS):
                profile = (await self._workspaces.call(team, "users.info", user=user))["user"]
        except (NewsbotError, TimeoutError, KeyError) as error:
            log.info("Slack does not tell about %s: %s", user, error)
            return None
        is_admin = bool(profile.get("is_admin") or profile.get("is_owner"))
        locale = str(profile.get("locale") or "en").split("-")[0]
        return Person(
            PLATFORM, user, name or str(profile.get("name") or user), is_admin, locale, profile.get("tz") or None
        )
