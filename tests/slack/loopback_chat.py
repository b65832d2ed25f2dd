"""The loopback Slack's messages: chat.* of the Web API, answers to commands, and response URLs."""

from collections.abc import Mapping
from typing import Any

from tests.slack.loopback_blocks import TOTAL_CHARACTERS, faults_in, total_characters
from tests.slack.loopback_methods import Caller, Handler
from tests.slack.loopback_records import Channel, Json, Message, Refused, ResponseUrl
from tests.slack.loopback_world import World

RESPONSE_USES = 5
POST_CHARACTERS = 40_000
METADATA_KEYS = {"event_type", "event_payload"}


def checked_content(world: World, team: str, args: Json) -> tuple[str, list[Json]]:
    """Text and blocks of a message, after Slack's rules; refuses what Slack refuses."""
    text, blocks = args.get("text") or "", args.get("blocks")
    if not text and not blocks and not args.get("attachments"):
        raise Refused("no_text")
    if world.strict:
        if len(text) > POST_CHARACTERS:
            raise Refused("msg_too_long")
        if blocks:
            check_blocks(world, team, blocks)
        check_metadata(args.get("metadata"))
    return text, blocks or []


def check_blocks(world: World, team: str, blocks: Any) -> None:
    """Refuse blocks that break a rule: unreadable, too long together, or any single fault."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    found = faults_in(blocks, file_usable=lambda file: usable(world, team, file))
    if found:
        messages = [f"[ERROR] {fault}" for fault in found]
        raise Refused("invalid_blocks", errors=found, response_metadata={"messages": messages})
    if total_characters(blocks) > TOTAL_CHARACTERS:
        raise Refused("msg_blocks_too_long")


def usable(world: World, team: str, reference: Json) -> bool:
    """Whether a slack_file object names a file of this workspace that is processed."""
    file = world.files.get(str(reference.get("id") or str(reference.get("url")).rsplit("/", 1)[-1]))
    return file is not None and file.team == team and world.file_usable(file)


def check_metadata(metadata: Any) -> None:
    """Refuse metadata of another shape than Slack's."""
    if metadata is not None and not (isinstance(metadata, dict) and metadata.keys() >= METADATA_KEYS):
        raise Refused("invalid_metadata_format")


def destination(caller: Caller) -> Channel:
    """Where a post goes: an id, a person's id (their direct conversation) or a #name."""
    wanted = str(caller.required("channel"))
    if wanted in caller.space.users:
        return caller.world.dm(caller.space, wanted)
    if wanted not in caller.space.channels:
        named = [c.id for c in caller.space.channels.values() if c.kind != "im" and c.name == wanted.lstrip("#")]
        caller.args["channel"] = named[0] if named else wanted
    return caller.channel()


def writable(caller: Caller, channel: Channel) -> None:
    """Refuse where the bot may not post."""
    if channel.archived:
        raise Refused("is_archived")
    if caller.space.bot_user not in channel.members and "chat:write.public" not in caller.grant.scopes:
        raise Refused("not_in_channel")
    if channel.restricted:
        raise Refused("restricted_action")


def throttle(world: World, channel: Channel) -> None:
    """About one message a channel and interval, when the limiter is on: the interval's end as Retry-After."""
    if world.channel_interval is None:
        return
    now = world.clock()
    free_at = world.channel_next.get(channel.id, 0.0)
    if now < free_at:
        raise Refused("ratelimited", 429, {"Retry-After": str(max(1, round(free_at - now)))})
    world.channel_next[channel.id] = now + world.channel_interval


def post_message(caller: Caller) -> Json:
    caller.need("chat:write")
    channel = destination(caller)
    writable(caller, channel)
    _, blocks = checked_content(caller.world, channel.team, caller.args)
    throttle(caller.world, channel)
    message = caller.world.bot_message(channel, caller.args, blocks)
    return {"channel": channel.id, "ts": message.ts, "message": message.payload(metadata=True)}


def post_ephemeral(caller: Caller) -> Json:
    caller.need("chat:write")
    channel = destination(caller)
    writable(caller, channel)
    reader = str(caller.required("user"))
    if reader not in channel.members:
        raise Refused("user_not_in_channel")
    _, blocks = checked_content(caller.world, channel.team, caller.args)
    return {"message_ts": caller.world.bot_message(channel, caller.args, blocks, reader).ts}


def own_message(caller: Caller, refusal: str) -> Message:
    """The bot's message that channel and ts name; ephemeral ones cannot be found this way."""
    message = caller.channel().messages.get(str(caller.required("ts")))
    if message is None:
        raise Refused("message_not_found")
    if message.user != caller.space.bot_user:
        raise Refused(refusal)
    return message


def update(caller: Caller) -> Json:
    caller.need("chat:write")
    world, message = caller.world, own_message(caller, "cant_update_message")
    if world.edit_window is not None and world.clock() - message.sent_at >= world.edit_window:
        raise Refused("edit_window_closed")
    text, blocks = checked_content(world, message.team, caller.args)
    if "metadata" in caller.args:
        message.metadata = caller.args["metadata"]
    message.replace(text or message.text, blocks, world.new_ts())
    body = message.payload(metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": body}


def delete(caller: Caller) -> Json:
    caller.need("chat:write")
    message = own_message(caller, "cant_delete_message")
    del caller.space.channels[message.channel].messages[message.ts]
    return {"channel": message.channel, "ts": message.ts}


def answer_command(world: World, channel: Channel, user: str, body: Json) -> Message | None:
    """The message that the body of a command's ack makes; None when it says nothing."""
    if not body.get("text") and not body.get("blocks") and not body.get("attachments"):
        return None
    _, blocks = checked_content(world, channel.team, body)
    reader = None if body.get("response_type") == "in_channel" else user
    return world.bot_message(channel, body, blocks, reader)


def respond(world: World, key: str, body: Json) -> Message | None:
    """Use a response_url: post, replace or delete; the message as it stands afterwards, None when it is gone."""
    place = world.response_urls.get(key)
    if place is None or world.clock() >= place.expires_at:
        raise Refused("expired_url", 404)
    if place.uses >= RESPONSE_USES:
        raise Refused("used_url", 404)
    channel = world.workspaces[place.team].channels[place.channel]
    if body.get("delete_original"):
        place.uses += 1
        _remove(world, channel, place)
        return None
    _, blocks = checked_content(world, channel.team, body)
    place.uses += 1
    if body.get("replace_original") and place.message is not None:
        place.message.args = body
        place.message.replace(body.get("text") or "", blocks, world.new_ts())
        return place.message
    reader = None if body.get("response_type") == "in_channel" else place.user
    return world.bot_message(channel, body, blocks, reader)


def _remove(world: World, channel: Channel, place: ResponseUrl) -> None:
    if place.message is None:
        return
    if place.message in world.ephemerals:
        world.ephemerals.remove(place.message)
    channel.messages.pop(place.message.ts, None)


METHODS: Mapping[str, Handler] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
