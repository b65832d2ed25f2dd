"""Search over the passages of the content: the one that answers a question, those that come close, or honestly none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from newsbot.content.amounts import Amount, amounts, holds
from newsbot.content.asked import WEIGHTY, WORD_WEIGHT, Asked, Reader
from newsbot.content.passage_rows import (
    ASIDE,
    CAVEAT,
    ELSEWHERE,
    HEADING,
    NAMES,
    OF_NAMES,
    OF_NAMES_IN_FIGURES,
    TOPIC_WORD,
    Parts,
    PassageRow,
    astray,
    is_of_time,
    passage_row,
    timeliness,
    word_worth,
)
from newsbot.content.passages import CORRECTIONS, Passage, PassageKind
from newsbot.content.question_fit import asks_for_level, fit
from newsbot.content.times import AskedTime
from newsbot.content.words import is_version, stem, stems, tokens

ANSWERS = 0.80  # how well a passage must hold and fit a question to answer it
HELD = 0.68  # how much of it the passage must hold, however well it fits
CLOSE = 0.42  # how much it must hold to be worth offering
_DEFINED = (
    r"\b{name}(?:,? (?:is|was|means)|,) (?:a|an|the|one of|another|what|known)\b"
    r"|\b{name},? (?:which )?(?:rents|makes|sells|builds|runs|designs|trains|writes|tests)\b"
    r"|\b(?:an?|the|its|earlier|\w+['’]s) (?:[\w-]+ ){{0,3}}(?:model|fund|lab|firm|company|chip|index|tool|test|site"
    r"|venture|head|chief|boss|maker|rival|family|agency|centre|founder|writer|investor|newsletter)s?,? {name}\b"
)
# In a question of few words none of weight may be missing: what each must be worth, and what it costs if not.
_FEW, _LEAST, _MISSED = 3, 0.48, 0.15
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


_ALL_HELD = (1.0,) * 99


class SearchIndex:
    """An immutable index of passages."""

    def __init__(self, passages: Iterable[Passage], topics: Mapping[str, str]) -> None:
        """`topics` maps each topic's id to its title."""
        self._rows = tuple(passage_row(passage, topics) for passage in passages)
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

    def within(self, kind: PassageKind, key: str, place: int, asked: Asked) -> Hit:
        """The passage at a place of an entry, with the sentence that holds most of a question."""
        number = self._places[kind, key, place]
        hit = self._hit(asked, self._rows[number], number, strict=False)
        return hit or Hit(self._rows[number].passage, 1.0, 1.0, 0)

    def words_of(self, kind: PassageKind, key: str, place: int) -> frozenset[str]:
        """The stems of a passage, its heading, its names and its topics."""
        return self._rows[self._places[kind, key, place]].told

    def is_headed(self, hit: Hit, asked: Asked) -> bool:
        """Whether the heading of a hit, or what its entry is called, holds all words of a question."""
        row = self._rows[self._places[hit.kind, hit.key, hit.passage.place]]
        held = row.heading | row.names | row.about
        return all(asked.forms[word] & held for word in asked.words)

    def names_of(self, kind: PassageKind, key: str) -> frozenset[str]:
        """The stems of all passages of an entry."""
        return self._entries[kind, key]

    def is_told(self, asked: Asked, amounts_told: Sequence[Amount], at: tuple[PassageKind, str, int]) -> bool:
        """Whether a passage, or what it is asked by, holds the amounts and is of the time that a question names."""
        number = self._places[at]
        own = self._amounts_of(number)
        if not all(holds((*own, *amounts_told), each) for each in asked.amounts):
            return False
        return asked.time is None or is_of_time(asked.time, self._rows[number].passage)

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

    def _hit(self, asked: Asked, row: PassageRow, number: int, strict: bool) -> Hit | None:
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
            weight, is_name = asked.weights[word], word in asked.names
            present = asked.forms[word] & (row.told if is_name else row.everything)
            is_weighty = weight >= WEIGHTY and not is_name
            if not present:
                if strict and is_name:
                    return None
                least = [0.0] * len(least) if is_weighty else least
                continue
            base, inside = word_worth(present, asked.variants[word], row, of_names if is_name else of_words)
            got += weight * base
            for place, worth in enumerate(inside):
                gains[place] += weight * max(worth - base, 0.0)
                if is_weighty:
                    least[place] = min(least[place], max(worth, base))
        place = max(range(len(gains)), key=gains.__getitem__)
        is_short = len(asked.words) - len(asked.names) <= _FEW
        covered = (got + gains[place]) / total - (_MISSED if is_short and least[place] < _LEAST else 0.0)
        return Hit(row.passage, covered, covered, place)

    def _parts(self, asked: Asked, row: PassageRow, number: int) -> tuple[Parts, Parts]:
        """What a word, and a name, of this question is worth in the parts of this passage."""
        is_about = all(asked.forms[name] & row.about for name in asked.names)
        is_counted = asked.kind in ("how much", "how many")
        heading = HEADING if is_about or not self._headed[number] else ASIDE
        names = NAMES if is_about else ASIDE
        if row.passage.kind == "figure" and not is_counted:
            return Parts(heading, names, CAVEAT, 1, 0.0 if asked.kind else TOPIC_WORD), OF_NAMES
        if not is_counted:
            topic = 0.0 if asked.kind else TOPIC_WORD  # keywords may be the topic's own
            return Parts(heading, names, ELSEWHERE, topic=topic), OF_NAMES
        if row.passage.kind != "figure":
            return Parts(heading, names, ASIDE), OF_NAMES
        return Parts(heading, names, CAVEAT, 1), OF_NAMES_IN_FIGURES

    def _fits(self, asked: Asked, row: PassageRow, number: int) -> bool:
        """Whether a passage holds the amounts and is of the time that a question names."""
        if not all(holds(self._amounts_of(number), each) for each in asked.amounts):
            return False
        return asked.time is None or is_of_time(asked.time, row.passage)

    def _amounts_of(self, number: int) -> tuple[Amount, ...]:
        if number not in self._amounts:
            passage = self._rows[number].passage
            self._amounts[number] = tuple(amounts(f"{passage.heading}. {passage.text}"))
        return self._amounts[number]

    def _bonus(self, asked: Asked, row: PassageRow, place: int, is_ranking: bool) -> float:
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
        bonus += timeliness(asked, passage, sentence) - astray(asked, row, place, others, self.reader.proper_names)
        if is_ranking and passage.kind == "figure" and not passage.row and passage.key in self._series:
            bonus += 0.1
        if passage.place >= CORRECTIONS:
            bonus -= 0.06
        if passage.kind == "claim" and asked.kind not in ("is", ""):
            bonus -= 0.4  # a claim is asked about; a question is answered by what happened
        if asked.kind == "how much" and asks_for_level(asked.text) and self._of_others(asked, row):
            bonus -= 0.4  # what one has of another is no value of it
        if passage.kind == "claim" and asked.kind == "is":
            bonus -= 0.12
        if passage.day:
            bonus += 0.001 * (int(passage.day[:4]) - 2000)  # of equals the newer
        return bonus + (-0.1 if passage.kind == "term" else 0.0) + (0.03 if passage.place == 0 else 0.0)

    def _of_others(self, asked: Asked, row: PassageRow) -> bool:
        """Whether the heading names somebody of whom the question does not speak."""
        named = (name for name in row.heading & self.reader.proper_names if not is_version(name))
        return any(not any(name in forms for forms in asked.forms.values()) for name in named)

    def _names_in(self, sentence: str) -> frozenset[str]:
        """The stems of the names in a sentence."""
        if sentence not in self._said:
            self._said[sentence] = frozenset(stems(sentence)) & self.reader.proper_names
        return self._said[sentence]

    @cached_property
    def _first(self) -> dict[tuple[str, str], Passage]:
        return {(row.passage.kind, row.passage.key): row.passage for row in reversed(self._rows)}

    @cached_property
    def _entries(self) -> dict[tuple[PassageKind, str], frozenset[str]]:
        found: dict[tuple[PassageKind, str], frozenset[str]] = {}
        for row in self._rows:
            key = row.passage.kind, row.passage.key
            found[key] = found.get(key, frozenset()) | row.told
        return found

    @cached_property
    def _places(self) -> dict[tuple[PassageKind, str, int], int]:
        """The number of the first passage at each place of each entry."""
        rows = [*enumerate(self._rows)][::-1]
        return {(row.passage.kind, row.passage.key, row.passage.place): number for number, row in rows}

    @cached_property
    def _headed(self) -> tuple[bool, ...]:
        """For each passage whether its heading names something."""
        return tuple(bool(row.heading & self.reader.proper_names) for row in self._rows)

    @cached_property
    def _series(self) -> frozenset[str]:
        return frozenset(row.passage.key for row in self._rows if row.passage.row)
