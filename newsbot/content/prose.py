"""Our own prose: the figures it names, and the rule that a number is written down once, as a figure."""

import re
from collections.abc import Callable
from functools import lru_cache

from newsbot.messages.markup import (
    Inline,
    Markup,
    Placeholder,
    Plain,
    Strong,
    join_pieces,
    parse_markup,
    plain_text,
)

_PLACEHOLDER = re.compile(r"(?<!\\)\{([a-z0-9][a-z0-9-]*)\}")
_LINK_TARGET = re.compile(r"\]\([^)\s]*\)")
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:19|20)\d\d"
_DATES = re.compile(
    rf"""
      \b\d{{1,2}}\s{_MONTH}(?:\s{_YEAR})?\b
    | \b{_MONTH}\s\d{{1,2}}(?:,\s{_YEAR})?\b(?![\d%])
    | \b{_YEAR}-\d\d(?:-\d\d)?\b
    | (?<![\d.,$€£¥+−-]){_YEAR}(?:s\b|(?![\d%A-Za-z]|[.,]\d|\s(?:thousand|million|billion|trillion)))
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\S*\d\S*")


def placeholders(source: str) -> list[str]:
    """The figure ids that a piece of prose names, in order, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(source)))


def stray_numbers(source: str, names: re.Pattern[str] | None) -> list[str]:
    """The words of a piece of prose that hold a digit though they are no placeholder, date, year or allowed name."""
    bare = _LINK_TARGET.sub("]", _PLACEHOLDER.sub(" ", source))
    if not _DIGIT.search(bare):
        return []
    if names is not None:
        bare = names.sub(" ", bare)
    return [found.strip(".,;:!?()\"'") for found in _NUMBER.findall(_DATES.sub(" ", bare))]


@lru_cache(maxsize=64)
def names_pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """A pattern for the allowed names as whole words, the longest first; None where there is none."""
    if not names:
        return None
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})(?!\w|[-.]\d)")


def filled(source: str, display: Callable[[str], str]) -> tuple[Inline, ...]:
    """Prose as pieces to show, each placeholder replaced by what `display` gives for its figure."""
    return join_pieces([_fill(piece, display) for piece in parse_markup(source)])


def filled_text(source: str, display: Callable[[str], str]) -> str:
    """The same as plain text."""
    return plain_text(filled(source, display))


def _fill(piece: Markup, display: Callable[[str], str]) -> Markup:
    match piece:
        case Placeholder(name):
            return Plain(display(name))
        case Strong(text):
            return Strong(_PLACEHOLDER.sub(lambda found: display(found[1]), text))
    return piece
