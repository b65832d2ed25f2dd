"""A dispatcher over the shipped content, with time and ids passed in."""

from datetime import UTC, date, datetime

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.messages.requests import Person, Place
from tests.shipped import CONTENT, read_once

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA = Person("web", "1", "Anna", is_admin=True)
BERT = Person("web", "2", "Bert")
HERE = Place("web", "", "general")
INCIDENT = "0badcafe"


@pytest.fixture(scope="session")
def live() -> LiveLibrary:
    """The shipped content."""
    return LiveLibrary(CONTENT, lambda: date(2026, 11, 23), read_once)


@pytest.fixture
def dispatcher(live: LiveLibrary) -> Dispatcher:
    """A dispatcher that remembers no events."""
    return Dispatcher(live, lambda: NOW, lambda: INCIDENT)
