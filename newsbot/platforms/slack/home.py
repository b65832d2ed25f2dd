"""The Home tab: what newsbot is, how to ask, the topics, what happened last, and what the caller adds for this person.

Every button does what the same button does on a card; as none of them stands in a message, whoever handles the click
answers with a modal (`modals.card_modal`) or a direct message.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from newsbot.commands.forms import open_action
from newsbot.commands.registry import Menu
from newsbot.content.actions import event_action, topic_action
from newsbot.content.library import Library
from newsbot.content.models import date_words
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Rule, text
from newsbot.messages.fitting import fit
from newsbot.platforms.slack.blocks import card_blocks
from newsbot.platforms.slack.modals import VIEW
from newsbot.platforms.slack.render import no_pictures, with_data_of

_TOPICS = 24
_EVENTS = 3
_BUTTON_LABEL = 72
_ABOUT = (
    "newsbot explains AI market events. Each answer gives its numbers with source and date, says what they leave out, "
    "and shows where sources disagree."
)


def home_view(
    library: Library, menu: Menu, extra: Sequence[Block] = (), direct_messages: bool = True
) -> dict[str, Any]:
    """A `views.publish` view. `extra` stands after how to ask: this person's digests, the channel's quiz.

    Without `direct_messages` it does not tell people to write to newsbot. Raises ValueError where a control of `extra`
    does the same as one of the tab's own.
    """
    added = [Rule(), *extra] if extra else []
    blocks = (*_how_to_ask(library, menu, direct_messages), *added, *_topic_buttons(library), *_newest_events(library))
    card = Card("newsbot", blocks, footer="Explanation, not investment advice.")
    parts = fit(with_data_of(card, no_pictures), VIEW).parts
    made = card_blocks(parts[0], no_pictures, tables=False)
    if len(parts) > 1:
        made += card_blocks(Card("", (text("/newsbot shows the rest."),)), no_pictures, tables=False)
    return {"type": "home", "blocks": made}


def _how_to_ask(library: Library, menu: Menu, direct_messages: bool) -> Iterator[Block]:
    yield text(_ABOUT)
    example = _example(library)
    lines = [
        Fact(f"/{example}", "a brief, wherever you are"),
        Fact("/newsbot help", "everything newsbot can do"),
        Fact("@newsbot and a question", "an answer in a channel that newsbot is in"),
        *([Fact("A direct message", "a question or a command, between newsbot and you")] if direct_messages else []),
    ]
    yield Facts("How to ask", tuple(lines))
    if ask := menu.find(("ask",)):
        yield Buttons((Button("Ask a question", open_action(ask), "primary"),))


def _example(library: Library) -> str:
    """A brief to try: the second of the largest topic, as the first is what the topic alone shows."""
    topics = [topic for topic in library.topics.values() if topic.command]
    if not topics:
        return "newsbot"
    topic = max(topics, key=lambda each: len(library.briefs_of(each.id)))
    briefs = library.briefs_of(topic.id)
    return " ".join([topic.id, *[brief.id for brief in briefs[1:2]]])


def _topic_buttons(library: Library) -> Iterator[Block]:
    topics = list(library.topics.values())[:_TOPICS]
    if not topics:
        return
    yield Rule()
    yield Facts("Topics", tuple(Fact(topic.title, topic.summary) for topic in topics))
    yield Buttons(tuple(Button(_label(topic.title), topic_action(topic.id)) for topic in topics))


def _newest_events(library: Library) -> Iterator[Block]:
    """The newest events, each behind a button."""
    events = list(library.events.values())[:_EVENTS]
    if not events:
        return
    titles = [library.filled_text(event.title) for event in events]
    days = [date_words(event.date.isoformat()) for event in events]
    yield Rule()
    yield Facts("Latest events", tuple(Fact(title, day) for title, day in zip(titles, days, strict=True)))
    opened = (event_action(event.id) for event in events)
    yield Buttons(tuple(Button(_label(title), action) for title, action in zip(titles, opened, strict=True)))


def _label(words: str) -> str:
    return words if len(words) <= _BUTTON_LABEL else f"{words[: _BUTTON_LABEL - 1].rstrip()}…"
