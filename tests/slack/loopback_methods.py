"""The loopback Slack's Web API: who calls, with which scope, and the methods that are not about messages.

Names of errors and shapes of answers are those of https://docs.slack.dev/reference/methods.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.slack.loopback_faults import Call
from tests.slack.loopback_records import Channel, Grant, Json, Message, Refused, User, Workspace
from tests.slack.loopback_world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """A call with what its token stands for."""

    world: World
    args: Json
    grant: Grant
    space: Workspace

    def need(self, *scopes: str) -> None:
        """Refuse unless the token has one of `scopes`."""
        if not self.grant.scopes.intersection(scopes):
            provided = ",".join(sorted(self.grant.scopes))
            raise Refused("missing_scope", needed=",".join(scopes), provided=provided)

    def required(self, name: str) -> Any:
        """The argument called `name`; a call without it is refused."""
        value = self.args.get(name)
        if value in (None, ""):
            message = f"[ERROR] missing required field: {name}"
            raise Refused("invalid_arguments", response_metadata={"messages": [message]})
        return value

    def channel(self, name: str = "channel") -> Channel:
        """The conversation named by an argument, where the bot may know of it."""
        found = self.space.channels.get(str(self.args.get(name) or ""))
        if found is None or (found.kind != "channel" and self.space.bot_user not in found.members):
            raise Refused("channel_not_found")
        return found


Handler = Callable[[Caller], Json]

READ_SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
HISTORY_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}


def identify(world: World, call: Call, kind: str = "bot") -> Caller:
    """Whose token this is; refused in Slack's words where it is missing, unknown, revoked or expired."""
    if not call.token:
        raise Refused("not_authed")
    grant = world.grants.get(call.token)
    if grant is None:
        raise Refused("not_allowed_token_type" if call.token == world.app.app_token else "invalid_auth")
    if grant.error:
        raise Refused(grant.error)
    if grant.expires_at is not None and world.clock() >= grant.expires_at:
        raise Refused("token_expired")
    if grant.kind != kind:
        raise Refused("not_allowed_token_type")
    return Caller(world, call.args, grant, world.workspaces[grant.team])


def auth_test(caller: Caller) -> Json:
    space = caller.space
    url = f"https://{space.name.lower()}.slack.com/"
    return {
        "url": url,
        "team": space.name,
        "user": space.users[space.bot_user].name,
        "team_id": space.id,
        "user_id": space.bot_user,
        "bot_id": space.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(caller: Caller) -> Json:
    if str(caller.args.get("test")).lower() in ("1", "true"):
        return {"revoked": False}
    caller.world.revoke(caller.grant.token)
    return {"revoked": True}


def bots_info(caller: Caller) -> Json:
    caller.need("users:read")
    space = caller.space
    if caller.args.get("bot") not in (None, space.bot_id):
        raise Refused("bot_not_found")
    name = space.users[space.bot_user].name
    return {
        "bot": {
            "id": space.bot_id,
            "deleted": False,
            "name": name,
            "app_id": caller.world.app.id,
            "user_id": space.bot_user,
            "icons": {},
        }
    }


def users_info(caller: Caller) -> Json:
    caller.need("users:read")
    user = caller.space.users.get(str(caller.args.get("user") or ""))
    if user is None:
        raise Refused("user_not_found")
    return {"user": described(user)}


def described(user: User) -> Json:
    """A user object, as far as a bot has use for it."""
    profile = {"real_name": user.name.title(), "display_name": user.name}
    flags = {"is_admin": user.is_admin, "is_owner": user.is_owner, "is_bot": user.is_bot, "deleted": user.deleted}
    names = {"id": user.id, "team_id": user.team, "name": user.name, "real_name": user.name.title()}
    return {**names, "tz": user.tz, "locale": user.locale, "profile": profile, **flags}


def conversations_info(caller: Caller) -> Json:
    channel = caller.channel()
    caller.need(READ_SCOPES[channel.kind])
    return {"channel": conversation(caller.space, channel)}


def conversation(space: Workspace, channel: Channel) -> Json:
    """A conversation object; those with people in it carry no name."""
    body: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_general": channel.general,
        "context_team_id": channel.team,
    }
    if channel.kind == "im":
        return body | {"user": channel.person}
    return body | {"name": channel.name, "is_member": space.bot_user in channel.members}


def conversations_join(caller: Caller) -> Json:
    caller.need("channels:join")
    channel = caller.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    channel.members.add(caller.space.bot_user)
    return {"channel": conversation(caller.space, channel)}


def conversations_open(caller: Caller) -> Json:
    caller.need("im:write", "mpim:write")
    people = str(caller.args.get("users") or "").split(",")
    if any(person not in caller.space.users for person in people):
        raise Refused("user_not_found")
    if len(people) > 1:
        channel = caller.world.add_channel(caller.space, "mpdm", kind="mpim")
        channel.members = {*people, caller.space.bot_user}
    else:
        channel = caller.world.dm(caller.space, people[0])
    return {"channel": {"id": channel.id}}


def conversations_history(caller: Caller) -> Json:
    channel = caller.channel()
    caller.need(HISTORY_SCOPES[channel.kind])
    _member(caller, channel)
    roots = [message for message in channel.messages.values() if message.thread_ts in (None, message.ts)]
    return _page(caller, sorted(roots, key=_ts, reverse=True))


def conversations_replies(caller: Caller) -> Json:
    channel = caller.channel()
    caller.need(HISTORY_SCOPES[channel.kind])
    _member(caller, channel)
    root = str(caller.required("ts"))
    if root not in channel.messages:
        raise Refused("thread_not_found")
    return _page(caller, [m for m in channel.messages.values() if root in (m.ts, m.thread_ts)])


def _member(caller: Caller, channel: Channel) -> None:
    if caller.space.bot_user not in channel.members:
        raise Refused("not_in_channel")


def _ts(message: Message) -> tuple[int, ...]:
    return tuple(map(int, message.ts.split(".")))


def _page(caller: Caller, messages: list[Message]) -> Json:
    """The part of `messages` that oldest, latest, inclusive and limit ask for."""
    args = caller.args
    inclusive = str(args.get("inclusive")).lower() in ("1", "true")
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.000000")
    chosen = [m for m in messages if oldest < m.ts < latest or (inclusive and m.ts in (oldest, latest))]
    limit = int(args.get("limit") or 100)
    metadata = str(args.get("include_all_metadata")).lower() in ("1", "true")
    shown = [message.payload(metadata) for message in chosen[:limit]]
    return {"messages": shown, "has_more": len(chosen) > limit, "response_metadata": {"next_cursor": ""}}


METHODS: Mapping[str, Handler] = {
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "bots.info": bots_info,
    "users.info": users_info,
    "conversations.info": conversations_info,
    "conversations.join": conversations_join,
    "conversations.open": conversations_open,
    "conversations.history": conversations_history,
    "conversations.replies": conversations_replies,
}
