"""Comparing figures: like with like, and a plain reason where not."""

import pytest

from newsbot.content.comparing import Comparison, compare, why_not
from newsbot.content.models import Figure


def figure(name: str, value: object, unit: str, basis: str | None) -> Figure:
    source = {"title": "t", "publisher": "p", "url": "https://a.example"}
    data = {"label": name, "value": value, "unit": unit, "display": "d", "as_of": 2025, "caveat": "c"}
    return Figure.model_validate({**data, "id": name, "basis": basis, "sources": [source]})


MILLIONS = figure("millions", 500, "USD million", "a market value")
BILLIONS = figure("billions", 2, "USD billion", "a market value")
SPREAD = figure("spread", {"low": 1, "high": 4}, "USD billion", "a market value")
FALL = figure("fall", -8, "%", "a day's change")
RISE = figure("rise", 4, "%", "a day's change")
NOTHING = figure("nothing", 0, "%", "a day's change")


def test_scales_of_one_unit_are_compared() -> None:
    assert why_not(BILLIONS, MILLIONS) is None
    assert compare(BILLIONS, MILLIONS) == Comparison(4.0, 4.0)
    assert compare(MILLIONS, BILLIONS) == Comparison(0.25, 0.25)


def test_a_range_gives_a_range() -> None:
    assert compare(SPREAD, MILLIONS) == Comparison(2.0, 8.0)


def test_a_fall_and_a_rise_or_nothing_have_no_ratio() -> None:
    assert compare(FALL, RISE) is None
    assert compare(FALL, NOTHING) is None
    assert compare(FALL, figure("other", -4, "%", "a day's change")) == Comparison(2.0, 2.0)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (BILLIONS, "Both are the same figure."),
        (FALL, "One is in USD, the other in %."),
        (figure("bill", 2, "USD billion", "a rental bill"), "They measure different things: one is a market value"),
        (figure("unsaid", 2, "USD billion", None), "nothing shows that they measure the same thing"),
        (figure("series", [{"label": "a", "value": 1}, {"label": "b", "value": 2}], "USD", "x"), "is a series"),
    ],
)
def test_unlike_figures_are_refused_with_the_reason(other: Figure, reason: str) -> None:
    assert reason in (why_not(BILLIONS, other) or "")
    assert why_not(other, BILLIONS) is not None


def test_a_particular_unit_needs_no_basis_but_a_general_one_does() -> None:
    hours = [figure(name, value, "H800 GPU-hours", None) for name, value in (("a", 1), ("b", 2))]
    money = [figure(name, value, "USD", None) for name, value in (("a", 1), ("b", 2))]
    assert why_not(*hours) is None
    assert "nothing shows" in (why_not(*money) or "")
