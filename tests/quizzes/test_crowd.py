"""A crowd on each platform, through real sockets: the whole of newsbot as a process, three hundred people at once."""

from pathlib import Path

import pytest

from benchmarks.crowds.running import CROWDS
from benchmarks.quizzes import counted
from newsbot.storage.database import Database
from tests.patience import PATIENCE

PEOPLE = 300


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_three_hundred_people_are_each_counted_once_and_told_so_once(platform: str, data_folder: Path) -> None:
    """Whoever presses a button of no game is told so too."""
    url = f"sqlite:///{data_folder / 'newsbot.db'}"
    async with CROWDS[platform](PEOPLE, data_folder, url, strict=True, limit=PATIENCE) as crowd:
        question = await crowd.question("quiz")
        choices = [person % len(question.tokens) for person in range(PEOPLE)]
        presses = await crowd.handle_press(question, choices)
        database = Database(url)
        assert await counted(database, question) == (PEOPLE, PEOPLE)
        await database.close()
        again = await crowd.handle_press(question, choices)
        shown = (await crowd.reveal(question)).shown
        astray = await crowd.handle_press(crowd.empty(), [0] * PEOPLE)
    assert {press.receipts for press in presses} == {1}
    assert {press.receipts for press in again} == {1}
    assert {press.receipts for press in astray} == {1}
    assert all(press.is_in_time for press in (*presses, *again, *astray))
    assert shown == tuple(choices.count(choice) for choice in range(len(question.tokens)))
