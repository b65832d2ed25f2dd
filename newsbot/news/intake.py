"""Takes in what a source shows: from a body to items in the database, each once, in one transaction."""

import asyncio
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.news.entries import Body, DocumentFilter, Entry, ParsedFeed, SourceKind
from newsbot.news.errors import NotAFeed
from newsbot.news.memory import DATES_SEEN, Candidate, Poll, PollDecision, decide
from newsbot.news.parse.parser import FeedParser
from newsbot.news.parse.text import plain_text
from newsbot.storage.database import Database
from newsbot.storage.news import AMBIGUOUS, Alias, Arrival, ItemChange, NewItem, NewsItem, SourceMemory, TakenIn
from newsbot.storage.transaction import Transaction

_EVERYTHING = DocumentFilter()
_LONG = 40  # entries
_UNTITLED = 100  # characters of a summary that stand for a title


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A source as far as taking in goes. `scope` is where its ids are the same: all of EDGAR, one feed.

    `link_hosts` are hosts that its links name wrongly, each with the right one.
    """

    id: str
    kind: SourceKind = "feed"
    wanted: DocumentFilter = _EVERYTHING
    link_hosts: tuple[tuple[str, str], ...] = ()

    @property
    def scope(self) -> str:
        """Accession and document numbers are the same in every list of EDGAR's and of the Federal Register's."""
        return f"feed:{self.id}" if self.kind == "feed" else self.kind


@dataclass(frozen=True, slots=True)
class Reading:
    """What a poll brought. `feed` is None where the body was known to say nothing new and so was not parsed.

    `new` are the ids of the items that were not known, in the order of the feed, whatever became of them: of them
    `baseline`, `late` and `burst` say how many are kept without being told. `revised` counts changed titles.
    """

    feed: ParsedFeed | None
    new: tuple[int, ...] = ()
    baseline: int = 0
    late: int = 0
    burst: int = 0
    revised: int = 0
    is_gap: bool = False

    @property
    def told(self) -> int:
        """How many items are news."""
        return len(self.new) - self.baseline - self.late - self.burst


Beside = Callable[[Transaction, Reading], None]


def _nothing_beside(tx: Transaction, reading: Reading) -> None:
    """Where nothing is stored beside what was read."""


class Intake:
    """Reads bodies into the database. One event loop only; the parser is closed by whoever made it."""

    def __init__(self, database: Database, parser: FeedParser) -> None:
        self._database = database
        self._parser = parser
        self._refused: dict[str, tuple[str, str]] = {}  # the last body of a source that was no feed, and why

    async def read(self, source: FeedSource, body: Body, at: datetime, beside: Beside = _nothing_beside) -> Reading:
        """Take in what an answer says that was read at `at`; `beside` stores more in the same transaction.

        The same body may be taken in again, by anybody and at any time: nothing becomes new twice.

        Raises NotAFeed or BrokenFeed, with nothing changed; StorageError; WorkerUnavailable.
        """
        body_hash = await self._parser.fingerprint(body, source.wanted)

        def confirm(tx: Transaction) -> Reading | None:
            memory = tx.news.memory(source.id, source.scope)
            return _confirmed(tx, memory, None, at, beside) if memory.body_hash == body_hash else None

        if (unchanged := await self._database.write(confirm)) is not None:
            return unchanged
        feed = await self._parse(source, body, body_hash)
        # Keys are worked out here, not while others wait for the database; many of them not on the event loop.
        is_long = len(feed.entries) > _LONG
        entries = _with_right_hosts(feed.entries, source.link_hosts)
        poll = await asyncio.to_thread(Poll, entries, at) if is_long else Poll(entries, at)

        def take(tx: Transaction) -> Reading:
            memory = tx.news.memory(source.id, source.scope)
            if memory.entries_hash == feed.entries_hash:
                return _confirmed(tx, replace(memory, body_hash=body_hash), feed, at, beside)
            reading = take_in(tx, source, feed, poll, body_hash)
            beside(tx, reading)
            return reading

        return await self._database.write(take)

    async def _parse(self, source: FeedSource, body: Body, body_hash: str) -> ParsedFeed:
        """The feed in a body. One that was no feed the last time is none again, and is not parsed for that."""
        refused = self._refused.get(source.id)
        if refused is not None and refused[0] == body_hash:
            raise NotAFeed(refused[1])
        try:
            feed = await self._parser.parse(body, source.wanted)
        except NotAFeed as error:
            self._refused[source.id] = body_hash, str(error)
            raise
        self._refused.pop(source.id, None)
        return feed

    async def confirm(self, source: FeedSource, at: datetime, beside: Beside = _nothing_beside) -> Reading:
        """Note that a source shows what it showed before, as an answer of 304 says."""

        def work(tx: Transaction) -> Reading:
            return _confirmed(tx, tx.news.memory(source.id, source.scope), None, at, beside)

        return await self._database.write(work)


def _with_right_hosts(entries: Sequence[Entry], hosts: Sequence[tuple[str, str]]) -> Sequence[Entry]:
    """The entries with links to the hosts that are meant."""
    for wrong, right in hosts:
        pattern = re.compile(rf"(https?://){re.escape(wrong)}(?=[/:?#]|\Z)", re.IGNORECASE)
        entries = [
            replace(entry, link=pattern.sub(rf"\g<1>{right}", entry.link, count=1))
            if pattern.match(entry.link)
            else entry
            for entry in entries
        ]
    return entries


def take_in(tx: Transaction, source: FeedSource, feed: ParsedFeed, poll: Poll, body_hash: str) -> Reading:
    """Store what a poll brings, within a transaction. Two that do so at once take turns."""
    tx.news.lock()
    memory = tx.news.memory(source.id, source.scope)
    aliases = tx.news.aliases(source.scope, poll.keys())
    decision = decide(poll, memory, aliases, tx.news.recent_days(source.id, DATES_SEEN))
    items = {item.id: item for item in tx.news.items_of([each.item for each in decision.known if each.item])}
    changes = tuple(_changes(decision.known, items, {(alias.key, alias.item) for alias in aliases}))
    new = tuple(_new_item(source, each, poll.at) for each in decision.new)
    seen = sorted({item for each in decision.known for item in (each.item, *each.doubles) if item})
    ids = tx.news.take_in(
        source.scope, TakenIn(new, changes, seen, tuple(_further_aliases(decision, aliases))), poll.at
    )
    tx.news.remember(_remembered(memory, decision, feed, poll.at, body_hash))
    return Reading(
        feed,
        ids,
        baseline=_count(decision.new, "baseline"),
        late=_count(decision.new, "late"),
        burst=_count(decision.new, "burst"),
        revised=sum(1 for change in changes if change.title_before),
        is_gap=decision.is_gap,
    )


def _confirmed(tx: Transaction, memory: SourceMemory, feed: ParsedFeed | None, at: datetime, beside: Beside) -> Reading:
    reading = Reading(feed)
    if memory.entries:
        memory = replace(memory, read_at=at, polls=memory.polls + 1)
    tx.news.remember(replace(memory, checked_at=at))
    beside(tx, reading)
    return reading


def _remembered(
    memory: SourceMemory, decision: PollDecision, feed: ParsedFeed, at: datetime, body_hash: str
) -> SourceMemory:
    memory = replace(memory, checked_at=at, body_hash=body_hash, entries_hash=feed.entries_hash)
    if decision.is_baseline:
        memory = replace(memory, baseline_at=at, polls=0, most_new=0)
    shown = len(decision.known) + len(decision.new)
    if not shown:
        return replace(memory, entries=0)
    return replace(
        memory,
        taken_at=at,
        read_at=at,
        entries=shown,
        polls=memory.polls + 1,
        most_new=max(memory.most_new, decision.brought),
        gaps=memory.gaps + decision.is_gap,
    )


def _new_item(source: FeedSource, each: Candidate, at: datetime) -> NewItem:
    entry = each.entry
    item = NewsItem(
        id=0,
        source=source.id,
        entry_id=entry.id,
        link=entry.link,
        title=_title(entry),
        summary=entry.summary,
        published=entry.published,
        first_seen=at,
        arrival=each.arrival,
        form=entry.form,
        labels=entry.labels,
        is_update=entry.is_update,
        amends=entry.amends,
        revisions=0,
    )
    return NewItem(item, entry.dated, each.aliases())


def _title(entry: Entry) -> str:
    """What an item is called; one without a title by its first words."""
    return entry.title or plain_text(entry.summary, _UNTITLED)


def _changes(
    known: Sequence[Candidate], items: Mapping[int, NewsItem], aliases: Collection[tuple[str, int]]
) -> Iterator[ItemChange]:
    """The items that read otherwise than before. A title that an item had before is no revision of it."""
    first = {each.item: each for each in reversed(known)}
    for number, item in items.items():
        each = first[number]
        title = _title(each.entry) or item.title
        is_moved = each.entry.link and (not item.link or (each.link and (each.link, number) not in aliases))
        is_revised = title != item.title and (each.keys.wording, number) not in aliases
        now = replace(
            item,
            title=title,
            summary=each.entry.summary or item.summary,
            link=each.entry.link if is_moved else item.link,
            revisions=item.revisions + is_revised,
        )
        if now != item:
            yield ItemChange(now, item.title if is_revised else "")


def _further_aliases(decision: PollDecision, aliases: Sequence[Alias]) -> Iterator[tuple[str, int, str]]:
    """The keys that known items got with this poll; an id or a link that is another item's stays that one's."""
    pairs, owned = ({(alias.key, alias.item) for alias in aliases}, {(alias.key, alias.host) for alias in aliases})
    for each in decision.known:
        assert each.item is not None
        titles = each.keys.title, each.keys.wording
        for key, host in each.aliases().items():
            if (key, each.item) not in pairs and (key in titles or (key, host) not in owned):
                yield key, each.item, host
    yield from ((key, AMBIGUOUS, "") for key in decision.ambiguous)


def _count(new: Sequence[Candidate], arrival: Arrival) -> int:
    return sum(1 for each in new if each.arrival == arrival)
