"""Misspelt words, mended by what is likely: the words of the content, the more often they occur the likelier."""

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from newsbot.content.word_lists import EVERYDAY_WORDS, STOP_WORDS
from newsbot.content.words import is_version

_OFTEN = 8  # how often a word must occur to be what a rare one may have been meant as
# Everyday words that a content need not hold, and what they would be mistaken for.
_SLIPS = {
    "loose": "lose",
    "looses": "lose",
    "loosing": "lose",
    "cots": "cost",
    "coast": "cost",
    "trian": "train",
    "wich": "which",
    "hte": "the",
    "waht": "what",
    "teh": "the",
    "mcuh": "much",
    "moeny": "money",
    "chps": "chip",
    "stonk": "share",
    "stonks": "share",
    "mkt": "market",
    "mcap": "valuation",
    "rev": "revenue",
    "govt": "government",
    "gov": "government",
    "acquisition": "buy",
}


class Spelling:
    """The words that are known, and how often each occurs."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = {word: count for word, count in counts.items() if len(word) > 2}
        self._words = list(self._counts)
        self._often = [word for word, count in self._counts.items() if count >= _OFTEN and len(word) > 3]

    def slip(self, word: str) -> str:
        """What a common slip was meant as; the word itself where it is none."""
        return _SLIPS.get(word, word)

    def mended(self, word: str) -> str:
        """The word itself where it is known, else the likeliest that was meant; itself again where none is near."""
        if word in _SLIPS:
            return _SLIPS[word]
        if word in self._counts or word in STOP_WORDS or word in EVERYDAY_WORDS or len(word) < 4 or is_version(word):
            return word
        return self._nearest(word, self._words, 1 if len(word) < 7 else 2) or word

    def likelier(self, word: str) -> str | None:
        """A word that occurs often and is one slip away from one that is known but rare; None without any."""
        if len(word) < 4 or word in EVERYDAY_WORDS or is_version(word) or self._counts.get(word, 0) * 8 > _OFTEN:
            return None
        found = self._nearest(word, self._often, 1)
        return found if found != word else None

    def _nearest(self, word: str, among: list[str], slips: int) -> str | None:
        near = process.extract(word, among, scorer=OSA.distance, score_cutoff=slips, limit=12)
        # A slip hardly ever changes the first letter, unless it exchanges the first two.
        found = [
            (distance, -self._counts[each], each)
            for each, distance, _ in near
            if each[0] == word[0] or sorted(each[:2]) == sorted(word[:2])
        ]
        return min(found)[2] if found else None
