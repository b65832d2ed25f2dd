"""`newsbot reports`: what people say is wrong with numbers."""

import json

from tests.cli.test_cli import newsbot, own  # noqa: F401 (a fixture)

SAID = "/report v3-run-cost the paper says otherwise\n/report r1-added-cost it is old, see Nature\nexit\n"


def test_what_was_reported_in_the_terminal_is_read_by_number_and_as_json(own: dict[str, str]) -> None:  # noqa: F811
    assert newsbot("reports", **own).stdout == "Nobody has reported a number.\n"
    assert newsbot("run", "--only", "terminal", stdin=SAID, **own).returncode == 0
    newest, words, older, others = newsbot("reports", **own).stdout.splitlines()
    assert "UTC  r1-added-cost  (What R1 added on top of V3: $294,000)  from terminal" in newest
    assert words.strip() == "it is old, see Nature"
    assert "v3-run-cost" in older
    assert others.strip() == "the paper says otherwise"
    assert newsbot("reports", "--figure", "gpt4-cost", **own).stdout == "Nobody has reported gpt4-cost.\n"
    (told,) = map(json.loads, newsbot("reports", "--json", "--figure", "v3-run-cost", **own).stdout.splitlines())
    assert told["words"] == "the paper says otherwise"
    assert told.keys() == {"platform", "workspace", "figure", "shown", "content_version", "words", "at"}
