"""The content that newsbot ships, once for all tests of quizzes."""

from datetime import date
from pathlib import Path

import pytest

from newsbot.content.library import Library, load_library

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The library of the shipped content."""
    return load_library(CONTENT, date(2026, 11, 23))
