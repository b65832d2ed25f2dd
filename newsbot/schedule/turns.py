"""Turns of phrase about when: "every morning at 8", "the first Friday of the month", in the words that phrases read."""

import re

# How often people want something that no digest does, in one word each, and what to say about it.
UNSUPPORTED = {
    "hourly": "A digest comes at most once a day.",
    "several-days": "Name the days, such as mon,thu.",
    "fortnightly": "A digest can't skip every other day or week.",
    "later-in-month": "A monthly digest comes on the first weekday of the month, or on the first Friday, say.",
}
_ORDINAL = r"(?:second|2nd|third|3rd|fourth|4th|last|[0-9]{1,2}(?:st|nd|rd|th))"
_OF_MONTH = r"(?:of|in) (?:the|each|every) month"
_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:week|work|working |business )day)"
_TURNS = tuple(
    (re.compile(rf"(?<!\S)(?:{pattern})(?!\S)", re.IGNORECASE), instead)
    for pattern, instead in (
        (r"every hour|once an hour|every [0-9a-z]+ (?:hours|minutes|min)|(?:twice|two times) (?:a|per) day", "hourly"),
        (r"(?:twice|two times|three times|2x|3x) (?:a|per|each|every) week", "several-days"),
        (r"bi-?weekly|every (?:other|second|two|2|2nd) (?:weeks?|days?)", "fortnightly"),
        (rf"(?:monthly )?(?:on )?(?:the )?(?:first|1st) ({_DAY}) {_OF_MONTH}", r"monthly \1"),
        (rf"monthly (?:on )?(?:the )?(?:first|1st) ({_DAY})", r"monthly \1"),
        (rf"(?:monthly )?(?:on )?(?:the )?{_ORDINAL}(?: {_DAY})? {_OF_MONTH}", "later-in-month"),
        (rf"monthly (?:on )?(?:the )?{_ORDINAL}(?: {_DAY})?", "later-in-month"),
    )
)
_PART = re.compile(
    r"(?<!\S)(?:(?P<daily>every|each) |in the |at (?=night))?(?P<part>morning|afternoon|evening|night)s?(?!\S)",
    re.IGNORECASE,
)
_BARE_HOUR = re.compile(r"(?<!\S)(?:0?[1-9]|1[0-2])(?:[:.][0-5][0-9])?(?!\S)")


def _half(part: str, hour: str) -> str:
    """The half of the day that an hour of a part of it lies in: eleven at night is pm, one at night is am."""
    after_midnight = part == "night" and int(re.split("[:.]", hour)[0]) in (12, 1, 2, 3, 4, 5)
    return "am" if part == "morning" or after_midnight else "pm"


def plain_schedule(said: str) -> str:
    """A schedule in words that `parse_days` and `parse_time` read; what is no turn of phrase stays as it is.

    "every morning at 8" is "daily at 8am", "8 in the evening" is "8pm", "first Friday of the month" "monthly Friday".
    How often no digest comes becomes a word of `UNSUPPORTED`.
    """
    if part := _PART.search(said):
        said = _PART.sub("daily" if part["daily"] else "", said, count=1)
        said = _BARE_HOUR.sub(lambda hour: hour[0] + _half(part["part"].casefold(), hour[0]), said, count=1)
    for turn, instead in _TURNS:
        said = turn.sub(instead, said)
    return said
