"""What a source says, as values: entries and the feed they stand in, and which formats there are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Format = Literal["rss", "atom", "rdf", "json-feed", "edgar", "federal-register"]
SourceKind = Literal["feed", "edgar", "federal-register"]

TEXT_LIMIT = 300  # characters of a title or a summary


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, filing or document. Texts are plain, one line, at most `TEXT_LIMIT` characters.

    `id` is as the source gives it, empty where it gives none; `link` an absolute http or https address, or empty.
    `published` is an instant (UTC) where the source gives one with a zone, `dated` the day that it claims in any case.
    Neither can be trusted.

    `form` is the form of a filing ("8-K") or the type of a document ("Rule"); `labels` are the items of a filing, the
    agencies of a document, the categories of anything else. `is_update`: it corrects or amends something that was
    published before; `amends` is the id of that, where the source says it.
    """

    id: str
    link: str
    title: str
    summary: str = ""
    published: datetime | None = None
    dated: date | None = None
    form: str = ""
    labels: tuple[str, ...] = ()
    is_update: bool = False
    amends: str = ""


@dataclass(frozen=True, slots=True)
class FeedHints:
    """What a feed asks of those who read it: minutes between two polls, hours (UTC) and weekdays without any.

    Weekdays count from Monday, which is 0.
    """

    ttl_minutes: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as it was read. One without entries is a feed too.

    `entries_hash` is equal where all that newsbot takes of the entries is, whatever else of the body changed; a newer
    parser gives another one.
    """

    format: Format
    entries: tuple[Entry, ...]
    entries_hash: str
    title: str = ""
    link: str = ""
    hints: FeedHints = FeedHints()

    @property
    def newest(self) -> datetime | None:
        """The latest instant that an entry claims."""
        return max((entry.published for entry in self.entries if entry.published), default=None)


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an answer, as it came. `url` is where it came from in the end; both may be unknown, and so empty."""

    content: bytes
    content_type: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents of the Federal Register are wanted: of any of these agencies (slugs), of any of these types.

    Empty means all.
    """

    agencies: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
