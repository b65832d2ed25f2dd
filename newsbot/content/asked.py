"""A question as search reads it: its words, what they may also be called, which of them are names, what they weigh."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from newsbot.content.amounts import Amount, asked_amounts
from newsbot.content.known_names import WELL_KNOWN
from newsbot.content.passages import Passage
from newsbot.content.spelling import Spelling
from newsbot.content.times import AskedTime
from newsbot.content.word_lists import FINDS, STOP_WORDS
from newsbot.content.words import (
    IN_PLACE_OF,
    SAME_MEANING,
    TOUCHING,
    QuestionKind,
    is_version,
    meaningful,
    question_kind,
    stem,
    tokens,
)

ALIKE, TOUCHES = 0.88, 0.45  # what a word of the same meaning is worth, and one that only touches it
STANDS_FOR = 0.95  # what a name is worth that stands for another
NAME_WEIGHT, WORD_WEIGHT, WEAK_WEIGHT, USE_WEIGHT = (
    2.2,
    5.0,
    0.6,
    1.3,
)  # the most that a name, and a word, can weigh; what weak ones do
WEIGHTY = 1.4  # from what weight on a word says what is asked
_LONGEST = 16  # words of a question
_WEAK = frozenset(
    map(
        stem,
        (
            "stock",
            "share",
            "company",
            "firm",
            "people",
            "world",
            "chip",
            "big",
            "find",
            "hit",
            "reach",
            "pass",
            "cross",
            "touch",
            "size",
            "group",
            "lab",
            "model",
            "day",
        ),
    )
)
# Names that stand for one another, though they are not the same.
_STANDS_FOR = {
    stem(name): other
    for name, other in {"google": "alphabet", "claude": "anthropic", "grok": "xai", "trump": "president"}.items()
}
# Whether something may be done is told by what bars or allows it.
_MAY = re.compile(r"^\W*(?:can|may|could)\b|\ballowed\b|\bpermitted\b|\blegal\b")
_PERMISSION = [stem(word) for word in ("licence", "bar", "allow", "ban", "permit", "approve", "clear", "limit")]
_DONE = frozenset(stem(word) for word in ("sell", "buy", "export", "ship", "get", "use", "supply"))
_MID_NAME = re.compile(r"(?<=[\w,;:“\"(’'] )[a-z]?[A-Z][\w&.-]*|(?<=[a-z] of )[A-Z]\w+")
_NO_NAMES = frozenset(
    stem(word)
    for word in """monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december ai the its it api app gpu ceo part two i day a in by internet usd
    congress president premier street law pro flash index store news""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as search reads it.

    `words` are those that mean something, `names` those of them that name something; `variants` gives for each what it
    may stand as, with its worth (0 to 1), and `forms` the same as sets; `unknown` are words that the content lacks.
    """

    text: str
    kind: QuestionKind
    words: tuple[str, ...]
    names: frozenset[str]
    variants: Mapping[str, Mapping[str, float]]
    forms: Mapping[str, frozenset[str]]
    weights: Mapping[str, float]
    amounts: tuple[Amount, ...] = ()
    time: AskedTime | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def is_specific(self) -> bool:
        """Whether it asks for more than something about one name."""
        said = any(weight >= WEIGHTY for word, weight in self.weights.items() if word not in self.names)
        return said or len(self.names) > 1 or bool(self.amounts) or self.time is not None or not self.kind


class Reader:
    """The vocabulary of the content, by which questions are read."""

    def __init__(self, passages: Sequence[Passage], holders: Mapping[str, set[int]]) -> None:
        """`holders` maps each stem to the numbers of the passages that hold it."""
        self._passages = passages
        self._holders = holders
        # A few thousand words make up nearly all questions, and all wordings of them.
        self._variants = lru_cache(8_192)(self._find_variants)
        self._plain_weight = lru_cache(8_192)(lambda word: self._weight(word, self._variants(word)))
        self._mended = lru_cache(8_192)(self.mended)

    def read(self, question: str, time: AskedTime | None = None) -> Asked:
        """A question, its misspelt words mended."""
        found, rest = asked_amounts(question[:500])
        words = meaningful([self._mended(word) for word in tokens(rest)])[:_LONGEST]
        variants = {word: self._variants(word) for word in words}
        if _MAY.search(question.casefold()):
            for word in words:
                if stem(word) in _DONE:
                    variants[word] = {**dict.fromkeys(_PERMISSION, ALIKE), **variants[word]}
        sure = {word: [each for each, worth in variants[word].items() if worth > 0.9] for word in words}
        return Asked(
            question,
            question_kind(question),
            tuple(words),
            frozenset(word for word in words if self.is_name(word)),
            variants,
            {word: frozenset(variants[word]) for word in words},
            {word: self._plain_weight(word) for word in words},
            tuple(found),
            time,
            frozenset(word for word in words if not any(each in self._holders for each in sure[word])),
        )

    def is_name(self, word: str) -> bool:
        """Whether a word names something: a company, a person, a country, a model, a chip."""
        return word in WELL_KNOWN or is_version(word) or stem(word) in self.proper_names

    def mended(self, word: str) -> str:
        """A word, or what it was meant as where it is misspelt."""
        if word in WELL_KNOWN or any(stem(word) in known for known in (self._holders, SAME_MEANING, IN_PLACE_OF)):
            return self.spelling.slip(word)
        return self.spelling.mended(word)

    def _weight(self, word: str, variants: Mapping[str, float]) -> float:
        """How much a word says: the rarer it and what means the same are in the content, the more."""
        if stem(word) in _WEAK:
            return WEAK_WEIGHT
        if stem(word) == "use":
            return USE_WEIGHT
        held: set[int] = set()
        for each, worth in variants.items():
            if worth > TOUCHES:
                held |= self._holders.get(each, set())
        weight = math.log(1 + len(self._passages) / len(held)) if held else WORD_WEIGHT
        return min(weight, NAME_WEIGHT if self.is_name(word) else WORD_WEIGHT)

    def _find_variants(self, word: str) -> Mapping[str, float]:
        base = stem(word)
        found = dict.fromkeys(TOUCHING.get(base, ()), TOUCHES)
        found.update(dict.fromkeys(SAME_MEANING.get(base, ()), ALIKE))
        if finds := FINDS.get(base):
            found[stem(finds)] = ALIKE
        if stands := _STANDS_FOR.get(base):
            found[stands] = STANDS_FOR
        found.update({name: 0.9 for name, other in _STANDS_FOR.items() if other == base})
        if word not in WELL_KNOWN and (likelier := self.spelling.likelier(word)):
            found[stem(likelier)] = STANDS_FOR
        found[base] = 1.0
        return found

    @cached_property
    def spelling(self) -> Spelling:
        """The words of the content."""
        counts = Counter(
            word for each in self._passages for word in tokens(f"{each.heading} {each.names} {each.row} {each.text}")
        )
        counts.update(dict.fromkeys(WELL_KNOWN, 1))
        return Spelling(counts)

    @cached_property
    def proper_names(self) -> frozenset[str]:
        """The stems of names that the content itself holds: capitalised within a sentence, and never otherwise."""
        capital: Counter[str] = Counter()
        lower: Counter[str] = Counter()
        for sentence in {said for each in self._passages for said in (*each.sentences, each.heading)}:
            capital.update(stem(word) for found in _MID_NAME.findall(sentence) for word in tokens(found))
            lower.update(stem(word) for word in re.findall(r"\b[a-z]{3,}\b", sentence))
        names = (word for word in capital if not lower[word])
        return frozenset(word for word in names if word not in _NO_NAMES and word not in STOP_WORDS)
