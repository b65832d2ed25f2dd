"""What is of no single topic: claims, the glossary, and names that are withdrawn."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from newsbot.content.models import (
    Brief,
    Claim,
    Disagreement,
    Event,
    Figure,
    Question,
    SeriesItem,
    Source,
    Term,
    Topic,
)
from newsbot.validation import allowed_keys
from tests.content.conftest import SHARED, Folder

CLAIMS, GLOSSARY, WITHDRAWN, PHRASINGS = SHARED

MISTAKES = [
    (CLAIMS, 'verdict: "false"', "verdict: maybe", "4: 'verdict' is 'maybe' (allowed: true, false, misattributed"),
    (CLAIMS, 'verdict: "false"', "verdict: false", ""),
    (CLAIMS, "  checked: 2026-11-20\n", "", "1: 'checked' is missing"),
    (CLAIMS, "rose to {tea-price}.", "rose by 10%.", "5: the number '10%' is written in prose"),
    (CLAIMS, "rose to {tea-price}.", "rose to {tea}.", "5: there is no figure 'tea'"),
    (CLAIMS, "rose to {tea-price}.", "rose. " * 80, "5: 'answer' has 482 characters (at most 400)"),
    (CLAIMS, "Tea doubled in 2025", "Tea is up 100%", ""),
    (CLAIMS, "[tea-price]", "[tea]", "6: there is no figure 'tea'"),
    (CLAIMS, "[tea/overview]", "[overview]", "7: there is no brief 'overview'"),
    (CLAIMS, "[2025-01-27-tea-rises]", "[2025-01-27-tea]", "8: there is no event '2025-01-27-tea'"),
    (CLAIMS, "[tea costs twice as much]", "[tea doubled in 2025!]", "3: 'tea doubled in 2025!' appears twice"),
    (CLAIMS, "date: 2025-01-27", "date: 2031", "10: 2031 is in the future"),
    (CLAIMS, "  sources:\n    -", "  sources: []\n  #", "9: 'sources' has too few entries"),
    (GLOSSARY, "tea/overview", "tea/past", "5: there is no brief 'tea/past'"),
    (GLOSSARY, "Mombasa holds", "Some 12 cities hold one, Mombasa", "4: the number '12' is written in prose"),
    (GLOSSARY, "[auctions]", '["?!"]', "3: '?!' has no letter and no digit"),
    (GLOSSARY, "auction:", "Auction:", "1: 'Auction' isn't a valid name"),
    (WITHDRAWN, "figure:tea-total", "figure:tea-price", "2: 'figure:tea-price' is still there (remove one"),
    (WITHDRAWN, "brief:tea/past", "brief:tea/future", "3: 'brief:tea/future' is still there"),
    (WITHDRAWN, "2025-01-28-tea-falls", "2025-01-27-tea-rises", "1: '2025-01-27-tea-rises' is still there"),
    (WITHDRAWN, "2025-01-28-tea-falls", "tea-falls", "1: 'tea-falls' can't be withdrawn (an event's"),
    (WITHDRAWN, "brief:tea/past", "topic:tea", "3: 'topic:tea' can't be withdrawn"),
    (WITHDRAWN, "left out green tea", "left out 3 teas", "2: the number '3' is written in prose"),
    (PHRASINGS, "tea/overview:", "tea/past:", "1: there is no brief 'tea/past'"),
    (PHRASINGS, "tea/overview#2", "tea/overview#3", "3: the brief 'tea/overview' has no paragraph '3' (1 to 2)"),
    (PHRASINGS, "tea-price:", "tea-cost:", "5: there is no figure and no event 'tea-cost' (a figure's name"),
    (PHRASINGS, "[when did tea rise]", "[How much is tea?]", "6: 'How much is tea?' appears twice"),
    (PHRASINGS, "[when did tea rise]", '["?!"]', "6: '?!' has no letter and no digit"),
    (PHRASINGS, "[when did tea rise]", "[]", "6: 'questions' has too few entries"),
    (WITHDRAWN, " This event rested on a report that was taken back.", "", "1: 'sentence' is empty"),
]


def test_shared_files_are_found_by_every_name(folder: Folder) -> None:
    folder.share()
    assert folder.mistakes() == []
    library = folder.library()
    claim = library.claim_names.exact("Tea costs twice as much!")
    term = library.term_names.exact("auctions")
    assert claim is not None
    assert library.claims[claim.value].verdict == "false"
    assert term is not None
    assert library.terms[term.value].brief == "tea/overview"
    assert library.withdrawn["figure:tea-total"] == "The total left out green tea, so it is gone."


@pytest.mark.parametrize(("file", "old", "new", "expected"), MISTAKES, ids=lambda value: str(value)[:40])
def test_each_kind_of_mistake_in_a_shared_file_has_its_line(
    folder: Folder, file: str, old: str, new: str, expected: str
) -> None:
    folder.share()
    folder.change(file, old, new)
    found = folder.mistakes()
    assert any(mistake.startswith(f"{file}:{expected}") for mistake in found) if expected else found == [], found


@pytest.mark.parametrize("file", [CLAIMS, GLOSSARY])
def test_two_entries_of_one_wording_are_a_mistake_at_both(folder: Folder, file: str) -> None:
    folder.share()
    first, rest = SHARED[file].split("\n", 1)
    folder.write(file, f"{SHARED[file]}again:\n{rest}")
    lines = [mistake.split(":")[1] for mistake in folder.mistakes() if " are called '" in mistake]
    assert lines == sorted(lines, key=int)
    assert len(lines) == 4
    assert first


def test_what_is_wrong_with_events_is_not_told_again_at_claims(folder: Folder) -> None:
    folder.share()
    folder.change("events/2025.yaml", "title: Tea rises", "titel: Tea rises")
    assert all(mistake.startswith("events/2025.yaml") for mistake in folder.mistakes())


@pytest.mark.parametrize(
    "model", [Topic, Brief, Figure, Question, Event, Claim, Term, Source, SeriesItem, Disagreement]
)
def test_the_guide_for_writers_names_every_key(model: type[BaseModel]) -> None:
    guide = (Path(__file__).parents[2] / "content" / "README.md").read_text(encoding="utf-8")
    missing = [key for key in allowed_keys(model, ()) if not re.search(rf"\b{key}\b", guide)]
    assert missing == []
