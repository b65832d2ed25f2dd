"""News: reading feeds beside bare feedparser with the same flags, telling what is unchanged, and a replay of polls."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import inf
from pathlib import Path

import feedparser

from benchmarks import polling
from benchmarks.measure import Row, each, in_turns
from newsbot.news.entries import Body, DocumentFilter
from newsbot.news.parse.fingerprint import fingerprint
from newsbot.news.parse.parser import FeedParser
from newsbot.news.parse.read import read_feed
from newsbot.news.replay import ReplayReport, replay
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate

_START = datetime(2026, 1, 5, tzinfo=UTC)
_ENTRIES, _POLLS, _NEW_EVERY = 90, 1_500, 37  # as a lab's feed: an entry a week of 37 polls
_WORDS = (
    "<p>Words of a <b>summary</b> &amp; more, as many as one has, with <a href='https://lab.example/'>links</a>.</p>"
)


def rows() -> Iterator[Row]:
    """The lines of the table."""
    for name, body in _bodies().items():
        answer = Body(body, "application/xml", "https://lab.example/feed.xml")
        ours, floor = in_turns(lambda answer=answer: read_feed(answer), lambda body=body: _bare(body), 15)  # type: ignore[misc]
        yield Row(f"read {name}, beside feedparser", ours, "ms", 1.2, floor)
    lab = Body(_rss(0, "Mon, 05 Jan 2026 12:00:00 GMT"))
    yield Row(
        f"tell that {len(lab.content) // 1_000} kB are unchanged",
        each(lambda: fingerprint(lab, DocumentFilter()), 50),
        "ms",
        5.0,
    )
    report = asyncio.run(_replayed())
    yield Row(f"a replay of {_POLLS} polls: polls a second", report.polls / report.seconds, "/s", inf)
    yield Row("its entries a second, those of unchanged polls included", _POLLS * _ENTRIES / report.seconds, "/s", inf)
    yield Row(
        "its share of unchanged polls that were parsed", (report.parsed - _changed()) / (_POLLS - _changed()), "", 0.1
    )
    yield from polling.rows()


def _bodies() -> dict[str, bytes]:
    """A lab's feed of titles; a blog's with whole articles; and the largest real ones where there are any."""
    article = "<content:encoded><![CDATA[" + _WORDS * 40 + "]]></content:encoded>"
    found = {"a lab's feed": _rss(0, "Mon, 05 Jan 2026 12:00:00 GMT"), "a feed of articles": _rss(0, "", article, 25)}
    folder = Path(os.environ.get("NEWSBOT_DEV_DATA", "/nowhere")) / "feeds-dev" / "miniflux" / "parser"
    for name in ("large_atom.xml", "large_rss.xml", "rdf_UTF8.xml"):
        if (folder / name).exists():
            found[name] = (folder / name).read_bytes()
    return found


def _bare(body: bytes) -> object:
    headers = {"content-type": "application/xml", "content-location": "https://lab.example/feed.xml"}
    return feedparser.parse(BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _rss(newest: int, built: str, more: str = "", number: int = _ENTRIES) -> bytes:
    items = "".join(
        f"<item><title>The title of article {each}, as long as they are</title><link>https://lab.example/news/{each}</link>"
        f"<guid isPermaLink='false'>https://lab.example/news/{each}</guid><category>Research</category>"
        f"<description>What article {each} is about, in a sentence</description>{more}"
        f"<pubDate>{_START + timedelta(days=each):%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
        for each in range(newest, newest - number, -1)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        f"<channel><title>Lab</title><link>https://lab.example/</link><lastBuildDate>{built}</lastBuildDate>{items}"
        "</channel></rss>"
    ).encode()


def _changed() -> int:
    """How many polls differ from the one before in more than the date of the build; the first counts."""
    return 1 + (_POLLS - 1) // _NEW_EVERY


async def _replayed() -> ReplayReport:
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "polls.jsonl"
        with recorded.open("w", encoding="utf-8") as file:
            for number in range(_POLLS):
                at = _START + timedelta(hours=number)
                body = _rss(number // _NEW_EVERY, f"{at:%a, %d %b %Y %H:%M:%S GMT}").decode()
                file.write(json.dumps({"at": at.isoformat(), "body": body}) + "\n")
        database, parser = Database(f"sqlite:///{folder}/replay.db"), FeedParser()
        try:
            await migrate(database)
            await parser.parse(Body(_rss(0, "")))  # starts the process
            began = time.perf_counter()
            report = await replay(recorded, database, parser, lambda done, total: None)
            report.seconds = time.perf_counter() - began
        finally:
            await parser.close()
            await database.close()
    return report
