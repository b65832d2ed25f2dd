"""`newsbot figure`: a chart as a file."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot.errors import RequestError
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.messages.charts import Chart


def add_verb(verbs: Any) -> None:
    """Add `newsbot figure`."""
    figure = verbs.add_parser("figure", help="draw a figure: newsbot figure NAME --out F.png")
    figure.add_argument("name", help="the figure's name, or what it is called")
    figure.add_argument("--out", required=True, metavar="F.png", help="the file to write")
    figure.set_defaults(verb=draw_figure)


def draw_figure(settings: Settings, options: argparse.Namespace) -> int:
    """Draw a figure into a file, and print what it shows."""
    from newsbot.app.answering import build_library
    from newsbot.commands.answers import find_figure
    from newsbot.content.cards import chart

    out = Path(options.out)
    if out.suffix.lower() != ".png":
        raise RequestError(f"A figure is drawn as PNG: name the file {out.stem}.png.")
    data = chart(find_figure(build_library(settings).current, options.name))
    picture = asyncio.run(_draw(settings, data))
    try:
        out.write_bytes(picture)
    except OSError as error:
        raise RequestError(f"The picture cannot be written to {out}: {error.strerror}.") from None
    print(f"{options.out}: {data.alt_text()}")
    return 0


async def _draw(settings: Settings, data: "Chart") -> bytes:
    from newsbot.app.answering import build_renderer

    renderer = build_renderer(settings)
    try:
        return await renderer.png(data)
    finally:
        await renderer.close()
