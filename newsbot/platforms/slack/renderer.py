"""Replies as ready payloads: each card is rendered once, as JSON text, and changed only where an asker's id stands.

A public answer to a person carries a Delete button with that person's id; it is the one thing in which two answers of
the same card differ.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cachetools import LRUCache

from newsbot.commands.answers import DELETE, delete_button
from newsbot.errors import TokenError
from newsbot.messages.actions import Action
from newsbot.messages.budgets import SLACK
from newsbot.messages.cards import Card
from newsbot.messages.charts import Chart
from newsbot.platforms.slack.markup import SlackBlock, plain
from newsbot.platforms.slack.render import WRITTEN, ShownPicture, json_size, render_messages

_ASKER = "UNEWSBOTASKER"  # stands for whoever asks in a rendered answer
_MOST = 500


class PictureSource(Protocol):
    """Where a chart's picture is, for the people of one workspace."""

    def picture_lookup(self, team: str) -> Callable[[Chart], ShownPicture | None]:
        """Tells how an image block names the picture of a chart; None where it has to stand as data."""

    def version(self, team: str) -> tuple[str, int]:
        """Changes whenever `picture_lookup` tells something new; the same for workspaces that see the same."""


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card as JSON texts: its first message, with and without a Delete button, and the further ones.

    `pictures` are the charts that stand as data because there was no picture yet.
    """

    first: str
    deletable: str
    rest: tuple[str, ...]
    pictures: tuple[Chart, ...]

    def message(self, asker: str = "") -> str:
        """The first message; with `asker` they can take it away by a button."""
        return self.deletable.replace(_ASKER, asker) if asker else self.first


class CardRenderer:
    """Rendered cards by identity: cards of content are the same objects until the content changes."""

    def __init__(self, pictures: PictureSource) -> None:
        self._pictures = pictures
        # What is remembered is held, so nothing else can have its id.
        self._known: LRUCache[tuple[int, str, bool], tuple[Card, int, RenderedCard]] = LRUCache(_MOST)

    def render(self, card: Card, team: str, tables: bool = True) -> RenderedCard:
        """The card for people of a workspace; without `tables` in the plainest form."""
        space, version = self._pictures.version(team)
        key = (id(card), space, tables)
        known = self._known.get(key)
        if known is None or known[1] != version:
            known = card, version, _render_card(card, self._pictures.picture_lookup(team), tables)
            self._known[key] = known
        return known[2]


def _render_card(card: Card, shown: Callable[[Chart], ShownPicture | None], tables: bool) -> RenderedCard:
    first, *rest = render_messages(card, shown, tables)
    pictures = {chart: None for message in (first, *rest) for chart in message.pictures}
    return RenderedCard(
        _json(first.payload),
        _json({**first.payload, "blocks": _with_delete(first.payload["blocks"])}),
        tuple(_json(message.payload) for message in rest),
        tuple(pictures),
    )


def _with_delete(blocks: list[SlackBlock]) -> list[SlackBlock]:
    """The blocks with a Delete button below them; unchanged where there is no room for it."""
    button = delete_button(_ASKER)
    assert isinstance(button.does, Action)
    token = button.does.token()
    element = {"type": "button", "text": plain(button.label), "action_id": token, "value": token}
    made = [*blocks, {"type": "actions", "elements": [element]}]
    return made if len(made) <= SLACK.pieces and json_size(made) <= WRITTEN + 500 else blocks


def _json(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def with_fields(message: str, **fields: Any) -> str:
    """A message's JSON text with further fields in front."""
    return f"{_json(fields)[:-1]},{message[1:]}"


def can_delete(asker: str) -> bool:
    """Whether the id of an asker fits behind a Delete button."""
    try:
        Action(DELETE, (asker,)).token()
    except TokenError:
        return False
    return asker.isalnum()
