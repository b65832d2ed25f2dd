"""`newsbot db`: work on the database."""

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from newsbot.cli.verbs import add_group, print_lines, table_lines
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot db`."""
    database = add_group(verbs, "db", "manage the database")
    upgrade = database.add_parser("upgrade", help="update the tables (run does this too)")
    upgrade.set_defaults(verb=upgrade_tables)
    prune = database.add_parser("prune", help="delete old rows (run does this daily)")
    prune.add_argument("--dry-run", action="store_true", help="only count them")
    prune.set_defaults(verb=prune_rows)


def upgrade_tables(settings: Settings, options: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    del options
    before, after = asyncio.run(_migrate(settings))
    changed = "" if before == after else f" (before: {before or 'empty'})"
    print(f"The database is at version {after}{changed}.")
    return 0


async def _migrate(settings: Settings) -> tuple[str | None, str]:
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate

    database = Database(settings.database_url)
    try:
        return await migrate(database)
    finally:
        await database.close()


def prune_rows(settings: Settings, options: argparse.Namespace) -> int:
    """Delete old rows, or only count them: how many of each table."""
    rows = asyncio.run(_prune(settings, is_dry_run=options.dry_run))
    done = "would go" if options.dry_run else "deleted"
    if not rows:
        print("There is nothing to delete." if options.dry_run else "There was nothing to delete.")
        return 0
    named = [(table, f"{rows[table]:,}") for table in sorted(rows)]
    print_lines(table_lines([("table", f"rows {done}"), *named, ("in all", f"{sum(rows.values()):,}")]))
    return 0


async def _prune(settings: Settings, *, is_dry_run: bool) -> Mapping[str, int]:
    from newsbot.app.answering import now
    from newsbot.app.container import open_database
    from newsbot.operations.retention import Retention

    async with open_database(settings) as database:
        retention = Retention(database, settings.retention, now)
        return await (retention.preview() if is_dry_run else retention.prune())
