"""Whether two figures may be set against each other, and what then can be said; a refusal says why."""

import re
from dataclasses import dataclass

from newsbot.content.models import ONE_SIDED, Figure, Range
from newsbot.content.numbers import ends, unit_scale

# Units so general that the same one says nothing of whether two numbers measure the same thing.
_GENERAL = re.compile(r"USD|CNY|%|x\b|times", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How often the first figure contains the second: `low` and `high` are the same where both are exact."""

    low: float
    high: float


def why_not(first: Figure, second: Figure) -> str | None:
    """Why the two cannot be compared, in a sentence; None where they can."""
    if first.id == second.id:
        return "Both are the same figure."
    for figure in (first, second):
        if isinstance(figure.value, tuple):
            return f"“{figure.label}” is a series of values, not one number."
    units = [unit_scale(figure.unit)[0] for figure in (first, second)]
    if units[0] != units[1]:
        return f"One is in {units[0]}, the other in {units[1]}."
    if first.basis is None or second.basis is None:
        if first.basis != second.basis or _GENERAL.search(units[0]):
            return "They share a unit, but nothing shows that they measure the same thing."
        return None
    if first.basis != second.basis:
        return f"They measure different things: one is {_begun(first.basis)}, the other {_begun(second.basis)}."
    return None


def compare(first: Figure, second: Figure) -> Comparison | None:
    """The ratio of two figures that `why_not` has nothing against; None where one of them may be zero."""
    one, other = (_scaled(figure) for figure in (first, second))
    if 0.0 in (*one, *other) or (one[0] < 0) != (other[0] < 0):
        return None
    low, high = sorted(abs(end) for end in one)
    other_low, other_high = sorted(abs(end) for end in other)
    return Comparison(low / other_high, high / other_low)


def comparison_words(first: Figure, second: Figure) -> tuple[str, str]:
    """A headline for two figures, and in a sentence how often one contains the other, or why nothing is said."""
    if (reason := why_not(first, second)) is not None:
        return "These two can’t be compared", reason
    title = f"{begun(_short(first))} vs. {_short(second)}"
    dates = "" if first.as_of == second.as_of else " Note that the two are from different dates."
    return title, f"{_ratio_words(first, second)}{dates}"


def _short(figure: Figure) -> str:
    return figure.short or figure.label


def begun(label: str) -> str:
    """A label that begins a line; "xAI" and "iPhone" stay as they are."""
    return label[:1].upper() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def _ratio_words(first: Figure, second: Figure) -> str:
    ratio = compare(first, second)
    if ratio is None:
        return "One goes up and the other doesn’t, so there’s no ratio."
    larger, smaller = (first, second) if ratio.low >= 1 else (second, first)
    bounds = sorted((ratio.low, ratio.high) if ratio.low >= 1 else (1 / ratio.high, 1 / ratio.low))
    times = " to ".join(
        dict.fromkeys(f"{end:,.1f}".removesuffix(".0") if end < 100 else f"{end:,.0f}" for end in bounds)
    )
    if times == "1":
        return "The two are about the same."
    said = f"{begun(_short(larger))} came to about {times} times {_short(smaller)}"
    is_open = any(figure.bound in ONE_SIDED for figure in (first, second))
    return f"{said}. One of the two is known only as a limit." if is_open else f"{said}."


def _scaled(figure: Figure) -> tuple[float, float]:
    assert isinstance(figure.value, float | Range)
    _, scale = unit_scale(figure.unit)
    low, high = ends(figure.value)
    return low * scale, high * scale


def _begun(basis: str) -> str:
    return basis[:1].lower() + basis[1:] if basis[1:2].islower() else basis
