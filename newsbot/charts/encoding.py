"""A chart as bytes: what a worker process reads, and what names the picture in the cache."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from newsbot.charts.style import STYLE_VERSION
from newsbot.messages.charts import Chart, Point


def encode(chart: Chart) -> bytes:
    """The whole chart as JSON; equal charts give equal bytes."""
    return json.dumps(asdict(chart), sort_keys=True, default=date.isoformat).encode("ascii")


def decode(data: bytes) -> Chart:
    """The chart that `encode` was given."""
    fields: dict[str, Any] = json.loads(data)
    points = tuple(_point(point) for point in fields.pop("points"))
    return Chart(**fields, points=points)


def _point(fields: dict[str, Any]) -> Point:
    on = fields.pop("on")
    return Point(**fields, on=date.fromisoformat(on) if on else None)


def chart_key(chart: Chart) -> str:
    """A name for the picture of `chart`: it changes with any of its data and with the style, and with nothing else."""
    return hashlib.sha256(b"%d\n%s" % (STYLE_VERSION, encode(chart))).hexdigest()
