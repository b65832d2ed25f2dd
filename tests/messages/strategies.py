"""Hypothesis strategies for everything that a card can hold, nasty text included."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from newsbot.messages.actions import Action, Url
from newsbot.messages.budgets import Budget
from newsbot.messages.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Rule,
    Table,
    Text,
)
from newsbot.messages.charts import Chart, Point
from newsbot.messages.markup import Code, Emphasis, Link, Mention, Moment, Placeholder, Plain, Strong

NASTY = st.sampled_from(
    [
        "@everyone",
        "<@123456>",
        "<!channel>",
        "[click](https://evil.example)",
        "**loud**",
        "`code`",
        "||spoiler||",
        "\x1b[31mred",
        "a\u202eb",
        "مرحبا بالعالم",
        "👩‍👩‍👧‍👦🇩🇪",
        "{v3-run-cost}",
        "line\nbreak",
        "&amp;<b>",
        "\\*",
        "x" * 300,
        "word " * 200,
    ]
)
anything = st.one_of(st.text(max_size=80), NASTY, st.lists(NASTY, max_size=4).map(" ".join))
words = st.text("ab*_`[&<@🦙é ", min_size=1, max_size=12) | NASTY
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
urls = st.builds(
    lambda host, path: f"https://{host}.example/{path}",
    names,
    st.from_regex(r"[A-Za-z0-9/_.~%-]{0,40}", fullmatch=True),
)
markup_pieces = st.lists(
    st.one_of(
        words.map(Plain),
        words.map(Strong),
        words.map(Emphasis),
        words.map(Code),
        st.builds(Link, words, urls),
        names.map(Placeholder),
    ),
    max_size=8,
)
instants = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
inlines = st.lists(
    st.one_of(
        words.map(Plain),
        words.map(Strong),
        st.builds(Link, words, urls),
        st.builds(Moment, instants),
        st.builds(Mention, st.just("person"), names, words),
    ),
    min_size=1,
    max_size=6,
).map(tuple)
actions = st.builds(Action, names, st.lists(st.text(max_size=8), max_size=3).map(tuple))
points = st.builds(
    Point,
    words,
    words,
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    words,
)
charts = st.builds(
    Chart,
    st.just("ranked-bar"),
    words,
    words,
    words,
    words,
    st.lists(points, min_size=1, max_size=5).map(tuple),
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        Table,
        words,
        st.lists(words, min_size=width, max_size=width).map(tuple),
        st.lists(st.lists(words, min_size=width, max_size=width).map(tuple), min_size=1, max_size=8).map(tuple),
    )
)
blocks = st.one_of(
    st.builds(Text, inlines, st.sampled_from(["body", "lede", "heading", "small"])),
    st.builds(
        Facts,
        words,
        st.lists(st.builds(Fact, words, words, st.lists(words, max_size=3).map(tuple)), max_size=6).map(tuple),
    ),
    st.builds(Picture, charts, words),
    tables,
    st.just(Rule()),
    st.builds(Links, words, st.lists(st.builds(LinkItem, words, urls, words), max_size=6).map(tuple)),
    st.builds(
        Buttons,
        st.lists(
            st.builds(Button, words, actions | urls.map(Url)),
            min_size=1,
            max_size=6,
            unique_by=lambda b: b.does,
        ).map(tuple),
    ),
    st.builds(
        Choice,
        words,
        actions,
        st.lists(st.builds(ChoiceOption, words, words, words), min_size=1, max_size=8).map(tuple),
    ),
)


def _distinct(card_blocks: list[object]) -> bool:
    try:
        Card("x", tuple(card_blocks))  # type: ignore[arg-type]
    except ValueError:
        return False
    return True


cards = st.builds(
    Card,
    words,
    st.lists(blocks, max_size=6).filter(_distinct).map(tuple),
    st.sampled_from(["neutral", "good", "warning", "problem"]),
    st.just("") | words,
)
budgets = st.builds(
    Budget,
    name=st.just("any"),
    characters=st.integers(700, 6_000),
    pieces=st.integers(8, 60),
    text=st.integers(300, 3_000),
    title=st.integers(20, 150),
    label=st.integers(5, 80),
    url=st.integers(40, 500),
    row=st.integers(1, 10),
    options=st.integers(1, 30),
    option=st.integers(10, 100),
    alt=st.integers(20, 500),
    rows=st.integers(1, 20),
    frame=st.integers(0, 1),
    counts_alt=st.booleans(),
    button_pieces=st.integers(0, 1),
    widened=st.sampled_from([{}, {"*": 1, "_": 1}, {"&": 4, "<": 3}]),
    degrades=st.sampled_from(
        [{}, {Table: "list"}, {Picture: "list", Choice: "list"}, {Buttons: "link"}, {Links: "plain"}]
    ),
)
