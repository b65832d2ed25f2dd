"""A crowd at a loopback Discord."""

from collections.abc import Sequence
from contextlib import suppress

from benchmarks.crowds.crowd import EMPTY, LAST, QUESTION_SECONDS, Crowd, Press, Question, all_of
from drills.quizzes.tables import Standing, in_discord
from newsbot.messages.requests import Place
from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_interactions import ANSWER, Interaction
from tests.discord.loopback_objects import Payload
from tests.discord.loopback_rules import EPHEMERAL


class DiscordCrowd(Crowd):
    """People of a loopback Discord."""

    def __init__(self, people: int, server: LoopbackDiscord) -> None:
        super().__init__(people)
        self._server = server
        self._guild = server.world.add_guild("players")
        self._users = [server.world.add_user(f"player{number}") for number in range(people)]
        for user in self._users:
            server.world.add_member(self._guild, user)

    async def question(self, name: str) -> Question:
        server = self._server
        channel = server.world.add_channel(self._guild, name)
        options: dict[str, str | int | float | bool] = {"questions": 3, "seconds": QUESTION_SECONDS}
        opened = await server.command(self._users[0], channel, ("quiz", "start"), options)
        await opened.answer(LAST)
        place = Place("discord", str(self._guild.id), str(channel.id))
        (found,) = await server.wait_for(lambda: all_of(in_discord(server, place), "question"), LAST)
        return Question(place, server.store.get(int(found.id)), found.choices)

    def empty(self) -> Question:
        server = self._server
        channel = server.world.add_channel(self._guild, "empty")
        button = {"type": 2, "id": 2, "style": 2, "label": "Press", "custom_id": EMPTY}
        number = server.world.ids.next()
        message: Payload = {
            "id": str(number),
            "channel_id": str(channel.id),
            "author": server.world.bot.payload(),
            "type": 0,
            "content": "",
            "embeds": [],
            "attachments": [],
            "components": [{"type": 1, "id": 1, "components": [button]}],
            "flags": 1 << 15,
            "timestamp": server.clock.stamp(),
            "edited_timestamp": None,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
        }
        server.store.put(channel, message)
        return Question(Place("discord", str(self._guild.id), str(channel.id)), message, (EMPTY,))

    async def handle_press(self, question: Question, choices: Sequence[int]) -> list[Press]:
        made: dict[int, tuple[float, Interaction]] = {}

        async def press(number: int) -> None:
            at, token = self._server.clock.now(), question.tokens[choices[number]]
            made[number] = at, await self._server.click(self._users[number], question.message, token)

        await self._evenly(press)
        with suppress(TimeoutError):
            await self._server.wait_for(lambda: all(_receipts(each) for _, each in made.values()), LAST)
        return [self._became(*made[number]) for number in range(self.people)]

    def _became(self, at: float, interaction: Interaction) -> Press:
        callback, receipts = interaction.callback, _receipts(interaction)
        if callback is None or not receipts:
            return Press(is_in_time=callback is not None)
        if callback.type == ANSWER:
            return Press(callback.seconds, receipts, True)
        stood = [((int(each["id"]) >> 22) / 1_000) + _EPOCH for each in interaction.followups]
        return Press(stood[0] - at, receipts, True)

    async def reveal(self, question: Question) -> Standing:
        channel = self._server.world.channels[int(question.place.channel)]
        await (await self._server.command(self._users[0], channel, ("quiz", "stop"))).answer(LAST)
        (found,) = await self._server.wait_for(lambda: all_of(in_discord(self._server, question.place), "reveal"), LAST)
        return found


_EPOCH = 1_420_070_400  # seconds since 1970 at which Discord's ids begin


def _receipts(interaction: Interaction) -> int:
    """How many messages for the presser alone came of an interaction."""
    callback = interaction.callback
    first = callback is not None and callback.type == ANSWER and bool(callback.data.get("flags", 0) & EPHEMERAL)
    return int(first) + sum(bool(each["flags"] & EPHEMERAL) for each in interaction.followups)
