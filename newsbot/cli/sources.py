"""`newsbot sources`: where news comes from, how each source is, and whether what it answers can be read."""

import argparse
import asyncio
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import add_group, print_lines, table_lines
from newsbot.errors import RequestError, SettingsError
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.news.parse.parser import FeedParser
    from newsbot.news.poll import Fetches
    from newsbot.news.probe import Probe
    from newsbot.news.sources import Source
    from newsbot.news.views import SourcesView, SourceView

_HEADS = ("id", "state", "last read (UTC)", "newest item", "next (UTC)", "what to do")
_NOBODY = "Nobody reads them at the moment: newsbot run --news, or news.on in the settings."
_OF_FILES = ("path", "format", "entries", "newest", "error")


def add_verb(verbs: Any) -> None:
    """Add `newsbot sources`."""
    sources = add_group(verbs, "sources", "where news comes from")

    listing = sources.add_parser("list", help="print every source: its state, and what to do about it")
    listing.add_argument("--json", action="store_true", help="print one JSON object a line")
    listing.set_defaults(verb=list_sources)

    check = sources.add_parser("check", help="find the mistakes of sources.yaml")
    check.set_defaults(verb=check_sources)

    test = sources.add_parser("test", help="read files or addresses as answers of sources, and say what is in them")
    test.add_argument("paths", nargs="+", metavar="PATH-OR-URL", help="the body of an answer in a file, or an address")
    test.add_argument("--json", action="store_true", help="print one JSON object a line")
    test.set_defaults(verb=test_sources)
    _add_adding(sources)


def _add_adding(sources: Any) -> None:
    add = sources.add_parser("add", help="try an address, and add it to sources.yaml")
    add.add_argument("url", metavar="URL", help="the address of a feed")
    add.add_argument("--id", required=True, help="small letters, digits and hyphens")
    add.add_argument("--name", required=True, help="what people read")
    add.add_argument("--tier", required=True, choices=("primary", "press", "aggregator"))
    add.add_argument("--kind", choices=("feed", "edgar", "federal-register"), help="told by the host without it")
    add.add_argument("--topics", default="", help="ids of topics: a,b")
    add.add_argument("--agent", help="how newsbot names itself there")
    add.add_argument("--terms", help="what its owner says about reading it by machine")
    add.add_argument("--least-interval", help="between two polls, such as 15m or 6h")
    add.add_argument("--no-test", action="store_true", help="add it without trying it")
    add.set_defaults(verb=add_source)


# -- what there is ----------------------------------------------------------------------------------------------------


def list_sources(settings: Settings, options: argparse.Namespace) -> int:
    """Print every source."""
    found = asyncio.run(_view(settings))
    if options.json:
        print_lines(json.dumps(_to_json(view), ensure_ascii=False) for view in found.sources)
        return 0
    print_lines(table_lines([_HEADS, *(_row(view) for view in found.sources)]))
    if not found.is_polled:
        print_lines([_NOBODY])
    return 0


async def _view(settings: Settings) -> "SourcesView":
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        return await container.news_service.sources()


def _row(view: "SourceView") -> tuple[str, ...]:
    status = view.status
    todo = f"{status.reason} {status.fix}".strip()
    times = (status.succeeded_at, status.newest_at, view.next_at)
    read, newest, following = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times)
    return view.source.id, status.state, read, newest, following, todo


def _to_json(view: "SourceView") -> dict[str, object]:
    status, source = view.status, view.source
    times = {
        "since": status.since,
        "last_success": status.succeeded_at,
        "newest": status.newest_at,
        "next": view.next_at,
    }
    return {
        "id": source.id,
        "name": source.name,
        "url": source.url,
        "state": status.state,
        "reason": status.reason,
        "fix": status.fix,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def check_sources(settings: Settings, options: argparse.Namespace) -> int:
    """Print how many sources there are, or every mistake."""
    del options
    from newsbot.news.sources import read_sources

    sources = read_sources(settings.sources_file, settings.news.contact or "")
    _require_topics(settings, sources)
    on = sum(not source.off for source in sources)
    print_lines([f"The sources are in order: {len(sources)}, of which {on} are on."])
    return 0


def _require_topics(settings: Settings, sources: Iterable["Source"]) -> None:
    """Raises SettingsError where a source names a topic that there is not."""
    from newsbot.app.answering import today
    from newsbot.content.library import load_library

    known = load_library(settings.content_folder, today()).topics.keys()
    unknown = [(source.id, topic) for source in sources for topic in source.topics if topic not in known]
    if unknown:
        allowed = ", ".join(known)
        raise SettingsError(
            "\n".join(f"sources.yaml: '{topic}' of {id_} isn't a topic (allowed: {allowed})" for id_, topic in unknown)
        )


# -- test -------------------------------------------------------------------------------------------------------------


def test_sources(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is in each file, or at each address; 1 where one of them is no feed."""
    return asyncio.run(_test_all(settings, options.paths, is_json=options.json))


async def _test_all(settings: Settings, paths: Sequence[str], *, is_json: bool) -> int:
    from newsbot.app.news import network_of
    from newsbot.news.fetch.fetcher import Fetcher
    from newsbot.news.parse.parser import FeedParser

    parser, has_errors = FeedParser(), False
    try:
        async with Fetcher(network_of(settings)) as fetcher:
            for path in paths:
                tested = await test_path(settings, path, fetcher, parser)
                has_errors |= tested.error is not None
                print_lines([json.dumps(_shape(tested), ensure_ascii=False) if is_json else _words(tested)])
    finally:
        await parser.close()
    return 1 if has_errors else 0


async def test_path(settings: Settings, path: str, fetcher: "Fetches", parser: "FeedParser") -> "Probe":
    """What came of one path or address. Raises SourceMistakes, SettingsError."""
    from newsbot.news.probe import probe

    if not _is_address(path):
        return await _test_file(path, parser)
    return await probe(_source_of(settings, path), fetcher, parser)


def _is_address(path: str) -> bool:
    return path.startswith(("http://", "https://"))


def _source_of(settings: Settings, url: str) -> "Source":
    """The source of that address, or what it would be if it were added."""
    from newsbot.news.sources import new_source, read_sources

    contact = settings.news.contact or ""
    listed = read_sources(settings.sources_file, contact) if settings.sources_file.is_file() else ()
    known = next((source for source in listed if source.url == url), None)
    return known or new_source("tested", {"url": url}, contact)


async def _test_file(path: str, parser: "FeedParser") -> "Probe":
    from newsbot.news.entries import Body
    from newsbot.news.errors import FeedError
    from newsbot.news.probe import Probe

    try:
        content = await asyncio.to_thread(Path(path).read_bytes)
        feed = await parser.parse(Body(content))
    except OSError as error:
        return Probe(path, error=f"The file cannot be read: {error.strerror or error}.")
    except FeedError as error:
        return Probe(path, error=str(error))
    return Probe(path, feed.format, len(feed.entries), feed.newest.isoformat() if feed.newest else None)


def _shape(tested: "Probe") -> dict[str, object]:
    """A probe as JSON; of a file only what a file has."""
    return {name: value for name, value in asdict(tested).items() if _is_address(tested.path) or name in _OF_FILES}


def _words(tested: "Probe") -> str:
    """The same on a line for a person."""
    if tested.error:
        agent = f" newsbot called itself {tested.agent}." if tested.agent else ""
        return f"{tested.path}: {tested.error}{agent}"
    newest = f", the newest of {tested.newest}" if tested.newest else ""
    count = f"{tested.entries} {'entry' if tested.entries == 1 else 'entries'}"
    said = f"{tested.path}: {tested.format}, {count}{newest}"
    return f"{said}; {_caching(tested)}; newsbot called itself {tested.agent}" if tested.agent else said


def _caching(tested: "Probe") -> str:
    validators = " and ".join(
        f"{name} {value}" for name, value in (("ETag", tested.etag), ("Last-Modified", tested.last_modified)) if value
    )
    if not validators:
        return "no validators, so each poll gets everything"
    return f"{validators}, {'a repeat gave 304' if tested.not_modified else 'but a repeat gave everything again'}"


# -- add --------------------------------------------------------------------------------------------------------------


def add_source(settings: Settings, options: argparse.Namespace) -> int:
    """Add an entry to the file of sources, unless its address brings no feed."""
    values = {
        "name": options.name,
        "url": options.url,
        "kind": options.kind,
        "tier": options.tier,
        "topics": [topic.strip() for topic in options.topics.split(",") if topic.strip()],
        "agent": options.agent,
        "terms": options.terms,
        "least_interval": options.least_interval,
    }
    asyncio.run(_add(settings, options.id, values, is_tested=not options.no_test))
    print_lines([f"{options.id} is in {settings.sources_file}; a newsbot that reads news takes it up within seconds."])
    return 0


async def _add(settings: Settings, id_: str, values: dict[str, Any], *, is_tested: bool) -> None:
    from newsbot.app.news import network_of
    from newsbot.news.fetch.fetcher import Fetcher
    from newsbot.news.parse.parser import FeedParser
    from newsbot.news.probe import probe
    from newsbot.news.sources import new_source

    source = new_source(id_, values, settings.news.contact or "")
    values["kind"] = source.kind
    _require_topics(settings, [source])
    if is_tested:
        parser = FeedParser()
        try:
            async with Fetcher(network_of(settings)) as fetcher:
                tested = await probe(source, fetcher, parser)
        finally:
            await parser.close()
        if tested.error:
            raise RequestError(f"It was not added: {tested.error} (--no-test adds it all the same.)")
    write_entry(settings.sources_file, id_, values)


def write_entry(path: Path, id_: str, values: dict[str, Any]) -> None:
    """Put an entry at the end of the file, where the whole is without mistakes then. Raises SettingsError."""
    from newsbot.news.sources import SourceMistakes, entry_lines, read_sources
    from newsbot.validation import readable_path

    whole = path.read_text(encoding="utf-8").rstrip("\n") + "\n".join(["", *entry_lines(id_, values), ""])
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(whole, encoding="utf-8")
        read_sources(beside)
        beside.replace(path)  # at once: a newsbot that runs never reads half of it
    except SourceMistakes as error:
        raise SettingsError(str(error).replace(readable_path(beside), readable_path(path))) from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}. Copy it, and name the copy in news.sources (NEWSBOT_SOURCES)."
        ) from None
    finally:
        beside.unlink(missing_ok=True)
