"""Whom one can act as in the web chat, and where: people of this page only, never of another platform."""

from newsbot.messages.requests import Person, Place

PLATFORM = "web"
PEOPLE = {
    "ada": Person(PLATFORM, "ada", "Ada", is_admin=True),
    "ben": Person(PLATFORM, "ben", "Ben"),
    "chloe": Person(PLATFORM, "chloe", "Chloe"),
}
CHANNELS = ("general", "ai-news", "quiz")


def place(channel: str) -> Place:
    """A channel of the web chat as a place."""
    return Place(PLATFORM, "local", channel)
