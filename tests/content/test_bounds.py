"""Bounds, disagreements and newer figures: no qualifier is lost between a file and a card."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.cards import answer_card, brief_card, chart, comparison_card, event_card, figure_card
from newsbot.content.library import Library
from newsbot.content.models import BOUNDS, Figure
from newsbot.content.numbers import display_text, in_words
from newsbot.content.prose import FigureText, filled_text
from newsbot.messages.cards import Card
from newsbot.messages.plain import plain_card
from tests.content.conftest import FILES, Folder
from tests.shipped import shipped_library

FIGURES = "tea/figures.yaml"


@pytest.fixture(scope="module")
def shipped() -> Library:
    """The content that newsbot ships."""
    return shipped_library(date.today())  # noqa: DTZ011 (events up to today, wherever this runs)


def _lost(figure: Figure, card: Card) -> list[str]:
    """What a card that shows a figure leaves out of what the figure's entry says beside its number."""
    told = plain_card(card)
    needed = [display_text(figure), figure.caveat]
    for other in figure.disagree:
        value = in_words(other.value, figure.unit)
        needed += [f"{other.bound} {value}" if other.bound else value, other.by, other.why or ""]
    return [words for words in needed if words not in told]


def test_no_card_of_the_shipped_content_loses_a_qualifier(shipped: Library) -> None:
    for name in shipped.figures:
        assert _lost(shipped.newest(name), figure_card(shipped, name)) == []
    for topic, name in shipped.briefs:
        card = brief_card(shipped, topic, name)
        for figure in shipped.figures_of(shipped.briefs[topic, name]):
            assert _lost(figure, card) == [], (topic, name)
    for event in shipped.events.values():
        for name in event.figures:
            assert _lost(shipped.figures[name], event_card(shipped, event.id)) == [], event.id
    for question in shipped.questions.values():
        if question.rests_on in shipped.figures:
            assert _lost(shipped.figures[question.rests_on], answer_card(shipped, question, 0)) == [], question.id


def test_a_comparison_loses_no_qualifier(shipped: Library) -> None:
    figures = list(shipped.figures.values())
    for first, second in pairwise(figures):
        assert _lost(first, comparison_card(shipped, first, second)) == []


def test_a_card_says_bound_value_name_and_reason_of_each_disagreement(folder: Folder) -> None:
    folder.change(FIGURES, "{value: 5.7,", "{value: 5.7, bound: well above,")
    folder.change(FIGURES, "  display: $5.50", "  bound: nearly\n  display: $5.50")
    library = folder.library()
    told = plain_card(brief_card(library, "tea", "overview"))
    assert "Price of a kilogram of tea: nearly $5.50" in told
    assert "Others say: well above $5.70 (Daily Tea; another auction)." in told
    assert "nearly $5.50" in plain_card(comparison_card(library, *_two(library)))


def _two(library: Library) -> tuple[Figure, Figure]:
    return library.figures["tea-price"], library.figures["tea-years"]


def test_the_values_of_a_series_keep_their_bounds(folder: Folder) -> None:
    folder.change(FIGURES, "value: 4.0,", "value: 4.0, bound: at least,")
    points = chart(folder.library().figures["tea-years"]).points
    assert [(point.display, point.bound) for point in points] == [("at least $4", "at least"), ("$5.40 to $5.60", "")]
    assert "2024: at least $4" in plain_card(figure_card(folder.library(), "tea-years"))


# -- in a sentence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("It lost {x}.", "It lost more than $5."),
        ("{x} was lost.", "More than $5 was lost."),
        ("It fell. {x} was lost.", "It fell. More than $5 was lost."),
        ("It lost **{x}** that day.", "It lost more than $5 that day."),
        ("It lost more than {x}.", "It lost more than $5."),
        ("More than {x} was lost.", "More than $5 was lost."),
        ("It lost well over {x}.", "It lost well over $5."),
        ("It lost **about {x}** that day.", "It lost about $5 that day."),
        ("It may rise up to {x}.", "It may rise up to $5."),
        ("It adds up to {x}.", "It adds up to more than $5."),
        ("It rose to about {y}, more than {y}.", "It rose to about $9, more than $9."),
        ("{x}", "$5"),
        ("{x} to {x}", "More than $5 to more than $5"),
    ],
)
def test_a_sentence_says_a_bound_once(source: str, expected: str) -> None:
    figures = {"x": FigureText("$5", "more than"), "y": FigureText("$9")}
    assert filled_text(source, figures.__getitem__) == expected


@given(st.text(alphabet="abc .,*", max_size=30), st.sampled_from(BOUNDS), st.text(alphabet="abc .,", max_size=30))
def test_a_bound_stands_exactly_once_before_a_figure_whatever_is_around_it(before: str, bound: str, after: str) -> None:
    source = f"x {before.replace('*', '')} {{x}} {after}"
    told = filled_text(source, lambda _: FigureText("$5", bound))
    assert told.lower().count(f"{bound} $5") == 1
    assert filled_text(f"x {bound} {{x}}", lambda _: FigureText("$5", bound)) == f"x {bound} $5"


# -- newer figures ------------------------------------------------------------------------------------------------


@pytest.fixture
def renewed(folder: Folder) -> Folder:
    """The folder, in which the price of tea has been superseded twice."""
    entry = FILES[FIGURES][: FILES[FIGURES].index("tea-years")]
    march = entry.replace("tea-price", "tea-march").replace("2025-01-27\n", "2025-03-01\n").replace("5.50", "6.50")
    may = entry.replace("tea-price", "tea-may").replace("2025-01-27\n", "2025-05-01\n").replace("5.50", "7.50")
    march = march.replace("5.5\n", "6.5\n").replace("  unit:", "  superseded_by: tea-may\n  unit:")
    folder.write(FIGURES, FILES[FIGURES] + march + may.replace("5.5\n", "7.5\n"))
    folder.change(FIGURES, "  unit: USD\n", "  superseded_by: tea-march\n  unit: USD\n")
    folder.change("tea/briefs.yaml", "January 2025.", "January 2025, and to {tea-may} by May.")
    return folder


def test_cards_show_the_newest_figure_and_say_what_it_was(renewed: Folder) -> None:
    library = renewed.library()
    assert library.newest("tea-price").id == "tea-may"
    assert [figure.id for figure in library.earlier("tea-may")] == ["tea-march", "tea-price"]
    brief = library.briefs["tea", "overview"]
    assert [figure.id for figure in library.figures_of(brief)] == ["tea-may"]
    told = plain_card(brief_card(library, "tea", "overview"))
    assert "Tea rose to $5.50 in January 2025, and to $7.50 by May." in told
    assert "Before: $6.50, as of 1 March 2025." in told
    assert figure_card(library, "tea-price") is figure_card(library, "tea-may")
    told = plain_card(figure_card(library, "tea-price"))
    assert "As of 1 March 2025: $6.50" in told
    assert "As of 27 January 2025: $5.50" in told


def test_an_event_keeps_the_number_of_its_day_and_says_the_newest(renewed: Folder) -> None:
    told = plain_card(event_card(renewed.library(), "2025-01-27-tea-rises"))
    assert "Price of a kilogram of tea: $5.50" in told
    assert "Since then: $7.50, as of 1 May 2025." in told


def test_a_superseded_figure_does_not_answer_a_question(renewed: Folder) -> None:
    found = [hit.key for hit in renewed.library().ask("price of a kilogram of tea") if hit.kind == "figure"]
    assert found == ["tea-may"]


def test_the_headline_figure_of_an_event_comes_first(folder: Folder) -> None:
    folder.change("events/2025.yaml", "[tea-price]", "[tea-years, tea-price]")
    library = folder.library()
    event = library.events["2025-01-27-tea-rises"]
    assert library.headline_figure(event) == library.figures["tea-price"]
    told = plain_card(event_card(library, event.id))
    assert told.index("Price of a kilogram") < told.index("Price of tea by year")
