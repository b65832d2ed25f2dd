"""Text from outside is plain: one line, at most 300 characters, nothing unseen, no markup."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_text, text_of_html

_NEVER = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_ODD = "\u202e\u2066\u200b\u200d\u2060\ufeff\u00ad\x00\x07\x1b\u2028\n\t\ue000\u3164\ufe0f\U000e0041"


@given(st.text(st.one_of(st.characters(), st.sampled_from(_ODD + "<>&;")), max_size=900))
def test_whatever_comes_in_what_goes_out_is_plain(text: str) -> None:
    for made in (plain_text(text), text_of_html(text)):
        assert len(made) <= 300
        assert made == made.strip()
        assert "  " not in made
        assert not [char for char in made if unicodedata.category(char) in _NEVER]
        assert plain_text(made) == made


def test_directions_and_characters_without_width_are_gone() -> None:
    assert plain_text("Nvi\u200bdia \u202egnp.exe\u202c is\u2060 up\ufeff") == "Nvidia gnp.exe is up"
    assert plain_text("a\u3164b\ufe0f") == "ab"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Fish &amp; Chips", "Fish & Chips"),
        ("<b>Bold</b> &#8217;s <i>new</i>", "Bold ’s new"),
        ("one<br>two<p>three</p>four", "one two three four"),
        ("in<b>di</b>visible", "indivisible"),
        ("<script>alert('x < y')</script>seen", "seen"),
        ("<style>p { color: red }</style><p>seen</p>", "seen"),
        ("<img src=x onerror=alert(1)>seen", "seen"),
        ("a < b and 5 > 3", "a < b and 5 > 3"),
        ("I <3 it", "I <3 it"),
        ("cut off <a href='x", "cut off"),
        ("no markup", "no markup"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(source: str, text: str) -> None:
    assert text_of_html(source) == text


def test_a_long_text_ends_in_an_ellipsis_and_is_not_read_in_full() -> None:
    made = text_of_html("<p>" + "word " * 1_000_000)
    assert len(made) <= 300
    assert made.endswith("word…")
    assert text_of_html("<div>" * 5_000 + "far away") == ""


@pytest.mark.parametrize(
    ("link", "base", "expected"),
    [
        ("https://lab.example/a b", "", "https://lab.example/a%20b"),
        ("/news/a", "https://lab.example/feed.xml", "https://lab.example/news/a"),
        ("//cdn.example/a", "https://lab.example/", "https://cdn.example/a"),
        (" https://lab.example/a\n", "", "https://lab.example/a"),
        ("https://lab.example/a?b=[1]", "", "https://lab.example/a?b=%5B1%5D"),
        ("https://bücher.example/ä", "", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://me:secret@lab.example/a", "", "https://lab.example/a"),
        ("javascript:alert(1)", "https://lab.example/", ""),
        ("data:text/html,x", "https://lab.example/", ""),
        ("ftp://lab.example/a", "", ""),
        ("https://[::1", "", ""),
        ("/news/a", "", ""),
        ("", "https://lab.example/", ""),
        ("https://lab.example/" + "a" * 3_000, "", ""),
    ],
)
def test_a_link_can_be_opened_or_is_none(link: str, base: str, expected: str) -> None:
    assert absolute_link(link, base) == expected
