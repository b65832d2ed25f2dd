"""How replies reach Slack: by a response URL or the bot's token, with the rest of a long card, and pictures later."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from cachetools import LRUCache

from newsbot.errors import NewsbotError, PostError, PostLater, PostUnclear
from newsbot.messages.cards import Card, Picture, Reply
from newsbot.messages.platform import Posted, plausible_timestamp
from newsbot.messages.requests import Place
from newsbot.platforms.slack.errors import SlackRefused
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.pictures import UploadedPictures
from newsbot.platforms.slack.renderer import CardRenderer, RenderedCard, can_delete, with_fields
from newsbot.platforms.slack.timestamps import parse_timestamp
from newsbot.schedule.clock import utc_now
from newsbot.tasks import BackgroundTasks

log = logging.getLogger(__name__)

_USES = 5  # of one response URL: https://docs.slack.dev/interactivity/handling-user-interaction/
_MOST_CHANGES = 10_000
_TRIES = 3
_LONGEST_WAIT = 60.0
Sent = TypeVar("Sent")
EVENT_TYPE = "newsbot_delivery"


class ChannelPace:
    """About one message a second in each channel, as Slack asks for; an interval of 0 is no limit."""

    def __init__(self, interval: float = 1.0, clock: Callable[[], float] | None = None) -> None:
        self._interval = interval
        self._clock = clock or asyncio.get_running_loop().time
        self._free_at: dict[tuple[str, str], float] = {}

    async def turn(self, place: Place) -> None:
        """Wait for the next turn in a channel."""
        if not self._interval:
            return
        now, key = self._clock(), (place.workspace, place.channel)
        at = max(now, self._free_at.get(key, 0.0))
        if len(self._free_at) > 10_000:
            self._free_at = {known: free for known, free in self._free_at.items() if free > now}
        self._free_at[key] = at + self._interval
        if at > now:
            await asyncio.sleep(at - now)


class MessageEdits:
    """Which change of a message is its newest, so that a picture that comes late undoes none that came after it."""

    def __init__(self) -> None:
        self._newest: LRUCache[str, object] = LRUCache(_MOST_CHANGES)

    def begin(self, message: str) -> Callable[[], bool]:
        """A change of the message of that name begins; later, whether it is still the newest."""
        change = object()
        self._newest[message] = change
        return lambda: self._newest.get(message) is change


def message_name(place: Place, message_id: str) -> str:
    """The name of a message among all of them."""
    return f"{place.workspace}/{place.channel}/{message_id}"


class Responder:
    """Sends replies. Raises as `SlackCalls.call` does."""

    def __init__(
        self,
        workspaces: Workspaces,
        answers: CardRenderer,
        pictures: UploadedPictures,
        background: BackgroundTasks,
        pace: ChannelPace,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._workspaces = workspaces
        self.answers = answers
        self._pictures = pictures
        self._background = background
        self._pace = pace
        self._now = now
        self._changes = MessageEdits()

    async def respond(
        self, url: str, team: str, reply: Reply, *, asker: str, replaces: str = "", thread: str | None = None
    ) -> None:
        """Answer by a response URL; with `replaces`, in the place of the message of that name, which was pressed."""
        fields: dict[str, Any] = {"response_type": _kind(reply), "replace_original": bool(replaces)}
        if thread is not None:
            fields["thread_ts"] = thread
        whose = asker_of(reply, asker)
        is_newest = self._changes.begin(replaces)
        rendered = await self._with_tables_or_not(
            reply.card, team, lambda made: self._respond(url, with_fields(made.message(whose), **fields))
        )
        await self.respond_rest(url, rendered, _USES - 1)
        if replaces:

            async def again(made: RenderedCard) -> None:
                if is_newest():
                    await self._respond(url, with_fields(made.message(whose), **fields))

            self._show_pictures(team, reply.card, rendered, again)
        else:
            self.follow_up(url, team, reply, rendered)

    async def respond_rest(self, url: str, rendered: RenderedCard, uses: int = _USES) -> None:
        """The further messages of a long card, for whoever asked alone."""
        for part in rendered.rest[:uses]:
            await self._respond(url, with_fields(part, response_type="ephemeral", replace_original=False))

    def follow_up(self, url: str, team: str, reply: Reply, rendered: RenderedCard) -> None:
        """Once the pictures of an answer are ready, show them below it: an answer to a command cannot be changed."""
        shown = tuple(block for block in reply.card.blocks if isinstance(block, Picture))
        card = Card("", tuple(block for block in shown if block.chart in rendered.pictures))

        async def below(_: RenderedCard) -> None:
            made = self.answers.render(card, team)
            if not made.pictures:
                await self._respond(url, with_fields(made.first, response_type=_kind(reply), replace_original=False))

        self._show_pictures(team, reply.card, rendered, below)

    async def remove(self, url: str, message: str) -> None:
        """Take away the message of that name, which was pressed."""
        self._changes.begin(message)
        await self._respond(url, '{"delete_original":true}')

    async def post(self, place: Place, reply: Reply, key: str, asker: str = "") -> Posted:
        """Post with the bot's token; the further messages of a long card in its thread.

        Where `place` is a person, the message stands in the direct conversation that Slack then names.
        """
        more: dict[str, Any] = {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}}} if key else {}
        posted: list[Posted] = []

        async def send(made: RenderedCard) -> None:
            posted.append(await self._post(place, made.message(asker_of(reply, asker)), place.thread, **more))

        rendered = await self._with_tables_or_not(reply.card, place.workspace, send)
        (first,) = posted
        rest = await self.post_rest(first.place, rendered.rest, place.thread or first.message_id)
        self._update_with_pictures(first.place, first.message_id, reply, rendered, asker)
        fix = await self._pictures.fix(place.workspace) if rendered.pictures else ""
        return replace(first, rest=tuple(rest), fix=fix)

    async def post_rest(self, place: Place, parts: tuple[str, ...], thread: str) -> list[Posted]:
        """The further messages; where one fails the first stands already, so nobody may take it for not posted."""
        try:
            return [await self._post(place, part, thread) for part in parts]
        except PostError as error:
            raise PostUnclear(f"The beginning was posted, but not all of the rest: {error}") from error

    async def whisper(self, place: Place, user: str, reply: Reply) -> None:
        """Show a reply to one person in a channel."""

        async def send(made: RenderedCard) -> None:
            for part in (made.first, *made.rest):
                fields = {"channel": place.channel, "user": user, "thread_ts": place.thread}
                await self._workspaces.call(place.workspace, "chat.postEphemeral", **{**json.loads(part), **fields})

        await self._with_tables_or_not(reply.card, place.workspace, send)

    async def update(self, place: Place, message_id: str, reply: Reply, asker: str = "") -> RenderedCard:
        """Put a reply in the place of a message of the bot."""

        async def send(made: RenderedCard) -> None:
            message = json.loads(made.message(asker_of(reply, asker)))
            arguments = {"text": message["text"], "blocks": message["blocks"], "parse": "none"}
            await self._workspaces.call(
                place.workspace, "chat.update", channel=place.channel, ts=message_id, **arguments
            )

        return await self._with_tables_or_not(reply.card, place.workspace, send)

    def _update_with_pictures(self, place: Place, ts: str, reply: Reply, rendered: RenderedCard, asker: str) -> None:
        is_newest = self._changes.begin(message_name(place, ts))

        async def again(_: RenderedCard) -> None:
            if is_newest():
                await self.update(place, ts, reply, asker)

        self._show_pictures(place.workspace, reply.card, rendered, again)

    async def _post(self, place: Place, message: str, thread: str | None, **more: Any) -> Posted:
        await self._pace.turn(place)
        arguments = {**_read(message), **more, "channel": place.channel, "thread_ts": thread}
        answer = await self._workspaces.call(place.workspace, "chat.postMessage", **arguments)
        return self.posted_message(
            replace(place, channel=str(answer.get("channel") or place.channel)), str(answer["ts"])
        )

    def posted_message(self, place: Place, ts: str) -> Posted:
        """A message that stands in a channel: its `ts` names it, and says when it was posted."""
        return Posted(place, ts, at=plausible_timestamp(parse_timestamp(ts), self._now()))

    async def _respond(self, url: str, body: str) -> None:
        await patiently(lambda: self._workspaces.calls.respond(url, json.loads(body)))

    async def _with_tables_or_not(
        self, card: Card, team: str, send: Callable[[RenderedCard], Awaitable[None]]
    ) -> RenderedCard:
        """Send a card; where the server refuses its blocks, in which nothing was stored, once more without tables."""
        rendered = self.answers.render(card, team)
        try:
            await send(rendered)
        except SlackRefused as error:
            plainer = self.answers.render(card, team, tables=False)
            if not error.is_form or plainer.first == rendered.first:
                raise
            log.warning("Slack refused a message (%s); it is sent again without tables", error.error)
            rendered = plainer
            await send(rendered)
        return rendered

    def _show_pictures(
        self, team: str, card: Card, rendered: RenderedCard, show: Callable[[RenderedCard], Awaitable[None]]
    ) -> None:
        """Once the missing pictures of an answer are ready, show it anew."""

        async def prepare_and_show() -> None:
            try:
                if await self._pictures.prepare(team, rendered.pictures):
                    await show(self.answers.render(card, team))
            except NewsbotError as error:
                log.warning("an answer in the Slack workspace %s stays without its picture: %s", team, error)

        if rendered.pictures:
            self._background.start(prepare_and_show(), "pictures")


async def patiently(send: Callable[[], Awaitable[Sent]]) -> Sent:
    """Send an answer to a person: where Slack takes nothing now, again when it says, at most three times."""
    for _ in range(_TRIES):
        try:
            return await send()
        except PostLater as error:
            if (error.after or 1.0) > _LONGEST_WAIT:
                raise
            await asyncio.sleep(error.after or 1.0)
    return await send()


@lru_cache(maxsize=256)
def _read(message: str) -> Mapping[str, Any]:
    """A rendered message as it is posted; one that goes to many channels is read once. Nobody may change it."""
    fields: dict[str, Any] = json.loads(message)
    return fields


def asker_of(reply: Reply, asker: str) -> str:
    """Whose Delete button an answer carries: a private one needs none, it is gone with the next reload."""
    return asker if asker and not reply.private and can_delete(asker) else ""


def _kind(reply: Reply) -> str:
    return "ephemeral" if reply.private else "in_channel"
