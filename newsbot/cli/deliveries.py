"""`newsbot deliveries`: what was posted by itself, and what was not."""

import argparse
import asyncio
from typing import Any

from newsbot.cli.verbs import print_lines
from newsbot.settings import Settings

STATES = ("due", "leased", "sending", "sent", "unknown", "failed", "skipped")


def add_verb(verbs: Any) -> None:
    """Add `newsbot deliveries`."""
    deliveries = verbs.add_parser("deliveries", help="what newsbot posted on its own, what failed, and why")
    deliveries.add_argument(
        "--state", choices=STATES, action="append", help="only these; by default unknown and failed"
    )
    deliveries.add_argument("--limit", type=int, default=50, help="at most this many, newest first")
    deliveries.set_defaults(verb=list_deliveries)


def list_deliveries(settings: Settings, options: argparse.Namespace) -> int:
    """Print deliveries, each with its reason and fix, and how many there are in each state."""
    print_lines(asyncio.run(_delivery_lines(settings, tuple(options.state or ("unknown", "failed")), options.limit)))
    return 0


async def _delivery_lines(settings: Settings, states: tuple[Any, ...], limit: int) -> list[str]:
    from newsbot.app.container import open_database

    async with open_database(settings) as database:
        found, counts = await database.read(lambda tx: (tx.deliveries.in_states(states, limit), tx.deliveries.counts()))
    lines = [
        f"{each.state} {each.due_at:%Y-%m-%d %H:%M} {each.place.platform} {each.place.channel} {each.key}"
        f"{f': {each.reason}' if each.reason else ''}{f' {each.fix}' if each.fix else ''}"
        for each in found
    ]
    in_all = ", ".join(f"{counts[state]} {state}" for state in STATES if state in counts) or "none"
    return [*lines, f"In all: {in_all}."]
