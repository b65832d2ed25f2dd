"""Cards with their pictures drawn: what Discord is sent, ready to leave."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cachetools import LRUCache

from newsbot.errors import NewsbotError
from newsbot.messages.cards import Card, Picture
from newsbot.messages.charts import Chart, ChartPictures
from newsbot.messages.fitting import picture_as_facts
from newsbot.platforms.discord._library import to_json
from newsbot.platforms.discord.render import DiscordMessage, render_messages

log = logging.getLogger(__name__)

EPHEMERAL = 1 << 6  # the message flag: only the asker sees it
_ROW, _BUTTON, _STYLE_NORMAL = 1, 2, 2
_MOST_CARDS = 2_000
_MOST_PICTURES = 24  # of about 90 kB each

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """One message with the bytes of its pictures, in the order of its attachments."""

    payload: Mapping[str, Any]
    files: tuple[bytes, ...] = ()

    def below(self, *buttons: Json) -> "RenderedMessage":
        """The same message with these buttons below its card."""
        if not buttons:
            return self
        row = {"type": _ROW, "components": list(buttons)}
        return replace(self, payload={**self.payload, "components": [*self.payload["components"], row]})

    def for_one(self) -> "RenderedMessage":
        """The same message, which the asker alone is to see."""
        return replace(self, payload={**self.payload, "flags": self.payload["flags"] | EPHEMERAL})

    def form(self) -> list[Json]:
        """The multipart form that uploads the pictures with the message, as discord.py takes it."""
        return multipart_form(self.payload, self.files)


def multipart_form(body: Mapping[str, Any], files: Sequence[bytes]) -> list[Json]:
    """A multipart form: a JSON body and PNG files `files[0]`, `files[1]`, …"""
    uploads = [
        {"name": f"files[{number}]", "value": png, "filename": f"chart-{number + 1}.png", "content_type": "image/png"}
        for number, png in enumerate(files)
    ]
    return [{"name": "payload_json", "value": to_json(body)}, *uploads]


def button(label: str, token: str) -> Json:
    """A plain button, for below a card."""
    return {"type": _BUTTON, "style": _STYLE_NORMAL, "label": label, "custom_id": token}


def without_pictures(card: Card) -> Card:
    """The card with each picture's data in its place, and the words that went with it."""
    blocks = (picture_as_facts(block) if isinstance(block, Picture) else block for block in card.blocks)
    return replace(card, blocks=tuple(blocks))


class MessageRenderer:
    """Renders cards and draws their pictures. Cards of content are the same objects until the content changes, so each
    is rendered once. The bytes of the latest pictures stay at hand."""

    def __init__(
        self, pictures: ChartPictures, render: Callable[[Card], tuple[DiscordMessage, ...]] = render_messages
    ) -> None:
        self._pictures = pictures
        self._render = render
        # By identity: what is remembered is held, so nothing else can have its id.
        self._rendered: LRUCache[int, tuple[Card, tuple[DiscordMessage, ...]]] = LRUCache(_MOST_CARDS)
        self._drawn: LRUCache[int, tuple[Chart, bytes]] = LRUCache(_MOST_PICTURES)

    def render(self, card: Card) -> tuple[DiscordMessage, ...]:
        """The messages of a card, without the bytes of their pictures."""
        known = self._rendered.get(id(card))
        if known is None:
            known = self._rendered[id(card)] = card, self._render(card)
        return known[1]

    async def render_with_pictures(self, card: Card, *, with_pictures: bool = True) -> list[RenderedMessage]:
        """The messages of a card, ready to leave; a picture that cannot or must not be drawn stands as its data."""
        rendered = self.render(card)
        if not any(message.pictures for message in rendered):
            return [RenderedMessage(message.payload) for message in rendered]
        if with_pictures:
            try:
                return [await self._with_files(message) for message in rendered]
            except NewsbotError as error:
                log.warning("a chart stands as its data: %s", error)
        return [RenderedMessage(message.payload) for message in self._render(without_pictures(card))]

    async def _with_files(self, message: DiscordMessage) -> RenderedMessage:
        return RenderedMessage(message.payload, tuple([await self._png(chart) for chart in message.pictures]))

    async def _png(self, chart: Chart) -> bytes:
        known = self._drawn.get(id(chart))
        if known is None:
            known = self._drawn[id(chart)] = chart, await self._pictures.png(chart)
        return known[1]
