"""Numbers as people read them, and whether a figure's display says the same as its value."""

import re
from dataclasses import dataclass

from newsbot.content.models import Figure, Number, Range, SeriesItem
from newsbot.content.prose import DATES

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"K": 1e3, "k": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9, "tn": 1e12, "T": 1e12}
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.])(?<![A-Za-z]-)(?P<digits>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<word>thousand|million|billion|trillion)\b|(?P<short>K|k|M|bn|B|tn|T)\b)?"
)
_MONEY = re.compile(r"USD(?: (?P<scale>thousand|million|billion|trillion))?(?P<rest> per .+)?\Z")
_UNIT_SCALE = re.compile(r"(?P<currency>USD|CNY)?\s?(?P<scale>thousand|million|billion|trillion)\b\s?")
_SIGNED = re.compile(r"(?<![\w])[−-][$€]?\d")
_MINUS = "−"


def display_text(figure: Figure) -> str:
    """A figure as a card shows it: its display after its bound, "more than $1 trillion"."""
    return with_bound(figure.display, figure.bound)


def with_bound(words: str, bound: str | None) -> str:
    """A number in words after its bound, if it has one."""
    return f"{bound} {words}" if bound else words


def in_words(value: Number | float, unit: str, decimals: int = 0) -> str:
    """A value with its unit: `in_words(593.0, "USD billion")` is "$593 billion"; a range shows both ends.

    There are at least so many `decimals`.
    """
    if isinstance(value, Range):
        return f"{in_words(value.low, unit, decimals)} to {in_words(value.high, unit, decimals)}"
    sign, digits = (_MINUS if value < 0 else ""), _digits(abs(value))
    if money := _MONEY.match(unit):
        scale = f" {money['scale']}" if money["scale"] else ""
        if not scale and not value.is_integer() and round(value, 2) == value:
            decimals = max(2, decimals)  # cents have two digits
    if decimals > decimals_of(value):
        digits = f"{abs(value):,.{decimals}f}"
    if money:
        return f"{sign}${digits}{scale}{money['rest'] or ''}"
    if unit.startswith("%"):
        return f"{sign}{digits}{unit}"
    return f"{sign}{digits} {unit}"


def decimals_of(value: float) -> int:
    """How many decimals a value is written with, at least."""
    return len(_digits(abs(value)).partition(".")[2])


def _digits(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() else f"{value:,.6f}".rstrip("0")


def ends(value: Number | float) -> tuple[float, float]:
    """The smallest and the largest that a value may be; twice the same for an exact one."""
    return (value.low, value.high) if isinstance(value, Range) else (value, value)


def items(figure: Figure) -> tuple[SeriesItem, ...]:
    """The series of a figure; one item where its value is a single number or a range."""
    if isinstance(figure.value, tuple):
        return figure.value
    return (SeriesItem(label=figure.label, value=figure.value, bound=figure.bound),)


def numbers_in(text: str) -> list[float]:
    """The numbers that a text holds, with their scales: "$5 million" is 5e6; dates and names such as V3 give none."""
    bare = DATES.sub(" ", text)
    return [float(found["digits"].replace(",", "")) * _scale(found) for found in _NUMBER.finditer(bare)]


def _scale(found: re.Match[str]) -> float:
    return _SCALES.get(found["word"] or "") or _SHORT.get(found["short"] or "") or 1.0


def display_agrees(figure: Figure, names: re.Pattern[str] | None = None) -> bool:
    """Whether the display shows the value (both ends of a range), at the precision it chooses; a fall may be in words.

    Every number of the display must be the value, an end of the range, or a year. A series is described rather than
    repeated: there, a number may also be the sum of the values, or how many they are. Numbers that stand in the unit
    ("of 7 tests") or in one of the allowed names ("Grok 4") are no values.
    """
    if not _currency_agrees(figure):
        return False
    lows, highs = zip(*(ends(item.value) for item in items(figure)), strict=True)
    is_series = isinstance(figure.value, tuple)
    known = [*lows, *highs, *([sum(lows), sum(highs)] if is_series else [])]
    told = names.sub(" ", figure.display) if names else figure.display
    in_unit = {found["digits"] for found in _NUMBER.finditer(figure.unit)}
    shown = [each for each in _shown_numbers(figure, told) if each.digits not in in_unit]
    is_known = all(each.is_free or any(each.shows(value) for value in known) for each in shown)
    return is_known and (is_series or all(any(each.shows(end) for each in shown) for end in (*lows, *highs)))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A number of a display in the figure's unit, half of its last digit, and whether it may be a year or a count."""

    digits: str
    value: float
    half: float
    is_free: bool

    def shows(self, value: float) -> bool:
        # A little more than half of the last digit: a value between two roundings may be written as either.
        return abs(abs(value) - self.value) <= self.half * 1.000001


def unit_scale(unit: str) -> tuple[str, float]:
    """A unit without its scale, and the scale: "USD million" is USD by 1e6, "USD per million tokens" is itself."""
    found = _UNIT_SCALE.match(unit)
    if not found:
        return unit, 1.0
    return f"{found['currency'] or ''} {unit[found.end() :]}".strip(), _SCALES[found["scale"]]


def _shown_numbers(figure: Figure, display: str) -> list[_Shown]:
    """Each number of what is displayed. "$589 to $593 billion" gives the scale once, for both."""
    _, in_unit = unit_scale(figure.unit)
    count = len(figure.value) if isinstance(figure.value, tuple) else None
    numbers: list[_Shown] = []
    scale = 1.0
    for match in reversed(list(_NUMBER.finditer(display))):
        written = _scale(match) if match["word"] or match["short"] else None
        shares = "," not in match["digits"] and display[match.end() :].startswith((" to ", "–"))
        scale = written or (scale if shares else 1.0)
        digits = match["digits"].replace(",", "")
        half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
        is_free = not written and digits.isdecimal() and (1990 <= int(digits) < 2100 or int(digits) == count)
        numbers.append(_Shown(match["digits"], float(digits) * scale / in_unit, half * scale / in_unit, is_free))
    return numbers


def _currency_agrees(figure: Figure) -> bool:
    signs = {"USD": "$", "CNY": "yuan"}
    wanted = next((sign for name, sign in signs.items() if figure.unit.startswith(name)), "")
    foreign = {"$", "€", "£", "¥"} - {wanted}
    is_negative = any(end < 0 for item in items(figure) for end in ends(item.value))
    return (
        wanted in figure.display
        and not foreign & set(figure.display)
        and (is_negative or not _SIGNED.search(figure.display))
    )
