"""What is known of channels is asked once, and forgotten by what was used longest ago."""

from datetime import UTC, datetime
from typing import Any

from newsbot.messages.requests import Place
from newsbot.platforms.discord._library import HTTPClient
from newsbot.platforms.discord.channels import MOST_CHANNELS, Channels
from newsbot.platforms.discord.client import Rest


async def _not_logged_in() -> tuple[HTTPClient, str]:
    raise AssertionError("nothing is to be sent")


class CountingRest(Rest):
    """Answers with a channel of the id that is asked for, and remembers which were."""

    def __init__(self) -> None:
        super().__init__(_not_logged_in, lambda: datetime.now(UTC))
        self.asked: list[str] = []

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        self.asked.append(parameters["channel_id"])
        return {"id": parameters["channel_id"]}


async def test_one_channel_too_many_costs_only_the_one_that_was_used_longest_ago() -> None:
    rest = CountingRest()
    channels = Channels(rest)
    places = [Place("discord", "", str(number)) for number in range(MOST_CHANNELS + 1)]
    for place in places[:-1]:
        await channels.get(place)
    await channels.get(places[0])  # used again, so it stays
    await channels.get(places[-1])
    rest.asked.clear()
    for place in (places[0], *places[2:]):
        await channels.get(place)
    assert rest.asked == []
    await channels.get(places[1])
    assert rest.asked == ["1"]
