"""Real feeds, and real polls of them in order: read and remembered by the command line, beside the numbers that hold.

They are no part of the repository: without NEWSBOT_DEV_DATA these tests skip.
"""

import io
import json
import lzma
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from newsbot.cli.main import main
from newsbot.news.entries import Body
from newsbot.news.errors import NotAFeed
from newsbot.news.parse.read import read_feed

_NAMES = "ai-rss-feeds-anthropic", "ai-rss-feeds-claude", "rss-feeds-claude", "rss-feeds-meta_ai", "rss-feeds-xainews"
_MOST_PARSED = 0.1  # of the polls that differ from the one before in the dates of the feed alone


@pytest.fixture(scope="module")
def data() -> Path:
    """The folder of the development data."""
    folder = os.environ.get("NEWSBOT_DEV_DATA")
    if not folder or not (Path(folder) / "replay-dev").is_dir():
        pytest.skip("real feeds and replays are development data: set NEWSBOT_DEV_DATA to their folder")
    return Path(folder)


def lines_of(*arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    main(arguments, environment={}, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@cache
def replayed(path: Path) -> tuple[Sequence[dict[str, Any]], dict[str, Any]]:
    """The items of a replay, and what it came to."""
    *items, counts = lines_of("news", "replay", str(path), "--items", "--json")
    return items, counts


def as_counted(link: str) -> str:
    """A link as the numbers of the data count it."""
    return re.sub(r"\Ahttps?://(?:www\.)?", "", link).rstrip("/").lower()


@pytest.mark.parametrize("name", _NAMES)
def test_a_replay_brings_each_link_once(data: Path, name: str) -> None:
    truth = json.loads((data / "replay-dev" / "truth.json").read_text())[f"{name}.jsonl.xz"]
    items, counts = replayed(data / "replay-dev" / f"{name}.jsonl.xz")
    assert len(items) == counts["items"] == truth["links"]
    assert (counts["polls"], counts["baseline"], counts["new"]) == (truth["polls"], truth["baseline"], truth["new"])
    assert (counts["gaps"], counts["errors"]) == (0, 0)
    links = [as_counted(item["link"]) for item in items]
    assert len(set(links)) == len(links)
    assert set(links) == _links(data / "replay-dev" / f"{name}.jsonl.xz")
    unchanged = truth["polls_same_but_for_the_build_date"]
    changed = truth["polls"] - unchanged
    assert counts["parsed"] - changed <= _MOST_PARSED * unchanged
    assert sum(item["is_baseline"] for item in items) == truth["baseline"]


def _links(replay: Path) -> set[str]:
    """All links of a replay, found without a parser."""
    with lzma.open(replay, "rt", encoding="utf-8") as lines:
        bodies = (json.loads(line)["body"] for line in lines)
        return {as_counted(link) for body in bodies for link in re.findall(r"<item>.*?<link>(.*?)</link>", body, re.S)}


def test_the_burst_of_old_entries_is_held_and_nothing_else_is(data: Path) -> None:
    held = {}
    for name in _NAMES:
        items, _ = replayed(data / "replay-dev" / f"{name}.jsonl.xz")
        held[name] = sum(item["arrival"] == "burst" for item in items)
    assert held == {**dict.fromkeys(_NAMES, 0), "rss-feeds-xainews": 11}


def _feeds(data: Path) -> Iterator[Path]:
    yield from sorted((data / "feeds-dev").rglob("*.xml"))


def test_every_feed_has_the_entries_that_are_expected_of_it(data: Path) -> None:
    expected = {}
    for path in _feeds(data):
        said = path.with_suffix(".json")
        if said.exists():
            found = json.loads(said.read_text())
            expected[str(path)] = len(found.get("items") or found.get("entries") or ())
    assert len(expected) == 163 + 13
    found = {line["path"]: line for line in lines_of("sources", "test", *expected, "--json")}
    assert {path: line["entries"] for path, line in found.items()} == expected
    assert not [line for line in found.values() if line["error"]]
    assert found[str(data / "feeds-dev/feedsmith/rdf/rdf-09.xml")]["format"] == "rdf"
    assert found[str(data / "feeds-dev/gofeed/rss/version_rdf_090.xml")]["format"] == "rdf"


_ENTRIES = {
    "encoding/utf8.xml": ("atom", 1),
    "encoding/invalid-prolog.xml": ("atom", 1),
    "encoding/utf8-incorrect-prolog.xml": ("atom", 1),
    "encoding/koi8r.xml": ("rss", 2),
    "parser/encoding_ISO-8859-1.xml": ("rss", 40),
    "parser/encoding_WINDOWS-1251.xml": ("rss", 50),
    "parser/no_encoding_ISO-8859-1.xml": ("rss", 10),
    "parser/urdu_UTF8.xml": ("rss", 26),
    "parser/large_atom.xml": ("atom", 25),
    "parser/large_rss.xml": ("rss", 25),
    "parser/small_atom.xml": ("atom", 20),
    "parser/rdf_UTF8.xml": ("rdf", 60),
    "xml/koi8r.xml": ("rss", 2),
}


def test_whole_feeds_in_every_encoding_are_read(data: Path) -> None:
    folder = data / "feeds-dev" / "miniflux"
    found = lines_of("sources", "test", *(str(folder / name) for name in _ENTRIES), "--json")
    assert [(line["format"], line["entries"]) for line in found] == list(_ENTRIES.values())
    assert [line["newest"] for line in found if "koi8r" in line["path"]] == ["2026-02-15T11:00:00+00:00"] * 2


def test_pages_and_other_xml_are_no_feeds(data: Path) -> None:
    folder = data / "feeds-dev" / "miniflux"
    paths = [*folder.rglob("*.html"), *(folder / "xml").glob("iso88591*.xml")]
    assert len(paths) == 6
    for path in paths:
        with pytest.raises(NotAFeed):
            read_feed(Body(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("utf8", "Café"),
        ("invalid-prolog", "Café"),
        ("utf8-incorrect-prolog", "Café"),
        ("windows-1252-incorrect-prolog", "Euro €"),
        ("iso-8859-1", "Café"),
        ("windows-1252", "Euro €"),
        ("koi8r", "Пример RSS ленты"),
    ],
)
def test_letters_are_right_where_the_header_says_utf_8(data: Path, name: str, title: str) -> None:
    path = data / "feeds-dev" / "miniflux" / "encoding" / f"{name}.xml"
    feed = read_feed(Body(path.read_bytes(), "application/xml; charset=utf-8"))
    assert title in (feed.title, *(entry.title for entry in feed.entries))
