"""Slash commands: Discord takes the list of any menu, what it cannot hold is told, and interactions lead back."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.builtin.briefs import topic_brief
from newsbot.commands.dispatcher import build_menu
from newsbot.commands.registry import Command, Context, Menu, Option
from newsbot.messages.cards import Card, Reply
from newsbot.messages.requests import Ask
from newsbot.platforms.discord.commands import command_list, focused_option, path_and_options
from tests.discord.command_limits import command_problems
from tests.shipped import shipped_library


@pytest.fixture(scope="module")
def menu() -> Menu:
    """The menu of the content that newsbot ships."""
    return build_menu(shipped_library())


async def answer(context: Context, ask: Ask) -> Reply:
    """An answer of a command that is no topic."""
    del context, ask
    return Reply(Card("t", ()))


def fixed(*path: str, options: tuple[Option, ...] = (), admin: bool = False) -> Command:
    """A command that is no topic."""
    return Command(path, f"What {' '.join(path)} does", answer, options, admin=admin)


def topic(name: str, briefs: Iterable[str] = ()) -> list[Command]:
    """The commands of a topic."""
    return [Command(path, "About it", topic_brief) for path in ((name,), *((name, brief) for brief in briefs))]


def names(payload: list[dict[str, Any]]) -> list[str]:
    return [command["name"] for command in payload]


def by_name(payload: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(each for each in payload if each["name"] == name)


# -- the list -----------------------------------------------------------------------------------------------------


def test_discord_takes_the_commands_of_the_shipped_content(menu: Menu) -> None:
    made = command_list(menu)
    assert command_problems(made.payload) == []
    assert names(made.payload) == list(menu.roots)
    assert made.left_out == ()
    assert [each["name"] for each in by_name(made.payload, "deepseek")["options"]][:4] == [
        "overview",
        "founder",
        "disruption",
        "prices",
    ]


def test_commands_can_be_used_in_servers_and_private_chats_and_by_whoever_installed_the_app(menu: Menu) -> None:
    for command in command_list(menu).payload:
        if command["name"] in {"settings", "digest"}:
            continue  # for administrators
        assert (command["type"], command["integration_types"], command["contexts"]) == (1, [0, 1], [0, 1, 2])
        assert command["default_member_permissions"] is None


def test_options_have_their_types_and_complete_where_names_are_known() -> None:
    kinds = (
        Option("topic", "topic", "Which topic"),
        Option("text", "text", "Any words", required=True),
        Option("loud", "yes-no", "Loudly"),
    )
    (command,) = command_list(Menu.of([fixed("say", options=kinds)])).payload
    shown = [(each["name"], each["type"], each["required"], each.get("autocomplete")) for each in command["options"]]
    assert shown == [
        ("text", 3, True, None),
        ("topic", 3, False, True),
        ("loud", 5, False, None),
        ("private", 5, False, None),
    ]


def test_a_command_for_administrators_is_offered_to_them_in_servers_alone() -> None:
    commands = [fixed("setup", "on", admin=True), fixed("setup", "off", admin=True)]
    commands += [fixed("digest", "set", admin=True), fixed("digest", "now")]
    setup, digest = command_list(Menu.of(commands)).payload
    assert (setup["default_member_permissions"], setup["contexts"]) == ("32", [0])
    # One subcommand for all opens the command; the dispatcher refuses the others.
    assert (digest["default_member_permissions"], digest["contexts"]) == (None, [0, 1, 2])


def test_digests_are_for_those_who_manage_the_server_and_for_everyone_in_a_conversation_with_newsbot(
    menu: Menu,
) -> None:
    digest = by_name(command_list(menu).payload, "digest")
    assert (digest["default_member_permissions"], digest["contexts"], digest["integration_types"]) == (
        "32",
        [0, 1],
        [0],
    )
    below = {each["name"]: {option["name"]: option for option in each["options"]} for each in digest["options"]}
    assert list(below)[:3] == ["list", "subscribe", "edit"]
    assert [name for name, option in below["subscribe"].items() if option.get("autocomplete")] == [
        "zone",
        "days",
        "topics",
    ]
    assert [choice["value"] for choice in below["edit"]["quiet"]["choices"]] == ["question", "skip"]
    assert (below["next"]["which"]["type"], below["next"]["which"]["min_value"]) == (4, 1)


def test_a_long_description_ends_at_a_word() -> None:
    (command,) = command_list(Menu.of([Command(("say",), "some words " * 20, answer)])).payload
    assert command["description"].endswith(("words…", "some…"))
    assert command_problems([command]) == []


def test_topics_beyond_a_hundred_commands_are_reached_by_brief() -> None:
    commands = [fixed("brief"), fixed("ask")]
    commands += [command for number in range(101) for command in topic(f"t{number}", ["one"])]
    made = command_list(Menu.of(commands))
    assert command_problems(made.payload) == []
    assert len(made.payload) == 100
    assert {"brief", "ask", "t0", "t97"} <= set(names(made.payload))
    assert len(made.left_out) == 3
    assert made.left_out[0] == (
        "Discord gets no command /t98: an app may have 100 commands; /brief topic:t98 answers there."
    )


def test_a_topic_with_too_many_briefs_is_reached_by_brief() -> None:
    briefs = [f"b{number}" for number in range(26)]
    made = command_list(Menu.of([*topic("wide", briefs), *topic("fits", briefs[:24]), fixed("brief")]))
    assert names(made.payload) == ["fits", "brief"]
    assert made.left_out == (
        "Discord gets no command /wide: it has 27 subcommands, and Discord shows 25; /brief topic:wide answers there.",
    )


@pytest.mark.parametrize("name", ["Tea", "a b", "t.e.a", "x" * 33, "tea!"])
def test_a_name_that_discord_refuses_is_reached_by_brief(name: str) -> None:
    made = command_list(Menu.of([*topic(name, ["one"]), *topic("tea", ["one", name]), fixed("brief")]))
    assert names(made.payload) == ["tea", "brief"]
    assert [each["name"] for each in made.payload[0]["options"]] == ["overview", "one"]
    assert len(made.left_out) == 2
    assert command_problems(made.payload) == []


@pytest.mark.parametrize("name", ["thé", "чай", "茶", "चाय", "ชา", "o'tea_1-2"])
def test_a_name_of_any_script_is_kept(name: str) -> None:
    made = command_list(Menu.of(topic(name)))
    assert (names(made.payload), made.left_out) == ([name], ())


def test_a_command_of_ours_that_discord_refuses_is_an_error() -> None:
    with pytest.raises(ValueError, match="Discord refuses the command"):
        command_list(Menu.of([fixed("Loud")]))


def test_the_hash_changes_with_what_the_commands_say_and_not_with_their_order() -> None:
    one, two = fixed("one"), fixed("two")
    first = command_list(Menu.of([one, two])).hash
    assert first == command_list(Menu.of([two, one])).hash
    assert first != command_list(Menu.of([one, fixed("two", admin=True)])).hash
    assert len(first) == 64


# -- interactions -------------------------------------------------------------------------------------------------


def called(command: dict[str, Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    """The data of interactions in which a person uses a command of the list: itself, or each subcommand."""
    subcommands = [option for option in command["options"] if option["type"] == 1]
    given = [{"type": 3, "name": name, "value": value} for name, value in values.items()]
    if not subcommands:
        return [{"name": command["name"], "options": given}]
    return [
        {"name": command["name"], "options": [{"type": 1, "name": each["name"], "options": given}]}
        for each in subcommands
    ]


def test_every_command_of_the_list_leads_back_to_the_menu(menu: Menu) -> None:
    reached = {
        path_and_options(data, menu)[0]
        for command in command_list(menu).payload
        for data in called(command, {"private": True})
    }
    # A topic whose first brief is its overview answers with it, so the topic alone needs no entry of its own.
    alone = {path for path in menu.commands if len(path) == 1 and (path[0], "overview") in menu.commands}
    alone |= {("digest",), ("news",)}  # each answers as its first subcommand does
    assert reached == set(menu.commands) - alone


@pytest.mark.parametrize(
    ("briefs", "own"),
    [(["one"], "overview"), (["one", "overview"], "start"), (["one", "overview", "start"], "all")],
)
def test_the_answer_of_a_topic_itself_has_a_name_that_no_brief_has(briefs: list[str], own: str) -> None:
    menu = Menu.of(topic("tea", briefs))
    (command,) = command_list(menu).payload
    assert [each["name"] for each in command["options"]] == [own, *briefs]
    paths = [path_and_options(data, menu)[0] for data in called(command, {})]
    assert paths == [("tea",), *(("tea", brief) for brief in briefs)]


def test_options_come_back_as_texts(menu: Menu) -> None:
    (data,) = called(
        {"name": "say", "options": []}, {"yes": True, "no": False, "n": 3, "x": 2.0, "y": 2.5, "t": "words"}
    )
    path, options = path_and_options(data, menu)
    assert path == ("say",)
    assert options == {"yes": "yes", "no": "no", "n": "3", "x": "2", "y": "2.5", "t": "words"}
    assert path_and_options({"name": "say"}, menu) == (("say",), {})


def test_a_subcommand_that_is_gone_comes_back_as_it_was_called(menu: Menu) -> None:
    data = {"name": "deepseek", "options": [{"type": 1, "name": "gone"}]}
    assert path_and_options(data, menu) == (("deepseek", "gone"), {})


def test_the_option_that_is_being_typed_is_found_within_subcommands() -> None:
    typed = {"type": 3, "name": "brief", "value": "co", "focused": True}
    other = {"type": 3, "name": "topic", "value": "deepseek"}
    assert focused_option({"name": "brief", "options": [other, typed]}) == ("brief", "co")
    assert focused_option({"name": "tea", "options": [{"type": 1, "name": "x", "options": [other, typed]}]}) == (
        "brief",
        "co",
    )
    assert focused_option({"name": "tea", "options": [other]}) is None
    assert focused_option({"name": "tea"}) is None


menus = st.lists(
    st.tuples(st.text(min_size=1, max_size=34), st.lists(st.text(min_size=1, max_size=34), max_size=28, unique=True)),
    max_size=4,
    unique_by=lambda made: made[0],
)


@given(menus)
def test_discord_takes_the_commands_of_any_topics(made: list[tuple[str, list[str]]]) -> None:
    menu = Menu.of(command for name, briefs in made for command in topic(name, briefs))
    commands = command_list(menu)
    assert command_problems(commands.payload) == []
    assert len(commands.payload) + len(commands.left_out) >= len(made)
    for command in commands.payload:
        for data in called(command, {}):
            assert path_and_options(data, menu)[0] in menu.commands
