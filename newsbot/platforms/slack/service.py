"""Slack put together: from tokens to a running service with its platform, routes and health."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web

from newsbot.commands.dispatcher import Dispatcher, LibraryHolder
from newsbot.errors import NewsbotError, PlatformRefused, StorageError
from newsbot.messages.charts import NamedChartPictures
from newsbot.platforms.diagnostics import Check
from newsbot.platforms.slack.adapter import SlackPlatform
from newsbot.platforms.slack.app import Authorize, Parts, slack_app
from newsbot.platforms.slack.client import SlackCalls
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.deduplication import Deduplicator
from newsbot.platforms.slack.doctor import doctor
from newsbot.platforms.slack.errors import DEAD, SlackRefused
from newsbot.platforms.slack.http import event_routes, install_routes
from newsbot.platforms.slack.inbound import SlackInbound
from newsbot.platforms.slack.installations import Workspaces
from newsbot.platforms.slack.oauth import InstallationStore, OAuthStates, oauth_flow
from newsbot.platforms.slack.people import UserDirectory
from newsbot.platforms.slack.pictures import UploadedPictures
from newsbot.platforms.slack.renderer import CardRenderer
from newsbot.platforms.slack.responses import ChannelPace, Responder
from newsbot.platforms.slack.sockets import SocketMode
from newsbot.platforms.slack.welcome import Welcomes
from newsbot.platforms.slack.workspace import OAuthApp, TokenCipher, Workspace
from newsbot.storage.database import Database
from newsbot.tasks import BackgroundTasks, Backoff, end_tasks

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 60.0
_LOOK_SECONDS = 60.0
_FIRST_SECONDS = 3.0  # people are answered from content whether or not Slack is quick


class SlackService:
    """Slack while it runs."""

    def __init__(
        self,
        platform: SlackPlatform,
        routes: list[web.RouteDef],
        workspaces: Workspaces,
        calls: SlackCalls,
        pictures: UploadedPictures,
        socket_mode: SocketMode | None,
    ) -> None:
        self.platform = platform
        self.pictures = pictures
        self.routes = routes
        self.workspaces = workspaces
        self.calls = calls
        self.socket_mode = socket_mode
        self.is_introduced = False

    def health(self) -> str:
        """ "ok", or what is wrong."""
        if trouble := self.trouble():
            return trouble
        if self.workspaces.single is not None and not self.is_introduced:
            return "Slack cannot be reached yet"
        return self.socket_mode.health if self.socket_mode else "ok"

    def trouble(self) -> str:
        """What only a person can mend, such as a dead token; empty where nothing."""
        return self.workspaces.trouble()

    async def connected(self) -> None:
        """Wait until Slack can reach newsbot: at once over HTTP, with the first connection in Socket Mode."""
        if self.socket_mode:
            await self.socket_mode.connected()


@dataclass(frozen=True, slots=True)
class SlackNeeds:
    """What Slack is built from: its settings, and what newsbot shares with every platform."""

    config: SlackConfig
    dispatcher: Dispatcher
    live: LibraryHolder
    database: Database
    drawing: NamedChartPictures
    now: Callable[[], datetime]

    def without_events(self) -> "SlackNeeds":
        """The same for one that only posts, and opens no connection."""
        return replace(self, config=replace(self.config, app_token=None))


@asynccontextmanager
async def slack_service(
    needs: SlackNeeds,
    *,
    with_events: bool = True,
    fails_fast: bool = True,
) -> AsyncIterator[SlackService]:
    """Slack from here to the end of the block: connected in Socket Mode, or waiting for whoever serves its routes.

    Without `with_events` it only posts: there is no connection, and nothing to serve.

    Raises PlatformRefused where something is missing and, where it `fails_fast`, if Slack does not accept the bot's
    token. Otherwise, and later, a token that is not accepted is tried again until it is.
    """
    if problem := needs.config.problem(with_events):
        raise PlatformRefused(problem)
    if not with_events:
        needs = needs.without_events()
    config = needs.config
    calls, background = SlackCalls(config.api_url), BackgroundTasks("slack")
    async with AsyncExitStack() as stack:  # the last to be noted is the first to be closed
        stack.push_async_callback(calls.close)
        service = _build(needs, calls, background)
        stack.push_async_callback(service.pictures.close)
        stack.push_async_callback(background.close)
        if config.bot_token:
            await _learn_bot_name(service, config.bot_token, fails_fast=fails_fast)
            learning = asyncio.create_task(_keep_known(service, config.bot_token, config.timing.first_pause))
            stack.push_async_callback(end_tasks, (learning,))
        looking = asyncio.create_task(_keep_digests_going(service.workspaces))
        stack.push_async_callback(end_tasks, (looking,))
        if not with_events:
            service.routes.clear()
        if service.socket_mode:
            stack.push_async_callback(service.socket_mode.close)
            service.socket_mode.start()
        yield service


async def examine(needs: SlackNeeds, channel: str = "", *, posts: bool = False) -> list[Check]:
    """What `newsbot doctor slack` finds, whatever is missing or wrong; see `doctor`."""
    config = needs.config
    calls, background = SlackCalls(config.api_url), BackgroundTasks("slack")
    try:
        service = _build(needs.without_events(), calls, background)
        if config.bot_token:
            service.workspaces.use_single(Workspace("", "", config.bot_token))
            with suppress(NewsbotError):  # the doctor says what is wrong with the token
                await _learn(service, config.bot_token)
        return await doctor(config, calls, service.platform, channel, posts=posts)
    finally:
        await background.close()
        await calls.close()


def _build(needs: SlackNeeds, calls: SlackCalls, background: BackgroundTasks) -> SlackService:
    config, database, now = needs.config, needs.database, needs.now
    is_oauth = bool(config.client_id and config.client_secret)
    oauth = OAuthApp(config.client_id or "", config.client_secret or "") if is_oauth else None
    cipher = TokenCipher(config.secret_key) if is_oauth and config.secret_key else None
    workspaces = Workspaces(calls, database, now, secrets.token_hex(8), oauth=oauth, cipher=cipher)
    pictures = UploadedPictures(needs.drawing, needs.live, workspaces, config.public_url)
    responder = Responder(
        workspaces, CardRenderer(pictures), pictures, background, ChannelPace(config.per_channel), now
    )
    deduplicator = Deduplicator(database, now)
    people = UserDirectory(workspaces, now)
    inbound = SlackInbound(needs.dispatcher, responder, workspaces, people, deduplicator, background)
    welcomes = Welcomes(needs.dispatcher, responder, deduplicator)
    flow = None
    if oauth and cipher:
        where = config.api_url.removesuffix("api/") + "oauth/v2/authorize"
        states = OAuthStates(cipher, database, now)

        def installed(team: str, user: str) -> None:
            background.start(welcomes.greet_installer(team, user), "a welcome")

        flow = oauth_flow(
            oauth, calls, InstallationStore(workspaces, installed), states, config.public_url, authorize_url=where
        )
    parts = Parts(needs.dispatcher, inbound, workspaces, responder, deduplicator, background, welcomes, now)
    app = slack_app(calls, Authorize(workspaces), config.signing_secret or "", parts, flow)
    socket_mode = SocketMode(app, calls, config.app_token, config.timing) if config.app_token else None
    routes = pictures.routes()
    if socket_mode is None and config.signing_secret:
        routes += event_routes(app, config.signing_secret)
    if is_oauth:
        routes += install_routes(flow)
    platform = SlackPlatform(workspaces, responder, pictures, bool(config.public_url))
    return SlackService(platform, routes, workspaces, calls, pictures, socket_mode)


async def _learn_bot_name(service: SlackService, token: str, *, fails_fast: bool) -> None:
    """Learn once who the bot of a single workspace is; where Slack does not tell, that stays in doubt.

    Raises PlatformRefused where it `fails_fast` and Slack does not accept the token.
    """
    service.workspaces.use_single(Workspace("", "", token))
    try:
        async with asyncio.timeout(_FIRST_SECONDS):
            await _learn(service, token)
    except SlackRefused as error:
        is_refused = error.error in DEAD | {"not_allowed_token_type"}
        if is_refused and fails_fast:
            sentence = f"Slack does not accept SLACK_BOT_TOKEN ({error.error}). Copy it from the app's settings again."
            raise PlatformRefused(sentence) from None
        if is_refused:
            service.workspaces.lose_single(error.error)
            return
        service.is_introduced = True
        log.warning("Slack does not tell who newsbot is: %s", error)
        if error.scope == "app":
            service.workspaces.is_in_doubt.set()
    except (NewsbotError, TimeoutError) as error:
        log.warning("Slack does not tell who newsbot is: %s", error)
        service.workspaces.is_in_doubt.set()


async def _learn(service: SlackService, token: str) -> None:
    identity, scopes = await service.calls.call_with_scopes(token, "auth.test")
    workspace = Workspace(
        str(identity.get("team_id") or ""),
        str(identity.get("team") or ""),
        token,
        str(identity.get("user_id") or ""),
        str(identity.get("bot_id") or ""),
        str(identity.get("user") or "newsbot"),
        scopes,
    )
    service.workspaces.use_single(workspace)
    service.is_introduced = True
    log.info("newsbot is @%s in the Slack workspace %s", workspace.bot_name, workspace.name)


async def _keep_known(service: SlackService, token: str, first_pause: float) -> None:
    """Whenever it is in doubt whether the token works, ask until it does: then posts and digests go on by themselves.

    Meanwhile nothing else is sent with it.
    """
    workspaces = service.workspaces
    while True:
        await workspaces.is_in_doubt.wait()
        waits = Backoff(first_pause, _LONGEST_PAUSE).waits()
        while workspaces.is_in_doubt.is_set():
            await asyncio.sleep(next(waits))
            try:
                was_gone = workspaces.single_gone
                await _learn(service, token)
                await workspaces.resume_digests()
                workspaces.is_in_doubt.clear()
                if was_gone:
                    log.warning("Slack accepts SLACK_BOT_TOKEN again")
            except SlackRefused as error:
                workspaces.lose_single(error.error)
            except NewsbotError as error:
                log.warning("Slack does not tell who newsbot is: %s", error)
            except Exception:  # whatever breaks here, the token is tried again
                log.exception("Slack does not tell who newsbot is")


async def _keep_digests_going(workspaces: Workspaces) -> None:
    """Look now and then for digests that wait for a workspace which is there again."""
    while True:
        try:
            await workspaces.resume_digests()
        except StorageError as error:
            log.warning("digests may wait for workspaces that are there again: %s", error)
        except Exception:
            log.exception("digests may wait for workspaces that are there again")
        await asyncio.sleep(_LOOK_SECONDS)
