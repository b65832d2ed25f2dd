"""The terminal as a platform: prints cards, wrapped and with their buttons numbered.

A number presses a button of the newest card that has any: a card without buttons, such as the receipt for an answer,
leaves the numbers of the question before it as they are. Cards may come by themselves while somebody types.
"""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TextIO

from newsbot.messages.actions import Action, Url
from newsbot.messages.budgets import TERMINAL
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, Facts, Links, Reply, Text
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Field
from newsbot.messages.markup import Code, plain_text
from newsbot.messages.plain import plain_block
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import Place
from newsbot.schedule.clock import utc_now

Press = tuple[Action, tuple[str, ...]]  # an action and what was picked
_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_WIDEST = 100


class Screen:
    """Prints replies; remembers the actions of the newest card that has any, so that a number presses its button."""

    name = "terminal"
    budget = TERMINAL

    def __init__(
        self,
        stream: TextIO | None = None,
        width: Callable[[], int] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`stream` is standard output by default; bold and dim are used on a terminal only."""
        self._given = stream
        self._width = width or (lambda: min(shutil.get_terminal_size().columns, _WIDEST))
        self._now = now
        self.is_terminal = self._stream.isatty()
        self._count = 0
        self.presses: tuple[Press, ...] = ()

    @property
    def _stream(self) -> TextIO:
        """Where to write now: while somebody types, standard output is what prints above the prompt."""
        return self._given or sys.stdout

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Print a reply. A terminal forgets what it printed, so `key` guards nothing here."""
        del key
        parts = fit(reply.card, self.budget).parts
        presses = tuple(press for part in parts for block in part.blocks for press in _presses(block))
        lines: list[str] = []
        number = 0
        for part in parts:
            lines += self._lines(part, number)
            number += sum(len(_presses(block)) for block in part.blocks)
        self._write("\n".join([*lines, ""]))
        self.presses = presses or self.presses
        self._count += 1
        return Posted(place, str(self._count), at=self._now())

    async def dedupe_window(self, place: Place) -> timedelta:
        """Never: what is printed is printed."""
        del place
        return timedelta(0)

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """A terminal does not tell what was printed."""
        del place, key, since
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """What is printed stays; the new version is printed below it."""
        return replace(await self.post(posted.place, reply, ""), at=posted.at)

    async def delete(self, posted: Posted) -> None:
        """Say that a message was taken back: what is printed stays."""
        self._write(f"(message {posted.message_id} was deleted)\n")

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """None: a terminal has one place alone."""
        del posted, title
        return None

    async def capabilities(self, place: Place) -> Capabilities:
        """A terminal shows text alone."""
        del place
        return Capabilities(post=True, pictures=False, edit=False, threads=False)

    def tell(self, words: str) -> None:
        """Print one line that is no answer."""
        self._write(f"{words}\n")

    def ask(self, title: str, field: Field) -> None:
        """Ask for one field of a form."""
        choices = f" ({', '.join(label for label, _ in field.choices)})" if field.choices else ""
        held = next((label for label, value in field.choices if value == field.value), field.value)
        empty = f"empty keeps {held}" if held else "optional"
        optional = f" ({empty})" if field.value or not field.required else ""
        lines = [self._style(_BOLD, title)] if title else []
        self._write("\n".join([*lines, f"{field.label}{choices}{optional}:", ""]))

    def _write(self, words: str) -> None:
        """Write whole lines at once, so that nothing else gets between them."""
        stream = self._stream
        stream.write(words)
        stream.flush()

    def _lines(self, card: Card, first: int) -> Iterator[str]:
        yield ""
        yield self._style(_BOLD, card.title)
        number = first
        for block in card.blocks:
            yield ""
            yield from self._block(block, number)
            number += len(_presses(block))
        if card.footer:
            yield ""
            yield self._style(_DIM, card.footer)
        yield ""

    def _block(self, block: Block, number: int) -> Iterator[str]:
        match block:
            case Text(pieces, style):
                # A line to be copied stays one line.
                is_code = any(isinstance(piece, Code) for piece in pieces)
                words = [plain_text(pieces)] if is_code else self._wrap(plain_text(pieces))
                yield from ((self._style(_BOLD, line) for line in words) if style in {"lede", "heading"} else words)
            case Facts(title, items):
                yield from [self._style(_BOLD, title)] if title else []
                for fact in items:
                    yield from self._wrap(f"• {fact.label}: {fact.value}" if fact.value else f"• {fact.label}", "  ")
                    for note in fact.notes:
                        yield from (self._style(_DIM, line) for line in self._wrap(f"  {note}", "  "))
            case Links(title, items, start):
                yield from [self._style(_BOLD, title)] if title else []
                for place, item in enumerate(items, start):
                    yield from self._wrap(f"{place}. {item.label}{f', {item.detail}' if item.detail else ''}", "   ")
                    yield self._style(_DIM, f"   {item.url}")
            case Choice(prompt, _, options):
                yield self._style(_BOLD, prompt)
                for place, option in enumerate(options, number + 1):
                    yield from self._wrap(f"[{place}] {option.label}", "    ")
            case Buttons(items):
                yield from self._wrap("  ".join(self._buttons(items, number)), "")
            case _:
                yield from (line for words in plain_block(block).split("\n") for line in self._wrap(words, "  "))

    def _buttons(self, items: tuple[Button, ...], number: int) -> Iterator[str]:
        for button in items:
            if isinstance(button.does, Url):
                yield f"[{button.label}: {button.does.address}]"
            else:
                number += 1
                yield f"[{number}] {button.label} "

    def _wrap(self, words: str, indent: str = "") -> list[str]:
        width = max(self._width(), 20)
        return textwrap.wrap(words, width, subsequent_indent=indent, break_on_hyphens=False) or [""]

    def _style(self, style: str, words: str) -> str:
        return f"{style}{words}{_RESET}" if self.is_terminal else words


def _presses(block: Block) -> list[Press]:
    """What the numbers of a block press, in order."""
    match block:
        case Buttons(items):
            return [(button.does, ()) for button in items if isinstance(button.does, Action)]
        case Choice(_, action, options):
            return [(action, (option.value,)) for option in options]
    return []
