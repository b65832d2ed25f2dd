"""The time that a question names: a day, a month, a year, "last week", "latest"; today is passed in."""

import re
from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from newsbot.content.models import date_words
from newsbot.content.words import flat

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SHORT = {name[:3]: number for number, name in enumerate(_NAMES, start=1)} | {"sept": 9, "januray": 1, "febuary": 2}
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)} | _SHORT
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_DAY_FORMS = (
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<n>\d\d)-(?P<d>\d\d)\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\.?,?(?: (?P<y>{_YEAR}))?\b"),
    re.compile(rf"\b(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y>{_YEAR}))?"),
    re.compile(rf"\b(?P<d>\d{{1,2}})[./](?P<n>\d{{1,2}})[./](?P<y>{_YEAR})\b"),
)
_MONTH_FORMS = (
    re.compile(rf"\b(?P<m>{_MONTH})\.?,? (?:of )?(?P<y>{_YEAR})\b"),
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<n>\d\d)\b"),
    re.compile(
        rf"\b(?:in|since|during|of|from|for|last|this)? ?\b(?P<m>{'|'.join(n for n in _NAMES if n != 'may')})\b"
    ),
    re.compile(r"\b(?:in|since|last) (?P<m>may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"),
)
_YEAR_FORM = re.compile(rf"\b(?P<y>{_YEAR})\b")
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|recent(?:ly)?|lately|what ?s new|what is new|whats up|anything new|any news|news"
    r"|(?:did|have) (?:i|we) miss(?:ed)?|catch (?:me|us) up|fill me in|bring me up to (?:speed|date)"
    r"|what ?s happening|what is happening|working on|up to (?:now|lately|these days)|doing (?:now|lately|these days)"
    r"|new developments?|updates?|up to date|headlines?)\b"
)
_RELATIVE = re.compile(
    r"\b(?P<w>today|yesterday|tonight|right now|currently|nowadays"
    r"|(?P<which>this|last|past|previous|the past|the last) (?P<unit>week|month|year|quarter|\d+ days|few days)"
    r"|this morning)\b"
)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """A span of days, how it is called, and the question without it. `exact`: a date was named, not "latest"."""

    start: date
    end: date
    words: str
    rest: str
    exact: bool = True
    latest: bool = False
    is_day: bool = False
    is_now: bool = False

    @property
    def is_loose(self) -> bool:
        """Whether it stands for the newest there is: results of "last quarter" may have come long before."""
        return self.words.endswith("quarter")

    def holds(self, day: str) -> bool:
        """Whether a date, month or year lies in the span, or the span in it."""
        if not day:
            return False
        first, last = span_of(day)
        if len(day) < 10 and self.is_day:
            return False
        return first <= self.end and last >= self.start


def span_of(partial: str) -> tuple[date, date]:
    """The first and last day of a date, month or year."""
    year, month, day = [int(part) for part in partial.split("-")] + [0] * (2 - partial.count("-"))
    if day:
        return date(year, month, day), date(year, month, day)
    if month:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)


def asked_time(question: str, today: date, days: Container[str] = frozenset()) -> AskedTime | None:
    """The time that a question names; None where it names none.

    `days` are those on which something happened: a day without its year is one of them where it can be.
    """
    low = re.sub(r"['’]s\b", " s", flat(question)).replace("what s new", "whats new")
    for pattern in _DAY_FORMS:
        if (found := pattern.search(low)) and (made := _day(found, low, today, days)):
            return made
    for pattern in _MONTH_FORMS:
        if (found := pattern.search(low)) and (made := _month(found, low, today)):
            return made
    if found := _YEAR_FORM.search(low):
        return _named(found["y"], low, found)
    if found := _RELATIVE.search(low):
        return _relative(found, low, today)
    if (found := _LATEST.search(low)) or (found := re.search(r"\bwhats new\b", low)):
        return AskedTime(date.min, today, "latest", _without(low, found), exact=False, latest=True)
    return None


def _without(low: str, found: re.Match[str]) -> str:
    before = re.sub(r"\b(?:on|in|since|during|of|from|for|at)\s*$", "", low[: found.start()])
    return f"{before} {low[found.end() :]}"


def _named(partial: str, low: str, found: re.Match[str]) -> AskedTime:
    start, end = span_of(partial)
    return AskedTime(start, end, date_words(partial), _without(low, found), is_day=len(partial) == 10)


def _number(found: re.Match[str]) -> int:
    groups = found.groupdict()
    return int(groups["n"]) if groups.get("n") else _MONTHS[found["m"]]


def _day(found: re.Match[str], low: str, today: date, days: Container[str]) -> AskedTime | None:
    month, day = _number(found), int(found["d"])
    years = [int(found["y"])] if found["y"] else [today.year, today.year - 1, today.year - 2]
    could: list[str] = []
    for year in years:
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if found["y"]:
            return _named(named.isoformat(), low, found)
        if named <= today:
            could.append(named.isoformat())
    if not could:
        return None
    return _named(next((day for day in could if day in days), could[0]), low, found)


def _month(found: re.Match[str], low: str, today: date) -> AskedTime | None:
    month = _number(found)
    if not 1 <= month <= 12:
        return None
    if year := found.groupdict().get("y"):
        return _named(f"{year}-{month:02}", low, found)
    guessed = today.year if month <= today.month else today.year - 1
    made = _named(f"{guessed}-{month:02}", low, found)
    # A month without its year may be any: the newest for a list, all of them for a search.
    return AskedTime(made.start, made.end, made.words, made.rest, exact=False)


def _relative(found: re.Match[str], low: str, today: date) -> AskedTime:
    word, unit, rest = found["w"], found["unit"] or "", _without(low, found)
    is_past = (found["which"] or "") != "this"
    if word == "yesterday":
        start = end = today - timedelta(days=1)
    elif unit == "week":
        start = today - timedelta(days=today.weekday() + (7 if is_past else 0))
        end = start + timedelta(days=6)
    elif unit == "month":
        last = today.replace(day=1) - timedelta(days=1)
        start, end = (last.replace(day=1), last) if is_past else (today.replace(day=1), today)
    elif unit == "year":
        year = today.year - is_past
        start, end = date(year, 1, 1), date(year, 12, 31)
    elif unit == "quarter":
        start, end = today - timedelta(days=91), today
    elif unit:
        start, end = today - timedelta(days=int(re.sub(r"\D", "", unit) or 5)), today
    else:
        start = end = today
    is_now = not unit and word != "yesterday"
    return AskedTime(start, min(end, today), word, rest, is_now=is_now)
