"""Every card of the content says the same on every platform: each fact, number, link, caveat and alt text."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from newsbot.content.cards import answer_card, brief_card, event_card, figure_card, question_card
from newsbot.content.library import Library
from newsbot.messages.actions import Url
from newsbot.messages.budgets import WEB
from newsbot.messages.cards import Block, Buttons, Card, Choice, Facts, Links, Picture, Reply, Table, Text
from newsbot.messages.charts import Chart
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Link, Moment, Plain, plain_text
from newsbot.platforms.discord.render import render_messages as discord_messages
from newsbot.platforms.slack.render import render_messages as slack_messages
from newsbot.platforms.terminal.adapter import Screen
from newsbot.platforms.terminal.inbound import HERE
from newsbot.platforms.web.render import card_json
from tests.shipped import shipped_library


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


def strings(value: Any) -> Iterator[str]:
    """Every text in a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def on_discord(card: Card) -> str:
    return "\n".join(text for message in discord_messages(card) for text in strings(message.payload))


def on_slack(card: Card) -> str:
    """The blocks alone: `text` is for notifications."""
    shown: Callable[[Chart], Mapping[str, Any]] = lambda chart: {"image_url": "https://newsbot.example.org/chart.png"}  # noqa: E731
    texts = [text for message in slack_messages(card, shown) for text in strings(message.payload["blocks"])]
    return "\n".join(texts).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")


def on_slack_without_pictures(card: Card) -> str:
    texts = [text for message in slack_messages(card) for text in strings(message.payload["blocks"])]
    return "\n".join(texts).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")


def on_the_web(card: Card) -> str:
    return "\n".join(text for part in fit(card, WEB).parts for text in strings(json.loads(card_json(part))))


async def in_the_terminal(card: Card) -> str:
    out = io.StringIO()
    await Screen(out, lambda: 100).post(HERE, Reply(card), "")
    return out.getvalue()


def letters(text: str) -> str:
    """What is left when signs and spaces, which every platform sets in its own way, are gone."""
    return re.sub(r"[\W_]+", "", unquote(text)).casefold()


def said(card: Card, *, with_alt: bool) -> Iterator[str]:
    """Everything that a card says, piece by piece."""
    yield from (card.title, card.footer)
    for block in card.blocks:
        yield from _said(block, with_alt)


def _said(block: Block, with_alt: bool) -> Iterator[str]:
    match block:
        case Text(pieces):
            for piece in pieces:
                match piece:
                    case Link(text, url):
                        yield from (text, url)
                    case Plain(text):
                        yield text
                    case Moment():  # each platform's own token, in its reader's zone
                        pass
                    case _:
                        yield plain_text((piece,))
        case Facts(title, items):
            yield title
            for fact in items:
                yield from (fact.label, fact.value, *fact.notes)
        case Links(title, items):
            yield title
            for item in items:
                yield from (item.label, item.url, item.detail)
        case Table(title, columns, rows):
            yield from (title, *columns, *(cell for row in rows for cell in row))
        case Picture(chart, alt):
            if with_alt:
                yield alt
            else:
                yield from (chart.title, chart.source, *(point.display for point in chart.points))
        case Buttons(items):
            for button in items:
                yield button.label
                if isinstance(button.does, Url):
                    yield button.does.address
        case Choice(prompt, _, options):
            yield prompt
            yield from (word for option in options for word in (option.label, option.description))


def cards(library: Library) -> Iterator[tuple[str, Card]]:
    """Every card of the content, with its name."""
    for topic, brief in library.briefs:
        yield f"brief {topic}/{brief}", brief_card(library, topic, brief)
    for figure in library.figures:
        yield f"figure {figure}", figure_card(library, figure)
    for (topic, name), question in library.questions.items():
        yield f"question {topic}/{name}", question_card(library, topic, name)
        for choice in range(len(question.choices)):
            yield f"answer {topic}/{name}/{choice}", answer_card(library, question, choice)
    for event in library.events:
        yield f"event {event}", event_card(library, event)


@pytest.mark.parametrize("platform", [on_discord, on_slack, on_slack_without_pictures, on_the_web])
def test_nothing_of_any_card_is_missing(library: Library, platform: Callable[[Card], str]) -> None:
    with_alt = platform is not on_slack_without_pictures
    for name, card in cards(library):
        shown = letters(platform(card))
        missing = [piece for piece in said(card, with_alt=with_alt) if letters(piece) not in shown]
        assert missing == [], name


async def test_nothing_of_any_card_is_missing_in_the_terminal(library: Library) -> None:
    for name, card in cards(library):
        shown = letters(await in_the_terminal(card))
        missing = [piece for piece in said(card, with_alt=False) if letters(piece) not in shown]
        assert missing == [], name
