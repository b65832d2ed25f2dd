"""Short cards over all content: their budgets, no number twice, and nothing of the long cards out of reach."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsbot.content.actions import VIEWS, Subject
from newsbot.content.cards import brief_card, comparison_card, event_card, figure_card
from newsbot.content.comparing import why_not
from newsbot.content.library import Library, load_library
from newsbot.content.materials import comparable, pair_subject
from newsbot.content.numbers import numbers_in
from newsbot.content.overviews import Period, events_card, sources_card, sources_view_card
from newsbot.content.short_cards import open_view_card, short_card
from newsbot.messages.budgets import DISCORD, SLACK, excesses
from newsbot.messages.cards import Buttons, Card, Choice, Facts, Text
from newsbot.messages.markup import Plain
from newsbot.messages.plain import plain_card
from newsbot.messages.short import LABEL, VISIBLE, bare_text, first_sentences, sentences, visible_characters
from newsbot.platforms.discord.render import render_messages as discord_messages
from newsbot.platforms.slack.render import render_messages as slack_messages

CONTENT = Path(__file__).resolve().parents[2] / "content"
COMPONENTS = 14 - 2  # the row with Delete is put on by the platform
BLOCKS = 9 - 1


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(CONTENT, date(2026, 11, 30))


def subjects(library: Library) -> Iterator[Subject]:
    yield from (Subject("brief", f"{topic}/{name}") for topic, name in library.briefs)
    yield from (Subject("figure", name) for name, each in library.figures.items() if not each.superseded_by)
    yield from (Subject("event", name) for name in library.events)
    for figure in library.figures.values():
        yield from (pair_subject(figure, other) for other in comparable(library, figure)[:2] if other != figure)


def cards(library: Library) -> Iterator[Card]:
    """Every card that stands in a channel."""
    yield from (short_card(library, subject) for subject in subjects(library))
    events = list(library.events.values())
    yield from (events_card(library, events, "", Period(), at) for at in range(0, len(events), 4))
    for topic in library.topics.values():
        yield sources_card(library, topic, None)
        yield from (sources_card(library, topic, brief) for brief in library.briefs_of(topic.id))


def full_card(library: Library, subject: Subject) -> Card:
    match subject.kind:
        case "brief":
            topic, _, name = subject.key.partition("/")
            return brief_card(library, topic, name)
        case "figure":
            return figure_card(library, subject.key)
        case "event":
            return event_card(library, subject.key)
    first, second = subject.key.split(",")
    return comparison_card(library, library.figures[first], library.figures[second])


def components(value: Any) -> int:
    """How many components there are, each with those in it."""
    if isinstance(value, list):
        return sum(map(components, value))
    below = [*value.get("components", ()), *([value["accessory"]] if "accessory" in value else [])]
    return 1 + components(below)


def texts(value: Any, keys: frozenset[str]) -> Iterator[str]:
    """What stands under some keys of a payload, controls and alt texts left out."""
    if isinstance(value, list):
        for each in value:
            yield from texts(each, keys)
    elif isinstance(value, Mapping) and value.get("type") not in {"actions", "static_select", "image"}:
        for key, held in value.items():
            if isinstance(held, str) and key in keys:
                yield re.sub(r"\]\([^)]*\)|<https?:[^|>]*\|?", "", held)
            elif not isinstance(held, str):
                yield from texts(held, keys)


def test_a_card_in_a_channel_shows_at_most_900_characters(library: Library) -> None:
    for card in cards(library):
        assert visible_characters(card) <= VISIBLE, card.title
        on_discord = discord_messages(card)
        assert len(on_discord) == 1
        assert sum(map(len, texts(on_discord[0].payload["components"], frozenset({"content"})))) <= VISIBLE, card.title
        assert components(on_discord[0].payload["components"]) <= COMPONENTS, card.title
        for shown in (lambda chart: {"image_url": "https://newsbot.example.org/c.png"}, lambda chart: None):
            (on_slack,) = slack_messages(card, shown)
            blocks = on_slack.payload["blocks"]
            assert sum(map(len, texts(blocks, frozenset({"text"})))) <= VISIBLE, card.title
            assert len(blocks) <= BLOCKS, card.title


def test_labels_are_short(library: Library) -> None:
    for card in cards(library):
        for block in card.blocks:
            if isinstance(block, Buttons):
                assert all(len(button.label) <= LABEL for button in block.items), card.title
            if isinstance(block, Choice):
                assert all(len(each.label) <= LABEL for each in (*block.options,)), card.title
                assert len(block.prompt) <= LABEL


def test_no_number_stands_twice_in_the_answer_and_the_numbers_below_it(library: Library) -> None:
    for subject in subjects(library):
        if subject.kind != "pair":
            card = short_card(library, subject)
            lede = next(bare_text(b.pieces) for b in card.blocks if isinstance(b, Text) and b.style == "lede")
            values = [fact.value for block in card.blocks if isinstance(block, Facts) for fact in block.items]
            said = set(numbers_in(lede))
            for value in values:
                assert not said & set(numbers_in(value)), (card.title, value)
                said |= set(numbers_in(value))


def words(card: Card) -> set[str]:
    return set(re.findall(r"\w+", plain_card(card).casefold()))


# What only the frame of a long card says.
FRAME = {
    *("read", "next", "check", "yourself", "figures", "source", "explanation"),
    *("it", "where", "matters", "values", "disagree"),
}


def test_nothing_of_a_long_card_is_lost(library: Library) -> None:
    for subject in subjects(library):
        opened = [open_view_card(library, view, subject) for view in VIEWS]
        reachable = set().union(*(words(each) for each in [short_card(library, subject), *opened] if each))
        assert words(full_card(library, subject)) - reachable - FRAME == set(), subject


def test_views_fit_one_message(library: Library) -> None:
    for subject in subjects(library):
        for view in VIEWS:
            card = open_view_card(library, view, subject)
            assert card is None or [excesses(card, budget) for budget in (DISCORD, SLACK)] == [(), ()], (subject, view)
    for topic in library.topics.values():
        for start in range(0, 120, 10):
            card = sources_view_card(library, topic, None, start)
            assert [excesses(card, budget) for budget in (DISCORD, SLACK)] == [(), ()], (topic.id, start)


def test_numbers_name_everyone_who_says_otherwise(library: Library) -> None:
    for subject in subjects(library):
        card = open_view_card(library, "numbers", subject)
        if subject.kind == "brief" and card is not None:
            told = plain_card(card)
            topic, _, name = subject.key.partition("/")
            for figure in library.figures_of(library.briefs[topic, name]):
                assert all(other.by in told for other in figure.disagree), (subject, figure.id)


def test_a_number_that_others_dispute_says_so_on_the_card(library: Library) -> None:
    for subject in subjects(library):
        card = short_card(library, subject)
        for block in card.blocks:
            for fact in block.items if isinstance(block, Facts) else ():
                figures = [f for f in library.figures.values() if f.disagree and fact.value == f.display]
                if figures and fact.label.casefold() == (figures[0].short or figures[0].label).casefold():
                    assert re.search("Others: |Sources differ", " ".join(fact.notes)), (card.title, fact)


def test_a_view_has_the_way_back_and_a_button_to_share(library: Library) -> None:
    for subject in subjects(library):
        for view in VIEWS:
            if card := open_view_card(library, view, subject):
                last = card.blocks[-1]
                assert isinstance(last, Buttons)
                assert [button.label for button in last.items] == ["Back", "Share here"]


def test_pairs_that_are_offered_can_be_compared(library: Library) -> None:
    figure = library.figures["v3-run-cost"]
    assert comparable(library, figure)
    assert all(why_not(figure, other) is None for other in comparable(library, figure))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two. Three.", "One. Two."),
        (
            "It fell 3.5% at J. Smith Inc. in the U.S. market. Two.",
            "It fell 3.5% at J. Smith Inc. in the U.S. market. Two.",
        ),
        ("x" * 230 + ". Two.", "x" * 230 + "."),
        ("x" * 150 + ". " + "Y" * 100 + ".", "x" * 150 + "."),
    ],
)
def test_an_answer_is_its_first_sentences_that_fit(text: str, expected: str) -> None:
    assert bare_text(first_sentences((Plain(text),))) == expected
    assert "".join(sentences(text)) == text


def test_every_control_has_a_token(library: Library) -> None:
    for card in cards(library):
        assert all(action.token() for action in card.actions())
