"""A chat in the terminal: reads lines, with history and completion where a person types them, and shows the answers."""

import asyncio
import getpass
import itertools
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from newsbot.commands.answers import note
from newsbot.commands.dispatcher import Dispatcher
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Field, Form, Problems
from newsbot.messages.requests import Click, Person, Place, Submit
from newsbot.platforms.terminal.adapter import Screen
from newsbot.schedule.clock import utc_now

if TYPE_CHECKING:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document

HERE = Place("terminal", "", "terminal")
PROMPT = "> "
_DIGITS = 2  # of the number of a button; a longer one is a question, perhaps for a year
_LONGEST_LINE = 1_000_000
_LEAVE = frozenset({"exit", "quit", "bye", "/exit", "/quit"})


def local_person() -> Person:
    """Whoever sits at the terminal; on their own machine they are its administrator."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "you"
    return Person("terminal", "local", name, is_admin=True)


class TerminalChat:
    """One person at one terminal. A number presses a button of the newest card that has any."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        screen: Screen,
        history: Path,
        status: Callable[[], str] = str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`status` is a line to show below the prompt while it is not empty."""
        self._status = status
        self._dispatcher = dispatcher
        self._screen = screen
        self._history = history
        self._now = now
        self._who = local_person()
        self._form: Form | None = None
        self._values: dict[str, str] = {}

    async def run(self) -> bool:
        """Answer until the input ends, or the person leaves with `exit` or Ctrl-D.

        Returns whether anybody was there: an input that never held a line, as that of a service, has nobody to leave.
        """
        is_terminal = sys.stdin is not None and sys.stdin.isatty()
        typed = self._prompted_lines() if is_terminal else _piped_lines()
        was_there = is_terminal
        keys = itertools.count(1)
        async for line in typed:
            was_there = True
            if line.strip().casefold() in _LEAVE:
                return True
            if self._form is not None:
                reply = await self._fill_in(self._form, line)
            else:
                reply = await self._answer(line)
            if reply is not None:
                await self._screen.post(HERE, reply, f"terminal-{next(keys)}")
        return was_there

    async def _answer(self, line: str) -> Reply | None:
        number = line.strip()
        if number.isascii() and number.isdecimal() and len(number) <= _DIGITS and self._screen.presses:
            count = len(self._screen.presses)
            if not 0 < int(number) <= count:
                return note("No such button", _buttons_there_are(count))
            action, values = self._screen.presses[int(number) - 1]
            answered = await self._dispatcher.click(Click(self._who, HERE, action, values, at=self._now()))
            if isinstance(answered, Form):
                self._begin(answered)
                return None
            return answered
        return await self._dispatcher.say(line, self._who, HERE)

    def _begin(self, form: Form) -> None:
        """Ask for the fields of a form, one line each."""
        self._form, self._values = form, {}
        self._screen.ask(form.title, form.fields[0])

    async def _fill_in(self, form: Form, line: str) -> Reply | None:
        """The next field of the form; the answer once all are there, None where another line is needed."""
        field = form.fields[len(self._values)]
        values = {**self._values, field.name: _choice_value(field, line.strip() or field.value)}
        if wrong := form.problems(values).get(field.name):
            self._screen.ask(wrong, field)
            return None
        self._values = values
        if len(values) < len(form.fields):
            self._screen.ask("", form.fields[len(values)])
            return None
        self._form = None
        answered = await self._dispatcher.submit(Submit(self._who, HERE, form.action, values))
        if isinstance(answered, Problems):  # it is filled in again, with what was typed
            again = (replace(field, value=values.get(field.name, "")) for field in form.fields)
            self._begin(replace(form, title=" ".join(answered.by_field.values()), fields=tuple(again)))
            return None
        return answered

    async def _prompted_lines(self) -> AsyncIterator[str]:
        """Lines that a person types, kept in a history file where one can be written."""
        from prompt_toolkit import PromptSession  # heavy, and of no use in a pipe
        from prompt_toolkit.history import FileHistory, History, InMemoryHistory

        history: History = InMemoryHistory()
        try:
            self._history.parent.mkdir(parents=True, exist_ok=True)
            self._history.touch()
            history = FileHistory(self._history)
        except OSError:
            print(f"(your history can't be saved in {self._history})", file=sys.stderr)  # noqa: T201 (a terminal)
        session: PromptSession[str] = PromptSession(
            history=history,
            completer=_completer(self._dispatcher),
            complete_while_typing=True,
            bottom_toolbar=lambda: self._status() or None,
            refresh_interval=0.5,
        )
        while True:
            try:
                with _above_the_prompt():
                    line = await session.prompt_async(PROMPT)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            yield line


@contextmanager
def _above_the_prompt() -> Iterator[None]:
    """Standard output prints above the prompt while somebody types at it, bold and dim as they are.

    Only while the prompt is there: an answer to what was typed is printed at once, before the next prompt.
    """
    from prompt_toolkit.patch_stdout import StdoutProxy

    # A card is one piece, so nothing is gained by waiting for more.
    with StdoutProxy(sleep_between_writes=0, raw=True) as proxy:
        above = cast(TextIO, proxy)
        with redirect_stdout(above), redirect_stderr(above):
            yield


def _completer(dispatcher: Dispatcher):  # type: ignore[no-untyped-def] # prompt_toolkit is imported late
    from prompt_toolkit.completion import Completer, Completion

    class DispatcherCompleter(Completer):
        """Offers what the dispatcher knows, each with its title beside it."""

        def get_completions(self, document: "Document", complete_event: "CompleteEvent") -> "Iterable[Completion]":
            """What the text before the cursor may become."""
            typed = document.text_before_cursor
            for suggestion in dispatcher.complete(typed):
                if suggestion.value == typed.rstrip():
                    continue  # it stands there already
                yield Completion(suggestion.value, start_position=-len(typed), display_meta=suggestion.label)

    return DispatcherCompleter()


def _buttons_there_are(count: int) -> str:
    """Which numbers press a button of the newest card."""
    if count < 3:
        return "The newest card has only button 1." if count == 1 else "The newest card has buttons 1 and 2."
    return f"The newest card has buttons 1 to {count}."


def _choice_value(field: Field, typed: str) -> str:
    """What was typed, or the value of the choice that is called so."""
    names = {label.casefold(): value for label, value in field.choices}
    return names.get(typed.casefold(), typed)


async def _piped_lines() -> AsyncIterator[str]:
    """Lines of a pipe or a file, as they come; none where nothing can be read, as from /dev/null or a closed input."""
    if sys.stdin is None:
        return
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if stat.S_ISREG(mode):
        for line in sys.stdin:
            yield line.rstrip("\n")
    if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
        return
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # longer than any limit; the rest of it is read as the next line
            yield "x" * _LONGEST_LINE
            continue
        if not line:
            return
        yield line.decode(errors="replace").rstrip("\n")
