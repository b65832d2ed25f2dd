"""Charts drawn before anybody asks for them, and how far that is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from newsbot.content.live import LiveLibrary

if TYPE_CHECKING:
    from newsbot.charts.renderer import ChartRenderer


class DrawingProgress:
    """How many charts are drawn, for the line below the terminal's prompt."""

    def __init__(self) -> None:
        self._done = 0
        self._total = 0

    def __call__(self, done: int, total: int) -> None:
        """Note how far it is."""
        self._done, self._total = done, total

    def words(self) -> str:
        """A short bar; empty once everything is drawn."""
        if self._done >= self._total:
            return ""
        filled = 20 * self._done // self._total
        return f"Drawing charts {'█' * filled}{'░' * (20 - filled)} {self._done} of {self._total}"


async def draw_ahead(live: LiveLibrary, renderer: "ChartRenderer", progress: Callable[[int, int], None]) -> None:
    """Draw the charts of the content before anybody asks for them, and again whenever the content changes."""
    from newsbot.content.cards import charts

    while True:
        library = live.current
        await renderer.warm(charts(library), progress)
        await renderer.keep(charts(library))
        if live.current is library:
            await live.changed()
