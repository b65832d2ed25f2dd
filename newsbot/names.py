"""Names a person types: finding the exact one, completing half of one, and the nearest to a misspelt one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import filterfalse

_BREAKS = re.compile(r"[\s\-_/.,:;!?'\"()]+")
_OWN, _LABEL, _ALIAS = range(3)  # the kinds of names of one thing, the strongest first
_INSIDE = 6  # the rank after those of the kinds, each of which has one for beginnings and one for words
NEAR = 72.0  # how like a name, of 100, a misspelling must be to be offered


def normalised(text: str) -> str:
    """Text as it is compared: no case, no accents, no punctuation; hyphens, underscores and slashes are spaces."""
    if text.isascii():
        return _BREAKS.sub(" ", text.casefold()).strip()
    # Decomposing may bring back capitals (in 🄐, say), and folding may bring back accents.
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _BREAKS.sub(" ", "".join(filterfalse(unicodedata.combining, flat))).strip()


def alike(wanted: str, terms: Sequence[str], limit: int) -> list[tuple[str, float]]:
    """The terms most like a normalised word, each with how like it is (of 100), the most alike first.

    None is less like it than `NEAR`.
    """
    return [(term, score) for term, score, _ in _most_alike(wanted, terms, limit)]


def _most_alike(wanted: str, terms: Sequence[str], limit: int) -> list[tuple[str, float, int]]:
    """As `alike`, with the place of each among the terms."""
    from rapidfuzz import fuzz, process  # not needed where everything is named as it is called

    return process.extract(wanted, terms, scorer=fuzz.ratio, score_cutoff=NEAR, limit=limit)


@dataclass(frozen=True, slots=True)
class Name:
    """Something with a name: the value that stands for it, how it reads in a list, and all that it is called."""

    value: str
    label: str
    called: tuple[str, ...]


class NameIndex:
    """An immutable set of names, fast to look up. A name found under several words is found once."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(names)
        self._terms: list[str] = []
        self._owners: list[int] = []
        self._kinds: list[int] = []
        for number, name in enumerate(self.names):
            for called, kind in _terms_of(name).items():
                self._terms.append(called)
                self._owners.append(number)
                self._kinds.append(kind)
        self._exact: dict[str, int] = {}
        for place in sorted(range(len(self._terms)), key=self._kinds.__getitem__):
            self._exact.setdefault(self._terms[place], self._owners[place])

    def exact(self, typed: str) -> Name | None:
        """The one that is called just this, apart from case, hyphens and accents."""
        number = self._exact.get(normalised(typed))
        return None if number is None else self.names[number]

    def nearest(self, typed: str, limit: int = 3) -> list[Name]:
        """Those whose names look most like what was typed, the most alike first; none where nothing is near."""
        wanted = normalised(typed)[:100]
        if not wanted:
            return []
        found = _most_alike(wanted, self._terms, 4 * limit)
        if len(found) < limit:
            begun = [(term, 90.0, place) for place, term in enumerate(self._terms) if _shares_start(wanted, term)]
            found = [*found, *begun]
        return self._each_once((place for _, _, place in found), limit)

    def complete(self, typed: str, limit: int = 25) -> list[Name]:
        """What half a word may become; everything, in order, for an empty word.

        First what begins with it by its own name, then what has a word in its own name that does, then by its label,
        then by what else it is called, then what has it inside. Where those are few, misspelt ones are matched too.
        """
        wanted = normalised(typed)[:100]
        if not wanted:
            return list(self.names[:limit])
        ranked: list[list[int]] = [[] for _ in range(_INSIDE + 1)]
        inner = f" {wanted}"
        for place, term in enumerate(self._terms):
            if wanted in term:
                starts = 0 if term.startswith(wanted) else 1
                if not starts or inner in term:
                    ranked[2 * self._kinds[place] + starts].append(place)
                elif len(wanted) > 1:  # one letter is inside almost anything
                    ranked[_INSIDE].append(place)
        found = self._each_once((place for places in ranked for place in places), limit)
        if len(found) < min(limit, 5) and len(wanted) > 2:
            near = _most_alike(wanted, self._terms, limit)
            found += [name for name in self._each_once((place for _, _, place in near), limit) if name not in found]
        return found[:limit]

    def _each_once(self, places: Iterable[int], limit: int) -> list[Name]:
        numbers = dict.fromkeys(self._owners[place] for place in places)
        return [self.names[number] for number in list(numbers)[:limit]]


def _terms_of(name: Name) -> dict[str, int]:
    """All that something is called, each with the kind of name that it is first."""
    kinds = ((_OWN, (name.value,)), (_LABEL, (name.label,)), (_ALIAS, name.called))
    found: dict[str, int] = {}
    for kind, words in kinds:
        for word in words:
            found.setdefault(normalised(word), kind)
    return found


def _shares_start(wanted: str, term: str) -> bool:
    return len(wanted) >= 3 and term.startswith(wanted)
