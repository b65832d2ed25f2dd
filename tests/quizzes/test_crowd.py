"""A crowd on each platform, through real sockets: the whole of newsbot as a process, three hundred people at once."""

from pathlib import Path

import pytest

from benchmarks.crowds.running import CROWDS
from benchmarks.quizzes import counted
from newsbot.storage.database import Database

PEOPLE = 300


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_three_hundred_people_are_each_counted_once_and_told_so_once(platform: str, tmp_path: Path) -> None:
    """The loopback servers refuse what comes after their platform's three seconds."""
    url = f"sqlite:///{tmp_path / 'newsbot.db'}"
    async with CROWDS[platform](PEOPLE, tmp_path, url, strict=True) as crowd:
        question = await crowd.question("quiz")
        choices = [person % len(question.tokens) for person in range(PEOPLE)]
        presses = await crowd.handle_press(question, choices)
        database = Database(url)
        assert await counted(database, question) == (PEOPLE, PEOPLE)
        await database.close()
        again = await crowd.handle_press(question, choices)
        shown = (await crowd.reveal(question)).shown
    assert {press.receipts for press in presses} == {1}
    assert {press.receipts for press in again} == {1}
    assert all(press.is_in_time for press in (*presses, *again))
    assert shown == tuple(choices.count(choice) for choice in range(len(question.tokens)))


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_everybody_may_press_buttons_of_no_game_and_is_told_so(platform: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newsbot.db'}"
    async with CROWDS[platform](PEOPLE, tmp_path, url, strict=True) as crowd:
        presses = await crowd.handle_press(crowd.empty(), [0] * PEOPLE)
    assert {press.receipts for press in presses} == {1}
