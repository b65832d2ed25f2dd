"""A game of three people in Discord with newsbot as a process, which is killed in the middle of a question."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from discord.utils import snowflake_time

from tests.discord.conftest import Town
from tests.discord.loopback_interactions import Interaction
from tests.discord.loopback_objects import Payload, User
from tests.discord.quiz_house import token_of
from tests.discord.test_bot import is_private, words
from tests.discord.test_process import environment, running
from tests.patience import PATIENCE
from tests.quizzes.recount import Asked, Pressed, difficulty, recount, right_letter, salt, scores

SECONDS = 300  # of a question: no machine is so busy that four presses take as long
AWAY = 900.0  # seconds that newsbot is away, by its own clock and by Discord's
SHORT = 10


async def posted(town: Town, wanted: str, *others: str) -> Payload:
    """The newest message of the channel that says this."""

    def found() -> list[Payload]:
        said = [message for message in town.server.messages(town.news) if wanted in words(message)]
        return [message for message in said if all(other in words(message) for other in others)]

    return (await town.server.wait_for(found))[-1]


async def press(town: Town, who: User, message: Payload, label: str) -> Interaction:
    """Press a button, and wait for the receipt."""
    pressed = await town.server.click(who, message, token_of(message, label))
    assert is_private(await pressed.answer())
    return pressed


async def test_a_game_of_three_survives_a_kill_and_ends_with_the_scores_of_a_recount(
    town: Town, data_folder: Path
) -> None:
    carla = town.server.world.add_user("carla")
    town.server.world.add_member(town.guild, carla)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", "run", "--only", "discord"),
        env=environment(town, data_folder),
        stdin=asyncio.subprocess.DEVNULL,
    )
    await town.server.wait_for(lambda: bool(town.server.gateway.live and town.server.application.commands))
    start = await town.server.command(
        town.anna, town.news, ("quiz", "start"), {"questions": 2, "seconds": str(SECONDS)}
    )
    assert "Anna started a quiz: 2 questions, 300 seconds each." in words((await start.answer()).data)
    first = await posted(town, "Question 1 of 2")
    since = stamp(first["id"])
    level = difficulty(words(first))
    presses = [
        await press(town, town.anna, first, "A · "),
        await press(town, town.bert, first, "B · "),
        await press(town, town.bert, first, "C · "),  # a change of mind, the one there is
        await press(town, town.bert, first, "D · "),
    ]
    process.kill()
    await process.wait()
    await town.server.wait_for(lambda: not town.server.gateway.live)
    town.server.clock.advance(AWAY)
    async with running(town, data_folder, ("tests.quizzes.ahead", str(AWAY))):
        await town.server.wait_for(lambda: bool(town.server.gateway.live))
        presses.append(await press(town, carla, first, "B · "))
        assert stamp(presses[-1].id) > since + SECONDS  # too late, had newsbot not been away
        assert "Answer noted" in words(presses[-1].original or {})
        votes = await skipped(town, first, town.bert, carla)
        revealed = await posted(town, "Question 1 of 2: the answer")
        second = await posted(town, "Question 2 of 2 · ")
        asked = [(Asked(right_letter(words(revealed)), level, since, stamp(votes[1].id)), presses)]
        since, level = stamp(second["id"]), difficulty(words(second))
        presses = [await press(town, *each) for each in ((carla, second, "A · "), (town.bert, second, "A · "))]
        town.server.clock.advance(1.5)
        presses.append(await press(town, town.anna, second, "A · "))
        votes = await skipped(town, second, town.anna, carla)
        revealed = await posted(town, "Question 2 of 2: the answer")
        asked.append((Asked(right_letter(words(revealed)), level, since, stamp(votes[1].id)), presses))
        podium = await posted(town, "Final scores")
        assert len(town.server.messages(town.news)) == 4  # who started it, two questions, the scores: each once
        opened = [await press(town, town.anna, message, "Sealed") for message in town.server.messages(town.news)[1:3]]
        salts = [salt(words(each.original or {})) for each in opened]
        await closes_by_itself(town)
    counted = recount([(question, [choice(each) for each in these]) for question, these in asked])
    assert scores(shown(podium)) == counted
    assert {name: answered for name, (_, _, answered) in counted.items()} == {"Anna": 2, "Bert": 2, "Carla": 2}
    nothing_told(town, salts)
    for each in (press for _, these in asked for press in these):
        assert each.followups == []


async def skipped(town: Town, message: Payload, *voters: User) -> list[Interaction]:
    """Vote to skip a question; the last vote is the one that it took."""
    votes = [await _voted(town, who, message) for who in voters]
    assert "That was the last vote needed." in words(votes[-1].original or {})
    return votes


async def _voted(town: Town, who: User, message: Payload) -> Interaction:
    """Vote, once newsbot knows that the question stands: people see it a moment before."""
    async with asyncio.timeout(PATIENCE):
        while True:
            vote = await press(town, who, message, "Vote to skip")
            if "Nothing to skip" not in words(vote.original or {}):
                return vote


async def closes_by_itself(town: Town) -> None:
    """A question that nobody answers is open for its seconds, and ends by itself."""
    await town.server.command(town.anna, town.news, ("quiz", "start"), {"questions": 1, "seconds": str(SHORT)})
    revealed = await posted(town, "Question 1 of 1: the answer")
    closed = datetime.fromisoformat(revealed["edited_timestamp"]).timestamp()
    assert closed >= stamp(revealed["id"]) + SHORT


def stamp(snowflake: str | int) -> float:
    """When Discord made an id, in seconds since 1970."""
    return snowflake_time(int(snowflake)).timestamp()


def choice(pressed: Interaction) -> Pressed:
    """A press as Discord recorded it."""
    number = int(pressed.payload["data"]["custom_id"].rsplit(":", 1)[1])
    return Pressed(pressed.user.name.title(), "ABCD"[number], stamp(pressed.id))


def shown(message: Payload) -> str:
    """The texts of a message."""

    def texts(value: Any) -> Sequence[str]:
        if isinstance(value, dict):
            own = [value["content"]] if value.get("type") == 10 else []
            return [*own, *(text for each in value.values() for text in texts(each))]
        return [text for each in value for text in texts(each)] if isinstance(value, list) else []

    return "\n".join(texts(message["components"]))


def nothing_told(town: Town, salts: Sequence[str]) -> None:
    """No message of the channel holds a salt, or marks one of the choices: whoever presses *Sealed* alone sees it."""
    for number, secret in enumerate(salts):
        sent = [request for request in town.server.requests if request.method in ("POST", "PATCH")]
        told = [request for request in sent if secret in json.dumps(request.form, ensure_ascii=False)]
        assert told
        assert not any(request.path.startswith("/channels/") for request in told)
        asked = [each for each in sent if f"Question {number + 1} of 2 · " in words(each.form)]
        assert [each.method for each in asked][:1] == ["POST"]  # changed to name another end after an outage
        for each in asked:
            _looks_the_same(each.form, number)


def _looks_the_same(form: Any, number: int) -> None:
    """The buttons of the choices differ by their words alone."""
    buttons = [dict(node) for node in _nodes(form) if ":quiz.answer:" in node.get("custom_id", "")]
    assert [each.pop("custom_id") for each in buttons] == [f"nb1:quiz.answer:1:{number}:{n}" for n in range(4)]
    assert len({each.pop("label")[4:] for each in buttons}) == 4
    assert buttons == [{"type": 2, "style": 2}] * 4


def _nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(node for each in value.values() for node in _nodes(each))]
    return [node for each in value for node in _nodes(each)] if isinstance(value, list) else []
