"""Grouped bars: what belongs together stands together, one bar a member, each member named and coloured alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from newsbot.charts import style
from newsbot.charts.bars import bar_axes, bar_scale, paint_bar, ranked_bars, widest_value
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.rows import Row, value_column
from newsbot.charts.style import Density, Font
from newsbot.charts.tables import table
from newsbot.charts.typeset import TextBlock, block, shorten
from newsbot.charts.words import capital, clean
from newsbot.messages.charts import Chart, Point

_NAMES = 150  # the widest column of group names
_MEMBERS = 100  # the widest column of member names
_GROUP_GAP = 1.6  # gaps of a row
_COMMON_UP_TO = 20  # times: beyond, one scale would leave the small bars unreadable, so a table says it


@dataclass(frozen=True, slots=True)
class Group:
    """A name, its bars and their colours, and where it starts and ends below the top of the plot."""

    name: TextBlock
    rows: tuple[Row, ...]
    colours: tuple[str, ...]
    top: float
    bottom: float


def grouped_bars(chart: Chart) -> Plot:
    """Groups in the order given, to one scale. A label is a member, one word, and the group: "R1 AIME 2024"."""
    named: dict[str, list[tuple[int, str, Point]]] = {}
    for number, point in enumerate(chart.points):
        member, _, group = clean(point.label).partition(" ")
        named.setdefault(group, []).append((number, member, point))
    if all(len(group) == 1 for group in named.values()):
        return ranked_bars(chart)
    if len(named) > 1 and _differ_too_much(chart.points):
        return table(chart)
    groups = _laid_out(chart, named)
    return Plot(groups[-1].bottom, partial(_paint, groups=groups, roomy=_roomy(chart)))


def _roomy(chart: Chart) -> Density:
    # A row has one line here, so more of them fit than labels that wrap.
    return style.densities(len(chart.points) * 3 // 4)[0]


def _laid_out(chart: Chart, named: dict[str, list[tuple[int, str, Point]]]) -> list[Group]:
    roomy = _roomy(chart)
    colours = _colours([member for group in named.values() for _, member, _ in group])
    values = value_column(chart, roomy.value, widest_value(chart))
    pitch = roomy.bar + 6
    groups: list[Group] = []
    top = 0.0
    for name, members in named.items():
        title = block(capital(name), Font(roomy.label.size, bold=True), _NAMES, max(2, roomy.lines))
        height = max(pitch * len(members), title.height)
        start = top + (height - pitch * (len(members) - 1)) / 2
        rows = tuple(
            Row(number, point, _member(member, roomy, colours[member]), values[number], start + place * pitch)
            for place, (number, member, point) in enumerate(members)
        )
        shades = tuple(colours[member] for _, member, _ in members)
        groups.append(Group(title, rows, shades, top, top + height))
        top += height + _GROUP_GAP * roomy.gap
    return groups


def _member(name: str, roomy: Density, colour: str) -> TextBlock:
    font = Font(roomy.label.size, colour=colour)
    return TextBlock(((shorten(name, font, _MEMBERS), font),) if name else ())


def _colours(members: Sequence[str]) -> dict[str, str]:
    """A colour for each member; one for all where no member comes back, as it would tell nothing."""
    distinct = dict.fromkeys(members)
    if len(distinct) == len(members):
        return dict.fromkeys(members, style.GAIN)
    return {member: style.MEMBERS[n % len(style.MEMBERS)] for n, member in enumerate(distinct)}


def _differ_too_much(points: Sequence[Point]) -> bool:
    sizes = [max(abs(point.low), abs(point.high)) for point in points]
    least = min((size for size in sizes if size), default=1.0)
    return max(sizes) / least > _COMMON_UP_TO


def _paint(canvas: Canvas, top: float, groups: Sequence[Group], roomy: Density) -> None:
    names = max(group.name.width for group in groups)
    rows = [row for group in groups for row in group.rows]
    members = style.MARGIN + names + (style.COLUMN_GAP if names else 0) + max(row.label.width for row in rows)
    bars = (members + style.COLUMN_GAP, style.WIDTH - style.MARGIN)
    scale = bar_scale(rows, *bars, roomy.value)
    axes = bar_axes(canvas, scale, top, top + groups[-1].bottom)
    for group in groups:
        canvas.block(style.MARGIN, top + _middle(group), group.name, role=f"group:{group.rows[0].number}")
        for row, colour in zip(group.rows, group.colours, strict=True):
            middle = top + row.middle
            canvas.block(members, middle - row.label.height / 2, row.label, "right", role=f"label:{row.number}")
            paint_bar(canvas, axes, scale, row, colour, middle, roomy)


def _middle(group: Group) -> float:
    return (group.top + group.bottom - group.name.height) / 2
