"""What newsbot may do in a Discord channel, what it needs for what, and the address that invites it with just that.

The arithmetic: https://docs.discord.com/developers/topics/permissions.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from discord import Permissions

from newsbot.messages.platform import Capabilities

# Each feature with the permissions that it needs, by the names that discord.py gives them.
FEATURES: Mapping[str, tuple[str, ...]] = {
    "see the channels it posts in": ("view_channel",),
    "post digests and answers to mentions": ("send_messages",),
    "show charts in posts": ("attach_files",),
    "continue a long post in its thread": ("create_public_threads", "send_messages_in_threads"),
}
NEEDED = Permissions(**{name: True for names in FEATURES.values() for name in names})
SCOPES = ("bot", "applications.commands")
# As Discord's own settings call them, for the sentence that says what to allow.
SHOWN_NAMES: Mapping[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
FORUM = 15
THREADS = frozenset({10, 11, 12})
WITH_THREADS = frozenset({0, 5})  # text and announcement channels: a thread hangs on one of their messages
DIRECT = frozenset({1, 3})
_ROLE, _MEMBER = 0, 1


def invite_url(application_id: str) -> str:
    """The address with which an administrator adds newsbot to a server, with exactly the permissions it needs."""
    asked = {"client_id": application_id, "scope": " ".join(SCOPES), "permissions": str(NEEDED.value)}
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"


def in_channel(
    guild: Mapping[str, Any], member: Mapping[str, Any], channel: Mapping[str, Any], member_id: str
) -> Permissions:
    """A member's permissions in a channel, from the server with its roles, the member, and the channel's overwrites."""
    if str(guild.get("owner_id")) == member_id:
        return Permissions.all()
    roles = {str(role["id"]): Permissions(int(role["permissions"])) for role in guild["roles"]}
    held = [str(guild["id"]), *(str(role) for role in member["roles"])]
    base = Permissions.none()
    for role in held:
        base |= roles.get(role, Permissions.none())
    if base.administrator:
        return Permissions.all()
    return _overwritten(base, channel.get("permission_overwrites") or (), str(guild["id"]), held, member_id)


def _overwritten(
    base: Permissions, overwrites: Sequence[Mapping[str, Any]], everyone: str, held: Sequence[str], member_id: str
) -> Permissions:
    """First everyone's, then all roles' together, then the member's own."""
    of_roles = [each for each in overwrites if int(each["type"]) == _ROLE and str(each["id"]) in held]
    steps = (
        [each for each in of_roles if str(each["id"]) == everyone],
        [each for each in of_roles if str(each["id"]) != everyone],
        [each for each in overwrites if int(each["type"]) == _MEMBER and str(each["id"]) == member_id],
    )
    value = base.value
    for step in steps:
        denied = allowed = 0
        for each in step:
            denied |= int(each.get("deny") or 0)
            allowed |= int(each.get("allow") or 0)
        value = (value & ~denied) | allowed
    return Permissions(value)


def abilities_of(allowed: Permissions, kind: int, channel_name: str) -> Capabilities:
    """What these permissions mean in a channel of that kind, with the one thing to change where it cannot post."""
    sending = "send_messages_in_threads" if kind in THREADS else "send_messages"
    may_post = allowed.view_channel and getattr(allowed, sending)
    may_branch = kind in {*WITH_THREADS, FORUM} and allowed.create_public_threads and allowed.send_messages_in_threads
    missing = [name for name in ("view_channel", sending) if not getattr(allowed, name)]
    return Capabilities(
        post=bool(may_post),
        pictures=bool(may_post and allowed.attach_files),
        edit=bool(may_post),
        threads=bool(may_post and may_branch),
        fix=allow(missing, channel_name) if missing else "",
    )


def missing_in(allowed: Permissions, kind: int) -> tuple[str, ...]:
    """What newsbot needs in a channel of that kind and lacks, by discord.py's names."""
    needed = {name for names in FEATURES.values() for name in names}
    if kind in THREADS:
        needed -= {"send_messages", "create_public_threads"}
    return tuple(name for name in SHOWN_NAMES if name in needed and not getattr(allowed, name))


def allow(missing: Sequence[str], channel_name: str) -> str:
    """The sentence that says what to allow: "Allow Attach Files in #ai-news."."""
    names = [SHOWN_NAMES[name] for name in missing]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"Allow {listed} in {channel_name}."
