"""What tests share: real databases of both kinds, and hypothesis kept deterministic in time, not in examples."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from newsbot.storage.database import Database
from tests.charts.drawn import draw_shipped
from tests.databases import fill_data_folder, postgres_database, postgres_server, shared_folder, sqlite_template

settings.register_profile("newsbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsbot")

_KINDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all processes of this run share."""
    return shared_folder(tmp_path_factory.getbasetemp(), hasattr(request.config, "workerinput"))


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> Iterator[str]:
    """A real PostgreSQL server of this run."""
    with postgres_server(run_folder) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(run_folder: Path) -> Path:
    """A SQLite file with all tables, to be copied."""
    return sqlite_template(run_folder)


@pytest.fixture(scope="session")
def drawn_charts(run_folder: Path) -> Path:
    """A folder with the picture of every chart of the shipped content, and matplotlib's list of fonts."""
    return draw_shipped(run_folder)


@pytest.fixture
def data_folder(tmp_path: Path, migrated_file: Path, drawn_charts: Path) -> Path:
    """What a newsbot's first start leaves: a migrated database, every chart drawn. The next start need not do it."""
    fill_data_folder(tmp_path, migrated_file, drawn_charts)
    return tmp_path


@pytest.fixture(params=_KINDS)
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'newsbot.db'}"
        return
    async with postgres_database(request.getfixturevalue("postgres_url"), is_migrated=False) as url:
        yield url


@pytest.fixture(params=_KINDS)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database of each kind that has all its tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copyfile(request.getfixturevalue('migrated_file'), tmp_path / 'newsbot.db')}"
        return
    async with postgres_database(request.getfixturevalue("postgres_url"), is_migrated=True) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()
