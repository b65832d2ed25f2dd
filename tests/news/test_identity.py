"""Links, ids and titles in normal form: equal for the same page however it is written, different for different ones."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.news.entries import Entry
from newsbot.news.identity import is_one_publisher, keys_of, normal_id, normal_link, normal_title

SAME = {
    "scheme": ("http://lab.example/a", "https://lab.example/a"),
    "www": ("https://www.lab.example/a", "https://lab.example/a"),
    "capitals": ("HTTPS://Lab.Example/News/A", "https://lab.example/news/a"),
    "the last slash": ("https://lab.example/a/", "https://lab.example/a"),
    "a bare host": ("https://lab.example/", "https://lab.example"),
    "a fragment": ("https://lab.example/a#comments", "https://lab.example/a"),
    "the usual port": ("https://lab.example:443/a", "https://lab.example/a"),
    "a name and password": ("https://me:secret@lab.example/a", "https://lab.example/a"),
    "utm": ("https://lab.example/a?utm_source=rss&utm_medium=feed&id=7", "https://lab.example/a?id=7"),
    "clicks": ("https://lab.example/a?fbclid=1&gclid=2&mc_cid=3", "https://lab.example/a"),
    "order of parameters": ("https://lab.example/?b=2&a=1", "https://lab.example/?a=1&b=2"),
    "by the feed": ("https://lab.example/a?source=rss", "https://lab.example/a"),
    "by the feed of a journal": ("https://lab.example/doi/1?af=R", "https://lab.example/doi/1"),
    "a session in the path": ("https://lab.example/a;jsessionid=1A2B?id=7", "https://lab.example/a?id=7"),
    "a session in the query": ("https://lab.example/a?PHPSESSID=12ab", "https://lab.example/a"),
    "a session that looks like one": ("https://lab.example/a?sid=8d7f0c2ab9e1d7f0c2ab", "https://lab.example/a"),
    "amp at the end": ("https://lab.example/news/a/amp/", "https://lab.example/news/a"),
    "amp at the beginning": ("https://lab.example/amp/news/a", "https://lab.example/news/a"),
    "amp as a file": ("https://lab.example/a.amp.html", "https://lab.example/a.html"),
    "amp as a parameter": ("https://lab.example/a?amp=1", "https://lab.example/a"),
    "amp as a host": ("https://amp.lab.example/a", "https://lab.example/a"),
    "amp at a search engine": ("https://www.google.com/amp/s/lab.example/a", "https://lab.example/a"),
    "amp in its cache": ("https://lab-example.cdn.ampproject.org/c/s/lab.example/a", "https://lab.example/a"),
    "percent": ("https://lab.example/caf%C3%A9", "https://lab.example/café"),
}
DIFFERENT = {
    "paths": ("https://lab.example/a", "https://lab.example/b"),
    "hosts": ("https://lab.example/a", "https://other.example/a"),
    "subdomains": ("https://blog.lab.example/a", "https://lab.example/a"),
    "parameters": ("https://lab.example/?p=1", "https://lab.example/?p=2"),
    "names by sid": ("https://lab.example/article?sid=26/11/30/1", "https://lab.example/article?sid=26/11/30/2"),
    "what a source is": ("https://lab.example/?source=nvidia", "https://lab.example/?source=amd"),
    "amp as a word": ("https://lab.example/lamp", "https://lab.example/l"),
    "amp as all there is": ("https://lab.example/amp", "https://lab.example/"),
    "other ports": ("https://lab.example:8443/a", "https://lab.example/a"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_page_has_one_normal_link(one: str, other: str) -> None:
    assert normal_link(one) == normal_link(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_pages_have_different_normal_links(one: str, other: str) -> None:
    assert normal_link(one) != normal_link(other)


_WORD = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12).filter(lambda word: "amp" not in word)
_PATH = st.lists(_WORD, max_size=4).map("/".join)


@given(
    path=_PATH,
    scheme=st.sampled_from(("http", "https", "HTTPS")),
    host=st.sampled_from(("lab.example", "www.lab.example", "LAB.example", "www.LAB.EXAMPLE:443", "lab.example.")),
    tail=st.sampled_from(("", "/", "?utm_source=x", "?utm_campaign=a&fbclid=b", "#top", "/#top", "/?gclid=1#top")),
)
def test_however_a_link_is_dressed_up_its_normal_form_is_the_same(path: str, scheme: str, host: str, tail: str) -> None:
    bare = normal_link(f"https://lab.example/{path}")
    if "443" in host and scheme == "http":
        scheme = "https"
    assert normal_link(f"{scheme}://{host}/{path}{tail}") == bare
    assert normal_link(f"https://{bare}") == bare  # and it is its own


@given(st.text(max_size=300))
def test_whatever_a_feed_writes_for_a_link_has_a_normal_form(text: str) -> None:
    for address in (text, f"https://{text}", f"http://lab.example/{text}"):
        once = normal_link(address)
        assert normal_link(address) == once
        assert isinstance(normal_id(address), str)
        assert keys_of(Entry(id=address, link=address, title=text)).all() is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://lab.example/posts/8491", "http://lab.example/posts/8491"),
        ("https://lab.example/posts/8491", "https://other.example/posts/8491/"),
        ("  tag:lab.example,2026:7 ", "tag:lab.example,2026:7"),
    ],
)
def test_an_id_goes_without_scheme_and_host(one: str, other: str) -> None:
    assert normal_id(one) == normal_id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://lab.example/?p=1", "https://lab.example/?p=2"),
        ("https://lab.example/changes#1.2", "https://lab.example/changes#1.3"),
        ("https://lab.example/", "https://other.example/"),
        ("aB3", "ab3"),
    ],
)
def test_ids_keep_what_tells_them_apart(one: str, other: str) -> None:
    assert normal_id(one) != normal_id(other)


def test_a_title_is_the_same_whatever_its_quotes_dashes_and_capitals() -> None:
    assert normal_title("Claude’s “new” model — out now") == normal_title('claude\'s "new"  model - Out Now')
    assert normal_title("Up 5%") != normal_title("Up 6%")
    assert normal_title("C++ 26") != normal_title("C 26")
    assert normal_title("???") != ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("lab.example", "lab.example", True),
        ("asbmr.journals.example", "journals.example", True),
        ("news.lab.example", "blog.lab.example", True),
        ("lab.example", "other.example", False),
        ("one.co.uk", "two.co.uk", False),
        ("news.one.co.uk", "one.co.uk", True),
        ("x.ai", "y.ai", False),
        ("", "", True),
        ("", "lab.example", False),
    ],
)
def test_hosts_are_one_publishers_only_within_one_domain(one: str, other: str, expected: bool) -> None:
    assert is_one_publisher(one, other) is expected
    assert is_one_publisher(other, one) is expected
