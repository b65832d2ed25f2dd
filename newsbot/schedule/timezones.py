"""Time zones: the IANA rules as the tzdata package ships them, whatever the machine has, and each zone's one name.

Zones are read from the package itself, never through zoneinfo's search path: that prefers the system's files, which
may be years old, and changing it would change it for every library of the process. Zones made here cannot be pickled:
between processes and in the database a zone is its name.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from newsbot.errors import RequestError
from newsbot.messages.markup import outside_text

UTC_NAME = "UTC"
_NO_COUNTRY = ""
# Names whose twin in tzdata is a place in another country, as their rules are the same; here they stay at home.
_AT_HOME = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


class UnknownZone(RequestError):
    """There is no time zone of a name; `nearest` holds the IANA names that may have been meant, the likeliest first.

    `labels` says how a list shows each of them, where that is not as `zone_label` does.
    """

    def __init__(self, sentence: str, nearest: tuple[str, ...] = (), labels: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.nearest = nearest
        self.labels = labels or tuple(zone_label(zone) for zone in nearest)


@dataclass(frozen=True, slots=True)
class PlaceOfZone:
    """A zone that tzdata lists for a country: its IANA name, its city and the country, in English."""

    zone: str
    city: str
    country: str


def _data(name: str) -> Traversable:
    return resources.files("tzdata").joinpath(name)


def _lines(name: str) -> list[list[str]]:
    """The rows of one of tzdata's tables, without its comments."""
    text = _data(f"zoneinfo/{name}").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name there is a zone for, old names and links included."""
    return frozenset(_data("zones").read_text(encoding="utf-8").split())


@cache
def zone_of(name: str) -> ZoneInfo:
    """The rules of an IANA name, spelt as IANA does. Raises UnknownZone for any other text."""
    if name not in zone_names():
        raise UnknownZone(f"There is no time zone “{outside_text(name, 60)}”.")
    with _data(f"zoneinfo/{name}").open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def places() -> tuple[PlaceOfZone, ...]:
    """The zones people live in, by country code: one entry a zone, of the first country listed for it."""
    countries = {row[0]: row[1] for row in _lines("iso3166.tab")}
    return tuple(PlaceOfZone(row[2], city_of(row[2]), countries[row[0]]) for row in _lines("zone.tab"))


@cache
def links() -> dict[str, str]:
    """Each other name of a zone, with the name it is a link to: `US/Eastern` is `America/New_York`."""
    text = _data("zoneinfo/tzdata.zi").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {link: _AT_HOME.get(link, target) for _, target, link in rows}


@cache
def canonical(name: str) -> str:
    """The name to keep and to show for an IANA name; both have the same rules since 1970.

    A name that tzdata lists for a country stays: Oslo is not Berlin, though one is a link to the other. Raises
    UnknownZone where `name` is none.
    """
    zone_of(name)
    if name in {place.zone for place in places()}:
        return name
    target = links().get(name, name)
    return UTC_NAME if target in {"Etc/UTC", "Etc/GMT"} else target


def city_of(name: str) -> str:
    """The city in an IANA name: `America/Argentina/Buenos_Aires` is "Buenos Aires"."""
    return name.rpartition("/")[2].replace("_", " ")


@cache
def zone_label(name: str) -> str:
    """A zone as people read it: "Berlin, Germany (Europe/Berlin)"; the bare name where it is no place."""
    country = {place.zone: place.country for place in places()}.get(name, _NO_COUNTRY)
    city = city_of(name)
    where = city if city == country else f"{city}, {country}"
    return f"{where} ({name})" if country else name
