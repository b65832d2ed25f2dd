"""A crowd at a loopback Slack, over Socket Mode."""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.crowds.crowd import EMPTY, LAST, QUESTION_SECONDS, Crowd, Press, Question, all_of
from drills.quizzes.tables import Standing, in_slack
from newsbot.messages.requests import Place
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_records import Channel, Message


class SlackCrowd(Crowd):
    """People of a loopback Slack, over Socket Mode."""

    def __init__(self, people: int, server: LoopbackSlack, limit: float) -> None:
        super().__init__(people)
        self._server = server
        space = server.workspace
        self._users = [
            server.world.add_user(space, f"player{number}", is_admin=number == 0) for number in range(people)
        ]
        self._hands = server.socket()
        self._hands.patience = limit

    def _channel(self, name: str) -> Channel:
        return self._server.world.add_channel(self._server.workspace, name)

    async def question(self, name: str) -> Question:
        server, channel = self._server, self._channel(name)
        words = f"start questions:3 seconds:{QUESTION_SECONDS}"
        await self._hands.command(self._users[0], channel, "/quiz", words)
        place = Place("slack", server.workspace.id, channel.id)
        (found,) = await server.wait_for(lambda: all_of(in_slack(server, place), "question"), LAST)
        return Question(place, channel.messages[found.id], found.choices)

    def empty(self) -> Question:
        server, channel = self._server, self._channel("empty")
        button = {"type": "button", "text": {"type": "plain_text", "text": "Press"}, "action_id": EMPTY, "value": EMPTY}
        args = {"text": "Press", "blocks": [{"type": "actions", "elements": [button]}]}
        message = server.world.bot_message(channel, args, args["blocks"])  # type: ignore[arg-type]
        return Question(Place("slack", server.workspace.id, channel.id), message, (EMPTY,))

    async def handle_press(self, question: Question, choices: Sequence[int]) -> list[Press]:
        made: dict[str, tuple[float, bool]] = {}
        before = len(self._server.ephemerals)

        async def press(number: int) -> None:
            user, at = self._users[number], time.time()
            answer = await self._hands.click(user, question.message, question.tokens[choices[number]])
            made[user.id] = at, answer.ok

        await self._evenly(press)
        with suppress(TimeoutError):
            await self._server.wait_for(lambda: len(self._server.ephemerals) - before >= self.people, LAST)
        await asyncio.sleep(0.2)  # a second receipt would come right after
        receipts: dict[str, list[Message]] = {}
        for message in self._server.ephemerals[before:]:
            receipts.setdefault(str(message.ephemeral_to), []).append(message)
        return [_became_in_slack(*made[user.id], receipts.get(user.id, [])) for user in self._users]

    async def reveal(self, question: Question) -> Standing:
        channel = self._server.workspace.channels[question.place.channel]
        await self._hands.command(self._users[0], channel, "/quiz", "stop")
        (found,) = await self._server.wait_for(lambda: all_of(in_slack(self._server, question.place), "reveal"), LAST)
        return found


def _became_in_slack(at: float, is_in_time: bool, receipts: Sequence[Message]) -> Press:
    seconds = receipts[0].sent_at - at if receipts else math.inf
    return Press(seconds, len(receipts), is_in_time)
