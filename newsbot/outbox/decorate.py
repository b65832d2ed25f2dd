"""What is added to a card as it leaves: the role it notifies, why it is late, results of an earlier question."""

from collections.abc import Sequence
from dataclasses import replace

from newsbot.messages.cards import Block, Card, Rule, Text, text
from newsbot.messages.markup import Mention


def with_lead(card: Card, mention: str, label: str) -> Card:
    """The card as one delivery sends it: first the role that it notifies, then why it is late; each may be empty."""
    lead: list[Block] = [Text((Mention("role", mention, "role"),))] if mention else []
    lead += [text(label, "small")] if label else []
    return replace(card, blocks=(*lead, *card.blocks)) if lead else card


def with_results(card: Card, daily: str, results: Sequence[Block]) -> Card:
    """The card with the results of an earlier question above the line that begins its own, which is kept as `daily`.

    Above everything where the card asks no such question. Raises ValueError where their controls do the same.
    """
    at = _beginning(card, daily)
    return replace(card, blocks=(*card.blocks[:at], *results, *card.blocks[at:])) if results else card


def _beginning(card: Card, daily: str) -> int:
    """Where the question begins: with the last line above the first control that names it."""
    line = 0
    for at, block in enumerate(card.blocks):
        if isinstance(block, Rule):
            line = at
        if any(daily in action.arguments for action in Card("", (block,)).actions()):
            return line
    return 0
