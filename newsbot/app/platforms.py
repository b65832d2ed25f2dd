"""What platforms are given of the settings, and cards as other platforms would show them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from newsbot.errors import SettingsError
from newsbot.messages.cards import Card
from newsbot.messages.charts import Chart
from newsbot.messages.requests import Place
from newsbot.settings import Settings, shard_range

if TYPE_CHECKING:
    from newsbot.platforms.discord.service import DiscordTarget
    from newsbot.platforms.slack.config import SlackConfig


def discord_target(settings: Settings) -> "DiscordTarget":
    """Which Discord, and as whom. Raises SettingsError without a token."""
    from newsbot.platforms.discord.service import DiscordTarget

    token = settings.secrets.discord_token
    if token is None:
        raise SettingsError("Set DISCORD_TOKEN to the bot token of your app at discord.com/developers.")
    shards = shard_range(settings.discord.shards) if settings.discord.shards else None
    return DiscordTarget(token.get_secret_value(), settings.discord.gateway_url, shards)


def is_slack_over_http(settings: Settings) -> bool:
    """Whether Slack sends its events to newsbot's address, and not over a socket that newsbot opens."""
    return settings.has_slack and settings.secrets.slack_app_token is None


def slack_config(settings: Settings) -> "SlackConfig":
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


def require_tokens(settings: Settings, parts: frozenset[str]) -> None:
    """Raises SettingsError where a part has not what it needs to come in."""
    if "discord" in parts:
        discord_target(settings)
    if "slack" in parts and (problem := slack_config(settings).problem()):
        raise SettingsError(problem)
    if "worker" in parts and not settings.has_tokens:
        raise SettingsError("A worker has nothing to deliver to: set DISCORD_TOKEN, or Slack's tokens.")


def operator_place(settings: Settings) -> Place | None:
    """Where the operator is told of what went wrong; None where nobody said."""
    if settings.alerts.operator is None:
        return None
    platform, _, rest = settings.alerts.operator.partition(":")
    workspace, _, channel = rest.rpartition("/")
    return Place(platform, workspace, channel)


def previews(public_url: str | None, *, uploads: bool = False) -> dict[str, Callable[[Card], Any]]:
    """For each other platform by name, what a card is there, as the exact payloads of its messages.

    With a public address Slack's messages show charts from there. Without one their data stands there, until the
    charts are uploaded: with `uploads` they are taken for that, under names that Slack would give.
    """
    return {"discord": _discord_payloads, "slack": lambda card: _slack_payloads(card, public_url, uploads)}


def _discord_payloads(card: Card) -> list[Mapping[str, Any]]:
    from newsbot.platforms.discord.render import render_messages

    return [message.payload for message in render_messages(card)]


def _slack_payloads(card: Card, public_url: str | None, uploads: bool) -> list[Mapping[str, Any]]:
    from newsbot.charts.encoding import chart_key
    from newsbot.platforms.slack.render import render_messages

    def image_block(chart: Chart) -> Mapping[str, Any] | None:
        if public_url:
            return {"image_url": f"{public_url}/charts/{chart_key(chart)}.png"}
        return {"slack_file": {"id": f"F{chart_key(chart)[:10].upper()}"}} if uploads else None

    return [message.payload for message in render_messages(card, image_block)]
