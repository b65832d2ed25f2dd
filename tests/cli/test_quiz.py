"""The verbs for the quiz: how questions do, what was reported, what is not asked."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_cli import ROOT, newsbot, own  # noqa: F401 (a fixture)
from tests.platforms.test_terminal_quiz import QUESTION, QuizTerminal

CONTENT = ROOT / "content"
TOPIC, RETIRED = "memory", "mem-leader"  # another question of the same brief stays


def objects(text: str) -> list[dict[str, Any]]:
    """What was printed as JSON, one object a line."""
    return [json.loads(line) for line in text.splitlines()]


def names(content: Path = CONTENT) -> set[str]:
    """Every question of a content folder, as topic/name."""
    found = {
        path.parent.name: re.findall(r"^(\S+):$", path.read_text("utf-8"), re.M) for path in content.glob("*/quiz.yaml")
    }
    return {f"{topic}/{name}" for topic, each in found.items() for name in each}


# -- before anybody played --------------------------------------------------------------------------------------------


def test_every_question_is_listed_before_anybody_played(own: dict[str, str]) -> None:  # noqa: F811
    ran = newsbot("quiz", "stats", **own)
    assert ran.returncode == 0
    head, *rows, empty, hint = ran.stdout.splitlines()
    assert head.split() == ["question", "asked", "answers", "right", "reports"]
    assert {row.split()[0] for row in rows} == names()
    assert all(row.split()[1:] in (["yes", "0", "0"], ["no", "0", "0"]) for row in rows)  # no share of nothing
    assert empty == ""
    assert "retired: true" in hint

    of_json = objects(newsbot("quiz", "stats", "--json", **own).stdout)
    assert {each["question"] for each in of_json} == names()
    assert all(each["share_right"] is None for each in of_json)


@pytest.mark.parametrize("called", ["memory", "Memory"])
def test_one_topic_is_listed_by_its_id_or_its_title(own: dict[str, str], called: str) -> None:  # noqa: F811
    ran = newsbot("quiz", "stats", "--json", "--topic", called, **own)
    assert {each["question"] for each in objects(ran.stdout)} == {
        name for name in names() if name.startswith(f"{TOPIC}/")
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("stats", "--topic", "listing-prices-of-old"), "There is no topic called"),
        (("reports", "--question", "listings/none"), "There is no question called “listings/none”"),
    ],
)
def test_what_does_not_exist_is_one_sentence_and_exit_code_1(
    own: dict[str, str],  # noqa: F811
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    ran = newsbot("quiz", *arguments, LOG_LEVEL="warning", **own)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(sentence)
    assert len(ran.stderr.splitlines()) == 1


def test_nobody_has_reported_anything_yet(own: dict[str, str]) -> None:  # noqa: F811
    assert newsbot("quiz", "reports", **own).stdout == "Nobody has reported a question.\n"
    of_one = newsbot("quiz", "reports", "--question", f"{TOPIC}/{RETIRED}", **own)
    assert of_one.stdout == f"Nobody has reported {TOPIC}/{RETIRED}.\n"
    assert newsbot("quiz", "reports", "--json", **own).stdout == ""


# -- after a game -----------------------------------------------------------------------------------------------------


@pytest.fixture
def played(own: dict[str, str]) -> tuple[dict[str, str], bool]:  # noqa: F811
    """The environment of a newsbot at which one question was answered and reported; and whether that was right."""
    terminal = QuizTerminal(own)
    try:
        terminal.wait_for(">")
        terminal.say(f"/quiz start {TOPIC} questions:1 seconds:10")
        terminal.sees(QUESTION)
        terminal.say("1")
        terminal.sees("Answer noted")
        answer = terminal.sees(r"The right answer is [A-D] · .*\[2\]\s+Report")
        terminal.say("2")
        terminal.sees("What is wrong .*:")
        terminal.say("It is unclear")
        terminal.sees("More about it .*:")
        terminal.say("Which one? @here <b>")
        terminal.sees("Thank you")
        terminal.say("/quiz leaderboard")
        terminal.sees("of 1 right")  # there, or in the final scores: the answer was scored
        terminal.say("exit")
        assert terminal.left() == 0
    finally:
        terminal.close()
    return own, "The right answer is A" in answer


def test_a_question_that_was_answered_and_reported_comes_first(played: tuple[dict[str, str], bool]) -> None:
    own, is_right = played  # noqa: F811
    first, *rest = objects(newsbot("quiz", "stats", "--json", **own).stdout)
    name = first["question"]
    assert name.startswith(f"{TOPIC}/")
    counts = {"answers": 1, "right": int(is_right), "share_right": float(is_right), "reports": 1}
    assert first == {"question": name, "asked": True, **counts}
    assert all(each["answers"] == each["reports"] == 0 for each in rest)
    row = newsbot("quiz", "stats", **own).stdout.splitlines()[1].split()
    assert row == [name, "yes", "1", "100%" if is_right else "0%", "1"]

    (report,) = newsbot("quiz", "reports", **own).stdout.splitlines()
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d UTC  {name}  unclear: Which one\? .*", report)
    (told,) = objects(newsbot("quiz", "reports", "--json", "--question", name, **own).stdout)
    assert (told["question"], told["platform"], told["reason"]) == (name, "terminal", "unclear")
    assert told.keys() == {"question", "at", "platform", "reason", "words"}  # whoever reported stays unnamed


# -- an editor's care -------------------------------------------------------------------------------------------------


def test_a_retired_question_is_never_asked_and_still_listed(own: dict[str, str], tmp_path: Path) -> None:  # noqa: F811
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    quiz = content / TOPIC / "quiz.yaml"
    quiz.write_text(quiz.read_text("utf-8").replace(f"\n{RETIRED}:\n", f"\n{RETIRED}:\n  retired: true\n"), "utf-8")
    edited = {**own, "NEWSBOT_CONTENT": str(content)}
    assert newsbot("check", **edited).returncode == 0
    before = {each["question"]: each["asked"] for each in objects(newsbot("quiz", "stats", "--json", **own).stdout)}
    asked = {each["question"]: each["asked"] for each in objects(newsbot("quiz", "stats", "--json", **edited).stdout)}
    assert {name for name, is_asked in asked.items() if is_asked != before[name]} == {f"{TOPIC}/{RETIRED}"}
    listed = newsbot("quiz", "stats", "--topic", TOPIC, **edited).stdout
    assert re.search(rf"^{TOPIC}/{RETIRED}\s+no\s+0", listed, re.M)

    of_topic = sum(is_asked and name.startswith(f"{TOPIC}/") for name, is_asked in asked.items())
    started = newsbot("run", "--only", "terminal", stdin=f"/quiz start {TOPIC} questions:20\nexit\n", **edited)
    assert f"There are no more than {of_topic} of that kind." in " ".join(started.stdout.split())
