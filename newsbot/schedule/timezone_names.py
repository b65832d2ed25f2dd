"""What people type for a time zone: IANA names, towns and countries, found, completed, or refused with better ones."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from newsbot.messages.markup import outside_text
from newsbot.names import Name, NameIndex
from newsbot.schedule.nicknames import CLOCKS, NICKNAMES, SEVERAL, TWO_PLACES
from newsbot.schedule.places import GeoPlace, place_key, places
from newsbot.schedule.timezones import (
    UTC_NAME,
    UnknownZone,
    canonical,
    city_of,
    links,
    zone_label,
    zone_names,
)
from newsbot.schedule.timezones import places as listed_zones

MAX_OFFERED = 5
# A namesake in another zone is asked about where the largest is less than so many times larger; the second number is
# for names that stand for two well-known places.
RIVAL, WELL_KNOWN_RIVAL = 3, 12
_LONGEST = 200
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*[+\-±\u2010-\u2015\u2212]\s*([0-9]{1,2}(?::?[0-5][0-9])?)")
_CLOCK = re.compile(r"(.+?)(?: (?:standard|daylight(?: savings?)?|summer))? time(?: ?zone)?")
_CONTINENTS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Europe/", "Indian/", "Pacific/")
# IANA names under words that mean a place, or any of several, and a clock that changes.
_DECEPTIVE = frozenset({"CET", "EET", "EST", "GMT", "MET", "MST", "WET"})


@cache
def zone_index() -> NameIndex:
    """Every zone people live in, and UTC: its value is the IANA name, its label names city and country."""
    called: dict[str, list[str]] = {UTC_NAME: []}
    for place in listed_zones():
        called.setdefault(place.zone, []).extend((place.city, f"{place.city} {place.country}"))
    for link in links():
        home = canonical(link)
        if home in called and link not in _DECEPTIVE:
            called[home] += [link, city_of(link)] if link.startswith(_CONTINENTS) else [link]
    zones = sorted(called, key=lambda zone: (zone == UTC_NAME, -places().largest_town(zone), city_of(zone)))
    return NameIndex(Name(zone, zone_label(zone), tuple(called[zone])) for zone in zones)


def complete_zone(typed: str, limit: int = 25) -> list[Name]:
    """The zones that half a word may become, by IANA name, town or country; the largest come first, each zone once."""
    wanted = _cleaned(typed)
    found: dict[str, Name] = {}
    _add(found, (_named(zone) for zone in _several(wanted)))
    towns = [*places().called(wanted), *places().begun(wanted, 4 * limit)]
    _add(found, (name for town in towns for name in _choices(town)))
    if len(found) < limit:
        _add(found, zone_index().complete(wanted, limit))
    if len(found) < MAX_OFFERED:
        _add(found, (name for town in places().near(wanted, MAX_OFFERED) for name in _choices(town)))
    return list(found.values())[:limit]


def _add(found: dict[str, Name], names: Iterable[Name]) -> None:
    for name in names:
        found.setdefault(name.value, name)


def _named(zone: str) -> Name:
    return Name(zone, zone_label(zone), ())


def _choices(place: GeoPlace) -> list[Name]:
    """The zones of a place: a town's under the town's name, a country's under the names of their own."""
    if len(place.zones) > 1 or not place.within:
        return [_named(zone) for zone in place.zones]
    return [Name(place.zones[0], _town_label(place), ())]


def _town_label(place: GeoPlace) -> str:
    """As a list shows it: "Portland, Maine (America/New_York)"."""
    return f"{place.label} ({place.zones[0]})"


def is_zone_words(typed: str) -> bool:
    """Whether this is what `find_zone` finds, or refuses for what it means: no misspelling, and no bare number."""
    wanted = _cleaned(typed)
    is_offset = _OFFSET.fullmatch(wanted.casefold()) and wanted[:1].isalpha()
    return bool(is_offset or _iana(wanted) or _several(wanted) or _found(wanted))


def find_zone(typed: str) -> str:
    """The canonical IANA name of what a person typed: an IANA name in any case, a town, a country of one zone.

    A town may be followed by its region or country: `Portland, Maine`. Raises UnknownZone with a sentence that says
    what to type instead, and the nearest names: for an offset such as `UTC+2` or an abbreviation such as `PST` (neither
    says when summer time begins), a country of several zones, namesakes of about the same size, and what names no zone.
    """
    wanted = _cleaned(typed)
    if not wanted:
        raise UnknownZone("Name a time zone: a city such as Berlin, or an IANA name such as America/New_York.")
    said = outside_text(wanted, 60)
    if exact := _iana(wanted):
        return exact
    if offset := _OFFSET.fullmatch(wanted.casefold()):
        if not offset[1].strip("0:"):
            return UTC_NAME
        raise _is_offset(said)
    if several := _several(wanted):
        raise UnknownZone(_which_clock(said, several), several)
    if found := _found(wanted):
        return _chosen(said, found)
    raise _not_found(said, wanted)


def _cleaned(typed: str) -> str:
    """What was typed without signs that nobody sees, such as the zero-width ones that come with pasted text."""
    text = unicodedata.normalize("NFKC", typed[:_LONGEST])
    return "".join(char for char in text if unicodedata.category(char) != "Cf").strip()


def _iana(wanted: str) -> str | None:
    """The canonical name where an IANA name was typed, in any case."""
    exact = _iana_names().get(re.sub(r"\s+", "_", wanted.casefold()))
    return canonical(exact) if exact else None


@cache
def _iana_names() -> dict[str, str]:
    """IANA names by their lower case, without those that deceive."""
    return {name.casefold(): name for name in zone_names() if name != "Factory" and name not in _DECEPTIVE}


def _several(wanted: str) -> tuple[str, ...]:
    """The zones that an abbreviation or the name of a clock may mean: `EST`, `Eastern Time`, `British Summer Time`."""
    key = place_key(wanted)
    if several := SEVERAL.get(key):
        return several
    clock = _CLOCK.fullmatch(key)
    return CLOCKS.get(clock[1], ()) if clock else ()


def _found(wanted: str) -> list[GeoPlace]:
    """The places that this is the name of, the largest first; `Berlin time` is Berlin's."""
    key = place_key(wanted)
    clock = _CLOCK.fullmatch(key)
    for name in (key, *((clock[1],) if clock else ())):
        if zone := NICKNAMES.get(name):
            return [GeoPlace(wanted, "", (zone,), 1)]
        if found := places().called(name):
            return found
        if zone_of_name := zone_index().exact(name):
            return [GeoPlace(wanted, "", (zone_of_name.value,), 1)]
    return []


def _chosen(said: str, found: list[GeoPlace]) -> str:
    """The zone of the largest place. Raises UnknownZone where it has several, or where a rival has another."""
    largest = found[0]
    rivals = {largest.zones[0]: largest}
    factor = WELL_KNOWN_RIVAL if place_key(said) in TWO_PLACES else RIVAL
    for place in found[1:]:
        if place.thousands * factor > largest.thousands and not set(place.zones) & set(largest.zones):
            rivals.setdefault(place.zones[0], place)
    if len(rivals) > 1:
        several = list(rivals.values())[:MAX_OFFERED]
        labels = tuple(_town_label(place) for place in several)
        raise UnknownZone(_which_place(said, several), tuple(place.zones[0] for place in several), labels)
    if len(largest.zones) > 1:
        zones = largest.zones[:MAX_OFFERED]
        raise UnknownZone(_which_clock(said, zones), zones)
    return largest.zones[0]


def _is_offset(said: str) -> UnknownZone:
    sentence = (
        f"“{said}” is an offset, and an offset doesn't follow summer time: for half the year the digest would come at "
        f"the wrong hour. Name a city such as Berlin or New York, or {UTC_NAME}."
    )
    return UnknownZone(sentence)


def _which_clock(said: str, zones: tuple[str, ...]) -> str:
    return f"“{said}” doesn't say which clock to follow through the year. Name a city: {_or(map(_city, zones))}?"


def _which_place(said: str, several: list[GeoPlace]) -> str:
    name = several[0].name if place_key(several[0].name) == place_key(said) else said
    return f"Which {name}? {_or(f'{place.label} ({_city(place.zones[0])} time)' for place in several)}?"


def _city(zone: str) -> str:
    return UTC_NAME if zone == UTC_NAME else city_of(zone)


def _or(words: Iterable[str]) -> str:
    *most, last = words
    between = "; " if "," in last else ", "
    return f"{between.join(most)} or {last}" if most else last


def _not_found(said: str, wanted: str) -> UnknownZone:
    near: dict[str, str] = {}
    for place in places().near(wanted, MAX_OFFERED):
        near.setdefault(place.zones[0], _town_label(place))
    for name in (*zone_index().nearest(wanted, MAX_OFFERED), *zone_index().complete(wanted, MAX_OFFERED)):
        near.setdefault(name.value, name.label)
    unknown = f"“{said}” isn't a time zone that newsbot knows."
    if not near:
        return UnknownZone(f"{unknown} Name a large city nearby, or an IANA name such as Europe/Berlin.")
    zones, labels = tuple(near)[:MAX_OFFERED], tuple(near.values())[:MAX_OFFERED]
    meant = _or(label.rpartition(" (")[0] or label for label in labels[:3])
    return UnknownZone(f"{unknown} Did you mean {meant}?", zones, labels)
