"""Typesetting: how wide words are, where their lines break, and blocks of lines, all in logical pixels."""

from dataclasses import dataclass
from functools import cache, lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, findfont, get_font

from newsbot.charts import style
from newsbot.charts.style import Font

PER_INCH = 100  # logical pixels
DPI = PER_INCH * style.PIXELS_PER_LOGICAL


@cache
def properties(size: float, bold: bool) -> FontProperties:
    """The typeface, the one that comes with matplotlib: the same picture on every machine."""
    weight = "bold" if bold else "normal"
    return FontProperties(family="DejaVu Sans", weight=weight, size=size * 72 / PER_INCH)


@cache
def signs() -> frozenset[int]:
    """The code points that the typeface has in every weight."""
    files = (findfont(properties(10, bold)) for bold in (False, True))
    return frozenset.intersection(*(frozenset(get_font(file).get_charmap()) for file in files))


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]  # matplotlib leaves the renderer untyped


@lru_cache(maxsize=8192)
def measure(words: str, font: Font) -> float:
    """How wide `words` are on one line."""
    measured = _ruler().get_text_width_height_descent  # what draws is what measures: no guess about hinting
    width, _, _ = measured(words, properties(font.size, font.bold), False)  # type: ignore[no-untyped-call]
    return float(width) / style.PIXELS_PER_LOGICAL


def shorten(words: str, font: Font, width: float) -> str:
    """`words`, or their beginning and an ellipsis where they are wider than `width`."""
    if measure(words, font) <= width:
        return words
    most, least = len(words), 0
    while least < most:
        middle = (least + most + 1) // 2
        fits = measure(words[:middle].rstrip() + "…", font) <= width
        least, most = (middle, most) if fits else (least, middle - 1)
    return words[:least].rstrip() + "…"


def wrap(words: str, font: Font, width: float, most: int = 1000) -> list[str]:
    """`words` in lines no wider than `width`; the last of `most` lines ends in an ellipsis where there is more."""
    lines: list[str] = []
    rest = words
    while rest and len(lines) < most - 1 and measure(rest, font) > width:
        line = _first_line(rest, font, width)
        lines.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    return [*lines, shorten(rest, font, width)] if rest else lines


def _first_line(words: str, font: Font, width: float) -> str:
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}" if line else word
        if measure(longer, font) > width:
            break
        line = longer
    return line or _first_part(words.split(" ")[0], font, width)


def _first_part(word: str, font: Font, width: float) -> str:
    """As much of one overlong word as fits, broken after a hyphen or slash where it has one."""
    part = shorten(word, font, width)[:-1] or word[0]
    broken = max(part.rfind(sign) for sign in "-/–_") + 1
    return part[:broken] or part


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of text that stand together, each in its font."""

    lines: tuple[tuple[str, Font], ...] = ()

    @property
    def width(self) -> float:
        """Of the widest line."""
        return max((measure(words, font) for words, font in self.lines), default=0)

    @property
    def height(self) -> float:
        """Of all lines."""
        return sum(font.pitch for _, font in self.lines)

    def __add__(self, below: "TextBlock") -> "TextBlock":
        return TextBlock(self.lines + below.lines)


def block(words: str, font: Font, width: float, most: int = 1000) -> TextBlock:
    """`words` wrapped into a block; an empty one where there are none."""
    return TextBlock(tuple((line, font) for line in wrap(words, font, width, most)))
