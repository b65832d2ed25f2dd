"""The known claim that a sentence repeats, if it repeats one: same names, same amounts, words that mean the same."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from newsbot.content.amounts import holds
from newsbot.content.asked import Asked, Reader
from newsbot.content.models import Claim
from newsbot.content.words import stem

SAME = 0.84  # how alike a sentence must be to a claim to be that claim
NEAR = 0.5  # how alike it must be for the claim to be worth offering
_TURNED = re.compile(r"\b(?:belongs? to|by)\b")
_STATEMENTS = frozenset({"", "is", "how"})


@dataclass(frozen=True, slots=True)
class Match:
    """A claim and how much a sentence is like it (0 to 1)."""

    claim: Claim
    likeness: float


class ClaimIndex:
    """The claims in all their wordings."""

    def __init__(self, claims: Iterable[Claim], reader: Reader) -> None:
        self._reader = reader
        read = [(claim, reader.read(said)) for claim in claims for said in (claim.claim, *claim.aliases)]
        self._wordings = [(claim, wording, frozenset(map(stem, wording.words))) for claim, wording in read]

    def matches(self, sentence: str, limit: int = 3) -> list[Match]:
        """The claims most like a sentence, the most alike first, each once."""
        asked = self._reader.read(sentence)
        if not asked.words and asked.amounts:
            return self._of_amounts(asked)[:limit]
        best: dict[str, Match] = {}
        words = frozenset(map(stem, asked.words))
        for claim, wording, held in self._wordings:
            likeness = _likeness(asked, words, wording, held)
            if likeness >= NEAR and (claim.id not in best or likeness > best[claim.id].likeness):
                best[claim.id] = Match(claim, likeness)
        return sorted(best.values(), key=lambda match: -match.likeness)[:limit]

    def same(self, sentence: str) -> Claim | None:
        """The claim that the sentence repeats or asks about; None where it is no known one."""
        found = self.matches(sentence, 1)
        return found[0].claim if found and found[0].likeness >= SAME else None

    def surest(self, sentence: str, rival: float) -> Claim | None:
        """As `same`, unless something else is more like the sentence; `rival` is how much."""
        found = self.matches(sentence, 1)
        return found[0].claim if found and found[0].likeness >= max(SAME, rival) else None

    def _of_amounts(self, asked: Asked) -> list[Match]:
        """The claims about an amount, for a question that holds nothing else: sure only where all are of one matter."""
        found = {
            claim.id: claim
            for claim, wording, _ in self._wordings
            if all(holds(wording.amounts, each) for each in asked.amounts)
        }
        likeness = 0.9 if len({claim.briefs[:1] for claim in found.values()}) == 1 else 0.6
        return [Match(claim, likeness) for claim in found.values()]


def _likeness(asked: Asked, words: frozenset[str], wording: Asked, held: frozenset[str]) -> float:
    forth = _held(asked, held)
    if forth < NEAR / 2 or (back := _held(wording, words)) < NEAR / 2:
        return 0.0
    likeness = 2 * forth * back / (forth + back)
    if asked.names != wording.names and not _names_agree(asked, wording):
        likeness *= 0.72
    elif len(asked.names) > 1 and _order(asked) != _order(wording):
        likeness *= 0.8
    if asked.amounts and not all(holds(wording.amounts, each) for each in asked.amounts):
        likeness *= 0.72
    if wording.amounts and not asked.amounts:
        if asked.kind == "how much" and wording.kind in _STATEMENTS:  # it asks for the very sum that the claim names
            return likeness
        likeness *= 0.85
    kinds = {asked.kind, wording.kind}
    return likeness * (0.8 if len(kinds) > 1 and not kinds <= _STATEMENTS else 1.0)


def _held(one: Asked, other: frozenset[str]) -> float:
    """How much of the one sentence's meaning the other's words hold."""
    total = got = 0.0
    for word in one.words:
        total += one.weights[word]
        if present := one.forms[word] & other:
            got += one.weights[word] * max(one.variants[word][each] for each in present)
    return got / total if total else 0.0


def _names_agree(asked: Asked, wording: Asked) -> bool:
    """Whether each name of one stands in the other, under another name maybe."""
    return all(
        any(stem(other) in one.variants[name] for other in two.names)
        for one, two in ((asked, wording), (wording, asked))
        for name in one.names
    )


def _order(asked: Asked) -> list[str]:
    """The names in the order of who does what to whom."""
    names = [stem(word) for word in asked.words if word in asked.names]
    return names[::-1] if _TURNED.search(asked.text.casefold()) else names
