"""Number cards: one number, large, with its bound before it, and what others give for it below."""

from functools import partial

from newsbot.charts import style
from newsbot.charts.canvas import Canvas, Plot
from newsbot.charts.style import Font
from newsbot.charts.typeset import TextBlock, block, measure
from newsbot.charts.words import capital, clean, merge_units, note_words, value_words
from newsbot.messages.charts import Chart, Point

_LARGEST, _LEAST = 64, 30  # the size of the number: as large as the picture is wide
_BOUND = Font(22, colour=style.MUTED)
_OTHER = Font(16)
_WHO = Font(14, colour=style.MUTED)
_NOTE = Font(15, colour=style.MUTED)
_OTHERS = "Others say"
_BELOW = 16  # from the number to what others say, and between them


def number_card(chart: Chart) -> Plot:
    """The first point as a number; every other one is what somebody else gives for it."""
    own, *others = chart.points
    head = _head(own, chart)
    rest = [_other(other, chart.unit) for other in others]
    if rest:
        rest[0] = block(_OTHERS if chart.own else "", _NOTE, style.INNER) + rest[0]
    height = head.height + sum(each.height + _BELOW for each in rest)
    return Plot(height, partial(_paint, head=head, rest=rest))


def _head(point: Point, chart: Chart) -> TextBlock:
    value = merge_units(value_words(point, ""))  # with its unit: nothing else on the card says it
    bound = clean(point.bound)
    if bound and value.startswith(f"{bound} "):
        value = value.removeprefix(f"{bound} ")
    else:
        bound = ""
    head = block(capital(bound), _BOUND, style.INNER) + block(value, _font(value), style.INNER)
    if not chart.own and clean(point.label) != clean(chart.title):
        head += block(clean(point.label), _OTHER, style.INNER)
    return head + block(note_words(point), _NOTE, style.INNER, 3)


def _font(value: str) -> Font:
    """As large as lets the number stand on one line, within reason."""
    at_largest = measure(value, Font(_LARGEST, bold=True))
    size = min(_LARGEST, max(_LEAST, int(_LARGEST * style.INNER / max(1.0, at_largest))))
    return Font(size, bold=True, colour=style.GAIN)


def _other(point: Point, unit: str) -> TextBlock:
    who = f"{clean(point.label)}: {note_words(point)}" if note_words(point) else clean(point.label)
    return block(value_words(point, unit), _OTHER, style.INNER) + block(who, _WHO, style.INNER, 2)


def _paint(canvas: Canvas, top: float, head: TextBlock, rest: list[TextBlock]) -> None:
    below = canvas.block(style.MARGIN, top, head, role="value:0")
    for number, each in enumerate(rest, start=1):
        below = canvas.block(style.MARGIN, below + _BELOW, each, role=f"value:{number}")
