"""Interactions on the loopback Discord: what a person set off, how the bot answered, and its webhook."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

from tests.discord.loopback_forms import check_modal, check_suggestions
from tests.discord.loopback_messages import LOADING, Messages, checked_size
from tests.discord.loopback_objects import Channel, Payload, User
from tests.discord.loopback_rules import EPHEMERAL
from tests.discord.loopback_wire import Problems, Request, Route, Upload, refusal
from tests.discord.loopback_world import World
from tests.patience import PATIENCE

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5
PONG, ANSWER, DEFER, DEFER_UPDATE, UPDATE, SUGGEST, OPEN_MODAL = 1, 4, 5, 6, 7, 8, 9

TOKEN_LIFE = 15 * 60.0  # seconds
USER_INSTALL_FOLLOWUPS = 5


@dataclass(frozen=True, slots=True)
class Callback:
    """The first answer; `seconds` from the event on the gateway to the arrival of the answer."""

    type: int
    data: Payload
    files: tuple[Upload, ...]
    seconds: float


@dataclass(eq=False)
class Interaction:
    """One interaction as a test holds it."""

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    payload: Payload
    born: float
    messages: Messages
    message: Payload | None = None
    sent_at: float = 0.0
    callback: Callback | None = None
    original_id: int | None = None
    followup_ids: list[int] = field(default_factory=list)
    is_answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, timeout: float = PATIENCE) -> Callback:  # noqa: ASYNC109 - a test's deadline
        """The first answer, once it is there. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self.is_answered.wait()
        assert self.callback is not None
        return self.callback

    @property
    def original(self) -> Payload | None:
        """The original response as it stands, None before it and after its end."""
        return self.messages.find(self.original_id)

    @property
    def followups(self) -> list[Payload]:
        """The follow-up messages that still stand."""
        return [found for message_id in self.followup_ids if (found := self.messages.find(message_id))]

    @property
    def is_user_install(self) -> bool:
        """Whether only the user, not the guild, has installed the app."""
        return list(self.payload["authorizing_integration_owners"]) == ["1"]


class Interactions:
    """Every interaction, and the endpoints that answer them."""

    def __init__(self, world: World, messages: Messages) -> None:
        self._world = world
        self._messages = messages
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._checks: dict[int, Callable[[Payload], None]] = {SUGGEST: check_suggestions, OPEN_MODAL: check_modal}

    def open(self, kind: int, user: User, channel: Channel, payload: Payload, message: Payload | None) -> Interaction:
        """A new interaction; its id and token are put into `payload`."""
        interaction = Interaction(
            *(self._world.ids.next(), token_urlsafe(48), kind, user, channel, payload),
            born=self._world.clock.now(),
            messages=self._messages,
            message=message,
        )
        payload |= {"id": str(interaction.id), "token": interaction.token, "type": kind, "version": 1}
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        return interaction

    def routes(self) -> list[Route]:
        """The documented endpoints of interactions; their token is in the path."""
        hook = "/webhooks/{application_id}/{token}"
        return [
            Route("POST", "/interactions/{interaction_id}/{token}/callback", self._callback, is_open=True),
            Route("POST", hook, self._follow_up, is_open=True),
            Route("GET", f"{hook}/messages/{{message_id}}", self._get, is_open=True),
            Route("PATCH", f"{hook}/messages/{{message_id}}", self._edit, is_open=True),
            Route("DELETE", f"{hook}/messages/{{message_id}}", self._delete, is_open=True),
        ]

    async def _callback(self, request: Request) -> tuple[int, Any]:
        interaction = self._by_id.get(int(request.params["interaction_id"]))
        if interaction is None or interaction.token != request.params["token"]:
            raise refusal(10062)
        if interaction.callback:
            raise refusal(40060)
        if self._world.clock.now() - interaction.born > self._world.first_answer:
            raise refusal(10062)
        checked_size(request)
        kind, data = request.form.get("type", 0), request.form.get("data") or {}
        _check_kind(interaction, kind, data)
        files = tuple(request.files.values())
        # The answer counts from here: a second one that arrives while this is stored comes too late.
        interaction.callback = Callback(kind, data, files, request.at - interaction.sent_at)
        try:
            message = await self._apply(interaction, kind, data, request)
        except BaseException:
            interaction.callback = None
            raise
        interaction.is_answered.set()
        if request.query.get("with_response", "").lower() in ("true", "1"):
            return 200, _callback_response(interaction, kind, message)
        return 204, None

    async def _apply(self, interaction: Interaction, kind: int, data: Payload, request: Request) -> Payload | None:
        if check := self._checks.get(kind):
            check(data)
        if kind in (ANSWER, DEFER):
            return await self._first_message(interaction, data, request, is_loading=kind == DEFER)
        if kind in (DEFER_UPDATE, UPDATE):
            assert interaction.message is not None
            message = self._messages.get(int(interaction.message["id"]))
            interaction.original_id = int(message["id"])
            return await self._messages.edit(message, data, request.files) if kind == UPDATE else None
        return None

    async def _first_message(
        self, interaction: Interaction, data: Payload, request: Request, *, is_loading: bool
    ) -> Payload:
        is_command = interaction.type == COMMAND
        more: Payload = {"type": 20 if is_command else 0, "flags": LOADING if is_loading else 0}
        if interaction.message:
            source = {"message_id": interaction.message["id"], "channel_id": interaction.message["channel_id"]}
            more |= {"type": 19, "message_reference": source | {"type": 0}}
        message = await self._create(interaction, data, request, more)
        interaction.original_id = int(message["id"])
        return message

    async def _create(self, interaction: Interaction, data: Payload, request: Request, more: Payload) -> Payload:
        more |= {"application_id": str(self._world.application_id), "webhook_id": str(self._world.application_id)}
        more["interaction_metadata"] = _metadata(interaction)
        return await self._messages.create(interaction.channel, self._world.bot, data, request.files, **more)

    def _hooked(self, request: Request) -> Interaction:
        """The interaction of a webhook call. Raises as Discord does for unknown, expired and unanswered ones."""
        interaction = self._by_token.get(request.params["token"])
        if interaction is None or int(request.params["application_id"]) != self._world.application_id:
            raise refusal(10015)
        if self._world.clock.now() - interaction.born > TOKEN_LIFE:
            raise refusal(50027)
        if interaction.callback is None:
            raise refusal(10015)
        return interaction

    async def _follow_up(self, request: Request) -> tuple[int, Any]:
        interaction = self._hooked(request)
        checked_size(request)
        original = interaction.original
        if original and original["flags"] & LOADING:
            return 200, await self._messages.edit(original, request.form, request.files, was_loading=True)
        if interaction.is_user_install and len(interaction.followup_ids) >= USER_INSTALL_FOLLOWUPS:
            raise refusal(40094)
        source = {"message_id": str(interaction.original_id), "channel_id": str(interaction.channel.id), "type": 0}
        more: Payload = {"type": 19, "message_reference": source} if interaction.original_id else {}
        message = await self._create(interaction, request.form, request, more)
        interaction.followup_ids.append(int(message["id"]))
        return 200, message

    def _own(self, request: Request) -> Payload:
        """The message a webhook call means, which must belong to its interaction."""
        interaction, name = self._hooked(request), request.params["message_id"]
        message_id = interaction.original_id if name == "@original" else int(name)
        if message_id is None or message_id not in (interaction.original_id, *interaction.followup_ids):
            raise refusal(10008)
        return self._messages.get(message_id)

    async def _get(self, request: Request) -> tuple[int, Any]:
        return 200, self._own(request)

    async def _edit(self, request: Request) -> tuple[int, Any]:
        checked_size(request)
        message = self._own(request)
        was_loading = bool(message["flags"] & LOADING)
        return 200, await self._messages.edit(message, request.form, request.files, was_loading=was_loading)

    async def _delete(self, request: Request) -> tuple[int, Any]:
        await self._messages.delete(self._own(request))
        return 204, None


ALLOWED = {
    PING: frozenset({PONG}),
    COMMAND: frozenset({ANSWER, DEFER, OPEN_MODAL}),
    COMPONENT: frozenset({ANSWER, DEFER, DEFER_UPDATE, UPDATE, OPEN_MODAL}),
    AUTOCOMPLETE: frozenset({SUGGEST}),
    MODAL_SUBMIT: frozenset({ANSWER, DEFER}),
}


def _check_kind(interaction: Interaction, kind: int, data: Payload) -> None:
    """Raise 50035 for an answer that does not fit the interaction."""
    problems = Problems()
    allowed = ALLOWED[interaction.type]
    if interaction.message:
        allowed |= {DEFER_UPDATE, UPDATE}
    problems.choice(("type",), kind, allowed)
    if kind == DEFER and int(data.get("flags") or 0) & ~EPHEMERAL:
        problems.add(("data", "flags"), "BASE_TYPE_CHOICES", "Only EPHEMERAL can be set on a deferred response.")
    problems.raise_any()


def _callback_response(interaction: Interaction, kind: int, message: Payload | None) -> Payload:
    about: Payload = {"id": str(interaction.id), "type": interaction.type}
    resource: Payload = {"type": kind}
    if interaction.original_id:
        original = interaction.original or {"flags": 0}
        about["response_message_id"] = str(interaction.original_id)
        about["response_message_loading"] = bool(original["flags"] & LOADING)
        about["response_message_ephemeral"] = bool(original["flags"] & EPHEMERAL)
    if message and kind in (ANSWER, UPDATE):
        resource["message"] = message
    return {"interaction": about, "resource": resource}


def _metadata(interaction: Interaction) -> Payload:
    """Who caused a message: the field by which an app knows later whose answer it was."""
    body: Payload = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": interaction.user.payload(),
        "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
    }
    if interaction.type == COMMAND:
        body |= {"name": interaction.payload["data"]["name"], "command_type": 1}
    elif interaction.type == COMPONENT and interaction.message:
        body["interacted_message_id"] = interaction.message["id"]
    elif interaction.message:
        cause = interaction.message.get("interaction_metadata")
        body["triggering_interaction_metadata"] = cause
    if interaction.original_id:
        body["original_response_message_id"] = str(interaction.original_id)
    return body
