"""Cards on Discord: within its limits, nothing lost, no text that pings or formats, as the golden files have them."""

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject

from newsbot.content.cards import brief_card
from newsbot.content.library import Library, load_library
from newsbot.errors import TokenError
from newsbot.messages.actions import Action, Url
from newsbot.messages.budgets import DISCORD
from newsbot.messages.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Picture,
    Text,
    text,
)
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Inline, Mention, Moment, Plain, outside_text
from newsbot.messages.plain import plain_card
from newsbot.platforms.discord.render import DiscordMessage, message, render_messages
from tests.discord.limits import problems, walk
from tests.discord.samples import content_cards, golden_cards, made_cards
from tests.messages.strategies import cards

_COUNTED = {f"{number}." for number in range(40)}  # numbers that plain text writes before addresses
CONTENT = Path(__file__).parents[2] / "content"
GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def library() -> Library:
    """The content that newsbot ships."""
    return load_library(CONTENT, TODAY)


def contents(shown: DiscordMessage) -> str:
    """Every text of a message, one after the other, as Discord gets it."""
    keys = ("content", "label", "description", "placeholder", "url")
    every = list(walk(shown.payload["components"]))
    every += [inner for each in every for key in ("items", "options") for inner in each.get(key, ())]
    return "\n".join(str(each[key]) for each in every for key in keys if key in each)


def words(text: str) -> list[str]:
    """The words of a text without markdown's signs, and without plain text's own."""
    return re.sub(r"[\\*_`\[\]()<>#:…—,~|-]", " ", outside_text(text, len(text) + 1)).split()


# -- limits and parity --------------------------------------------------------------------------------------------


def test_every_card_of_the_content_keeps_to_discords_limits_and_loses_no_word(library: Library) -> None:
    for card in content_cards(library):
        fitted = fit(card, DISCORD)
        shown = render_messages(card)
        assert not fitted.losses
        assert [problems(each.payload) for each in shown] == [[]] * len(shown), card.title
        missing = set(words(plain_card(card))) - set(words("\n".join(contents(each) for each in shown)))
        assert not missing, card.title


def test_a_brief_is_one_message_with_its_chart_and_alt_text(library: Library) -> None:
    (shown,) = render_messages(brief_card(library, "deepseek", "cost"))
    (chart,) = shown.pictures
    assert shown.payload["attachments"] == [{"id": 0, "filename": "chart-1.png", "description": chart.alt_text()}]
    (item,) = next(each["items"] for each in walk(shown.payload["components"]) if each["type"] == 12)
    assert item == {"media": {"url": "attachment://chart-1.png"}, "description": chart.alt_text()}
    assert shown.payload["allowed_mentions"] == {"parse": []}


@given(cards)
def test_any_card_keeps_to_discords_limits_part_by_part(card: Card) -> None:
    for shown in _rendered(card):
        assert problems(shown.payload) == []


@given(cards)
def test_every_word_of_any_card_is_shown(card: Card) -> None:
    for part, shown in zip(fit(card, DISCORD).parts, _rendered(card), strict=True):
        # Two options of one value cannot both be picked, and a mention is shown under the name that Discord knows.
        if any(isinstance(block, Choice) or _mentions(block) for block in part.blocks):
            continue
        found = "".join(words(contents(shown)))
        assert [word for word in words(plain_card(part)) if word not in found and word not in _COUNTED] == []


def _rendered(card: Card) -> tuple[DiscordMessage, ...]:
    try:
        return render_messages(card)
    except TokenError:
        reject()  # an action too long for any button, which our commands never offer


def _mentions(block: object) -> bool:
    return isinstance(block, Text) and any(isinstance(piece, Mention | Moment) for piece in block.pieces)


# -- how a card reads ---------------------------------------------------------------------------------------------


def components(card: Card) -> list[dict[str, Any]]:
    """What stands in the container of a card."""
    found: list[dict[str, Any]] = message(card).payload["components"][0]["components"]
    return found


def test_only_a_mention_piece_notifies() -> None:
    pieces: tuple[Inline, ...] = (
        Mention("person", "11", "Anna"),
        Plain(" and <@22> "),
        Mention("role", "33", "editors"),
        Mention("person", "everyone", "everyone"),
    )
    shown = message(Card("t", (Text(pieces),)))
    assert shown.payload["allowed_mentions"] == {"parse": [], "users": ["11"], "roles": ["33"]}
    assert "<@11> and \\<@\u200b22> <@&33>@\u200beveryone" in contents(shown)


def test_a_short_text_and_one_button_stand_side_by_side() -> None:
    open_it = Buttons((Button("Open", Action("open")),))
    assert [each["type"] for each in components(Card("t", (text("Words."), open_it)))] == [10, 9]
    assert [each["type"] for each in components(Card("t", (text("Words. " * 60), open_it)))] == [10, 1]
    long_label = Buttons((Button("A label that leaves the text beside it no room", Action("open")),))
    assert [each["type"] for each in components(Card("t", (text("Words."), long_label)))] == [10, 1]


def test_buttons_stand_in_rows_of_five_in_their_styles() -> None:
    items = (
        *(Button(f"{n}", Action("a", (str(n),)), "primary") for n in range(6)),
        Button("Web", Url("https://a.example")),
    )
    rows = components(Card("t", (Buttons(items),)))[1:]
    assert [[each["style"] for each in row["components"]] for row in rows] == [[1] * 5, [1, 5]]


def test_an_option_that_discord_refuses_is_left_out_of_its_choice() -> None:
    options = tuple(
        ChoiceOption(label, value) for label, value in [("a", "1"), ("b", "1"), ("c", "x" * 101), ("d", "2")]
    )
    (_, row) = components(Card("t", (Choice("Pick", Action("pick"), options),)))
    assert [option["label"] for option in row["components"][0]["options"]] == ["a", "d"]


def test_the_colour_is_the_topics_or_the_tones_or_none() -> None:
    colours = [
        message(card).payload["components"][0].get("accent_color")
        for card in (Card("t", (), "problem", colour="#4D6BFE"), Card("t", (), "problem"), Card("t", ()))
    ]
    assert colours == [0x4D6BFE, 0xDA373C, None]


def test_there_are_no_doubled_empty_lines_and_no_spaces_at_ends(library: Library) -> None:
    for card in content_cards(library):
        for shown in render_messages(card):
            for each in walk(shown.payload["components"]):
                content = each.get("content", "x")
                assert "\n\n\n" not in content
                assert content == content.strip()


# -- golden files -------------------------------------------------------------------------------------------------


def test_the_golden_messages_are_as_they_were_read(library: Library) -> None:
    for name, card in golden_cards(library).items():
        shown = json.dumps([each.payload for each in render_messages(card)], ensure_ascii=False, indent=1) + "\n"
        file = GOLDEN / f"{name}.json"
        if os.environ.get("NEWSBOT_GOLDEN") == "write":
            file.write_text(shown, encoding="utf-8")
        assert shown == file.read_text(encoding="utf-8"), f"{name}: look at it, then run with NEWSBOT_GOLDEN=write"
        assert [problems(payload) for payload in json.loads(shown)] == [[]] * len(render_messages(card))


def test_a_long_card_goes_on_in_a_second_message() -> None:
    first, second = render_messages(made_cards()["long"])
    assert "The end." not in contents(first)
    assert "## Long (continued)" in contents(second)


def test_a_card_of_pictures_attaches_each(library: Library) -> None:
    blocks = tuple(block for card in content_cards(library) for block in card.blocks if isinstance(block, Picture))[:3]
    shown = message(Card("t", blocks))
    assert [each["filename"] for each in shown.payload["attachments"]] == ["chart-1.png", "chart-2.png", "chart-3.png"]
    assert shown.pictures == tuple(block.chart for block in blocks)
