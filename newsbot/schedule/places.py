"""The world's towns, regions and countries, each with its time zone: a table that `tools/places.py` makes.

`places.tsv` lists the towns of at least 15,000 people, `areas.tsv` the countries and the regions of some of them. Both
are made from GeoNames (see PLACES-LICENCE.md). What they list under "also" is written as `place_key` gives it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from importlib import resources
from io import StringIO
from itertools import repeat
from math import log10

from newsbot.names import alike, normalised

# What does not decompose into a plain letter and an accent, and the signs that people type for an apostrophe.
_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "e"}
_APOSTROPHES = "’‘ʻʼʹ`´"
_SPELLINGS = {"st": "saint", "saint": "st", "ft": "fort", "fort": "ft", "mt": "mount", "mount": "mt"}
_KNOWN_BY_REGION = frozenset({"AU", "CA", "GB", "US"})  # countries that need not be named after their regions
_WEIGHT = 3.0  # how many points of likeness a town ten times as large is worth
_FARTHEST = 20  # words of a name that may be town, region and country


@dataclass(frozen=True, slots=True)
class GeoPlace:
    """A town, region or country: its name, the larger place it lies in, its zones, the largest first, and its size.

    The size is of a town's people, in thousands; a region or country is as large as its largest town.
    """

    name: str
    within: str
    zones: tuple[str, ...]
    thousands: int

    @property
    def label(self) -> str:
        """As people tell it from its namesakes: "Portland, Maine"; a country's bare name."""
        return f"{self.name}, {self.within}" if self.within else self.name


@dataclass(frozen=True, slots=True)
class _Area:
    code: str  # "US", or "US-ME" for a region
    place: GeoPlace


def place_key(text: str) -> str:
    """A name as places are compared: in lower case, without accents or punctuation, in plain Latin letters."""
    for sign in _APOSTROPHES:
        text = text.replace(sign, "'")
    key = normalised(text)
    if not key.isascii():
        for letter, plain in _PLAIN.items():
            key = key.replace(letter, plain)
    return key


class _Texts:
    """Many short texts in one: as a hundred thousand objects they would take ten times the memory."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._joined = bytearray()
        self._ends = array("I")
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add a text."""
        self._joined += text.encode()
        self._ends.append(len(self._joined))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        return self._joined[self._ends[number - 1] if number else 0 : self._ends[number]].decode()


class GeoPlaces:
    """An immutable table of places, fast to look up and small in memory."""

    def __init__(self, towns: str, areas: str) -> None:
        self._areas: dict[str, list[_Area]] = {}
        self._coded: dict[str, list[_Area]] = {}
        self._names: dict[str, str] = {}
        self._read_areas(areas)
        # One entry a town; those of one country and zone follow each other.
        self._regions, self._towns, self._thousands = _Texts(), _Texts(), array("H")
        self._starts, self._groups = array("I"), _Texts()
        self._read_towns(towns)

    def _read_areas(self, areas: str) -> None:
        for line in areas.splitlines()[1:]:
            code, name, thousands, zones, also = line.split("\t")
            self._names[code] = name
            country, _, region = code.partition("-")
            place = GeoPlace(name, self._names[country] if region else "", tuple(zones.split()), int(thousands))
            area = _Area(code, place)
            self._coded.setdefault((region or country).casefold(), []).append(area)
            for key in dict.fromkeys((place_key(name), *_also(also))):
                self._areas.setdefault(key, []).append(area)

    def _read_towns(self, towns: str) -> None:
        names, also = list[str](), dict[int, str]()
        lines = StringIO(towns)
        next(lines)
        for number, line in enumerate(lines):
            country, zone, region, name, size, others = line.rstrip("\n").split("\t")
            if zone:
                self._starts.append(number)
                self._groups.append(f"{country} {zone}")
            self._regions.append(region)
            self._towns.append(name)
            self._thousands.append(int(size))
            names.append(name)
            if others:
                also[number] = others
        keys, numbers = _keys_of(names), array("I", range(len(names)))
        for number, others in also.items():
            keys += (called := others.split("|"))
            numbers.extend(repeat(number, len(called)))
        self._enter_names(keys, numbers)

    def _enter_names(self, keys: list[str], numbers: Sequence[int]) -> None:
        """Every name in order, with the towns called so and the largest of them."""
        self._names_of_towns, self._first, self._called = _Texts(), array("I"), array("I")
        self._largest = array("I")
        before = None
        for place in sorted(range(len(keys)), key=keys.__getitem__):
            key, number = keys[place], numbers[place]
            if key != before:
                self._names_of_towns.append(key)
                self._first.append(len(self._called))
                self._largest.append(number)
                before = key
            elif self._thousands[number] > self._thousands[self._largest[-1]]:
                self._largest[-1] = number
            self._called.append(number)
        self._first.append(len(self._called))

    def __iter__(self) -> Iterator[GeoPlace]:
        """Every town, by country and zone."""
        return (self._town(number) for number in range(len(self)))

    def __len__(self) -> int:
        """How many towns there are."""
        return len(self._towns)

    def _town(self, number: int) -> GeoPlace:
        country, _, zone = self._group(number)
        name = self._towns[number]
        return GeoPlace(
            name, self._within_words(name, country, self._regions[number]), (zone,), self._thousands[number]
        )

    def _group(self, number: int) -> tuple[str, str, str]:
        """The country of a town, a blank and its zone."""
        return self._groups[bisect_right(self._starts, number) - 1].partition(" ")

    def _within_words(self, name: str, country: str, region: str) -> str:
        of = self._names[f"{country}-{region}"] if region else name
        if of == name:
            return self._names[country]
        return of if country in _KNOWN_BY_REGION else f"{of}, {self._names[country]}"

    def largest_town(self, zone: str) -> int:
        """The size of the largest town in a zone, in thousands of people; 0 where it has none."""
        groups = ((number, self._groups[place].partition(" ")[2]) for place, number in enumerate(self._starts))
        return max((self._thousands[number] for number, of in groups if of == zone), default=0)

    def _code(self, number: int) -> str:
        """The code of the region a town lies in, or of its country."""
        country = self._group(number)[0]
        region = self._regions[number]
        return f"{country}-{region}" if region else country

    def called(self, typed: str) -> list[GeoPlace]:
        """The places called just this, or this within that (`Portland, Maine`): the largest first, none for no match.

        A code tells where a town lies (`Portland, ME`, `London, CA`); by itself it is the name of no place.
        """
        key = place_key(typed)
        for spelling in _spellings(key):
            if found := self._just(spelling) or self._within(spelling):
                return found
        return []

    def _just(self, key: str) -> list[GeoPlace]:
        areas = [area.place for area in self._areas.get(key, ())]
        found = [*areas, *(self._town(number) for number in self._named_towns(key))]
        return sorted(found, key=lambda place: -place.thousands)

    def _named_towns(self, key: str) -> Sequence[int]:
        place = bisect_left(self._names_of_towns, key)
        if place == len(self._names_of_towns) or self._names_of_towns[place] != key:
            return ()
        return self._called[self._first[place] : self._first[place + 1]]

    def _within(self, key: str) -> list[GeoPlace]:
        """Towns whose name is followed by where they lie; a region's code goes before a country's."""
        words = key.split(" ")[:_FARTHEST]
        for cut in range(len(words) - 1, 0, -1):
            towns = list(self._named_towns(" ".join(words[:cut])))
            if towns and (found := self._lying_in(towns, self._codes(words[cut:]))):
                return sorted((self._town(number) for number in found), key=lambda place: -place.thousands)
        return []

    def _lying_in(self, towns: list[int], codes: set[str]) -> list[int]:
        in_region = [number for number in towns if self._code(number) in codes]
        return in_region or [number for number in towns if self._code(number).partition("-")[0] in codes]

    def _codes(self, words: list[str]) -> set[str]:
        """The codes of the area that the words name; a region may be followed by its country."""
        codes = {area.code for area in self._named_areas(words)}
        for cut in range(1, len(words)):
            countries = {area.code for area in self._named_areas(words[cut:])}
            regions = (area.code for area in self._named_areas(words[:cut]) if "-" in area.code)
            codes |= {code for code in regions if code.partition("-")[0] in countries}
        return codes

    def _named_areas(self, words: list[str]) -> list[_Area]:
        """The areas of that name or code."""
        key = " ".join(words)
        return [*self._areas.get(key, ()), *self._coded.get(key, ())]

    def begun(self, typed: str, limit: int) -> list[GeoPlace]:
        """The places whose name begins with this, the largest first; then those of which another name does.

        A name may be followed by the beginning of where it lies: `Portland, M`.
        """
        key = place_key(typed)
        if not key:
            return []
        areas = [area.place for called, all_of in self._areas.items() if _begins(called, key) for area in all_of]
        numbers = set(self._beginning(key))
        towns = [self._town(number) for number in nlargest(8 * limit, numbers, key=self._thousands.__getitem__)]
        found = dict.fromkeys([*self._labelled(key), *areas, *towns])
        return sorted(found, key=lambda place: (not _begins_name(place, key), -place.thousands))[:limit]

    def _beginning(self, key: str) -> Sequence[int]:
        """Of each name of towns that begins with this, the largest town."""
        names = self._names_of_towns
        return self._largest[bisect_left(names, key) : bisect_left(names, f"{key}\U0010ffff")]

    def _labelled(self, key: str) -> list[GeoPlace]:
        """The towns whose label, and not only the name, begins with this."""
        words = key.split(" ")[:_FARTHEST]
        cuts = (" ".join(words[:cut]) for cut in range(1, len(words)))
        towns = (self._town(number) for name in cuts for number in self._named_towns(name))
        return [town for town in towns if place_key(town.label).startswith(key)]

    def near(self, typed: str, limit: int) -> list[GeoPlace]:
        """The places whose name is most like a misspelt one; among those about as like, the largest first."""
        key = place_key(typed)[:60]
        if len(key) < 3:
            return []
        names = self._names_of_towns
        like = alike(key, [names[number] for number in range(len(names))], 8 * limit)
        found = [(self._town(self._largest[bisect_left(names, term)]), score) for term, score in like]
        for term, score in alike(key, list(self._areas), limit):
            found += [(area.place, score) for area in self._areas[term]]
        found.sort(key=lambda each: -(each[1] + _WEIGHT * log10(each[0].thousands + 1)))
        return list(dict.fromkeys(place for place, _ in found))[:limit]


def _also(column: str) -> list[str]:
    return column.split("|") if column else []


def _keys_of(names: list[str]) -> list[str]:
    """The key of each name: most need lower case alone, and all others are read in one go, which is far faster."""
    keys = [name.lower() for name in names]
    odd = [number for number, key in enumerate(keys) if not (key.isascii() and key.replace(" ", "").isalpha())]
    read = place_key("|".join(names[number] for number in odd)).split("|")
    for number, key in zip(odd, read, strict=False):  # no odd name reads as one that is empty
        keys[number] = key.strip()
    return keys


def _spellings(key: str) -> Iterator[str]:
    yield key
    first, blank, rest = key.partition(" ")
    if first in _SPELLINGS:
        yield f"{_SPELLINGS[first]}{blank}{rest}"


def _begins(called: str, key: str) -> bool:
    return len(called) > 3 and called.startswith(key)


def _begins_name(place: GeoPlace, key: str) -> bool:
    return place_key(place.label).startswith(key)


@cache
def places() -> GeoPlaces:
    """The table that comes with newsbot: read once, in less than a tenth of a second."""
    folder = resources.files("newsbot.schedule")
    towns, areas = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("places.tsv", "areas.tsv"))
    return GeoPlaces(towns, areas)
