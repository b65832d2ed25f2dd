"""The content that newsbot ships, read once in each process: tests share it, for nobody can change a library."""

from datetime import date
from functools import cache
from pathlib import Path

from newsbot.content.library import Library, load_library

CONTENT = Path(__file__).parents[1] / "content"
TODAY = date(2026, 11, 23)


@cache
def shipped_library(today: date = TODAY) -> Library:
    """The shipped content as of a day."""
    return load_library(CONTENT, today)


def read_once(folder: Path, today: date) -> Library:
    """As `load_library`; for the shipped content, which no test changes, as `shipped_library`."""
    return shipped_library(today) if folder == CONTENT else load_library(folder, today)
