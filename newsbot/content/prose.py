"""Our own prose: the figures it names, and the rule that a number is written down once, as a figure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
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
DATES = re.compile(
    rf"""
      \b\d{{1,2}}\s{_MONTH}(?:\s{_YEAR})?\b
    | \b{_MONTH}\s\d{{1,2}}(?:,\s{_YEAR})?\b(?![\d%])
    | \b{_YEAR}-\d\d(?:-\d\d)?\b
    | (?<![\d.,$€£¥+−-]){_YEAR}(?:s\b|(?![\d%A-Za-z]|[.,]\d|\s(?:thousand|million|billion|trillion)))
    """,
    re.VERBOSE,
)
# What stands in front of a number and hedges it; the sentence has its own words for the bound then.
_HEDGE = re.compile(
    r"""
    \b(?:more\sthan|at\sleast|(?:well\s)?(?:above|over|below|under|beyond)|about|around|roughly|some|nearly|almost
      |(?<!\badd\s)(?<!\badds\s)(?<!\badded\s)up\sto
      |at\smost|less\sthan|fewer\sthan|close\sto|as\s(?:much|many|little|few|high|low)\sas|approximately|an?\sestimated
      |exceed(?:s|ed|ing)?|topp(?:ed|ing)|pass(?:ed|ing)|no\s(?:more|less)\sthan|not\squite|just)
    \s+(?:an?\s|the\s)?\Z
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?][\"”’)]?\s)\s*\Z")
_LOOK_BACK = 40  # characters: as far as a hedge reaches
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
    return [found.strip(".,;:!?()\"'") for found in _NUMBER.findall(DATES.sub(" ", bare))]


@lru_cache(maxsize=64)
def names_pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """A pattern for the allowed names as whole words, also of several (H800s), the longest first; None without any."""
    if not names:
        return None
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})s?(?!\w|[-.]\d)")


@dataclass(frozen=True, slots=True)
class FigureText:
    """How prose shows a figure: its display, and the bound that stands in front of it, if any."""

    display: str
    bound: str = ""

    def after(self, before: str) -> str:
        """The words where `before` stands in front: with the bound, unless the sentence gives one there itself."""
        if not self.bound or _HEDGE.search(before):
            return self.display
        words = f"{self.bound} {self.display}"
        return words[0].upper() + words[1:] if _SENTENCE_START.search(before) else words


def filled(source: str, look_up: Callable[[str], FigureText]) -> tuple[Inline, ...]:
    """Prose as pieces to show, each placeholder replaced by the figure that `look_up` gives for its name.

    A text that is a placeholder and nothing else, such as a choice of a question, shows the display alone.
    """
    pieces = parse_markup(source)
    if len(pieces) == 1 and isinstance(only := pieces[0], Placeholder | Plain):
        return (Plain(look_up(only.name).display),) if isinstance(only, Placeholder) else pieces
    made: list[Markup] = []
    before = ""
    for piece in pieces:
        made.append(_fill(piece, look_up, before))
        before = (before + plain_text(made[-1:]))[-_LOOK_BACK:]
    return join_pieces(made)


def filled_text(source: str, look_up: Callable[[str], FigureText]) -> str:
    """The same as plain text."""
    return plain_text(filled(source, look_up))


def _fill(piece: Markup, look_up: Callable[[str], FigureText], before: str) -> Markup:
    match piece:
        case Placeholder(name):
            return Plain(look_up(name).after(before))
        case Strong(text):
            return Strong(_PLACEHOLDER.sub(lambda found: look_up(found[1]).after(before + text[: found.start()]), text))
    return piece
