"""Reading a content folder as it may be found: closed, half saved, with what editors and systems leave in it."""

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.live import LiveLibrary
from newsbot.yamlfiles import YamlError, read_yaml
from tests.content.conftest import FILES, TODAY, Folder, watched
from tests.patience import PATIENCE, eventually

_NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Folder]:
    """A correct content folder that every user may read."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield Folder(place / "content")
    shutil.rmtree(place)


@contextmanager
def _closed(path: Path) -> Iterator[None]:
    """Within it nobody may look into `path`, wherever it moves, and we are not the one whom no permission stops."""
    was, user = path.stat().st_mode, os.geteuid()
    opened = os.open(path, os.O_RDONLY)
    path.chmod(0)
    if user == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        os.fchmod(opened, was)
        os.close(opened)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tea", ["tea:1: cannot be read: Permission denied"]),
        ("events", ["events:1: cannot be read: Permission denied"]),
        ("", [":1: cannot be read: Permission denied"]),
        ("tea/quiz.yaml", ["tea/quiz.yaml:1: cannot be read: Permission denied"]),
    ],
)
def test_a_closed_folder_or_file_is_one_mistake(open_folder: Folder, name: str, told: list[str]) -> None:
    with _closed(open_folder.path / name):
        found = open_folder.mistakes()
    assert [mistake.replace(str(open_folder.path), "") for mistake in found] == told


async def test_the_watch_goes_on_while_a_folder_is_closed(
    open_folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with watched(open_folder) as live:
        first = live.current
        new = open_folder.path / "new-topic"
        new.mkdir()
        with _closed(new):
            assert not await live.reload()
            assert "new-topic:1: cannot be read: Permission denied" in caplog.text
            assert live.current is first
            await asyncio.sleep(1)
        new.rmdir()
        open_folder.change("tea/briefs.yaml", "Tea got dearer", "Tea got much dearer")
        await eventually(lambda: live.current is not first)
        assert live.current.briefs["tea", "overview"].title == "Tea got much dearer"
        assert live.is_current


async def test_content_that_comes_back_with_a_closed_folder_is_read_once_that_is_open(open_folder: Folder) -> None:
    open_folder.path.parent.chmod(0o777)
    async with watched(open_folder) as live:
        first = live.current
        away = open_folder.path.parent / "away"
        open_folder.path.rename(away)
        await eventually(lambda: not live.is_current)
        open_folder.path = away
        open_folder.change("tea/briefs.yaml", "Tea got dearer", "Tea got much dearer")
        (away / "new-topic").mkdir()
        with _closed(away / "new-topic"):
            open_folder.path = away.rename(away.parent / "content")
            await asyncio.sleep(1.2)  # longer than the watch takes to look again
            assert live.current is first
        (open_folder.path / "new-topic").rmdir()
        await eventually(lambda: live.current is not first)
        assert live.current.briefs["tea", "overview"].title == "Tea got much dearer"


async def test_a_question_is_not_asked_after_its_last_day_though_no_file_changes(folder: Folder) -> None:
    text = FILES["tea/quiz.yaml"]
    more = text[text.index("next:") : text.index("cause:")].replace("next:", "lasting:")
    folder.write("tea/quiz.yaml", text + more)
    folder.change("tea/quiz.yaml", "  difficulty: hard", "  difficulty: hard\n  until: 2026-11-23")
    days = [TODAY]
    live = LiveLibrary(folder.path, lambda: days[-1])
    first = live.current
    assert ("tea", "next") in first.questions
    stop = asyncio.Event()
    watching = asyncio.create_task(live.watch(stop))
    days.append(date(2026, 11, 24))
    await eventually(lambda: live.current is not first)
    assert ("tea", "next") not in live.current.questions
    assert ("tea", "next") in live.current.retired
    assert live.current.version != first.version
    stop.set()
    await asyncio.wait_for(watching, PATIENCE)
    assert live.is_current


@pytest.mark.parametrize(
    "name",
    [
        "tea/.#quiz.yaml",
        "tea/._topic.yaml",
        "tea/_notes.yaml",
        "events/._2025.yaml",
        "events/_2025.yaml",
        "._names.yaml",
    ],
)
def test_what_editors_and_systems_leave_is_passed_over(folder: Folder, name: str) -> None:
    folder.write(name, "\x00: [")
    assert folder.mistakes() == []
    (folder.path / name).unlink()
    (folder.path / name).symlink_to("somebody@some.host.1234:5678")  # as Emacs marks a file that is being edited
    assert folder.mistakes() == []


@pytest.mark.parametrize("file", ["tea/quiz.yaml", "tea/briefs.yaml", "tea/figures.yaml", "events/2025.yaml"])
def test_an_empty_file_is_one_mistake_and_not_all_that_follows_from_it(folder: Folder, file: str) -> None:
    folder.write(file, "# nothing yet\n")
    assert folder.mistakes() == [f"{file}:1: the file is empty"]


# -- numbers and signs --------------------------------------------------------------------------------------------


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=0, max_value=4))
def test_a_leading_zero_changes_no_number(number: int, zeros: int) -> None:
    sign = "-" if number < 0 else ""
    assert read_yaml(f"value: {sign}{'0' * zeros}{abs(number)}") == {"value": number}


@pytest.mark.parametrize(("text", "value"), [("010", 10), ("-017", -17), ("08", 8), ("0800", 800), ("+007", 7)])
def test_no_number_is_octal(text: str, value: int) -> None:
    assert read_yaml(f"a: {text}") == {"a": value}


@pytest.mark.parametrize(
    ("text", "line", "sign"),
    [
        ("a:\n  b: 1\n\u00a0\u00a0c: 2\n", 3, "U+00A0"),
        ("a: 1\nb:\u00a02\n", 2, "U+00A0"),
        ("a:\n  - 1\n  -\u00a02\n", 3, "U+00A0"),
        ("a:\n  - b:\u30002\n", 2, "U+3000"),
        ("a: 1\n  \u202fb: 2\n", 2, "U+202F"),
        ("a: 1\nb: x\0y\n", 2, "U+0000"),
        ("a: 1\n\n\nb: \x07\n", 4, "U+0007"),
    ],
)
def test_a_sign_that_yaml_cannot_read_is_named_at_its_line(text: str, line: int, sign: str) -> None:
    with pytest.raises(YamlError) as raised:
        read_yaml(text)
    assert raised.value.line == line
    assert sign in str(raised.value)


@pytest.mark.parametrize(
    "text", ["a: 5\u00a0million\n", "a: «\u00a0b\u00a0»\n", "a: 'b:\u00a0c'\n", "a:\n  - x\u00a0y\n"]
)
def test_a_space_of_another_width_may_stand_in_words(text: str) -> None:
    assert "\u00a0" in str(read_yaml(text)["a"][0]) + str(read_yaml(text)["a"])
