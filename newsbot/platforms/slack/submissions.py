"""Forms that people sent: errors beside the fields, or an answer where the form was opened from."""

import asyncio
import json
from datetime import datetime
from typing import Any

from newsbot.commands.answers import note
from newsbot.commands.dispatcher import Dispatcher
from newsbot.errors import TokenError
from newsbot.messages.actions import read_token
from newsbot.messages.cards import Reply
from newsbot.messages.forms import Problems
from newsbot.messages.requests import Person, Place, Submit
from newsbot.platforms.slack import modals
from newsbot.platforms.slack.deduplication import Deduplicator
from newsbot.platforms.slack.payloads import Payload, place, user_of
from newsbot.platforms.slack.people import UserDirectory
from newsbot.platforms.slack.responses import Responder
from newsbot.tasks import BackgroundTasks

_PATIENCE = 1.0  # seconds for the dispatcher: with what is looked up before, the acknowledgement keeps to three


class Submissions:
    """Answers forms."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        sender: Responder,
        people: UserDirectory,
        deduplicator: Deduplicator,
        background: BackgroundTasks,
    ) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._people = people
        self._deduplicator = deduplicator
        self._background = background

    async def submitted(self, body: Payload, team: str, at: datetime) -> dict[str, Any]:
        """The body that a sent form is acknowledged with: errors beside its fields, an answer to read, or nothing."""
        trigger = str(body.get("trigger_id") or body["view"].get("hash") or "")
        if not self._deduplicator.is_new_here(trigger):
            return {}
        try:
            token, values, more = modals.submitted_form(body["view"])
            kept = json.loads(more)
            action = read_token(token)
        except (TokenError, ValueError):
            return _update(note("That form does not work", "This form is damaged. Ask again for a fresh one."))
        user, name = user_of(body)
        who = await self._person_for_form(team, user, name)
        where = place(team, str(kept.get("channel") or ""), kept.get("thread"))
        task = asyncio.create_task(self._dispatcher.submit(Submit(who, where, action, values, "", trigger, at)))
        await asyncio.wait({task}, timeout=_PATIENCE)
        if task.done() and isinstance(problems := task.result(), Problems):
            return modals.errors(problems)
        url = str(kept.get("url") or "")
        if not url and task.done():
            answer = task.result()
            return _update(answer) if isinstance(answer, Reply) else {}
        self._background.start(self._answer_form(task, url, team, user, where), "a form's answer")
        return {}

    async def _person_for_form(self, team: str, user: str, name: str) -> Person:
        """The person, as far as Slack tells it soon enough."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._people.person(team, user, name)
        except TimeoutError:
            return self._people.known(team, user, name)

    async def _answer_form(
        self, task: "asyncio.Task[Reply | Problems]", url: str, team: str, user: str, where: Place
    ) -> None:
        answer = await task
        if isinstance(answer, Problems):  # too late to say so beside the fields
            answer = note("That form was not accepted", " ".join(answer.by_field.values()))
        if url:
            await self._sender.respond(url, team, answer, asker=user, thread=where.thread)
        else:
            await self._sender.post(place(team, user), answer, "")


def form_context(body: Payload, where: Place) -> str:
    """What a form brings back: where its answer belongs."""
    url = str(body.get("response_url") or "")
    return json.dumps({"channel": where.channel, "thread": where.thread, "url": url})


def _update(reply: Reply) -> dict[str, Any]:
    return {"response_action": "update", "view": modals.card_modal(reply.card)}
