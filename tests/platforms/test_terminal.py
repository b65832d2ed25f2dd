"""The terminal as a place to post in: numbers that stay, cards that come while somebody types, one of several."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, Reply, text
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.terminal.adapter import Screen
from newsbot.platforms.terminal.inbound import HERE
from newsbot.platforms.terminal.lease import HELD, LEASE, TerminalLease
from newsbot.storage.database import Database
from tests.cli.test_cli import Terminal, newsbot, own  # noqa: F401 (a fixture)
from tests.outbox.posting import post
from tests.patience import PATIENCE

START = datetime(2026, 11, 24, 3, 50, tzinfo=UTC)
COST, TOPIC = Action("brief.open", ("deepseek", "cost")), Action("topic.open", ("deepseek",))
QUESTION = Reply(Card("A question", (Buttons((Button("Cost", COST), Button("DeepSeek", TOPIC))),)))
NEXT = Reply(Card("The next question", (Buttons((Button("DeepSeek", TOPIC),)),)))
RECEIPT = Reply(Card("Your answer is counted", (text("It can be changed once."),)))


def actions(screen: Screen) -> list[Action]:
    return [action for action, _ in screen.presses]


async def test_a_receipt_leaves_the_numbers_of_the_question_before_it() -> None:
    screen = Screen(io.StringIO())
    await screen.post(HERE, QUESTION, "one")
    await screen.post(HERE, RECEIPT, "two")
    assert actions(screen) == [COST, TOPIC]
    await screen.post(HERE, NEXT, "three")
    assert actions(screen) == [TOPIC]


async def test_a_change_that_takes_the_buttons_away_leaves_the_time_of_the_first() -> None:
    moments = iter([START, START + timedelta(seconds=30)])
    screen = Screen(io.StringIO(), now=lambda: next(moments))
    posted = await screen.post(HERE, QUESTION, "one")
    assert (await screen.edit(posted, RECEIPT)).at == posted.at == START


async def test_a_card_is_written_to_what_standard_output_is_at_that_moment() -> None:
    """The prompt takes standard output over while somebody types, long after the screen was made."""
    screen, later = Screen(), io.StringIO()
    with redirect_stdout(later):
        await screen.post(HERE, QUESTION, "one")
        screen.tell("Web chat: here")
    assert "A question" in later.getvalue()
    assert "Web chat: here" in later.getvalue()


# -- a person who types meanwhile -------------------------------------------------------------------------------------


@pytest.fixture
def home(own: dict[str, str], tmp_path: Path) -> dict[str, str]:  # noqa: F811
    """The environment of a newsbot with a database that a test can reach."""
    return {**own, "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}"}


@pytest.fixture
def terminal(home: dict[str, str]) -> Iterator[Terminal]:
    opened = Terminal(home)
    yield opened
    opened.close()


def put(url: str, *replies: Reply) -> None:
    """Let these come by themselves at the terminal, in this order."""

    async def posted() -> None:
        database = Database(url)
        outbox_worker = OutboxWorker(database, {}, "test", lambda: datetime.now(UTC), Random(1))
        for reply in replies:
            await post(database, outbox_worker, reply.card.title, HERE, reply, datetime.now(UTC))
        await database.close()

    asyncio.run(posted())


def test_what_comes_while_a_person_types_stands_above_their_line(terminal: Terminal, home: dict[str, str]) -> None:
    terminal.wait_for(">")
    terminal.type("/deepseek co")
    terminal.wait_for("/deepseek co")
    put(home["DATABASE_URL"], QUESTION, RECEIPT)
    terminal.wait_for("\nA question\r")  # bold, on a line of its own
    terminal.wait_for("[1] Cost")
    terminal.wait_for("\nYour answer is counted\r")
    terminal.wait_for("> /deepseek co")
    terminal.type("st\r")
    terminal.wait_for("$5.576 million")
    terminal.wait_for("Not investment advice")
    terminal.wait_for(">")
    terminal.type("exit\r")
    assert terminal.left() == 0


def test_a_number_answers_the_question_that_came_by_itself_before_a_receipt(
    terminal: Terminal, home: dict[str, str]
) -> None:
    terminal.wait_for(">")
    put(home["DATABASE_URL"], QUESTION, RECEIPT)
    terminal.wait_for("\nYour answer is counted\r")
    terminal.wait_for(">")
    terminal.type("2\r")
    terminal.wait_for("record loss for Nvidia")
    terminal.wait_for("[1]")
    terminal.wait_for(">")
    terminal.type("\x04")
    assert terminal.left() == 0


def test_no_digest_can_be_set_up_where_newsbot_is_mostly_closed(home: dict[str, str]) -> None:
    asked = "/digest subscribe time 09:00 zone Europe/Berlin\n"
    ran = newsbot("run", "--only", "terminal", stdin=asked, **home)
    assert ran.returncode == 0
    assert "newsbot can't post on its own here" in " ".join(ran.stdout.split())


# -- several terminals at one database --------------------------------------------------------------------------------


class Terminals:
    """Terminals that look whose turn it is when a test says so, by a clock that it moves."""

    def __init__(self, database: Database) -> None:
        self.at = START
        self._database = database
        self._looks: dict[str, asyncio.Semaphore] = {}
        self._paused: dict[str, asyncio.Semaphore] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.posting: set[str] = set()

    async def open(self, name: str) -> None:
        """Start a terminal; returns once it has looked."""
        self._looks[name], self._paused[name] = asyncio.Semaphore(0), asyncio.Semaphore(0)
        turn = TerminalLease(self._database, name, lambda: self.at, self._pause_of(name))
        self._tasks[name] = asyncio.create_task(turn.run(lambda: self._work(name)))
        await self._looked(name)

    async def look(self, name: str) -> None:
        """Let a terminal look again."""
        self._looks[name].release()
        await self._looked(name)

    async def close(self, name: str) -> None:
        """End it in order."""
        self._tasks[name].cancel()
        await asyncio.gather(self._tasks[name], return_exceptions=True)

    async def _looked(self, name: str) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._paused[name].acquire()
        await asyncio.sleep(0)  # what was begun has its first step

    def _pause_of(self, name: str) -> Callable[[float], Awaitable[None]]:
        async def pause(seconds: float) -> None:
            assert timedelta(seconds=seconds) < HELD
            self._paused[name].release()
            await self._looks[name].acquire()

        return pause

    async def _work(self, name: str) -> None:
        self.posting.add(name)
        try:
            await asyncio.Event().wait()
        finally:
            self.posting.discard(name)


async def test_of_two_terminals_one_is_posted_at_until_it_is_closed(database: Database) -> None:
    both = Terminals(database)
    await both.open("first")
    await both.open("second")
    assert both.posting == {"first"}
    both.at += HELD * 0.9
    await both.look("first")
    both.at += HELD * 0.9
    await both.look("second")
    assert both.posting == {"first"}
    await both.close("first")
    await both.look("second")
    assert both.posting == {"second"}
    await both.close("second")
    assert both.posting == set()
    assert await database.read(lambda tx: tx.leases.holders(LEASE, both.at)) == ()


async def test_a_terminal_that_slept_too_long_gives_way(database: Database) -> None:
    both = Terminals(database)
    await both.open("first")
    both.at += HELD * 1.1
    await both.open("second")
    await both.look("first")
    assert both.posting == {"second"}
    await both.close("first")
    await both.look("second")
    assert both.posting == {"second"}
    await both.close("second")
    assert both.posting == set()


async def test_what_breaks_while_posting_ends_the_turn_for_the_next_one(database: Database) -> None:
    async def broken() -> None:
        raise RuntimeError("nothing can be printed")

    async def pause(seconds: float) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="printed"):
        await TerminalLease(database, "first", lambda: START, pause).run(broken)
    other = Terminals(database)
    await other.open("second")
    assert other.posting == {"second"}
    await other.close("second")
    assert other.posting == set()
