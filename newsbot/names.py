"""Names a person types: finding the exact one, completing half of one, and the nearest to a misspelt one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import filterfalse

_BREAKS = re.compile(r"[\s\-_/.,:;!?'\"()]+")
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
        self._exact: dict[str, int] = {}
        for number, name in enumerate(self.names):
            for called in dict.fromkeys(normalised(word) for word in (name.value, *name.called, name.label)):
                self._terms.append(called)
                self._owners.append(number)
                self._exact.setdefault(called, number)

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
        """What half a word may become: names that begin with it, then those with a word that does, then with it inside.

        Misspelt beginnings are matched too where those are few. Everything, in order, for an empty word.
        """
        wanted = normalised(typed)[:100]
        if not wanted:
            return list(self.names[:limit])
        begins: list[int] = []
        word: list[int] = []
        inside: list[int] = []
        inner = f" {wanted}"
        for place, term in enumerate(self._terms):
            if wanted in term:
                (begins if term.startswith(wanted) else word if inner in term else inside).append(place)
        found = self._each_once([*begins, *word, *inside], limit)
        if len(found) < min(limit, 5) and len(wanted) > 2:
            near = _most_alike(wanted, self._terms, limit)
            found += [name for name in self._each_once((place for _, _, place in near), limit) if name not in found]
        return found[:limit]

    def _each_once(self, places: Iterable[int], limit: int) -> list[Name]:
        numbers = dict.fromkeys(self._owners[place] for place in places)
        return [self.names[number] for number in list(numbers)[:limit]]


def _shares_start(wanted: str, term: str) -> bool:
    return len(wanted) >= 3 and term.startswith(wanted)
