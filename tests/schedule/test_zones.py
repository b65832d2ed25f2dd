"""Zones: the package's rules, one name for each, and how a zone is shown."""

from datetime import UTC, datetime, timedelta
from importlib import metadata, resources

import pytest

from newsbot.schedule.timezones import UnknownZone, canonical, zone_label, zone_names, zone_of


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


def test_a_label_names_city_and_country() -> None:
    assert zone_label("Europe/Berlin") == "Berlin, Germany (Europe/Berlin)"
    assert zone_label("Asia/Singapore") == "Singapore (Asia/Singapore)"
    assert zone_label("UTC") == "UTC"
