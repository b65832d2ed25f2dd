"""Days in words: "2025", "since 2025-06", "January 2025", "last week", as people type them after a topic."""

import re
from datetime import date, timedelta

from newsbot.content.overviews import Period

_DATE = r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?"
_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_MONTH = rf"(?:{'|'.join(f'{name}|{name[:3]}' for name in _MONTHS)}|sept)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_NAMED = rf"(?:{_DAY} (?:of )?)?{_MONTH}(?:,? {_YEAR})?|{_MONTH} {_DAY}(?:,? {_YEAR})?"
_SPAN = (
    r"today|yesterday|(?:this|last|past) (?:week|month|quarter|year)|"
    r"(?:last|past) \d{1,3} (?:days?|weeks?|months?|years?)"
)
_ONE = rf"(?:{_DATE}|{_NAMED}|q[1-4](?:,? {_YEAR})?|{_SPAN})"
_WORDS = re.compile(
    rf"(?:\A|\s)(?:(?P<bound>since|from|after|before|until|till|up to)[\s:=]+|(?:in |on |between )(?:the )?|the )?"
    rf"(?P<first>{_ONE})(?:\s*(?:to|until|till|and|through|[-–—])\s*(?P<last>{_ONE}))?\Z",
    re.IGNORECASE,
)
_UNITS = {"day": 1, "week": 7}


def split_period(words: str, today: date) -> tuple[str, Period | None]:
    """What stands before a period at the end of some words, and the period; None where they end with none.

    Raises ValueError where the words name a day that no calendar has, or an end before its beginning.
    """
    words = " ".join(words.split())
    found = _WORDS.search(words)
    if found is None:
        return words, None
    before, bound = words[: found.start()].strip(), (found["bound"] or "").lower()
    if found["last"]:
        return before, _between(found["first"].lower(), found["last"].lower(), today)
    period = _period(found["first"].lower(), today)
    if bound in {"since", "from", "after"}:
        return before, Period(period.first)
    if bound == "before" and period.first:
        return before, Period(None, period.first - timedelta(days=1))
    return before, Period(None, period.last) if bound else period


def _between(first: str, last: str, today: date) -> Period:
    """From the first day of one period to the last of another: "January to March 2025"."""
    end = _period(last, today)
    begin = _period(first, end.last or today)  # a month without a year is the one before the end
    if begin.first is None or end.last is None or begin.first > end.last:
        raise ValueError
    return Period(begin.first, end.last)


def _period(words: str, today: date) -> Period:
    """The days that one name of a period means; a month or quarter without a year is the newest that has begun."""
    numbers = words.split("-") if re.fullmatch(_DATE, words) else []
    if numbers:
        return _days(*map(int, numbers))
    if re.fullmatch(_SPAN, words):
        return _span(words, today)
    year = int(found[0]) if (found := re.search(_YEAR, words)) else 0
    if quarter := re.match(r"q([1-4])", words):
        return _quarter(year, int(quarter[1]), today)
    month = next(at for at, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}", words))
    day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", words)
    return _days(year or today.year - (month > today.month), month, int(day[1]) if day else 0)


def _days(year: int, month: int = 0, day: int = 0) -> Period:
    """A year, a month or a day."""
    if day:
        return Period(date(year, month, day), date(year, month, day))
    following = date(year + (month in {0, 12}), month % 12 + 1 if month else 1, 1)
    return Period(date(year, month or 1, 1), following - timedelta(days=1))


def _quarter(year: int, quarter: int, today: date) -> Period:
    first = 3 * quarter - 2
    year = year or today.year - (first > today.month)
    return Period(date(year, first, 1), _days(year, first + 2).last)


def _span(words: str, today: date) -> Period:
    if words in {"today", "yesterday"}:
        day = today - timedelta(days=words == "yesterday")
        return Period(day, day)
    which, *count, unit = words.split()
    if count:
        return Period(_back(today, int(count[0]), unit.rstrip("s")), today)
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        begin = monday if which == "this" else monday - timedelta(days=7)
        return Period(begin, begin + timedelta(days=6))
    if unit == "year":
        return _days(today.year - (which != "this"))
    if unit == "quarter":
        day = (
            today
            if which == "this"
            else today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1) - timedelta(days=1)
        )
        return _quarter(day.year, (day.month + 2) // 3, today)
    before = today.replace(day=1) - timedelta(days=1)
    return _days(today.year, today.month) if which == "this" else _days(before.year, before.month)


def _back(today: date, count: int, unit: str) -> date:
    """The day so many days, weeks, months or years before today; the last of its month where that has no such day."""
    if unit in _UNITS:
        return today - timedelta(days=count * _UNITS[unit])
    months = 12 * today.year + today.month - 1 - count * (12 if unit == "year" else 1)
    last = _days(months // 12, months % 12 + 1).last or today
    return min(last, last.replace(day=min(today.day, last.day)))
