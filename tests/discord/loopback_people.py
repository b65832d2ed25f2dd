"""People on the loopback Discord: what they type, press and fill in, as the documented gateway events."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.discord.loopback_application import Application
from tests.discord.loopback_gateway import Gateway
from tests.discord.loopback_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    OPEN_MODAL,
    Interaction,
    Interactions,
)
from tests.discord.loopback_messages import MAX_FILE, Messages, walk
from tests.discord.loopback_objects import DM, Channel, Guild, Payload, User
from tests.discord.loopback_world import World

Value = str | int | float | bool
LINK_STYLE = 5
OPTION_TYPES: dict[type, int] = {str: 3, int: 4, bool: 5, float: 10}
SUBCOMMAND, GROUP = 1, 2
SELECTS = frozenset({3, 5, 6, 7, 8, 19, 22})
RESOLVED = {6: "users", 7: "channels", 8: "roles", 9: "users"}


class People:
    """The verbs of a person. Each returns once the event has left, an interaction's object with what comes back."""

    def __init__(
        self, world: World, gateway: Gateway, messages: Messages, interactions: Interactions, application: Application
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._messages = messages
        self._interactions = interactions
        self._application = application

    async def command(
        self,
        user: User,
        channel: Channel,
        path: Sequence[str],
        options: Mapping[str, Value] | None = None,
        *,
        as_user_install: bool = False,
    ) -> Interaction:
        """Use a slash command. Raises LookupError where commands are registered and none fits."""
        data = self._command_data(channel, path, options or {}, focused=None)
        return await self._interact(COMMAND, user, channel, data, None, as_user_install=as_user_install)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        path: Sequence[str],
        focused: str,
        typed: str,
        options: Mapping[str, Value] | None = None,
        *,
        as_user_install: bool = False,
    ) -> Interaction:
        """Type `typed` into the option `focused`, with other options filled in already."""
        data = self._command_data(channel, path, {**(options or {}), focused: typed}, focused=focused)
        return await self._interact(AUTOCOMPLETE, user, channel, data, None, as_user_install=as_user_install)

    async def click(
        self, user: User, message: Payload, custom_id: str, values: Sequence[str] = (), *, as_user_install: bool = False
    ) -> Interaction:
        """Press a button or pick from a select. Raises LookupError where a person would not find it."""
        current = self._messages.find(int(message["id"]))
        nodes = (n for n in walk(current["components"] if current else []) if n.get("custom_id") == custom_id)
        node = next(nodes, None)
        if current is None or node is None or node.get("disabled"):
            raise LookupError(f"no enabled component {custom_id!r} in the message as it stands")
        data: Payload = {"custom_id": custom_id, "component_type": node["type"], "id": node["id"]}
        if node["type"] != 2:
            data["values"] = _picked(node, values)
            data |= self._resolved({str(value): node["type"] + 1 for value in values} if node["type"] != 3 else {})
        channel = self._world.channels[int(current["channel_id"])]
        return await self._interact(COMPONENT, user, channel, data, current, as_user_install=as_user_install)

    async def submit_modal(
        self, user: User, opened: Interaction, values: Mapping[str, str | Sequence[str]]
    ) -> Interaction:
        """Fill in the modal that `opened` was answered with, by the fields' custom ids, and send it."""
        assert opened.callback is not None
        if opened.callback.type != OPEN_MODAL:
            raise LookupError("that interaction was not answered with a modal")
        modal = opened.callback.data
        unknown = set(values) - {node.get("custom_id") for node in walk(modal["components"])}
        if unknown:
            raise LookupError(f"the modal has no field {sorted(unknown)}")
        components = [_filled(node, values) for node in _numbered(modal["components"])]
        data: Payload = {"custom_id": modal["custom_id"], "components": components, "resolved": {}}
        return await self._interact(
            *(MODAL_SUBMIT, user, opened.channel, data, opened.message), as_user_install=opened.is_user_install
        )

    async def say(self, user: User, channel: Channel, text: str, *, reply_to: Payload | None = None) -> Payload:
        """Write a message. What the bot reads of it is up to its intents, as with Discord."""
        more: Payload = {}
        if reply_to:
            reference = {"message_id": reply_to["id"], "channel_id": reply_to["channel_id"], "type": 0}
            more = {"type": 19, "message_reference": reference, "referenced_message": reply_to}
        return await self._messages.create(channel, user, {"content": text}, {}, **more)

    async def join_guild(self, guild: Guild) -> None:
        """Add the bot to a guild: GUILD_CREATE as it comes outside a start, without the key `unavailable`."""
        guild.has_bot = True
        if self._world.bot.id not in guild.members:
            role = self._world.add_role(guild, self._world.bot.name, guild.default_permissions, managed=True)
            self._world.add_member(guild, self._world.bot, role)
        await self._gateway.dispatch("GUILD_CREATE", guild.create_payload(self._world.bot.id), guild.id)

    async def remove_guild(self, guild: Guild) -> None:
        """Take the bot out of a guild."""
        guild.has_bot = False
        await self._gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    async def remove_channel(self, channel: Channel) -> None:
        """Delete a channel or thread of a guild."""
        body = channel.payload()
        self._world.remove_channel(channel)
        event = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        await self._gateway.dispatch(event, body, channel.guild_id)

    async def _interact(
        self, kind: int, user: User, channel: Channel, data: Payload, message: Payload | None, *, as_user_install: bool
    ) -> Interaction:
        payload = self._surroundings(user, channel, as_user_install=as_user_install) | {"data": data}
        if message:
            payload["message"] = message
        interaction = self._interactions.open(kind, user, channel, payload, message)
        interaction.sent_at = time.perf_counter()
        has_bot = channel.guild is not None and channel.guild.has_bot
        await self._gateway.dispatch("INTERACTION_CREATE", payload, channel.guild_id if has_bot else None)
        return interaction

    def _surroundings(self, user: User, channel: Channel, *, as_user_install: bool) -> Payload:
        """What every interaction says of its place and its person."""
        guild = channel.guild
        place = channel.payload() | {"permissions": str(self._world.permissions(user, channel))}
        owners = {"1": str(user.id)} if as_user_install else {"0": str(guild.id) if guild else "0"}
        body: Payload = {
            "application_id": str(self._world.application_id),
            "channel": place,
            "channel_id": str(channel.id),
            "locale": user.locale,
            "app_permissions": str(self._app_permissions(user, channel, as_user_install=as_user_install)),
            "authorizing_integration_owners": owners,
            "context": 0 if guild else 1 if channel.type == DM else 2,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": MAX_FILE,
        }
        if guild is None:
            return body | {"user": user.payload()}
        member = guild.members[user.id].payload(self._world.permissions(user, channel))
        partial = {"id": str(guild.id), "locale": guild.locale, "features": []}
        return body | {"member": member, "guild_id": str(guild.id), "guild": partial, "guild_locale": guild.locale}

    def _app_permissions(self, user: User, channel: Channel, *, as_user_install: bool) -> int:
        """The app's permissions; where only the user installed it, it can do no more than that user."""
        who = user if as_user_install and channel.guild and not channel.guild.has_bot else self._world.bot
        return self._world.permissions(who, channel)

    def _command_data(
        self, channel: Channel, path: Sequence[str], options: Mapping[str, Value], *, focused: str | None
    ) -> Payload:
        registered = self._application.find(channel.guild_id, path[0])
        if registered is None and any(self._application.commands.values()):
            raise LookupError(f"no command /{path[0]} is registered")
        data: Payload = {"id": str(self._world.ids.next()), "name": path[0], "type": 1}
        if registered:
            data["id"] = registered["id"]
            data |= {"guild_id": registered["guild_id"]} if "guild_id" in registered else {}
        node: Payload | None = registered
        at = data
        for depth, name in enumerate(path[1:], start=1):
            node = _child(node, name)
            kind = node["type"] if node else GROUP if depth < len(path) - 1 else SUBCOMMAND
            below: Payload = {"name": name, "type": kind, "options": []}
            at["options"], at = [below], below
        at["options"] = [_given(node, name, value, focused) for name, value in options.items()]
        if node and focused is None:
            _check_required(node, options)
        return data | self._resolved({str(option["value"]): option["type"] for option in at["options"]})

    def _resolved(self, wanted: Mapping[str, int]) -> Payload:
        """The `resolved` objects of users, channels and roles that were picked, by option type."""
        roles = {str(role.id): role for guild in self._world.guilds.values() for role in guild.roles.values()}
        users = {str(user.id): user for user in self._world.users.values()}
        channels = {str(channel.id): channel for channel in self._world.channels.values()}
        known: Mapping[str, Mapping[str, Any]] = {"users": users, "channels": channels, "roles": roles}
        found: Payload = {}
        for value, kind in wanted.items():
            name = RESOLVED.get(kind, "")
            if value in known.get(name, ()):
                found.setdefault(name, {})[value] = known[name][value].payload()
        return {"resolved": found} if found else {}


def _child(node: Payload | None, name: str) -> Payload | None:
    """An option of a registered command. Raises LookupError where it has none of that name."""
    if node is None:
        return None
    for option in node.get("options") or ():
        if option["name"] == name:
            return dict(option)
    raise LookupError(f"the registered command has no option {name!r}")


def _given(node: Payload | None, name: str, value: Value, focused: str | None) -> Payload:
    option = _child(node, name)
    given: Payload = {"name": name, "type": option["type"] if option else OPTION_TYPES[type(value)], "value": value}
    return given | {"focused": True} if name == focused else given


def _check_required(node: Payload, options: Mapping[str, Value]) -> None:
    for option in node.get("options") or ():
        if option.get("required") and option["name"] not in options:
            raise LookupError(f"the option {option['name']!r} is required")
        if option["type"] in (SUBCOMMAND, GROUP):
            raise LookupError("a command with subcommands cannot be used by itself")


def _picked(node: Payload, values: Sequence[str]) -> list[str]:
    """What was picked. Raises LookupError for a value the select does not offer."""
    offered = {option["value"] for option in node.get("options") or ()}
    if offered and not offered.issuperset(values):
        raise LookupError(f"the select offers {sorted(offered)}")
    return list(values)


def _numbered(components: list[Payload]) -> Iterator[Payload]:
    """The components with the ids Discord gives where there are none."""
    for number, node in enumerate(walk(components), start=1):
        node.setdefault("id", number)
    return iter(components)


def _filled(node: Payload, values: Mapping[str, str | Sequence[str]]) -> Payload:
    """What a modal's component becomes when it is sent: a label or row around an input, or a text."""
    body: Payload = {"type": node["type"], "id": node["id"]}
    if "component" in node:
        return body | {"component": _filled(node["component"], values)}
    if node["type"] == 1:
        return body | {"components": [_filled(child, values) for child in node["components"]]}
    if "custom_id" not in node:
        return body
    body["custom_id"] = node["custom_id"]
    value = values.get(node["custom_id"], node.get("value") or "")
    if node["type"] in SELECTS:
        return body | {"values": [value] if isinstance(value, str) and value else list(value)}
    return body | {"value": value}
