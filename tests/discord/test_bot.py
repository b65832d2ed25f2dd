"""A person with the real bot in Discord: commands, buttons, forms, mentions, over a gateway and REST on loopback."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route
from discord.utils import snowflake_time

from newsbot.commands.modules import COMMANDS
from newsbot.commands.registry import Command, Context, Menu
from newsbot.content.actions import brief_action
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, Reply, text
from newsbot.messages.requests import Ask, Place
from tests.discord.conftest import Town
from tests.discord.house import house
from tests.discord.limits import modal_problems, problems
from tests.discord.loopback_faults import Fault
from tests.discord.loopback_interactions import Callback, Interaction

EPHEMERAL = 1 << 6
MESSAGE, LATER, LATER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


def words(payload: dict[str, Any]) -> str:
    """Everything a person reads in a message."""
    return json.dumps(payload, ensure_ascii=False)


def buttons(payload: Any) -> dict[str, str]:
    """The buttons of a message: label to custom id."""
    found: dict[str, str] = {}
    for node in payload if isinstance(payload, list) else [payload]:
        if isinstance(node, dict):
            if node.get("type") == 2 and "custom_id" in node:
                found[node["label"]] = node["custom_id"]
            for key in ("components", "accessory"):
                found |= buttons(node.get(key) or [])
    return found


def is_private(callback: Callback) -> bool:
    """Whether the asker alone sees an answer."""
    return bool(callback.data.get("flags", 0) & EPHEMERAL)


def published(town: Town) -> list[str]:
    """The posts that were published to followers."""
    return [request.path for request in town.server.requests if request.path.endswith("/crosspost")]


async def press(town: Town, who: Any, interaction: Interaction, label: str) -> Interaction:
    """Press the button with that label on an interaction's answer."""
    message = interaction.original
    assert message is not None
    return await town.server.click(who, message, buttons(message["components"])[label])


async def test_a_subcommand_is_answered_in_public_with_its_chart_and_alt_text(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        answer = await asked.answer()
    assert answer.type == MESSAGE
    assert not is_private(answer)
    assert "$5.576 million" in words(answer.data)
    assert problems(answer.data) == []
    (upload,) = answer.files
    assert upload.data.startswith(b"\x89PNG")
    assert "2,664,000" in answer.data["attachments"][0]["description"]
    assert answer.data["allowed_mentions"] == {"parse": []}


async def test_a_brief_is_found_with_completion(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        typing = await town.server.autocomplete(
            town.anna, town.news, ("brief",), "brief", "nvid", {"topic": "deepseek"}
        )
        choices = await typing.answer()
        assert choices.type == CHOICES
        first = choices.data["choices"][0]["value"]
        asked = await town.server.command(town.anna, town.news, ("brief",), {"topic": "deepseek", "brief": first})
        await town.server.wait_for(lambda: "Nvidia" in words(asked.original or {}))
    assert first == "nvidia"


async def test_a_button_of_an_older_message_opens_its_brief_for_whoever_pressed(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        old = Button("The record loss", brief_action("deepseek", "nvidia"))
        place = Place("discord", str(town.guild.id), str(town.news.id))
        await home.service.platform.post(place, Reply(Card("Of last year", (Buttons((old,)),))), "old")
        (message,) = town.server.messages(town.news)
        pressed = await town.server.click(town.bert, message, buttons(message["components"])["The record loss"])
        await town.server.wait_for(lambda: pressed.original is not None)
        opened = pressed.original
        assert opened is not None
        assert "Share here" in buttons(opened["components"])
        shared = await press(town, town.bert, pressed, "Share here")
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) == 2)
    assert shared.original is not None


async def test_details_open_in_place_on_ones_own_message_and_privately_on_anothers(town: Town, tmp_path: Path) -> None:
    def shown() -> dict[str, str]:
        return buttons(town.server.messages(town.news)[0]["components"])

    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await town.server.wait_for(lambda: asked.original is not None)
        theirs = await press(town, town.bert, asked, "Numbers")
        details = await theirs.answer()
        assert is_private(details)
        assert problems(details.data) == []
        await town.server.wait_for(lambda: theirs.original is not None)
        await press(town, town.bert, theirs, "Back")
        await town.server.wait_for(lambda: "Explain" in buttons((theirs.original or {}).get("components", [])))
        await press(town, town.anna, asked, "Explain")
        await town.server.wait_for(lambda: "Back" in shown())
        assert "Delete" in shown()
        await town.server.click(town.anna, town.server.messages(town.news)[0], shown()["Back"])
        await town.server.wait_for(lambda: "Explain" in shown())
        assert len(town.server.messages(town.news)) == 1
        again = await press(town, town.bert, asked, "Sources")
        await town.server.wait_for(lambda: again.original is not None)
        await press(town, town.bert, again, "Share here")
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) == 2)


async def test_what_was_answered_privately_can_be_shared(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"), {"private": True})
        answer = await asked.answer()
        assert is_private(answer)
        await town.server.wait_for(lambda: asked.original is not None)
        shared = await press(town, town.anna, asked, "Share here")
        await town.server.wait_for(lambda: shared.original is not None)
        assert "$5.576 million" in words(town.server.messages(town.news)[0])


async def test_whoever_asked_can_delete_the_answer_and_others_cannot(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await asked.answer()
        refused = await (await press(town, town.bert, asked, "Delete")).answer()
        assert is_private(refused)
        assert "Only the person who asked" in words(refused.data)
        assert asked.original is not None
        await press(town, town.anna, asked, "Delete")
        assert await town.server.wait_for(lambda: asked.original is None)


@pytest.mark.parametrize("path", [("figure",), ("brief",)])
async def test_an_error_is_private_and_in_plain_words(town: Town, tmp_path: Path, path: tuple[str, ...]) -> None:
    option = "name" if path == ("figure",) else "topic"
    async with house(town.server, tmp_path):
        answer = await (await town.server.command(town.anna, town.news, path, {option: "deepseak"})).answer()
    assert is_private(answer)
    assert "There is no" in words(answer.data)
    assert problems(answer.data) == []


async def test_a_form_opens_from_a_button_and_is_answered(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        ask = Button("Ask", Action("form.open", ("ask",)))
        place = Place("discord", str(town.guild.id), str(town.news.id))
        await home.service.platform.post(place, Reply(Card("A form", (Buttons((ask,)),))), "form")
        (message,) = town.server.messages(town.news)
        opened = await town.server.click(town.anna, message, buttons(message["components"])["Ask"])
        modal = await opened.answer()
        assert modal.type == MODAL
        assert modal_problems(modal.data) == []
        sent = await town.server.submit_modal(town.anna, opened, {"question": "what did R1 cost"})
        await sent.answer()
        assert "294,000" in words(sent.original or {})


async def test_a_mention_is_answered_once_like_a_question(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        me = town.server.world.bot.mention
        question = await town.server.say(town.anna, town.news, f"{me} what did R1 cost?")
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) == 2)
        await town.server.say(town.anna, town.news, "and nobody asked newsbot this")
        answer = town.server.messages(town.news)[1]
        assert "294,000" in words(answer)
        assert answer["message_reference"]["message_id"] == question["id"]
        gone = await town.server.click(town.anna, answer, buttons(answer["components"])["Delete"])
        await gone.answer()
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) == 2)
        assert [message["content"] for message in town.server.messages(town.news)] == [
            question["content"],
            "and nobody asked newsbot this",
        ]


async def test_a_direct_message_is_answered(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        private = town.server.world.dm(town.anna)
        await town.server.say(town.anna, private, "/deepseek cost")
        await town.server.wait_for(lambda: len(town.server.messages(private)) == 2)
        assert "$5.576 million" in words(town.server.messages(private)[1])


async def test_buttons_live_on_after_a_restart(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await town.server.wait_for(lambda: asked.original is not None)
    async with house(town.server, tmp_path, waits=False):
        await town.server.wait_for(lambda: len(town.server.gateway.live) == 1)
        assert asked.original is not None
        assert is_private(await (await press(town, town.bert, asked, "Explain")).answer())


async def test_a_button_of_another_version_gets_a_polite_answer(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        old = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Old", "custom_id": "nb9:brief.open:x"}]}
        http, _ = await home.service.login.http()
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=town.news.id)
        message = await http.request(route, json={"flags": 1 << 15, "components": [old]})
        answer = await (await town.server.click(town.anna, message, "nb9:brief.open:x")).answer()
    assert is_private(answer)
    assert "another version" in words(answer.data)


async def test_an_administrator_chooses_that_posts_are_published(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path) as home:
        owner = town.server.world.owner
        channel = town.server.world.add_channel(town.guild, "announcements", 5)
        refused = await (await town.server.command(town.anna, channel, ("settings",), {"publish": True})).answer()
        assert "Only people who can manage this server" in words(refused.data)
        place = Place("discord", str(town.guild.id), str(channel.id))
        await home.service.platform.post(place, Reply(Card("One", (text("first"),))), "one")
        assert not published(town)
        saved = await (await town.server.command(owner, channel, ("settings",), {"publish": True})).answer()
        assert is_private(saved)
        await home.service.platform.post(place, Reply(Card("Two", (text("second"),))), "two")
        assert len(published(town)) == 1


class Watch:
    """One more command, which notes when it was asked for."""

    def __init__(self) -> None:
        self.asked_at: list[datetime | None] = []

    def menu(self, library: Library) -> Menu:
        shipped = [command for module in COMMANDS for command in module.commands(library)]
        return Menu.of([*shipped, Command(("when",), "When", self.when)])

    async def when(self, context: Context, ask: Ask) -> Reply:
        del context
        self.asked_at.append(ask.at)
        return Reply(Card("When", (text("Just now."),)))


async def test_a_press_has_discords_own_time(town: Town, tmp_path: Path) -> None:
    watch = Watch()
    async with house(town.server, tmp_path, menu_of=watch.menu) as home:
        when = Button("When", Action("ask.run", ("when",)))
        place = Place("discord", str(town.guild.id), str(town.news.id))
        await home.service.platform.post(place, Reply(Card("A clock", (Buttons((when,)),))), "clock")
        (message,) = town.server.messages(town.news)
        pressed = await town.server.click(town.anna, message, buttons(message["components"])["When"])
        await pressed.answer()
    assert watch.asked_at == [snowflake_time(pressed.id)]


async def test_a_welcome_comes_once_and_not_to_old_servers(town: Town, tmp_path: Path) -> None:
    fresh = town.server.world.add_guild("newcomers", permissions=town.guild.default_permissions, has_bot=False)
    hall = town.server.world.add_channel(fresh, "hall")
    async with house(town.server, tmp_path):
        await town.server.join_guild(fresh)
        await town.server.wait_for(lambda: len(town.server.messages(hall)) == 1)
        await town.server.join_guild(fresh)
        assert list(buttons(town.server.messages(hall)[0]["components"])) == [
            *("What did DeepSeek cost?", "A 3-question quiz", "Preview tomorrow's digest", "Set up a daily digest")
        ]
    async with house(town.server, tmp_path, waits=False):
        await town.server.wait_for(lambda: len(town.server.gateway.live) == 1)
        await town.server.join_guild(fresh)
        await (await town.server.command(town.anna, town.news, ("deepseek", "cost"))).answer()
    assert len(town.server.messages(hall)) == 1
    assert town.server.messages(town.news) is not None


async def test_an_answer_whose_connection_broke_is_given_again_and_stands_once(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        town.server.faults.add("POST", "/interactions/*/*/callback", Fault.drop_after())
        asked = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await asked.answer()
        town.server.faults.add("POST", "/interactions/*/*/callback", Fault.drop_before())
        again = await town.server.command(town.anna, town.news, ("deepseek", "cost"))
        await again.answer()
    assert asked.original is not None
    assert again.original is not None


async def test_thirty_two_commands_at_once_are_all_answered(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        asked = [await town.server.command(town.anna, town.news, ("deepseek", "cost")) for _ in range(32)]
        answers = [await each.answer() for each in asked]
    assert all(answer.type == MESSAGE and len(answer.files) == 1 for answer in answers)


async def test_the_bot_works_for_a_user_who_installed_it(town: Town, tmp_path: Path) -> None:
    async with house(town.server, tmp_path):
        group = town.server.world.group_dm([town.anna, town.bert])
        asked = await town.server.command(town.anna, group, ("deepseek", "cost"), as_user_install=True)
        assert (await asked.answer()).type == MESSAGE
