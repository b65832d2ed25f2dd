"""One exchange with a person: answered at once where that is possible, else promised in time and answered later."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import aiohttp
import discord

from newsbot.commands.answers import note
from newsbot.messages.cards import Card
from newsbot.platforms.discord.http import (
    ALREADY_ANSWERED,
    DEFER,
    DEFER_UPDATE,
    MESSAGE,
    MODAL,
    UPDATE,
    InteractionHttp,
)
from newsbot.platforms.discord.renderer import EPHEMERAL, MessageRenderer, RenderedMessage

log = logging.getLogger(__name__)

DEFER_AFTER = 1.2  # seconds: Discord waits three for the first answer, and the way there takes its time
_TOO_LATE = 10_062  # "Unknown interaction": its three seconds were over
_REFUSED_FILES = frozenset({50_013, 50_001})


def is_over(error: BaseException) -> bool:
    """Whether Discord takes no answer to this interaction any more."""
    return isinstance(error, discord.HTTPException) and error.code in {_TOO_LATE, ALREADY_ANSWERED}


def _apology(interaction_id: int) -> Card:
    sentence = f"Something broke, and it's not your fault. Its id in the log: {interaction_id}"
    return note("That didn't work", sentence).card


class InteractionResponse:
    """The answer to one interaction. As a context it promises an answer when the work in it takes long.

    Long is `defer_after` seconds. `private`: a promise that the asker alone sees. `on_message`: the interaction came
    from a message of ours, so the promise shows nothing.
    """

    def __init__(
        self,
        http: InteractionHttp,
        message_renderer: MessageRenderer,
        to: discord.Interaction,
        *,
        defer_after: float,
        private: bool = False,
        on_message: bool = False,
    ) -> None:
        self._http = http
        self._message_renderer = message_renderer
        self._to = to
        self._defer_after = defer_after
        self._private = private
        self._on_message = on_message
        self._is_answered = False
        self._timer: asyncio.TimerHandle | None = None
        self._deferring: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "InteractionResponse":
        self._timer = asyncio.get_running_loop().call_later(self._defer_after, self._defer)
        return self

    async def __aexit__(self, _: object, error: BaseException | None, traceback: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if isinstance(error, Exception) and not self._is_answered and not is_over(error):
            with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
                await self.say(_apology(self._to.id), private=True)

    def _defer(self) -> None:
        self._deferring = asyncio.create_task(self._send_deferral())

    async def _send_deferral(self) -> None:
        flags = {"flags": EPHEMERAL} if self._private else {}
        if self._on_message:
            await self._http.respond(self._to, DEFER_UPDATE)
        else:
            await self._http.respond(self._to, DEFER, flags)

    async def is_deferred(self) -> bool:
        """Whether an answer was promised: from now on only an edit or a follow-up can be one."""
        assert self._timer is not None
        self._timer.cancel()
        if self._deferring is None:
            return False
        try:
            await self._deferring
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("an answer could not be promised: %s", error)
            return False  # the answer itself may still get through
        return True

    async def say(self, card: Card, *, private: bool, buttons: tuple[dict[str, Any], ...] = ()) -> None:
        """Answer with a message of its own; what does not fit into it follows privately."""
        await self._tell(card, private=private, buttons=buttons, replaces=False)

    async def replace(self, card: Card, *, buttons: tuple[dict[str, Any], ...] = ()) -> None:
        """Put the answer in the place of the message that was pressed."""
        await self._tell(card, private=False, buttons=buttons, replaces=True)

    async def acknowledge(self) -> None:
        """Answer a press with nothing to see."""
        if not await self.is_deferred():
            await self._http.respond(self._to, DEFER_UPDATE)
        self._is_answered = True

    async def open_modal(self, data: dict[str, Any]) -> bool:
        """Open a form; False where the answer was promised already and it is too late for one."""
        if await self.is_deferred():
            return False
        await self._http.respond(self._to, MODAL, data)
        self._is_answered = True
        return True

    async def _tell(self, card: Card, *, private: bool, buttons: tuple[dict[str, Any], ...], replaces: bool) -> None:
        first, *rest = await self._message_renderer.render_with_pictures(card)
        try:
            await self._first(first.below(*buttons), private=private, replaces=replaces)
        except discord.Forbidden as error:
            if not first.files or error.code not in _REFUSED_FILES:
                raise
            first, *rest = await self._message_renderer.render_with_pictures(card, with_pictures=False)
            await self._first(first.below(*buttons), private=private, replaces=replaces)
        self._is_answered = True
        for message in rest:
            await self._http.follow_up(self._to, message.for_one())

    async def _first(self, message: RenderedMessage, *, private: bool, replaces: bool) -> None:
        shown = message.for_one() if private else message
        if not await self.is_deferred():
            await self._http.respond(self._to, UPDATE if replaces else MESSAGE, shown.payload, shown.files)
        elif replaces or (not self._on_message and private == self._private):
            await self._http.edit_original(self._to, message)
        else:
            if not self._on_message:
                # A follow-up to a promise would be as visible as the promise: it has to go first.
                with suppress(discord.NotFound):
                    await self._http.delete_original(self._to)
            await self._http.follow_up(self._to, shown)
