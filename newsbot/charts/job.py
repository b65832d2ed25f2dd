"""What a worker process does for charts: bytes of a chart in, a PNG out."""

import logging

from newsbot.charts.draw import draw
from newsbot.charts.encoding import decode

logging.getLogger("matplotlib").setLevel(logging.ERROR)


def draw_png(job: bytes) -> bytes:
    """The picture of a chart that `encode` wrote. Raises ChartError where it cannot be drawn."""
    return draw(decode(job))
