"""What people do in Slack, answered: commands, presses, forms, mentions, direct messages."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from newsbot.commands.answers import DELETE, note
from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.parser import understand
from newsbot.commands.registry import ButtonHandler
from newsbot.errors import NewsbotError, PostError, TokenError
from newsbot.messages.actions import read_token
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Form, Problems
from newsbot.messages.requests import Person, Place, Submit
from newsbot.platforms.slack import modals
from newsbot.platforms.slack.deduplication import Deduplicator
from newsbot.platforms.slack.errors import SlackRefused
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.payloads import (
    IncomingText,
    Payload,
    asker,
    command_words,
    has_blocks,
    is_ephemeral,
    place,
    pressed_message,
    pressed_place,
    user_of,
)
from newsbot.platforms.slack.people import UserDirectory
from newsbot.platforms.slack.render import token_and_values
from newsbot.platforms.slack.renderer import RenderedCard, with_fields
from newsbot.platforms.slack.responses import Responder, asker_of, message_name, patiently
from newsbot.platforms.slack.timestamps import parse_timestamp
from newsbot.tasks import BackgroundTasks

log = logging.getLogger(__name__)

_PATIENCE = 2.0  # Slack waits three seconds for an acknowledgement
_FORM_PATIENCE = 1.0  # seconds for the dispatcher: with what is looked up before, the acknowledgement keeps to three
_AFTER_ACK = 0.5  # the rest of an answer must not overtake its beginning, which leaves by another connection


class SlackInbound:
    """Answers people. Everything that Slack must be asked for happens after the acknowledgement."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        responder: Responder,
        workspaces: Workspaces,
        people: UserDirectory,
        deduplicator: Deduplicator,
        background: BackgroundTasks,
    ) -> None:
        self._dispatcher = dispatcher
        self._responder = responder
        self._workspaces = workspaces
        self._people = people
        self._deduplicator = deduplicator
        self._background = background

    # -- commands -------------------------------------------------------------------------------------------------

    async def command(self, body: Payload, team: str) -> str:
        """The body that a slash command is acknowledged with; empty where the answer comes by the response URL."""
        if not self._deduplicator.is_new_here(str(body.get("trigger_id") or "")):
            return ""
        user, _ = user_of(body)
        task = asyncio.create_task(self._answer_command(body, team))
        await asyncio.sleep(0)  # an answer from content is ready by now
        if not task.done():
            await asyncio.wait({task}, timeout=_PATIENCE)
        if not task.done():
            self._background.start(self._late(task, body, team, user), "a slow command")
            return ""
        return self._ack(task.result(), body, team, user)

    async def _answer_command(self, body: Payload, team: str) -> Reply:
        user, name = user_of(body)
        words = command_words(body)
        where = place(team, str(body["channel_id"]))
        who = self._people.known_person(team, user, name)
        if not who.is_admin and self._needs_person(words):
            who = await self._people.person(team, user, name)
        return await self._dispatcher.say(words, who, where, str(body.get("trigger_id") or ""))

    def _needs_person(self, words: str) -> bool:
        """Whether a command depends on who asks: on being an administrator, or on having an effect."""
        context = self._dispatcher.context
        try:
            command = context.menu.find(understand(words, context).path)
        except NewsbotError:
            return False
        return command is not None and (command.admin or command.effects or command.filled is not None)

    def _ack(self, reply: Reply, body: Payload, team: str, user: str) -> str:
        rendered = self._responder.answers.render(reply.card, team)
        url = str(body.get("response_url") or "")
        if rendered.rest and url:
            self._background.start(self._rest(url, rendered), "the rest of an answer")
        if rendered.pictures and url:
            self._responder.follow_up(url, team, reply, rendered)
        kind = "ephemeral" if reply.private else "in_channel"
        return with_fields(rendered.message(asker_of(reply, user)), response_type=kind)

    async def _rest(self, url: str, rendered: RenderedCard) -> None:
        await asyncio.sleep(_AFTER_ACK)
        await self._responder.respond_rest(url, rendered)

    async def _late(self, task: "asyncio.Task[Reply]", body: Payload, team: str, user: str) -> None:
        await self._responder.respond(str(body["response_url"]), team, await task, asker=user)

    # -- presses --------------------------------------------------------------------------------------------------

    def handle_press(self, body: Payload, team: str) -> None:
        """A press of a button or a pick from a list: answered once it is acknowledged."""
        for action in body.get("actions") or ():
            token, values = token_and_values(action)
            if token:
                at = parse_timestamp(action.get("action_ts"))
                self._background.start(self._press(body, team, token, values, at), "a press")

    async def _press(self, body: Payload, team: str, token: str, values: tuple[str, ...], at: datetime | None) -> None:
        trigger = str(body.get("trigger_id") or "")
        try:
            action = read_token(token)
        except TokenError:
            action = None  # the dispatcher says so to whoever pressed it
        handler = self._dispatcher.button(action) if action is not None else None
        if not await self._is_new(handler, trigger):
            return
        user, name = user_of(body)
        if action is not None and action.name == DELETE:
            await self._delete(body, team, user, "".join(action.arguments[:1]))
            return
        who = self._people.known_person(team, user, name)
        if handler is not None and handler.needs_person:
            who = await self._people.person(team, user, name)
        where = pressed_place(body, team)
        answer = await self._dispatcher.click_token(token, who, where, pressed_message(body), trigger, values, at)
        if isinstance(answer, Form):
            await self._open_form(team, body, answer, where)
        else:
            await self._answer_press(body, team, user, answer)

    async def _is_new(self, handler: ButtonHandler | None, trigger: str) -> bool:
        if handler is not None and handler.counts_itself:
            return self._deduplicator.is_new_here(trigger)
        return await self._deduplicator.is_new_anywhere(trigger)

    async def _answer_press(self, body: Payload, team: str, user: str, reply: Reply) -> None:
        """In place where the message is this person's own; else beside it, for them alone or as the reply says."""
        url = str(body.get("response_url") or "")
        if not url:
            await self._answer_in_view(body, team, reply)
            return
        alone = is_ephemeral(body)
        is_own = alone or asker(body) == user or not has_blocks(body)
        replaces = reply.replaces and is_own and (alone or not reply.private)
        if (reply.replaces and not replaces) or (replaces and alone):
            reply = replace(reply, private=True)
        where = pressed_place(body, team)
        name = message_name(where, pressed_message(body)) if replaces else ""
        await self._responder.respond(
            url, team, reply, asker=user, replaces=name, thread=None if replaces else where.thread
        )

    async def _answer_in_view(self, body: Payload, team: str, reply: Reply) -> None:
        """A button of the Home tab opens a modal; one within a modal changes it."""
        view = modals.card_modal(reply.card)
        pressed = body.get("view") or {}
        if pressed.get("type") == "modal":
            await self._workspaces.call(team, "views.update", view_id=pressed["id"], view=view)
        else:
            await self._open(team, body, view)

    async def _open_form(self, team: str, body: Payload, form: Form, where: Place) -> None:
        url = str(body.get("response_url") or "")
        try:
            await self._open(team, body, modals.modal(form, form_context(body, where)))
        except PostError as error:
            if not url:
                raise
            log.warning("a form was not opened: %s", error)
            late = note("The form did not open", "Slack was too slow this time. Press the button again.")
            await self._responder.respond(url, team, late, asker="", thread=where.thread)

    async def _open(self, team: str, body: Payload, view: dict[str, Any]) -> None:
        await self._workspaces.call(team, "views.open", trigger_id=body.get("trigger_id"), view=view)

    async def _delete(self, body: Payload, team: str, user: str, asked_by: str) -> None:
        url = str(body.get("response_url") or "")
        if user != asked_by and not is_ephemeral(body) and not (await self._people.person(team, user)).is_admin:
            refused = note(
                "Not yours to delete", "Only the person who asked for this answer or an administrator can do that."
            )
            await self._responder.respond(url, team, refused, asker="")
            return
        where = pressed_place(body, team)
        try:
            await self._responder.remove(url, message_name(where, pressed_message(body)))
        except SlackRefused:  # the response URL is used up
            await self._workspaces.call(team, "chat.delete", channel=where.channel, ts=pressed_message(body))

    # -- forms ----------------------------------------------------------------------------------------------------

    async def submit(self, body: Payload, team: str, at: datetime) -> dict[str, Any]:
        """The body that a sent form is acknowledged with: errors beside its fields, an answer to read, or nothing."""
        trigger = str(body.get("trigger_id") or body["view"].get("hash") or "")
        if not self._deduplicator.is_new_here(trigger):
            return {}
        try:
            token, values, more = modals.submitted_form(body["view"])
            context = json.loads(more)
            action = read_token(token)
        except (TokenError, ValueError):
            return _update_view(note("That form doesn't work", "This form is damaged. Ask again for a fresh one."))
        user, name = user_of(body)
        who = await self._person_for_form(team, user, name)
        where = place(team, str(context.get("channel") or ""), context.get("thread"))
        task = asyncio.create_task(self._dispatcher.submit(Submit(who, where, action, values, "", trigger, at)))
        await asyncio.wait({task}, timeout=_FORM_PATIENCE)
        if task.done() and isinstance(problems := task.result(), Problems):
            return modals.errors(problems)
        url = str(context.get("url") or "")
        if not url and task.done():
            answer = task.result()
            return _update_view(answer) if isinstance(answer, Reply) else {}
        self._background.start(self._answer_form(task, url, team, user, where), "a form's answer")
        return {}

    async def _person_for_form(self, team: str, user: str, name: str) -> Person:
        """The person, as far as Slack tells it soon enough."""
        try:
            async with asyncio.timeout(_FORM_PATIENCE):
                return await self._people.person(team, user, name)
        except TimeoutError:
            return self._people.known_person(team, user, name)

    async def _answer_form(
        self, task: "asyncio.Task[Reply | Problems]", url: str, team: str, user: str, where: Place
    ) -> None:
        answer = await task
        if isinstance(answer, Problems):  # too late to say so beside the fields
            answer = note("That form was not accepted", " ".join(answer.by_field.values()))
        if url:
            await self._responder.respond(url, team, answer, asker=user, thread=where.thread)
        else:
            await self._responder.post(place(team, user), answer, "")

    # -- words ----------------------------------------------------------------------------------------------------

    async def answer(self, message: IncomingText, event_id: str) -> None:
        """A mention or a direct message, answered in its thread; privately where the answer is only for whoever asked.

        A mention in a channel is answered in a thread below it: the channel stays calm, and it stays clear to what the
        answer belongs. In a direct conversation there is nobody to disturb, so there it is a message like any other.
        """
        if not await self._deduplicator.is_new_anywhere(event_id):
            return
        team = message.place.workspace
        who = await self._people.person(team, message.user)
        reply = await self._dispatcher.say(message.words, who, message.place, event_id)
        is_direct = message.place.channel.startswith("D")
        if reply.private and not is_direct:
            await patiently(lambda: self._responder.whisper(message.place, message.user, reply))
        else:
            public = replace(reply, private=False)
            await patiently(lambda: self._responder.post(message.place, public, event_id, asker=message.user))


def form_context(body: Payload, where: Place) -> str:
    """What a form brings back: where its answer belongs."""
    url = str(body.get("response_url") or "")
    return json.dumps({"channel": where.channel, "thread": where.thread, "url": url})


def _update_view(reply: Reply) -> dict[str, Any]:
    return {"response_action": "update", "view": modals.card_modal(reply.card)}
