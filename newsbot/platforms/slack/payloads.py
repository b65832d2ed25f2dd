"""What Slack sends, in newsbot's words: pure functions over payloads."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from newsbot.commands.answers import DELETE
from newsbot.errors import TokenError
from newsbot.messages.actions import read_token
from newsbot.messages.requests import Person, Place

Payload = Mapping[str, Any]
PLATFORM = "slack"

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class IncomingText:
    """A message to newsbot: by whom, where, and the words without the mention. `thread` is where an answer belongs."""

    user: str
    place: Place
    words: str


def place(team: str, channel: str, thread: str | None = None) -> Place:
    """A place of Slack."""
    return Place(PLATFORM, team, channel, thread)


def command_words(body: Payload) -> str:
    """A slash command as the text that a person would say: `/deepseek cost`."""
    return f"{body['command']} {readable(str(body.get('text') or ''))}".strip()


def readable(text: str) -> str:
    """Slack's text as a person reads it: links and channels by their names, signs not escaped."""
    return html.unescape(_LINK.sub(_link, text))


def _link(match: re.Match[str]) -> str:
    target, label = match[1], match[2]
    if target.startswith("!subteam^"):  # a user group keeps its id: a digest can mention it
        return f"<{target}>"
    if target.startswith(("@", "!")):
        return f"@{label}" if label else ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    return label or target


def read_message(event: Payload, team: str, bot_user_id: str) -> IncomingText | None:
    """A mention or a direct message that is to be answered; None for bots, edits and whatever nobody wrote just now."""
    if event.get("bot_id") or event.get("subtype") not in {None, "file_share"} or event.get("edited"):
        return None
    user = str(event.get("user") or "")
    if not user or user == bot_user_id:
        return None
    is_direct = event.get("type") == "message"
    kind = event.get("channel_type") or ("im" if str(event.get("channel")).startswith("D") else "")
    if is_direct and kind != "im":
        return None
    thread = event.get("thread_ts") or (None if is_direct else event.get("ts"))
    own = f"<@{bot_user_id}" if bot_user_id else "<@"
    words = re.sub(rf"{re.escape(own)}[^>]*>", " ", str(event.get("text") or ""))
    return IncomingText(user, place(team, str(event["channel"]), thread), " ".join(readable(words).split()))


def pressed_place(body: Payload, team: str) -> Place:
    """Where a button was pressed; a button of the Home tab stands in no channel."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    return place(team, channel, thread)


def pressed_message(body: Payload) -> str:
    """The message a button stands in; empty where it stands in none."""
    container = body.get("container") or {}
    return str(container.get("message_ts") or (body.get("message") or {}).get("ts") or "")


def is_ephemeral(body: Payload) -> bool:
    """Whether a button was pressed in a message that only this person sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def asker(body: Payload) -> str:
    """Who asked for the message that a button stands in, as its Delete button says; empty where it has none."""
    for element in _elements(body):
        try:
            action = read_token(str(element.get("value") or ""))
        except TokenError:
            continue
        if action.name == DELETE and action.arguments:
            return action.arguments[0]
    return ""


def has_blocks(body: Payload) -> bool:
    """Whether the blocks of the message that a button stands in came along, so that it can be told whose it is."""
    return bool((body.get("message") or {}).get("blocks"))


def _elements(body: Payload) -> Iterator[Payload]:
    for block in (body.get("message") or {}).get("blocks") or ():
        if block.get("type") == "actions":
            yield from block.get("elements") or ()


def user_of(body: Payload) -> tuple[str, str]:
    """The id and the name of whoever sent a command or an interaction."""
    if isinstance(user := body.get("user"), Mapping):
        return str(user["id"]), str(user.get("name") or user.get("username") or user["id"])
    return str(body["user_id"]), str(body.get("user_name") or body["user_id"])


def stranger(user: str, name: str = "") -> Person:
    """A person of whom no more is known."""
    return Person(PLATFORM, user, name or user)
