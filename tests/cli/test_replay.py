"""`newsbot news replay` and `newsbot sources test`: the shapes they print, and what they say of files that are none."""

import json
import lzma
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.test_cli import newsbot
from tests.news.feeds import DAY, START, entries, entry, rss
from tests.news.samples import edgar, filing, json_feed, register

POLLS = (
    rss([]),
    rss(entries("a", "b"), "Mon, 02 Mar 2026 12:00:00 GMT"),
    rss(entries("a", "b"), "Mon, 02 Mar 2026 13:00:00 GMT"),
    b"<html>Checking your browser</html>",
    b"<html>Checking your browser</html>",
    rss([entry("c"), entry("a", title="Edited"), *entries("b")]),
    rss(entries("d", "e")),
)
COUNTS = {"polls": 7, "parsed": 5, "items": 5, "baseline": 2, "new": 3, "revised": 1, "gaps": 1, "errors": 2}


def recorded(path: Path, bodies: tuple[bytes, ...] = POLLS) -> Path:
    """A file of polls, one a day; packed where its name says so."""
    lines = [
        json.dumps({"at": f"{START + number * DAY:%Y-%m-%dT%H:%M:%SZ}", "body": body.decode()}) + "\n"
        for number, body in enumerate(bodies)
    ]
    text = "".join(lines).encode()
    path.write_bytes(lzma.compress(text) if path.suffix == ".xz" else text)
    return path


@pytest.mark.parametrize("name", ["polls.jsonl.xz", "polls.jsonl"])
def test_a_replay_counts_and_lists(tmp_path: Path, name: str) -> None:
    ran = newsbot("news", "replay", str(recorded(tmp_path / name)), "--items", "--json")
    assert ran.returncode == 0
    *items, counts = map(json.loads, ran.stdout.splitlines())
    assert counts.pop("seconds") > 0
    assert counts == COUNTS
    first, _, third, *_ = items
    assert first == {
        "id": 1,
        "link": "https://lab.example/a",
        "title": "Edited",
        "first_seen": (START + timedelta(days=1)).isoformat(),
        "revisions": 1,
        "is_baseline": True,
        "arrival": "baseline",
    }
    assert (third["link"], third["is_baseline"], third["revisions"]) == ("https://lab.example/c", False, 0)


def test_without_json_the_counts_are_words(tmp_path: Path) -> None:
    ran = newsbot("news", "replay", str(recorded(tmp_path / "polls.jsonl.xz")))
    assert ran.stdout.startswith("polls 7, parsed 5, items 5, baseline 2, new 3, revised 1, gaps 1, errors 2, seconds ")
    assert ran.stderr == ""  # no bar where nobody watches


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (lzma.compress(b"x" * 10_000)[:-20], "damaged"),
        (b'{"at": "2026-03-02T12:00:00Z", "body": "x"}\nno line\n', ":2: a line reads"),
        (b'{"at": "yesterday", "body": "x"}\n', ":1: a line reads"),
        (b'{"at": "2026-03-02T12:00:00Z", "body": 7}\n', ":1: body isn't text"),
    ],
    ids=["missing", "damaged", "no line", "no time", "no body"],
)
def test_a_file_that_is_no_recording_is_one_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "polls.jsonl.xz"
    if content is not None:
        path.write_bytes(content)
    ran = newsbot("news", "replay", str(path))
    assert ran.returncode == 1
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_what_files_hold_is_told_in_one_line_each(tmp_path: Path) -> None:
    files = {
        "rss.xml": rss([entry("a", at=START), entry("b", at=START - DAY)]),
        "edgar.xml": edgar(filing("0001045810-26-000012")),
        "feed.json": json_feed({"id": "1"}),
        "rules.json": register([]),
        "page.html": b"<html></html>",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in (*files, "missing.xml")]
    ran = newsbot("sources", "test", *paths, "--json")
    assert ran.returncode == 1  # two of them are no feeds
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["path"] for line in found] == paths
    assert [(line["format"], line["entries"], line["newest"]) for line in found] == [
        ("rss", 2, START.isoformat()),
        ("edgar", 1, "2026-02-25T21:21:19+00:00"),
        ("json-feed", 1, None),
        ("federal-register", 0, None),
        (None, 0, None),
        (None, 0, None),
    ]
    assert [line["error"] is None for line in found] == [True, True, True, True, False, False]
    assert newsbot("sources", "test", *paths[:4], "--json").returncode == 0


def test_for_people_the_same_is_words(tmp_path: Path) -> None:
    path = tmp_path / "rss.xml"
    path.write_bytes(rss([entry("a", at=START)]))
    ran = newsbot("sources", "test", str(path))
    assert ran.stdout == f"{path}: rss, 1 entry, the newest of {START.isoformat()}\n"
