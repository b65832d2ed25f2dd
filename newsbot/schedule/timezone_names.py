"""What people type for a time zone: IANA names, cities and countries, found, completed, or refused with better ones."""

import re
import unicodedata
from functools import cache

from newsbot.messages.markup import outside_text
from newsbot.names import Name, NameIndex, normalised
from newsbot.schedule.cities import CITIES, SEVERAL
from newsbot.schedule.timezones import (
    UTC_NAME,
    UnknownZone,
    canonical,
    city_of,
    links,
    places,
    zone_label,
    zone_names,
)

MAX_OFFERED = 5
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*[+\-\u2010-\u2015\u2212]\s*[0-9]{1,2}(?::?[0-5][0-9])?")
_CONTINENTS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Europe/", "Indian/", "Pacific/")
# IANA names without summer time, under words that mean a place which has it.
_DECEPTIVE = frozenset({"EST", "MST", "GMT"})


@cache
def zone_index() -> NameIndex:
    """Every zone people live in, and UTC: its value is the IANA name, its label names city and country."""
    called = _names_by_zone()
    zones = [place.zone for place in places()]
    # The more cities we know of a zone, the more people live in it, roughly.
    listed = [*sorted(zones, key=lambda zone: (-len(CITIES.get(zone, ())), city_of(zone))), UTC_NAME]
    return NameIndex(Name(zone, zone_label(zone), tuple(called[zone])) for zone in listed)


def _names_by_zone() -> dict[str, list[str]]:
    """All that each listed zone is called: city, city with country, its country where it has one zone, old names."""
    called: dict[str, list[str]] = {UTC_NAME: list(CITIES[UTC_NAME])}
    countries = [place.country for place in places()]
    for place in places():
        names = called.setdefault(place.zone, [])
        names += [place.city, f"{place.city} {place.country}", *CITIES.get(place.zone, ())]
        if countries.count(place.country) == 1:
            names.append(place.country)
    for link in links():
        home = canonical(link)
        if home in called and link not in _DECEPTIVE:
            called[home] += [link, city_of(link)] if link.startswith(_CONTINENTS) else [link]
    return called


def complete_zone(typed: str, limit: int = 25) -> list[Name]:
    """The zones that half a word may become, by IANA name, city or country; the best known come first."""
    offered = SEVERAL.get(normalised(typed), ())
    index = zone_index()
    first = [name for zone in offered if (name := index.exact(zone))]
    return [*first, *(name for name in index.complete(typed, limit) if name not in first)][:limit]


def find_zone(typed: str) -> str:
    """The canonical IANA name of what a person typed: an IANA name in any case, a city, a country of one zone.

    Raises UnknownZone with a sentence that says what to type instead, and the nearest names: for an offset such as
    `UTC+2` or an abbreviation such as `PST` (neither says when summer time begins), a country of several zones, and
    what names no zone.
    """
    wanted = unicodedata.normalize("NFKC", typed).strip()
    if not wanted:
        raise UnknownZone("Name a time zone: a city such as Berlin, or an IANA name such as America/New_York.")
    said = outside_text(wanted, 60)
    if exact := _iana_names().get(re.sub(r"\s+", "_", wanted.casefold())):
        return canonical(exact)
    if _OFFSET.fullmatch(wanted.casefold()):
        raise _is_offset(said)
    if several := SEVERAL.get(normalised(wanted)):
        raise UnknownZone(_which(said, several), several)
    found = zone_index().exact(wanted)
    if found:
        return found.value
    raise _unknown_zone(said, wanted)


@cache
def _iana_names() -> dict[str, str]:
    """IANA names by their lower case, without those that deceive."""
    return {name.casefold(): name for name in zone_names() if name != "Factory" and name not in _DECEPTIVE}


def _is_offset(said: str) -> UnknownZone:
    sentence = (
        f"“{said}” is an offset, and an offset has no summer time: half of the year the digest would come at the wrong "
        f"hour. Name a city such as Berlin or New York, or {UTC_NAME}."
    )
    return UnknownZone(sentence)


def _which(said: str, zones: tuple[str, ...]) -> str:
    cities = [UTC_NAME if zone == UTC_NAME else city_of(zone) for zone in zones]
    meant = cities[0] if len(cities) == 1 else f"{', '.join(cities[:-1])} or {cities[-1]}"
    return f"“{said}” does not say which clock to follow through the year. Name a city: {meant}?"


def _unknown_zone(said: str, wanted: str) -> UnknownZone:
    index = zone_index()
    near = dict.fromkeys(name.value for name in (*index.nearest(wanted, MAX_OFFERED), *index.complete(wanted, 5)))
    zones = tuple(near)[:MAX_OFFERED]
    if zones:
        cities = ", ".join(zone_label(zone) for zone in zones[:3])
        return UnknownZone(f"There is no time zone “{said}”. Did you mean {cities}?", zones)
    return UnknownZone(
        f"There is no time zone “{said}”. Name a large city nearby, or an IANA name such as Europe/Berlin.",
    )
