"""Modals: Discord takes every form of ours, refuses none that we make, and what was typed comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.dispatcher import build_menu
from newsbot.commands.forms import form_for
from newsbot.commands.registry import Context
from newsbot.messages.actions import Action
from newsbot.messages.forms import Field, Form
from newsbot.platforms.discord.modals import modal, shorten, submitted_values
from tests.discord.limits import length, modal_problems, walk
from tests.shipped import shipped_library

SEND = Action("form.run", ("brief",))
CHOICE = Field("kind", "Kind", "choice", value="b", choices=(("A", "a"), ("B", "b")), required=False)


def inputs(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs of a modal, without their labels."""
    return [dict(each) for each in walk(data["components"]) if each["type"] in (3, 4)]


def test_the_form_of_every_command_can_be_shown() -> None:
    library = shipped_library()
    context = Context(library, build_menu(library))
    shown = 0
    for command in context.menu.commands.values():
        form = form_for(context, command)
        if form.fields:
            assert modal_problems(modal(form)) == [], command.path
            shown += 1
    assert shown >= 6


def test_a_field_keeps_its_name_value_hint_and_bounds() -> None:
    field = Field("why", "Reason", "paragraph", "a typo", "What is wrong?", required=False, limit=9_000)
    (shown,) = inputs(modal(Form("Report", SEND, (field,))))
    assert shown == {
        "type": 4,
        "custom_id": "why",
        "style": 2,
        "required": False,
        "max_length": 4_000,
        "value": "a typo",
        "placeholder": "What is wrong?",
    }


def test_a_choice_becomes_a_select_with_what_is_chosen_so_far() -> None:
    data = modal(Form("Report", SEND, (CHOICE,)))
    (shown,) = inputs(data)
    assert (shown["custom_id"], shown["min_values"], shown["required"]) == ("kind", 0, False)
    assert shown["options"] == [{"label": "A", "value": "a"}, {"label": "B", "value": "b", "default": True}]
    assert modal_problems(data) == []


def test_a_long_title_stands_above_the_fields_and_a_long_label_goes_on_below_itself() -> None:
    title = "Report a number that you believe is wrong to those who keep it"
    label = "Which source says otherwise, and where does one find it"
    data = modal(Form(title, SEND, (Field("source", label),)))
    assert data["title"] == "Report a number that you believe is wrong to…"
    text, labelled = data["components"]
    assert text == {"type": 10, "content": title}
    assert labelled["label"] == "Which source says otherwise, and where does…"
    assert labelled["description"] == "…one find it"
    assert modal_problems(data) == []


@pytest.mark.parametrize(
    "fields",
    [
        (),
        tuple(Field(f"f{number}", "Field") for number in range(6)),
        (Field("kind", "Kind", "choice"),),
        (Field("kind", "Kind", "choice", choices=tuple((f"{n}", f"{n}") for n in range(26))),),
        (Field("kind", "Kind", "choice", choices=(("A", "a"), ("B", "a"))),),
        (Field("kind", "Kind", "choice", choices=(("A", ""),)),),
        (Field("x" * 101, "Long"),),
        (Field("none", "None", limit=0),),
    ],
)
def test_a_form_that_discord_cannot_show_is_refused(fields: tuple[Field, ...]) -> None:
    with pytest.raises(ValueError, match=r"needs|allows|fields"):
        modal(Form("Report", SEND, fields))


def test_what_was_typed_and_picked_comes_back_from_labels_and_from_rows() -> None:
    labels = [
        {"type": 18, "id": 1, "component": {"type": 4, "custom_id": "why", "value": "typo"}},
        {"type": 18, "id": 2, "component": {"type": 3, "custom_id": "kind", "values": ["b"]}},
        {"type": 18, "id": 3, "component": {"type": 3, "custom_id": "none", "values": []}},
        {"type": 10, "id": 4},
    ]
    rows = [{"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "form"}]}]
    data = {"custom_id": SEND.token(), "components": [*labels, *rows]}
    assert submitted_values(data) == {"why": "typo", "kind": "b", "none": "", "old": "form"}
    assert submitted_values({"custom_id": "x"}) == {}


fields = st.builds(
    Field,
    st.from_regex(r"[a-z][a-z0-9-]{0,99}", fullmatch=True),
    st.text(max_size=300),
    st.sampled_from(["line", "paragraph"]),
    st.text("ab \n🦙", max_size=60),
    st.text(max_size=200),
    st.booleans(),
    st.integers(30, 5_000),
)


@given(st.text(min_size=1, max_size=120), st.lists(fields, min_size=1, max_size=5, unique_by=lambda field: field.name))
def test_discord_takes_any_form_of_one_to_five_fields(title: str, made: list[Field]) -> None:
    data = modal(Form(title, SEND, tuple(made)))
    assert modal_problems(data) == []
    assert [each["custom_id"] for each in inputs(data)] == [field.name for field in made]


@given(st.text(max_size=200), st.integers(10, 120))
def test_a_shortened_text_is_within_its_limit(text: str, limit: int) -> None:
    assert length(shorten(text, limit)) <= limit
