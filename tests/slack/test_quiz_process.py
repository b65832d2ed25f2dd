"""A game of three people in Slack with newsbot as a process, which is killed in the middle of a question."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE
from tests.quizzes.recount import Asked, Pressed, difficulty, recount, right_letter, salt, scores
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Answer, Driver
from tests.slack.loopback_records import Message
from tests.slack.test_conversation import WITHOUT_FILES, buttons
from tests.slack.test_process import environment, running

SECONDS = 300  # of a question: no machine is so busy that four presses take as long
AWAY = 900.0  # seconds that newsbot is away, by its own clock and by Slack's
SHORT = 10
PART = ("--only", "slack")


class Game:
    """Three people at one game, and what Slack showed them."""

    def __init__(self, slack: LoopbackSlack, people: Driver) -> None:
        self.slack = slack
        self.people = people

    async def posted(self, wanted: str) -> Message:
        """The message that says this, as it stands now."""

        def found() -> list[Message]:
            return [message for message in self.slack.messages() if wanted in message.text]

        (message,) = await self.slack.wait_for(found)
        return message

    async def press(self, who: str, message: Message, label: str) -> Answer:
        """Press a button, and wait for the receipt, of which there is one."""
        before = len(self.slack.ephemerals)
        token = next(token for shown, token in buttons(message).items() if shown.startswith(label))
        pressed = await self.people.click(who, message, token)
        assert pressed.ok, pressed.error
        await self.slack.wait_for(lambda: len(self.slack.ephemerals) > before)
        (receipt,) = self.slack.ephemerals[before:]
        assert receipt.ephemeral_to == self.people.user(who).id
        return pressed

    async def skip(self, message: Message, *voters: str) -> list[Answer]:
        """Vote to skip a question; the last vote is the one that it took."""
        votes = [await self._vote(message, who) for who in voters]
        assert "That was the last vote needed." in self.slack.ephemerals[-1].text
        return votes

    async def _vote(self, message: Message, who: str) -> Answer:
        """Vote, once newsbot knows that the question stands: people see it a moment before."""
        async with asyncio.timeout(PATIENCE):
            while True:
                vote = await self.press(who, message, "Vote to skip")
                if "Nothing to skip" not in self.slack.ephemerals[-1].text:
                    return vote

    async def closes_by_itself(self) -> None:
        """A question that nobody answers is open for its seconds, and ends by itself."""
        assert (await self.people.command("alice", "news", "/quiz", f"start 1 {SHORT}")).ok
        revealed = await self.posted("Question 1 of 1: the answer")
        assert float(revealed.edited or 0) >= float(revealed.ts) + SHORT


class Clock:
    """Slack's time, in seconds since 1970, which a test may move."""

    def __init__(self) -> None:
        self.moved = 0.0

    def __call__(self) -> float:
        return time.time() + self.moved


async def test_a_game_of_three_survives_a_kill_and_ends_with_the_scores_of_a_recount(data_folder: Path) -> None:
    clock = Clock()
    async with LoopbackSlack(scopes=WITHOUT_FILES, clock=clock) as slack:
        slack.world.trigger_seconds += PATIENCE  # a busy machine is no reason to fail
        slack.world.add_user(slack.workspace, "carol")
        await _played(slack, clock, data_folder)


async def _played(slack: LoopbackSlack, clock: Clock, folder: Path) -> None:
    app_token = slack.app.app_token
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "newsbot", "run", *PART),
        env=environment(slack, folder) | {"SLACK_APP_TOKEN": app_token},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await slack.wait_for(lambda: len(slack.sockets.live) == 2)
    game = Game(slack, slack.socket())
    start = await game.people.command("alice", "news", "/quiz", f"start 2 {SECONDS}")
    assert start.ok
    first = await game.posted("Question 1 of 2")
    since, level = float(first.ts), difficulty(first.words)
    presses = [
        await game.press("alice", first, "A · "),
        await game.press("bob", first, "B · "),
        await game.press("bob", first, "C · "),  # a change of mind, the one there is
        await game.press("bob", first, "D · "),
    ]
    process.kill()
    await process.wait()
    await slack.wait_for(lambda: not slack.sockets.live)
    clock.moved = AWAY
    program = "tests.quizzes.ahead", str(AWAY)
    async with running(slack, folder, *PART, program=program, SLACK_APP_TOKEN=app_token):
        await slack.wait_for(lambda: len(slack.sockets.live) == 2)
        presses.append(await game.press("carol", first, "B · "))
        assert pressed_at(presses[-1]) > since + SECONDS  # too late, had newsbot not been away
        assert "Answer noted" in slack.ephemerals[-1].text
        votes = await game.skip(first, "bob", "carol")
        revealed = await game.posted("Question 1 of 2: the answer")
        assert revealed is first
        asked = [(Asked(right_letter(revealed.words), level, since, pressed_at(votes[1])), presses)]
        second = await game.posted("Question 2 of 2 · ")
        since, level = float(second.ts), difficulty(second.words)
        presses = [await game.press(*each) for each in (("carol", second, "A · "), ("bob", second, "A · "))]
        clock.moved += 1.5
        presses.append(await game.press("alice", second, "A · "))
        votes = await game.skip(second, "alice", "carol")
        revealed = await game.posted("Question 2 of 2: the answer")
        asked.append((Asked(right_letter(revealed.words), level, since, pressed_at(votes[1])), presses))
        podium = await game.posted("Final scores")
        assert len(slack.messages()) == 4  # who started it, two questions, the scores: each once
        salts = []
        for message in (first, second):
            await game.press("alice", message, "Sealed")
            salts.append(salt(slack.ephemerals[-1].words))
        await game.closes_by_itself()
    counted = recount([(question, [choice(each) for each in these]) for question, these in asked])
    assert scores(podium.words) == counted, podium.words
    assert {name: answered for name, (_, _, answered) in counted.items()} == {"alice": 2, "bob": 2, "carol": 2}
    nothing_told(slack, salts)


def pressed_at(pressed: Answer) -> float:
    """When Slack says that somebody pressed, in seconds since 1970."""
    return float(pressed.payload["actions"][0]["action_ts"])


def choice(pressed: Answer) -> Pressed:
    """A press as Slack told of it."""
    number = int(pressed.payload["actions"][0]["value"].rsplit(":", 1)[1])
    return Pressed(pressed.payload["user"]["name"], "ABCD"[number], pressed_at(pressed))


def nothing_told(slack: LoopbackSlack, salts: list[str]) -> None:
    """No message of the channel holds a salt, and nothing marks one of the choices."""
    for number, secret in enumerate(salts):
        told = [call for call in slack.calls if secret in json.dumps(call.args)]
        assert not {call.method for call in told} & {"chat.update", "chat.postMessage"}
        posts = slack.called("chat.postMessage")
        (asked,) = (call.args for call in posts if f"Question {number + 1} of 2 · " in str(call.args["blocks"]))
        assert asked["metadata"]["event_payload"] == {"key": f"quiz:1:{number}"}
        choices = [node for node in nodes(asked["blocks"]) if ":quiz.answer:" in str(node.get("value"))]
        tokens = [f"nb1:quiz.answer:1:{number}:{n}" for n in range(4)]
        assert [(each.pop("action_id"), each.pop("value")) for each in choices] == [(each, each) for each in tokens]
        assert len({each.pop("text")["text"][4:] for each in choices}) == 4
        assert choices == [{"type": "button"}] * 4


def nodes(value: Any) -> list[dict[str, Any]]:
    """Every object in a message."""
    if isinstance(value, dict):
        return [value, *(node for each in value.values() for node in nodes(each))]
    return [node for each in value for node in nodes(each)] if isinstance(value, list) else []
