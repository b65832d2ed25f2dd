"""Discord as a platform to post on: channels, threads, forums and announcement channels, each message once.

It works over HTTP alone: a process that only delivers needs no gateway. A message carries a nonce made from its
delivery, and Discord gives back the message it already has for some minutes after. Posts in forums have no nonce.
"""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import discord

from newsbot.errors import PostError, PostLater, PostRefused, PostUnclear, RequestError
from newsbot.messages.budgets import DISCORD
from newsbot.messages.cards import Reply
from newsbot.messages.platform import Capabilities, Posted, plausible_timestamp
from newsbot.messages.requests import Place, direct
from newsbot.platforms.discord import errors
from newsbot.platforms.discord._library import Route
from newsbot.platforms.discord.channels import Channels, called_in
from newsbot.platforms.discord.client import LoggedIn, Rest
from newsbot.platforms.discord.modals import shorten
from newsbot.platforms.discord.permissions import (
    DIRECT,
    FORUM,
    THREADS,
    WITH_THREADS,
    abilities_of,
    allow,
    missing_in,
)
from newsbot.platforms.discord.renderer import MessageRenderer, RenderedMessage
from newsbot.platforms.discord.timestamps import created_at
from newsbot.schedule.clock import utc_now
from newsbot.tasks import Backoff

log = logging.getLogger(__name__)

NAME = "discord"
# Discord checks a nonce against "the past few minutes": three are sure to be within them.
NONCE_WINDOW = timedelta(minutes=3)
_TRIES = 4
_BACKOFF = Backoff(0.5, 4.0)  # between tries
_SHORT_WAIT = 5.0  # seconds of a rate limit that are waited for at once; a longer wait is a later attempt
_MAX_TITLE = 100  # characters of a thread's name
_TRIED_AGAIN = frozenset({"app", "unknown"})  # scopes of refusals after which the whole post is made again

Json = dict[str, Any]
_Sent = TypeVar("_Sent")
Publishes = Callable[[Place], Awaitable[bool]]
Sleep = Callable[[float], Awaitable[None]]


class DiscordPlatform:
    """Implements the platform port over Discord's REST interface."""

    name = NAME
    budget = DISCORD

    def __init__(
        self,
        http: LoggedIn,
        message_renderer: MessageRenderer,
        publishes: Publishes,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`http` gives the client that is logged in, and the bot's user id; it raises PostLater where Discord is away.

        `publishes` says whether posts in an announcement channel are published to those who follow it.
        """
        self._api = Rest(http, now)
        self._channels = Channels(self._api)
        self._message_renderer = message_renderer
        self._publishes = publishes
        self._sleep = sleep
        self._now = now

    # -- the platform port --------------------------------------------------------------------------------------------

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Post once; what is too long goes on in a thread. A repeat with the same key makes no second message.

        Where only pictures are refused, their data stands in their place and `fix` of the result says what to allow.
        """
        channel = await self._channels.get(place)

        async def first_of(rendered: list[RenderedMessage]) -> Posted:
            return await self._first(channel, rendered[0], reply, key)

        first, rendered, fix = await self._with_or_without_pictures(place, channel, reply, first_of)
        try:
            rest, less = await self._rest(channel, first, rendered[1:], reply, key)
        except PostLater as error:
            raise PostUnclear(str(error), error.after) from error  # the first part stands
        except PostRefused as error:
            if error.scope in _TRIED_AGAIN:
                raise PostUnclear(str(error)) from error
            raise
        await self._publish(place, channel, first)
        return replace(first, rest=rest, fix=fix or less)

    async def _with_or_without_pictures(
        self, place: Place, channel: Json, reply: Reply, send: Callable[[list[RenderedMessage]], Awaitable[_Sent]]
    ) -> tuple[_Sent, list[RenderedMessage], str]:
        """What `send` gives for the reply's messages, these, and what to allow where they lost their pictures."""
        rendered = await self._message_renderer.render_with_pictures(reply.card)
        try:
            return await send(rendered), rendered, ""
        except PostRefused as error:
            exact = await self._with_exact_fix(error, place, channel)
            if not rendered[0].files or _code(error) != errors.MISSING_PERMISSIONS:
                raise exact from error
            rendered = await self._message_renderer.render_with_pictures(reply.card, with_pictures=False)
            try:
                sent = await send(rendered)
            except PostRefused:
                raise exact from error  # it was not for the pictures
        fix = allow(["attach_files"], called_in(channel, place))
        log.warning("a message goes without its picture: %s", fix)
        return sent, rendered, fix

    async def dedupe_window(self, place: Place) -> timedelta:
        """As long as Discord surely remembers a nonce; a forum's posts have none."""
        try:
            channel = await self._channels.get(place)
        except PostError:
            return NONCE_WINDOW
        return timedelta(0) if channel.get("type") == FORUM else NONCE_WINDOW

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Discord tells only by a repeat with the same nonce, which is what the outbox worker does."""
        del place, key, since
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted, in as many of its messages as it takes."""
        rendered = await self._message_renderer.render_with_pictures(reply.card)
        standing = [replace(posted, rest=()), *posted.rest]
        for where, message in zip(standing, rendered, strict=False):
            await self._edit_one(where, message)
        for where in standing[len(rendered) :]:
            await self.delete(where)
        remaining = standing[: len(rendered)]
        channel = await self._channels.get(posted.place)
        added, _ = await self._rest(
            channel, remaining[0], rendered[len(remaining) :], reply, f"edit:{posted.message_id}"
        )
        return replace(remaining[0], rest=(*remaining[1:], *added))

    async def delete(self, posted: Posted) -> None:
        """Take a post away, with its further messages."""
        for where in (*posted.rest, posted):
            path = "/channels/{channel_id}/messages/{message_id}"
            route = Route("DELETE", path, channel_id=where.place.channel, message_id=where.message_id)
            try:
                await self._api.call(route)
            except discord.HTTPException as error:
                if error.code not in {errors.UNKNOWN_MESSAGE, errors.UNKNOWN_CHANNEL}:
                    raise errors.as_post_error(error, called_in({}, posted.place)) from error
            except errors.BROKEN as error:
                raise errors.as_post_error(error, called_in({}, posted.place)) from error

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """The thread of a message in a text or announcement channel; None where newsbot may not make one."""
        channel = await self._channels.get(posted.place)
        if channel.get("type") not in WITH_THREADS or not posted.message_id:
            return None
        try:
            return replace(posted.place, channel=await self._thread(posted, title))
        except discord.HTTPException as error:
            if error.code in errors.NO_THREAD:
                log.warning("no thread in channel %s: %s", posted.place.channel, error)
                return None
            if error.code == errors.UNKNOWN_MESSAGE:
                raise PostRefused("The message is gone, so it cannot have a thread.", scope="message") from error
            raise errors.as_post_error(error, called_in(channel, posted.place)) from error

    async def capabilities(self, place: Place) -> Capabilities:
        """What newsbot may do in a channel, asked of Discord now."""
        try:
            allowed, channel = await self._channels.permissions(place)
        except PostRefused as error:
            if not error.fix:  # Discord does not tell: a post will
                log.info("what newsbot may do in channel %s is not known: %s", place.channel, error)
            may = not error.fix
            # Whoever asks is there, and sees a mention only as its number.
            fix = error.fix.replace(called_in({}, place), "this channel")
            return Capabilities(post=may, pictures=may, edit=may, threads=may, fix=fix, is_sure=not may)
        return abilities_of(allowed, int(channel.get("type") or 0), called_in(channel, place))

    # -- beyond the port ----------------------------------------------------------------------------------------------

    def trouble(self) -> str:
        """What only a person can mend, such as a dead token; empty where nothing."""
        return self._api.trouble()

    async def missing_permissions(self, place: Place) -> tuple[tuple[str, ...], str]:
        """The permissions that newsbot lacks there, and how the channel is called. Raises PostError."""
        allowed, channel = await self._channels.permissions(place)
        return missing_in(allowed, int(channel.get("type") or 0)), called_in(channel, place)

    async def answer(
        self, place: Place, reply: Reply, to_message: str, below: tuple[Json, ...], *, quotes: bool
    ) -> None:
        """Answer a message in its channel, as a reply to it where `quotes`; the rest follows in the same channel."""
        channel = await self._channels.get(place)
        reference = {"message_id": to_message, "fail_if_not_exists": False}

        async def all_of(rendered: list[RenderedMessage]) -> None:
            first, *rest = rendered
            shown = first.below(*below)
            if quotes:
                mentions = {**shown.payload["allowed_mentions"], "replied_user": False}
                more = {"message_reference": reference, "allowed_mentions": mentions}
                shown = replace(shown, payload={**shown.payload, **more})
            for number, message in enumerate((shown, *rest)):
                await self._send(
                    place.channel, message, nonce(f"answer:{to_message}", number), called_in(channel, place)
                )

        await self._with_or_without_pictures(place, channel, reply, all_of)

    async def tell(self, person_id: str, reply: Reply, key: str) -> None:
        """Write to a person directly. Raises PostError."""
        await self.post(direct(NAME, "", person_id), reply, key)

    # -- posting ------------------------------------------------------------------------------------------------------

    async def _first(self, channel: Json, message: RenderedMessage, reply: Reply, key: str) -> Posted:
        channel_id = str(channel["id"])
        place = Place(NAME, str(channel.get("guild_id") or ""), channel_id)
        called = called_in(channel, place)
        if channel.get("type") == FORUM:
            return await self._forum_post(place, message, reply.card.title, called)
        return self._posted(place, await self._send(channel_id, message, nonce(key, 0), called))

    def _posted(self, place: Place, message_id: str) -> Posted:
        """A message with the instant in its id; of one that was sent again, that of the first."""
        return Posted(place, message_id, at=plausible_timestamp(created_at(message_id), self._now()))

    async def _forum_post(self, place: Place, message: RenderedMessage, title: str, called: str) -> Posted:
        """A forum takes posts as threads. They have no nonce, so an unclear one is not tried again."""
        body = {"name": shorten(title, _MAX_TITLE) or "newsbot", "message": dict(message.payload)}
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=place.channel)
        try:
            made = await self._api.call(route, RenderedMessage(body, message.files))
        except (*errors.BROKEN, discord.HTTPException) as error:
            raise errors.as_post_error(error, called) from error
        thread = str(made["id"])
        return self._posted(replace(place, channel=thread), str(made.get("message", {}).get("id") or thread))

    async def _rest(
        self, channel: Json, first: Posted, messages: list[RenderedMessage], reply: Reply, key: str
    ) -> tuple[tuple[Posted, ...], str]:
        """The further messages of a long card, in the first one's thread; and what to allow where that is closed."""
        if not messages:
            return (), ""
        place, fix = first.place, ""
        if channel.get("type") not in {FORUM, *THREADS, *DIRECT} and first.message_id:
            try:
                place = replace(place, channel=await self._thread(first, reply.card.title))
            except discord.HTTPException as error:
                log.warning("no thread in channel %s, so the rest stands in it: %s", place.channel, error)
                if error.code in errors.NO_THREAD:
                    fix = allow(["create_public_threads"], called_in(channel, place))
        posted = []
        for number, message in enumerate(messages, start=1):
            try:
                sent = await self._send(place.channel, message, nonce(key, number), called_in(channel, place))
            except PostRefused as error:
                if place == first.place or _code(error) not in errors.PERMISSION_CODES:
                    raise
                # A thread that newsbot may not write in: the rest stands in the channel.
                place, fix = first.place, allow(["send_messages_in_threads"], called_in(channel, first.place))
                sent = await self._send(place.channel, message, nonce(key, number), called_in(channel, place))
            posted.append(self._posted(place, sent))
        return tuple(posted), fix

    async def _thread(self, first: Posted, title: str) -> str:
        """The thread of a message, made where there is none; it has the message's id.

        Raises HTTPException where Discord refuses one, PostUnclear where it stays away.
        """
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=first.place.channel, message_id=first.message_id)
        body = {"name": shorten(title, _MAX_TITLE) or "newsbot", "auto_archive_duration": 1_440}
        for attempt in range(_TRIES):
            try:
                made = await self._api.call(route, RenderedMessage(body))
            except discord.HTTPException as error:
                if error.code == errors.THREAD_EXISTS:
                    return first.message_id
                if error.status < 500:
                    raise
            except errors.BROKEN as error:
                log.info("making a thread is tried again: %r", error)
            else:
                return str(made["id"])
            await self._sleep(_BACKOFF.wait(attempt + 1))
        raise PostUnclear("The thread below a message could not be made.")

    async def _send(self, channel_id: str, message: RenderedMessage, the_nonce: str, called: str) -> str:
        """One message; its id, empty where it was taken away before that was known.

        A dropped connection or an error of Discord's leaves open whether the message stands: it is sent again with the
        same nonce, which makes no second one.
        """
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
        body = {**message.payload, "nonce": the_nonce, "enforce_nonce": True}
        is_unclear = False
        cause: Exception
        for attempt in range(_TRIES):
            try:
                return str((await self._api.call(route, RenderedMessage(body, message.files)))["id"])
            except discord.HTTPException as error:
                if error.code == errors.UNKNOWN_MESSAGE and is_unclear:
                    return ""  # it stood there and was deleted since
                failure, cause = errors.as_post_error(error, called), error
            except errors.BROKEN as error:
                failure, cause = errors.as_post_error(error, called), error
            is_unclear = is_unclear or isinstance(failure, PostUnclear)
            if isinstance(failure, PostLater) and failure.after is not None and failure.after <= _SHORT_WAIT:
                await self._sleep(failure.after)
                continue
            if isinstance(failure, PostRefused) or (isinstance(failure, PostLater) and failure.after is not None):
                # Known for this request; an earlier one may have been stored all the same.
                is_again = isinstance(failure, PostLater) or failure.scope in _TRIED_AGAIN
                raise (PostUnclear(str(failure)) if is_unclear and is_again else failure) from cause
            if attempt < _TRIES - 1:
                await self._sleep(_BACKOFF.wait(attempt + 1))
        raise (PostUnclear(str(failure)) if is_unclear else failure) from cause

    async def _edit_one(self, where: Posted, message: RenderedMessage) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=where.place.channel, message_id=where.message_id)
        for attempt in range(_TRIES):
            try:
                await self._api.call(route, message)
            except discord.HTTPException as error:
                if error.code == errors.UNKNOWN_MESSAGE:
                    raise RequestError("The message is gone, so it cannot be changed.") from error
                failure = errors.as_post_error(error, called_in({}, where.place))
            except errors.BROKEN as error:
                failure = errors.as_post_error(error, called_in({}, where.place))
            else:
                return
            pause = _BACKOFF.wait(attempt + 1)
            if isinstance(failure, PostLater) and failure.after is not None:
                pause = failure.after  # Discord says when: a request before that counts against newsbot
            if isinstance(failure, PostRefused) or attempt == _TRIES - 1 or pause > _SHORT_WAIT:
                raise failure
            await self._sleep(pause)

    async def _publish(self, place: Place, channel: Json, first: Posted) -> None:
        """Publish a post of an announcement channel to those who follow it, where the channel chose that."""
        if channel.get("type") != discord.ChannelType.news.value or not await self._publishes(place):
            return
        path = "/channels/{channel_id}/messages/{message_id}/crosspost"
        route = Route("POST", path, channel_id=first.place.channel, message_id=first.message_id)
        try:
            await self._api.call(route)
        except (*errors.BROKEN, discord.HTTPException) as error:
            # The post itself stands; Discord allows few publications an hour.
            log.warning("a post in channel %s is not published: %s", place.channel, error)

    async def _with_exact_fix(self, error: PostRefused, place: Place, channel: Json) -> PostRefused:
        """The same refusal, naming the permissions that are missing."""
        self._channels.forget(place)
        if _code(error) not in errors.PERMISSION_CODES:
            return error
        try:
            missing, called = await self.missing_permissions(place)
        except PostRefused as exact:
            return exact if exact.fix else error  # what keeps newsbot from even looking has to be changed first
        except PostError:
            return error
        return PostRefused(str(error), allow(missing, called)) if missing else error


def nonce(key: str, part: int) -> str:
    """The nonce of one message of a delivery: at most 25 characters, the same after every restart."""
    digest = hashlib.sha256(key.encode()).digest()
    return f"{base64.urlsafe_b64encode(digest[:15]).decode()}.{part}"[:25]


def _code(error: PostRefused) -> int | None:
    """Discord's own number of a refusal."""
    code = getattr(error.__cause__, "code", None)
    return code if isinstance(code, int) else None
