"""Cards as other platforms would show them, for the web chat and `newsbot say --as`."""

from collections.abc import Callable
from typing import Any

from newsbot.messages.cards import Card


def previews() -> dict[str, Callable[[Card], Any]]:
    """For each other platform by name, what a card is there, as the exact payloads of its messages."""
    from newsbot.platforms.discord.cards import messages as discord_messages

    return {"discord": lambda card: [message.payload for message in discord_messages(card)]}
