"""The content that newsbot ships, once for all tests of quizzes."""

import pytest

from newsbot.content.library import Library
from tests.shipped import shipped_library


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The library of the shipped content."""
    return shipped_library()
