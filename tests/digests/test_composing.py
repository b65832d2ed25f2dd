"""Composing: what an edition says, what it never says twice, that it fits every platform, and that it is pure."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations, pairwise
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.cards import picture
from newsbot.content.library import Library, load_library
from newsbot.content.prose import DATES
from newsbot.content.rotation import next_in_turn
from newsbot.digests.composer.compose import (
    Edition,
    History,
    Selection,
    Stage,
    compose,
    stages_from_json,
    stages_to_json,
)
from newsbot.digests.composer.news import days_after
from newsbot.digests.composer.sections import is_dated_by, visible_text
from newsbot.digests.composer.sources import ContentNews, DailyQuestion, NewsItem, SelfCheckQuestion, StandInQuestion
from newsbot.digests.composer.values import EditionQuestion
from newsbot.errors import ContentError
from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, DISCORD, cost
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, Picture, Text, text
from newsbot.messages.codec import card_from_json, card_to_json
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Link, Mention, Strong
from newsbot.messages.plain import plain_block, plain_card
from newsbot.outbox.decorate import with_lead, with_results
from newsbot.quizzes.cards.daily_cards import daily_note, with_daily_answer
from newsbot.quizzes.cards.week_cards import Week, week_blocks
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.rules.asking import ask_question as asked_as
from newsbot.quizzes.rules.scoring import Answer, Score
from newsbot.quizzes.serialization import question_from_json
from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction
from tests.content.conftest import Folder
from tests.shipped import CONTENT, shipped_library

LIBRARY = shipped_library(date(2026, 11, 24))
WIRE = ContentNews(LIBRARY)
TOPICS = tuple(LIBRARY.topics)
DAY = date(2026, 11, 24)
ONE_DAY = timedelta(days=1)


class Listed:
    """A wire that tells what it was given."""

    def __init__(self, *items: NewsItem) -> None:
        self._items = items

    def items(self, since: date, until: date, topics: frozenset[str]) -> tuple[NewsItem, ...]:
        """See `Wire`."""
        return tuple(i for i in self._items if since < i.day <= until and (not topics or topics & set(i.topics)))


class Asking:
    """A question of the day that is always the same."""

    def __init__(self, *blocks: Text | Buttons) -> None:
        self._question = StandInQuestion("only", blocks) if blocks else None

    def question(
        self,
        library: Library,
        topics: frozenset[str],
        asked: Sequence[str],
        without: Collection[str] = (),
    ) -> EditionQuestion | None:
        """See `DailyQuestion`."""
        return self._question

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """Nothing is kept."""


def item(name: str, day: date = DAY, weight: float = 1.0, title: str = "", url: str = "") -> NewsItem:
    """An event of the wire."""
    address = url or f"https://news.example/{name}"
    return NewsItem(
        name, day, title or f"Event {name}", ("nvidia",), "Wire", address, weight, Action("event.open", (name,))
    )


def selection(
    day: date = DAY,
    cursor: date | None = None,
    topics: tuple[str, ...] = (),
    history: History = History(),  # noqa: B008 (frozen)
    when_empty: Literal["short", "skip"] = "short",
) -> Selection:
    """A selection; its cursor is the day before where none is given."""
    return Selection(topics, day, cursor or day - ONE_DAY, history, when_empty)


def composed(news_source: Listed | ContentNews, asked: Selection) -> Edition:
    """The edition of our own content."""
    return compose(LIBRARY, news_source, SelfCheckQuestion(), asked)


def card_of(edition: Edition) -> Card:
    """The card of an edition that has one."""
    assert edition.card is not None
    return edition.card


def life(
    topics: tuple[str, ...],
    first: date,
    days: int,
    news_source: Listed | ContentNews = WIRE,
    library: Library = LIBRARY,
    question: DailyQuestion | None = None,
    step: int = 1,
) -> Iterator[tuple[Selection, Edition]]:
    """A subscription's editions, one every `step` days, each with what the one before left."""
    history, cursor = History(), first - ONE_DAY
    question = question or SelfCheckQuestion()
    for day in (first + timedelta(days=number) for number in range(0, days, step)):
        asked = selection(day, cursor, topics, history)
        edition = compose(library, news_source, question, asked)
        yield asked, edition
        history, cursor = edition.history, edition.cursor


def event_titles(edition: Edition) -> list[str]:
    """The titles of the events that an edition tells, the lead first."""
    sections = ("events", "from the archive")
    return [each.what for each in edition.why if each.section in sections and each.outcome == "chosen"]


def new_events(asked: Selection, edition: Edition) -> tuple[str, ...]:
    """The events that an edition adds to what was told, the lead first."""
    return edition.history.events[len(asked.history.events) :]


def labels(card: Card) -> list[str]:
    """What stands on the buttons of a card."""
    return [button.label for block in card.blocks if isinstance(block, Buttons) for button in block.items]


def stage(edition: Edition, section: str, outcome: str) -> Stage:
    """The first stage of a section with that outcome."""
    return next(each for each in edition.why if (each.section, each.outcome) == (section, outcome))


# -- a day with news --------------------------------------------------------------------------------------------------


def test_the_newest_event_leads_with_its_summary_number_source_and_background() -> None:
    told = History(events=("x",))
    edition = composed(WIRE, selection(date(2026, 6, 5), history=told))
    shown, card = visible_text(card_of(edition)), card_of(edition)
    assert card.title == "AI market digest · Friday 5 June 2026"
    assert card.blocks[0] == text("Chip shares have their worst day since March 2020", "heading")
    assert "The Philadelphia chip index closed 10.3% lower" in shown
    assert "On the market: Nvidia's loss of value on 5 June 2026, more than $300 billion. [1]" in shown
    assert any(isinstance(block, Text) and Strong("10.3%") in block.pieces for block in card.blocks)
    chart = next(block for block in card.blocks if isinstance(block, Picture))
    assert chart.chart.title == "Closing moves on 5 June 2026" or "5 June 2026" in chart.alt
    assert "1 Reuters, 5 June" in shown
    assert shown.endswith("Not investment advice")
    assert "Background: The chip rout of 2026" in labels(card)
    assert stage(edition, "events", "chosen").reason.startswith("ranked 1 of ")


def test_further_events_stand_in_one_line_each_with_their_own_number_and_source() -> None:
    edition = composed(WIRE, selection(date(2026, 6, 16), date(2026, 6, 15), history=History(events=("x",))))
    lines = [line for line in visible_text(card_of(edition)).splitlines() if line.startswith("• ")]
    assert lines[0].startswith(
        "• DeepSeek is reported to close its first outside round: more than 50 billion yuan. [2]"
    )
    assert "• 10 June · Oracle's signed orders keep growing. Oracle's backlog, May 2026: $638 billion. [5]" in lines
    assert len(lines) == 4


def test_five_events_are_told_and_the_others_come_next_time() -> None:
    news_source = Listed(*(item(str(weight), weight=weight) for weight in range(1, 8)))
    first = composed(news_source, selection(history=History(events=("x",))))
    assert event_titles(first) == [f"Event {number}" for number in (7, 6, 5, 4, 3)]
    left = [each for each in first.why if (each.section, each.outcome) == ("events", "left out")]
    assert [each.what for each in left] == ["Event 2", "Event 1"]
    assert all(each.reason.startswith("no room beside the newer ones") for each in left)
    second = composed(news_source, selection(DAY + ONE_DAY, first.cursor, history=first.history))
    assert event_titles(second) == ["Event 2", "Event 1"]
    assert stage(second, "events", "left out") == Stage("events", "left out", "Event 3", "shown in an earlier digest")


def test_the_newest_event_comes_first_whatever_its_weight() -> None:
    news_source = Listed(item("old", DAY - ONE_DAY, weight=9), item("new", DAY))
    edition = composed(news_source, selection(cursor=DAY - 3 * ONE_DAY, history=History(events=("x",))))
    assert event_titles(edition) == ["Event new", "Event old"]


def test_a_first_edition_tells_the_latest_however_old_it_is() -> None:
    edition = composed(Listed(*(item(str(day), date(2026, 3, day)) for day in range(1, 8))), selection())
    assert event_titles(edition) == [f"Event {day}" for day in (7, 6, 5, 4, 3)]
    shown = visible_text(card_of(edition))
    assert "The latest · Saturday 7 March 2026" in shown
    assert "Before that\n• 6 March · Event 6. [2]" in shown
    skips = composed(WIRE, selection(when_empty="skip"))
    assert "The latest" in visible_text(card_of(skips))


def test_an_event_written_down_a_week_late_is_still_news_and_a_day_later_it_is_not() -> None:
    late, told = DAY - 7 * ONE_DAY, History(events=("x",))
    assert event_titles(composed(Listed(item("late", late)), selection(history=told))) == ["Event late"]
    too_late = composed(Listed(item("late", late - ONE_DAY)), selection(history=told))
    assert event_titles(too_late) == []
    assert "Newest on your topics: Event late, 16 November." in visible_text(card_of(too_late))


def test_one_event_told_twice_is_one_line_and_never_comes_back() -> None:
    twice = Listed(item("one", title="Chips fall"), item("two", title="chips fall", url="https://other.example"))
    first = composed(twice, selection())
    assert event_titles(first) == ["Chips fall"]
    assert stage(first, "events", "merged").reason == "the same as the event of 24 November 2026 from Wire"
    assert set(first.history.events) == {"one", "two"}


def test_an_event_told_again_under_another_id_after_it_was_shown_is_merged_too() -> None:
    told, again = item("told", DAY - ONE_DAY, title="Chips fall"), item("again", DAY - ONE_DAY, title="Chips fall")
    edition = composed(Listed(told, again), selection(history=History(events=("told",))))
    assert event_titles(edition) == []
    assert stage(edition, "events", "merged").reason == "told in an earlier digest"
    assert edition.history.events == ("told", "again")


def test_a_title_that_comes_back_every_quarter_is_another_event() -> None:
    page = "https://maker.example/results"
    news_source = Listed(
        item("may", date(2026, 5, 20), title="Results", url=page), item("november", DAY, title="Results", url=page)
    )
    edition = composed(news_source, selection(history=History(events=("may",))))
    assert event_titles(edition) == ["Results"]


def test_every_told_event_can_be_opened_with_one_press() -> None:
    edition = composed(WIRE, selection(date(2025, 1, 31)))
    choice = next(block for block in card_of(edition).blocks if isinstance(block, Choice))
    values = [option.value for option in choice.options]
    assert choice.action == Action("event.open")
    assert len(values) == len(set(values)) == len(event_titles(edition)) == 5
    assert all(value in LIBRARY.events and len(value) <= 100 for value in values)
    alone = card_of(composed(Listed(item("one")), selection()))
    assert Action("event.open", ("one",)) in alone.actions()


def test_text_of_the_wire_can_neither_format_nor_mention_nor_link_elsewhere() -> None:
    nasty = "**@everyone**\n\u202e<@1>"
    told = replace(item("x", title=nasty), source="Evil\nNews", url="javascript:alert(1)", summary=nasty, number=nasty)
    card = card_of(composed(Listed(told, replace(told, id="y", title=f"{nasty}2", url="javascript:2")), selection()))
    pieces = [piece for block in card.blocks if isinstance(block, Text) for piece in block.pieces]
    assert not any(isinstance(piece, Mention | Link) for piece in pieces)
    assert all("\n" not in plain_card(Card("", (block,))) for block in card.blocks if isinstance(block, Text))
    assert "\u202e" not in plain_card(card)


def test_a_number_is_not_told_twice_and_says_what_it_is_unless_the_title_does() -> None:
    told = replace(item("one"), summary="It fell 5% in a day.", number="about 5%", label="Fall of one")
    card = card_of(composed(Listed(told), selection()))
    assert visible_text(card).count("5%") == 1
    assert any(isinstance(block, Text) and Strong("5%") in block.pieces for block in card.blocks)
    other = replace(item("two", DAY - ONE_DAY), number="7%", label="Rise of two on 23 November 2026")
    assert "• 23 November · Event two. Rise of two: 7%. [2]" in visible_text(
        card_of(composed(Listed(told, other), selection()))
    )
    lone = replace(told, summary="It fell.")
    assert "about 5% · Fall of one\n" in visible_text(card_of(composed(Listed(lone), selection())))


# -- a digest that comes once a week or a month -----------------------------------------------------------------------


def test_a_weekly_and_a_monthly_edition_sum_up_what_happened_since_the_last_one() -> None:
    told = History(events=("x",))
    week = composed(WIRE, selection(date(2026, 6, 22), date(2026, 6, 15), history=told))
    assert card_of(week).title == "AI market digest · Week to Monday 22 June 2026"
    assert "Also this week\n• " in visible_text(card_of(week))
    month = composed(WIRE, selection(date(2026, 7, 1), date(2026, 6, 1), history=told))
    assert card_of(month).title == "AI market digest · Month to Wednesday 1 July 2026"
    assert 6 <= len(event_titles(month)) <= 8
    assert "Also this month" in visible_text(card_of(month))
    days = [LIBRARY.events[name].date for name in month.history.events[1:]]
    assert days[0] == max(days)
    assert "2026-06-05-chip-shares-have-their-worst-day-since-march-2020" in month.history.events


# -- a day without ----------------------------------------------------------------------------------------------------


def test_a_quiet_day_asks_a_question_and_tells_the_newest_date_in_few_words() -> None:
    edition = composed(WIRE, selection(history=History(events=("x",))))
    card, shown = card_of(edition), visible_text(card_of(edition))
    assert card.title == "Question of the day · Tuesday 24 November 2026"
    assert shown.endswith("Newest on your topics: Anthropic files for its listing in public, 26 October.")
    assert "No new event" not in shown
    assert len(shown) <= 400
    assert edition.history.events == ("x",)
    assert stage(edition, "from the archive", "left out").reason == "one comes once in a week without news"


def test_the_first_edition_of_a_week_without_news_brings_the_weightiest_old_event_and_says_so() -> None:
    news_source = Listed(item("small", date(2026, 3, 1)), item("large", date(2026, 2, 1), weight=9))
    monday, told = date(2026, 11, 23), History(events=("x",))
    edition = composed(news_source, selection(monday, date(2026, 11, 20), history=told))
    assert event_titles(edition) == ["Event large"]
    assert card_of(edition).blocks[0] == text("From the archive · Sunday 1 February 2026", "small")
    next_day = composed(news_source, selection(monday + ONE_DAY, monday, history=edition.history))
    assert event_titles(next_day) == []
    busy = Listed(item("seen", date(2026, 11, 19)), item("large", date(2026, 2, 1), weight=9))
    assert event_titles(composed(busy, selection(monday, date(2026, 11, 20), history=History(events=("seen",))))) == []


def test_when_every_event_was_shown_a_week_without_news_is_quiet_too() -> None:
    shown = History(events=tuple(LIBRARY.events))
    edition = composed(WIRE, selection(date(2026, 11, 23), date(2026, 11, 20), history=shown))
    assert stage(edition, "from the archive", "left out").reason == "all old events were shown before"
    assert card_of(edition).title.startswith("Question of the day")


def test_a_subscription_that_skips_empty_days_gets_no_card_and_keeps_its_history() -> None:
    history = History(events=("x",), briefs=("deepseek/cost",))
    edition = composed(WIRE, selection(history=history, when_empty="skip"))
    assert edition.card is None
    assert (edition.history, edition.cursor) == (history, DAY)
    assert edition.why[-1].reason == "no news, and this digest is set to skip such days"
    assert composed(WIRE, selection(date(2026, 11, 2), history=history, when_empty="skip")).card is not None


# -- these days in an earlier year ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "day", "gap"),
    [
        ((2025, 11, 24), (2026, 11, 24), 0),
        ((2025, 11, 18), (2026, 11, 24), 6),
        ((2025, 11, 17), (2026, 11, 24), None),
        ((2025, 11, 25), (2026, 11, 24), None),
        ((2026, 11, 20), (2026, 11, 24), None),
        ((2024, 12, 30), (2026, 1, 2), 3),
        ((2025, 12, 30), (2026, 1, 2), None),
        ((2024, 2, 29), (2026, 2, 28), 0),
        ((2024, 2, 29), (2028, 2, 29), 0),
        ((2024, 2, 29), (2026, 3, 1), 1),
    ],
)
def test_a_day_of_the_calendar_returns_each_year(
    happened: tuple[int, int, int], day: tuple[int, int, int], gap: int | None
) -> None:
    assert days_after(date(*happened), date(*day)) == gap


def test_what_happened_on_this_very_day_comes_out_of_the_archive_before_weightier_events() -> None:
    monday, told = date(2026, 11, 23), History(events=("x",))
    asked = selection(monday, date(2026, 11, 20), history=told)
    exact, near = item("exact", date(2024, 11, 23)), item("near", date(2025, 11, 20), weight=50)
    both = composed(Listed(exact, near, item("other", date(2024, 5, 1), weight=90)), asked)
    assert card_of(both).blocks[0] == text("From the archive · on this day in 2024", "small")
    assert event_titles(both) == ["Event exact"]
    one = composed(Listed(near), asked)
    assert card_of(one).blocks[0] == text("From the archive · this week in 2025, on 20 November", "small")


# -- the parts --------------------------------------------------------------------------------------------------------


def test_a_small_library_or_an_empty_one_still_gives_a_digest(tmp_path: Path) -> None:
    library = Folder(tmp_path).library()
    news_source = ContentNews(library)
    shown = visible_text(
        card_of(compose(library, news_source, SelfCheckQuestion(), selection(date(2025, 1, 27), topics=("tea",))))
    )
    assert "The latest\nTea rises\n" in shown
    assert "$5.50" in shown
    elsewhere = compose(library, news_source, SelfCheckQuestion(), selection(topics=("gone",)))
    assert "Newest on your topics" not in plain_card(card_of(elsewhere))
    empty = replace(library, events={}, figures={}, briefs={}, questions={})
    bare = compose(empty, ContentNews(empty), SelfCheckQuestion(), selection(date(2020, 1, 1)))
    assert [type(block) for block in card_of(bare).blocks] == [Text, Buttons]
    assert card_of(bare).blocks[0] == text("Nothing happened on these topics yet.")
    assert {each.outcome for each in bare.why} == {"left out"}


def test_no_chart_shows_what_is_dated_after_its_edition_or_belongs_to_another_event() -> None:
    charts = 0
    for asked, edition in life((), date(2025, 1, 1), 600):
        for block in card_of(edition).blocks:
            if isinstance(block, Picture):
                charts += 1
                lead = LIBRARY.events[new_events(asked, edition)[0]]
                figure = next(
                    each for each in map(LIBRARY.figures.get, lead.figures) if each and picture(each) == block
                )
                assert is_dated_by(figure, asked.day)
    assert charts > 10


def test_the_question_of_the_day_comes_through_its_port_and_clashes_with_nothing() -> None:
    own = Asking(text("Which?"), Buttons((Button("Manage", Action("digest.manage")),)))
    edition = compose(LIBRARY, WIRE, own, selection())
    assert "Which?" not in plain_card(card_of(edition))
    assert stage(edition, "question of the day", "left out").reason.startswith("one of its buttons would do the same")
    fine = compose(LIBRARY, WIRE, Asking(text("Which?")), selection())
    assert "Which?" in plain_card(card_of(fine))
    assert fine.history.questions == ("only",)


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True), st.lists(st.sampled_from("abcdxyz"), unique=True)
)
def test_a_rotation_shows_all_of_its_pool_before_it_repeats_and_never_the_last_again(
    pool: list[str], before: list[str]
) -> None:
    shown = History(briefs=tuple(before))
    turns = []
    for _ in range(3 * len(pool)):
        chosen = next_in_turn(pool, shown.briefs)
        assert chosen is not None
        turns.append(chosen)
        shown = shown.with_turn("briefs", chosen)
    rounds = [turns[at : at + len(pool)] for at in range(0, len(turns), len(pool))]
    assert all(set(each) == set(pool) for each in rounds)
    assert len(pool) == 1 or all(one != other for one, other in pairwise([*before[-1:], *turns]))


def test_a_rotation_mixes_the_topics() -> None:
    first = [edition.history.questions[-1].split("/")[0] for _, edition in life((), DAY, 12)]
    assert len(set(first)) >= 4


# -- a life -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topics", [(), ("export-controls",), ("deepseek", "nvidia")])
def test_in_a_life_of_two_years_no_event_comes_twice_and_questions_take_turns(topics: tuple[str, ...]) -> None:
    titles: list[str] = []
    turns: list[str] = []
    for asked, edition in life(topics, date(2024, 12, 1), 730):
        titles += event_titles(edition)
        turns += edition.history.questions[-1:] if edition.question else []
        assert all(LIBRARY.events[name].date <= asked.day for name in edition.history.events)
    assert len(titles) == len(set(titles)) > 5
    assert len(turns) > 700
    gaps = {name: at for at, name in enumerate(turns)}
    assert len(gaps) > 8
    some = len(gaps) // 3 if not topics else 4  # on one topic few are left that an edition does not answer
    assert all(len(set(turns[at : at + some])) == some for at in range(len(turns) - some))


_CADENCES = [((), 1, True), (("deepseek",), 3, True), (("nvidia", "memory"), 1, False), ((), 7, True), ((), 30, False)]


@pytest.mark.parametrize(("topics", "step", "with_seal"), _CADENCES)
def test_in_a_year_every_edition_is_short_and_nothing_in_it_answers_its_question(
    topics: tuple[str, ...], step: int, with_seal: bool
) -> None:
    quiz = sealed() if with_seal else SelfCheckQuestion()
    before = ""
    results = max(len("".join(map(plain_block, blocks))) for blocks in _every_result()) + 1
    asked_number = 0
    for asked, edition in life(topics, date(2025, 11, 24), 365, question=quiz, step=step):
        card = card_of(edition)
        shown = visible_text(card)
        is_quiet = not event_titles(edition)
        assert len(shown) + results <= (400 if is_quiet else 1_500), asked.day
        assert not re.search(r"[0-9a-f]{16}", shown)
        if edition.question is None:
            continue
        asked_number += 1
        own = {id(block) for block in edition.question.blocks} | {id(card.blocks[0])} if is_quiet else set()
        own |= {id(block) for block in edition.question.blocks}
        rest = [block for block in card.blocks if id(block) not in own]
        points = [point for block in rest if isinstance(block, Picture) for point in block.chart.points]
        drawn = [f"{point.label} {point.display} {point.note}" for point in points]
        said = "\n".join([*map(plain_block, rest), *drawn, before])
        assert not answers(edition.question.id, said), (asked.day, edition.question.id, said)
        topic, _, name = edition.question.id.partition("/")
        before = LIBRARY.filled_text(LIBRARY.questions[topic, name].answer)
    assert asked_number >= 0.9 * (365 // step)


def answers(question: str, said: str) -> bool:
    """Whether the right choice stands in a text: word for word, by each of its numbers, or by all of its long words."""
    topic, _, name = question.partition("/")
    right = LIBRARY.filled_text(LIBRARY.questions[topic, name].answer)
    bare, undated = said.casefold(), DATES.sub(" ", said)
    if re.search(rf"(?<!\w){re.escape(right.casefold())}(?!\w)", bare):
        return True
    if any(re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", undated) for number in _amounts(right)):
        return True
    words: list[str] = re.findall(r"[a-z]{5,}", right.casefold())
    return len(words) > 1 and all(re.search(rf"\b{word}\b", bare) for word in words)


def _amounts(words: str) -> list[str]:
    """The numbers of more than one digit, but for years and days."""
    return re.findall(r"\$?\d[\d,.]*\d%?|\d+%", DATES.sub(" ", words))


@pytest.mark.parametrize("step", [1, 7])
def test_nothing_is_said_twice_in_an_edition(step: int) -> None:
    for asked, edition in life((), date(2025, 11, 24), 365, step=step):
        lines = [line for line in visible_text(card_of(edition)).splitlines() if line]
        assert len(lines) == len(set(lines)), asked.day
        events = [LIBRARY.events[name] for name in new_events(asked, edition)]
        for event in events[:1]:
            figure = LIBRARY.headline_figure(event)
            own = [
                line
                for line in lines
                if LIBRARY.filled_text(event.title) in line or (figure and figure.display in line)
            ]
            assert len(own) <= 2, (asked.day, own)


_ITEMS = st.builds(
    item,
    st.text("abcdef", min_size=1, max_size=3),
    st.dates(date(2024, 1, 1), date(2024, 3, 1)),
    st.integers(0, 3).map(float),
    st.sampled_from(["", "Chips fall", "Chips rise"]),
    st.sampled_from(["", "https://one.example", "https://two.example"]),
)


@given(st.lists(_ITEMS, max_size=25, unique_by=lambda each: each.id), st.integers(1, 9))
def test_whatever_a_wire_brings_nothing_comes_twice_early_or_unsaid(items: list[NewsItem], step: int) -> None:
    news_source, history, cursor = Listed(*items), History(), date(2024, 1, 4)
    days = {each.id: each.day for each in items}
    for number in range(0, 60, step):
        asked = selection(date(2024, 1, 5) + timedelta(days=number), cursor, history=history)
        edition = composed(news_source, asked)
        new = edition.history.events[len(history.events) :]
        assert edition.history.events[: len(history.events)] == history.events
        assert not set(new) & set(history.events)
        assert all(days[name] <= asked.day for name in new)
        assert len(event_titles(edition)) <= min(len(new), 8)
        assert composed(news_source, asked) == edition
        history, cursor = edition.history, edition.cursor


# -- the card ---------------------------------------------------------------------------------------------------------


def _choices_of_topics() -> Iterator[tuple[str, ...]]:
    """No topic, each one, each pair, and all: what stands in an edition depends on little more."""
    return chain.from_iterable(combinations(TOPICS, size) for size in (0, 1, 2, len(TOPICS)))


def test_every_digest_fits_every_platform_in_one_message_with_its_lead() -> None:
    for topics in _choices_of_topics():
        for asked, edition in life(topics, date(2025, 1, 10), 60 if len(topics) < 2 else 6):
            card = with_lead(card_of(edition), "123456789012345678", "late: the bot was down 06:10–09:40")
            for budget in BUDGETS:
                fitted = fit(card, budget)
                assert not fitted.losses, (asked, budget.name)
                assert len(fitted.parts) == 1, (asked, budget.name)


def sealed() -> DailyQuestions:
    """The question of the day as the quiz asks it; nothing is kept."""
    return DailyQuestions(Database("sqlite://"), lambda: LIBRARY, lambda: datetime.now(UTC), Random(1))


def _longest_results() -> tuple[Block, ...]:
    """The results that take the most room, of any question, with and without answers."""
    return max(_every_result(), key=lambda blocks: sum(cost(block, DISCORD).characters for block in blocks))


def _every_result() -> Iterator[tuple[Block, ...]]:
    for question in (asked_as(LIBRARY, each, Random(1)) for each in LIBRARY.questions.values()):
        at = datetime(2026, 9, 30, 20, 0, tzinfo=UTC)
        answers = [Answer(str(number), "", question.right, at) for number in range(1_000)]
        yield daily_note(at, (question, answers))
        yield daily_note(at, (question, ()))


def _longest_week() -> tuple[Block, ...]:
    """The table of a week that takes the most room."""
    names = (Score(str(n), "W" * 60, 10_000 - n // 2, 1, 2) for n in range(9))
    longest = max(LIBRARY.questions, key=lambda key: len(LIBRARY.filled_text(LIBRARY.questions[key].question)))
    return week_blocks(LIBRARY, Week(tuple(names), ("/".join(longest), 10, 1_000), (10, 1_000), (20, 900), 1_000))


def test_every_digest_with_a_sealed_question_and_the_longest_results_is_one_message_everywhere() -> None:
    results, quiz = (*_longest_results(), *_longest_week()), sealed()
    for topics in _choices_of_topics():
        for asked, edition in life(topics, date(2025, 1, 10), 90 if len(topics) < 2 else 6, question=quiz):
            card = with_results(card_of(edition), edition.daily, results)
            card = with_lead(card, "123456789012345678", "late: the bot was down 06:10–09:40")
            for budget in BUDGETS:
                fitted = fit(card, budget)
                assert not fitted.losses, (asked, budget.name)
                assert len(fitted.parts) == 1, (asked, budget.name)


def test_results_stand_right_below_the_buttons_of_the_question() -> None:
    edition = compose(LIBRARY, WIRE, sealed(), selection(date(2025, 1, 31)))
    card, results = card_of(edition), (text("Two of three were right."), text("A salt."))
    shown = with_results(card, edition.daily, results)
    at = shown.blocks.index(results[0])
    assert edition.question is not None
    assert shown.blocks[at - 1 : at + 2] == (edition.question.blocks[-1], *results)
    assert tuple(each for each in shown.blocks if each not in results) == card.blocks
    assert with_results(card, edition.daily, ()) is card
    elsewhere = with_results(card, "another", results)
    assert elsewhere.blocks == (*card.blocks, *results)


def test_every_digest_whose_question_is_closed_is_one_message_everywhere() -> None:
    at = datetime(2026, 9, 30, 20, 0, tzinfo=UTC)
    for topics in _choices_of_topics():
        for asked, edition in life(topics, date(2025, 1, 10), 90 if len(topics) < 2 else 6, question=sealed()):
            if edition.question is None:
                continue
            question = question_from_json(edition.question.kept)
            answers = [Answer(str(number), "", question.right, at) for number in range(1_000)]
            card = with_daily_answer(card_of(edition), question, edition.daily, answers)
            card = with_lead(card, "123456789012345678", "late: the bot was down 06:10–09:40")
            for budget in BUDGETS:
                fitted = fit(card, budget)
                assert not fitted.losses, (asked, budget.name)
                assert len(fitted.parts) == 1, (asked, budget.name)


def test_a_sealed_question_comes_in_the_same_turn_whatever_chance_does_to_its_choices() -> None:
    quiz = sealed()
    turns = [[edition.history.questions for _, edition in life((), DAY, 30, question=quiz)] for _ in range(2)]
    assert turns[0] == turns[1]
    names = {edition.daily for _, edition in life((), DAY, 30, question=quiz)}
    assert len(names) == 30
    assert all(len(name) == 16 for name in names)
    on_topic = [edition.history.questions[-1] for _, edition in life(("nvidia",), DAY, 3, question=quiz)]
    assert all(name.startswith("nvidia/") for name in on_topic)


def test_nothing_of_the_answer_is_in_what_is_kept_of_an_edition() -> None:
    for _, edition in life((), DAY, 40, question=sealed()):
        assert edition.question is not None
        kept = json.loads(edition.question.kept)
        written = json.dumps(card_to_json(card_of(edition))) + stages_to_json(edition.why)
        assert kept["salt"] not in written
        assert kept["seal"] not in written
        assert kept["explanation"] not in written


def test_equal_selections_give_equal_cards_that_survive_being_stored() -> None:
    again = load_library(CONTENT, date(2026, 11, 24))
    for (asked, edition), (_, other) in zip(
        life(("nvidia",), DAY, 20), life(("nvidia",), DAY, 20, ContentNews(again), again), strict=True
    ):
        assert edition == other
        assert card_from_json(json.loads(json.dumps(card_to_json(card_of(edition))))) == edition.card
        assert History.from_json(edition.history.to_json()) == edition.history
        assert stages_from_json(stages_to_json(edition.why)) == edition.why
        assert edition.cursor == asked.day
        assert hash(asked)


def test_a_lead_comes_first_and_an_empty_one_changes_nothing() -> None:
    card = card_of(composed(WIRE, selection()))
    assert with_lead(card, "", "") is card
    led = with_lead(card, "42", "late: the bot was down 06:10–09:40")
    assert led.blocks[:2] == (
        Text((Mention("role", "42", "role"),)),
        text("late: the bot was down 06:10–09:40", "small"),
    )
    assert led.blocks[2:] == card.blocks


def test_a_history_has_a_name_of_its_own_and_refuses_what_is_none() -> None:
    empty, other = History(), History(events=("a",))
    assert empty.id == ""
    assert len(other.id) == 32
    assert other.id != History(figures=("a",)).id
    assert History.from_json("") == empty
    assert stages_from_json("") == stages_from_json("[]") == ()
    for damaged in ("[]", "{", '{"events": 3}'):
        with pytest.raises(ContentError):
            History.from_json(damaged)
    with pytest.raises(ContentError):
        stages_from_json('[["too", "short"]]')
