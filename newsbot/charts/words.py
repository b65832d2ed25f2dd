"""The words of a chart: values without the unit that the subtitle already states, dates no more exact than known."""

import re
import unicodedata

from newsbot.charts.typeset import signs
from newsbot.messages.charts import Point

_SCALE = "thousand|million|billion|trillion"
_BEFORE_REST = re.compile(rf"(?:USD\b|%)?\s*(?:(?:{_SCALE})\b)?\s*")
_SCALED_TWICE = re.compile(rf"(\S+) ({_SCALE}) to (\S+) \2")
# Notes that change what a value means, so they stand before it and not in small print.
_QUALIFIERS = frozenset(
    {"about", "almost", "approximately", "around", "at least", "at most", "less than", "more than"}
    | {"above", "below", "nearly", "over", "roughly", "under", "up to"}
)
_LARGE = ((1e12, " tn"), (1e9, " bn"), (1e6, " M"))
_LONG_MONTH = re.compile("January|February|March|April|June|July|August|September|October|November|December")
_LACKING = "□"
_MARKS_IN_A_ROW = 2  # more of them would climb into the line above


def clean(text: str) -> str:
    """One line of signs that can be drawn: no control signs, no towers of accents, □ for what the typeface lacks."""
    kept: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", " ".join(text.split())):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind.startswith("M") else 0
        if kind.startswith("C") or marks > _MARKS_IN_A_ROW:
            continue
        if ord(sign) in signs():
            kept.append(sign)
        elif not marks:
            kept.append(_LACKING)
    return " ".join("".join(kept).split())


def missing_signs(text: str) -> str:
    """The signs of a text that the typeface does not have, each once; `clean` would draw □ for them."""
    signs_of = unicodedata.normalize("NFC", " ".join(text.split()))
    drawn = (sign for sign in signs_of if not unicodedata.category(sign).startswith("C"))
    return "".join(dict.fromkeys(sign for sign in drawn if ord(sign) not in signs()))


def short(display: str, unit: str) -> str:
    """`display` without what `unit` says beside it: "198 hours" in "hours" is "198"; "$5 million" stays."""
    start = _BEFORE_REST.match(unit)
    rest = unit[start.end() :] if start else unit
    stripped = re.sub(rf" {re.escape(rest)}(?!\w)", "", display).strip() if rest else display
    return _SCALED_TWICE.sub(r"\1 to \3 \2", stripped or display)


def value_words(point: Point, unit: str) -> str:
    """What is printed at a mark: its value, after a qualifier such as "about" where its note begins with one."""
    qualifier, _ = _parted(point.note)
    return clean(f"{qualifier} {short(point.display, unit)}")


def note_words(point: Point) -> str:
    """What is printed small beside a mark: its note, without the qualifier that stands before the value."""
    return clean(_parted(point.note)[1])


def _parted(note: str) -> tuple[str, str]:
    first, _, rest = note.partition(";")
    return (first.strip(), rest.strip()) if first.strip().lower() in _QUALIFIERS else ("", note)


def bare(value: str, unit: str) -> str:
    """A value where room is scarce: without the million, billion or trillion that `unit` says as well."""
    scale = re.search(_SCALE, unit)
    return value.replace(f" {scale[0]}", "") if scale else value


def unit_words(unit: str) -> str:
    """A unit as the subtitle: "%" is "Percent"."""
    return capital(clean("Percent" + unit[1:] if unit.startswith("%") else unit))


def merge_units(display: str) -> str:
    """A range with its unit once: "$47 per share to $55 per share" is "$47 to $55 per share"."""
    low, to, high = display.partition(" to ")
    first, second = low.split(" "), high.split(" ")
    shared = 0
    while shared < min(len(first), len(second)) - 1 and first[-1 - shared] == second[-1 - shared]:
        shared += 1
    return f"{' '.join(first[: len(first) - shared])} to {high}" if to and shared else display


def capital(words: str) -> str:
    """`words` with a capital to begin with, unless they begin with a name such as o1 or iPhone."""
    first = words.partition(" ")[0]
    return words[0].upper() + words[1:] if first.isalpha() and first.islower() else words


def date_words(point: Point) -> str:
    """The date of a point in short; empty where it has none, or where its label or value says it already."""
    if point.on is None or str(point.on.year) in point.label or point.dated == point.display:
        return ""
    return short_date(point)


def short_date(point: Point) -> str:
    """The date of a point with its month in short; empty where it has none."""
    if point.on is None:
        return ""
    dated = point.dated or f"{point.on.day} {point.on:%B %Y}"
    return _LONG_MONTH.sub(lambda month: month[0][:3], dated)


def axis_words(value: float, step: float, unit: str) -> str:
    """A number of an axis whose numbers are `step` apart, with the sign of its unit: $140, 60%, 1.5 M."""
    scale, word = next((large for large in _LARGE if step >= large[0] / 10 and 0 < abs(value) < 1e15), (1.0, ""))
    size, apart = abs(value) / scale, step / scale
    exact = apart >= 1e-6 and size < 1e15
    decimals = len(f"{apart:.7f}".rstrip("0").partition(".")[2])
    digits = f"{size:,.{decimals}f}" if exact else f"{size:.4g}"
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    dollar = "$" if unit.startswith("USD") else ""
    return f"{sign}{dollar}{digits if value else 0}{word}{'%' if unit.startswith('%') else ''}"
