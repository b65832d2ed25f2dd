"""Slack as a platform: what the dispatcher and the scheduler post, change and take away there."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from newsbot.errors import NewsbotError
from newsbot.messages.budgets import SLACK
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import DIRECT, Place
from newsbot.platforms.slack.errors import SlackRefused, refusal
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.payloads import PLATFORM
from newsbot.platforms.slack.pictures import SCOPES, UploadedPictures
from newsbot.platforms.slack.responses import EVENT_TYPE, Responder

log = logging.getLogger(__name__)

_HISTORY = {"C": ("channels:history", "groups:history"), "G": ("groups:history", "mpim:history"), "D": ("im:history",)}
_READ = {"C": ("channels:read", "groups:read"), "G": ("groups:read", "mpim:read"), "D": ("im:read",)}
_LOOK = 15  # messages that any app may read at once: the least that Slack's limits of 2025-05-29 leave


class SlackPlatform:
    """Implements the platform port over every workspace that newsbot is in."""

    name = PLATFORM
    budget = SLACK

    def __init__(
        self, workspaces: Workspaces, responder: Responder, pictures: UploadedPictures, has_public_url: bool
    ) -> None:
        self._workspaces = workspaces
        self._responder = responder
        self._pictures = pictures
        self._has_public_url = has_public_url

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Post in a channel, the rest of a long card in its thread.

        Slack does not guard against a second post: `key` stands in the message's metadata, for `stands` to find.
        """
        # Slack opens a person's conversation with the app for a message to their id.
        return await self._responder.post(replace(place, channel=place.channel.removeprefix(DIRECT)), reply, key)

    async def dedupe_window(self, place: Place) -> timedelta:
        """Never: Slack stores a message as often as it is posted."""
        del place
        return timedelta(0)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted; its further messages go, and new ones come in the thread."""
        rendered = await self._responder.update(posted.place, posted.message_id, reply)
        for old in posted.rest:
            await self._remove(old)
        rest = await self._responder.post_rest(posted.place, rendered.rest, posted.place.thread or posted.message_id)
        return replace(posted, rest=tuple(rest), fix="")

    async def delete(self, posted: Posted) -> None:
        """Take the message and its further ones away; one that is already gone is no error."""
        for each in (*posted.rest, posted):
            await self._remove(each)

    async def _remove(self, posted: Posted) -> None:
        place = posted.place
        try:
            await self._workspaces.call(place.workspace, "chat.delete", channel=place.channel, ts=posted.message_id)
        except SlackRefused as error:
            if error.error != "message_not_found":
                raise

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """The message's thread, which needs no making; that in which it stands already."""
        del title  # Slack's threads have none
        return replace(posted.place, thread=posted.place.thread or posted.message_id)

    async def capabilities(self, place: Place) -> Capabilities:
        """What newsbot may do there, as far as its scopes let it look before it posts."""
        workspace = await self._workspaces.get(place.workspace)
        if workspace is None:
            return Capabilities(False, False, False, False, refusal("account_inactive", {}).fix)
        pictures = self._has_public_url or not workspace.scopes or workspace.scopes >= SCOPES
        fix = await self._membership_fix(place, workspace.scopes, workspace.bot_name)
        may, is_sure = not fix, _may(workspace.scopes, _READ, place.channel)
        return Capabilities(post=may, pictures=pictures and may, edit=may, threads=may, fix=fix, is_sure=is_sure)

    async def _membership_fix(self, place: Place, scopes: frozenset[str], bot: str) -> str:
        if not _may(scopes, _READ, place.channel):
            return ""
        try:
            answer = await self._workspaces.call(place.workspace, "conversations.info", channel=place.channel)
        except SlackRefused as error:
            return "" if error.error == "missing_scope" else error.fix or str(error)
        channel = answer.get("channel") or {}
        if channel.get("is_archived"):
            return refusal("is_archived", {}).fix
        is_in = channel.get("is_member", True) or "chat:write.public" in scopes
        return "" if is_in else refusal("not_in_channel", {}, bot).fix

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Where the message of that key stands, posted after `since`; None where it is not seen.

        Looks only where a scope to read history was granted. None then proves little: Slack shows few messages at once.
        """
        workspace = await self._workspaces.get(place.workspace)
        if workspace is None or not _may(workspace.scopes, _HISTORY, place.channel):
            return None
        method = "conversations.replies" if place.thread else "conversations.history"
        oldest = f"{(since - timedelta(seconds=60)).timestamp():.6f}"
        wanted = {"channel": place.channel, "oldest": oldest, "limit": _LOOK, "include_all_metadata": True}
        try:
            answer = await self._workspaces.call(place.workspace, method, **wanted, ts=place.thread)
        except NewsbotError as error:
            log.warning("whether a message stands in Slack cannot be looked up: %s", error)
            return None
        found = (m for m in answer.get("messages") or () if _key_of(m.get("metadata") or {}) == key)
        return next((self._responder.posted_message(place, str(message["ts"])) for message in found), None)


def _key_of(metadata: dict[str, object]) -> str:
    payload = metadata.get("event_payload")
    is_ours = metadata.get("event_type") == EVENT_TYPE and isinstance(payload, dict)
    return str(payload.get("key")) if is_ours and isinstance(payload, dict) else ""


def _may(scopes: frozenset[str], needed: dict[str, tuple[str, ...]], channel: str) -> bool:
    """Whether one of the scopes that a channel of this kind needs was granted."""
    return bool(scopes & set(needed.get(channel[:1], ())))
