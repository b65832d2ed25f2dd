"""What is kept about a person as messages, in as many parts as that takes."""

import hashlib

from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, Budget
from newsbot.messages.cards import Block, Button, Buttons, Card, Text, text
from newsbot.messages.markup import Code

NEXT_PART = "quiz.export"
TITLE = "All that is kept about you in quizzes"
# A platform writes a message out as JSON again, in which quotes take two characters.
_SHARE = 0.7
_TEXT_SHARE = 0.85


def export_card(exported: str, platform: str, part: int = 1) -> Card | None:
    """One part of what `export_text` wrote, which is one message there; None where there is no such part.

    The parts one after another are the whole. The button to the next one holds a mark of the whole, by which a part
    of something else can be told.
    """
    parts = _parts(exported, _budget(platform))
    if not 1 <= part <= len(parts):
        return None
    said = f"Part {part} of {len(parts)}. Put the parts together: they are one JSON text." if len(parts) > 1 else ""
    blocks: list[Block] = [text(said)] if said else []
    blocks += [Text((Code(chunk),)) for chunk in parts[part - 1]]
    if part < len(parts):
        onward = Action(NEXT_PART, (str(part + 1), mark(exported)))
        blocks.append(Buttons((Button("Next part", onward, "primary"),)))
    return Card(TITLE, tuple(blocks))


def mark(exported: str) -> str:
    """Eight hexadecimal digits that are others once the text is another."""
    return hashlib.sha256(exported.encode()).hexdigest()[:8]


# -- parts -----------------------------------------------------------------------------------------------------------


def _budget(platform: str) -> Budget:
    """That of the platform; the smallest where it is none of ours."""
    return next((budget for budget in BUDGETS if budget.name == platform), BUDGETS[0])


def _parts(exported: str, budget: Budget) -> list[list[str]]:
    """The text as texts of parts, each text of whole lines where a line fits one."""
    room = int(budget.characters * _SHARE)
    longest = min(int(budget.text * _TEXT_SHARE), room)
    parts: list[list[str]] = [[]]
    left = room
    for chunk in _chunks(exported, longest, budget):
        size = budget.size(chunk)
        if size > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(chunk)
        left -= size
    return parts


def _chunks(exported: str, longest: int, budget: Budget) -> list[str]:
    chunks: list[str] = []
    held: list[str] = []
    size = 0
    for line in exported.splitlines():
        cost = budget.size(line) + 1
        if held and size + cost > longest:
            chunks.append("\n".join(held))
            held, size = [], 0
        held.append(line)
        size += cost
    return [*chunks, "\n".join(held)] if held else chunks
