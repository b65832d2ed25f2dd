"""How people say when: a wall time ("9", "09.30", "9 pm") and days of the week ("weekdays", "mon,wed")."""

import re
import unicodedata
from datetime import time

from newsbot.errors import RequestError
from newsbot.messages.markup import outside_text
from newsbot.schedule.turns import UNSUPPORTED, plain_schedule

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAILY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKENDS = frozenset({5, 6})

_LONGEST = 200
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2})|([0-9]{2})| uhr ([0-9]{2}))?(?: ?(am|pm|a|p|uhr|h|o'clock))?")
_PAST = re.compile(r"(half|quarter|[0-9]{1,2})(?: minutes?)? (past|after|to|before|till) ([0-9]{1,2})(?: ?(am|pm))?")
_MINUTES = {"half": 30, "quarter": 15}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS = {**{word: str(number) for number, word in enumerate(_NUMBERS, start=1)}, "twenty": "20", "twenty-five": "25"}
_TIMES = {"noon": time(12), "midday": time(12), "12 noon": time(12), "12 midnight": time(0), "midnight": time(0)}
_SETS = {
    **dict.fromkeys(("daily", "every day", "everyday", "all", "all days", "all week", "each day"), DAILY),
    **dict.fromkeys(
        (
            *("weekday", "weekdays", "workday", "workdays", "work day", "work days", "working day", "working days"),
            *("business day", "business days", "m-f", "every weekday"),
        ),
        WEEKDAYS,
    ),
    **dict.fromkeys(("weekend", "weekends"), WEEKENDS),
    "mwf": frozenset({0, 2, 4}),
}
_WEEKLY = re.compile(r"(?:weekly|every week|once a week)\b")
_MONTHLY = re.compile(r"(?:monthly|every month|once a month)\b")
_WITHOUT = re.compile(r"[\s,]*\b(?:except|excluding|without|but not|but)\b(?: for)?(?: on)? *")
_OTHER_DAYS = {"wed": 2, "weds": 2}
_TIME_HELP = "Say it like 9:00, 21:15 or 9 pm."
_DAYS_HELP = "Say daily, weekdays, weekly, monthly, or days such as mon,wed or mon-fri."


def parse_time(typed: str) -> time:
    """The wall time somebody typed: "9", "09.30", "21:15", "9 pm", "noon", "half past eight in the morning".

    Raises RequestError with a sentence that says what is wrong and how to say it.
    """
    said = outside_text(typed, 30)
    words = _plain_time(typed)
    if words in _TIMES:
        return _TIMES[words]
    if past := _PAST.fullmatch(words):
        words = _by_the_clock(past)
    found = _TIME.fullmatch(words)
    if not found:
        raise RequestError(
            f"“{said}” isn't a time of day. {_TIME_HELP}" if said else f"Which time of day? {_TIME_HELP}"
        )
    hour, minute, half = int(found[1]), int(found[2] or found[3] or found[4] or 0), found[5]
    if minute > 59:
        raise RequestError(f"“{said}” has {minute} minutes, and an hour has only 60. {_TIME_HELP}")
    if half in {"am", "pm", "a", "p"}:
        return time(_hour_of_half(hour, f"{half[0]}m", said), minute)
    if hour > 23:
        raise RequestError(f"“{said}” isn't a time of day: hours go from 0 to 23, and midnight is 0:00. {_TIME_HELP}")
    return time(hour, minute)


def _plain_time(typed: str) -> str:
    """A time as typed with digits for words: "half past eight in the evening" is "half past 8pm"."""
    words = re.sub(r"\s+", " ", _folded(typed).replace("’", "'")).strip()
    words = words.removeprefix("at ").removeprefix("a ")
    words = re.sub(r"[a-z]+(?:-five)?", lambda word: _WORDS.get(word[0], word[0]), words)
    return re.sub(r"\b([ap])\.? ?m\.?(?!\w)", r"\1m", plain_schedule(words)).strip()


def _by_the_clock(past: re.Match[str]) -> str:
    """A time that was said by the hands of a clock, on its hours: "quarter to 9 pm" is "8:45 pm"."""
    minutes, hour, half = int(_MINUTES.get(past[1], past[1])), int(past[3]), past[4] or ""
    if past[2] in ("to", "before", "till"):
        if hour == 12 and half:  # five to noon is in the morning
            half = "am" if half == "pm" else "pm"
        minutes, hour = 60 - minutes, hour - 1 or 12
    return f"{hour}:{minutes:02d} {half}".strip()


def _hour_of_half(hour: int, half: str, said: str) -> int:
    if not 1 <= hour <= 12:
        raise RequestError(f"“{said}” isn't a time of day: with am and pm, hours go from 1 to 12. {_TIME_HELP}")
    return hour % 12 + (12 if half == "pm" else 0)


def parse_days(typed: str) -> frozenset[int]:
    """The days of the week somebody typed, Monday is 0: `daily`, `weekdays`, `weekends`, `mon,wed`, `mon-fri`.

    `weekly` is Monday and `weekly on fridays` Friday; of `monthly` they are those whose first in a month counts.

    Raises RequestError with a sentence that says which word is no day and how to say it.
    """
    words = plain_schedule(_folded(typed)).strip()
    for pattern, default in ((_WEEKLY, frozenset({0})), (_MONTHLY, WEEKDAYS)):
        if pattern.search(words):
            words = pattern.sub(" ", words, count=1).strip(" ,")
            if not words or words == "on":
                return default
    kept, *left_out = _WITHOUT.split(words, maxsplit=1)
    days = _some_days(kept)
    if left_out:
        days -= _some_days(left_out[0])
        if not days:
            raise RequestError(f"That leaves no day. {_DAYS_HELP}")
    return days


def _some_days(said: str) -> frozenset[int]:
    """The days of a phrase without exceptions."""
    words = re.sub(r"\A(?:on|every|each)\s+(?!day\b)", "", said)
    if words in UNSUPPORTED:
        raise RequestError(f"{UNSUPPORTED[words]} {_DAYS_HELP}")
    if words in _SETS:
        return _SETS[words]
    joined = re.sub(r"\s*(?:[-‐-―]|\bto\b|\bthru\b|\bthrough\b|\buntil\b)\s*", "-", words)
    parts = [part for part in re.split(r"[\s,;/+&]+|\band\b", joined) if part]
    if not parts:
        raise RequestError(f"Which days? {_DAYS_HELP}")
    return frozenset().union(*(_part(part) for part in parts))


def is_monthly(typed: str) -> bool:
    """Whether somebody typed that a digest is to come once a month."""
    return bool(_MONTHLY.search(plain_schedule(_folded(typed))))


def _folded(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed[:_LONGEST]).casefold()


def _part(part: str) -> frozenset[int]:
    if part in _SETS:
        return _SETS[part]
    first, *rest = part.split("-")
    if len(rest) > 1:
        raise RequestError(f"“{outside_text(part, 30)}” isn't a range of days. {_DAYS_HELP}")
    start = _day(first)
    end = _day(rest[0]) if rest else start
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _day(word: str) -> int:
    """The day that a word of at least two letters begins: mo, tue, thurs, sundays."""
    bare = word.rstrip(".")
    if bare in _OTHER_DAYS:
        return _OTHER_DAYS[bare]
    for number, name in enumerate(DAY_NAMES):
        if len(bare) >= 2 and f"{name.casefold()}s".startswith(bare):
            return number
    raise RequestError(f"“{outside_text(word, 30)}” isn't a day of the week. {_DAYS_HELP}")


def days_text(days: frozenset[int], *, monthly: bool = False) -> str:
    """The days as `parse_days` reads them and as they are kept: `daily`, `mon-fri`, `mon,wed`, `monthly fri`."""
    if monthly:
        return "monthly" if days == WEEKDAYS else f"monthly {days_text(days)}"
    if days == DAILY:
        return "daily"
    if days == WEEKDAYS:
        return "mon-fri"
    return ",".join(DAY_NAMES[day][:3].casefold() for day in sorted(days))


def days_words(days: frozenset[int]) -> str:
    """The days for people: "every day", "Monday to Friday", "Monday and Wednesday"."""
    if days == DAILY:
        return "every day"
    if days == WEEKDAYS:
        return "Monday to Friday"
    names = [DAY_NAMES[day] for day in sorted(days)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
