"""Pictures of charts for Slack: at PUBLIC_URL where there is one, else uploaded once to each workspace.

An upload takes Slack a moment, and until it is done a message that shows it is refused. So an answer stands with its
data at once, and `prepare` makes the picture ready for whoever changes or follows up the message; from then on it is
shown at once. Uploading needs the scopes files:write and files:read; without them charts stay data.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable

from aiohttp import web

from newsbot.commands.dispatcher import LibraryHolder
from newsbot.content.cards import charts
from newsbot.content.library import Library
from newsbot.errors import NewsbotError, PostLater
from newsbot.messages.charts import Chart, NamedChartPictures
from newsbot.platforms.slack.errors import SlackRefused
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.render import ShownPicture
from newsbot.tasks import end_tasks

log = logging.getLogger(__name__)

SCOPES = frozenset({"files:read", "files:write"})
_FIX = "Grant newsbot the scopes files:write and files:read, or set PUBLIC_URL, to see charts as pictures."
_KEY = re.compile(r"[0-9a-zA-Z_-]{8,128}\Z")
_LOOKS = 12
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 2.0


class UploadedPictures:
    """Where the pictures of charts are."""

    def __init__(
        self, drawing: NamedChartPictures, holder: LibraryHolder, workspaces: Workspaces, public_url: str | None
    ) -> None:
        self._drawing = drawing
        self._holder = holder
        self._workspaces = workspaces
        self._public_url = public_url
        self._files: dict[str, dict[Chart, str]] = {}
        self._without: set[str] = set()  # workspaces that were found to lack the scopes
        self._under_way: dict[tuple[str, Chart], asyncio.Task[str]] = {}
        self._served: dict[str, Chart] = {}
        self._library: Library | None = None

    def picture_lookup(self, team: str) -> Callable[[Chart], ShownPicture | None]:
        """Tells how an image block names the picture of a chart; None where it has to stand as data."""
        if self._public_url:
            return self._at_public_url
        files = self._files.get(team, {})
        return lambda chart: {"slack_file": {"id": files[chart]}} if chart in files else None

    def version(self, team: str) -> tuple[str, int]:
        """Changes whenever `picture_lookup` tells something new; the same for workspaces that see the same."""
        files = self._files.get(team)
        return (team, len(files)) if files else ("", 0)

    def _at_public_url(self, chart: Chart) -> ShownPicture:
        key = self._drawing.key(chart)
        self._served[key] = chart
        return {"image_url": f"{self._public_url}/charts/{key}.png"}

    async def fix(self, team: str) -> str:
        """What to change so that a workspace sees pictures; empty where nothing stands in the way."""
        workspace = await self._workspaces.get(team)
        lacks = workspace is not None and bool(workspace.scopes) and not workspace.scopes >= SCOPES
        return _FIX if not self._public_url and (lacks or team in self._without) else ""

    # -- uploads --------------------------------------------------------------------------------------------------

    async def prepare(self, team: str, wanted: Iterable[Chart]) -> bool:
        """Make pictures of these charts ready in a workspace; whether any is there now that was not before."""
        if self._public_url or team in self._without:
            return False
        workspace = await self._workspaces.get(team)
        if workspace is None or (workspace.scopes and not workspace.scopes >= SCOPES):
            return False
        missing = [chart for chart in wanted if chart not in self._files.get(team, {})]
        are_ready = await asyncio.gather(*(self._try_upload(team, chart) for chart in missing))
        return any(are_ready)

    async def _try_upload(self, team: str, chart: Chart) -> bool:
        task = self._under_way.get((team, chart))
        if task is None:
            task = asyncio.create_task(self._upload(team, chart))
            self._under_way[team, chart] = task
            task.add_done_callback(lambda done: self._forget_upload(team, chart, done))
        try:
            file = await asyncio.shield(task)
        except NewsbotError as error:
            if isinstance(error, SlackRefused) and error.error == "missing_scope":
                self._without.add(team)
            log.warning("the chart “%s” stays a table in the Slack workspace %s: %s", chart.title, team, error)
            return False
        self._files.setdefault(team, {})[chart] = file
        return True

    def _forget_upload(self, team: str, chart: Chart, task: asyncio.Task[str]) -> None:
        self._under_way.pop((team, chart), None)
        if not task.cancelled():
            task.exception()  # seen here too: whoever waited may be gone

    async def close(self) -> None:
        """Give up what is under way."""
        await end_tasks(tuple(self._under_way.values()))

    async def _upload(self, team: str, chart: Chart) -> str:
        """The id of a file that Slack can show. Raises NewsbotError where there is none."""
        data = await self._drawing.png(chart)
        name, call = f"{self._drawing.key(chart)[:32]}.png", self._workspaces.call
        place = await call(
            team, "files.getUploadURLExternal", filename=name, length=len(data), alt_txt=chart.alt_text()[:1_000]
        )
        file = str(place["file_id"])
        await self._workspaces.calls.upload(str(place["upload_url"]), data)
        await call(team, "files.completeUploadExternal", files=[{"id": file, "title": chart.title[:200]}])
        await self._wait_until_usable(team, file)
        return file

    async def _wait_until_usable(self, team: str, file: str) -> None:
        """Slack fills in a file's type once it has processed it."""
        wait = _FIRST_WAIT
        for _ in range(_LOOKS):
            info = (await self._workspaces.call(team, "files.info", file=file)).get("file") or {}
            if info.get("mimetype"):
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        raise PostLater("Slack has not processed the picture in time.")

    # -- at PUBLIC_URL --------------------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        """The route by which Slack fetches pictures."""
        return [web.get("/charts/{key}.png", self._serve)] if self._public_url else []

    async def _serve(self, request: web.Request) -> web.Response:
        chart = self._chart(request.match_info["key"])
        if chart is None:
            raise web.HTTPNotFound(text="There is no such chart.")
        try:
            data = await self._drawing.png(chart)
        except NewsbotError as error:
            raise web.HTTPServiceUnavailable(text=str(error)) from None
        # The address is made from the data and the style, so what is behind it never changes.
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(body=data, content_type="image/png", headers=headers)

    def _chart(self, key: str) -> Chart | None:
        """A chart that newsbot has shown, or that its content has: nobody else can have one drawn."""
        if not _KEY.match(key):
            return None
        if key not in self._served and self._library is not self._holder.current:
            self._library = self._holder.current
            self._served.update((self._drawing.key(chart), chart) for chart in charts(self._library))
        return self._served.get(key)
