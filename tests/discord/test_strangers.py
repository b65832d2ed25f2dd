"""Events without what Discord documents as optional, and requests that fail: everybody still gets an answer."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from newsbot.errors import PostUnclear
from newsbot.messages.cards import Card, Picture, Reply, text
from newsbot.messages.charts import Chart
from newsbot.messages.requests import Place
from newsbot.platforms.discord.renderer import RenderedMessage
from tests.charts.samples import RANKED
from tests.discord.conftest import NEEDED, Town
from tests.discord.house import house
from tests.discord.loopback_faults import Fault
from tests.discord.test_bot import EPHEMERAL, LATER, MESSAGE, buttons, is_private, press, words

CALLBACK = "/interactions/*/*/callback"


async def dispatched(town: Town, event: str, data: Mapping[str, Any]) -> None:
    """Let the gateway send an event as it is."""
    await town.server.gateway.dispatch(event, dict(data), town.guild.id)


@pytest.mark.parametrize("leave_out", ["channel", "context", "locale", "guild", "guild_locale"])
async def test_a_command_without_an_optional_field_is_answered(town: Town, tmp_path: Path, leave_out: str) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("events",))
        await asked.answer()
        fresh = await _again(town, asked.payload, leave_out)
        answer = await town.server.wait_for(lambda: [r for r in town.server.requests if f"/{fresh}/" in r.path])
        assert answer[0].path.endswith("/callback")


async def _again(town: Town, payload: Mapping[str, Any], leave_out: str) -> str:
    """The same interaction under another id, without a field; a loopback refuses its answer, but records it."""
    fresh = str(town.server.world.ids.next())
    data = {key: value for key, value in payload.items() if key != leave_out}
    await dispatched(town, "INTERACTION_CREATE", {**data, "id": fresh})
    return fresh


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(town: Town, tmp_path: Path) -> None:
    town.server.gateway.is_away = True
    async with house(town.server, tmp_path, waits=False) as home:
        await town.server.wait_for(lambda: bool(town.server.application.commands))
        await asyncio.sleep(0.3)  # the first attempt to connect fails meanwhile
        assert not home.running.done()
        town.server.gateway.is_away = False
        await town.server.ready()
        answer = await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert answer.type in {MESSAGE, LATER}


async def test_a_message_of_an_unknown_server_is_no_direct_message(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        unknown = str(town.server.world.ids.next())
        message: dict[str, Any] = {
            "id": str(town.server.world.ids.next()),
            "channel_id": str(town.news.id),
            "guild_id": unknown,
            "author": {"id": str(town.anna.id), "username": "anna"},
            "content": "nobody asked newsbot this",
            **{name: [] for name in ("mentions", "mention_roles", "attachments", "embeds", "components")},
            **dict.fromkeys(("tts", "mention_everyone", "pinned"), False),
            "timestamp": "2026-11-23T09:00:00+00:00",
            "edited_timestamp": None,
        }
        await dispatched(town, "MESSAGE_CREATE", message)
        await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert home.service.health() == "ok"
    assert not [r for r in town.server.requests if r.method == "POST" and r.path.endswith("/messages")]


async def test_an_event_that_cannot_be_read_costs_nobody_an_answer(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        await dispatched(town, "INTERACTION_CREATE", {"id": "1"})
        await dispatched(town, "MESSAGE_CREATE", {"id": "2"})
        answer = await (await town.server.command(town.anna, town.news, ("events",))).answer()
        assert answer.type in {MESSAGE, LATER}
        assert home.service.health() == "ok"


@pytest.mark.parametrize("fault", [Fault.status(503), Fault.too_many(0.2), Fault.drop_before()])
async def test_an_answer_that_fails_on_the_way_is_given_in_time(town: Town, tmp_path: Path, fault: Fault) -> None:
    async with house(town.server, tmp_path):
        town.server.faults.add("POST", CALLBACK, fault, times=2)
        asked = await town.server.command(town.anna, town.news, ("newsbot",))
        assert (await asked.answer()).type == MESSAGE
        assert asked.original is not None


async def test_an_answer_that_discord_refuses_becomes_an_apology(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        town.server.faults.add("POST", CALLBACK, Fault.status(400, 50_035, "Invalid Form Body"))
        asked = await town.server.command(town.anna, town.news, ("newsbot",))
        answer = await asked.answer()
    assert is_private(answer)
    assert str(asked.id) in words(answer.data)


class Breaking:
    """Pictures that break late, in a way that nobody expects."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def png(self, chart: Chart) -> bytes:
        """Break after the answer was promised."""
        del chart
        await self.may.wait()
        raise RuntimeError("broken")


async def test_a_promise_is_kept_with_an_apology_when_the_work_breaks(town: Town, tmp_path: Path) -> None:
    pictures = Breaking()
    async with house(town.server, tmp_path, pictures=pictures, defer_after=0.1):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        assert (await asked.answer()).type == LATER
        pictures.may.set()
        await town.server.wait_for(lambda: bool(asked.followups))
        assert asked.followups[0]["flags"] & EPHEMERAL
        assert "not your fault" in words(asked.followups[0])


async def test_an_answer_in_progress_is_given_before_newsbot_stops(town: Town, tmp_path: Path) -> None:
    may = asyncio.Event()
    async with house(town.server, tmp_path) as home:
        town.server.faults.add("POST", CALLBACK, Fault.hold(may))
        asked = await town.server.command(town.anna, town.news, ("newsbot",))
        await town.server.wait_for(lambda: any(r.path.endswith("/callback") for r in town.server.requests))
        home.running.cancel()
        may.set()
        assert (await asked.answer()).type == MESSAGE


async def test_a_mention_is_answered_without_the_picture_where_none_may_be_attached(town: Town, tmp_path: Path) -> None:
    town.server.world.set_permissions(town.news, NEEDED & ~(1 << 15))
    async with house(town.server, tmp_path):
        await town.server.say(town.anna, town.news, f"{town.server.world.bot.mention} /deepseek cost")
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) == 2)
        assert "2,664,000" in words(town.server.messages(town.news)[1])


LONG = (text(f"{number}. " + "words and more words " * 60) for number in range(9))
LONG_CHART = Reply(Card("Long", (Picture(RANKED, RANKED.alt_text()), *LONG)))


async def test_with_no_more_than_posting_allowed_everything_stands_in_the_channel(town: Town, tmp_path: Path) -> None:
    town.server.world.set_permissions(town.news, (1 << 10) | (1 << 11))
    async with house(town.server, tmp_path) as home:
        place = Place("discord", str(town.guild.id), str(town.news.id))
        posted = await home.service.platform.post(place, LONG_CHART, "one")
        assert len(town.server.messages(town.news)) == 1 + len(posted.rest) > 1
        assert "Allow" in posted.fix


async def test_a_long_wait_within_a_long_post_repeats_nothing(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        place = Place("discord", str(town.guild.id), str(town.news.id))
        town.server.faults.add("POST", "/channels/*/messages/*/threads", Fault.status(503), times=9)
        with pytest.raises(PostUnclear):
            await home.service.platform.post(place, LONG_CHART, "one")


async def test_a_full_card_has_room_for_its_buttons(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await town.server.wait_for(lambda: "Delete" in buttons((asked.original or {}).get("components", [])))
        again = await press(town, town.anna, asked, "Delete")
        await again.answer()
    assert RenderedMessage({"components": []}).below() == RenderedMessage({"components": []})
