"""A small, correct topic to break in many ways."""

from datetime import date
from pathlib import Path

import pytest

from newsbot.content.library import ContentMistakes, Library, load_library

TODAY = date(2026, 11, 23)
FILES = {
    "tea/topic.yaml": """\
title: Tea
summary: What happened to the price of tea.
aliases: [chai]
tickers: [TEA]
colour: "#00AA55"
command: true
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
future:
  title: What comes next
  lede: Nobody knows what tea will cost.
  body: [Traders disagree., The V3 of the tea model helps nobody.]
  sources:
    - {title: Tea report, publisher: Tea Board, url: "https://tea.example/report", date: 2025-01}
    - {title: Tea news, publisher: Daily Tea, url: "https://daily.example/tea"}
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
""",
    "events/2025.yaml": """\
- date: 2025-01-27
  title: Tea rises
  summary: Tea rose to {tea-price}.
  topics: [tea]
  tickers: [TEA]
  figures: [tea-price]
  sources:
    - {title: Tea news, publisher: Daily Tea, url: "https://daily.example/tea", date: 2025-01-27}
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


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A correct content folder."""
    return Folder(tmp_path / "content")
