"""The app manifest, made from the menu: slash commands, scopes each with its reason, events, and how Slack reaches us.

The least that works is required: commands, mentions, posting. Everything else is an optional scope, which whoever
installs the app can decline (`bot_optional`, https://docs.slack.dev/changelog/2026/03/16/optional-scopes); newsbot then
does without. Slack delivers `message.im` only with `im:history`: so direct messages are on by default but optional, and
no scope that reads history is ever required. Limits: https://docs.slack.dev/reference/app-manifest and its published
schema, slackapi/manifest-schema.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from newsbot.commands.builtin.briefs import topic_brief
from newsbot.commands.registry import PRIVATE, Command, Menu

MAX_COMMANDS = 50
MAX_NAME = 32  # with its slash
MAX_DESCRIPTION = 2_000
MAX_HINT = 1_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_SHOWN_BRIEFS = 6

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to be asked by a mention",
    "chat:write": "to answer, to change an answer when a button is pressed, and to delete it when asked to",
    "commands": "to be asked by a slash command",
}
OPTIONAL_SCOPES: Mapping[str, str] = {
    "files:read": "to see when a chart that newsbot uploaded is ready to be shown; without it charts are tables",
    "files:write": "to upload charts where no public address serves them; without it charts are tables",
    "im:history": "to read what is written to newsbot in its direct messages; without it, slash commands work there",
    "users:read": "to know time zones and administrators; without it newsbot asks for the zone, and nobody administers",
}
DIRECT_MESSAGES = "im:history"

# What newsbot listens to: the scope that Slack demands for it ("" for none), and why.
EVENTS: Mapping[str, tuple[str, str]] = {
    "app_home_opened": ("", "to fill the Home tab when someone opens it"),
    "app_mention": ("app_mentions:read", "to answer a mention like /ask"),
    "app_uninstalled": ("", "to forget a workspace that removed newsbot"),
    "message.im": ("im:history", "to answer a direct message like /ask"),
    "tokens_revoked": ("", "to stop posting where newsbot may not any more"),
}
# What newsbot calls: the bot scope that Slack demands for it ("" for none).
METHODS: Mapping[str, str] = {
    "apps.connections.open": "",  # with the app-level token, whose own scope is connections:write
    "auth.test": "",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "oauth.v2.access": "",
    "users.info": "users:read",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
}
# Called only where whoever installed the app granted one of these scopes beyond the manifest: to look before posting,
# and to find a message of which it is not known whether it stands. newsbot asks for none of them.
LOOKS: Mapping[str, tuple[str, ...]] = {
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
}


def manifest(
    menu: Menu,
    *,
    public_url: str | None,
    with_direct_messages: bool = True,
    token_rotation: bool = False,
) -> dict[str, Any]:
    """The manifest for HTTP at `public_url`, or for Socket Mode where there is none.

    `token_rotation` is for OAuth installations only; Slack cannot take it back for an app.
    """
    base = public_url.rstrip("/") if public_url else None
    events_url = {"request_url": f"{base}/slack/events"} if base else {}
    events = [name for name in EVENTS if with_direct_messages or EVENTS[name][0] != DIRECT_MESSAGES]
    redirect = {"redirect_urls": [f"{base}/slack/oauth_redirect"]} if base else {}
    return {
        "display_information": _DISPLAY,
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": not with_direct_messages,
            },
            "bot_user": {"display_name": "newsbot", "always_online": True},
            "slash_commands": [_command(menu, root, events_url.get("request_url")) for root in listed_commands(menu)],
        },
        "oauth_config": {**redirect, "scopes": scopes(with_direct_messages)},
        "settings": {
            "event_subscriptions": {**events_url, "bot_events": events},
            "interactivity": {"is_enabled": True, **events_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": base is None,
            "token_rotation_enabled": token_rotation,
        },
    }


_DISPLAY = {
    "name": "newsbot",
    "description": "AI market events, explained with their sources.",
    "long_description": (
        "newsbot explains AI market events in your channels. Ask with a slash command, a mention or a message and get "
        "a short brief with a chart. Each number comes with its source, its date and what it leaves out; where sources "
        "disagree, newsbot shows each value with who gives it. It is explanation, not investment advice."
    ),
    "background_color": "#1f3a5f",
}


def scopes(with_direct_messages: bool = True) -> dict[str, list[str]]:
    """The bot scopes of the manifest, and which of them can be declined."""
    optional = [scope for scope in OPTIONAL_SCOPES if with_direct_messages or scope != DIRECT_MESSAGES]
    return {"bot": sorted([*SCOPES, *optional]), "bot_optional": optional}


def listed_commands(menu: Menu) -> list[str]:
    """The commands that get a slash command: `newsbot` first, then those that do things, then topics."""
    usable = [root for root in menu.roots if _NAME.match(root) and len(root) < MAX_NAME]
    in_order = sorted(usable, key=lambda root: (root != "newsbot", menu.roots[root][0].handler is topic_brief))
    return in_order[:MAX_COMMANDS]


def left_out_commands(menu: Menu) -> tuple[str, ...]:
    """A sentence for each command that Slack has no slash command for, with the way to ask for it."""
    shown = set(listed_commands(menu))
    return tuple(
        f"/{root} gets no slash command ({_reason(root)}). Ask with /newsbot {root}."
        for root in menu.roots
        if root not in shown
    )


def _reason(root: str) -> str:
    if not _NAME.match(root):
        return "Slack allows small letters, digits, - and _ in a name"
    if len(root) >= MAX_NAME:
        return f"Slack allows {MAX_NAME} characters"
    return f"Slack allows {MAX_COMMANDS} commands"


def _command(menu: Menu, root: str, url: str | None) -> dict[str, Any]:
    command = menu.find((root,)) or menu.roots[root][0]
    hint = _hint(menu, command)[:MAX_HINT]
    return {
        "command": f"/{root}",
        **({"url": url} if url else {}),
        "description": command.summary[:MAX_DESCRIPTION],
        **({"usage_hint": hint} if hint else {}),
        # Names of people and channels stay as they were typed: none of them is an argument.
        "should_escape": False,
    }


def _hint(menu: Menu, command: Command) -> str:
    """What may follow the command: the first briefs of a topic by name, options otherwise."""
    below = [each.path[1] for each in menu.roots[command.path[0]] if len(each.path) > 1]
    if below:
        more = " | …" if len(below) > _SHOWN_BRIEFS else ""
        return f"[{' | '.join(below[:_SHOWN_BRIEFS])}{more}]"
    listed = (option for option in command.options if option != PRIVATE)
    return " ".join(option.name if option.required else f"[{option.name}]" for option in listed)


def manifest_json(made: Mapping[str, Any]) -> str:
    """The manifest as JSON text, always the same for the same menu."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def problems(made: Mapping[str, Any], granted: Iterable[str] = ()) -> tuple[str, ...]:
    """What a manifest subscribes to without asking for the scope; with `granted`, the scopes an installation lacks."""
    asked = set(made["oauth_config"]["scopes"]["bot"])
    events = made["settings"]["event_subscriptions"]["bot_events"]
    found = [f"{name} needs {EVENTS[name][0]}" for name in events if EVENTS[name][0] and EVENTS[name][0] not in asked]
    has = set(granted)
    missing = [f"{scope} is not granted: {SCOPES[scope]}" for scope in SCOPES if has and scope not in has]
    return (*found, *missing)
