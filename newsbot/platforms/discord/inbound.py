"""What people do in Discord, as requests for the dispatcher: commands, buttons, forms, completion."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import aiohttp
import discord

from newsbot.commands.answers import DELETE, delete_button, note, share_button
from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.forms import again_action
from newsbot.commands.registry import yes_or_no
from newsbot.errors import TokenError
from newsbot.messages.actions import Action, read_token
from newsbot.messages.cards import Button, Buttons, Card, Fact, Facts, Reply
from newsbot.messages.forms import Form, Problems
from newsbot.messages.platform import plausible_timestamp
from newsbot.messages.requests import Ask, Person, Place, Submit, Suggest
from newsbot.platforms.discord import renderer
from newsbot.platforms.discord.commands import focused_option, path_and_options
from newsbot.platforms.discord.http import CHOICES, InteractionHttp
from newsbot.platforms.discord.modals import modal, shorten, submitted_values
from newsbot.platforms.discord.renderer import MessageRenderer
from newsbot.platforms.discord.responses import DEFER_AFTER, InteractionResponse, is_over
from newsbot.platforms.discord.timestamps import created_at

log = logging.getLogger(__name__)

NAME = "discord"
_MAX_CHOICES = 25
_MAX_CHOICE = 100
_DELETERS = discord.Permissions(manage_messages=True)

Interaction = discord.Interaction
DeleteMessage = Callable[[str, str], Awaitable[None]]


class DiscordInbound:
    """Answers every interaction, whatever goes wrong."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        http: InteractionHttp,
        message_renderer: MessageRenderer,
        now: Callable[[], datetime],
        delete_message: DeleteMessage,
        defer_after: float = DEFER_AFTER,
    ) -> None:
        """`delete_message` takes a message of ours away by its channel and id.

        What is not answered `defer_after` seconds after it came is promised an answer.
        """
        self._dispatcher = dispatcher
        self._http = http
        self._message_renderer = message_renderer
        self._now = now
        self._delete_message = delete_message
        self._defer_after = defer_after

    async def handle(self, interaction: Interaction) -> None:
        """Answer one interaction. What Discord does not take is logged: there is nobody left to tell."""
        answers: dict[discord.InteractionType, Callable[[Interaction], Awaitable[None]]] = {
            discord.InteractionType.application_command: self._command,
            discord.InteractionType.autocomplete: self._complete,
            discord.InteractionType.component: self._press,
            discord.InteractionType.modal_submit: self._submit,
        }
        answer = answers.get(interaction.type)
        if answer is None:
            return
        try:
            await answer(interaction)
        except discord.HTTPException as error:
            reason = "it came too late" if is_over(error) else str(error)
            log.warning("Discord refused the answer to interaction %s: %s", interaction.id, reason)
        except (aiohttp.ClientError, OSError) as error:
            log.warning("the answer to interaction %s did not reach Discord: %r", interaction.id, error)
        except Exception:
            log.exception("interaction %s broke", interaction.id)

    def _response(self, to: Interaction, *, private: bool = False, on_message: bool = False) -> InteractionResponse:
        return InteractionResponse(
            self._http,
            self._message_renderer,
            to,
            defer_after=self._defer_after,
            private=private,
            on_message=on_message,
        )

    # -- commands -----------------------------------------------------------------------------------------------------

    async def _command(self, interaction: Interaction) -> None:
        menu = self._dispatcher.context.menu
        path, options = path_and_options(_data(interaction), menu)
        command = menu.find(path)
        private = bool(command and command.private) or yes_or_no(options.get("private", "")) is True
        who = person(interaction)
        now = self._now()
        at = plausible_timestamp(created_at(interaction.id), now) or now
        ask = Ask(who, place(interaction), path, options, str(interaction.id), at)
        async with self._response(interaction, private=private) as response_to:
            await self._say(response_to, await self._dispatcher.answer(ask), who)

    async def _say(self, response_to: InteractionResponse, reply: Reply, who: Person) -> None:
        buttons = () if reply.private else (_button_payload(delete_button(who.id)),)
        await response_to.say(reply.card, private=reply.private, buttons=buttons)

    async def _complete(self, interaction: Interaction) -> None:
        data = _data(interaction)
        path, options = path_and_options(data, self._dispatcher.context.menu)
        typing = focused_option(data)
        choices = []
        if typing is not None:
            others = {name: value for name, value in options.items() if name != typing[0]}
            suggest = Suggest(person(interaction), place(interaction), path, *typing, others)
            found = self._dispatcher.suggest(suggest)
            choices = [
                {"name": shorten(each.label, _MAX_CHOICE), "value": each.value}
                for each in found
                if 0 < len(each.value) <= _MAX_CHOICE
            ]
        await self._http.respond(interaction, CHOICES, {"choices": choices[:_MAX_CHOICES]})

    # -- buttons and selects ------------------------------------------------------------------------------------------

    async def _press(self, interaction: Interaction) -> None:
        data = _data(interaction)
        token = str(data.get("custom_id", ""))
        action = _action(token)
        async with self._response(interaction, private=True, on_message=True) as response_to:
            if action is not None and action.name == DELETE:
                await self._delete(response_to, interaction, action)
                return
            who, where = person(interaction), place(interaction)
            values = tuple(str(value) for value in data.get("values") or ())
            message = str(interaction.message.id) if interaction.message else ""
            at = created_at(interaction.id)
            reply = await self._dispatcher.click_token(token, who, where, message, str(interaction.id), values, at)
            if isinstance(reply, Form):
                await self._open(response_to, reply)
            else:
                await self._react(response_to, interaction, reply, action, who)

    async def _open(self, response_to: InteractionResponse, form: Form) -> None:
        if not await response_to.open_modal(modal(form)):
            late = note("Press again", "That took too long to open. Press the button again.")
            await response_to.say(late.card, private=True)

    async def _react(
        self,
        response_to: InteractionResponse,
        interaction: Interaction,
        reply: Reply,
        action: Action | None,
        who: Person,
    ) -> None:
        """Where the pressed answer is the presser's own it changes in place; else the new one is for them alone."""
        is_private_message = bool(interaction.message and interaction.message.flags.ephemeral)
        is_own = is_private_message or _asker(interaction) == who.id
        if not reply.replaces:
            await self._say(response_to, reply, who)
        elif is_own and (is_private_message or not reply.private):
            below = () if is_private_message else (_button_payload(delete_button(who.id)),)
            await response_to.replace(reply.card, buttons=below)
        else:
            share = share_button(action) if action and not reply.private else None
            await response_to.say(reply.card, private=True, buttons=(_button_payload(share),) if share else ())

    async def _delete(self, response_to: InteractionResponse, interaction: Interaction, action: Action) -> None:
        """Take an answer away, for whoever asked or may delete messages there."""
        is_asker = action.arguments == (str(interaction.user.id),)
        if not is_asker and not (interaction.permissions & _DELETERS) and not interaction.permissions.administrator:
            refused = note("Not yours", "Only the person who asked or a moderator can delete this answer.")
            await response_to.say(refused.card, private=True)
            return
        await response_to.acknowledge()
        try:
            await self._http.delete_original(interaction)
        except discord.HTTPException:
            assert interaction.message is not None
            await self._delete_message(place(interaction).channel, str(interaction.message.id))

    # -- forms --------------------------------------------------------------------------------------------------------

    async def _submit(self, interaction: Interaction) -> None:
        data = _data(interaction)
        values = submitted_values(data)
        who, where = person(interaction), place(interaction)
        message = str(interaction.message.id) if interaction.message else ""
        async with self._response(interaction) as response_to:
            try:
                action = read_token(str(data.get("custom_id", "")))
            except TokenError as error:
                await response_to.say(note("That form doesn't work", str(error)).card, private=True)
                return
            submit = Submit(who, where, action, values, message, str(interaction.id), self._now())
            answer = await self._dispatcher.submit(submit)
            if isinstance(answer, Problems):
                await response_to.say(_problems(answer, values, action), private=True)
            else:
                await self._say(response_to, answer, who)


def _problems(problems: Problems, values: dict[str, str], action: Action) -> Card:
    """What is wrong with a form: Discord shows nothing beside a field, so what was typed is given back to copy."""
    wrong = tuple(Fact(name, sentence) for name, sentence in problems.by_field.items())
    typed = tuple(Fact(name, value) for name, value in values.items() if value)
    blocks = [Facts("Please change", wrong), *([Facts("What you typed", typed)] if typed else [])]
    again = Button("Fill in again", again_action(action, values))
    card = note("One more thing", "The form could not be accepted yet.").card
    return replace(card, blocks=(*card.blocks, *blocks, Buttons((again,))))


def person(interaction: Interaction) -> Person:
    """Who did it. An administrator is who may manage the server; in a direct message everyone is their own."""
    user = interaction.user
    allowed = interaction.permissions
    is_admin = interaction.guild_id is None or allowed.manage_guild or allowed.administrator
    return Person(NAME, str(user.id), user.display_name, is_admin, str(interaction.locale))


def place(interaction: Interaction) -> Place:
    """Where it was done; a thread of Discord is a channel of its own."""
    return Place(NAME, str(interaction.guild_id or ""), str(interaction.channel_id or ""))


def _data(interaction: Interaction) -> dict[str, Any]:
    return cast(dict[str, Any], interaction.data or {})


def _action(token: str) -> Action | None:
    try:
        return read_token(token)
    except TokenError:
        return None


def _button_payload(button: Button) -> dict[str, Any]:
    assert isinstance(button.does, Action)
    return renderer.button(button.label, button.does.token())


def _asker(interaction: Interaction) -> str:
    """Who asked for the message that was pressed; empty where nobody did, as for a post."""
    message = interaction.message
    if message is None:
        return ""
    for custom_id in _custom_ids(message.components):
        action = _action(custom_id)
        if action is not None and action.name == DELETE and action.arguments:
            return action.arguments[0]
    metadata = message.interaction_metadata
    return str(metadata.user.id) if metadata else ""


def _custom_ids(components: Any) -> Iterator[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))
