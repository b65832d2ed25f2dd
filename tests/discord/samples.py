"""Cards for the tests of Discord: all that the content makes, and some that tell how messages look."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

from newsbot.commands.answers import HELP, note
from newsbot.commands.builtin import about
from newsbot.commands.dispatcher import build_menu
from newsbot.commands.registry import Context
from newsbot.content.actions import VIEWS, Subject
from newsbot.content.cards import answer_card, brief_card, comparison_card, event_card, figure_card, question_card
from newsbot.content.library import Library
from newsbot.content.materials import pair_subject
from newsbot.content.overviews import Period, events_card, sources_card
from newsbot.content.short_cards import open_view_card, short_card
from newsbot.messages.cards import Card, Fact, Facts, LinkItem, Links, Table, Text, text
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Mention, Moment, Plain, Strong

NASTY = (
    "@everyone <@123456789012345678> [free](https://evil.example) **loud** ||hid|| <t:0> :blush: https://evil.example"
)


def content_cards(library: Library) -> Iterator[Card]:
    """Every card of the content, and those made over several entries."""
    yield from (brief_card(library, topic, name) for topic, name in library.briefs)
    yield from (figure_card(library, name) for name in library.figures)
    yield from (event_card(library, name) for name in library.events)
    for (topic, name), question in library.questions.items():
        yield question_card(library, topic, name)
        yield from (answer_card(library, question, number) for number in range(len(question.choices)))
    yield from overview_cards(library)
    subjects = [Subject("brief", f"{topic}/{name}") for topic, name in library.briefs]
    subjects += [Subject("event", name) for name in library.events]
    for subject in subjects:
        yield short_card(library, subject)
        yield from (card for view in VIEWS if (card := open_view_card(library, view, subject)))


def overview_cards(library: Library) -> Iterator[Card]:
    events = list(library.events.values())
    yield from (events_card(library, events, "", Period(), at) for at in range(0, len(events), 10))
    yield from (sources_card(library, topic, None) for topic in library.topics.values())
    figures = list(library.figures.values())
    yield from (comparison_card(library, first, second) for first, second in pairwise(figures))
    context = Context(library, build_menu(library))
    yield from (about.help_reply(context, path).card for path in context.menu.commands)


def golden_cards(library: Library) -> dict[str, Card]:
    """Cards that tell how Discord messages look, by the name of their golden file."""
    context = Context(library, build_menu(library))
    events = list(library.events.values())[:5]
    series = next(f for f in library.figures.values() if isinstance(f.value, tuple) and f.chart)
    disputed = next(f for f in library.figures.values() if f.disagree and f.chart)
    spent = [library.figures[name] for name in ("v3-run-cost", "r1-added-cost")]
    question = library.questions_of("deepseek", "cost")[0]
    return {
        "brief": short_card(library, Subject("brief", "deepseek/cost")),
        "brief-full": brief_card(library, "deepseek", "cost"),
        "figure-disputed": short_card(library, Subject("figure", disputed.id)),
        "figure-series": short_card(library, Subject("figure", series.id)),
        "event": short_card(library, Subject("event", events[0].id)),
        "events": events_card(library, events, "", Period(), 0),
        "compare": short_card(library, pair_subject(*spent)),
        "question": question_card(library, "deepseek", question.id),
        "answer": answer_card(library, question, 0),
        "help": about.help_reply(context, ("brief",)).card,
        "note": note("Not found", "There is no topic called “tae”. Did you mean:", (HELP,)).card,
        **made_cards(),
    }


def made_cards() -> dict[str, Card]:
    """Cards of what the content has none of."""
    table = Table("Prices", ("Model", "Input", "Output"), (("R1", "$0.55", "$2.19"), ("o1", "$15", "$60")))
    links = Links("Sources", (LinkItem("[2412.19437] V3 (report)", "https://a.example/x_(y)", "arXiv"),), 3)
    moment = datetime(2026, 3, 29, 9, 30, tzinfo=UTC)
    told: tuple[Inline, ...] = (
        Strong("Digest"),
        Plain(" for "),
        Mention("person", "80351110224678912", "Anna"),
        Plain(" at "),
        Moment(moment),
        Plain(", data of "),
        Moment(moment, "day"),
        Plain(", by "),
        Code("/digest now"),
        Plain(" or "),
        Link("the page", "https://a.example/d"),
    )
    nasty = (Plain(f"{NASTY}\n# big\n- item\n1. one\n> said\n-# small"), Emphasis(" *a* "), Strong("b"), Code("`c`"))
    return {
        "table": Card("Prices compared", (table, links), footer="Per million tokens."),
        "told": Card("Your digest", (Text(told),), "good"),
        "nasty": Card(f"# {NASTY}", (Text(nasty), Facts("", (Fact(NASTY, NASTY, (NASTY,)),))), "problem"),
        "scripts": Card("عنوان 👩‍👩‍👧‍👦", (text("مرحبا بالعالم, 10:30:45"), text("नमस्ते 🇩🇪 -17% 5.6"))),
        "long": Card(
            "Long", tuple(text(f"Paragraph {n}. " + "Words go on. " * 60) for n in range(7)), footer="The end."
        ),
    }
