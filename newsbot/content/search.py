"""Search over the passages of the content: the one that answers a question, those that come close, or honestly none."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from newsbot.content.amounts import Amount, amounts, holds
from newsbot.content.asked import WEIGHTY, WORD_WEIGHT, Asked, Reader
from newsbot.content.models import date_words
from newsbot.content.passages import CORRECTIONS, Passage, PassageKind
from newsbot.content.question_fit import asks_for_level, fit
from newsbot.content.times import AskedTime
from newsbot.content.words import is_version, stem, stems, tokens

ANSWERS = 0.80  # how well a passage must hold and fit a question to answer it
HELD = 0.68  # how much of it the passage must hold, however well it fits
CLOSE = 0.42  # how much it must hold to be worth offering
# What a word is worth that stands not in the sentence itself.
_HEADING, _ELSEWHERE, _NAMES, _TOPIC = 0.92, 0.72, 0.75, 0.86
_TOPIC_WORD = 0.55  # what one is worth that stands in the name of the topic alone
_CAVEAT = 0.6  # what it is worth in what a figure leaves out
_ASIDE = 0.42  # and one that stands where another name may be meant
_DEFINED = (
    r"\b{name}(?:,? (?:is|was|means)|,) (?:a|an|the|one of|another|what|known)\b"
    r"|\b{name},? (?:which )?(?:rents|makes|sells|builds|runs|designs|trains|writes|tests)\b"
    r"|\b(?:an?|the|its|earlier|\w+['’]s) (?:[\w-]+ ){{0,3}}(?:model|fund|lab|firm|company|chip|index|tool|test|site"
    r"|venture|head|chief|boss|maker|rival|family|agency|centre|founder|writer|investor|newsletter)s?,? {name}\b"
)
# In a question of few words none of weight may be missing: what each must be worth, and what it costs if not.
_FEW, _LEAST, _MISSED = 3, 0.48, 0.15
_PRONOUN = re.compile(r"(?:It|Its|They|Their|He|His|She|Her|This|That)\b")
_RANKING = re.compile(
    r"\b(?:biggest|largest|worst|best|top|greatest|record|highest|lowest)\b.*"
    r"\b(?:losses|gains|falls|drops|rises|days|crashes|listings|ipos|stocks)\b|\b(?:list|ranking|ranked)\b"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that holds something of a question: how much (0 to 1), how well it fits, its best sentence."""

    passage: Passage
    covered: float
    score: float
    sentence: int

    @property
    def kind(self) -> PassageKind:
        """What the passage is part of."""
        return self.passage.kind

    @property
    def key(self) -> str:
        """What finds that again."""
        return self.passage.key


@dataclass(frozen=True, slots=True)
class _Row:
    """A passage with the stems of its parts."""

    passage: Passage
    sentences: tuple[frozenset[str], ...]
    heading: frozenset[str]
    names: frozenset[str]
    topics: frozenset[str]
    about: frozenset[str] = field(repr=False)
    everything: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a word is worth in the parts of a passage; only the first `sentences` are worth all."""

    heading: float
    names: float
    elsewhere: float
    sentences: int = 99
    topic: float = 0.0


_OF_NAMES = _Parts(_HEADING, _ASIDE, _ELSEWHERE, topic=_TOPIC)
_OF_NAMES_IN_FIGURES = _Parts(_HEADING, _ASIDE, _ASIDE, 1, _TOPIC)
_ALL_HELD = (1.0,) * 99


class SearchIndex:
    """An immutable index of passages."""

    def __init__(self, passages: Iterable[Passage], topics: Mapping[str, str]) -> None:
        """`topics` maps each topic's id to its title."""
        self._rows = tuple(_row(passage, topics) for passage in passages)
        self._holders: dict[str, set[int]] = {}
        for number, row in enumerate(self._rows):
            for word in row.everything:
                self._holders.setdefault(word, set()).add(number)
        self.reader = Reader([row.passage for row in self._rows], self._holders)
        self._amounts: dict[int, tuple[Amount, ...]] = {}
        self._said: dict[str, frozenset[str]] = {}

    def ask(self, question: str, limit: int = 4, time: AskedTime | None = None) -> list[Hit]:
        """The passages that answer, best first, one of each entry; none where nothing holds enough of the question."""
        return self.answers(self.reader.read(question, time), limit)

    def answers(self, asked: Asked, limit: int = 4) -> list[Hit]:
        """The same for a question that was read."""
        return [hit for hit in self.rank(asked) if hit.score >= ANSWERS and hit.covered >= HELD][:limit]

    def close_to(self, question: str, limit: int = 3, time: AskedTime | None = None) -> list[Hit]:
        """The passages that hold at least something of a question that nothing answers."""
        return self.rank(self.reader.read(question, time), strict=False)[:limit]

    def rank(self, asked: Asked, strict: bool = True) -> list[Hit]:
        """The best passage of each entry, best first; `strict`: only what holds all names, amounts and dates."""
        best: dict[tuple[str, str], Hit] = {}
        is_ranking = self.is_ranking(asked.text)
        for number in self._candidates(asked):
            hit = self._hit(asked, self._rows[number], number, strict)
            if hit is None or hit.covered < CLOSE:
                continue
            hit = replace(hit, score=hit.covered + self._bonus(asked, self._rows[number], hit.sentence, is_ranking))
            key = (hit.kind, hit.key)
            if key not in best or hit.score > best[key].score:
                best[key] = hit
        return sorted(best.values(), key=lambda hit: -hit.score)

    @staticmethod
    def is_ranking(question: str) -> bool:
        """Whether a question asks for several things in their order."""
        return bool(_RANKING.search(question.casefold()))

    def passage(self, kind: PassageKind, key: str) -> Passage:
        """The first passage of an entry."""
        return self._first[kind, key]

    def holds(self, passage: Passage, asked: Asked) -> bool:
        """Whether a passage with its heading holds a word of a question, in this or another wording."""
        held = frozenset(stems(f"{passage.heading} {passage.text}"))
        return any(asked.forms[word] & held for word in asked.words)

    def define(self, name: str) -> Hit | None:
        """The passage that says in passing what a name stands for: "Wiz, a security firm"; None without any."""
        called = re.escape(name).replace(r"\ ", r"[\s-]")
        pattern = re.compile(_DEFINED.format(name=called), re.IGNORECASE)
        best: Hit | None = None
        for number in sorted(self._holders.get(stem(tokens(name)[-1]), ())):
            passage = self._rows[number].passage
            if passage.kind not in ("brief", "event"):
                continue
            for place, sentence in enumerate(passage.sentences):
                if pattern.search(sentence):
                    score = 1.0 + (0.1 if passage.kind == "brief" else 0.0) - 0.01 * passage.place
                    score += 0.05 if passage.key.endswith("/overview") else 0.0
                    if best is None or score > best.score:
                        best = Hit(passage, 1.0, score, place)
        return best

    def _candidates(self, asked: Asked) -> list[int]:
        """The passages that may hold enough: all names where any holds them all, and words of enough weight."""
        having = {word: self._having(asked, word) for word in asked.words}
        needed = [having[word] for word in asked.names]
        within = set.intersection(*needed) if needed and all(needed) else set()
        could: dict[int, float] = dict.fromkeys(range(len(self._rows)), 0.0) if asked.amounts else {}
        for word, rows in having.items():
            for number in rows & within if within else rows:
                could[number] = could.get(number, 0.0) + asked.weights[word]
        least = CLOSE * sum(asked.weights.values()) - WORD_WEIGHT * len(asked.amounts)
        return [number for number, weight in could.items() if weight >= least and (not within or number in within)]

    def _having(self, asked: Asked, word: str) -> set[int]:
        return set().union(*(self._holders.get(each, ()) for each in asked.variants[word]))

    def _hit(self, asked: Asked, row: _Row, number: int, strict: bool) -> Hit | None:
        """How much of a question a passage holds, and in which sentence; None where it cannot answer."""
        amount_weight = WORD_WEIGHT * len(asked.amounts)
        total = sum(asked.weights.values()) + amount_weight
        if not total or (strict and not self._fits(asked, row, number)):
            return None
        got = amount_weight
        gains = [0.0] * len(row.sentences)
        least = list(_ALL_HELD[: len(row.sentences)])  # the least that a word of weight is worth with each sentence
        of_words, of_names = self._parts(asked, row, number)
        for word in asked.words:
            present, weight, is_name = asked.forms[word] & row.everything, asked.weights[word], word in asked.names
            is_weighty = weight >= WEIGHTY and not is_name
            if not present:
                if strict and is_name:
                    return None
                least = [0.0] * len(least) if is_weighty else least
                continue
            base, inside = _worth(present, asked.variants[word], row, of_names if is_name else of_words)
            got += weight * base
            for place, worth in enumerate(inside):
                gains[place] += weight * max(worth - base, 0.0)
                if is_weighty:
                    least[place] = min(least[place], max(worth, base))
        place = max(range(len(gains)), key=gains.__getitem__)
        is_short = len(asked.words) - len(asked.names) <= _FEW
        covered = (got + gains[place]) / total - (_MISSED if is_short and least[place] < _LEAST else 0.0)
        return Hit(row.passage, covered, covered, place)

    def _parts(self, asked: Asked, row: _Row, number: int) -> tuple[_Parts, _Parts]:
        """What a word, and a name, of this question is worth in the parts of this passage."""
        is_about = all(asked.forms[name] & row.about for name in asked.names)
        is_counted = asked.kind in ("how much", "how many")
        heading = _HEADING if is_about or not self._headed[number] else _ASIDE
        names = _NAMES if is_about else _ASIDE
        if not is_counted:
            topic = 0.0 if asked.kind else _TOPIC_WORD  # keywords may be the topic's own
            return _Parts(heading, names, _ELSEWHERE, topic=topic), _OF_NAMES
        if row.passage.kind != "figure":
            return _Parts(heading, names, _ASIDE), _OF_NAMES
        return _Parts(heading, names, _CAVEAT, 1), _OF_NAMES_IN_FIGURES

    def _fits(self, asked: Asked, row: _Row, number: int) -> bool:
        """Whether a passage holds the amounts and is of the time that a question names."""
        if asked.amounts:
            if number not in self._amounts:
                self._amounts[number] = tuple(amounts(f"{row.passage.heading}. {row.passage.text}"))
            if not all(holds(self._amounts[number], each) for each in asked.amounts):
                return False
        return asked.time is None or _is_of(asked.time, row.passage)

    def _bonus(self, asked: Asked, row: _Row, place: int, is_ranking: bool) -> float:
        """How well a passage fits the question besides holding its words."""
        passage = row.passage
        sentence = passage.sentences[place] if passage.sentences else ""
        headed = sum(bool(asked.forms[word] & row.heading) for word in asked.words)
        is_counted = asked.kind in ("how much", "how many") and passage.kind != "figure"
        bonus = (0.05 if is_counted else 0.12) * headed / max(len(asked.words), 1) if not passage.row else 0.0
        others = frozenset(
            name for name in self._names_in(sentence) if not any(name in f for f in asked.forms.values())
        )
        told = passage.text if passage.kind == "figure" else sentence
        bonus += fit(asked.kind, asked.text, passage, told, any(not is_version(name) for name in others))
        bonus += _timely(asked, passage, sentence) - _astray(asked, row, place, others, self.reader.proper_names)
        if is_ranking and passage.kind == "figure" and not passage.row and passage.key in self._series:
            bonus += 0.1
        if passage.place >= CORRECTIONS:
            bonus -= 0.06
        if passage.kind == "claim" and asked.kind not in ("is", ""):
            bonus -= 0.4  # a claim is asked about; a question is answered by what happened
        if asked.kind == "how much" and asks_for_level(asked.text) and others & row.heading:
            bonus -= 0.25  # what one has of another is no value of it
        if passage.kind == "claim" and asked.kind == "is":
            bonus -= 0.12
        if passage.day:
            bonus += 0.001 * (int(passage.day[:4]) - 2000)  # of equals the newer
        return bonus + (-0.1 if passage.kind == "term" else 0.0) + (0.03 if passage.place == 0 else 0.0)

    def _names_in(self, sentence: str) -> frozenset[str]:
        """The stems of the names in a sentence."""
        if sentence not in self._said:
            self._said[sentence] = frozenset(stems(sentence)) & self.reader.proper_names
        return self._said[sentence]

    @cached_property
    def _first(self) -> dict[tuple[str, str], Passage]:
        return {(row.passage.kind, row.passage.key): row.passage for row in reversed(self._rows)}

    @cached_property
    def _headed(self) -> tuple[bool, ...]:
        """For each passage whether its heading names something."""
        return tuple(bool(row.heading & self.reader.proper_names) for row in self._rows)

    @cached_property
    def _series(self) -> frozenset[str]:
        return frozenset(row.passage.key for row in self._rows if row.passage.row)


def _row(passage: Passage, topics: Mapping[str, str]) -> _Row:
    sentences = tuple(frozenset(stems(sentence)) for sentence in passage.sentences)
    heading = frozenset(stems(f"{passage.heading} {date_words(passage.day) if passage.kind == 'event' else ''}"))
    names = frozenset(stems(passage.names))
    about = frozenset(stems(" ".join((*passage.topics, *(topics[each] for each in passage.topics)))))
    return _Row(passage, sentences, heading, names, about, heading | about, heading | names | about.union(*sentences))


def _worth(
    present: frozenset[str], variants: Mapping[str, float], row: _Row, parts: _Parts
) -> tuple[float, list[float]]:
    """What a word is worth by the parts around the sentences, and within each of them."""
    base, inside = 0.0, [0.0] * len(row.sentences)
    for word in present:
        worth, at = variants[word], 0.0
        for place, sentence in enumerate(row.sentences):
            if word in sentence:
                at = parts.elsewhere
                if place < parts.sentences and worth > inside[place]:
                    inside[place] = worth
        if word in row.heading and parts.heading > at:
            at = parts.heading
        if word in row.names and parts.names > at:
            at = parts.names
        if parts.topic > at and word in row.topics:
            at = parts.topic
        base = max(base, at * worth)
    return base, inside


def _is_of(time: AskedTime, passage: Passage) -> bool:
    if time.latest or time.holds(passage.day):
        return True
    said = f"{passage.heading} {passage.text} {passage.row}"
    if time.exact:
        return time.words in said or _short_date(time) in said
    return time.words.split()[0] in said or time.words.split()[0][:3] in passage.row


def _timely(asked: Asked, passage: Passage, sentence: str) -> float:
    """What to add where the very sentence is of the time that was asked for, and to take off where it is not."""
    if asked.time is None:
        return 0.0
    if passage.kind == "event":
        return 0.06 if asked.kind in ("when", "why", "is", "") else 0.0
    told = f"{sentence} {passage.heading}"
    return 0.0 if not asked.time.exact or asked.time.words in told or _short_date(asked.time) in told else -0.08


def _astray(asked: Asked, row: _Row, place: int, others: frozenset[str], names: frozenset[str]) -> float:
    """What to take off where the sentence does not hold a name of the question and is about another one."""
    is_counted = asked.kind in ("how much", "how many")
    named = any(not is_version(name) for name in (row.heading & names) | others)
    if (
        is_counted
        and named
        and not all(asked.forms[name] & (row.sentences[place] | row.heading) for name in asked.names)
    ):
        return 0.5  # a number of somebody else
    held = row.sentences[place] | row.heading | row.topics
    is_of_two = asked.kind == "is" and len(asked.names) > 1 and row.passage.kind not in ("claim", "event")
    if is_of_two and not any(asked.forms[name] & row.about for name in asked.names):
        return 0.25  # what two names have to do with each other is told where one of them is the matter
    if not all(asked.forms[name] & held for name in asked.names):
        return 0.3 if others or row.heading & names else 0.1
    if _PRONOUN.match(row.passage.sentences[place]) and place and not asked.names & row.sentences[place]:
        before = row.sentences[place - 1] & names
        if before and not any(asked.forms[name] & before for name in asked.names):
            return 0.3  # it is about whom the sentence before names
    is_above = asked.names and not any(asked.forms[name] & row.sentences[place] for name in asked.names)
    is_of_another = any(other in row.heading and not is_version(other) for other in others)
    if not (is_above and is_of_another) or row.passage.kind == "claim":
        return 0.0
    return 0.25 if is_counted else 0.12


def _short_date(time: AskedTime) -> str:
    """The day as rows of series write it: "27 Jan 2025"."""
    return " ".join(part[:3] if part.isalpha() else part for part in time.words.split())
