"""What newsbot is given for Slack, as plain values: nothing here or below reads the environment."""

from dataclasses import dataclass, field

from newsbot.platforms.slack.sockets import Timing

API_URL = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """What newsbot was given for Slack. Secrets do not show in its repr.

    `per_channel` is the pause in seconds between two messages of the bot in one channel.
    """

    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    api_url: str = API_URL
    public_url: str | None = None
    per_channel: float = 1.0
    timing: Timing = field(default_factory=Timing)

    def problem(self, with_events: bool = True) -> str:
        """What is missing for newsbot to be in Slack, or to post there; empty where nothing is."""
        if not self.bot_token and not (self.client_id and self.client_secret):
            return "Slack needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID with SLACK_CLIENT_SECRET for many workspaces."
        if with_events and not self.app_token and not self.signing_secret:
            return "Slack needs SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
        return ""
