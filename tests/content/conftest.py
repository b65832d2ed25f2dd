"""A small, correct topic to break in many ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from newsbot.content.library import ContentMistakes, Library, load_library
from newsbot.content.live import LiveLibrary
from tests.patience import PATIENCE, eventually

TODAY = date(2026, 11, 23)
FILES = {
    "tea/topic.yaml": """\
title: Tea
summary: What happened to the price of tea.
aliases: [chai]
tickers: [TEA]
colour: "#00AA55"
command: true
fresh_for: 45
state: Tea costs {tea-price}.
state_as_of: 2025-02-01
""",
    "tea/briefs.yaml": """\
overview:
  title: Tea got dearer
  aliases: [price]
  lede: Tea rose to {tea-price} in January 2025.
  body:
    - It had cost less before, says the **Tea Board**.
    - A drought in 2024 is the reason that traders give.
  figures: [tea-price]
  chart: tea-years
  related: [future]
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025-01-27}
    - {title: Tea news, publisher: Daily Tea, url: "https://daily.example/tea", date: null}
  short: The price
future:
  title: What comes next
  lede: Nobody knows what tea will cost.
  body: [Traders disagree., The V3 of the tea model helps nobody.]
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025-01}
    - {title: Tea news, publisher: Daily Tea, url: "https://daily.example/tea"}
  short: What next
""",
    "tea/figures.yaml": """\
tea-price:
  label: Price of a kilogram of tea
  value: 5.5
  unit: USD
  display: $5.50
  as_of: 2025-01-27
  caveat: Auction price in Mombasa, before transport.
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025-01-27}
  disagree:
    - {value: 5.7, by: Daily Tea, why: another auction}
  short: a kilogram of tea
  short_caveat: in Mombasa, before transport
  checked: 2026-11-20
tea-years:
  label: Price of tea by year
  value:
    - {label: "2024", value: 4.0, date: 2024}
    - {label: "2025", value: {low: 5.4, high: 5.6}, date: 2025-01}
  unit: USD
  display: from $4.0 to $5.6
  as_of: 2025
  caveat: Yearly means.
  chart: line
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025}
  short: tea by year
  misleads: false
  checked: 2026-11-20
""",
    "tea/quiz.yaml": """\
price:
  question: What did tea cost in January 2025?
  choices: ["{tea-price}", $9, $12, nothing]
  answer: "{tea-price}"
  explanation: The Tea Board gives {tea-price}.
  brief: overview
  rests_on: tea-price
  difficulty: easy
next:
  question: Who knows what tea will cost?
  choices: [Nobody, Traders]
  answer: Nobody
  explanation: They disagree.
  brief: future
  rests_on: 2025-01-27-tea-rises
  difficulty: hard
cause:
  question: What made tea dear?
  choices: [A drought, A war]
  answer: A drought
  explanation: Traders say so.
  brief: overview
  rests_on: tea-price
  difficulty: easy
traders:
  question: What do traders do?
  choices: [They disagree, They agree]
  answer: They disagree
  explanation: Nobody knows.
  brief: future
  rests_on: tea-price
  difficulty: easy
""",
    "events/2025.yaml": """\
- date: 2025-01-27
  id: 2025-01-27-tea-rises
  title: Tea rises
  summary: Tea rose to {tea-price}.
  topics: [tea]
  tickers: [TEA]
  figures: [tea-price]
  headline_figure: tea-price
  sources:
    - {title: Tea news, publisher: Daily Tea, url: "https://daily.example/tea", date: 2025-01-27}
""",
}


SHARED = {
    "claims.yaml": """\
tea-price-doubled:
  claim: Tea doubled in 2025
  aliases: [tea costs twice as much]
  verdict: "false"
  answer: It rose to {tea-price}.
  figures: [tea-price]
  briefs: [tea/overview]
  events: [2025-01-27-tea-rises]
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025-01-27}
  checked: 2026-11-20
""",
    "glossary.yaml": """\
auction:
  term: Tea auction
  aliases: [auctions]
  answer: A sale to whoever bids most. Mombasa holds the largest.
  brief: tea/overview
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report"}
  checked: 2026-11-20
""",
    "withdrawn.yaml": """\
2025-01-28-tea-falls: This event rested on a report that was taken back.
figure:tea-total: The total left out green tea, so it is gone.
brief:tea/past: What this brief said now stands in the overview.
""",
    "asked.yaml": """\
tea/overview:
  - how much is tea
tea/overview#2:
  - why did tea get dearer
tea-price: [price of tea, what does a kilogram of tea cost]
2025-01-27-tea-rises: [when did tea rise]
""",
}


class Folder:
    """A content folder on disk that a test may break."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Put `new` in the place of `old` in a file; `old` must be there."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def share(self) -> None:
        """Write the files that are of no single topic, correct ones."""
        for name, text in SHARED.items():
            self.write(name, text)

    def library(self) -> Library:
        """The library of the folder."""
        return load_library(self.path, TODAY)

    def mistakes(self) -> list[str]:
        """Every mistake as `file:line: …`, the file as it is called within the folder."""
        try:
            self.library()
        except ContentMistakes as error:
            return [str(mistake).replace(f"{self.path}/", "") for mistake in error.mistakes]
        return []


@asynccontextmanager
async def watched(folder: Folder) -> AsyncIterator[LiveLibrary]:
    """The library of a folder whose watch stands. The watch must go on to the end, and then end when told to."""
    reads = 0

    def load(path: Path, today: date) -> Library:
        nonlocal reads
        reads += 1
        return load_library(path, today)

    def is_noticed() -> bool:
        folder.write("tea/_probe.yaml", "")  # no content, but a change
        return reads > 1

    live, stop = LiveLibrary(folder.path, lambda: TODAY, load), asyncio.Event()
    watching = asyncio.create_task(live.watch(stop))
    try:
        await eventually(is_noticed)
        yield live
        assert not watching.done()
    finally:
        stop.set()
        await asyncio.wait_for(watching, PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A correct content folder."""
    return Folder(tmp_path / "content")
