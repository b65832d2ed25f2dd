"""What a figure gives to its chart: receipts with their sum, findings as titles, and signs that can be drawn."""

from hypothesis import given
from hypothesis import strategies as st

from newsbot.charts.words import clean, missing_signs
from newsbot.content.cards import chart, figure_card
from newsbot.content.models import Figure
from newsbot.content.review import unreadable_charts
from tests.content.conftest import Folder

FIGURES = "tea/figures.yaml"


def _receipt(*rows: dict[str, object], **keys: object) -> Figure:
    source = {"title": "t", "publisher": "p", "url": "https://a.example"}
    data = {"label": "The bill", "value": list(rows), "unit": "USD million", "display": "d", "as_of": 2025}
    return Figure.model_validate({**data, "caveat": "c", "sources": [source], "chart": "receipt", **keys})


def test_the_rows_of_a_receipt_have_as_many_decimals_and_end_in_their_sum() -> None:
    rows = ({"label": "a", "value": 5.328}, {"label": "b", "value": 0.238}, {"label": "c", "value": 0.01})
    drawn = chart(_receipt(*rows, left_out=["staff", "data"]))
    assert [point.display for point in drawn.points] == [
        "$5.328 million",
        "$0.238 million",
        "$0.010 million",
        "$5.576 million",
    ]
    assert (drawn.points[-1].label, drawn.points[-1].note) == ("Total", "Not on this receipt: staff, data")


def test_the_sum_of_rounded_rows_is_rounded_too() -> None:
    drawn = chart(_receipt({"label": "a", "value": 1, "bound": "about"}, {"label": "b", "value": 2}))
    assert drawn.points[-1].display == "about $3 million"


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=9))
def test_a_sum_leaves_no_trace_of_floats(thousandths: list[int]) -> None:
    rows = ({"label": str(n), "value": value / 1000} for n, value in enumerate(thousandths))
    total = chart(_receipt(*rows)).points[-1]
    assert total.low == sum(thousandths) / 1000
    assert total.display.count("0000") == str(sum(thousandths) / 1000).count("0000")


def test_a_finding_is_the_title_and_the_label_the_subject(folder: Folder) -> None:
    folder.change(FIGURES, "chart: line", "chart: line\n  chart_title: Tea rose\n  chart_note: Two years only.")
    library = folder.library()
    drawn = chart(library.figures["tea-years"])
    assert (drawn.title, drawn.subject, drawn.note) == ("Tea rose", "Price of tea by year", "Two years only.")
    assert "Tea rose (Price of tea by year; USD, as of 2025)" in drawn.alt_text()
    assert "Two years only. Source: Tea Board." in drawn.alt_text()
    assert figure_card(library, "tea-years").title == "Price of tea by year"


def test_a_single_value_says_who_gives_it_beside_what_others_say(folder: Folder) -> None:
    folder.change(FIGURES, "  as_of: 2025-01-27", "  chart: number\n  as_of: 2025-01-27")
    drawn = chart(folder.library().figures["tea-price"])
    assert drawn.own
    assert [(point.label, point.note) for point in drawn.points] == [
        ("Tea Board", ""),
        ("Daily Tea", "another auction"),
    ]


def test_signs_that_the_charts_lack_are_a_mistake_at_their_figure_or_event(folder: Folder) -> None:
    assert unreadable_charts(folder.library(), missing_signs) == []
    folder.change(FIGURES, 'label: "2025"', "label: 茶 2025")
    folder.change("events/2025.yaml", "title: Tea rises", "title: Tea rises 🫖")
    found = [
        str(mistake).replace(f"{folder.path}/", "") for mistake in unreadable_charts(folder.library(), missing_signs)
    ]
    mend = "(write it with letters that it has)"
    assert found == [
        f"events/2025.yaml:1: the charts' typeface has no 🫖 (U+1FAD6) {mend}",
        f"tea/figures.yaml:15: the charts' typeface has no 茶 (U+8336) {mend}",
    ]


def test_a_figure_without_a_chart_may_hold_any_sign(folder: Folder) -> None:
    folder.change(FIGURES, "label: Price of a kilogram of tea", "label: Price of a kilogram of 茶")
    assert unreadable_charts(folder.library(), missing_signs) == []


@given(st.text())
def test_what_is_lacking_is_just_what_would_be_a_box(text: str) -> None:
    assert bool(missing_signs(text)) >= ("□" in clean(text) and "□" not in text)
