"""What a question asks for, found by how people ask for it: same names, amounts and time, words that mean the same."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from newsbot.content.amounts import Amount
from newsbot.content.asked import Asked, Reader
from newsbot.content.models import Phrasing
from newsbot.content.passages import PassageKind
from newsbot.content.search import SearchIndex
from newsbot.content.times import AskedTime, asked_time
from newsbot.content.word_lists import FUNCTION_WORDS, STOP_WORDS
from newsbot.content.words import IN_PLACE_OF, QuestionKind, stem, tokens

SURE = 0.74  # how alike a question must be to a phrasing to be answered by it, whatever search finds
LIKELY = 0.71  # and where search finds nothing
NEAR = 0.5  # how alike it must be for the entry to be worth offering
# What a word, and a name, of the question is worth that only the entry itself holds.
_WORD_IN_ENTRY, _NAME_IN_ENTRY, _NAME_ELSEWHERE = 0.45, 0.75, 0.5
_MOST_WEIGHT = 3.5  # the most that a word weighs, however rare it is
_IN_PLACE = 0.75  # what a word is worth that people use in another's place
_FRAME_WEIGHT = 0.7  # what a word such as "say" weighs, which search passes over
_LEAST_HELD = 0.6  # how much of a question must be held for a phrasing to answer it
_OWN_WORDS, _OTHER_WORDS = 0.6, 0.4  # how much it counts that each holds the other
# What is left of a likeness where the phrasing has a name, an amount or a time more, or wants another kind of answer.
_MORE_NAMES, _MORE_AMOUNTS, _MORE_TIME, _OTHER_KIND = 0.88, 0.85, 0.9, 0.75
_HEAVY, _MORE_MATTER = 3.0, 0.85  # and where the sum that it asks for is of something more
_NO_KIND = 0.95  # and where it has only keywords
_PRECISE = frozenset(("how many", "how long", "who", "when", "where"))  # what keywords hardly ask
_LIKE_KINDS = 0.9  # what is left where the two kinds are close
_SAME_KINDS = (
    frozenset(("is", "how", "")),
    frozenset(("how much", "how many", "")),
    frozenset(("what", "which", "where", "")),
    frozenset(("how long", "when")),
)
_CLOSE_KINDS = (frozenset(("what", "is", "how")), frozenset(("what", "how much")), frozenset(("who", "which")))


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """What a phrasing asks for, and how much a question is like it (0 to 1). `place` is that of a passage.

    `names_all`: each name of the question stands in the phrasing or in that passage.
    """

    kind: PassageKind
    key: str
    place: int
    likeness: float
    names_all: bool = True


@dataclass(frozen=True, slots=True)
class _Phrase:
    kind: PassageKind
    key: str
    place: int
    asked_kind: str
    weights: dict[str, float]  # of each stem
    frame: frozenset[str]  # words such as "say"
    names: frozenset[str]
    amounts: tuple[Amount, ...]
    time: AskedTime | None
    whole: float  # what all its words weigh

    @property
    def at(self) -> tuple[PassageKind, str, int]:
        """Where its passage stands."""
        return self.kind, self.key, self.place


class PhraseIndex:
    """An immutable index of how people ask for things."""

    def __init__(self, phrasings: Iterable[Phrasing], search: SearchIndex) -> None:
        self._search = search
        self._phrases = [phrase for each in phrasings for phrase in _phrases(each, search.reader)]
        self._holders: dict[str, list[int]] = {}
        for number, phrase in enumerate(self._phrases):
            for word in phrase.weights:
                self._holders.setdefault(word, []).append(number)

    def matches(self, asked: Asked, limit: int = 5) -> list[PhraseMatch]:
        """What the question asks for, the most likely first, each entry once."""
        best: dict[tuple[str, str], PhraseMatch] = {}
        question = _Question.of(asked)
        for number in self._candidates(question):
            phrase = self._phrases[number]
            likeness = self._likeness(question, phrase)
            known = best.get((phrase.kind, phrase.key))
            if likeness >= NEAR and (known is None or likeness > known.likeness):
                names_all = self._names_all(asked, phrase)
                best[phrase.kind, phrase.key] = PhraseMatch(phrase.kind, phrase.key, phrase.place, likeness, names_all)
        return sorted(best.values(), key=lambda match: -match.likeness)[:limit]

    def _names_all(self, asked: Asked, phrase: _Phrase) -> bool:
        held = phrase.weights.keys() | self._search.words_of(*phrase.at)
        return all(asked.forms[name] & held for name in asked.names)

    def _candidates(self, question: "_Question") -> list[int]:
        """The phrasings that hold enough of the question's words to be worth comparing."""
        could: dict[int, float] = {}
        for word, forms in question.forms.items():
            having = {number for form in forms for number in self._holders.get(form, ())}
            for number in having:
                could[number] = could.get(number, 0.0) + question.weights[word]
        least = NEAR / 2 * sum(question.weights.values())
        return [number for number, weight in could.items() if weight >= least]

    def _likeness(self, question: "_Question", phrase: _Phrase) -> float:
        asked = question.asked
        shared = _FRAME_WEIGHT * len(question.frame & phrase.frame)
        back = shared + sum(weight * question.worth.get(word, 0.0) for word, weight in phrase.weights.items())
        held_back = (back / (phrase.whole or 1.0)) ** _OTHER_WORDS
        if held_back < NEAR or question.is_of_another(phrase) or not self._is_told(question, phrase):
            return 0.0
        entry = self._search.words_of(*phrase.at)
        # A name that only another paragraph of the entry holds counts where the phrasing has one that was asked for.
        has_one = any(asked.forms[name] & phrase.names for name in asked.names)
        elsewhere = self._search.names_of(phrase.kind, phrase.key) if has_one else entry
        if any(not asked.forms[name] & (phrase.weights.keys() | elsewhere) for name in asked.names):
            return 0.0
        got = shared + sum(
            question.weights[word] * question.held(word, phrase, entry, elsewhere) for word in asked.words
        )
        if got < _LEAST_HELD * question.total:  # what is asked for stands nowhere
            return 0.0
        likeness: float = (got / question.total) ** _OWN_WORDS * held_back
        return likeness * question.agreement(phrase)

    def _is_told(self, question: "_Question", phrase: _Phrase) -> bool:
        """Whether the phrasing, or the passage that it asks for, is of the time and the amounts of a question."""
        asked = question.asked
        if asked.time and phrase.time and asked.time.words != phrase.time.words:
            return False
        return self._search.is_told(asked, phrase.amounts, phrase.at)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as phrasings are compared with it: for each word what it may stand as, and what all that is worth."""

    asked: Asked
    kind: str
    frame: frozenset[str]
    weights: Mapping[str, float]
    forms: Mapping[str, Mapping[str, float]]
    worth: Mapping[str, float]
    names: frozenset[str]
    total: float

    @classmethod
    def of(cls, asked: Asked) -> "_Question":
        frame = _frame(asked.text)
        weights = {word: min(weight, _MOST_WEIGHT) for word, weight in asked.weights.items()}
        forms = {word: _forms(asked, word) for word in asked.words}
        worth = {form: value for each in forms.values() for form, value in each.items()}
        names = frozenset(form for name in asked.names for form in asked.forms[name])
        total = (sum(weights.values()) + _FRAME_WEIGHT * len(frame)) or 1.0
        return cls(asked, _kind(asked.text, asked.kind), frame, weights, forms, worth, names, total)

    def is_of_another(self, phrase: _Phrase) -> bool:
        """Whether one name stands in another's place: the same is asked, of somebody else."""
        return bool(phrase.names - self.names) and any(
            not self.asked.forms[name] & phrase.weights.keys() for name in self.asked.names
        )

    def held(self, word: str, phrase: _Phrase, entry: frozenset[str], elsewhere: frozenset[str]) -> float:
        """What a word of the question is worth: the more surely the phrasing holds it, the more."""
        forms = self.forms[word]
        if shared := forms.keys() & phrase.weights.keys():
            return max(forms[each] for each in shared)
        is_name = word in self.asked.names
        if present := self.asked.forms[word] & entry:
            worth = _NAME_IN_ENTRY if is_name else _WORD_IN_ENTRY
            return worth * max(self.asked.variants[word][each] for each in present)
        return _NAME_ELSEWHERE if is_name and self.asked.forms[word] & elsewhere else 0.0

    def agreement(self, phrase: _Phrase) -> float:
        """What is left of a likeness where the phrasing asks for more, or for another kind of answer."""
        asked = self.asked
        more = _MORE_NAMES if phrase.names - self.worth.keys() else 1.0
        if asked.kind == "how much" and any(
            weight >= _HEAVY and word not in self.worth for word, weight in phrase.weights.items()
        ):
            more *= _MORE_MATTER
        if phrase.amounts and not asked.amounts:
            more *= _MORE_AMOUNTS
        if phrase.time and not asked.time:
            more *= _MORE_TIME
        if asked.kind == "why" and phrase.kind == "figure":  # a number is no reason
            more *= _OTHER_KIND
        return more * _kinds_agree(self.kind, phrase.asked_kind)


def _kind(question: str, kind: QuestionKind) -> str:
    """The kind of a question; "what" for one that only asks what, empty for keywords."""
    return kind or ("what" if question.casefold().lstrip().startswith("what") else "")


def _kinds_agree(one: str, two: str) -> float:
    """What is left of a likeness where the one question wants this kind of answer, and the other that."""
    if one == two or any({one, two} <= same for same in _SAME_KINDS):
        return 1.0
    if not one or not two:
        return _OTHER_KIND if one == "how many" else _LIKE_KINDS if one in _PRECISE else _NO_KIND
    return _LIKE_KINDS if any({one, two} <= close for close in _CLOSE_KINDS) else _OTHER_KIND


def _forms(asked: Asked, word: str) -> dict[str, float]:
    """What a word may stand as, with its worth: here also words that people use in its place when they ask."""
    forms = dict.fromkeys(IN_PLACE_OF.get(stem(word), ()), _IN_PLACE)
    forms.update({form: max(worth, _IN_PLACE) for form, worth in asked.variants[word].items()})
    return forms


def _frame(question: str) -> frozenset[str]:
    """The words of a question that search passes over and that yet say something: "say", "happen", "before"."""
    return frozenset(stem(word) for word in tokens(question) if word in STOP_WORDS and word not in FUNCTION_WORDS)


def _phrases(phrasing: Phrasing, reader: Reader) -> Iterable[_Phrase]:
    name, _, paragraph = phrasing.id.partition("#")
    kind: PassageKind = "brief" if "/" in name else "event" if name[:4].isdigit() else "figure"
    for question in phrasing.questions:
        time = _named_time(question)
        read = reader.read(time.rest if time else question, time)
        weights = {stem(word): min(read.weights[word], _MOST_WEIGHT) for word in read.words}
        frame = _frame(question)
        yield _Phrase(
            kind,
            name,
            int(paragraph or 0),
            _kind(question, read.kind),
            weights,
            frame,
            frozenset(stem(word) for word in read.names),
            read.amounts,
            time,
            sum(weights.values()) + _FRAME_WEIGHT * len(frame),
        )


def _named_time(question: str) -> AskedTime | None:
    """The time that a phrasing names by its year; what is relative would change from day to day."""
    time = asked_time(question, date.max)
    return time if time and re.search(r"\b(?:19|20)\d\d\b", time.words) else None
