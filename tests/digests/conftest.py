"""What tests of digests share: a bot over a database of each kind, the command line within this process."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from newsbot.cli.main import main
from newsbot.storage.database import Database
from tests.digests.house import Bot


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


class RunDigest(Protocol):
    """Runs `newsbot digest …`."""

    def __call__(self, *arguments: str) -> Ran:
        """How it ended."""


@pytest.fixture
def run_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[RunDigest]:
    """The command line in this process, with a database in `tmp_path`."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'newsbot.db'}")
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level

    def run(*arguments: str) -> Ran:
        code = main(["digest", *arguments])
        return Ran(code, *capsys.readouterr())

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def bot(database: Database) -> Bot:
    """A newsbot that posts digests in memory."""
    return Bot(database)
