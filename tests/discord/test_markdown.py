"""Discord markdown: text of anyone only reads as itself, and each formatted piece is closed where it ends."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.messages.cards import Text
from newsbot.messages.markup import Code, Emphasis, Inline, Link, Mention, Moment, Plain, Strong
from newsbot.platforms.discord.markup import block_text, escape, inline
from tests.messages.strategies import anything

STYLES = {"body": ("", ""), "lede": ("**", "**"), "heading": ("### ", ""), "small": ("-# ", "")}
_MEANS = re.compile(r"[*_~`|\[\]<\\]|https?://|:[^\s:]+:|@(everyone|here|[!&]?\d)")
_OPENS = re.compile(r"\s*(>|#{1,3}\s|-#?\s|\d+\.\s)")
words = st.text("ab1. #>-*_`~|[]()<@!&:/\\\n\u200b", max_size=20) | anything


@given(st.lists(words, min_size=1, max_size=4), st.sampled_from(sorted(STYLES)))
def test_no_plain_text_has_a_meaning_to_discord(said: list[str], style: Any) -> None:
    """Every sign is escaped, no line opens a block, no address, emoji or mention is left whole."""
    start, end = STYLES[style]
    written = block_text(Text(tuple(Plain(each) for each in said), style)).removeprefix(start).removesuffix(end)
    assert not _MEANS.search(re.sub(r"\\.", "x", written))
    assert not any(_OPENS.match(line) for line in written.split("\n"))


@given(words)
def test_escaped_text_is_read_back_as_itself(said: str) -> None:
    """Dropping the backslashes and zero-width spaces gives every sign of the text again."""
    shown = re.sub(r"\\(?=[^0-9A-Za-z\s])(.)", r"\1", escape(said)).replace("\u200b", "")
    kept = "".join(sign for sign in said if sign.isprintable())
    assert "".join(sign for sign in shown if sign.isprintable()) == kept


@pytest.mark.parametrize(
    ("pieces", "written"),
    [
        ((Plain("a "), Strong("b"), Plain(" c")), "a **b** c"),
        ((Strong(" To be exact: "), Plain("x")), "**To be exact:** x"),
        ((Strong("a"), Strong("b")), "**a**\u200b**b**"),
        ((Strong("a"), Emphasis("b")), "**a**\u200b*b*"),
        ((Emphasis("2 * 3"),), "*2 \\* 3*"),
        ((Code("a `b` *c*"),), "`` a `b` *c* ``"),
        ((Code("`"), Code("@everyone")), "`` ` ``\u200b`@\u200beveryone`"),
        ((Plain("#"), Plain(" one")), "\\# one"),
        ((Plain("-17% and 5.6\n- x"),), "-17% and 5.6\n\\- x"),
        ((Plain("1"), Plain(". one")), "1\\. one"),
        ((Plain("a\r\n\n\n\u2028b\x00"),), "a\n\nb"),
        ((Link("a [b] c", "https://a.example/x_(y)?q=*"),), "[a \\[b\\] c](https://a.example/x_%28y%29?q=%2A)"),
        ((Link("a [ c", "https://a.example"),), "[a ( c](https://a.example)"),
        ((Link("https://a.example", "https://a.example"),), "<https://a.example>"),
        ((Link(" ", "https://a.example"),), "<https://a.example>"),
        ((Mention("person", "11", "Anna"), Plain(" "), Mention("role", "22", "dispatcher")), "<@11> <@&22>"),
        ((Mention("person", "U1", "A*"),), "@A\\*"),
        ((Moment(datetime(1970, 1, 2, tzinfo=UTC)),), "<t:86400:f>"),
        ((Moment(datetime(1970, 1, 2, tzinfo=UTC), "day"),), "<t:86400:D>"),
    ],
)
def test_pieces_are_written_so_that_discord_reads_them(pieces: tuple[Inline, ...], written: str) -> None:
    assert inline(pieces) == written


def test_a_lede_is_bold_as_a_whole_and_keeps_its_links() -> None:
    pieces = (Plain("It fell "), Strong("17%"), Plain(", says\n"), Link("CNBC", "https://a.example"))
    assert block_text(Text(pieces, "lede")) == "**It fell 17%, says [CNBC](https://a.example)**"
