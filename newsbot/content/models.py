"""The shape of content files: the keys an editor may write, and what may stand behind each.

`id`, `topic` and `file` are not keys: the loader adds them from where an entry stands.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StringConstraints,
    Tag,
    model_validator,
)

from newsbot.messages.charts import ChartKind
from newsbot.messages.markup import is_web_address

ID_PATTERN = r"[a-z0-9][a-z0-9-]{0,31}"
_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EVENT_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[a-z0-9]+)+\Z")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNDATED = "undated"


def _partial_date(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not (match := _PARTIAL_DATE.match(text)):
        raise ValueError(f"{text!r} isn't a valid date | write YYYY-MM-DD, YYYY-MM or YYYY")
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} isn't in the calendar | write YYYY-MM-DD, YYYY-MM or YYYY") from None
    return text


def _full_date(value: object) -> object:
    if not isinstance(value, str) or not _FULL_DATE.match(value):
        raise ValueError(f"{str(value)!r} isn't a valid day | write YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} isn't in the calendar | write YYYY-MM-DD") from None


def _event_name(name: str) -> str:
    if not _EVENT_ID.match(name):
        raise ValueError(f"{name!r} isn't a valid event id | its day and some words: 2025-01-27-some-title")
    return name


def _address(url: str) -> str:
    if not is_web_address(url):
        raise ValueError(f"{url!r} isn't a web address | write https://…")
    return url


def date_words(partial: str) -> str:
    """A date, month or year as people read it: `2025-01-27` is "27 January 2025", `2025-01` "January 2025"."""
    year, _, rest = partial.partition("-")
    month, _, day = rest.partition("-")
    if not month:
        return year
    words = f"{_MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {words}" if day else words


def first_day(partial: str | None) -> date | None:
    """The day, or the first day of the month or year; None stays None."""
    if partial is None:
        return None
    year, month, day = [*partial.split("-"), "1", "1"][:3]
    return date(int(year), int(month), int(day))


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
PartialDate = Annotated[str, BeforeValidator(_partial_date)]
Day = Annotated[date, BeforeValidator(_full_date)]
Address = Annotated[str, AfterValidator(_address)]
Ticker = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9.^-]{1,12}$")]
Lines = tuple[Line, ...]
EventId = Annotated[str, AfterValidator(_event_name)]
# How a source hedges its number. It stands in front of the number wherever that is shown.
Bound = Literal["more than", "at least", "well above", "about", "nearly", "almost", "up to", "at most", "less than"]
BOUNDS: tuple[Bound, ...] = get_args(Bound)
ROUNDED: frozenset[Bound] = frozenset({"about", "nearly", "almost"})
ONE_SIDED = frozenset(BOUNDS) - ROUNDED
Verdict = Annotated[
    Literal["true", "false", "misattributed", "outdated", "unproven", "depends"],
    # YAML reads true and false without quotes as something else than text.
    BeforeValidator(lambda value: str(value).lower() if isinstance(value, bool) else value),
]
# Texts that stand in little room: a name on a button, a label beside a number, a title above a picture.
_Name25 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=25)]
_Label40 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Caveat60 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_Title70 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
_Note90 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=90)]
# A field that the loader fills in; no key of that name may stand in a file.
_Added: Any = Field(default="", exclude=True)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Entry):
    """Where something was published. A source without a date is shown as undated."""

    title: Line
    publisher: Line
    url: Address
    date: PartialDate | None = None

    @property
    def dated(self) -> str:
        """The date in words."""
        return date_words(self.date) if self.date else UNDATED


class Range(_Entry):
    """Two ends of a number that is known only so well."""

    low: StrictFloat
    high: StrictFloat

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.low > self.high:
            raise ValueError("low is above high | swap them")
        return self


Number = Annotated[
    Annotated[StrictFloat, Tag("number")] | Annotated[Range, Tag("range")],
    Discriminator(lambda value: "range" if isinstance(value, dict | Range) else "number"),
]


class SeriesItem(_Entry):
    """One value of a series."""

    label: Line
    value: Number
    bound: Bound | None = None
    date: PartialDate | None = None
    note: Line | None = None


class Disagreement(_Entry):
    """Another published value for the same thing, who gives it, and why it differs."""

    value: Number
    bound: Bound | None = None
    by: Line
    why: Line | None = None


def _kind_of_value(value: object) -> str:
    if isinstance(value, dict | Range):
        return "range"
    return "series" if isinstance(value, list | tuple) else "number"


Value = Annotated[
    Annotated[StrictFloat, Tag("number")]
    | Annotated[Range, Tag("range")]
    | Annotated[tuple[SeriesItem, ...], Tag("series"), Field(min_length=2)],
    Discriminator(_kind_of_value),
]


class Figure(_Entry):
    """A number with its unit, date, source and what it leaves out; `display` is how prose shows it, after its bound.

    `short` stands beside the number on a small card, with `short_caveat` where it `misleads` without one. A figure that
    is `superseded_by` another is history: cards show the newer one. `checked` is the day of a second reading beside
    its source.
    """

    id: str = _Added
    topic: str = _Added
    label: Line
    short: _Label40 | None = None
    value: Value
    bound: Bound | None = None
    unit: Line
    basis: Line | None = None  # what it measures and how; only figures of one basis are compared
    display: Line
    as_of: PartialDate
    caveat: Line
    short_caveat: _Caveat60 | None = None
    misleads: StrictBool = True
    superseded_by: Line | None = None
    checked: Day | None = None
    sources: tuple[Source, ...] = Field(min_length=1)
    disagree: tuple[Disagreement, ...] = ()
    chart: ChartKind | None = None
    chart_title: _Title70 | None = None
    chart_note: _Note90 | None = None
    left_out: Lines = ()


class Brief(_Entry):
    """One short explanation: a one-sentence answer, a few paragraphs, figures, sources, what to read next.

    `short` is its name where there is little room.
    """

    id: str = _Added
    topic: str = _Added
    title: Line
    short: _Name25 | None = None
    aliases: Lines = ()
    lede: Line
    body: Lines = Field(min_length=2, max_length=4)
    figures: Lines = ()
    chart: Line | None = None
    related: Lines = ()
    sources: tuple[Source, ...] = Field(min_length=2)
    corrects: Lines = ()


class Question(_Entry):
    """A multiple-choice question; `answer` repeats the right choice word for word.

    A `retired` one is not asked, nor one after its day `until`.
    """

    id: str = _Added
    topic: str = _Added
    question: Line
    choices: Lines = Field(min_length=2, max_length=4)
    answer: Line
    explanation: Line
    brief: Line
    rests_on: Line
    difficulty: Literal["easy", "medium", "hard"]
    retired: StrictBool = False
    until: Day | None = None


class Event(_Entry):
    """Something that happened on a day and moved, or explains, a market.

    `id` is its name for good, whatever becomes of the title. `headline_figure`, one of `figures`, is its main number.
    """

    file: str = _Added
    id: EventId = ""
    date: Day
    title: Line
    summary: Line
    topics: Lines = Field(min_length=1)
    tickers: tuple[Ticker, ...] = ()
    figures: Lines = ()
    headline_figure: Line | None = None
    sources: tuple[Source, ...] = Field(min_length=1)


class Claim(_Entry):
    """A sentence about AI and markets that people repeat, and what is known about it."""

    id: str = _Added
    claim: Line
    aliases: Lines = ()
    verdict: Verdict
    answer: Line
    figures: Lines = ()
    briefs: Lines = ()
    events: Lines = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    checked: Day


class Term(_Entry):
    """A word that a reader meets here, in one or two sentences."""

    id: str = _Added
    term: Line
    aliases: Lines = ()
    answer: Line
    brief: Line | None = None
    sources: tuple[Source, ...] = Field(min_length=1)
    checked: Day


class Phrasing(_Entry):
    """How people ask for something: for a brief, a paragraph of one, a figure or an event, which its `id` names."""

    id: str = _Added
    questions: Lines = Field(min_length=1)


class Withdrawn(_Entry):
    """Something that is no longer there, and the sentence for whoever still asks for it."""

    id: str = _Added
    sentence: Line


class Topic(_Entry):
    """What a group of briefs is about. `command` gives it a slash command of its own.

    `state` is the newest of it in a sentence, as of the day `state_as_of`. Its newest event or figure should be no
    older than `fresh_for` days.
    """

    id: str = _Added
    title: Line
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    aliases: Lines = ()
    tickers: tuple[Ticker, ...] = ()
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
    command: StrictBool
    fresh_for: Annotated[int, Field(strict=True, ge=1, le=3_650)] | None = None
    state: Line | None = None
    state_as_of: Day | None = None


def event_id(day: date, title: str) -> str:
    """The name of an event for `rests_on`: its day, then its title in lower case with hyphens."""
    return f"{day.isoformat()}-{slug(title)}"


def slug(text: str) -> str:
    """Lower case, every run of other signs one hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
