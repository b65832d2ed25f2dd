"""What is added to a card as it leaves: the role it notifies, why it is late, what goes above one of its sections."""

from collections.abc import Sequence
from dataclasses import replace

from newsbot.messages.cards import Block, Card, Rule, Text, text
from newsbot.messages.markup import Mention


def with_lead(card: Card, mention: str, label: str) -> Card:
    """The card as one delivery sends it: first the role that it notifies, then why it is late; each may be empty."""
    lead: list[Block] = [Text((Mention("role", mention, "role"),))] if mention else []
    lead += [text(label, "small")] if label else []
    return replace(card, blocks=(*lead, *card.blocks)) if lead else card


def with_results(card: Card, anchor: str, results: Sequence[Block]) -> Card:
    """The card with `results` above the line that begins the section whose controls name `anchor`.

    Above everything where no control does. Raises ValueError where two controls of the card would do the same.
    """
    at = _section_start(card, anchor)
    return replace(card, blocks=(*card.blocks[:at], *results, *card.blocks[at:])) if results else card


def _section_start(card: Card, anchor: str) -> int:
    """The index of the last line above the first control that names `anchor`, 0 where there is none."""
    line = 0
    for at, block in enumerate(card.blocks):
        if isinstance(block, Rule):
            line = at
        if any(anchor in action.arguments for action in Card("", (block,)).actions()):
            return line
    return 0
