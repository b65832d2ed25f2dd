"""What people say about a quiz, as values: how many questions, how long for each, which of several choices."""

import re

from newsbot.commands.registry import Option
from newsbot.names import normalised

_COUNT = re.compile(r"#?([0-9]{1,6})(?:\s*([a-z]+))?,?\Z", re.IGNORECASE)
_PACE = re.compile(r"([0-9]{1,6})\s*(?:(s|secs?|seconds?)|(m|mins?|minutes?))?,?\Z", re.IGNORECASE)
_NO_LIMIT = frozenset({"unlimited", "no limit", "no time limit", "without a time limit", "untimed"})


def count(said: str, what: str) -> int | None:
    """The number in `5` or `5 questions`; None where it is none. `what` is counted, in the plural."""
    found = _COUNT.match(said.strip())
    if not found or (found[2] and found[2].casefold() not in (what, what.removesuffix("s"))):
        return None
    return int(found[1])


def is_count(said: str, what: str) -> bool:
    """Whether this is a number, or a number of what is counted."""
    return count(said, what) is not None


def pace(said: str) -> int | None:
    """The seconds in `30`, `30s` or `2 minutes`; 0 where there is no limit. None where it is neither."""
    if normalised(said) in _NO_LIMIT:
        return 0
    found = _PACE.match(said.strip())
    return int(found[1]) * (60 if found[3] else 1) if found else None


def is_pace(said: str) -> bool:
    """Whether this says how long something takes."""
    return pace(said) is not None


def choice_value(option: Option, said: str) -> str | None:
    """The value of the choice that is called so; None where none is."""
    typed = normalised(said)
    called = (*option.choices, *option.synonyms)
    return next((value for label, value in called if typed in (normalised(label), normalised(value))), None)
