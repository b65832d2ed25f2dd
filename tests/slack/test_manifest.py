"""The app manifest: what Slack takes, the least scopes that work, and the same text for the same menu."""

import json
import re
from pathlib import Path

import pytest

import newsbot.platforms.slack
from newsbot.commands.dispatcher import build_menu
from newsbot.commands.registry import Command, Context, Menu
from newsbot.messages.cards import Card, Reply
from newsbot.messages.requests import Ask
from newsbot.platforms.slack.manifest import (
    EVENTS,
    LOOKS,
    METHODS,
    OPTIONAL_SCOPES,
    SCOPES,
    left_out_commands,
    manifest,
    manifest_json,
    problems,
    scopes,
)
from tests.shipped import shipped_library
from tests.slack.limits import manifest_problems
from tests.slack.test_cards import check_golden

PUBLIC = "https://newsbot.example"


@pytest.fixture(scope="module")
def menu() -> Menu:
    """The menu of the content that ships."""
    return build_menu(shipped_library())


async def nothing(context: Context, ask: Ask) -> Reply:
    """A handler for commands that are only listed."""
    return Reply(Card(context.library.version, (), footer=ask.event_id))


def menu_of(*names: str) -> Menu:
    """A menu of commands with these names."""
    return Menu.of(Command((name,), "Something to ask", nothing) for name in names)


@pytest.mark.parametrize("public_url", [None, PUBLIC])
@pytest.mark.parametrize("with_direct_messages", [True, False])
def test_the_manifest_keeps_slacks_limits(menu: Menu, public_url: str | None, with_direct_messages: bool) -> None:
    made = manifest(menu, public_url=public_url, with_direct_messages=with_direct_messages)
    assert manifest_problems(made) == []
    assert problems(made) == ()


def test_manifests_are_as_their_golden_files_have_them(menu: Menu) -> None:
    check_golden("manifest-socket", manifest(menu, public_url=None))
    check_golden("manifest-http", manifest(menu, public_url=PUBLIC, token_rotation=True))


def test_every_root_of_the_menu_is_a_slash_command_with_its_summary(menu: Menu) -> None:
    listed = manifest(menu, public_url=None)["features"]["slash_commands"]
    assert {each["command"] for each in listed} == {f"/{root}" for root in menu.roots}
    assert listed[0]["command"] == "/newsbot"
    assert left_out_commands(menu) == ()
    by_name = {each["command"]: each for each in listed}
    assert by_name["/deepseek"]["usage_hint"].startswith("[overview | founder | disruption | ")
    assert by_name["/compare"]["usage_hint"] == "first [second]"
    assert by_name["/deepseek"]["description"] == menu.commands["deepseek",].summary


def test_addresses_stand_in_the_manifest_only_where_slack_calls_them(menu: Menu) -> None:
    socket, http = manifest(menu, public_url=None), manifest(menu, public_url=f"{PUBLIC}/")
    assert "https://" not in manifest_json(socket)
    assert socket["settings"]["socket_mode_enabled"] is True
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert set(re.findall(r"https://[^\"]+", manifest_json(http))) == {
        f"{PUBLIC}/slack/events",
        f"{PUBLIC}/slack/oauth_redirect",
    }


def test_the_methods_that_newsbot_calls_are_those_that_its_scopes_are_for() -> None:
    folder = Path(newsbot.platforms.slack.__file__).parent
    sources = [path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "manifest.py"]
    named = re.compile(r'"((?:apps|auth|chat|conversations|files|oauth|users|views)\.[A-Za-z][A-Za-z.0-9]*[A-Za-z])"')
    called = {method for source in sources for method in named.findall(source)}
    assert called == {*METHODS, *LOOKS}


def test_each_scope_is_used_and_each_use_has_its_scope() -> None:
    """Least privilege both ways; `commands` is what slash commands need by themselves."""
    used = {scope for scope, _ in EVENTS.values()} | set(METHODS.values()) | {"commands"}
    assert used - {""} == {*SCOPES, *OPTIONAL_SCOPES}
    assert not set(SCOPES) & set(OPTIONAL_SCOPES)
    reasons = [*SCOPES.values(), *OPTIONAL_SCOPES.values(), *(why for _, why in EVENTS.values())]
    assert all(reason.startswith("to ") for reason in reasons)


def test_no_scope_that_reads_history_is_required() -> None:
    asked = scopes()
    required = set(asked["bot"]) - set(asked["bot_optional"])
    assert required == set(SCOPES)
    assert not [scope for scope in required if scope.endswith(":history")]
    assert not [scope for scope in scopes(with_direct_messages=False)["bot"] if scope.endswith(":history")]


def test_without_direct_messages_nobody_is_invited_to_write_one(menu: Menu) -> None:
    made = manifest(menu, public_url=None, with_direct_messages=False)
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is True
    assert "message.im" not in made["settings"]["event_subscriptions"]["bot_events"]
    assert "im:history" not in manifest_json(made)
    usual = manifest(menu, public_url=None)
    assert usual["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "message.im" in usual["settings"]["event_subscriptions"]["bot_events"]


def test_every_method_that_the_code_calls_has_its_scope_listed() -> None:
    """A Web API method is called by its name with `_` for `.`: chat_postMessage, views_open, or by its dotted name."""
    folder = Path(__file__).parents[2] / "newsbot" / "platforms" / "slack"
    families = {method.partition(".")[0] for method in METHODS} | {"conversations", "reactions", "users", "team"}
    pattern = re.compile(rf"\.((?:{'|'.join(sorted(families))})_[a-zA-Z_0-9]+)\(|\"((?:chat|views)\.[a-zA-Z.]+)\"")
    called = set()
    for file in folder.glob("*.py"):
        called |= {a or b for a, b in pattern.findall(file.read_text(encoding="utf-8"))}
    known = set(METHODS) | {method.replace(".", "_") for method in METHODS} | {"files_upload_v2"}
    assert called <= known


def test_what_an_event_needs_is_missed_when_it_is_not_asked_for(menu: Menu) -> None:
    made = manifest(menu, public_url=None)
    made["oauth_config"]["scopes"]["bot"].remove("app_mentions:read")
    assert problems(made) == ("app_mention needs app_mentions:read",)


def test_what_an_installation_lacks_is_said_with_its_reason(menu: Menu) -> None:
    found = problems(manifest(menu, public_url=None), granted=["commands", "app_mentions:read"])
    assert found == (f"chat:write is not granted: {SCOPES['chat:write']}",)


def test_more_commands_than_slack_takes_are_asked_through_newsbot() -> None:
    crowded = menu_of(*(f"topic-{number}" for number in range(60)), "newsbot")
    made = manifest(crowded, public_url=None)
    assert manifest_problems(made) == []
    names = [each["command"] for each in made["features"]["slash_commands"]]
    assert len(names) == 50
    assert names[0] == "/newsbot"
    assert len(left_out_commands(crowded)) == 11
    expected = "/topic-59 gets no slash command (Slack allows 50 commands). Ask with /newsbot topic-59."
    assert left_out_commands(crowded)[-1] == expected


def test_a_name_that_slack_does_not_take_is_left_out_with_the_reason() -> None:
    long = "a" * 32
    strange = menu_of("newsbot", long, "Größe")
    assert manifest_problems(manifest(strange, public_url=None)) == []
    assert left_out_commands(strange) == (
        f"/{long} gets no slash command (Slack allows 32 characters). Ask with /newsbot {long}.",
        "/Größe gets no slash command (Slack allows small letters, digits, - and _ in a name). "
        "Ask with /newsbot Größe.",
    )


def test_the_text_is_stable_and_reads_back(menu: Menu) -> None:
    made = manifest(menu, public_url=PUBLIC)
    assert json.loads(manifest_json(made)) == made
    assert manifest_json(made) == manifest_json(manifest(menu, public_url=PUBLIC))
