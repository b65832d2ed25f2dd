"""How every chart looks: its sizes, fonts and colours. Lengths are logical pixels; a picture has 2.5 times as many.

The width is that of a picture in a chat, so that a phone, 390 pixels wide, shows words at more than half their size.
"""

from dataclasses import dataclass

# Part of every cache key: raise it with any change that makes a picture look different.
STYLE_VERSION = 3

WIDTH = 640
PIXELS_PER_LOGICAL = 2.5
MARGIN = 24
INNER = WIDTH - 2 * MARGIN
MOST_POINTS = 30  # what one picture can hold; the table beside it has the rest

# An opaque light card, so that one picture reads the same on Discord's #313338, Slack's #1a1d21 and on white. The
# edge tells it from a white page. Every ink has a contrast of 4.5 or more against PANEL, BAND and STRIPE.
PANEL = "#fbfbfd"
EDGE = "#c9ced8"
INK = "#191d26"
MUTED = "#545c6b"
GRID = "#e3e6ec"
AXIS = "#8b93a3"
BAND = "#e3eef8"
CORNER = 16
ABOVE_TITLE, ABOVE_PLOT, ABOVE_FOOTER, BELOW_FOOTER = 20, 18, 26, 18
LEAST_HEIGHT = 200

VALUES = 230  # the widest value
VALUES_BOTH_WAYS = 130  # the same, where values stand on either side of zero
COLUMN_GAP = 14  # between a column of words and the plot
HIGHEST_ROWS = 900  # all rows of a chart; beyond it they are set tighter

# Told apart with every common colour blindness (blue against orange), and by lightness beyond two.
GAIN = "#0b67ae"
LOSS = "#b94a08"
MEMBERS = (GAIN, LOSS, "#5b3a8e", "#1b6e54", "#8a3463", "#4d5563")


@dataclass(frozen=True, slots=True)
class Font:
    """A size in logical pixels, a weight and a colour."""

    size: float
    bold: bool = False
    colour: str = INK

    @property
    def pitch(self) -> float:
        """From one baseline to the next."""
        return 1.32 * self.size


TITLES = (Font(25, bold=True), Font(22, bold=True), Font(18, bold=True))
UNIT = Font(16, colour=MUTED)
REMARK = Font(15)
FOOTER = Font(13.5, colour=MUTED)
TICK = Font(13.5, colour=MUTED)
DATE = Font(14, colour=MUTED)


@dataclass(frozen=True, slots=True)
class Density:
    """How roomy the rows of a chart are: fonts, width and lines of a label and its note, bar and gap."""

    label: Font
    value: Font
    note: Font
    width: float
    lines: int
    notes: int
    bar: float
    gap: float


_DENSITIES = (
    (8, Density(Font(17), Font(17, bold=True), Font(13.5, colour=MUTED), 210, 3, 3, 30, 15)),
    (14, Density(Font(16), Font(16, bold=True), Font(13, colour=MUTED), 210, 2, 2, 24, 10)),
    (MOST_POINTS, Density(Font(14), Font(14, bold=True), Font(13, colour=MUTED), 260, 1, 0, 15, 7)),
)


def densities(rows: int) -> tuple[Density, ...]:
    """What suits so many rows, the roomiest first; never none."""
    return tuple(roomy for most, roomy in _DENSITIES if rows <= most) or (_DENSITIES[-1][1],)
