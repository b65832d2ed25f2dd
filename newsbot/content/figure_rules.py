"""The rules of a figure: dates, words, its bound, its chart, and the figure that took its place."""

import re
from collections.abc import Iterable
from datetime import date

from newsbot.content.findings import (
    Findings,
    duplicates,
    future_dates,
    missing_keys,
    overlong_texts,
    places_of,
    plain_findings,
    unknown_names,
)
from newsbot.content.loader import Draft
from newsbot.content.models import BOUNDS, ROUNDED, Figure, Range, SeriesItem, first_day
from newsbot.content.numbers import display_agrees
from newsbot.content.prose import names_pattern
from newsbot.validation import Finding
from newsbot.yamlfiles import Location

_SAYS_BOUND = re.compile(rf"(?:{'|'.join(BOUNDS)}|over|above|below|under|around|roughly)\b", re.IGNORECASE)
_TEXTS = ("label", "short", "display", "caveat", "short_caveat", "basis", "chart_title", "chart_note")


def figure_findings(figure: Figure, draft: Draft, today: date) -> Findings:
    """Everything that is wrong with a figure."""
    if (first := first_day(figure.as_of)) and first > today:
        yield Finding(("as_of",), f"{figure.as_of} is in the future", "correct the date")
    yield from future_dates(figure.sources, today)
    for key in _TEXTS:
        yield from plain_findings((key,), getattr(figure, key) or "")
    yield from overlong_texts(draft, 60, (("label",), figure.label))
    yield from overlong_texts(draft, 180, (("caveat",), figure.caveat))
    for location, words in places_of("left_out", figure.left_out):
        yield from plain_findings(location, words)
    if not display_agrees(figure, names_pattern(draft.names)):
        yield Finding(("display",), f"the display '{figure.display}' does not show the value", "correct one of the two")
    yield from _told(figure)
    yield from _bounds(figure)
    yield from _chart(figure)
    yield from _newer(figure, draft)


def _told(figure: Figure) -> Findings:
    """What every figure says: on a small card, of its second reading, and of why others differ."""
    yield from missing_keys(figure, "short", "checked")
    if figure.misleads and figure.short_caveat is None:
        yield Finding((), "'short_caveat' is missing", "add it, or say 'misleads: false'")
    for index, other in enumerate(figure.disagree):
        if other.why is None:
            yield Finding(("disagree", index), "'why' is missing", "a few words on what differs")


def _bounds(figure: Figure) -> Findings:
    if figure.bound and (found := _SAYS_BOUND.match(figure.display)):
        mend = f"write the number alone: '{figure.bound}' stands before it wherever it is shown"
        yield Finding(("display",), f"the display says '{found[0]}' itself", mend)
    if figure.bound and isinstance(figure.value, tuple):
        yield Finding(("bound",), "a series has no bound of its own", "give it to the values that are bounds")
    bounded: list[tuple[Location, Figure | SeriesItem]] = [(("bound",), figure)]
    if isinstance(figure.value, tuple):
        bounded += [(("value", index, "bound"), item) for index, item in enumerate(figure.value)]
        for index, item in enumerate(figure.value):
            if (begun := (item.note or "").partition(";")[0].strip()) in BOUNDS:
                yield Finding(("value", index, "note"), f"'{begun}' is a bound", f"write 'bound: {begun}'")
    given: list[tuple[Location, object, str | None]] = [(place, each.value, each.bound) for place, each in bounded]
    given += [(("disagree", index, "bound"), other.value, other.bound) for index, other in enumerate(figure.disagree)]
    for location, value, bound in given:
        if isinstance(value, Range) and bound and bound not in ROUNDED:
            mend = f"give one number, or one of: {', '.join(sorted(ROUNDED))}"
            yield Finding(location, f"a range has two ends, so '{bound}' says nothing", mend)


def _chart(figure: Figure) -> Findings:
    if figure.chart is None:
        for key in ("chart_title", "chart_note"):
            if getattr(figure, key):
                yield Finding((key,), f"there is no chart for the {key}", "add 'chart', or remove it")
    elif figure.chart != "number" and isinstance(figure.value, float):
        yield Finding(
            ("chart",), "one number doesn't make a chart", "chart: number, or give a series or a range as the value"
        )
    elif figure.chart == "number" and isinstance(figure.value, tuple):
        yield Finding(
            ("chart",), "a series isn't a single number", "choose another chart: table shows each of its values"
        )
    if figure.left_out and figure.chart != "receipt":
        yield Finding(("left_out",), "only a receipt says what is left out", "chart: receipt, or say it in the caveat")
    series = figure.value if isinstance(figure.value, tuple) else ()
    if figure.chart in {"line", "timeline"} and not (series and all(item.date for item in series)):
        what = f"a {figure.chart} needs a date for each value"
        yield Finding(("chart",), what, "add 'date' to each entry of the series")
    if figure.chart in {"receipt", "table"} and not series:
        yield Finding(("chart",), f"a {figure.chart} needs rows", "give a series as the value")
    if figure.chart == "receipt" and not _adds_up(series):
        mend = "exact or rounded values, none below zero"
        yield Finding(("value",), "the rows of a receipt must add up", mend)
    for label in duplicates([item.label for item in series]):
        yield Finding(("value",), f"two values of the series are called '{label}'", "label each differently")


def _adds_up(series: Iterable[SeriesItem]) -> bool:
    return all(
        isinstance(item.value, float) and item.value >= 0 and (item.bound is None or item.bound in ROUNDED)
        for item in series
    )


def _newer(figure: Figure, draft: Draft) -> Findings:
    if figure.superseded_by is None:
        return
    place = ("superseded_by",)
    yield from unknown_names(Figure, [(place, figure.superseded_by)], draft)
    newer = draft.figures.get(figure.superseded_by)
    if newer is None:
        return
    if _comes_back(figure, draft):
        yield Finding(place, f"'{figure.id}' takes its own place in the end", "the newest figure is superseded by none")
    elif (then := first_day(figure.as_of)) and (now := first_day(newer.as_of)) and now < then:
        yield Finding(place, f"'{newer.id}' is of {newer.as_of}, older than {figure.as_of}", "swap the two")


def _comes_back(figure: Figure, draft: Draft) -> bool:
    seen = {figure.id}
    following = draft.figures.get(figure.superseded_by or "")
    while following is not None and following.superseded_by:
        if following.id in seen:
            return following.id == figure.id
        seen.add(following.id)
        following = draft.figures.get(following.superseded_by)
    return following is not None and following.id == figure.id
