"""Slack for one app: its values from the settings, and what a single task there needs."""

from typing import TYPE_CHECKING

from newsbot.app.container import build, chart_renderer, now, open_database
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.platforms.diagnostics import Check
    from newsbot.platforms.slack.config import SlackConfig


def slack_over_http(settings: Settings) -> bool:
    """Whether Slack sends its events to newsbot's address, and not over a socket that newsbot opens."""
    return settings.has_slack and settings.secrets.slack_app_token is None


def slack_values(settings: Settings) -> "SlackConfig":
    """What newsbot was given for Slack."""
    from newsbot.platforms.slack.config import SlackConfig

    held = settings.secrets
    return SlackConfig(
        bot_token=held.slack_bot_token.get_secret_value() if held.slack_bot_token else None,
        app_token=held.slack_app_token.get_secret_value() if held.slack_app_token else None,
        signing_secret=held.slack_signing_secret.get_secret_value() if held.slack_signing_secret else None,
        client_id=held.slack_client_id.get_secret_value() if held.slack_client_id else None,
        client_secret=held.slack_client_secret.get_secret_value() if held.slack_client_secret else None,
        secret_key=held.secret_key.get_secret_value() if held.secret_key else None,
        api_url=settings.slack.api_url,
        public_url=settings.http.public_url,
    )


async def slack_findings(settings: Settings, channel: str, *, posts: bool) -> list["Check"]:
    """What is well and what is not with newsbot in Slack."""
    from newsbot.platforms.slack.service import examine

    async with open_database(settings) as database:
        app = build(settings)
        renderer = chart_renderer(settings)
        try:
            values = slack_values(settings)
            return await examine(values, app.dispatcher, app.live, database, renderer, now, channel, posts=posts)
        finally:
            await renderer.close()
