"""Whether an entry was seen before, and what a new one is: decided from values alone.

What is known of a source comes in as aliases (keys under which its items were seen) and as a few facts about the
source as a whole; what is to be stored goes out as a `PollDecision`. Taking the same entries in twice changes nothing
more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from newsbot.news.entries import Entry
from newsbot.news.identity import Keys, is_one_publisher, keys_of, normal_id
from newsbot.storage.news import AMBIGUOUS, Alias, Arrival, SourceMemory

_TITLES_LAST = timedelta(days=2)  # an equal title is the same item only if it was shown so shortly before
_READDRESSED = 2  # entries at least: one alone may well be another article of the same title
_OLD = timedelta(days=7)
DATES_SEEN, _DIFFERENT_DATES = 20, 3
_MANY = 5
_LEARNING_POLLS, _TIMES_THE_MOST = 20, 3
_SHARED_WORDS = 1 / 3


@dataclass(frozen=True, slots=True)
class KnownAliases:
    """The aliases that the keys of a poll have in memory."""

    items: Mapping[str, tuple[Alias, ...]]

    @classmethod
    def of(cls, aliases: Iterable[Alias]) -> "KnownAliases":
        found: dict[str, tuple[Alias, ...]] = {}
        for alias in aliases:
            found[alias.key] = (*found.get(alias.key, ()), alias)
        return cls(found)

    def is_ambiguous(self, key: str) -> bool:
        """Whether several items had this id or link: it tells nothing any more."""
        return any(alias.item == AMBIGUOUS for alias in self.items.get(key, ()))

    def get(self, key: str) -> Alias | None:
        """The alias of a link that is not ambiguous."""
        return next(iter(self.items.get(key, ())), None)

    def has_title(self, item: int, key: str) -> bool:
        """Whether an item had this title before."""
        return any(alias.item == item for alias in self.items.get(key, ()))

    def titled(self, key: str) -> tuple[Alias, ...]:
        """The items that had this title, the latest shown first."""
        return tuple(sorted(self.items.get(key, ()), key=lambda alias: (alias.shown_at, alias.item), reverse=True))


@dataclass(slots=True)
class Candidate:
    """An entry of a poll while it is decided what it is. `item` is None as long as it is not known."""

    entry: Entry
    keys: Keys
    ids: tuple[tuple[str, str], ...] = ()  # keys that may tell what it is: ids with their hosts
    link: str = ""
    item: int | None = None
    doubles: tuple[int, ...] = ()  # items that are this one too, as its other ids say
    spoilt: tuple[str, ...] = ()  # keys that turned out to be of several items
    arrival: Arrival = "new"

    @property
    def has_keys(self) -> bool:
        """Whether an id or a link may tell what it is."""
        return bool(self.ids or self.link)

    def aliases(self) -> Mapping[str, str]:
        """The keys under which it is to be known from now on, each with its host if it has one."""
        names = (self.link, self.keys.anchor if self.link else "", self.keys.title, self.keys.wording)
        found = {**dict(self.ids), **dict.fromkeys(names, "")}
        return {key: host for key, host in found.items() if key and key not in self.spoilt}


@dataclass(frozen=True, slots=True)
class PollDecision:
    """What a poll brings. `ambiguous` are keys that are not to be used any more."""

    known: tuple[Candidate, ...]
    new: tuple[Candidate, ...]
    ambiguous: tuple[str, ...] = ()
    is_baseline: bool = False
    is_gap: bool = False
    is_burst: bool = False

    @property
    def brought(self) -> int:
        """How many items are new and no baseline."""
        return 0 if self.is_baseline else len(self.new)


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a source: its entries, in their order, and when they were read. It is decided once."""

    entries: Sequence[Entry]
    at: datetime
    candidates: tuple[Candidate, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "candidates", tuple(_without_doubles(self.entries)))

    def keys(self) -> tuple[str, ...]:
        """All keys that memory is to be asked for."""
        found = (key for each in self.candidates for key in (*dict(each.ids), *each.keys.all()))
        return tuple(dict.fromkeys(found))


def decide(poll: Poll, memory: SourceMemory, aliases: Iterable[Alias], recent: Sequence[date | None]) -> PollDecision:
    """What the entries of a poll are, by what memory has of their keys.

    `recent` are the days that the newest items of the source claim, the newest first.
    """
    known, repeated = KnownAliases.of(aliases), _repeated(poll.candidates)
    _choose_keys(poll.candidates, repeated, known)
    candidates = [each for each in poll.candidates if each.has_keys or each.keys.title]
    _match_links(candidates, known)
    _match_ids(candidates, known)
    _match_titles(candidates, known, memory)
    spoilt = [key for each in candidates for key in each.spoilt]
    ambiguous = tuple(dict.fromkeys(key for key in (*repeated, *spoilt) if not known.is_ambiguous(key)))
    found = tuple(each for each in candidates if each.item is not None)
    new = tuple(each for each in candidates if each.item is None)
    if memory.is_empty(poll.at):
        for each in new:
            each.arrival = "baseline"
        return PollDecision(found, new, ambiguous, is_baseline=bool(candidates))
    is_burst = _judge_new(new, memory, recent, poll.at)
    return PollDecision(found, new, ambiguous, is_gap=bool(new) and not found, is_burst=is_burst)


# -- keys -------------------------------------------------------------------------------------------------------------


def _says_something(entry: Entry) -> bool:
    return bool(entry.id or entry.link or entry.title or entry.summary)


def _without_doubles(entries: Iterable[Entry]) -> Iterable[Candidate]:
    """The entries that say anything; one that stands there twice, under one link and title, counts once."""
    found: dict[tuple[str, ...], Candidate] = {}
    for entry in filter(_says_something, entries):
        keys = keys_of(entry)
        ids = ((keys.id, keys.host),) if keys.id else ()
        same = (keys.anchor or keys.link or keys.id, keys.title)
        mark = same if same[0] else (*same, entry.summary)
        if mark not in found:
            found[mark] = Candidate(entry, keys, ids)
        elif not set(ids) <= set(found[mark].ids):
            found[mark].ids += ids
    return found.values()


def _repeated(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """The ids and links that several entries of the poll have: none of them tells which is which."""
    ids = Counter(key for each in candidates for key in {key for key, _ in each.ids})
    links = Counter(key for each in candidates for key in (each.keys.link, each.keys.anchor) if key)
    return tuple(key for counter in (ids, links) for key, count in counter.items() if count > 1)


def _choose_keys(candidates: Sequence[Candidate], repeated: Iterable[str], known: KnownAliases) -> None:
    """Take those keys that tell entries apart: where a link does not, its fragment may."""
    useless = set(repeated)

    def is_usable(key: str) -> bool:
        return bool(key) and key not in useless and not known.is_ambiguous(key)

    for each in candidates:
        each.ids = tuple((key, host) for key, host in each.ids if is_usable(key))
        each.link = next((key for key in (each.keys.link, each.keys.anchor) if is_usable(key)), "")


# -- matching ---------------------------------------------------------------------------------------------------------


def _match_links(candidates: Sequence[Candidate], known: KnownAliases) -> None:
    for each in candidates:
        if each.link and (alias := known.get(each.link)):
            each.item = alias.item


def _match_ids(candidates: Sequence[Candidate], known: KnownAliases) -> None:
    """Match by id what has no known link, unless the id is another publisher's or was given to another article."""
    taken = {each.item for each in candidates if each.item is not None}
    found = [(each, *pair) for each in candidates if each.item is None for pair in _ids_known(each, known)]
    moves = {(alias.host, host) for each, alias, host in found if known.has_title(alias.item, each.keys.title)}
    for each, alias, host in found:
        if not (is_one_publisher(alias.host, host) or (alias.host, host) in moves):
            continue
        if each.item is not None:
            each.doubles += (alias.item,)
        elif each.link and (alias.item in taken or _is_another(each, alias, known)):
            each.spoilt += (alias.key,)
        else:
            each.item = alias.item


def _ids_known(each: Candidate, known: KnownAliases) -> Iterable[tuple[Alias, str]]:
    """The aliases of its ids, those of its own host first, each with the host that the id has now."""
    for key, host in each.ids:
        aliases = sorted(known.items.get(key, ()), key=lambda alias: alias.host != host)
        yield from ((alias, host) for alias in aliases)


def _is_another(each: Candidate, alias: Alias, known: KnownAliases) -> bool:
    """Whether an id that was seen before now stands on another article: neither link nor title has to do with it.

    An id that is the article's own address is not given to another one.
    """
    is_address = bool(each.keys.host) and normal_id(each.entry.link) == normal_id(each.entry.id)
    if is_address or not alias.title or known.has_title(alias.item, each.keys.title):
        return False
    before, now = (set(title.casefold().split()) for title in (alias.title, each.entry.title))
    return bool(now) and len(before & now) < _SHARED_WORDS * min(len(before), len(now))


def _match_titles(candidates: Sequence[Candidate], known: KnownAliases, memory: SourceMemory) -> None:
    """Match by title what ids and links cannot tell: entries without any, and all where everything got new ones."""
    taken = {item for each in candidates for item in (each.item, *each.doubles) if item is not None}
    titled: list[tuple[Candidate, int]] = []
    # What has nothing else comes first, and of that what could be fewest items.
    for each in sorted(candidates, key=lambda each: (each.has_keys, len(known.titled(each.keys.title)))):
        if each.item is None and each.keys.title and (item := _item_of_title(each, known, memory, taken)) is not None:
            taken.add(item)
            titled.append((each, item))
    with_keys = sum(1 for each, _ in titled if each.has_keys)
    is_readdressed = with_keys >= _READDRESSED and 2 * with_keys > len(candidates)
    for each, item in titled:
        if is_readdressed or not each.has_keys:
            each.item = item


def _item_of_title(each: Candidate, known: KnownAliases, memory: SourceMemory, taken: set[int]) -> int | None:
    """The item of this title that was shown within two days of the last look at the source, and is nobody else's."""
    for alias in known.titled(each.keys.title):
        shown = memory.shown_until(alias.shown_at)
        if alias.item not in taken and (memory.read_at or shown) - shown <= _TITLES_LAST:
            return alias.item
    return None


# -- what is new ------------------------------------------------------------------------------------------------------


def _judge_new(new: Sequence[Candidate], memory: SourceMemory, recent: Sequence[date | None], at: datetime) -> bool:
    """Tell news from old stock; whether there came so much of it at once that all of it is held."""
    claimed = [*(each.entry.dated for each in new), *recent][:DATES_SEEN]
    is_trusted = len({day for day in claimed if day}) >= _DIFFERENT_DATES
    old = [each for each in new if is_trusted and _is_old(each.entry, at)]
    if is_trusted:
        is_burst = len(new) > _MANY and 2 * len(old) > len(new)
    else:
        usual = _TIMES_THE_MOST * memory.most_new
        is_burst = len(new) > max(_MANY, usual) and memory.polls >= _LEARNING_POLLS
    for each in new if is_burst else old:
        each.arrival = "burst" if is_burst else "late"
    return is_burst


def _is_old(entry: Entry, at: datetime) -> bool:
    if entry.published:
        return at - entry.published > _OLD
    return entry.dated is not None and at.date() - entry.dated > _OLD
