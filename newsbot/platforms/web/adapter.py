"""The web chat as a platform: messages live in the database, so a reload, a restart or another process keeps them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cachetools import LRUCache

from newsbot.commands.dispatcher import Dispatcher
from newsbot.errors import PostRefused, RequestError
from newsbot.messages.actions import read_token
from newsbot.messages.budgets import WEB
from newsbot.messages.cards import Card, Reply
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Form, Problems
from newsbot.messages.markup import outside_text
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import DIRECT, Person, Place, Submit
from newsbot.platforms.web.people import CHANNELS, PLATFORM, place
from newsbot.platforms.web.render import card_json
from newsbot.storage.database import Database
from newsbot.storage.records import NewWebMessage, WebMessage
from newsbot.storage.transaction import Transaction

BOT = ("newsbot", "newsbot")
_SAID_LIMIT = 1_000
_MAX_BODIES = 500
_CHANNELS_FIX = f"Pick one of {', '.join(CHANNELS)}."


class WebChat:
    """Channels and people of the web chat. Implements the platform port."""

    name = PLATFORM
    budget = WEB

    def __init__(self, dispatcher: Dispatcher, database: Database, now: Callable[[], datetime]) -> None:
        self._dispatcher = dispatcher
        self._database = database
        self._now = now
        self._readers: set[asyncio.Queue[tuple[WebMessage, ...]]] = set()
        # Cards of content are the same objects until the content changes: each is fitted and written once.
        # What is remembered is held, so nothing else can have its id.
        self._bodies: LRUCache[int, tuple[Card, list[str]]] = LRUCache(_MAX_BODIES)

    # -- the platform port ----------------------------------------------------------------------------------------

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Post in a channel; a second call with the same key makes no second message."""
        channel, seen_by = place.channel, ""
        if channel.startswith(DIRECT):  # nobody has a channel of their own here: one message that they alone see
            channel, seen_by = CHANNELS[0], channel.removeprefix(DIRECT)
        elif channel not in CHANNELS:
            raise PostRefused(f"The web chat has no channel “{channel}”.", _CHANNELS_FIX)
        first, *_ = await self._keep(*self._answers(channel, reply, asked_by="", seen_by=seen_by, key=key))
        return Posted(place, str(first.id), at=first.at)

    async def dedupe_window(self, place: Place) -> timedelta:
        """For as long as the message is kept: its key is unique."""
        del place
        return timedelta.max

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Nothing is ever unclear here: a message is stored or it is not."""
        del place, key, since
        return None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted. Raises RequestError where it was taken away."""
        number, body = int(posted.message_id), self._stored_parts(reply.card)[0]
        changed = await self._database.write(lambda tx: tx.web_messages.change(number, body))
        if changed is None:
            raise RequestError("The message is gone, so it cannot be changed.")
        self._tell(changed)
        return posted

    async def delete(self, posted: Posted) -> None:
        """Take a message away."""
        number = int(posted.message_id)
        gone = await self._database.write(lambda tx: tx.web_messages.delete(number))
        self._tell(gone)

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """None: the web chat has no threads."""
        del posted, title
        return None

    async def capabilities(self, place: Place) -> Capabilities:
        """Everything, in the channels that there are."""
        if place.channel in CHANNELS:
            return Capabilities(post=True, pictures=True, edit=True, threads=False)
        return Capabilities(post=False, pictures=False, edit=False, threads=False, fix=_CHANNELS_FIX)

    # -- what people do -------------------------------------------------------------------------------------------

    async def say(self, who: Person, channel: str, words: str) -> None:
        """Keep what a person said, and the answer; where the answer is private, only they see both."""
        reply = await self._dispatcher.say(words, who, place(channel))
        seen_by = who.id if reply.private else ""
        said = outside_text(words, _SAID_LIMIT)
        asked = NewWebMessage(channel, (who.id, who.name), said, False, self._now(), seen_by=seen_by)
        answers = self._answers(channel, reply, asked_by=who.id, seen_by=seen_by)
        await self._keep(*([asked] if said else []), *answers)

    async def press(
        self, who: Person, channel: str, message_id: int, token: str, values: tuple[str, ...] = ()
    ) -> Form | None:
        """A press of a button, or a pick: answered for everyone or for this person alone, in place where it is theirs.

        Returns the form to show where the button opens one.
        """
        answered = await self._dispatcher.click_token(token, who, place(channel), str(message_id), values=values)
        if isinstance(answered, Form):
            return answered
        await self._react(who, channel, message_id, answered)
        return None

    async def submit(self, who: Person, channel: str, token: str, values: dict[str, str]) -> Problems | None:
        """A form that was filled in; the problems to show beside its fields, or None once it is answered."""
        submitted = Submit(who, place(channel), read_token(token), values, at=self._now())
        answered = await self._dispatcher.submit(submitted)
        if isinstance(answered, Problems):
            return answered
        seen_by = who.id if answered.private else ""
        await self._keep(*self._answers(channel, answered, asked_by=who.id, seen_by=seen_by))
        return None

    async def take_back(self, who: Person, message_id: int) -> bool:
        """Delete an answer for whoever asked for it, or for an administrator; whether that was allowed."""

        def delete(tx: Transaction) -> tuple[bool, WebMessage | None]:
            message = tx.web_messages.get(message_id)
            is_theirs = message is not None and who.id in {message.asked_by, message.author_id, message.seen_by}
            if not is_theirs and not (who.is_admin and message is not None and not message.seen_by):
                return False, None
            return True, tx.web_messages.delete(message_id)

        is_allowed, gone = await self._database.write(delete)
        self._tell(gone)
        return is_allowed

    # -- what people see ------------------------------------------------------------------------------------------

    async def newest(self, who: Person, channel: str, limit: int = 200) -> tuple[tuple[WebMessage, ...], int]:
        """The newest messages a person sees in a channel, and the number of the newest change of all."""
        return await self._database.read(
            lambda tx: (tx.web_messages.newest(channel, who.id, limit), tx.web_messages.last_change())
        )

    async def message(self, message_id: int) -> WebMessage | None:
        """The message of that id."""
        return await self._database.read(lambda tx: tx.web_messages.get(message_id))

    async def changes(self, after: int) -> tuple[tuple[WebMessage, ...], int]:
        """What changed anywhere after a change, and the number of the newest change looked at."""
        changed = await self._database.read(lambda tx: tx.web_messages.changed_since(after))
        return changed, changed[-1].change if changed else after

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[tuple[WebMessage, ...]]]:
        """A queue of what is made or changed here, as it happens; another process's is found by `changes` alone."""
        queue: asyncio.Queue[tuple[WebMessage, ...]] = asyncio.Queue()
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    def _tell(self, *messages: WebMessage | None) -> None:
        """Hand what is stored now to everyone who listens here."""
        stored = tuple(message for message in messages if message is not None)
        for reader in self._readers:
            reader.put_nowait(stored)

    async def _react(self, who: Person, channel: str, message_id: int, reply: Reply) -> None:
        body = self._stored_parts(reply.card)[0]

        def store(tx: Transaction) -> tuple[WebMessage | None, ...]:
            pressed = tx.web_messages.get(message_id)
            is_own = pressed is not None and not pressed.is_deleted and who.id in {pressed.asked_by, pressed.seen_by}
            is_as_private = pressed is not None and reply.private == bool(pressed.seen_by)
            if reply.replaces and is_own and (is_as_private or not reply.private):
                return (tx.web_messages.change(message_id, body),)
            # Somebody else's message stays as it is: what it leads to is for the one who pressed.
            is_private = reply.private or (reply.replaces and not is_own)
            seen_by = who.id if is_private else ""
            return tx.web_messages.add(*self._answers(channel, reply, asked_by=who.id, seen_by=seen_by))

        self._tell(*await self._database.write(store))

    async def _keep(self, *messages: NewWebMessage) -> tuple[WebMessage, ...]:
        kept = await self._database.write(lambda tx: tx.web_messages.add(*messages))
        self._tell(*kept)
        return kept

    def _answers(
        self, channel: str, reply: Reply, *, asked_by: str, seen_by: str, key: str | None = None
    ) -> list[NewWebMessage]:
        """An answer as messages: one, or several where it is very long."""
        bodies = self._stored_parts(reply.card)
        keys = [f"{key}.{number}" if key else None for number in range(len(bodies))]
        return [
            NewWebMessage(channel, BOT, body, True, self._now(), asked_by, seen_by, body_key)
            for body, body_key in zip(bodies, keys, strict=True)
        ]

    def _stored_parts(self, card: Card) -> list[str]:
        """The card as it is kept, in as many messages as it takes; an edit keeps the first."""
        known = self._bodies.get(id(card))
        if known is None:
            known = self._bodies[id(card)] = card, [card_json(part) for part in fit(card, self.budget).parts]
        return known[1]
