"""The errors of charts.

NewsbotError
└── ChartError     a chart cannot be drawn
    └── ChartTimeout   a chart took longer than one may
"""

from newsbot.errors import NewsbotError


class ChartError(NewsbotError):
    """A chart cannot be drawn; the sentence names it."""


class ChartTimeout(ChartError):
    """A chart took longer to draw than one may; its worker process was replaced."""
