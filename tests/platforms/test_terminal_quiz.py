"""A whole game at a terminal: started, answered by number, revealed, scored, and skipped where nothing ends it."""

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.cli.test_cli import ANSI, Terminal, newsbot, own  # noqa: F401 (a fixture)
from tests.patience import PATIENCE

_BUTTONS = r"\[1\]\s+A\s+·.*\[4\]\s+D\s+·.*\[5\]\s+Vote\s+to\s+skip"
QUESTION = rf"Question 1 of 1 · (easy|medium|hard)\n.*{_BUTTONS}.*Sealed"


class QuizTerminal(Terminal):
    """`newsbot run --only terminal` in a real pseudo-terminal."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._main, side = pty.openpty()
        ours = ("NEWSBOT_", "DISCORD_", "SLACK_", "LOG_", "DATABASE_", "HOST", "PUBLIC_URL")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsbot", "run", "--only", "terminal"],
            stdin=side,
            stdout=side,
            stderr=side,
            env={**kept, "TERM": "xterm", "COLUMNS": "100", "LINES": "40", **environment},
            cwd="/",
        )
        os.close(side)
        self.shown = ""

    def say(self, words: str) -> None:
        """Type a line."""
        self.type(f"{words}\r")

    def sees(self, pattern: str) -> str:
        """Read the screen until something like this has appeared since the last wait; returns it."""
        until = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self._plain(), re.DOTALL)):
            assert time.monotonic() < until, f"nothing like {pattern!r} in {self._plain()[-2000:]!r}"
            self._read()
        self.shown = self._plain()[found.end() :]
        return found[0]

    def _plain(self) -> str:
        return ANSI.sub("", self.shown).replace("\r", "")


@pytest.fixture
def terminal(own: dict[str, str]) -> Iterator[QuizTerminal]:  # noqa: F811
    """A fresh newsbot that is a terminal alone."""
    opened = QuizTerminal(own)
    opened.wait_for(">")
    yield opened
    opened.close()


def test_a_game_is_played_at_a_terminal_by_numbers(terminal: QuizTerminal) -> None:
    terminal.say("/quiz start questions:1 seconds:10")
    terminal.sees("started a quiz: 1 question, 10 seconds each.")
    question = terminal.sees(QUESTION)
    chosen = re.search(r"\[2\] (B · .+?)  \[3\]", " ".join(question.split()).replace(" [", "  ["))
    assert chosen
    terminal.say("2")
    terminal.sees("Answer noted")
    receipt = terminal.sees(r"You chose B · .*question\s+closes\.")
    assert chosen[1].rstrip("…") in " ".join(receipt.split())
    terminal.say("3")  # still the question's, not the receipt's
    terminal.sees("Answer changed.*You chose C · .*That\\s+was\\s+your\\s+one\\s+change")

    answer = terminal.sees(r"Question 1 of 1: the answer.*\[3\]\s+Sealed")
    right = re.search(r"The right answer is ([A-D]) · ", answer)
    assert right
    assert "Answers: A 0 · B 0 · C 1 · D 0\n" in answer
    terminal.say("3")
    terminal.sees(r"Seal: .*Salt: .*To check it in a shell")
    share = "1 of 1 right (100%)" if right[1] == "C" else "0 of 1 right (0%)"
    scores = terminal.sees(rf"Final scores.*points · {re.escape(share)}")
    assert ("1 · " in scores) == (right[1] == "C")
    terminal.say("/quiz me")
    terminal.sees(rf"My score.*Answers: {re.escape(share)}.*1 day, at best 1 day.*forget-me")
    terminal.say("exit")
    assert terminal.left() == 0


def test_a_question_without_a_time_limit_is_skipped_and_its_brief_read(terminal: QuizTerminal) -> None:
    terminal.say("/quiz start questions:1 seconds:unlimited")
    terminal.sees("no time limit")
    terminal.sees(QUESTION)
    terminal.say("1")
    terminal.sees("Answer noted")
    outcome = ""
    while "Skipped" not in outcome:  # a test is quicker than newsbot, which has yet to hear that the question stands
        terminal.say("/quiz skip")
        outcome = terminal.sees(r"\n(Skipped|Nothing to skip)\n")
    terminal.sees(r"Question 1 of 1: the answer.*\[1\]\s+Why.*\[2\]\s+Report.*\[3\]\s+Sealed")
    terminal.say("2")
    terminal.sees("What is wrong .*:")
    terminal.say("It is unclear")
    terminal.sees("More about it .*:")
    terminal.say("Which one?")
    terminal.sees("Thank you")
    terminal.say("exit")
    assert terminal.left() == 0


def test_an_answer_of_one_line_has_no_quiz_and_says_what_has() -> None:
    said = newsbot("say", "/quiz start")
    assert (said.returncode, said.stderr) == (0, "")
    assert "This command answers one line and stores nothing. Start newsbot run to play." in " ".join(
        said.stdout.split()
    )
