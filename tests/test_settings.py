"""Settings: each mistake is one line that names file, line, key and what is allowed; secrets stay secret."""

from pathlib import Path

import pytest

from newsbot.errors import SettingsError
from newsbot.settings import Settings, load_settings


def load(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "newsbot.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings({"NEWSBOT_CONFIG": str(file), **environment})


def test_the_shipped_settings_are_in_order() -> None:
    settings = load_settings({})
    assert settings.content_folder.joinpath("deepseek").is_dir()
    assert settings.database_url.startswith("sqlite:///")
    assert not settings.has_tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "log:\n  levle: info\n",
            "newsbot.yaml:2: 'log.levle' isn't a known key (did you mean 'level'? allowed: level, format)",
        ),
        (
            "a: 1\n",
            "newsbot.yaml:1: 'a' isn't a known key (allowed: data, content, log, database, http, discord, slack, al",
        ),
        ("log:\n  level: loud\n", "newsbot.yaml:2: 'log.level' is 'loud' (allowed: debug, info, warning, error)"),
        ("\ncontent:\n  watch: yes\n", "newsbot.yaml:3: 'content.watch' is 'yes' (allowed: true, false)"),
        ("content:\n  folder: 3\n", "newsbot.yaml:2: 'content.folder' is '3', not text (put it in quotes)"),
        ("log: info\n", "newsbot.yaml:1: 'log' is 'info' (write keys with values below it)"),
        ("- log\n", "newsbot.yaml:1: 'the file' is"),
        ("log:\n  level: info\n  level: error\n", "newsbot.yaml:3: the key 'level' appears twice"),
        ("database: postgresql://u:pw@h/n\n", "newsbot.yaml:1: 'database' is 'postgresql://…@h/n'"),
        ("database:\n  url: [postgresql://u:pw@h/n]\n", "newsbot.yaml:2: 'database.url' is a list"),
        ("log: [\n", "newsbot.yaml:2: "),
        (
            "secrets:\n  discord_token: abc\n",
            "newsbot.yaml:1: 'secrets' isn't a known key (tokens are set in the environment",
        ),
        (
            "database:\n  url: mysql://u:pw@h/n\n",
            "newsbot.yaml:2: 'database.url': newsbot cannot use this kind of database",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pw" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LOG_LEVEL": "loud"}, "environment: LOG_LEVEL is 'loud' (allowed: debug, info, warning, error)"),
        ({"PORT": "http"}, "environment: PORT: 'http' isn't a port (a whole number from 0 to 65535)"),
        ({"PORT": "70000"}, "environment: PORT is '70000'"),
        ({"PUBLIC_URL": "me"}, "environment: PUBLIC_URL: 'me' isn't an address (https://…)"),
        ({"LOG_FORMAT": "xml"}, "environment: LOG_FORMAT is 'xml' (allowed: text, json)"),
        ({"DATABASE_URL": "mysql://u:pw@h/n"}, "environment: DATABASE_URL: newsbot cannot use this kind of database"),
        ({"NEWSBOT_CONTNET": "x"}, "environment: NEWSBOT_CONTNET isn't a setting (did you mean NEWSBOT_CONTENT?"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, environment: dict[str, str], expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, "", **environment)
    assert expected in str(caught.value)
    assert "pw" not in str(caught.value)


def test_a_config_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml:1: cannot be read: No such file"):
        load_settings({"NEWSBOT_CONFIG": str(tmp_path / "none.yaml")})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = load_settings({"NEWSBOT_CONFIG": str(_file(tmp_path, "log:\n  level: error\n")), "LOG_LEVEL": "DEBUG"})
    assert settings.log.level == "debug"


def test_a_folder_can_be_named_in_the_place_of_the_file(tmp_path: Path) -> None:
    _file(tmp_path, "log:\n  format: json\n")
    assert load_settings({"NEWSBOT_CONFIG": str(tmp_path)}).log.format == "json"


def test_a_section_of_comments_alone_is_no_mistake(tmp_path: Path) -> None:
    assert load_settings({"NEWSBOT_CONFIG": str(_file(tmp_path, "database:\n  # url: x\n"))}).database.url is None


def test_secrets_show_in_no_repr(tmp_path: Path) -> None:
    settings = load(tmp_path, "", DISCORD_TOKEN="token-of-anna", DATABASE_URL="postgresql://u:password-of-bert@h/n")
    assert "token-of-anna" not in repr(settings)
    assert "password-of-bert" not in repr(settings)


def test_a_foreign_variable_with_our_prefix_is_only_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load(tmp_path, "", NEWSBOT_SOMETHING_ELSE="1")
    assert "NEWSBOT_SOMETHING_ELSE" in caplog.text


def _file(folder: Path, text: str) -> Path:
    file = folder / "newsbot.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("operator", ["discord:123", "slack:T1/@U2", "web:general", "slack:@U2"])
def test_the_operator_is_a_place(tmp_path: Path, operator: str) -> None:
    assert load(tmp_path, "{}\n", NEWSBOT_OPERATOR=operator).alerts.operator == operator


@pytest.mark.parametrize("operator", ["123", "mail:anna", "discord:", "discord:a/b/c", "discord:@"])
def test_an_operator_that_is_no_place_is_refused_with_what_is_one(tmp_path: Path, operator: str) -> None:
    with pytest.raises(SettingsError, match=r"NEWSBOT_OPERATOR.*discord:CHANNEL"):
        load(tmp_path, "{}\n", NEWSBOT_OPERATOR=operator)
