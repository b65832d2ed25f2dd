"""`newsbot figure`: a chart as a file."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import table_lines
from newsbot.errors import RequestError
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.commands.answers import Unclear
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
    from newsbot.commands.answers import Unclear, find_figure
    from newsbot.content.cards import chart

    out = Path(options.out)
    if out.suffix.lower() != ".png":
        raise RequestError(f"A figure is drawn as PNG: name the file {out.stem}.png.")
    try:
        found = find_figure(build_library(settings).current, options.name)
    except Unclear as unclear:
        raise RequestError("\n".join([str(unclear), *_offered(unclear)])) from None
    data = chart(found)
    picture = asyncio.run(_draw(settings, data))
    try:
        out.write_bytes(picture)
    except OSError as error:
        raise RequestError(f"The picture cannot be written to {out}: {error.strerror}.") from None
    print(f"{options.out}: {data.alt_text()}")
    return 0


def _offered(unclear: "Unclear") -> list[str]:
    """The figures that may have been meant: name and label, a line each."""
    from newsbot.content.actions import OPEN_FIGURE

    rows = [(offer.action.arguments[0], offer.label) for offer in unclear.offers if offer.action.name == OPEN_FIGURE]
    return [f"  {line}" for line in table_lines(rows)] if rows else []


async def _draw(settings: Settings, data: "Chart") -> bytes:
    from newsbot.app.answering import build_renderer

    renderer = build_renderer(settings)
    try:
        return await renderer.png(data)
    finally:
        await renderer.close()
