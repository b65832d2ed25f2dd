"""Markup: what it means, that it round-trips, and that outside text means nothing in it."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given

from newsbot.errors import ContentError
from newsbot.messages.markup import (
    Code,
    Emphasis,
    Link,
    Moment,
    Placeholder,
    Plain,
    Strong,
    escape,
    is_web_address,
    join_pieces,
    outside_text,
    parse_markup,
    plain_text,
    to_markup,
)
from tests.messages.strategies import anything, markup_pieces


def test_every_sign_of_the_subset_is_read() -> None:
    source = r"a **b** *c* `d` [e](https://f.example/g_(h)) {i-j} \*k\*"
    assert parse_markup(source) == (
        Plain("a "),
        Strong("b"),
        Plain(" "),
        Emphasis("c"),
        Plain(" "),
        Code("d"),
        Plain(" "),
        Link("e", "https://f.example/g_(h)"),
        Plain(" "),
        Placeholder("i-j"),
        Plain(" *k*"),
    )


@pytest.mark.parametrize(
    "source", ["a * b", "**open", "`open", "[label]", "{Not A Name}", "[x](javascript:alert)", "}"]
)
def test_a_sign_left_open_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(ContentError):
        parse_markup(source)


@given(markup_pieces)
def test_markup_round_trips(pieces: list[Plain | Strong]) -> None:
    assert parse_markup(to_markup(pieces)) == join_pieces(pieces)


@given(anything)
def test_escaped_text_can_never_format_link_or_stand_for_a_figure(text: str) -> None:
    assert parse_markup(escape(text)) == join_pieces([Plain(text)])


@given(anything)
def test_outside_text_is_one_printable_line_that_turns_nothing_around(text: str) -> None:
    clean = outside_text(text)
    assert "\n" not in clean
    assert "\r" not in clean
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Co"} for char in clean)
    assert not set(clean) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\ufeff\x1b")
    assert outside_text(clean) == clean


def test_outside_text_is_cut_with_an_ellipsis() -> None:
    assert outside_text("word " * 300, limit=20) == "word word word word…"


def test_family_emoji_survive_cleaning() -> None:
    assert outside_text("👩‍👩‍👧‍👦") == "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a.example/x y",
        "https://",
        "//a.example",
        "https://a.example/\n",
        "https://a>b",
    ],
)
def test_only_web_addresses_are_addresses(url: str) -> None:
    assert not is_web_address(url)


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        Moment(datetime(2025, 1, 27))


def test_plain_text_keeps_addresses_and_instants() -> None:
    pieces = (
        Link("paper", "https://a.example"),
        Plain(", "),
        Moment(datetime(2025, 1, 7, 14, 5, tzinfo=UTC)),
    )
    assert plain_text(pieces) == "paper (https://a.example), 7 January 2025 14:05 UTC"
