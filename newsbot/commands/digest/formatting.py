"""Sentences about digests: when one comes, about what, and what was chosen for it."""

from datetime import date, time

from newsbot.content.library import Library
from newsbot.schedule.phrases import DAILY, WEEKDAYS, days_words, is_monthly, parse_days
from newsbot.schedule.slots import Slot
from newsbot.schedule.timezones import UTC_NAME, city_of
from newsbot.storage.records import Subscription

WHEN_EMPTY = {
    "short": "On a day without news only the question of the day comes.",
    "skip": "On a day without news nothing is posted.",
}
CATCH_UP = {
    "latest": "If newsbot was down at that time, the newest edition comes late and says so.",
    "all": "If newsbot was down at that time, each missed edition comes late and says so.",
    "skip": "If newsbot was down at that time, the edition is left out.",
}


def schedule(of: Subscription, library: Library) -> str:
    """When and about what: "Monday to Friday at 09:00 Berlin time, all topics"."""
    days = _days(of)
    return f"{days[:1].upper()}{days[1:]} at {clock(of.at, of.zone)}, {topics_words(of.topics, library)}"


def when(of: Subscription) -> str:
    """When it comes, within a sentence: "Monday to Friday at 09:00 Berlin time (Europe/Berlin)"."""
    zone = "" if of.zone == UTC_NAME else f" ({of.zone})"
    return f"{_days(of)} at {clock(of.at, of.zone)}{zone}"


def _days(of: Subscription) -> str:
    """The days within a sentence: "every day", "Monday to Friday", "every Monday and Wednesday"."""
    days = parse_days(of.days)
    if is_monthly(of.days):
        return f"on the first {'weekday' if days == WEEKDAYS else days_words(days)} of each month"
    return days_words(days) if days in (DAILY, WEEKDAYS) else f"every {days_words(days)}"


def clock(at: time, zone: str) -> str:
    """A wall time with whose clock it is of: "09:00 Berlin time"."""
    return f"{at:%H:%M} {zone}" if zone == UTC_NAME else f"{at:%H:%M} {city_of(zone)} time"


def day_words(day: date) -> str:
    """A date as people write it: "Tuesday 24 November 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def slot_words(slot: Slot, zone: str) -> str:
    """A slot for people: "Tuesday 24 November 2026, 09:00 Berlin time"."""
    return f"{day_words(slot.day)}, {clock(slot.at, zone)}"


def topics_words(topics: tuple[str, ...], library: Library) -> str:
    """The topics by their titles: "all topics", "DeepSeek and Nvidia"."""
    if not topics:
        return "all topics"
    return join_names([library.topics[topic].title if topic in library.topics else topic for topic in topics])


def join_names(names: list[str]) -> str:
    """Names as a list within a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def often_words(count: int) -> str:
    """How often news has come on some topics, in a sentence."""
    if count < 1:
        return "News on these topics has come less than once a month."
    numbers = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    said = numbers[count - 1] if count <= len(numbers) else str(count)
    return f"News on these topics has come about {said} {'time' if count == 1 else 'times'} a month."
