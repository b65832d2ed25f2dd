"""The drawing surface: text, lines and axes placed in logical pixels from the top left, on an opaque card."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from newsbot.charts import style
from newsbot.charts.style import Font
from newsbot.charts.typeset import DPI, PER_INCH, TextBlock, properties

Align = Literal["left", "center", "right"]
_HALF_LETTER = 0.36  # of the size: half as high as a capital
_ASCENT = 1.02  # of the size: from the top of a line to its baseline, accents included


class Canvas:
    """One picture in the making: an opaque card with rounded corners, and what is put on it."""

    def __init__(self, height: float) -> None:
        self.height = 2 * round(height / 2)  # so that it has whole pixels
        self.figure = Figure(figsize=(style.WIDTH / PER_INCH, self.height / PER_INCH), dpi=DPI)
        self.figure.patch.set_alpha(0)
        flipped = Affine2D().scale(1 / style.WIDTH, -1 / self.height).translate(0, 1)
        self.pixels = flipped + self.figure.transFigure
        box = f"round,pad=0,rounding_size={style.CORNER}"
        card = FancyBboxPatch((1, 1), style.WIDTH - 2, self.height - 2, boxstyle=box, linewidth=1)
        card.set(facecolor=style.PANEL, edgecolor=style.EDGE, transform=self.pixels, zorder=-10, gid="card")
        self.figure.add_artist(card)

    def text(self, x: float, baseline: float, words: str, font: Font, align: Align = "left", *, role: str) -> Text:
        """One line of text; `role` is how a reader of the figure finds it."""
        text = self.figure.text(x, baseline, words, transform=self.pixels, parse_math=False, zorder=5)
        text.set(fontproperties=properties(font.size, font.bold), color=font.colour, gid=role)
        text.set(horizontalalignment=align, verticalalignment="baseline")
        return text

    def upright(self, x: float, bottom: float, words: str, font: Font, align: Align = "left", *, role: str) -> Text:
        """One line of text turned to read upwards: it starts (`left`) or ends (`right`) at `bottom`, centred on `x`."""
        text = self.text(x + _HALF_LETTER * font.size, bottom, words, font, align, role=role)
        text.set(rotation=90, rotation_mode="anchor")
        return text

    def block(self, x: float, top: float, lines: TextBlock, align: Align = "left", *, role: str) -> float:
        """A block of lines from `top` down; returns where it ends."""
        for words, font in lines.lines:
            self.text(x, top + _ASCENT * font.size, words, font, align, role=role)
            top += font.pitch
        return top

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1) -> None:
        """A straight line behind everything but the card."""
        across, down = zip(start, end, strict=True)
        line = Line2D(across, down, color=colour, linewidth=width, transform=self.pixels, zorder=0)
        self.figure.add_artist(line)

    def axes(
        self, box: tuple[float, float, float, float], across: tuple[float, float], down: tuple[float, float]
    ) -> Axes:
        """Axes without a frame over `box` (left, top, right, bottom), whose data runs over exactly these ends."""
        left, top, right, bottom = box
        place = (
            left / style.WIDTH,
            1 - bottom / self.height,
            (right - left) / style.WIDTH,
            (bottom - top) / self.height,
        )
        axes = self.figure.add_axes(place, zorder=1)
        axes.set_axis_off()
        axes.set(xlim=across, ylim=down, autoscale_on=False)
        return axes


@dataclass(frozen=True, slots=True)
class Plot:
    """What stands between subtitle and footer: its height, how it is painted from a top edge, what it must say."""

    height: float
    paint: Callable[[Canvas, float], None]
    remark: str = ""
