"""What the page gets: a message as JSON, with a token for each button."""

import json
from functools import lru_cache
from typing import Any

from newsbot.messages.actions import Action
from newsbot.messages.cards import Card, Picture
from newsbot.messages.codec import card_from_json, card_to_json
from newsbot.messages.forms import Form
from newsbot.storage.records import WebMessage

JsonObject = dict[str, Any]


def message_view(message: WebMessage, reader: str) -> str:
    """A message as `reader` sees it, as JSON text."""
    shown: JsonObject = {
        "id": message.id,
        "change": message.change,
        "author": {"id": message.author_id, "name": message.author_name},
        "at": message.at.isoformat(),
        "private": bool(message.seen_by),
        "deleted": message.is_deleted,
        "mine": message.asked_by == reader,
    }
    if message.is_card:
        return f'{json.dumps(shown)[:-1]}, "card": {_card_view(message.body)}}}'
    return json.dumps(shown if message.is_deleted else {**shown, "text": message.body})


@lru_cache(maxsize=500)
def _card_view(body: str) -> str:
    """A stored card with a token for each of its controls. Many messages hold the same card."""
    card = json.loads(body)
    for block in card["blocks"]:
        for button in block["items"] if block["kind"] == "buttons" else ():
            if button["does"]["kind"] == "action":
                button["token"] = _token(button["does"])
        if block["kind"] == "choice":
            block["token"] = _token(block["action"])
    return json.dumps(card)


def _token(action: JsonObject) -> str:
    return Action(action["name"], tuple(action.get("arguments", ()))).token()


def card_json(card: Card) -> str:
    """A card as it is kept."""
    return json.dumps(card_to_json(card), ensure_ascii=False)


def read_card(message: WebMessage) -> Card:
    """The card of a message. Raises ContentError where an older newsbot wrote it in a way that this one cannot read."""
    return card_from_json(json.loads(message.body))


def picture_of(message: WebMessage, number: int) -> Picture | None:
    """The picture of that number, from 0, of a message's card."""
    pictures = [block for block in read_card(message).blocks if isinstance(block, Picture)]
    return pictures[number] if number < len(pictures) else None


def form_view(form: Form) -> JsonObject:
    """A form for the page to show."""
    return {
        "title": form.title,
        "token": form.action.token(),
        "submit": form.submit_label,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind,
                "value": field.value,
                "hint": field.hint,
                "required": field.required,
                "limit": field.limit,
                "choices": [{"label": label, "value": value} for label, value in field.choices],
            }
            for field in form.fields
        ],
    }
