"""Full-text search over the content, in memory: the best brief, figure or event for a question, or honestly none."""

import math
import re
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from newsbot.names import normalised

Kind = Literal["brief", "figure", "event"]

# Words that carry no meaning in a question.
STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been being but by can could describe did do does done
    explain for from get give had happen happened has have he her his how i if in into is it its just many me
    mean means more most much my new no not now of on or our out over please really say she should show so some
    tell than that the their them then there there's these they this those to up us was we were what what's when
    where which who who's whom whose why will with would you your
    """.split()  # noqa: SIM905 (a hundred quoted words would be harder to read)
)

# Words that people and our briefs use for the same thing; a word finds what any of its group finds.
SAME_MEANING = (
    "fall drop plunge crash sink slump tumble decline slide sell-off selloff rout tank lose loss lost wipe",
    "price cost expensive cheap money dollar spend spent bill pay paid budget",
    "china chinese beijing ccp communist",
    "ban block forbid prohibit restrict bar",
    "privacy data personal",
    "rebound recover recovery bounce",
    "chip gpu hardware",
    "hack hacked leak breach exposed",
    "release launch publish announce unveil",
    "share stock",
    "country nation government state abroad",
    "founder founded owner ceo led",
    "licence license open-source",
    "benchmark exam score test",
    "train training trained",
)
_TYPO = 82.0  # how like a word of the content, of 100, a misspelt word must be
_COVERED = 0.6  # the share of a question's meaning, by rarity of words, that an answer must hold
_TOUCHED = 0.25  # the share from which something is worth offering
_ENDINGS = re.compile(r"(?:(?<=\w{2})(?:ing|ed|es|s|e))$")
_WORD = re.compile(r"\w+(?:\.\d+)?")
_WEIGHTS = "8.0, 10.0, 1.0"  # title, names, body


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can answer: `key` finds it again, `names` are its ids and aliases."""

    kind: Kind
    key: str
    title: str
    names: str
    body: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that answers, and how much of the question it holds (0 to 1)."""

    kind: Kind
    key: str
    covered: float


class SearchIndex:
    """An immutable full-text index. Not for several threads at once."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = tuple(documents)
        import sqlite3  # this, and what finds misspelt words, is loaded with the first question

        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        # A library that a reload replaced is simply dropped; its database must be closed all the same.
        weakref.finalize(self, self._database.close)
        columns = "title, names, body, tokenize='porter unicode61 remove_diacritics 2'"
        self._database.execute(f"CREATE VIRTUAL TABLE content USING fts5({columns})")
        self._database.executemany(
            "INSERT INTO content (rowid, title, names, body) VALUES (?, ?, ?, ?)",
            ((number, doc.title, doc.names, doc.body) for number, doc in enumerate(self._documents)),
        )
        self._database.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(content, row)")
        self._vocabulary: list[str] = []

    def ask(self, question: str, limit: int = 4) -> list[Hit]:
        """The documents that answer, best first; none where nothing holds enough of what the question is about.

        A word that the content does not have is read as the nearest one that it has, if that is near enough.
        """
        return [hit for hit in self._rank(question) if hit.covered >= _COVERED][:limit]

    def close_to(self, question: str, limit: int = 3) -> list[Hit]:
        """The documents that hold at least something of a question that nothing answers."""
        return [hit for hit in self._rank(question) if hit.covered >= _TOUCHED][:limit]

    def _rank(self, question: str) -> list[Hit]:
        """Every document with a word of the question: those that hold most of it first, then by rank."""
        rows = {word: self._matching(word) for word in self._meaningful(question)}
        weights = {word: self._rarity(len(found)) for word, found in rows.items()}
        held: dict[int, float] = {}
        for word, found in rows.items():
            for row in found:
                held[row] = held.get(row, 0.0) + weights[word]
        if not held:
            return []
        total = sum(weights.values())
        ranks = self._ranks([word for word, found in rows.items() if found])
        best = sorted(held, key=lambda row: (-round(held[row] / total, 1), ranks.get(row, 0.0)))
        return [Hit(self._documents[row].kind, self._documents[row].key, held[row] / total) for row in best]

    def _meaningful(self, question: str) -> list[str]:
        words = _WORD.findall(normalised(question[:500]))
        return list(dict.fromkeys(word for word in words if word not in STOP_WORDS and len(word) > 1))[:24]

    def _matching(self, word: str) -> set[int]:
        """The rows that hold the word in any form, or one that means the same, or the nearest word of the content."""
        rows = self._rows(word)
        if rows or len(word) < 4:
            return rows
        from rapidfuzz import fuzz, process

        near = process.extractOne(word, self._words(), scorer=fuzz.ratio, score_cutoff=_TYPO)
        return self._rows(near[0]) if near else rows

    def _rows(self, word: str) -> set[int]:
        found = self._database.execute("SELECT rowid FROM content WHERE content MATCH ?", (_query([word]),))
        return {row for (row,) in found}

    def _ranks(self, words: list[str]) -> dict[int, float]:
        """Each row's rank, lower is better, for those words that the content has."""
        found = self._database.execute(
            f"SELECT rowid, bm25(content, {_WEIGHTS}) FROM content WHERE content MATCH ?",  # noqa: S608 (our constant)
            (_query(words),),
        )
        return dict(found.fetchall())

    def _words(self) -> list[str]:
        if not self._vocabulary:
            self._vocabulary = [word for (word,) in self._database.execute("SELECT term FROM terms")]
        return self._vocabulary

    def _rarity(self, rows: int) -> float:
        """How much a word says: less the more documents hold it; one that none holds says as much as a rare one."""
        return math.log(1 + (len(self._documents) + 1) / (max(rows, 2) + 0.5))


def _stem(word: str) -> str:
    """A word without its ending, so that "banned" and "countries" find the groups of "ban" and "country"."""
    bare = _ENDINGS.sub("", re.sub(r"ie[sd]$", "y", word))
    return bare[:-1] if len(bare) > 2 and bare[-1] == bare[-2] else bare


_SYNONYMS = {_stem(word): tuple(group.split()) for group in SAME_MEANING for word in group.split()}


def _query(words: Iterable[str]) -> str:
    """An FTS5 query for any of the words, or of those that mean the same."""
    meant = dict.fromkeys(same for word in words for same in (word, *_SYNONYMS.get(_stem(word), ())))
    return " OR ".join(f'"{word}"' for word in meant)
