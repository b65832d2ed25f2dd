"""*Report this number*: in words, by a form and by a button; each is stored, and nobody's name."""

from datetime import timedelta

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.actions import PICK_REPORT, Subject, report_action
from newsbot.content.cards import figure_card
from newsbot.content.live import LiveLibrary
from newsbot.content.short_cards import open_view_card, short_card
from newsbot.messages.cards import Choice, Reply
from newsbot.messages.forms import Form, Problems
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Ask, Click, Submit
from newsbot.storage.database import Database, DurableEvents, DurableReports
from newsbot.storage.records import NumberReport
from tests.commands.conftest import ANNA, BERT, HERE, INCIDENT, NOW


@pytest.fixture
def reporting(live: LiveLibrary, database: Database) -> Dispatcher:
    """A dispatcher that keeps reports, on either database."""
    kept = DurableReports(database, most_a_day=3)
    return Dispatcher(live, lambda: NOW, lambda: INCIDENT, DurableEvents(database), reports=kept)


async def stored(database: Database, *figures: str) -> tuple[NumberReport, ...]:
    return await database.read(lambda tx: tx.reports.newest(100, figures))


async def test_a_number_is_reported_in_words_and_what_it_showed_is_kept_without_a_name(
    reporting: Dispatcher, database: Database
) -> None:
    reply = await reporting.say("/report v3-run-cost the paper now says 6 million", ANNA, HERE)
    assert reply.private
    assert reply.card.title == "Thank you"
    (report,) = await stored(database)
    assert report == NumberReport(
        *("web", "", "v3-run-cost", "One training run of V3, at rental prices: $5.576 million"),
        *(reporting.context.library.version, "the paper now says 6 million", NOW),
    )
    assert ANNA.name not in repr(report)


async def test_the_button_opens_a_form_with_its_number_and_sending_it_stores_the_words(
    reporting: Dispatcher, database: Database
) -> None:
    form = await reporting.click(Click(BERT, HERE, report_action("r1-added-cost")))
    assert isinstance(form, Form)
    values = {field.name: field.value for field in form.fields}
    assert values["figure"] == "r1-added-cost"
    missing = await reporting.submit(Submit(BERT, HERE, form.action, values, at=NOW))
    assert isinstance(missing, Problems)
    assert await stored(database) == ()
    sent = await reporting.submit(Submit(BERT, HERE, form.action, {**values, "what": "It is old."}, at=NOW))
    assert isinstance(sent, Reply)
    assert [(each.figure, each.words) for each in await stored(database)] == [("r1-added-cost", "It is old.")]


async def test_a_number_is_picked_from_a_list_too(reporting: Dispatcher) -> None:
    form = await reporting.click(Click(BERT, HERE, report_action(""), values=("r1-added-cost",)))
    assert isinstance(form, Form)
    assert form.fields[0].value == "r1-added-cost"


async def test_every_number_can_be_reported_where_it_is_shown(reporting: Dispatcher) -> None:
    library = reporting.context.library
    for figure in library.figures.values():
        newest = library.newest(figure.id).id
        assert report_action(newest) in figure_card(library, figure.id).actions()
        assert report_action(newest) in short_card(library, Subject("figure", newest)).actions()
    for topic, name in library.briefs:
        view = open_view_card(library, "numbers", Subject("brief", f"{topic}/{name}"))
        if view is None:
            continue
        choices = [block for block in view.blocks if isinstance(block, Choice) and block.action == PICK_REPORT]
        offered = {option.value for choice in choices for option in choice.options}
        offered |= {
            action.arguments[0] for action in view.actions() if action.name == PICK_REPORT.name and action.arguments
        }
        assert {figure.id for figure in library.figures_of(library.briefs[topic, name])} <= offered


async def test_a_report_that_a_platform_delivers_twice_is_stored_once(
    reporting: Dispatcher, database: Database
) -> None:
    for _ in range(2):
        options = {"figure": "v3-run-cost", "what": "wrong"}
        await reporting.answer(Ask(ANNA, HERE, ("report",), options, "event-1", NOW))
    assert len(await stored(database)) == 1


async def test_two_people_may_say_the_same_and_the_newest_comes_first(
    reporting: Dispatcher, database: Database
) -> None:
    for minutes, (who, words) in enumerate(((ANNA, "wrong"), (BERT, "wrong"), (ANNA, "still wrong"))):
        options = {"figure": "v3-run-cost", "what": words}
        await reporting.answer(Ask(who, HERE, ("report",), options, "", NOW + timedelta(minutes=minutes)))
    assert [each.words for each in await stored(database, "v3-run-cost")] == ["still wrong", "wrong", "wrong"]
    assert await stored(database, "r1-added-cost") == ()


async def test_a_flood_from_one_place_is_told_that_nothing_is_stored(reporting: Dispatcher, database: Database) -> None:
    def report(hours: int) -> Ask:
        return Ask(ANNA, HERE, ("report",), {"figure": "v3-run-cost", "what": "x"}, "", NOW + timedelta(hours=hours))

    replies = [await reporting.answer(report(0)) for _ in range(4)]
    assert [reply.card.title for reply in replies] == [*["Thank you"] * 3, "Not stored"]
    assert len(await stored(database)) == 3
    assert (await reporting.answer(report(25))).card.title == "Thank you"


async def test_a_figure_that_is_none_is_refused_with_the_nearest(reporting: Dispatcher, database: Database) -> None:
    reply = await reporting.say("/report v3-run-cots wrong", ANNA, HERE)
    assert "There is no figure called" in plain_card(reply.card)
    assert await stored(database) == ()


async def test_a_newsbot_that_stores_nothing_says_so(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.say("/report v3-run-cost wrong", ANNA, HERE)
    assert "stores nothing" in plain_card(reply.card)
