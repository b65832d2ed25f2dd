"""`newsbot sources`: what it prints and writes. Addresses are tried over a loopback web in tests/news/test_probe.py."""

import json
from pathlib import Path

import pytest

from newsbot.news.sources import read_sources
from tests.cli.test_cli import Ran, newsbot
from tests.news.house import rss
from tests.news.test_sources import GOOD


@pytest.fixture
def folder(data_folder: Path) -> Path:
    """A folder with sources of the test's own, and a database."""
    (data_folder / "sources.yaml").write_text(GOOD, encoding="utf-8")
    (data_folder / "newsbot.yaml").write_text(f"data: {data_folder}\n", encoding="utf-8")
    return data_folder


def sources(folder: Path, *arguments: str, **environment: str) -> Ran:
    """Run `newsbot sources` over the sources of a folder."""
    named = {"NEWSBOT_CONFIG": str(folder), "NEWSBOT_SOURCES": str(folder / "sources.yaml"), **environment}
    return newsbot("sources", *arguments, **named)


def test_list_tells_of_each_source_what_to_do(folder: Path) -> None:
    ran = sources(folder, "list")
    assert ran.returncode == 0
    for words in ("a-lab", "It was not read yet.", "Its terms bar robots.", "NEWSBOT_CONTACT", "newsbot run --news"):
        assert words in ran.stdout


def test_list_as_json_is_one_object_a_line(folder: Path) -> None:
    found = [json.loads(line) for line in sources(folder, "list", "--json").stdout.splitlines()]
    assert {each["id"]: each["state"] for each in found} == {
        "a-lab": "new",
        "rules": "new",
        "filings": "off",
        "forbidden": "off",
    }
    keys = {"id", "name", "url", "state", "reason", "fix", "since", "last_success", "newest", "next"}
    assert all(each.keys() == keys for each in found)


def test_check_counts_the_sources_or_prints_their_mistakes(folder: Path) -> None:
    assert sources(folder, "check").stdout == "The sources are in order: 4, of which 2 are on.\n"
    assert sources(folder, "check", NEWSBOT_CONTACT="me@example.org").stdout.endswith("of which 3 are on.\n")
    (folder / "sources.yaml").write_text(GOOD.replace("tier: press", "tier: best"), encoding="utf-8")
    ran = sources(folder, "check")
    assert ran.returncode == 2
    assert "sources.yaml:26: 'sources.forbidden.tier' is 'best'" in ran.stderr


def test_check_knows_which_topics_there_are(folder: Path) -> None:
    (folder / "sources.yaml").write_text(GOOD.replace("deepseek]", "deepsea]"), encoding="utf-8")
    ran = sources(folder, "check")
    assert ran.returncode == 2
    assert "'deepsea' of a-lab isn't a topic" in ran.stderr


def test_files_and_addresses_are_tested_together_and_no_setting_opens_this_machine(folder: Path) -> None:
    good = folder / "feed.xml"
    good.write_bytes(rss("a", "b"))
    ran = sources(folder, "test", str(good), str(folder / "none.xml"), "http://127.0.0.1:1/feed", "--json")
    assert ran.returncode == 1
    file, missing, address = (json.loads(line) for line in ran.stdout.splitlines())
    assert file == {
        "path": str(good),
        "format": "rss",
        "entries": 2,
        "newest": "2026-11-30T12:00:00+00:00",
        "error": None,
    }
    assert missing["error"].startswith("The file cannot be read")
    assert "isn't on the public internet" in address["error"]
    assert address["agent"].startswith("Mozilla/5.0 (compatible; newsbot/")
    assert {"etag", "last_modified", "not_modified", "status", "url"} <= address.keys()


def test_a_source_that_is_added_stands_in_the_file_and_all_else_stays(folder: Path) -> None:
    path = folder / "sources.yaml"
    added = ("https://new.test/feed?a=1#b", "--id", "new-one", "--name", 'A "new": one', "--tier", "press")
    ran = sources(folder, "add", *added, "--topics", "nvidia", "--least-interval", "30m", "--no-test")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert path.read_text(encoding="utf-8").startswith(GOOD.rstrip())
    source = read_sources(path)[-1]
    assert (source.id, source.name, source.url) == ("new-one", 'A "new": one', "https://new.test/feed?a=1#b")
    assert [each.name for each in folder.iterdir() if each.name.startswith(".sources")] == []


@pytest.mark.parametrize(
    ("url", "id_", "words"),
    [
        ("https://lab.test/feed.xml", "another", "has the same address"),
        ("https://new.test/", "a-lab", "appears twice"),
        ("https://new.test/", "A-LAB", "isn't an id"),
        ("new.test", "new", "isn't an address"),
        ("http://127.0.0.1:1/", "new", "isn't on the public internet"),
    ],
)
def test_what_cannot_be_added_changes_nothing(folder: Path, url: str, id_: str, words: str) -> None:
    untried = () if "127" in url else ("--no-test",)
    ran = sources(folder, "add", url, "--id", id_, "--name", "New", "--tier", "press", *untried)
    assert ran.returncode != 0
    assert words in ran.stderr
    assert (folder / "sources.yaml").read_text(encoding="utf-8") == GOOD
