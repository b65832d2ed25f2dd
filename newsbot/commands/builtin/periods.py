"""Days in words: "2025", "since 2025-06", "January 2025", "last week", as people type them after a topic."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from newsbot.content.overviews import Period

_DATE = r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?"
_MONTHS = [
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
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_SPAN = "today|yesterday|(?:this|last|past) (?:week|month|year)"
_NAMED = rf"(?:(?P<day>\d{{1,2}}) )?(?P<month>{_MONTH})(?:,? (?P<year>(?:19|20)\d\d))?"
_WORDS = re.compile(
    rf"(?:\A|\s)(?P<since>(?:since|from|after)[\s:=]+)?(?:in |on )?(?:(?P<date>{_DATE})|{_NAMED}|(?P<span>{_SPAN}))\Z",
    re.IGNORECASE,
)


def split_period(words: str, today: date) -> tuple[str, Period | None]:
    """What stands before a period at the end of some words, and the period; None where they end with none.

    Raises ValueError where the words name a day that no calendar has.
    """
    words = " ".join(words.split())
    found = _WORDS.search(words)
    if found is None:
        return words, None
    period = _period({name: held.lower() for name, held in found.groupdict("").items()}, today)
    return words[: found.start()].strip(), Period(period.first) if found["since"] else period


def _period(found: Mapping[str, str], today: date) -> Period:
    if found["span"]:
        return _span(found["span"], today)
    if found["date"]:
        year, *rest = (int(part) for part in found["date"].split("-"))
        return _days(year, *rest)
    month = next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(found["month"][:3]))
    year = int(found["year"]) if found["year"] else today.year - (month > today.month)
    return _days(year, month, *([int(found["day"])] if found["day"] else []))


def _days(year: int, month: int = 0, day: int = 0) -> Period:
    """A year, a month or a day."""
    if day:
        return Period(date(year, month, day), date(year, month, day))
    following = date(year + (month in {0, 12}), month % 12 + 1 if month else 1, 1)
    return Period(date(year, month or 1, 1), following - timedelta(days=1))


def _span(words: str, today: date) -> Period:
    if words in {"today", "yesterday"}:
        day = today - timedelta(days=words == "yesterday")
        return Period(day, day)
    which, unit = words.split()
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        begin = monday if which == "this" else monday - timedelta(days=7)
        return Period(begin, begin + timedelta(days=6))
    if unit == "year":
        return _days(today.year - (which != "this"))
    before = today.replace(day=1) - timedelta(days=1)
    return _days(today.year, today.month) if which == "this" else _days(before.year, before.month)
