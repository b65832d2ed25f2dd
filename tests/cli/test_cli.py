"""The command line: what it prints and its exit codes; as real processes what needs one, a terminal chat in a real
pseudo-terminal."""

import io
import json
import logging
import os
import pty
import re
import select
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsbot.cli.main import main
from newsbot.messages.codec import card_from_json
from newsbot.messages.plain import plain_card
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Ran:
    """What a verb printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def newsbot(*arguments: str, stdin: str | None = None, **environment: str) -> Ran:
    """Run a verb in this process; the bot itself, and what is typed into, in a process of its own."""
    if stdin is not None or arguments[:1] == ("run",):
        return newsbot_process(*arguments, stdin=stdin or "", **environment)
    out, err = io.StringIO(), io.StringIO()
    with kept_logging():
        code = main(arguments, environment={**_clean_environment(), **environment}, stdout=out, stderr=err)
    return Ran(code, out.getvalue(), err.getvalue())


def newsbot_process(*arguments: str, stdin: str = "", **environment: str) -> Ran:
    """Run newsbot as a person would, from another folder."""
    ran = subprocess.run(
        [sys.executable, "-m", "newsbot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**_clean_environment(), **environment},
        cwd="/",
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def in_shell(line: str, **environment: str) -> Ran:
    """Run lines of a shell, whose first `newsbot` is newsbot."""
    ran = subprocess.run(
        ["bash", "-c", line.replace("newsbot ", f'"{sys.executable}" -m newsbot ', 1)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env={**_clean_environment(), **environment},
    )
    return Ran(ran.returncode, ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace"))


@contextmanager
def kept_logging() -> Iterator[None]:
    """Afterwards the log goes where it went before: a verb sets it up for a process of its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)


def _clean_environment() -> dict[str, str]:
    ours = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PUBLIC_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PORT": "0"}  # any free one: tests run side by side


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """An environment whose data is in a folder of the test's own."""
    (tmp_path / "newsbot.yaml").write_text(
        f"data: {tmp_path / 'data'}\nhttp:\n  open_browser: false\n", encoding="utf-8"
    )
    return {"NEWSBOT_CONFIG": str(tmp_path)}


def test_say_prints_the_brief() -> None:
    said = newsbot("say", "/deepseek cost")
    shown = " ".join(said.stdout.split())
    assert (said.returncode, said.stderr) == (0, "")
    for words in ("$5.576 million", "$294,000", "as of 27 December 2024 [1]", "arxiv.org", "Others: from well above"):
        assert words in shown
    assert "2.788 million" not in shown
    assert "\x1b" not in said.stdout
    full = " ".join(newsbot("say", "--full", "/deepseek cost").stdout.split())
    for words in ("$5.576 million", "2.788 million", "As of 27 December 2024", "Others say"):
        assert words in full


def test_say_takes_words_without_quotes_too() -> None:
    assert "$5.576 million" in " ".join(newsbot("say", "/deepseek", "cost").stdout.split())


def test_say_json_prints_one_object_that_is_a_card() -> None:
    said = newsbot("say", "--json", "/deepseek cost")
    (line,) = said.stdout.splitlines()
    card = card_from_json(json.loads(line))
    assert "$5.576 million" in plain_card(card)
    assert newsbot("say", "/deepseek cost", "--json").stdout == said.stdout


@pytest.mark.parametrize("said", ["", "x" * 10_000, "مرحبا", "👩‍👩‍👧‍👦", "\x1b[31m\x07", "/none", "/deepseek none"])
def test_say_answers_anything_without_a_traceback(said: str) -> None:
    answered = newsbot("say", said)
    assert answered.returncode == 0
    assert answered.stdout.strip()
    assert "Traceback" not in answered.stdout + answered.stderr


def test_check_is_green_on_the_shipped_content() -> None:
    checked = newsbot("check")
    assert checked.returncode == 0
    assert all(line.startswith("warning: ") for line in checked.stderr.splitlines())
    assert "The content is in order" in checked.stdout
    assert "The right one is A " in checked.stdout


def test_how_old_topics_are_is_told_and_is_no_failure() -> None:
    told = newsbot("content", "freshness")
    assert told.returncode == 0
    assert "deepseek: " in told.stdout
    assert all(line.startswith("warning: ") for line in told.stderr.splitlines())


def test_check_is_red_with_file_and_line_on_mistakes(tmp_path: Path) -> None:
    made = newsbot("content", "new", "coffee", NEWSBOT_CONTENT=str(tmp_path))
    assert made.returncode == 0
    assert "This is a draft" in made.stdout
    for file in (tmp_path / "coffee").iterdir():
        text = file.read_text().replace("FILL IN", "Written as").replace("example.org/fill-in", "board.example/page")
        file.write_text(text, encoding="utf-8")
    figures = tmp_path / "coffee" / "figures.yaml"
    figures.write_text(figures.read_text().replace("as_of: 2025", "as_off: 2025"), encoding="utf-8")
    briefs = tmp_path / "coffee" / "briefs.yaml"
    briefs.write_text(briefs.read_text().replace("why it mattered", "why 7 mattered"), encoding="utf-8")
    checked = newsbot("check", NEWSBOT_CONTENT=str(tmp_path))
    assert checked.returncode == 1
    assert f"{figures}:10: 'as_off' isn't a known key (did you mean 'as_of'?" in checked.stderr
    assert f"{briefs}:9: the number '7' is written in prose" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_a_draft_beside_finished_topics_stops_nothing_and_check_lists_its_gaps_as_warnings(tmp_path: Path) -> None:
    topics = tmp_path / "topics"
    shutil.copytree(ROOT / "content", topics)
    made = newsbot("content", "new", "coffee", NEWSBOT_CONTENT=str(topics))
    assert made.returncode == 0
    checked = newsbot("check", NEWSBOT_CONTENT=str(topics))
    assert checked.returncode == 0
    assert re.search(
        r"^warning: the topic coffee is a draft: \d+ places are not filled in", checked.stderr, re.MULTILINE
    )
    assert f"warning: {topics}/coffee/topic.yaml:2: not filled in yet" in checked.stderr
    said = newsbot("say", "/deepseek cost", NEWSBOT_CONTENT=str(topics))
    assert said.returncode == 0
    assert "the topic coffee is a draft" in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_check_is_red_where_there_is_no_content(tmp_path: Path) -> None:
    checked = newsbot("check", NEWSBOT_CONTENT=str(tmp_path / "none"))
    assert checked.returncode == 1
    assert "there is no such folder" in checked.stderr


def test_a_topic_that_is_there_is_refused_with_a_sentence(tmp_path: Path) -> None:
    assert newsbot("content", "new", "coffee", NEWSBOT_CONTENT=str(tmp_path)).returncode == 0
    again = newsbot("content", "new", "coffee", NEWSBOT_CONTENT=str(tmp_path))
    assert again.returncode == 1
    assert "There is a topic 'coffee' already" in again.stderr


def test_a_bad_setting_is_one_line_and_exit_code_2() -> None:
    said = newsbot("say", "/deepseek cost", LOG_LEVEL="loud")
    assert said.returncode == 2
    assert said.stderr == "environment: LOG_LEVEL is 'loud' (allowed: debug, info, warning, error)\n"


def test_the_database_is_upgraded_once(own: dict[str, str]) -> None:
    assert "(before: empty)" in newsbot("db", "upgrade", **own).stdout
    assert "(before" not in newsbot("db", "upgrade", **own).stdout


def test_a_database_that_is_not_there_is_one_sentence_and_exit_code_3(own: dict[str, str]) -> None:
    said = newsbot("db", "upgrade", DATABASE_URL="postgresql://u:pw@127.0.0.1:1/n", **own)
    assert said.returncode == 3
    assert "Traceback" not in said.stderr
    assert "pw" not in said.stderr


def test_run_without_tokens_answers_a_pipe_and_says_how_to_connect(own: dict[str, str]) -> None:
    typed = "/deepseek cost\n99\n4\n2\nwhat did R1 cost\nexit\n/deepseek nvidia\n"
    ran = newsbot("run", stdin=typed, LOG_FORMAT="json", LOG_LEVEL="debug", **own)
    assert ran.returncode == 0
    hints = ran.stdout.splitlines()[:3]
    assert "Discord" in hints[2]
    assert "Slack" in hints[2]
    assert "$5.576 million" in ran.stdout
    assert re.search(r"^(Right\.|Not quite\.)$", ran.stdout, re.MULTILINE)
    assert "Why Nvidia" not in ran.stdout
    assert "The newest card has buttons 1 to" in ran.stdout
    logged = (json.loads(line) for line in ran.stderr.splitlines())
    made = next(each for each in logged if each["message"].startswith("the database is now at version"))
    assert made["level"] == "debug"
    assert made["time"].endswith("+00:00")


@pytest.mark.parametrize(("part", "name"), [("discord", "DISCORD_TOKEN")])
def test_a_platform_alone_needs_its_token(part: str, name: str, own: dict[str, str]) -> None:
    ran = newsbot("run", "--only", part, **own)
    assert ran.returncode == 2
    assert name in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_service_without_anybody_at_its_input_goes_on_serving_until_it_is_told_to_stop(own: dict[str, str]) -> None:
    environment = {**_clean_environment(), **own}
    command = [sys.executable, "-m", "newsbot", "run"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment) as ran:
        assert ran.stdout is not None
        url = next(line for line in ran.stdout if line.startswith("Web chat: ")).split()[-1]
        with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
            assert json.load(answer)["status"] == "ok"
        assert ran.poll() is None
        ran.terminate()
        assert ran.wait(PATIENCE) == 0


def test_the_first_line_is_the_address_of_the_web_chat_and_no_log_line_stands_below_it(own: dict[str, str]) -> None:
    ran = newsbot("run", stdin="exit\n", PORT="0", **own)
    first, here, tokens = ran.stdout.splitlines()
    assert first.startswith("Web chat: http://")
    assert here == "Or type here: /deepseek cost, a question, or exit."
    assert "DISCORD_TOKEN" in tokens
    assert ran.stderr == ""


def test_a_figure_is_drawn_to_a_file(tmp_path: Path, own: dict[str, str]) -> None:
    target = tmp_path / "hours.png"
    drawn = newsbot("figure", "v3-gpu-hours-by-phase", "--out", str(target), **own)
    assert drawn.returncode == 0
    assert target.read_bytes().startswith(b"\x89PNG")
    assert "2,664,000" in drawn.stdout
    unknown = newsbot("figure", "no-such-figure-at-all", "--out", str(target), **own)
    assert unknown.returncode == 1
    assert "There is no figure called" in unknown.stderr
    near = newsbot("figure", "v3-run", "--out", str(target), **own)
    assert near.returncode == 1
    assert near.stderr.splitlines()[0].endswith("Did you mean:")
    assert re.search(r"^  v3-run-cost  +One training run of V3", near.stderr, re.MULTILINE)
    unwritable = newsbot("figure", "v3-run-cost", "--out", "/nowhere/x.png", **own)
    assert "cannot be written" in unwritable.stderr


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ("db", "upgrade or prune"),
        ("digest", "preview, next, send or simulate"),
        ("quiz", "stats or reports"),
        ("doctor", "discord or slack"),
        ("content", "new or freshness"),
        ("discord", "commands or invite"),
        ("slack", "manifest"),
    ],
)
def test_a_group_without_a_verb_lists_its_verbs_in_a_sentence(group: str, known: str) -> None:
    ran = newsbot(group)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"Say what to do: newsbot {group} {known}. newsbot {group} --help explains each.\n"


def test_help_and_version_are_printed_and_a_verb_that_is_none_is_refused() -> None:
    assert newsbot("--help").returncode == 0
    assert newsbot("--version").stdout.startswith("newsbot ")
    assert newsbot("dance").returncode == 2


def test_old_rows_are_counted_then_deleted_by_table(own: dict[str, str], tmp_path: Path) -> None:
    assert newsbot("db", "prune", "--dry-run", **own).stdout == "There is nothing to delete.\n"
    with closing(sqlite3.connect(tmp_path / "data" / "newsbot.db")) as database:
        values = [("slack", f"e{each}", f"2020-01-0{each} 00:00:00.000000") for each in range(1, 4)]
        database.executemany("INSERT INTO handled_events (platform, event_id, handled_at) VALUES (?, ?, ?)", values)
        database.commit()
    looked = newsbot("db", "prune", "--dry-run", **own)
    assert [line.split() for line in looked.stdout.splitlines()[1:]] == [["handled_events", "3"], ["in", "all", "3"]]
    assert "rows would go" in looked.stdout
    assert "rows deleted" in newsbot("db", "prune", LOG_LEVEL="error", **own).stdout
    assert newsbot("db", "prune", **own).stdout == "There was nothing to delete.\n"


def test_what_a_terminal_cannot_show_is_shown_otherwise() -> None:
    for encoding in ("latin-1", "ascii", "cp437"):
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        with kept_logging():
            assert main(["say", "/deepseek cost"], environment=_clean_environment(), stdout=out) == 0
        out.seek(0)
        assert "$5.576 million" in " ".join(out.read().split())


def test_output_that_cannot_be_written_is_one_line(own: dict[str, str]) -> None:
    full = in_shell("newsbot say /deepseek cost >/dev/full", **own)
    assert full.returncode == 1
    assert full.stderr == "newsbot cannot write its output: No space left on device.\n"
    closed = in_shell("newsbot say /deepseek cost >&-", **own)
    assert (closed.returncode, closed.stderr) == (1, "newsbot has nowhere to write: its output is closed.\n")


def test_a_closed_input_leaves_the_web_chat_serving(own: dict[str, str]) -> None:
    """Also where the output is no UTF-8, and nobody reads it for long."""
    script = """newsbot run <&- >"$OUT" 2>&1 & bot=$!
for _ in $(seq 600); do grep -q "Web chat" "$OUT" && break; sleep 0.1; done
kill -0 $bot && kill -TERM $bot && wait $bot
"""
    out = Path(own["NEWSBOT_CONFIG"]) / "out"
    ran = in_shell(script, OUT=str(out), PYTHONIOENCODING="latin-1", **own)
    said = out.read_text(encoding="latin-1")
    assert "Web chat: " in said
    assert "Traceback" not in said
    assert ran.returncode == 0, (said, ran)


def test_a_single_answer_imports_none_of_the_heavy_parts() -> None:
    program = (
        "import sys; from newsbot.cli.main import main; main(['say', '/deepseek cost']);"
        "heavy = {'sqlalchemy', 'alembic', 'prompt_toolkit', 'watchfiles', 'matplotlib', 'aiohttp'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


# -- a person at a terminal ---------------------------------------------------------------------------------------


class Terminal:
    """A newsbot in a real pseudo-terminal, typed into as by a person."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._main, side = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsbot", "run"],
            stdin=side,
            stdout=side,
            stderr=side,
            env={**_clean_environment(), "TERM": "xterm", "COLUMNS": "100", "LINES": "40", **environment},
            cwd="/",
        )
        os.close(side)
        self.shown = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._main, keys.encode())

    def wait_for(self, words: str, seconds: float = PATIENCE) -> None:
        """Read the screen until `words` have appeared since the last wait."""
        until = time.monotonic() + seconds
        while words not in ANSI.sub("", self.shown):
            assert time.monotonic() < until, f"{words!r} did not appear in {ANSI.sub('', self.shown)[-2000:]!r}"
            self._read()
        self.shown = ANSI.sub("", self.shown).partition(words)[2]

    def left(self, seconds: float = PATIENCE) -> int:
        """The exit code, once the process has ended by itself."""
        until = time.monotonic() + seconds
        while (code := self.process.poll()) is None:
            assert time.monotonic() < until, f"still there: {ANSI.sub('', self.shown)[-2000:]!r}"
            self._read()
        return code

    def _read(self) -> None:
        if select.select([self._main], [], [], 0.1)[0]:
            try:
                chunk = os.read(self._main, 65_536).decode(errors="replace")
            except OSError:  # the other side is closed
                return
            self.shown += chunk
            if "\x1b[6n" in chunk:  # prompt_toolkit asks where the cursor is; a terminal answers
                os.write(self._main, b"\x1b[1;1R")

    def close(self) -> None:
        """End the process where it has not ended by itself."""
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@pytest.fixture
def terminal(own: dict[str, str]) -> Iterator[Terminal]:
    """A fresh newsbot at a terminal."""
    opened = Terminal(own)
    yield opened
    opened.close()


def test_a_person_types_is_completed_clicks_and_finds_the_history_again(
    terminal: Terminal, own: dict[str, str], tmp_path: Path
) -> None:
    terminal.wait_for(">")
    terminal.type("/deepseek cos")
    terminal.wait_for("/deepseek cost")  # the completion menu
    terminal.type("t\r")
    terminal.wait_for("Quiz me")
    terminal.wait_for(">")
    terminal.type("1\r")
    terminal.wait_for("V3 is the base model")
    terminal.wait_for("Share here")
    terminal.wait_for(">")
    terminal.type("exit\r")
    assert terminal.left() == 0
    assert "/deepseek cost" in (tmp_path / "data" / "history").read_text(encoding="utf-8")

    again = Terminal(own)
    again.wait_for(">")
    again.type("\x1b[A\x1b[A\x1b[A")  # three lines up: exit, 1, /deepseek cost
    again.wait_for("/deepseek cost")
    again.type("\r")
    again.wait_for("Quiz me")
    again.wait_for(">")
    again.type("\x04")
    assert again.left() == 0
    again.close()


def test_the_web_chat_is_opened_for_a_person_at_a_terminal_with_a_desktop(tmp_path: Path) -> None:
    """The browser is a script that notes the address it is given, as BROWSER lets everybody choose one."""
    noted, browser = tmp_path / "noted", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {noted}\n', encoding="utf-8")
    browser.chmod(0o755)
    (tmp_path / "newsbot.yaml").write_text(f"data: {tmp_path / 'data'}\n", encoding="utf-8")
    opened = Terminal({"NEWSBOT_CONFIG": str(tmp_path), "DISPLAY": ":9", "BROWSER": f"{browser} %s"})
    opened.wait_for(">")
    opened.type("\x04")
    assert opened.left() == 0
    opened.close()
    assert noted.read_text(encoding="utf-8").startswith("http://127.0.0.1:")
