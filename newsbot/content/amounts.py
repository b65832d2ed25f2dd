"""Amounts as people write them ("$600 billion", "600bn", "five trillion", "36%"), and which of them agree."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from newsbot.content.prose import DATES

_WORDS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
) | {"a": 1}
_SCALES = {
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("hundred",), 1e2),
    **dict.fromkeys(("million", "millions", "mio", "mn", "mln", "m", "mil"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "b", "bln", "bil"), 1e9),
    **dict.fromkeys(("trillion", "trillions", "tn", "t", "trn"), 1e12),
}
_AMOUNT = re.compile(
    r"""(?<![\w.])(?P<sign>[$€£¥])?\s?(?:
        (?P<digits>\d[\d,]*(?:\.\d+)?)\s?-?
        (?P<scale>thousand|hundred|millions?|mio|mn|mln|mil|billions?|bn|bln|bil|trillions?|tn|trn|[kmbt](?!\w))?
      | \b(?P<word>one|two|three|four|five|six|seven|eight|nine|ten|a)
        \s(?P<wscale>hundred\s(?:million|billion)|million|billion|trillion)
      )(?P<percent>\s?%|\s?per\s?cent)?(?P<times>\s?(?:x\b|times))?(?![\w])""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and its kind: "%", "x" for times, "" for money and counts. `slack` is how roughly it is said."""

    value: float
    kind: str
    slack: float

    def agrees(self, other: "Amount") -> bool:
        """Whether the other number, as written, could be what this one means."""
        if self.kind != other.kind:
            return False
        near = max(0.03 * abs(other.value), min(self.slack, 0.09 * abs(other.value)))
        return abs(self.value - other.value) <= near


def amounts(text: str) -> list[Amount]:
    """The amounts of a text, without its dates and without small bare numbers ("one of 5")."""
    return [amount for amount, _, _ in _found(DATES.sub(lambda match: " " * len(match[0]), text))]


def asked_amounts(text: str) -> tuple[list[Amount], str]:
    """The amounts of a question, and the question without them."""
    found = _found(DATES.sub(lambda match: " " * len(match[0]), text))
    rest = text
    for _, start, end in reversed(found):
        rest = f"{rest[:start]} {rest[end:]}"
    return [amount for amount, _, _ in found], rest


def _found(text: str) -> list[tuple[Amount, int, int]]:
    made = []
    last = len(text)
    carried = ""
    for match in reversed(list(_AMOUNT.finditer(text))):
        scale = (match["scale"] or match["wscale"] or "").casefold()
        is_range = match["digits"] and text[match.end() : match.end() + 4].casefold().startswith((" to ", "–", "-"))
        if not scale and is_range and match.end() + 8 > last:
            scale = carried
        carried, last = scale, match.start()
        amount = _amount(match, scale)
        if amount is not None:
            made.append((amount, match.start(), match.end()))
    return made[::-1]


def _amount(match: re.Match[str], scale: str) -> Amount | None:
    factor = math.prod(_SCALES[part] for part in scale.split()) if scale else 1.0
    if match["digits"]:
        digits = match["digits"].replace(",", "").rstrip(".")
        number = float(digits)
        decimals = len(digits.partition(".")[2])
        zeros = len(digits) - len(digits.rstrip("0")) if not decimals else 0
        slack = 0.5 * 10.0 ** (zeros - decimals) * factor
    else:
        number, slack = float(_WORDS[match["word"].casefold()]), 0.5 * factor
    kind = "%" if match["percent"] else "x" if match["times"] else ""
    if not (match["sign"] or scale or kind or number >= 100):
        return None
    return Amount(number * factor, kind, slack)


def holds(written: Iterable[Amount], asked: Amount) -> bool:
    """Whether one of the written amounts is what was asked for."""
    return any(asked.agrees(each) for each in written)
