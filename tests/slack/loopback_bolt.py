"""A bare slack-bolt app and the ways to run it: the proof of the loopback Slack, and a floor to measure against."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond, AsyncSay
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Driver

Json = dict[str, Any]


def button(action: str, label: str = "More") -> Json:
    return {"type": "button", "action_id": action, "value": "v1", "text": {"type": "plain_text", "text": label}}


def card(text: str, *buttons: Json) -> list[Json]:
    blocks: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    return [*blocks, {"type": "actions", "elements": list(buttons)}] if buttons else blocks


MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "question",
            "label": {"type": "plain_text", "text": "Question"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


SELECT: Json = {
    "type": "static_select",
    "action_id": "topic",
    "options": [{"text": {"type": "plain_text", "text": "Chips"}, "value": "chips"}],
}


def bare_app(slack: LoopbackSlack) -> AsyncApp:
    """Bolt with one bot token and a listener for everything that people can do."""
    token = slack.workspace.token
    client = AsyncWebClient(token=token, base_url=slack.api_url)
    app = AsyncApp(token=token, client=client, signing_secret=slack.app.signing_secret)
    add_commands(app)
    add_form(app)
    add_events(app)
    return app


def add_commands(app: AsyncApp) -> None:
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    async def report(respond: AsyncRespond, command: Json) -> None:
        await respond(text=f"slowly {command['text']}")

    app.command("/slow")(ack=acknowledge, lazy=[report])
    app.action("noted")(acknowledge)

    @app.command("/card")
    async def show(ack: AsyncAck, command: Json) -> None:
        blocks = card("A card", button("more"), SELECT)
        await ack(response_type=command["text"] or None, text="A card", blocks=blocks)

    @app.action("more")
    async def turn(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Another", blocks=card("Another", button("again")), replace_original=True)

    @app.action("topic")
    async def picked(ack: AsyncAck, respond: AsyncRespond, action: Json) -> None:
        await ack()
        await respond(text=f"picked {action['selected_option']['value']}")


def add_form(app: AsyncApp) -> None:
    @app.command("/form")
    async def form(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("form")
    async def submitted(ack: AsyncAck, view: Json) -> None:
        said = view["state"]["values"]["question"]["text"]["value"]
        await (ack() if said else ack(response_action="errors", errors={"question": "Say something."}))

    @app.view_closed("form")
    async def closed(ack: AsyncAck) -> None:
        await ack()


def add_events(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mentioned(say: AsyncSay, event: Json) -> None:
        await say(text=f"You said {event['text']}", thread_ts=event["ts"])

    @app.event("message")
    async def told(say: AsyncSay, event: Json) -> None:
        await say(text=f"Heard {event['text']}")

    @app.event("member_joined_channel")
    async def joined(say: AsyncSay, event: Json) -> None:
        await say(text=f"Invited by {event['inviter']}")

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": card("Home", button("noted"))}
        await client.views_publish(user_id=event["user"], view=view)


@asynccontextmanager
async def served(app: AsyncApp) -> AsyncIterator[str]:
    """Bolt's own HTTP server on a free port; its base address."""
    runner = web.AppRunner(app.web_app(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def connected(slack: LoopbackSlack, app: AsyncApp, ping_interval: float = 10) -> AsyncIterator[None]:
    """Bolt's Socket Mode handler, connected."""
    handler = AsyncSocketModeHandler(app, slack.app.app_token, ping_interval=ping_interval)
    before = len(slack.sockets.live)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await slack.wait_for(lambda: len(slack.sockets.live) > before)
        yield
    finally:
        monitor, receiver = handler.client.current_session_monitor, handler.client.message_receiver
        processor = handler.client.message_processor
        await handler.close_async()  # type: ignore[no-untyped-call]
        # The client cancels its tasks without waiting for them.
        await asyncio.gather(*filter(None, (monitor, receiver, processor)), return_exceptions=True)


@asynccontextmanager
async def over_http(slack: LoopbackSlack, app: AsyncApp) -> AsyncIterator[Driver]:
    async with served(app) as base_url:
        yield slack.http(base_url)


@asynccontextmanager
async def over_socket(slack: LoopbackSlack, app: AsyncApp) -> AsyncIterator[Driver]:
    async with connected(slack, app):
        yield slack.socket()


def oauth_app(slack: LoopbackSlack, folder: Path) -> AsyncApp:
    settings = AsyncOAuthSettings(
        client_id=slack.app.client_id,
        client_secret=slack.app.client_secret,
        scopes=["chat:write", "commands"],
        installation_store=FileInstallationStore(base_dir=str(folder / "installs"), client_id=slack.app.client_id),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(folder / "states")),
    )
    client = AsyncWebClient(base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.app.signing_secret, oauth_settings=settings)

    @app.command("/who")
    async def who(ack: AsyncAck, client: AsyncWebClient, context: AsyncBoltContext, command: Json) -> None:
        await ack()
        await client.chat_postMessage(channel=command["channel_id"], text=f"{context.team_id} here")

    return app
