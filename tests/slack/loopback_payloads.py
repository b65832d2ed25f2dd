"""What Slack tells an app: commands, interactions and events, as https://docs.slack.dev describes them."""

from collections.abc import Mapping
from typing import Any

from tests.slack.loopback_blocks import elements, with_ids
from tests.slack.loopback_records import Channel, Json, Message, User, View, Workspace
from tests.slack.loopback_views import view_payload
from tests.slack.loopback_world import World

VERIFICATION_TOKEN = "legacy-verification-token"


def command(world: World, space: Workspace, user: User, channel: Channel, name: str, text: str) -> Json:
    """The form of a slash command."""
    names = {"group": "privategroup", "im": "directmessage", "mpim": "privategroup"}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": space.id,
        "team_domain": space.name.lower(),
        "channel_id": channel.id,
        "channel_name": names.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url(channel, user.id),
        "trigger_id": world.new_trigger(space, user.id),
    }


def _interaction(kind: str, world: World, space: Workspace, user: User) -> Json:
    person = {"id": user.id, "username": user.name, "name": user.name, "team_id": space.id}
    return {
        "type": kind,
        "user": person,
        "api_app_id": world.app.id,
        "token": VERIFICATION_TOKEN,
        "team": {"id": space.id, "domain": space.name.lower()},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": world.new_trigger(space, user.id),
    }


def block_actions(
    world: World, space: Workspace, user: User, where: Message | View, what: str, chosen: str | None = None
) -> Json:
    """A press on the element of `where` whose action_id, value or label is `what`; `chosen` is the option picked."""
    body = _interaction("block_actions", world, space, user)
    blocks = with_ids(where.payload().get("blocks", []) if isinstance(where, Message) else where.body["blocks"])
    block, element = find_element(blocks, what)
    body["actions"] = [_action(block, element, chosen, world.new_ts())]
    body["state"] = {"values": initial_values(blocks)}
    if isinstance(where, View):
        view = view_payload(world, where, body["state"]["values"])
        return body | {"container": {"type": "view", "view_id": where.id}, "view": view}
    channel = space.channels[where.channel]
    body["channel"] = {"id": channel.id, "name": channel.name}
    ephemeral = where.ephemeral_to is not None
    body["container"] = {"type": "message", "message_ts": where.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    body["response_url"] = world.new_response_url(channel, user.id, where)
    if where.thread_ts:
        body["container"]["thread_ts"] = where.thread_ts
    return body if ephemeral else body | {"message": where.payload()}


def find_element(blocks: list[Json], what: str) -> tuple[Json, Json]:
    """The block and the interactive element that a person means by `what`; LookupError lists what there is."""
    offered = []
    for block in blocks:
        for _, element in elements(block):
            label = (element.get("text") or {}).get("text") if isinstance(element.get("text"), dict) else None
            names = [element.get("action_id"), element.get("value"), label]
            if what in names:
                return block, element
            offered.append(names)
    raise LookupError(f"nothing called {what!r} to press among {offered}")


def _action(block: Json, element: Json, chosen: str | None, at: str) -> Json:
    action: Json = {key: element[key] for key in ("type", "action_id", "value", "text", "style") if key in element}
    action |= {"block_id": block["block_id"], "action_ts": at}
    if chosen is not None:
        action["selected_option"] = _option(element, chosen)
    return action


def _option(element: Json, chosen: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", ())]
    options: list[Json] = element.get("options") or [option for group in groups for option in group]
    for option in options:
        if chosen in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"no option {chosen!r} among {[option['value'] for option in options]}")


def initial_values(blocks: list[Json]) -> Json:
    """The state of inputs nobody has touched."""
    values: Json = {}
    for block in blocks:
        for _, element in elements(block):
            if element.get("type") in ("button", "image", "overflow") or "action_id" not in element:
                continue
            values.setdefault(block["block_id"], {})[element["action_id"]] = entered(element, None)
    return values


def entered(element: Json, value: Any) -> Json:
    """What an input holds after a person gave `value`; None leaves its initial value."""
    kind = element["type"]
    if kind in ("static_select", "radio_buttons"):
        chosen = element.get("initial_option") if value is None else _option(element, value)
        return {"type": kind, "selected_option": chosen}
    if kind in ("multi_static_select", "checkboxes"):
        picked = element.get("initial_options", []) if value is None else [_option(element, item) for item in value]
        return {"type": kind, "selected_options": picked}
    for name in ("date", "time", "conversation", "channel", "user"):
        if kind in (f"{name}picker", f"{name}s_select"):
            return {"type": kind, f"selected_{name}": element.get(f"initial_{name}") if value is None else value}
    return {"type": kind, "value": element.get("initial_value") if value is None else value}


def view_submission(world: World, space: Workspace, user: User, view: View, values: Mapping[str, Any]) -> Json:
    """A filled-in modal; `values` by action_id or block_id, the rest as the app prefilled it."""
    blocks = with_ids(view.body["blocks"])
    state = initial_values(blocks)
    left = dict(values)
    for block in blocks:
        for _, element in elements(block):
            for name in (element.get("action_id"), block["block_id"]):
                if name in left:
                    state[block["block_id"]][element["action_id"]] = entered(element, left.pop(name))
    if left:
        raise LookupError(f"the view has no inputs called {sorted(left)}")
    body = _interaction("view_submission", world, space, user)
    return body | {"view": view_payload(world, view, state), "response_urls": []}


def view_closed(world: World, space: Workspace, user: User, view: View) -> Json:
    """A modal that was closed unsent."""
    body = _interaction("view_closed", world, space, user)
    del body["trigger_id"]
    return body | {"view": view_payload(world, view), "is_cleared": False}


def event_callback(world: World, space: Workspace, event: Json) -> Json:
    """The envelope around an event."""
    whose = {"enterprise_id": None, "team_id": space.id, "user_id": space.bot_user}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": space.id,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.clock()),
        "event_context": world.new_id("4-"),
        "is_ext_shared_channel": False,
        "authorizations": [whose | {"is_bot": True, "is_enterprise_install": False}],
    }


def spoken(kind: str, message: Message) -> Json:
    """The event of a person's message: app_mention, or message in a direct conversation."""
    event = {"type": kind, "user": message.user, "text": message.text, "ts": message.ts, "team": message.team}
    event |= {"channel": message.channel, "event_ts": message.ts}
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event if kind != "message" else event | {"channel_type": "im", "client_msg_id": f"id-{message.ts}"}
