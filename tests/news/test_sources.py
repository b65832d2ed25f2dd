"""config/sources.yaml: every mistake at its line with its mend; what ships is without any and off where it must be."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsbot.news.book import SourceBook
from newsbot.news.entries import DocumentFilter
from newsbot.news.sources import Source, SourceMistakes, entry_lines, read_sources

SHIPPED = Path(__file__).parents[2] / "config" / "sources.yaml"
GOOD = """\
sources:
  a-lab:
    name: A lab
    url: https://lab.test/feed.xml
    tier: primary
    topics: [nvidia, deepseek]
    agent: newsbot/9 (+https://example.org)
    terms: None found.
    least_interval: 15m
    longest_interval: 6h
  filings:
    name: Filings
    url: https://www.sec.gov/cgi-bin/browse-edgar?CIK=1&output=atom
    kind: edgar
    tier: primary
  rules:
    name: Rules
    url: https://www.federalregister.gov/api/v1/documents.json
    kind: federal-register
    tier: primary
    agencies: [industry-and-security-bureau]
    types: [Rule]
  forbidden:
    name: Forbidden
    url: http://forbidden.test/
    tier: press
    on: false
    why_off: Its terms bar robots.
"""


def read(folder: Path, text: str, contact: str = "") -> tuple[Source, ...]:
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return read_sources(path, contact)


def mistakes_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(SourceMistakes) as caught:
        read(folder, text)
    assert caught.value.exit_code == 2
    return [str(mistake).removeprefix(f"{folder}/sources.yaml:") for mistake in caught.value.mistakes]


def test_a_source_has_all_that_its_entry_says_and_defaults_for_the_rest(tmp_path: Path) -> None:
    lab, filings, rules, forbidden = read(tmp_path, GOOD)
    assert lab == Source(
        *("a-lab", "A lab", "https://lab.test/feed.xml", "feed", "primary", ("nvidia", "deepseek")),
        agent="newsbot/9 (+https://example.org)",
        terms="None found.",
        least_interval=timedelta(minutes=15),
        longest_interval=timedelta(hours=6),
    )
    assert (filings.least_interval, filings.longest_interval) == (timedelta(minutes=5), timedelta(hours=24))
    assert rules.documents == DocumentFilter(("industry-and-security-bureau",), ("Rule",))
    assert forbidden.off == "Its terms bar robots."


def test_edgar_is_off_until_there_is_somebody_to_write_to(tmp_path: Path) -> None:
    off = read(tmp_path, GOOD)[1]
    assert "contact" in off.off
    assert "NEWSBOT_CONTACT" in off.off_fix
    for contact, agent in (
        ("me@example.org", "newsbot me@example.org"),
        ("Example Corp news@example.org", "Example Corp news@example.org"),
    ):
        on = read(tmp_path, GOOD, contact)[1]
        assert (on.off, on.agent) == ("", agent)
    own = GOOD.replace("    kind: edgar\n", "    kind: edgar\n    contact: Own own@example.org\n")
    assert read(tmp_path, own, "me@example.org")[1].agent == "Own own@example.org"


def test_what_the_sec_serves_is_judged_as_edgar_whatever_its_kind(tmp_path: Path) -> None:
    press = GOOD.replace("    kind: edgar\n", "")
    assert read(tmp_path, press)[1].off
    found = read(tmp_path, press, "me@example.org")[1]
    assert (found.agent, found.pace_host) == ("newsbot me@example.org", "sec.gov")


def test_other_hosts_see_an_agent_that_names_newsbot(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD)[2].agent.startswith("Mozilla/5.0 (compatible; newsbot/")
    assert "me@example.org" in read(tmp_path, GOOD, "Me me@example.org")[2].agent


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        (
            "tier: primary\n    topics",
            "tier: best\n    topics",
            "5: 'sources.a-lab.tier' is 'best' (allowed: primary, ",
        ),
        (
            "https://lab.test/feed.xml",
            "lab.test/feed.xml",
            "4: 'sources.a-lab.url': 'lab.test/feed.xml' isn't an addre",
        ),
        ("https://lab.test/feed.xml", "https://lab.test/a b", "4: 'sources.a-lab.url': 'https://lab.test/a b' isn't"),
        ("    name: A lab\n", "", "2: 'sources.a-lab.name' is missing (add it)"),
        ("    terms: None", "    term: None", "8: 'sources.a-lab.term' isn't a known key (did you mean 'terms'? "),
        ("least_interval: 15m", "least_interval: 1m", "9: 'sources.a-lab.least_interval': '1m' isn't an interval"),
        ("least_interval: 15m", "least_interval: 2 days", "9: 'sources.a-lab.least_interval': '2 days' isn't an int"),
        ("least_interval: 15m", "least_interval: 8h", "2: 'sources.a-lab': longest_interval is shorter than least_"),
        ("  a-lab:", "  A_Lab:", "1: 'sources': 'A_Lab' isn't an id of a source (small letters"),
        ("kind: edgar", "kind: atom", "14: 'sources.filings.kind' is 'atom' (allowed: feed, edgar, federal-register)"),
        ("    kind: edgar\n", "    agencies: [a]\n", "11: 'sources.filings': agencies and types are of the Federal"),
        ("    why_off: Its terms bar robots.\n", "", "23: 'sources.forbidden': it is off without a reason (add why"),
        ("    on: false\n", "", "23: 'sources.forbidden': it is on, and yet says why it is off (remove why_off"),
        ("on: false", "on: no", "27: 'sources.forbidden.on' is 'no' (allowed: true, false)"),
        ("http://forbidden.test/", "https://lab.test/feed.xml", "25: 'a-lab' has the same address (remove one of the"),
        ("newsbot/9 (+https://example.org)", "n\u00e9wsbot", "7: 'sources.a-lab.agent': an agent is one line of plain"),
        (
            "    terms: None found.\n",
            "    link_hosts: {a b: c.d}\n",
            "8: 'sources.a-lab.link_hosts': 'a b' isn't a host",
        ),
        ("  filings:", "  a-lab:", "2: "),
    ],
)
def test_a_mistake_is_told_at_its_line_with_its_mend(tmp_path: Path, before: str, after: str, mistake: str) -> None:
    assert before in GOOD
    found = mistakes_of(tmp_path, GOOD.replace(before, after, 1))
    assert len(found) == 1
    assert found[0].startswith(mistake) or mistake == "2: "


def test_all_mistakes_are_told_at_once_in_their_order(tmp_path: Path) -> None:
    text = GOOD.replace("tier: primary", "tier: best").replace("on: false", "on: no")
    assert [int(each.partition(":")[0]) for each in mistakes_of(tmp_path, text)] == [5, 15, 20, 27]


@pytest.mark.parametrize("contact", ["nobody", "a@b", "<me@example.org>", "me@example.org (me)", "me@x.org\nX: y"])
def test_what_no_agent_can_carry_is_no_contact(tmp_path: Path, contact: str) -> None:
    text = GOOD.replace("    kind: edgar\n", f"    kind: edgar\n    contact: {contact!r}\n")
    assert len(mistakes_of(tmp_path, text)) == 1


def test_the_sources_that_ship_are_without_a_mistake_and_say_why_one_is_off() -> None:
    sources = {source.id: source for source in read_sources(SHIPPED, "me@example.org")}
    assert all(source.terms for source in sources.values())
    off = {id_ for id_, source in sources.items() if source.off}
    assert {"nvidia-newsroom", "hugging-face", "arxiv-ai", "anthropic", "mistral", "xai", "meta-ai"} <= off
    assert {"openai", "google-deepmind", "coreweave", "bis-rules", "bis-inspection"} <= sources.keys() - off
    edgar = [source for source in sources.values() if source.kind == "edgar"]
    assert len(edgar) >= 15
    assert {source.agent for source in edgar} == {"newsbot me@example.org"}
    assert all(source.off for source in read_sources(SHIPPED) if source.kind == "edgar")


def test_an_entry_that_is_added_reads_as_it_was_meant(tmp_path: Path) -> None:
    values = {
        "name": 'A "new" one: \\ really',
        "url": "https://new.test/feed?a=b#c",
        "kind": "feed",
        "tier": "press",
        "topics": ["nvidia"],
        "agent": "",
        "terms": "",
    }
    added = read(tmp_path, GOOD + "\n".join(entry_lines("new-one", values)) + "\n")[-1]
    assert (added.id, added.name, added.url, added.topics) == (
        "new-one",
        'A "new" one: \\ really',
        "https://new.test/feed?a=b#c",
        ("nvidia",),
    )


async def test_a_saved_file_takes_effect_and_one_with_mistakes_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD, encoding="utf-8")
    book = SourceBook(path, "")
    first = await book.current()
    assert len(first) == 4
    assert await book.current() is first
    path.write_text(GOOD.replace("tier: press", "tier: bad"), encoding="utf-8")
    assert await book.current() is first
    path.unlink()
    assert await book.current() is first
    path.write_text(GOOD[: GOOD.index("  forbidden:")], encoding="utf-8")
    assert [source.id for source in await book.current()] == ["a-lab", "filings", "rules"]
