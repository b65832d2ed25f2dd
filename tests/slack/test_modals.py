"""Modals and the Home tab: every form goes there and back, every limit is kept, no button is dead."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.dispatcher import Dispatcher
from newsbot.commands.forms import form_for
from newsbot.content.cards import brief_card, question_card
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.errors import TokenError
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, text
from newsbot.messages.forms import Field, Form, Problems
from newsbot.messages.requests import Person, Place
from newsbot.platforms.slack.home import home_view
from newsbot.platforms.slack.modals import CALLBACK, card_modal, errors, modal, submitted_form
from newsbot.platforms.slack.render import token_and_values
from tests.messages.strategies import NASTY, cards, words
from tests.shipped import CONTENT, read_once
from tests.slack.limits import view_problems
from tests.slack.test_cards import check_golden, strings

ANNA = Person("slack", "U0ANNA", "Anna")
HERE = Place("slack", "T0TEAM", "C0CHANNEL")
ASK = Action("form.run", ("ask",))
fields = st.builds(
    Field,
    st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True),
    words,
    st.sampled_from(["line", "paragraph", "choice"]),
    st.just("") | words,
    st.just("") | NASTY,
    st.booleans(),
    st.integers(1, 5_000),
    st.lists(st.tuples(words, st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)), max_size=5).map(tuple),
)
forms = st.builds(
    Form,
    words,
    st.just(ASK),
    st.lists(fields, min_size=1, max_size=8, unique_by=lambda field: field.name).map(tuple),
    words,
)


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    """A dispatcher over the content that ships."""
    live = LiveLibrary(CONTENT, lambda: date(2026, 11, 23), read_once)
    return Dispatcher(live, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC), lambda: "0badcafe")


@pytest.fixture(scope="module")
def library(dispatcher: Dispatcher) -> Library:
    """The content that ships."""
    return dispatcher.context.library


def filled(view: dict[str, Any], values: dict[str, str | None]) -> dict[str, Any]:
    """A view_submission's view: what Slack sends back for these values, None for a field left empty."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, value = block["element"], values[block["block_id"].removeprefix("nb-field-")]
        key = "selected_option" if element["type"] == "static_select" else "value"
        sent = {"value": value} if key == "selected_option" and value is not None else value
        state[block["block_id"]] = {element["action_id"]: {"type": element["type"], key: sent}}
    return {"private_metadata": view["private_metadata"], "callback_id": CALLBACK, "state": {"values": state}}


# -- forms --------------------------------------------------------------------------------------------------------


def test_the_form_of_every_command_is_a_modal_within_the_limits(dispatcher: Dispatcher) -> None:
    for command in dispatcher.context.menu.commands.values():
        view = modal(form_for(dispatcher.context, command), "C0CHANNEL")
        assert view_problems(view) == [], command.path
        assert command.summary.split()[0] in json.dumps(view, ensure_ascii=False)


def test_a_modal_is_as_its_golden_file_has_it(dispatcher: Dispatcher) -> None:
    menu = dispatcher.context.menu
    check_golden("modal-compare", modal(form_for(dispatcher.context, menu.commands["compare",]), "C0CHANNEL"))
    check_golden("modal-brief", modal(form_for(dispatcher.context, menu.commands["brief",])))


@given(forms, st.text(max_size=200), st.data())
def test_what_is_filled_in_comes_back_with_token_and_metadata(form: Form, more: str, data: st.DataObject) -> None:
    view = modal(form, more)
    assert view_problems(view) == []
    values = {field.name: data.draw(st.none() | st.text(max_size=20)) for field in form.fields}
    expected = {name: value or "" for name, value in values.items()}
    assert submitted_form(filled(view, values)) == (ASK.token(), expected, more)


def test_a_title_that_is_cut_stands_in_full_above_the_fields() -> None:
    form = Form("Two numbers side by side, if they are alike", ASK, (Field("first", "The first"),))
    view = modal(form)
    assert view["title"]["text"] == "Two numbers side by…"
    assert view["blocks"][0]["text"]["text"] == form.title
    assert len(modal(Form("Short", ASK, form.fields))["blocks"]) == 1


def test_a_choice_is_a_list_with_what_was_chosen_before() -> None:
    choices = tuple((f"Topic {number}", f"t{number}") for number in range(250))
    (block,) = modal(Form("Pick", ASK, (Field("topic", "Which", "choice", "t7", choices=choices),)))["blocks"]
    assert [len(group["options"]) for group in block["element"]["option_groups"]] == [100, 100, 50]
    assert block["element"]["initial_option"]["value"] == "t7"
    (empty,) = modal(Form("Pick", ASK, (Field("topic", "Which", "choice"),)))["blocks"]
    assert empty["element"]["type"] == "plain_text_input"


def test_problems_stand_beside_their_fields(dispatcher: Dispatcher) -> None:
    form = form_for(dispatcher.context, dispatcher.context.menu.commands["compare",])
    view = modal(form)
    answer = errors(Problems(form.problems({"first": "", "second": "x" * 500})))
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"private_metadata": ""},
        {"private_metadata": "[]", "state": {"values": {}}},
        {"private_metadata": '{"token": "nb1:x", "more": ""}', "state": None},
        {"private_metadata": '{"token": "nb1:x", "more": ""}', "state": {"values": {"nb-field-a": {"other": {}}}}},
    ],
)
def test_a_view_that_newsbot_did_not_make_is_told_so(view: dict[str, Any]) -> None:
    with pytest.raises(TokenError, match="damaged"):
        submitted_form(view)


def test_more_metadata_than_slack_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match="private_metadata"):
        modal(Form("Ask", ASK, (Field("words", "Words"),)), "x" * 3_000)


# -- cards to read, and the Home tab ------------------------------------------------------------------------------


def test_a_brief_and_a_question_can_be_read_in_a_modal(library: Library) -> None:
    for card in (brief_card(library, "deepseek", "cost"), question_card(library, "deepseek", "v3-bill")):
        view = card_modal(card)
        assert view_problems(view) == []
        assert "$5.576 million" in json.dumps(view)


@given(cards.filter(lambda card: not list(card.actions())))
def test_any_card_can_be_read_in_a_modal(card: Card) -> None:
    assert view_problems(card_modal(card)) == []


def test_the_home_tab_is_as_its_golden_file_has_it(dispatcher: Dispatcher, library: Library) -> None:
    view = home_view(library, dispatcher.context.menu)
    assert view_problems(view) == []
    check_golden("home", view)


def test_the_home_tab_shows_every_topic_and_how_to_ask(dispatcher: Dispatcher, library: Library) -> None:
    shown = " ".join(strings(home_view(library, dispatcher.context.menu)))
    for topic in library.topics.values():
        assert topic.title in shown
        assert topic.summary in shown
    assert "/newsbot help" in shown
    assert "A direct message" in shown
    quiet = " ".join(strings(home_view(library, dispatcher.context.menu, direct_messages=False)))
    assert "A direct message" not in quiet


async def test_every_button_of_the_home_tab_does_something(dispatcher: Dispatcher, library: Library) -> None:
    rows = [block for block in home_view(library, dispatcher.context.menu)["blocks"] if block["type"] == "actions"]
    tokens = [token_and_values(element)[0] for row in rows for element in row["elements"]]
    assert len(tokens) >= len(library.topics) + 4
    for token in tokens:
        answered = await dispatcher.click_token(token, ANNA, HERE)
        assert isinstance(answered, Form) or answered.card.tone != "warning", token


def test_the_home_tab_has_room_for_more(dispatcher: Dispatcher, library: Library) -> None:
    row = Buttons((Button("Set up", Action("digest.set")),))
    extra = (text("Your digests", "heading"), text("Weekdays at 8:00 in #general."), row)
    view = home_view(library, dispatcher.context.menu, extra)
    assert view_problems(view) == []
    assert "Weekdays at 8:00 in #general." in " ".join(strings(view))


def test_too_much_for_the_home_tab_is_said(dispatcher: Dispatcher, library: Library) -> None:
    view = home_view(library, dispatcher.context.menu, tuple(text(f"Digest {number}") for number in range(150)))
    assert view_problems(view) == []
    assert view["blocks"][-1]["text"]["text"] == "/newsbot shows the rest."


def test_an_empty_library_still_has_a_home_tab(dispatcher: Dispatcher, library: Library) -> None:
    empty = Library("0", {}, {}, {}, {}, {}, {})
    view = home_view(empty, dispatcher.context.menu)
    assert view_problems(view) == []
