"""Cards as Discord messages: one container of Components V2, its charts as attachments.

The components and their limits: https://docs.discord.com/developers/components/reference. `fit` keeps a card within
them; what is written here takes no more room than the budget counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from newsbot.messages.actions import Url
from newsbot.messages.budgets import DISCORD
from newsbot.messages.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Facts,
    Links,
    Picture,
    Rule,
    Table,
    Text,
)
from newsbot.messages.charts import Chart
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Mention
from newsbot.platforms.discord.markup import block_text, clean_text, escape_line, notified_by

COMPONENTS_V2 = 1 << 15  # the message flag without which containers are refused
ROW, BUTTON, SELECT, SECTION, TEXT, GALLERY, SEPARATOR, CONTAINER = 1, 2, 3, 9, 10, 12, 14, 17
_STYLES = {"primary": 1, "normal": 2, "danger": 4}
_LINK_STYLE = 5
_TONES = {"good": 0x23A55A, "warning": 0xF0B132, "problem": 0xDA373C}
_MAX_MENTIONS = 100  # of each kind, in `allowed_mentions`
_MAX_VALUE = 100  # characters of what stands behind a choice
_BESIDE = 300  # characters: a longer text reads badly in the narrow column beside a button
_SHORT_LABEL = 38  # characters that Discord advises for a label; a longer one leaves the text beside it no room
_EMPTY = "…"

Component = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DiscordMessage:
    """One message ready to send: its JSON, and the charts that its `attachment://` addresses name, in order."""

    payload: Mapping[str, Any]
    pictures: tuple[Chart, ...]


def render_messages(card: Card) -> tuple[DiscordMessage, ...]:
    """The messages a card becomes, the first for the channel, the rest for its thread.

    Raises TokenError where an action does not fit behind a button.
    """
    return tuple(message(part) for part in fit(card, DISCORD).parts)


def message(card: Card) -> DiscordMessage:
    """The message of a card that fits one. It notifies only whom the card mentions, never whom its text names.

    Raises TokenError where an action does not fit behind a button.
    """
    container: Component = {"type": CONTAINER, "components": _components(card)}
    if (colour := _colour(card)) is not None:
        container["accent_color"] = colour
    pictures = [block for block in card.blocks if isinstance(block, Picture)]
    payload = {
        "flags": COMPONENTS_V2,
        "components": [container],
        "allowed_mentions": _allowed_mentions(card),
        "attachments": [_attachment(number, picture) for number, picture in enumerate(pictures)],
    }
    return DiscordMessage(payload, tuple(picture.chart for picture in pictures))


def _colour(card: Card) -> int | None:
    return int(card.colour.removeprefix("#"), 16) if card.colour else _TONES.get(card.tone)


def _allowed_mentions(card: Card) -> dict[str, list[str]]:
    found = [mention for block in card.blocks if isinstance(block, Text) for mention in notified_by(block.pieces)]
    allowed: dict[str, list[str]] = {"parse": []}
    for kind, is_role in (("users", False), ("roles", True)):
        if ids := _ids(mention for mention in found if (mention.whom == "role") is is_role):
            allowed[kind] = ids
    return allowed


def _ids(mentions: Iterator[Mention]) -> list[str]:
    return list(dict.fromkeys(mention.target_id for mention in mentions))[:_MAX_MENTIONS]


# -- components ---------------------------------------------------------------------------------------------------


def _components(card: Card) -> list[Component]:
    """What stands in the container, neighbouring texts joined into one component."""
    found: list[Component] = []
    texts = [f"## {title}"] if (title := escape_line(card.title)) else []
    is_aside = False  # whether the last text may stand beside a button
    number = 0
    for block in card.blocks:
        if isinstance(block, Text | Facts | Links | Table):
            written = block_text(block)
            texts += [written] if written else []
            is_aside = isinstance(block, Text) and block.style != "small" and 0 < len(written) <= _BESIDE
            continue
        if is_aside and isinstance(block, Buttons) and _is_one_short_button(block):
            aside = texts.pop()
            found += [*_displays(texts), _section(aside, block.items[0])]
        else:
            found += [*_displays(texts), *_figures_and_controls(block, number)]
        number += isinstance(block, Picture)
        texts, is_aside = [], False
    texts += [f"-# {footer}"] if (footer := escape_line(card.footer)) else []
    return [*found, *_displays(texts)] or [_display(_EMPTY)]


def _displays(texts: list[str]) -> list[Component]:
    """The texts as one component; headings and small print bring a distance of their own, so no empty line."""
    if not texts:
        return []
    joined = texts[0]
    for before, text in pairwise(texts):
        joined += f"\n{text}" if text.startswith(("#", "-# ")) or before.startswith("## ") else f"\n\n{text}"
    return [_display(joined)]


def _display(text: str) -> Component:
    return {"type": TEXT, "content": text}


def _is_one_short_button(buttons: Buttons) -> bool:
    return len(buttons.items) == 1 and len(buttons.items[0].label) <= _SHORT_LABEL


def _section(text: str, button: Button) -> Component:
    return {"type": SECTION, "components": [_display(text)], "accessory": _button(button)}


def _figures_and_controls(block: Block, number: int) -> list[Component]:
    match block:
        case Picture():
            return [_gallery(block, number)]
        case Rule():
            return [{"type": SEPARATOR, "divider": True, "spacing": 1}]
        case Buttons(items):
            return [_row([_button(button) for button in items[at : at + 5]]) for at in range(0, len(items), 5)]
        case Choice():
            return _choice(block)
    return []


def _row(components: list[Component]) -> Component:
    return {"type": ROW, "components": components}


def _button(button: Button) -> Component:
    label = _words(button.label) or _EMPTY
    if isinstance(button.does, Url):
        return {"type": BUTTON, "style": _LINK_STYLE, "label": label, "url": button.does.address}
    return {"type": BUTTON, "style": _STYLES[button.style], "label": label, "custom_id": button.does.token()}


def _choice(choice: Choice) -> list[Component]:
    """A select. Discord refuses values that are empty, too long or given twice: such an option is left out."""
    usable = {option.value: option for option in reversed(choice.options) if _is_value(option.value)}
    options = [_option(option) for option in choice.options if usable.get(option.value) is option]
    if not options:
        return []
    select = {"type": SELECT, "custom_id": choice.action.token(), "options": options}
    return [_row([{**select, "placeholder": prompt} if (prompt := _words(choice.prompt)) else select])]


def _is_value(value: str) -> bool:
    return bool(value.strip()) and len(value) <= _MAX_VALUE


def _option(option: ChoiceOption) -> Component:
    shown = {"label": _words(option.label) or _EMPTY, "value": option.value}
    return {**shown, "description": description} if (description := _words(option.description)) else shown


def _filename(number: int) -> str:
    return f"chart-{number + 1}.png"


def _gallery(picture: Picture, number: int) -> Component:
    item = {"media": {"url": f"attachment://{_filename(number)}"}}
    return {"type": GALLERY, "items": [_with_description(item, picture)]}


def _attachment(number: int, picture: Picture) -> Component:
    return _with_description({"id": number, "filename": _filename(number)}, picture)


def _with_description(shown: Component, picture: Picture) -> Component:
    alt = clean_text(picture.alt).strip()
    return {**shown, "description": alt} if alt else shown


def _words(text: str) -> str:
    """Text for where Discord reads no markdown: labels and placeholders."""
    return " ".join(clean_text(text).split())
