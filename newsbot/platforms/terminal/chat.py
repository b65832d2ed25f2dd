"""A chat in the terminal: reads lines, with history and completion where a person types them, and shows the answers."""

import getpass
import itertools
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from newsbot.commands.desk import Desk
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Click, Person, Place
from newsbot.platforms.terminal.screen import Screen

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document

HERE = Place("terminal", "", "terminal")
PROMPT = "> "
_LEAVE = frozenset({"exit", "quit", "bye", "/exit", "/quit"})


def local_person() -> Person:
    """Whoever sits at the terminal; on their own machine they are its administrator."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "you"
    return Person("terminal", "local", name, is_admin=True)


class Chat:
    """One person at one terminal. A number presses a button of the newest card; anything else is said to the desk."""

    def __init__(self, desk: Desk, screen: Screen, history: Path) -> None:
        self._desk = desk
        self._screen = screen
        self._history = history
        self._who = local_person()

    async def run(self) -> None:
        """Answer until the input ends, or the person leaves with `exit` or Ctrl-D."""
        typed = self._prompted() if sys.stdin.isatty() else _piped()
        keys = itertools.count(1)
        async for line in typed:
            if line.strip().casefold() in _LEAVE:
                return
            await self._screen.post(HERE, await self._answer(line), f"terminal-{next(keys)}")

    async def _answer(self, line: str) -> Reply:
        number = line.strip()
        if number.isascii() and number.isdecimal() and 0 < int(number[:6]) <= len(self._screen.actions):
            return await self._desk.click(Click(self._who, HERE, self._screen.actions[int(number) - 1]))
        return await self._desk.say(line, self._who, HERE)

    async def _prompted(self) -> AsyncIterator[str]:
        """Lines that a person types, kept in a history file where one can be written."""
        from prompt_toolkit import PromptSession  # heavy, and of no use in a pipe
        from prompt_toolkit.history import FileHistory, History, InMemoryHistory
        from prompt_toolkit.patch_stdout import patch_stdout

        history: History = InMemoryHistory()
        try:
            self._history.parent.mkdir(parents=True, exist_ok=True)
            self._history.touch()
            history = FileHistory(self._history)
        except OSError:
            print(f"(the history cannot be kept in {self._history})", file=sys.stderr)  # noqa: T201 (a terminal)
        session: PromptSession[str] = PromptSession(
            history=history, completer=_completer(self._desk), complete_while_typing=True
        )
        with patch_stdout():
            while True:
                try:
                    yield await session.prompt_async(PROMPT)
                except KeyboardInterrupt:
                    continue
                except EOFError:
                    return


def _completer(desk: Desk):  # type: ignore[no-untyped-def] # prompt_toolkit is imported late
    from prompt_toolkit.completion import Completer, Completion

    class DeskCompleter(Completer):
        """Offers what the desk knows, each with its title beside it."""

        def get_completions(self, document: "Document", complete_event: "CompleteEvent") -> "Iterable[Completion]":
            """What the text before the cursor may become."""
            typed = document.text_before_cursor
            for suggestion in desk.complete(typed):
                yield Completion(suggestion.value, start_position=-len(typed), display_meta=suggestion.label)

    return DeskCompleter()


async def _piped() -> AsyncIterator[str]:
    """Lines of a pipe or a file, as they come."""
    import asyncio

    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.rstrip("\n")
