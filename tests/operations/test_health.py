"""Health: what a process says of its parts, and how often it asks."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsbot.operations.health import FRESH, DatabaseHealth, Health
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def test_each_part_speaks_for_itself_and_one_that_breaks_silences_no_other() -> None:
    async def well() -> str:
        return "ok"

    async def broken() -> str:
        raise RuntimeError("not now")

    health = Health()
    health.add("digests", well)
    health.add("games", broken)
    assert await health.report() == {"digests": "ok", "games": "its health cannot be told; see the log"}


async def test_many_who_ask_at_once_cost_one_look_at_the_database(database: Database) -> None:
    clock = [NOW]
    health = DatabaseHealth(database, lambda: clock[0])

    async def written() -> datetime | None:
        return await database.read(lambda tx: tx.watches.last_beat("health"))

    assert set(await asyncio.gather(*(health.ping() for _ in range(30)))) == {"ok"}
    assert await written() == NOW
    clock[0] = NOW + FRESH / 2
    assert await health.ping() == "ok"
    assert await written() == NOW
    clock[0] = NOW + FRESH
    assert await health.ping() == "ok"
    assert await written() == NOW + FRESH


async def test_a_database_whose_file_was_replaced_is_not_well(tmp_path: Path) -> None:
    file = tmp_path / "newsbot.db"
    database = Database(f"sqlite:///{file}")
    await migrate(database)
    clock = [NOW]
    health = DatabaseHealth(database, lambda: clock[0])
    assert await health.ping() == "ok"
    file.unlink()
    clock[0] += timedelta(minutes=1)
    assert "was deleted or replaced" in await health.ping()
    await database.close()
