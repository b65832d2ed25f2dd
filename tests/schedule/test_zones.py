"""Zones: the package's rules, one name for each, and what people type for them."""

from datetime import UTC, datetime, timedelta
from importlib import metadata, resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.schedule.cities import CITIES, SEVERAL
from newsbot.schedule.timezone_names import complete_zone, find_zone, zone_index
from newsbot.schedule.timezones import UnknownZone, canonical, places, zone_label, zone_names, zone_of

LISTED = frozenset(place.zone for place in places()) | {"UTC"}


def test_rules_come_from_the_package_whatever_the_machine_has() -> None:
    """The machine's own zones, if any, are of another version; a zone of the package says what the package says."""
    assert resources.files("tzdata").joinpath("zones").is_file()
    assert metadata.version("tzdata")
    assert all(zone_of(name).key == name for name in zone_names())


def test_a_zone_is_made_once() -> None:
    assert zone_of("Europe/Berlin") is zone_of("Europe/Berlin")


@pytest.mark.parametrize("name", ["", "europe/berlin", "../zones", "/etc/passwd", "Europe", "zone.tab", "tzdata.zi"])
def test_what_is_no_iana_name_has_no_rules(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(name)


def test_every_name_has_one_canonical_name_with_the_same_clock() -> None:
    months = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=30.4) * number for number in range(190)]
    for name in zone_names():
        kept = canonical(name)
        assert canonical(kept) == kept
        assert [each.astimezone(zone_of(name)).utcoffset() for each in months] == [
            each.astimezone(zone_of(kept)).utcoffset() for each in months
        ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *(("US/Eastern", "America/New_York"), ("Europe/Kiev", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Kolkata")),
        *(("Europe/Oslo", "Europe/Oslo"), ("Iceland", "Atlantic/Reykjavik"), ("Etc/UTC", "UTC"), ("Zulu", "UTC")),
    ],
)
def test_old_names_become_new_ones_and_no_country_becomes_another(name: str, kept: str) -> None:
    assert canonical(name) == kept


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("AMERICA/NEW YORK", "America/New_York"),
        ),
        *(("berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("New_York", "America/New_York")),
        *(("münchen", "Europe/Berlin"), ("Zürich", "Europe/Zurich"), ("São Paulo", "America/Sao_Paulo")),
        *(
            ("Paris, France", "Europe/Paris"),
            ("japan", "Asia/Tokyo"),
            ("uk", "Europe/London"),
            ("sf", "America/Los_Angeles"),
        ),
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
    with pytest.raises(UnknownZone, match=r"no summer time.*Name a city"):
        find_zone(typed)


@pytest.mark.parametrize("typed", ["PST", "est", "CST", "USA", "GMT", "IST", "Australia", "eastern"])
def test_a_word_for_several_clocks_is_refused_with_the_cities_to_choose_from(typed: str) -> None:
    with pytest.raises(UnknownZone, match=r"Name a city: .+\?") as refused:
        find_zone(typed)
    assert len(refused.value.nearest) >= 2
    assert refused.value.nearest == tuple(find_zone(zone) for zone in refused.value.nearest)


def test_a_misspelt_city_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownZone, match="Did you mean Berlin, Germany") as refused:
        find_zone("Berln")
    assert refused.value.nearest[0] == "Europe/Berlin"


@pytest.mark.parametrize("typed", ["", "  ", "Factory", "Atlantis-upon-Nowhere", "/", "x" * 5_000])
def test_what_is_no_place_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(UnknownZone, match=r"such as Europe/Berlin|such as Berlin|Did you mean"):
        find_zone(typed)


def test_every_name_of_a_zone_with_a_place_is_found_in_any_case() -> None:
    for name in zone_names() - {"EST", "MST", "GMT", "Factory"}:
        assert find_zone(name.upper()) == find_zone(name.lower()) == canonical(name)


def test_half_a_word_becomes_cities_countries_and_iana_names() -> None:
    assert [name.value for name in complete_zone("berl")][:1] == ["Europe/Berlin"]
    assert "Europe/Berlin" in [name.value for name in complete_zone("Europe/")]
    assert [name.value for name in complete_zone("usa", 2)] == ["America/New_York", "America/Chicago"]
    assert {name.value for name in complete_zone("united stat", 40)} >= {"America/Chicago", "Pacific/Honolulu"}
    assert len(complete_zone("")) == 25


def test_a_label_names_city_and_country_and_fits_a_list() -> None:
    assert zone_label("Europe/Berlin") == "Berlin, Germany (Europe/Berlin)"
    assert zone_label("Asia/Singapore") == "Singapore (Asia/Singapore)"
    assert zone_label("UTC") == "UTC"
    assert all(len(name.label) <= 100 for name in zone_index().names)


def test_our_own_names_are_of_zones_people_live_in_and_each_is_found() -> None:
    for zone, cities in CITIES.items():
        assert zone in LISTED
        assert {city: find_zone(city) for city in cities} == dict.fromkeys(cities, zone)
    assert {zone for zones in SEVERAL.values() for zone in zones} <= LISTED


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
