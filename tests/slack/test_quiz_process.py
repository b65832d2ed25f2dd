"""A game of three people in Slack with newsbot as a process, which is killed in the middle of a question."""

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.quizzes.recount import Asked, Pressed, difficulty, recount, right_letter, salt, scores
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Answer, Driver
from tests.slack.loopback_records import Message
from tests.slack.test_conversation import WITHOUT_FILES, buttons
from tests.slack.test_process import environment, running

SECONDS = 10
SILENCE = 6.0  # seconds that newsbot is away: more than the five after which a game's clock stands still
SLACKNESS = 6.0  # seconds that a loaded machine may take over a step
PART = ("--only", "slack")


class Game:
    """Three people at one game, and what Slack showed them."""

    def __init__(self, slack: LoopbackSlack, people: Driver) -> None:
        self.slack = slack
        self.people = people

    async def posted(self, wanted: str) -> Message:
        """The message that says this, as it stands now."""

        def found() -> list[Message]:
            return [message for message in self.slack.messages() if wanted in message.words]

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


async def until(moment: float) -> None:
    """Wait for an instant, in seconds since 1970: what is looked at here is real time that passes."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), max(0.0, moment - time.time()))


async def test_a_game_of_three_survives_a_kill_and_ends_with_the_scores_of_a_recount(data_folder: Path) -> None:
    async with LoopbackSlack(scopes=WITHOUT_FILES) as slack:
        slack.world.add_user(slack.workspace, "carol")
        await _played(slack, data_folder)


async def _played(slack: LoopbackSlack, folder: Path) -> None:
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
    killed = time.time()
    await slack.wait_for(lambda: not slack.sockets.live)
    await until(killed + SILENCE)
    started = time.time()
    async with running(slack, folder, *PART, SLACK_APP_TOKEN=app_token):
        await slack.wait_for(lambda: len(slack.sockets.live) == 2)
        back = time.time()
        await until(since + SECONDS + 0.5)
        presses.append(await game.press("carol", first, "B · "))
        assert pressed_at(presses[-1]) > since + SECONDS  # too late, had newsbot not been away
        assert "Answer noted" in slack.ephemerals[-1].text
        revealed = await game.posted("Question 1 of 2: the answer")
        assert revealed is first
        closed = float(revealed.edited or 0)
        assert since + SECONDS + (started - killed) <= closed <= since + SECONDS + (back - killed) + SLACKNESS
        asked = [(Asked(right_letter(revealed.words), level, since, closed), presses)]
        second = await game.posted("Question 2 of 2 · ")
        since, level = float(second.ts), difficulty(second.words)
        presses = [await game.press(*each) for each in (("carol", second, "A · "), ("bob", second, "A · "))]
        await until(since + 1.5)
        presses.append(await game.press("alice", second, "A · "))
        votes = [await game.press(who, second, "Vote to skip") for who in ("alice", "carol")]
        assert "That was the last vote it took." in slack.ephemerals[-1].text
        revealed = await game.posted("Question 2 of 2: the answer")
        asked.append((Asked(right_letter(revealed.words), level, since, pressed_at(votes[1])), presses))
        podium = await game.posted("Final scores")
    counted = recount([(question, [choice(each) for each in these]) for question, these in asked])
    assert scores(podium.words) == counted
    assert {name: answered for name, (_, _, answered) in counted.items()} == {"alice": 2, "bob": 2, "carol": 2}
    assert len(slack.messages()) == 4  # who started it, two questions, the scores: each once
    nothing_told(slack, [salt(message.words) for message in (first, second)])


def pressed_at(pressed: Answer) -> float:
    """When Slack says that somebody pressed, in seconds since 1970."""
    return float(pressed.payload["actions"][0]["action_ts"])


def choice(pressed: Answer) -> Pressed:
    """A press as Slack told of it."""
    number = int(pressed.payload["actions"][0]["value"].rsplit(":", 1)[1])
    return Pressed(pressed.payload["user"]["name"], "ABCD"[number], pressed_at(pressed))


def nothing_told(slack: LoopbackSlack, salts: list[str]) -> None:
    """Nothing but the change that shows an answer holds its salt, and nothing marks one of the choices."""
    for number, secret in enumerate(salts):
        told = [call for call in slack.calls if secret in json.dumps(call.args)]
        assert {call.method for call in told} == {"chat.update"}
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
