"""Cards as Block Kit messages, within Slack's documented limits.

A button's `action_id` and `value` are its token; a select's `action_id` is its token and its options' values stand as
given; an address button has the `action_id` `nb-url-N`. So each `action_id` begins with `nb`, is unique in a message
(no two controls of a card do the same), and `token_and_values` reads any of them back. No block has a `block_id`: Slack
wants a new one at every change of a message, and makes it by itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from newsbot.messages.budgets import SLACK, Budget
from newsbot.messages.cards import Block, Card, Picture, Table, Text, text
from newsbot.messages.charts import Chart, Point
from newsbot.messages.fitting import fit
from newsbot.messages.markup import plain_text
from newsbot.messages.plain import plain_card
from newsbot.messages.short import headline
from newsbot.platforms.slack.blocks import card_blocks
from newsbot.platforms.slack.markup import SlackBlock, paragraph, quiet, units

ShownPicture = Mapping[str, Any]  # {"image_url": …} or {"slack_file": {"id": …}}

ACTION_IDS = r"^nb"  # every action_id of newsbot
TEXT = 4_000  # https://docs.slack.dev/reference/methods/chat.update refuses a longer `text`
# Slack refuses a message whose blocks, written out, are longer than about 13,200 characters (msg_blocks_too_long).
WRITTEN = 12_000
_SMALLER = tuple(replace(SLACK, characters=size) for size in (9_000, 7_000, 5_000, 4_000))


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message ready to send; `pictures` are the charts that it shows as data because no picture was at hand."""

    payload: Mapping[str, Any]
    pictures: tuple[Chart, ...]


def no_pictures(chart: Chart) -> ShownPicture | None:
    """For where no picture can be shown: every chart stands as its data."""
    del chart
    return None


def render_messages(
    card: Card, shown: Callable[[Chart], ShownPicture | None] = no_pictures, tables: bool = True
) -> tuple[SlackMessage, ...]:
    """The messages of a card: the first for the channel, the rest for its thread.

    `shown` tells where Slack finds the picture of a chart. Without `tables` every table is text, for a server that
    answers `invalid_blocks` to one. Raises TokenError where an action is too long for a token.
    """
    missing = _missing_charts(card, shown)
    whole = with_data(card, missing)
    # Written out, a table is several times as long as its rows as text: it is given up before anything is moved.
    for budget, as_tables in ((SLACK, tables), (SLACK, False), *((smaller, False) for smaller in _SMALLER)):
        made = _messages(card, whole, missing, shown, budget, as_tables)
        if all(json_size(message.payload["blocks"]) <= WRITTEN for message in made):
            break
    return made


def _messages(
    card: Card,
    whole: Card,
    missing: tuple[Chart, ...],
    shown: Callable[[Chart], ShownPicture | None],
    budget: Budget,
    tables: bool,
) -> tuple[SlackMessage, ...]:
    parts = fit(whole, budget).parts
    made = []
    for part in parts:
        words = plain_card(card) if len(parts) == 1 else plain_card(part)
        pictures = tuple(chart for chart in missing if len(parts) == 1 or _shows(part, chart))
        made.append(SlackMessage(_payload(part, words, shown, tables), pictures))
    return tuple(made)


def _payload(part: Card, words: str, shown: Callable[[Chart], ShownPicture | None], tables: bool) -> Mapping[str, Any]:
    blocks = card_blocks(part, shown, tables) or paragraph(text(words.strip() or "newsbot").pieces)
    return {
        "text": notification(headline(part) or words, part.footer),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def json_size(blocks: list[SlackBlock]) -> int:
    """The length of blocks written out as JSON, in UTF-16 units."""
    return units(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def notification(words: str, footer: str = "") -> str:
    """A message's `text`: the card in plain words, which notifications show and screen readers may read.

    Whole paragraphs from the beginning, as many as Slack takes; where some are left out, it ends with an ellipsis and
    the footer.
    """
    whole = quiet(words if words.strip() else "newsbot")
    if units(whole) <= TEXT:
        return whole
    end = "\n\n…" + (f"\n\n{quiet(footer)}" if footer else "")
    room = TEXT - units(end)
    if room < TEXT // 2:  # a footer that leaves no room for what it stands under
        end, room = "\n\n…", TEXT - 3
    fitting = ""
    for part in whole.split("\n\n"):
        if units(fitting) + units(part) + 2 > room:
            break
        fitting += ("\n\n" if fitting else "") + part
    return (fitting or _words(whole, room)) + end


def _words(escaped_text: str, room: int) -> str:
    """The beginning of an escaped text, cut between words or at least not within `&amp;`."""
    head = escaped_text[: room if escaped_text.isascii() else room // 2]
    at = head.rfind(" ") if " " in head else head.rfind("&", len(head) - 5)
    return head[:at] if at > 0 else head


def with_data_of(card: Card, shown: Callable[[Chart], ShownPicture | None]) -> Card:
    """The card with the data of each picture that `shown` does not have in its place."""
    return with_data(card, _missing_charts(card, shown))


def _missing_charts(card: Card, shown: Callable[[Chart], ShownPicture | None]) -> tuple[Chart, ...]:
    return tuple(b.chart for b in card.blocks if isinstance(b, Picture) and shown(b.chart) is None)


def with_data(card: Card, missing: tuple[Chart, ...]) -> Card:
    """The card with the data of each missing picture in its place, so that no chart is ever dropped."""
    blocks: list[Block] = []
    for block in card.blocks:
        if isinstance(block, Picture) and block.chart in missing:
            blocks += _data(block)
        else:
            blocks.append(block)
    return replace(card, blocks=tuple(blocks))


def _data(picture: Picture) -> Iterator[Block]:
    """A chart as a table, its unit, date and source below, and what only its alt text says."""
    chart = picture.chart
    if picture.instead is not None:
        yield picture.instead
        return
    yield Table(chart.title, *_columns(chart))
    yield text(f"{chart.unit}, as of {chart.as_of}. Source: {chart.source}.", "small")
    if picture.alt != chart.alt_text():
        yield text(picture.alt, "small")


def _columns(chart: Chart) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    has_notes = any(point.note for point in chart.points)
    has_dates = any(_date_suffix(point) for point in chart.points)
    names = ["What", "Value", *(["Date"] if has_dates else []), *(["Note"] if has_notes else [])]
    rows = tuple(
        (
            point.label,
            point.display,
            *([_date_suffix(point)] if has_dates else []),
            *([point.note] if has_notes else []),
        )
        for point in chart.points
    )
    return tuple(names), rows


def _date_suffix(point: Point) -> str:
    """The date of a point where its label and its value do not tell it already."""
    return "" if point.dated in f"{point.label} {point.display}" else point.dated


def _shows(part: Card, chart: Chart) -> bool:
    """Whether the data of a chart begins in this part; a title cut to fit ends in an ellipsis."""
    titles = [block.title for block in part.blocks if isinstance(block, Table)]
    titles += [plain_text(b.pieces) for b in part.blocks if isinstance(b, Text) and b.style == "heading"]
    return any(chart.title.startswith(title.removesuffix("…")) for title in titles)


def token_and_values(action: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The token and the picked values of one entry of a block_actions payload's `actions`.

    An address button has neither: its token is empty, and there is nothing to do but to acknowledge it.
    """
    if action.get("type") == "button":
        return str(action.get("value", "")), ()
    picked = action.get("selected_options") or [action.get("selected_option")]
    values = tuple(str(option["value"]) for option in picked if option)
    return str(action.get("action_id", "")), values
