"""Composing: what an edition says, what it never says twice, that it fits every platform, and that it is pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations, pairwise
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.content.library import Library, load_library
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
from newsbot.digests.composer.sources import ContentNews, DailyQuestion, NewsItem, SelfCheckQuestion, StandInQuestion
from newsbot.digests.composer.values import EditionQuestion
from newsbot.errors import ContentError
from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, DISCORD, cost
from newsbot.messages.cards import Block, Button, Buttons, Card, Choice, Links, Picture, Rule, Text, text
from newsbot.messages.codec import card_from_json, card_to_json
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Link, Mention
from newsbot.messages.plain import plain_card
from newsbot.outbox.decorate import with_lead, with_results
from newsbot.quizzes.cards.daily_cards import daily_results
from newsbot.quizzes.daily import DailyQuestions
from newsbot.quizzes.rules.asking import ask_question as asked_as
from newsbot.quizzes.rules.scoring import Answer
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
        self._fetch_person = StandInQuestion("only", blocks) if blocks else None

    def question(
        self, library: Library, topics: frozenset[str], asked: Sequence[str], day: date
    ) -> EditionQuestion | None:
        """See `DailyQuestion`."""
        return self._fetch_person

    def pose(self, tx: Transaction, asked: Sequence[EditionQuestion], at: datetime) -> None:
        """Nothing is kept."""


def item(name: str, day: date = DAY, weight: float = 1.0, title: str = "", url: str = "") -> NewsItem:
    """An event of the wire."""
    address = url or f"https://news.example/{name}"
    return NewsItem(
        name, day, title or f"Event {name}", "", ("nvidia",), "Wire", address, weight, Action("event.open", (name,))
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
) -> Iterator[tuple[Selection, Edition]]:
    """A subscription's daily editions, each with what the one before left."""
    history, cursor = History(), first - ONE_DAY
    question = question or SelfCheckQuestion()
    for day in (first + timedelta(days=number) for number in range(days)):
        asked = selection(day, cursor, topics, history)
        edition = compose(library, news_source, question, asked)
        yield asked, edition
        history, cursor = edition.history, edition.cursor


def event_titles(card: Card) -> list[str]:
    """The titles of the events that stand in a card, with their dates."""
    lines = [b for b in card.blocks if isinstance(b, Text) and len(b.pieces) == 4 and isinstance(b.pieces[3], Link)]
    return ["".join(getattr(piece, "text", "") for piece in line.pieces[:2]) for line in lines]


def stage(edition: Edition, section: str, outcome: str) -> Stage:
    """The first stage of a section with that outcome."""
    return next(each for each in edition.why if (each.section, each.outcome) == (section, outcome))


# -- a day with news --------------------------------------------------------------------------------------------------


def test_a_day_with_news_shows_each_event_with_its_date_figure_and_source() -> None:
    edition = composed(WIRE, selection(date(2026, 11, 2)))
    shown = plain_card(card_of(edition))
    assert card_of(edition).title == "AI market digest · Monday 2 November 2026"
    assert "Events since 25 October 2026" in shown
    event = LIBRARY.events["2026-10-26-anthropic-files-its-s-1-in-public"]
    figure = LIBRARY.figures[event.headline_figure or ""]
    assert f"26 October 2026 · {event.title} — {figure.display} ({figure.label})" in shown
    assert f" · {event.sources[0].publisher} ({event.sources[0].url})" in shown
    assert shown.endswith("Explanation, not investment advice.")
    assert "From the archive" not in shown
    assert stage(edition, "events", "chosen").reason.startswith("ranked 1 of 1: weight ")


def test_the_five_weightiest_events_are_shown_and_the_others_come_next_time() -> None:
    news_source = Listed(*(item(str(weight), weight=weight) for weight in range(1, 8)))
    first = composed(news_source, selection())
    assert event_titles(card_of(first)) == [f"24 November 2026 · Event {number}" for number in (7, 6, 5, 4, 3)]
    left = [each for each in first.why if (each.section, each.outcome) == ("events", "left out")]
    assert [each.what for each in left] == ["Event 2", "Event 1"]
    assert all(each.reason.startswith("ranked below the first five") for each in left)
    second = composed(news_source, selection(DAY + ONE_DAY, first.cursor, history=first.history))
    assert event_titles(card_of(second)) == ["24 November 2026 · Event 2", "24 November 2026 · Event 1"]
    assert "Events since 23 November 2026" in plain_card(card_of(second))
    assert stage(second, "events", "left out") == Stage("events", "left out", "Event 3", "shown in an earlier digest")


def test_of_equal_weight_the_newest_comes_first() -> None:
    news_source = Listed(item("old", DAY - ONE_DAY), item("new", DAY))
    titles = event_titles(card_of(composed(news_source, selection(cursor=DAY - 3 * ONE_DAY))))
    assert titles == ["24 November 2026 · Event new", "23 November 2026 · Event old"]


def test_an_event_written_down_a_week_late_is_still_news_and_a_day_later_it_is_archive() -> None:
    late = DAY - 7 * ONE_DAY
    in_time = plain_card(card_of(composed(Listed(item("late", late)), selection())))
    assert "Events since 16 November 2026" in in_time
    too_late = plain_card(card_of(composed(Listed(item("late", late - ONE_DAY)), selection())))
    assert "No new event on our topics since 23 November 2026." in too_late
    assert too_late.index("From the archive") < too_late.index("16 November 2026 · Event late")


def test_one_event_told_twice_is_one_line_and_never_comes_back() -> None:
    twice = Listed(item("one", title="Chips fall"), item("two", title="chips fall", url="https://other.example"))
    first = composed(twice, selection())
    assert event_titles(card_of(first)) == ["24 November 2026 · Chips fall"]
    assert stage(first, "events", "merged").reason == "the same as the event of 24 November 2026 from Wire"
    assert set(first.history.events) == {"one", "two"}


def test_an_event_told_again_under_another_id_after_it_was_shown_is_merged_too() -> None:
    told, again = item("told", DAY - ONE_DAY, title="Chips fall"), item("again", DAY - ONE_DAY, title="Chips fall")
    edition = composed(Listed(told, again), selection(history=History(events=("told",))))
    assert event_titles(card_of(edition)) == []
    assert stage(edition, "events", "merged").reason == "told in an earlier digest"
    assert edition.history.events == ("told", "again")


def test_a_title_that_comes_back_every_quarter_is_another_event() -> None:
    page = "https://maker.example/results"
    news_source = Listed(
        item("may", date(2026, 5, 20), title="Results", url=page), item("november", DAY, title="Results", url=page)
    )
    edition = composed(news_source, selection(history=History(events=("may",))))
    assert event_titles(card_of(edition)) == ["24 November 2026 · Results"]


def test_every_shown_event_can_be_opened_from_one_choice() -> None:
    card = card_of(composed(WIRE, selection(date(2025, 1, 31))))
    choice = next(block for block in card.blocks if isinstance(block, Choice))
    values = [option.value for option in choice.options]
    assert choice.action == Action("event.open")
    assert len(values) == len(set(values)) == len(event_titles(card)) >= 5
    assert all(value in LIBRARY.events and len(value) <= 100 for value in values)


def test_text_of_the_wire_can_neither_format_nor_mention_nor_link_elsewhere() -> None:
    nasty = replace(item("x", title="**@everyone**\n\u202e<@1>"), source="Evil\nNews", url="javascript:alert(1)")
    card = card_of(composed(Listed(nasty), selection()))
    line = next(block for block in card.blocks if isinstance(block, Text) and len(block.pieces) == 4)
    assert not any(isinstance(piece, Mention | Link) for piece in line.pieces)
    assert "\n" not in plain_card(Card("", (line,)))
    assert "\u202e" not in plain_card(card)


# -- a day without ----------------------------------------------------------------------------------------------------


def test_a_day_without_news_says_so_and_leads_with_the_most_important_old_event() -> None:
    news_source = Listed(item("small", date(2026, 3, 1)), item("large", date(2026, 2, 1), weight=9))
    edition = composed(news_source, selection())
    blocks = card_of(edition).blocks
    assert blocks[0] == text("No new event on our topics since 23 November 2026.", "lede")
    assert blocks[1] == text("From the archive", "heading")
    assert event_titles(card_of(edition)) == ["1 February 2026 · Event large"]
    assert stage(edition, "from the archive", "chosen").what == "Event large"


def test_a_quiet_day_names_the_topics_that_were_chosen() -> None:
    shown = plain_card(card_of(composed(Listed(), selection(topics=("deepseek", "nvidia", "listings")))))
    assert "No new event on DeepSeek, Nvidia or Listings since 23 November 2026." in shown
    again = plain_card(card_of(composed(Listed(), selection(cursor=DAY, topics=("nvidia",)))))
    assert "No new event on Nvidia today." in again


def test_when_every_event_was_shown_a_brief_leads_and_stands_only_once() -> None:
    edition = composed(WIRE, selection(history=History(events=tuple(LIBRARY.events))))
    shown = plain_card(card_of(edition))
    assert shown.count("From the archive") == 1
    assert "A brief worth reading" not in shown
    assert shown.index("From the archive") < shown.index("[Read: ") < shown.index("Figure of the day")
    assert stage(edition, "from the archive", "left out").reason == "all of them were shown before"
    assert stage(edition, "from the archive", "chosen").reason.startswith("its turn")


def test_a_subscription_that_skips_empty_days_gets_no_card_and_keeps_its_history() -> None:
    history = History(events=("x",), briefs=("deepseek/cost",))
    edition = composed(WIRE, selection(history=history, when_empty="skip"))
    assert edition.card is None
    assert (edition.history, edition.cursor) == (history, DAY)
    assert edition.why[-1].reason == "no news, and this digest is set to skip such days"
    assert composed(WIRE, selection(date(2026, 11, 2), when_empty="skip")).card is not None


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


def test_an_event_of_this_very_day_comes_before_a_weightier_one_of_this_week() -> None:
    exact, near = item("exact", date(2024, 11, 24)), item("near", date(2025, 11, 20), weight=50)
    both = plain_card(card_of(composed(Listed(exact, near, item("news")), selection())))
    assert "On this day in 2024\n\n24 November 2024 · Event exact" in both
    assert "Event near" not in both
    one = plain_card(card_of(composed(Listed(near, item("news")), selection())))
    assert "This week in 2025\n\n20 November 2025 · Event near" in one


# -- the rotating sections --------------------------------------------------------------------------------------------


def test_the_figure_of_the_day_has_a_chart_a_date_a_caveat_and_a_numbered_source() -> None:
    edition = composed(WIRE, selection())
    card = card_of(edition)
    figure = LIBRARY.figures[edition.history.figures[-1]]
    links = next(block for block in card.blocks if isinstance(block, Links))
    assert any(isinstance(block, Picture) for block in card.blocks)
    assert figure.caveat in plain_card(card)
    assert ", source 1." in plain_card(card)
    assert links.items[0].url == figure.sources[0].url
    assert len({each.url for each in links.items}) == len(links.items)


def test_a_small_library_or_an_empty_one_still_gives_a_digest(tmp_path: Path) -> None:
    library = Folder(tmp_path).library()
    news_source = ContentNews(library)
    shown = plain_card(
        card_of(compose(library, news_source, SelfCheckQuestion(), selection(date(2025, 1, 27), topics=("tea",))))
    )
    assert "27 January 2025 · Tea rises — $5.50 (Price of a kilogram of tea)" in shown
    elsewhere = compose(library, news_source, SelfCheckQuestion(), selection(topics=("gone",)))
    assert "No new event on gone since 23 November 2026." in plain_card(card_of(elsewhere))
    empty = replace(library, events={}, figures={}, briefs={}, questions={})
    bare = compose(empty, ContentNews(empty), SelfCheckQuestion(), selection(date(2020, 1, 1)))
    assert [type(block) for block in card_of(bare).blocks] == [Text, Buttons]
    assert {each.outcome for each in bare.why} == {"left out"}


def test_no_figure_is_dated_after_the_edition() -> None:
    for _, edition in life((), date(2025, 1, 1), 60):
        day = card_of(edition).title
        assert LIBRARY.figures[edition.history.figures[-1]].as_of <= "2025-03-01", day


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
def test_in_a_life_of_two_years_no_event_comes_twice_and_every_section_completes_its_rounds(
    topics: tuple[str, ...],
) -> None:
    titles: list[str] = []
    turns: dict[str, list[str]] = {"figures": [], "briefs": [], "questions": []}
    for asked, edition in life(topics, date(2024, 12, 1), 730):
        titles += event_titles(card_of(edition))
        alone = stage(edition, "figure of the day", "chosen").reason.startswith("it is the only one")
        for section, shown in turns.items():
            shown.append(getattr(edition.history, section)[-1])
            assert shown[-2:-1] != shown[-1:] or (section == "figures" and alone)
        assert all(LIBRARY.events[name].date <= asked.day for name in edition.history.events)
    assert len(titles) == len(set(titles)) > 5
    for section in ("briefs", "questions"):
        shown = turns[section]
        size = len(set(shown))
        assert all(len(set(shown[at : at + size])) == size for at in range(0, len(shown) - size, size))


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
        assert len(event_titles(card_of(edition))) <= min(len(new), 6)
        assert composed(news_source, asked) == edition
        history, cursor = edition.history, edition.cursor


# -- the card ---------------------------------------------------------------------------------------------------------


def _choices_of_topics() -> Iterator[tuple[str, ...]]:
    """No topic, each one, each pair, and all: what stands in an edition depends on little more."""
    return chain.from_iterable(combinations(TOPICS, size) for size in (0, 1, 2, len(TOPICS)))


def test_every_digest_fits_every_platform_in_one_message_with_its_lead() -> None:
    for topics in _choices_of_topics():
        for asked, edition in life(topics, date(2025, 1, 10), 100 if len(topics) < 2 else 10):
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
    results = []
    for question in (asked_as(LIBRARY, each, Random(1)) for each in LIBRARY.questions.values()):
        answers = [Answer(str(number), "", question.right, datetime.now(UTC)) for number in range(1_000)]
        results += [daily_results(question, answers), daily_results(question, ())]
    return max(results, key=lambda blocks: sum(cost(block, DISCORD).characters for block in blocks))


def test_every_digest_with_a_sealed_question_and_the_longest_results_is_one_message_everywhere() -> None:
    results, quiz = _longest_results(), sealed()
    for topics in _choices_of_topics():
        for asked, edition in life(topics, date(2025, 1, 10), 300 if len(topics) < 2 else 20, question=quiz):
            card = with_results(card_of(edition), edition.daily, results)
            card = with_lead(card, "123456789012345678", "late: the bot was down 06:10–09:40")
            for budget in BUDGETS:
                fitted = fit(card, budget)
                assert not fitted.losses, (asked, budget.name)
                assert len(fitted.parts) == 1, (asked, budget.name)


def test_results_stand_right_above_the_line_that_begins_the_question() -> None:
    edition = compose(LIBRARY, WIRE, sealed(), selection(date(2025, 1, 31)))
    card, results = card_of(edition), (text("Two of three were right."), text("A salt."))
    shown = with_results(card, edition.daily, results)
    at = shown.blocks.index(results[0])
    assert shown.blocks[at : at + 4] == (*results, Rule(), edition.question.blocks[0] if edition.question else None)
    assert tuple(each for each in shown.blocks if each not in results) == card.blocks
    assert with_results(card, edition.daily, ()) is card
    elsewhere = with_results(card, "another", results)
    assert elsewhere.blocks == (*results, *card.blocks)


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
        assert kept["seal"] in written
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
