"""The messages of the loopback Discord: made, edited and deleted, with attachments, mentions and nonces."""

import mimetypes
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tests.discord.loopback_gateway import Gateway
from tests.discord.loopback_objects import Channel, Payload, User
from tests.discord.loopback_rules import (
    COMPONENTS_V2,
    EPHEMERAL,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    check_message,
)
from tests.discord.loopback_wire import ApiError, Problems, Request, Upload, refusal
from tests.discord.loopback_world import World

LOADING = 1 << 7
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
MAX_FILE = 10 * 1024 * 1024
USER_MENTION = re.compile(r"<@!?(\d+)>")


class Messages:
    """Every message that exists. Ephemeral ones are known by id only; no channel lists them."""

    def __init__(self, world: World, gateway: Gateway, *, strict: bool, nonce_window: float) -> None:
        self._world = world
        self._gateway = gateway
        self._strict = strict
        self._nonce_window = nonce_window
        self._all: dict[int, Payload] = {}
        self.files: dict[int, Upload] = {}
        self.files_url = ""

    def get(self, message_id: int, channel: Channel | None = None) -> Payload:
        """A message, where it must stand in `channel` if one is given. Raises 10008."""
        found = channel.messages.get(message_id) if channel else self._all.get(message_id)
        if found is None:
            raise refusal(10008)
        return found

    def find(self, message_id: int | None) -> Payload | None:
        """A message that still stands, also an ephemeral one."""
        return self._all.get(message_id) if message_id else None

    def repeated(self, channel: Channel, body: Payload) -> Payload | None:
        """The message that `nonce` with `enforce_nonce` names already. Raises 10008 if it was deleted since."""
        if body.get("nonce") is None or not body.get("enforce_nonce"):
            return None
        message_id, at = channel.nonces.get(str(body["nonce"]), (0, 0.0))
        if not message_id or self._world.clock.now() - at > self._nonce_window:
            return None
        return self.get(message_id, channel)

    def put(self, channel: Channel, message: Payload) -> None:
        """Let a whole message stand in a channel, as if it had been sent long ago."""
        self._remember(channel, message, {})

    async def create(
        self, channel: Channel, author: User, body: Payload, files: Mapping[int, Upload], **more: Any
    ) -> Payload:
        """Make a message. `more` are fields only some have: an interaction's answer, a forum's first post."""
        flags = int(body.get("flags") or 0) & (SETTABLE | EPHEMERAL) | more.pop("flags", 0)
        if self._strict:
            check_message(body, flags, len(files))
        if not (
            flags & LOADING or files or any(body.get(name) for name in ("content", "embeds", "components", "poll"))
        ):
            raise refusal(50006)
        message: Payload = {
            "id": str(self._world.ids.next()),
            "channel_id": str(channel.id),
            "author": author.payload(),
            "type": 0,
            "content": body.get("content") or "",
            "embeds": body.get("embeds") or [],
            "flags": flags,
            "timestamp": self._world.clock.stamp(),
            "edited_timestamp": None,
            "tts": bool(body.get("tts")),
            "pinned": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            **_reply_to(channel, body),
            **more,
        }
        self._fill(message, self._prepared(message, body, files, []), body)
        self._remember(channel, message, body)
        await self._publish("MESSAGE_CREATE", channel, message)
        return message

    async def edit(
        self, message: Payload, body: Payload, files: Mapping[int, Upload], *, was_loading: bool = False
    ) -> Payload:
        """Change what `body` names and keep the rest; the flag of Components V2 stays once set."""
        flags = message["flags"] & ~LOADING
        if body.get("flags") is not None:
            flags = flags & ~SUPPRESS_EMBEDS | int(body["flags"]) & SETTABLE
        legacy = {name: message[name] for name in ("content", "embeds") if name not in body}
        if self._strict:
            check_message({**legacy, **body}, flags, len(files))
        prepared = self._prepared(
            message, {"components": message["components"], **body}, files, self._kept(message, body)
        )
        message["flags"] = flags
        message["content"] = (body["content"] or "") if "content" in body else message["content"]
        message["embeds"] = (body["embeds"] or []) if "embeds" in body else message["embeds"]
        if not was_loading:
            message["edited_timestamp"] = self._world.clock.stamp()
        self._fill(message, prepared, body)
        await self._publish("MESSAGE_UPDATE", self._world.channels[int(message["channel_id"])], message)
        return message

    async def delete(self, message: Payload) -> None:
        """Remove a message for good; its nonce stays known."""
        channel = self._world.channels[int(message["channel_id"])]
        self._all.pop(int(message["id"]), None)
        if channel.messages.pop(int(message["id"]), None):
            gone = {"id": message["id"], "channel_id": message["channel_id"]}
            await self._gateway.dispatch_in("MESSAGE_DELETE", channel, gone)

    def _remember(self, channel: Channel, message: Payload, body: Payload) -> None:
        message_id = int(message["id"])
        self._all[message_id] = message
        if message["flags"] & EPHEMERAL:
            return
        channel.messages[message_id] = message
        if (nonce := body.get("nonce")) is not None:
            message["nonce"] = nonce
            channel.nonces[str(nonce)] = (message_id, self._world.clock.now())

    async def _publish(self, event: str, channel: Channel, message: Payload) -> None:
        if not message["flags"] & EPHEMERAL:
            await self._gateway.dispatch_message(event, channel, message)

    def _kept(self, message: Payload, body: Payload) -> list[Payload]:
        """The attachments that an edit keeps: those it lists, or all when it lists none."""
        if body.get("attachments") is None:
            return list(message["attachments"])
        listed = {str(entry.get("id")) for entry in body["attachments"]}
        return [entry for entry in message["attachments"] if entry["id"] in listed]

    def _prepared(
        self, message: Payload, body: Payload, files: Mapping[int, Upload], kept: list[Payload]
    ) -> tuple[list[Payload], list[Payload]]:
        """Attachments and components as they will stand. Raises before anything of the message has changed."""
        attachments = [*kept, *self._attach(int(message["channel_id"]), body, files)]
        components: list[Payload] = copied(body.get("components") or [])
        _resolve(components, attachments)
        return attachments, components

    def _fill(self, message: Payload, prepared: tuple[list[Payload], list[Payload]], body: Payload) -> None:
        message["attachments"], message["components"] = prepared
        self._mention(message, body)

    def _attach(self, channel_id: int, body: Payload, files: Mapping[int, Upload]) -> Iterator[Payload]:
        described = {str(entry.get("id")): entry for entry in body.get("attachments") or ()}
        for number, upload in files.items():
            if len(upload.data) > MAX_FILE:
                raise refusal(40005)
            entry, file_id = described.get(str(number), {}), self._world.ids.next()
            name = entry.get("filename") or upload.filename
            kind = mimetypes.guess_type(name)[0] or upload.content_type
            self.files[file_id] = Upload(name, upload.data, kind)
            url = f"{self.files_url}/{channel_id}/{file_id}/{quote(name)}"
            made = {"id": str(file_id), "filename": name, "size": len(upload.data), "content_type": kind}
            if entry.get("description"):
                made["description"] = entry["description"]
            if kind.startswith("image/"):
                made |= {"width": 800, "height": 400}
            yield made | {"url": url, "proxy_url": url}

    def _mention(self, message: Payload, body: Payload) -> None:
        """Whom the message pings, by its text and `allowed_mentions`."""
        texts = [message["content"], *(node.get("content", "") for node in walk(message["components"]))]
        text = "\n".join(texts)
        allowed = body.get("allowed_mentions")
        parse = ("users", "roles", "everyone") if allowed is None else allowed.get("parse") or ()
        named = {str(user) for user in (allowed or {}).get("users") or ()}
        found = dict.fromkeys(USER_MENTION.findall(text)) if "<@" in text else {}
        users = [user for user in found if "users" in parse or user in named]
        known = [self._world.users[int(user)] for user in users if int(user) in self._world.users]
        message["mentions"] = [user.payload() for user in known]
        message["mention_everyone"] = "everyone" in parse and ("@everyone" in text or "@here" in text)


def _resolve(components: list[Payload], attachments: list[Payload]) -> None:
    """Number the components and turn `attachment://name` into the file's address, as the API answers it."""
    problems = Problems()
    urls = {entry["filename"]: entry["url"] for entry in attachments}
    for number, node in enumerate(walk(components), start=1):
        node.setdefault("id", number)
        for holder in (node, *(node.get("items") or ())):
            media = holder.get("media") or holder.get("file")
            url = (media or {}).get("url", "")
            if not url.startswith("attachment://"):
                continue
            name = url.removeprefix("attachment://")
            if name not in urls:
                text = f"The referenced attachment {name} was not found"
                problems.add(("components",), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", text)
                continue
            media |= {"url": urls[name], "proxy_url": urls[name]}
    problems.raise_any()


def copied(value: Any) -> Any:
    """A copy of a JSON value, so that a recorded request stays as it arrived."""
    if isinstance(value, dict):
        return {name: copied(entry) for name, entry in value.items()}
    return [copied(entry) for entry in value] if isinstance(value, list) else value


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Every component of a tree, parents first."""
    for node in components:
        yield node
        yield from walk(node.get("components") or [])
        for name in ("accessory", "component"):
            if node.get(name):
                yield from walk([node[name]])


def checked_size(request: Request, most: int = 25 * 1024 * 1024) -> None:
    """Raise 413 for a request larger than Discord takes."""
    if sum(len(upload.data) for upload in request.files.values()) > most:
        raise ApiError(413, refusal(40005).body)


def _reply_to(channel: Channel, body: Payload) -> Payload:
    """The reference that a reply carries; one to a message that is gone is dropped where the sender allows that."""
    reference = body.get("message_reference")
    if not reference:
        return {}
    if int(reference["message_id"]) not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            raise refusal(50035)
        return {}
    return {"type": 19, "message_reference": {**reference, "channel_id": str(channel.id), "type": 0}}
