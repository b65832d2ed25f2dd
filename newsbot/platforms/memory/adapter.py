"""The platform port in memory: messages by key and place, and failures that are scripted beforehand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.errors import PostRefused, RequestError
from newsbot.messages.budgets import WEB, Budget
from newsbot.messages.cards import Card, Reply
from newsbot.messages.platform import Capabilities, Posted
from newsbot.messages.requests import Place

EVERYTHING = Capabilities(post=True, pictures=True, edit=True, threads=True)


@dataclass(frozen=True, slots=True)
class MemoryMessage:
    """A message as it stands: `posted` is what the port gave back for it."""

    key: str
    place: Place
    reply: Reply
    posted: Posted

    @property
    def card(self) -> Card:
        """Its card."""
        return self.reply.card


@dataclass(slots=True)
class _Failure:
    """An error for posts of one key or in one channel; each is every one where it is empty."""

    error: Exception
    channel: str
    key: str
    left: int | None  # times; None for ever
    stores: bool

    def concerns(self, place: Place, key: str) -> bool:
        return self.channel in ("", place.channel) and self.key in ("", key)


class MemoryPlatform:
    """One platform. What stands on it is in `messages`, in the order in which it was posted."""

    def __init__(
        self,
        name: str,
        now: Callable[[], datetime],
        *,
        budget: Budget = WEB,
        window: timedelta = timedelta(0),
        capabilities: Capabilities = EVERYTHING,
        finds: bool = False,
    ) -> None:
        """`window` is for how long a key makes no second message; `finds`: a message can be looked up by its key."""
        self.name = name
        self.budget = budget
        self.window = window
        self.finds = finds
        self.allowed = capabilities
        self.closed: dict[str, str] = {}  # channels in which nothing may be posted, with the fix
        self.attempts: list[tuple[str, datetime]] = []  # the key and the instant of each post that was tried
        self.looked_up: list[str] = []  # keys that were looked for
        self._now = now
        self.count = 0  # messages that were ever stored
        self._messages: dict[str, MemoryMessage] = {}  # by id
        self._by_key: dict[str, Posted] = {}  # the first of each key, also where it was taken away
        self._failures: list[_Failure] = []
        self._holds: dict[str, asyncio.Event] = {}
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    # -- what stands there --------------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[MemoryMessage]:
        """Everything that stands here."""
        return list(self._messages.values())

    @property
    def keys(self) -> list[str]:
        """Their keys."""
        return [message.key for message in self._messages.values()]

    def in_channel(self, channel: str) -> list[MemoryMessage]:
        """What stands in a channel, its threads included."""
        return [message for message in self._messages.values() if message.place.channel == channel]

    def titles(self, channel: str) -> list[str]:
        """The titles of what stands in a channel."""
        return [message.card.title for message in self.in_channel(channel)]

    def card(self, key: str) -> Card:
        """The card of the latest message of a key. Raises KeyError where none stands here."""
        return {message.key: message.card for message in self._messages.values()}[key]

    def sent_at(self, key: str) -> datetime | None:
        """When the first message of a key was posted; None where none was."""
        posted = self._by_key.get(key)
        return posted.at if posted else None

    def clear(self) -> None:
        """Take everything away; keys stay known."""
        self._messages.clear()

    async def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Return once `is_so`; it is asked anew whenever a post comes or is stored."""
        if is_so():
            return
        waiter = is_so, asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter[1]
        finally:
            self._waiters.remove(waiter)

    def _wake_waiters(self) -> None:
        for is_so, future in self._waiters:
            if not future.done() and is_so():
                future.set_result(None)

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def fail(
        self, error: Exception, *, channel: str = "", key: str = "", times: int | None = None, stores: bool = False
    ) -> None:
        """Let posts in a channel, or of a key, raise `error`, so many times; `stores`: they stand all the same.

        Where it is for ever, it takes the place of an earlier one that was.
        """
        if times is None:
            kept = [each for each in self._failures if (each.channel, each.key, each.left) != (channel, key, None)]
            self._failures = kept
        self._failures.append(_Failure(error, channel, key, times, stores))

    def mend(self, channel: str = "") -> None:
        """Let nothing go wrong any more, in a channel or anywhere."""
        self._failures = [each for each in self._failures if channel and each.channel != channel]

    def hold(self, *keys: str) -> asyncio.Event:
        """Let posts of these keys wait until the event that is returned is set."""
        release = asyncio.Event()
        self._holds.update(dict.fromkeys(keys, release))
        return release

    # -- the port -----------------------------------------------------------------------------------------------------

    async def post(self, place: Place, reply: Reply, key: str) -> Posted:
        """Post once, unless something else is scripted."""
        self.attempts.append((key, self._now()))
        self._wake_waiters()
        if key in self._holds:
            await self._holds[key].wait()
        await asyncio.sleep(0)  # others come between, as they do over a network
        failure = self._next_failure(place, key)
        if failure is not None and not failure.stores:
            raise failure.error
        if place.channel in self.closed:
            raise PostRefused(f"Nothing may be posted in {place.channel}.", self.closed[place.channel])
        posted = self._store(place, reply, key)
        self._wake_waiters()
        if failure is not None:
            raise failure.error
        return posted

    def _next_failure(self, place: Place, key: str) -> _Failure | None:
        found = next((each for each in self._failures if each.left != 0 and each.concerns(place, key)), None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found

    def _store(self, place: Place, reply: Reply, key: str) -> Posted:
        now, earlier = self._now(), self._by_key.get(key)
        if earlier is not None and earlier.at is not None and now - earlier.at < self.window:
            return earlier
        self.count += 1
        posted = Posted(place, str(self.count), at=now)
        self._messages[posted.message_id] = MemoryMessage(key, place, reply, posted)
        self._by_key.setdefault(key, posted)
        return posted

    async def dedupe_window(self, place: Place) -> timedelta:
        """As it was made."""
        del place
        return self.window

    async def find_posted(self, place: Place, key: str, since: datetime) -> Posted | None:
        """Where the message of a key stands, if it can be looked up here."""
        self.looked_up.append(key)
        found = self._by_key.get(key) if self.finds else None
        return found if found is not None and found.place == place and (found.at or since) >= since else None

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Put `reply` in the place of what was posted. Raises RequestError where it was taken away."""
        standing = self._messages.get(posted.message_id)
        if standing is None:
            raise RequestError("The message is gone, so it cannot be changed.")
        self._messages[posted.message_id] = replace(standing, reply=reply)
        return posted

    async def delete(self, posted: Posted) -> None:
        """Take a message away."""
        self._messages.pop(posted.message_id, None)

    async def thread(self, posted: Posted, title: str) -> Place | None:
        """The place below a message, named by its id; None where there are no threads here."""
        del title
        return replace(posted.place, thread=posted.message_id) if self.allowed.threads else None

    async def capabilities(self, place: Place) -> Capabilities:
        """The same everywhere, but for channels that are closed."""
        fix = self.closed.get(place.channel)
        return self.allowed if fix is None else replace(self.allowed, post=False, fix=fix)
