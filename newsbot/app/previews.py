"""Cards as other platforms would show them, for the web chat and `newsbot say --as`."""

from collections.abc import Callable, Mapping
from typing import Any

from newsbot.messages.cards import Card
from newsbot.messages.charts import Chart


def previews(public_url: str | None) -> dict[str, Callable[[Card], Any]]:
    """For each other platform by name, what a card is there, as the exact payloads of its messages.

    With a public address Slack's messages show charts from there, else their data.
    """
    return {"discord": _discord, "slack": lambda card: _slack(card, public_url)}


def _discord(card: Card) -> list[Mapping[str, Any]]:
    from newsbot.platforms.discord.render import render_messages

    return [message.payload for message in render_messages(card)]


def _slack(card: Card, public_url: str | None) -> list[Mapping[str, Any]]:
    from newsbot.charts.encoding import chart_key
    from newsbot.platforms.slack.render import render_messages

    def shown(chart: Chart) -> Mapping[str, Any] | None:
        return {"image_url": f"{public_url}/charts/{chart_key(chart)}.png"} if public_url else None

    return [message.payload for message in render_messages(card, shown)]
