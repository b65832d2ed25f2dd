"""The short card of a subject, and the views behind its buttons: explanation, numbers, sources, a question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from newsbot.content.actions import (
    PICK_REPORT,
    Subject,
    View,
    back_action,
    more_action,
    report_action,
    share_view_action,
    view_action,
)
from newsbot.content.cards import content_card, figure_fact, other_value, picture, question_card, source_links
from newsbot.content.comparing import begun
from newsbot.content.library import Library, distinct_sources
from newsbot.content.materials import Material, material
from newsbot.content.models import Disagreement, Figure, Source, date_words
from newsbot.content.numbers import display_text, ends, numbers_in, unit_scale
from newsbot.errors import TokenError
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, ChoiceOption, Fact, Facts, Picture, Text
from newsbot.messages.markup import Inline, Link, Plain
from newsbot.messages.short import VISIBLE, bare_text, first_sentences, visible_characters

NO_ADVICE = "Not investment advice"
REPORT = "Report this number"
_KEY_NUMBERS = 3
_LONGEST_VALUE = 60  # characters of a number that can be read at a glance
_PUBLISHER = 30
_SPARE = 75  # characters for the signs that platforms set between facts
_PICTURE = 90  # characters that a picture's words take at least, where it cannot be shown
_TOGETHER = 3  # figures of a view that stand in one text, of which Slack takes 3,000 characters
_OPTIONS, _OPTION = 25, 75  # of a choice, and characters of each, on Discord and on Slack
_SOURCE = 20  # characters of a source in the line of sources
_LABELS: dict[View, str] = {
    "explain": "Explain",
    "numbers": "Numbers",
    "sources": "Sources",
    "question": "Quiz me",
}


def short_card(library: Library, subject: Subject) -> Card:
    """What stands in the channel: headline, answer, picture, at most three numbers, sources, buttons to the rest."""
    key = ("short", subject.kind, subject.key)
    if key not in library.cards:
        library.cards[key] = _Layout(library, material(library, subject)).card()
    return library.cards[key]


def view_card(library: Library, view: View, subject: Subject) -> Card | None:
    """A view of a subject as it is shared; None where there is nothing of the kind."""
    key = (view, subject.kind, subject.key)
    if key not in library.cards:
        found = material(library, subject)
        blocks = _Layout(library, found).view(view)
        if not blocks:
            return None
        title = found.title if view == "explain" else f"{_LABELS[view]}: {found.title}"
        library.cards[key] = content_card(library, title, blocks, found.topic)
    return library.cards[key]


def open_view_card(library: Library, view: View, subject: Subject) -> Card | None:
    """A view for whoever opened it: with the way back, and a button that shares it."""
    key = ("open", view, subject.kind, subject.key)
    if key not in library.cards:
        if (shared := view_card(library, view, subject)) is None:
            return None
        way_on = usable_buttons(
            Button("Back", back_action(subject)), Button("Share here", share_view_action(view, subject))
        )
        library.cards[key] = replace(shared, blocks=(*shared.blocks, *way_on))
    return library.cards[key]


def report_controls(figures: Sequence[Figure]) -> list[Block]:
    """What says that a number is wrong: a button for one, a choice of several."""
    if len(figures) == 1:
        return usable_buttons(Button(REPORT, report_action(figures[0].id)))
    options = [ChoiceOption(_shortened(begun(each.short or each.label)), each.id) for each in figures[:_OPTIONS]]
    return [Choice(REPORT, PICK_REPORT, tuple(options))] if options else []


def _shortened(label: str) -> str:
    return label if len(label) <= _OPTION else f"{label[: _OPTION - 1].rstrip()}…"


def usable_buttons(*buttons: Button) -> list[Block]:
    """The buttons in a row; one whose action does not fit behind a button is left out."""
    usable = tuple(button for button in buttons if _has_token(button))
    return [Buttons(usable)] if usable else []


def _has_token(button: Button) -> bool:
    try:
        return bool(button.does.token()) if hasattr(button.does, "token") else True
    except TokenError:
        return False


class _Layout:
    """One material being laid out: the numbers said so far, and the sources in the order in which they are cited."""

    def __init__(self, library: Library, found: Material) -> None:
        self._library = library
        self._found = found
        self._answer = first_sentences(found.answer)
        self._said = set(numbers_in(bare_text(self._answer)))
        self._cited: list[Source] = []
        self._notes = " ".join([self._quoted_note(figure) for figure in found.quoted])
        self._said |= set(numbers_in(self._notes)) | set(numbers_in(found.title))
        self._keys = self._key_numbers()
        self._cite(found.sources[0])

    def card(self) -> Card:
        """The short card."""
        found, colour = self._found, self._library.topics[self._found.topic].colour
        before: list[Block] = [Text((Plain(found.above),), "small")] if found.above else []
        before.append(Text(self._answer, "lede"))
        before += [Text((Plain(self._notes),), "small")] if self._notes else []
        after: list[Block] = [Facts("", tuple(self._keys))] if self._keys else []
        after += [Text(source_line(self._cited), "small"), *self._controls()]
        spare = VISIBLE - _SPARE - visible_characters(Card(found.title, (*before, *after)))
        drawn = [short_picture(found.charted, spare)] if found.charted else []
        return Card(found.title, (*before, *drawn, *after), colour=colour)

    def view(self, view: View) -> list[Block]:
        """What a view shows; nothing where there is none of its kind."""
        found = self._found
        match view:
            case "explain":
                return list(found.explained)
            case "numbers":
                return self._numbers()
            case "sources":
                return [source_links(self._all_sources())]
            case "question":
                question = found.question
                return list(question_card(self._library, question.topic, question.id).blocks) if question else []

    def _numbers(self) -> list[Block]:
        sources = self._all_sources()
        facts = tuple(figure_fact(figure, sources, self._library) for figure in self._found.figures)
        cited = {figure.sources[0].url for figure in self._found.figures}
        line = source_line([source if source.url in cited else None for source in sources])
        several = [Facts("", facts[at : at + _TOGETHER]) for at in range(0, len(facts), _TOGETHER)]
        reports = report_controls(self._found.figures)
        return [*several, *self._found.listed, Text(line, "small"), *reports]

    def _all_sources(self) -> tuple[Source, ...]:
        return distinct_sources([*self._cited, *self._found.sources])

    def _controls(self) -> Iterator[Block]:
        found = self._found
        views: list[View] = [view for view in _LABELS if self.view(view)]
        buttons = [Button(_LABELS[view], view_action(view, found.subject)) for view in views]
        if found.subject.kind == "figure":
            buttons.append(Button(REPORT, report_action(found.subject.key)))
        yield from usable_buttons(*buttons)
        if found.more:
            yield Choice(found.prompt, more_action(found.subject), found.more)

    def _cite(self, source: Source) -> int:
        urls = [each.url for each in self._cited]
        if source.url not in urls:
            self._cited.append(next((each for each in self._found.sources if each.url == source.url), source))
            return len(self._cited)
        return urls.index(source.url) + 1

    def _quoted_note(self, figure: Figure) -> str:
        """The date and source of a number that the answer says, what it leaves out, and who says otherwise."""
        if self._found.figures == (figure,):
            begin = f"As of {date_words(figure.as_of)} [{self._cite(figure.sources[0])}]"
        else:
            label = begun(figure.short or figure.label)
            said = f"{label} {self._found.above}"
            is_dated = date_words(figure.as_of) in said or f"as of {date_words(figure.as_of[:7])}" in said
            dated = "" if is_dated else f": as of {date_words(figure.as_of)}"
            begin = f"{label}{dated} [{self._cite(figure.sources[0])}]"
        return _sentences(begin, *self._qualifiers(figure))

    def _key_numbers(self) -> list[Fact]:
        """The first figures whose numbers do not stand on the card yet and have room there.

        Those in the unit of the first figure of all come first, since they answer the same question; then single
        numbers before series.
        """
        found = self._found
        shown: list[Fact] = []
        texts = (found.title, found.above, bare_text(self._answer), self._notes, NO_ADVICE)
        room = VISIBLE - _SPARE - sum(map(len, texts)) - 3 * _SOURCE - (_PICTURE if found.charted else 0)
        for figure in sorted(found.figures, key=self._rank):
            if len(shown) == _KEY_NUMBERS:
                break
            parts = [begun(figure.short or figure.label), display_text(figure), *self._qualifiers(figure)]
            numbers = numbers_in(" ".join(parts))
            size = sum(map(len, parts)) + _SOURCE * 2
            is_new = len(set(numbers) - self._said) == len(numbers)
            is_told = figure in found.quoted or figure == found.charted
            if found.shows_all or (not is_told and is_new and len(parts[1]) <= _LONGEST_VALUE and size <= room):
                self._said |= set(numbers)
                room -= size
                shown.append(self._key_number(figure))
        return shown

    def _rank(self, figure: Figure) -> tuple[bool, bool]:
        unit, _ = unit_scale(figure.unit)
        return unit != unit_scale(self._found.figures[0].unit)[0], isinstance(figure.value, tuple)

    def _key_number(self, figure: Figure) -> Fact:
        dated = f"{date_words(figure.as_of)} [{self._cite(figure.sources[0])}]"
        note = _sentences(dated, *self._qualifiers(figure))
        return Fact(begun(figure.short or figure.label), display_text(figure), (note,))

    def _qualifiers(self, figure: Figure) -> Iterator[str]:
        """Without which the number would mislead: what it leaves out, what others say, what it is by now."""
        caveat = figure.short_caveat or figure.caveat
        # Where others are named below, a caveat that repeats the number itself adds nothing.
        repeats = set(numbers_in(caveat)) & set(numbers_in(display_text(figure)))
        is_told = _letters(caveat) in _letters(bare_text(self._answer))
        if figure.misleads and not is_told and not (repeats and figure.disagree):
            yield caveat
        if figure.disagree:
            yield _others(figure)
        newest = self._library.newest(figure.id)
        if newest != figure and not set(numbers_in(display_text(newest))) & self._said:
            yield f"Since then: {display_text(newest)}, {date_words(newest.as_of)}"


def _others(figure: Figure) -> str:
    """What others say, in a few words: the one other value, or the lowest and the highest."""

    def low(other: Disagreement) -> float:
        return ends(other.value)[0]

    if isinstance(figure.value, tuple) and len(figure.disagree) > 1:
        return "Sources differ on some of these values"
    least, most = min(figure.disagree, key=low), max(figure.disagree, key=low)
    if low(least) == low(most):
        return f"Others: {other_value(least, figure)} ({least.by})"
    return f"Others: from {other_value(least, figure)} to {other_value(most, figure)}"


def short_picture(figure: Figure, room: int) -> Picture:
    """A figure's chart; where it cannot be shown, as many of its rows as there is room for, in characters."""
    drawn = picture(figure)
    title = f"{drawn.chart.title} ({drawn.chart.as_of})"
    room -= len(title)
    kept: list[Fact] = []
    points = drawn.chart.points
    if figure.chart == "receipt":  # its total is the last
        points = (points[-1], *points[:-1])
    for at, point in enumerate(points):
        more = f"and {len(points) - at} more"
        fact = Fact(point.label, point.display)
        size = len(fact.label) + len(fact.value) + 6
        if size > room - (len(more) if at + 1 < len(points) else 0):
            kept.append(Fact(more, ""))
            break
        kept.append(fact)
        room -= size
    return replace(drawn, instead=Facts(title, tuple(kept)))


def source_line(sources: Sequence[Source | None]) -> tuple[Inline, ...]:
    """One small line of numbered links to the sources; None leaves a number out."""
    pieces: list[Inline] = [Plain("Sources: ")]
    for number, source in enumerate(sources, 1):
        if source is not None:
            pieces += [Link(f"{number} {_publisher(source)}", source.url), Plain(" · ")]
    return (*pieces, Plain(NO_ADVICE))


def _publisher(source: Source) -> str:
    bare = source.publisher.partition(" (")[0]
    return bare if len(bare) <= _PUBLISHER else f"{bare[: _PUBLISHER - 1].rstrip()}…"


def _letters(words: str) -> str:
    return re.sub(r"\W+", " ", words).strip().casefold()


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "!", "?", ".”")) else f"{part}." for part in parts)
