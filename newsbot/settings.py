"""The only reader of the environment and of config/newsbot.yaml: validated, with one clear line for each mistake."""

import difflib
import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from newsbot.errors import SettingsError
from newsbot.validation import Finding, mistakes, readable_path, validate
from newsbot.yamlfiles import YamlError, read_text, read_yaml

log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent if (_PACKAGE.parent / "pyproject.toml").is_file() else None
_BUNDLED = _CHECKOUT or _PACKAGE / "_data"

DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres")


def shard_range(text: str) -> tuple[range, int] | None:
    """The shards of `first-last/count` or `number/count`, and how many there are in all; None where it is neither."""
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?/(\d{1,4})", text.strip())
    if match is None:
        return None
    first, last, count = int(match[1]), int(match[2] or match[1]), int(match[3])
    return (range(first, last + 1), count) if first <= last < count else None


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ContentSettings(_Section):
    """Where the topics are and whether a running bot watches them."""

    folder: str | None = None
    watch: bool = True


class LogSettings(_Section):
    """What the log says and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"

    @field_validator("level", "format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


class DatabaseSettings(_Section):
    """Where newsbot keeps what it must remember; None is SQLite in the data folder."""

    url: SecretStr | None = None

    @field_validator("url", mode="before")
    @classmethod
    def _known_scheme(cls, value: object) -> object:
        if isinstance(value, str) and value.split(":", 1)[0].split("+")[0] not in DATABASE_SCHEMES:
            allowed = "sqlite:///file.db, postgresql://user:password@host/name"
            raise ValueError(f"newsbot cannot use this kind of database | allowed: {allowed}")
        return value


class HttpSettings(_Section):
    """Where newsbot listens, and the address at which the world reaches it."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    public_url: str | None = None
    open_browser: bool = True

    @field_validator("port", mode="before")
    @classmethod
    def _digits(cls, value: object) -> object:
        if isinstance(value, str) and not value.strip().isdecimal():
            raise ValueError(f"'{value}' isn't a port | a whole number from 0 to 65535")
        return int(value) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError(f"'{value}' isn't an address | https://…")
        return value.rstrip("/") if value else None


class DiscordSettings(_Section):
    """Where Discord is, and which shards this process runs (`0-3/8`: the first four of eight)."""

    api_url: str = "https://discord.com/api/v10"
    gateway_url: str | None = None
    shards: str | None = None

    @field_validator("api_url")
    @classmethod
    def _api_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError(f"'{value}' isn't an address | https://…")
        return value.rstrip("/")

    @field_validator("gateway_url")
    @classmethod
    def _gateway_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("wss://", "ws://")):
            raise ValueError(f"'{value}' isn't the address of a gateway | wss://…")
        return value

    @field_validator("shards")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        if value is not None and shard_range(value) is None:
            raise ValueError(f"'{value}' isn't a range of shards | first-last/count, such as 0-3/8")
        return value


class SlackSettings(_Section):
    """Where Slack's Web API is."""

    api_url: str = "https://slack.com/api/"

    @field_validator("api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError(f"'{value}' isn't an address | https://…")
        return value if value.endswith("/") else f"{value}/"


class AlertSettings(_Section):
    """Where the operator is told what went wrong by itself, and after how many minutes a digest counts as overdue.

    `operator` is `platform:channel` or `platform:workspace/channel`; for a person, `@` and their id is the channel.
    """

    operator: str | None = None
    minutes: Annotated[int, Field(ge=1, le=1_440)] = 15

    @field_validator("operator")
    @classmethod
    def _is_place(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(discord|slack|web):([^/\s]+/)?@?[^/\s@]+", value):
            raise ValueError(f"'{value}' isn't a place | discord:CHANNEL, slack:CHANNEL, slack:WORKSPACE/@PERSON")
        return value


_Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionSettings(_Section):
    """For how many days newsbot keeps what it is done with; what is still to be done it keeps in any case.

    `deliveries_days`: what was posted by itself, refused or left out (of each digest the last ten stay). `events_days`:
    which events were handled. `quiz_days`: answers and votes of games that ended, and closed questions of the day.
    `games_days`: the games themselves, so that their final scores can be shown anew. `web_days` and `web_messages`:
    messages of the web chat, the latter a number. `news_days`: items of news; that they were seen is remembered for 400
    days. Points, boards, streaks and reports stay for ever.
    """

    deliveries_days: Annotated[int, Field(ge=7, le=36_500)] = 90
    events_days: _Days = 2
    quiz_days: Annotated[int, Field(ge=7, le=36_500)] = 90
    games_days: Annotated[int, Field(ge=7, le=36_500)] = 365
    web_days: _Days = 90
    web_messages: Annotated[int, Field(ge=200, le=10_000_000)] = 20_000
    news_days: Annotated[int, Field(ge=7, le=400)] = 90


# What goes into the agent that a host sees: EDGAR lets in a name and an address, and nothing more.
_CONTACT = re.compile(r"(?:[\w.&,' -]+ )?[^\s@<>()]+@[^\s@<>()]+\.[A-Za-z]{2,}", re.ASCII)
CONTACT_HELP = "a mail address, or a name and one: Example Corp news@example.org"


def is_contact(text: str) -> bool:
    """Whether this can be the contact that newsbot gives to hosts whom it asks for news."""
    return _CONTACT.fullmatch(text) is not None


class NewsSettings(_Section):
    """Whether newsbot reads the sources of news, which they are, whom hosts may write to, and through what proxy."""

    on: bool = False
    sources: str | None = None
    contact: str | None = None
    proxy: SecretStr | None = None

    @field_validator("on", mode="before")
    @classmethod
    def _yes_or_no(cls, value: object) -> object:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        return words.get(value.strip().lower(), value) if isinstance(value, str) else value

    @field_validator("contact")
    @classmethod
    def _contact(cls, value: str | None) -> str | None:
        if value is not None and not is_contact(value):
            raise ValueError(f"'{value}' isn't a contact | {CONTACT_HELP}")
        return value

    @field_validator("proxy", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        if isinstance(value, str) and not value.startswith(("http://", "https://")):
            raise ValueError("this isn't the address of a proxy | http://host:port")
        return value


class SecretSettings(_Section):
    """What only the environment may hold."""

    discord_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    secret_key: SecretStr | None = None


class Settings(_Section):
    """Everything that can be set. Frozen; secrets do not show in its repr."""

    data: str | None = None
    content: ContentSettings = Field(default_factory=ContentSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    discord: DiscordSettings = Field(default_factory=DiscordSettings)
    slack: SlackSettings = Field(default_factory=SlackSettings)
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    news: NewsSettings = Field(default_factory=NewsSettings)
    secrets: SecretSettings = Field(default_factory=SecretSettings, exclude=True)

    @property
    def has_discord(self) -> bool:
        """Whether newsbot is to be in Discord."""
        return self.secrets.discord_token is not None

    @property
    def has_slack(self) -> bool:
        """Whether newsbot is to be in Slack: in one workspace by its token, or in many by OAuth."""
        return self.secrets.slack_bot_token is not None or self.secrets.slack_client_id is not None

    @property
    def has_tokens(self) -> bool:
        """Whether newsbot is to be on a platform beside this machine."""
        return self.has_discord or self.has_slack

    @property
    def opens_browser(self) -> bool:
        """Whether to open the web chat for the person at the terminal: if they wish it and have a desktop."""
        has_desktop = sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))
        return self.http.open_browser and has_desktop

    @property
    def content_folder(self) -> Path:
        """The folder of topics."""
        return Path(self.content.folder) if self.content.folder else _BUNDLED / "content"

    @property
    def sources_file(self) -> Path:
        """The file that names the sources of news."""
        return Path(self.news.sources) if self.news.sources else _BUNDLED / "config" / "sources.yaml"

    @property
    def data_folder(self) -> Path:
        """Where the embedded database and the terminal's history are."""
        return Path(self.data) if self.data else _default_data_folder()

    @property
    def database_url(self) -> str:
        """The database's address, which may hold a password."""
        if self.database.url is not None:
            return self.database.url.get_secret_value()
        return f"sqlite:///{self.data_folder / 'newsbot.db'}"


# Each name newsbot reads from the environment, and the setting it is; the ecosystem's own names where there are any.
ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "DATABASE_URL": ("database", "url"),
    "DISCORD_API_URL": ("discord", "api_url"),
    "DISCORD_GATEWAY_URL": ("discord", "gateway_url"),
    "DISCORD_SHARDS": ("discord", "shards"),
    "DISCORD_TOKEN": ("secrets", "discord_token"),
    "HOST": ("http", "host"),
    "LOG_FORMAT": ("log", "format"),
    "LOG_LEVEL": ("log", "level"),
    "NEWSBOT_CONTACT": ("news", "contact"),
    "NEWSBOT_CONTENT": ("content", "folder"),
    "NEWSBOT_NEWS": ("news", "on"),
    "NEWSBOT_OPERATOR": ("alerts", "operator"),
    "NEWSBOT_PROXY": ("news", "proxy"),
    "NEWSBOT_SECRET_KEY": ("secrets", "secret_key"),
    "NEWSBOT_SOURCES": ("news", "sources"),
    "PORT": ("http", "port"),
    "PUBLIC_URL": ("http", "public_url"),
    "SLACK_API_URL": ("slack", "api_url"),
    "SLACK_APP_TOKEN": ("secrets", "slack_app_token"),
    "SLACK_BOT_TOKEN": ("secrets", "slack_bot_token"),
    "SLACK_CLIENT_ID": ("secrets", "slack_client_id"),
    "SLACK_CLIENT_SECRET": ("secrets", "slack_client_secret"),
    "SLACK_SIGNING_SECRET": ("secrets", "slack_signing_secret"),
}
# Names with our prefix that are read elsewhere: the config's own path, and development data (by tests).
OTHER_NAMES = ("NEWSBOT_CONFIG", "NEWSBOT_DEV_DATA")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of config/newsbot.yaml, overridden by the environment (default: this process's).

    Raises SettingsError with a line for each mistake, naming file, line, key and what is allowed.
    """
    env = os.environ if environment is None else environment
    path = _config_file(env)
    try:
        text = read_text(path)
        data = _without_empty(read_yaml(text))
    except YamlError as error:
        raise SettingsError(f"{readable_path(path)}:{error.line}: {error}") from None
    findings = _only_from_environment(data)
    settings, found = validate(Settings, data)
    findings += found
    problems = [str(mistake) for mistake in mistakes(findings, readable_path(path), text)]
    problems += _misspelt(env)
    overridden, from_environment = _with_environment(data if settings and isinstance(data, dict) else {}, env)
    problems += from_environment
    if problems or overridden is None:
        raise SettingsError("\n".join(problems))
    return overridden


def _config_file(env: Mapping[str, str]) -> Path:
    named = env.get("NEWSBOT_CONFIG")
    if not named:
        return _BUNDLED / "config" / "newsbot.yaml"
    path = Path(named)
    return path / "newsbot.yaml" if path.is_dir() else path


def _without_empty(data: object) -> object:
    """The settings without the sections whose every line is a comment."""
    if not isinstance(data, dict):
        return {} if data is None else data
    return {key: value for key, value in data.items() if value is not None}


def _only_from_environment(data: object) -> list[Finding]:
    if isinstance(data, dict) and data.pop("secrets", None) is not None:
        return [Finding(("secrets",), "'secrets' isn't a known key", "tokens are set in the environment only")]
    return []


def _with_environment(data: Mapping[str, object], env: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    merged: dict[str, object] = dict(data)
    for name, (section, key) in ((name, path) for name, path in ENVIRONMENT.items() if env.get(name)):
        held = merged.get(section)
        merged[section] = {**(held if isinstance(held, dict) else {}), key: env[name]}
    settings, findings = validate(Settings, merged)
    names = {path: name for name, path in ENVIRONMENT.items()}
    problems = []
    for finding in findings:
        name = names.get(tuple(str(step) for step in finding.location), ".".join(map(str, finding.location)))
        what = finding.what.replace(f"'{'.'.join(map(str, finding.location))}'", name)
        problems.append(f"environment: {what} ({finding.mend})")
    return settings, problems


def _misspelt(env: Mapping[str, str]) -> list[str]:
    """Names with our prefix that nothing reads: an error where one looks like a name of ours, else a warning."""
    known = [name for name in (*ENVIRONMENT, *OTHER_NAMES) if name.startswith("NEWSBOT_")]
    problems = []
    for name in sorted(name for name in env if name.startswith("NEWSBOT_") and name not in known):
        if near := difflib.get_close_matches(name, known, n=1, cutoff=0.85):
            allowed = ", ".join(known)
            problems.append(f"environment: {name} isn't a setting (did you mean {near[0]}? allowed: {allowed})")
        else:
            log.warning("the environment sets %s, which newsbot does not read", name)
    return problems


def _default_data_folder() -> Path:
    if _CHECKOUT:
        return _CHECKOUT / "var"
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "newsbot"
