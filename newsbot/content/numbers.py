"""Numbers as people read them, and whether a figure's display says the same as its value."""

import re

from newsbot.content.models import Figure, Number, Range, SeriesItem

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"K": 1e3, "k": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9, "tn": 1e12, "T": 1e12}
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.])(?<![A-Za-z]-)(?P<digits>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<word>thousand|million|billion|trillion)\b|(?P<short>K|k|M|bn|B|tn|T)\b)?"
)
_MONEY = re.compile(r"USD(?: (?P<scale>thousand|million|billion|trillion))?(?P<rest> per .+)?\Z")
_MINUS = "−"


def in_words(value: Number | float, unit: str) -> str:
    """A value with its unit: `in_words(593.0, "USD billion")` is "$593 billion"; a range shows both ends."""
    if isinstance(value, Range):
        return f"{in_words(value.low, unit)} to {in_words(value.high, unit)}"
    sign, digits = (_MINUS if value < 0 else ""), _digits(abs(value))
    if money := _MONEY.match(unit):
        scale = f" {money['scale']}" if money["scale"] else ""
        if not scale and not value.is_integer() and round(value, 2) == value:
            digits = f"{abs(value):,.2f}"  # cents have two digits
        return f"{sign}${digits}{scale}{money['rest'] or ''}"
    if unit.startswith("%"):
        return f"{sign}{digits}{unit}"
    return f"{sign}{digits} {unit}"


def _digits(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() else f"{value:,.6f}".rstrip("0")


def ends(value: Number | float) -> tuple[float, float]:
    """The smallest and the largest that a value may be; twice the same for an exact one."""
    return (value.low, value.high) if isinstance(value, Range) else (value, value)


def items(figure: Figure) -> tuple[SeriesItem, ...]:
    """The series of a figure; one item where its value is a single number or a range."""
    if isinstance(figure.value, tuple):
        return figure.value
    return (SeriesItem(label=figure.label, value=figure.value),)


def display_agrees(figure: Figure) -> bool:
    """Whether the display shows the value (both ends of a range), at the precision it chooses; a sign may be in words.

    A series is described rather than repeated: there, every number of the display must be a value of the series, their
    sum, how many they are, or a year.
    """
    shown = [_readings(match, figure.unit) for match in _NUMBER.finditer(figure.display)]
    if not isinstance(figure.value, tuple):
        return all(any(_shows(readings, end) for readings in shown) for end in ends(figure.value))
    lows, highs = zip(*(ends(item.value) for item in figure.value), strict=True)
    known = [*lows, *highs, sum(lows), sum(highs), len(figure.value), *range(1990, 2100)]
    return all(any(_shows(readings, value) for value in known) for readings in shown)


def _readings(match: re.Match[str], unit: str) -> list[tuple[float, float]]:
    """What a written number may mean in `unit`, each time with half of its last digit as tolerance."""
    digits = match["digits"].replace(",", "")
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    written = _SCALES.get(match["word"] or "") or _SHORT.get(match["short"] or "")
    if not written:
        return [(float(digits), half)]
    in_unit = next((scale for word, scale in _SCALES.items() if word in unit.split()), 1.0)
    return [(float(digits), half), (float(digits) * written / in_unit, half * written / in_unit)]


def _shows(readings: list[tuple[float, float]], value: float) -> bool:
    # A little more than half of the last digit: a value between two roundings may be written as either.
    return any(abs(abs(value) - shown) <= half * 1.000001 for shown, half in readings)
