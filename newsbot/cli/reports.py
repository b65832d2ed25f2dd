"""`newsbot reports`, for whoever looks after the content: what people say is wrong with numbers."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import print_lines
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.storage.records import NumberReport

_MOST = 1_000


def add_verb(verbs: Any) -> None:
    """Add `newsbot reports`."""
    reports = verbs.add_parser("reports", help="what people say is wrong with numbers, the newest first")
    reports.add_argument("--figure", help="about this number alone")
    reports.add_argument("--limit", type=int, default=_MOST, help=f"at most this many ({_MOST:,})")
    reports.add_argument("--json", action="store_true", help="print one JSON object a line")
    reports.set_defaults(verb=print_reports)


def print_reports(settings: Settings, options: argparse.Namespace) -> int:
    """Print what people reported."""
    found = asyncio.run(_load(settings, options.limit, options.figure))
    if options.json:
        print_lines(json.dumps({**asdict(each), "at": each.at.isoformat()}, ensure_ascii=False) for each in found)
        return 0
    about = f" {options.figure}" if options.figure else " a number"
    print_lines([line for each in found for line in _lines(each)] or [f"Nobody has reported{about}."])
    return 0


async def _load(settings: Settings, limit: int, figure: str | None) -> "Sequence[NumberReport]":
    from newsbot.app.container import open_database

    async with open_database(settings) as database:
        return await database.read(lambda tx: tx.reports.newest(limit, [figure] if figure else []))


def _lines(of: "NumberReport") -> list[str]:
    from newsbot.messages.markup import outside_text

    head = f"{of.at:%Y-%m-%d %H:%M} UTC  {of.figure}  ({of.shown})  from {of.platform}, content {of.content_version}"
    return [head, f"  {outside_text(of.words)}"]
