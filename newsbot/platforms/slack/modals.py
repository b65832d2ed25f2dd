"""Forms as modals, cards as modals to read, and what a person sent back.

The one `callback_id` of forms is `nb-form`. A form's token and whatever the caller wants back travel in
`private_metadata`, so a modal that was open while newsbot restarted can still be sent.
Limits: https://docs.slack.dev/reference/views/modal-views.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from newsbot.errors import TokenError
from newsbot.messages.budgets import SLACK
from newsbot.messages.cards import Card, ChoiceOption, text
from newsbot.messages.charts import Chart
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Field, Form, Problems
from newsbot.messages.markup import Plain
from newsbot.platforms.slack.blocks import card_blocks, option_object
from newsbot.platforms.slack.markup import SlackBlock, paragraph, plain
from newsbot.platforms.slack.render import ShownPicture, no_pictures, with_data_of

CALLBACK = "nb-form"
CARD_CALLBACK = "nb-card"
# A view may hold 100 blocks, and no total of characters is documented; two are kept for a note at the end.
VIEW = replace(SLACK, name="slack-view", pieces=98, characters=40_000)

_TITLE = 24
_BUTTON = 24
_METADATA = 3_000
_INPUT = 3_000
_LABEL = 75
_OPTIONS = 100
_FIELD = "nb-field-"
_VALUE = "nb-value-"


def modal(form: Form, private_metadata: str = "") -> dict[str, Any]:
    """A form as a `views.open` view. `private_metadata` comes back from `submitted`.

    Raises ValueError where token and metadata together are longer than Slack keeps.
    """
    metadata = json.dumps({"token": form.action.token(), "more": private_metadata}, ensure_ascii=False)
    if len(metadata) > _METADATA:
        raise ValueError(f"{len(metadata):,} characters of private_metadata (at most {_METADATA:,})")
    # A title that had to be cut stands in full above the fields.
    whole = paragraph([Plain(form.title)]) if len(form.title) > _TITLE else []
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": plain(_cut(form.title, _TITLE)),
        "submit": plain(_cut(form.submit_label, _BUTTON)),
        "close": plain("Cancel"),
        "blocks": [*whole, *(_input(field) for field in form.fields)] or paragraph([Plain(form.title or "newsbot")]),
    }


def _input(field: Field) -> SlackBlock:
    made: SlackBlock = {
        "type": "input",
        "block_id": _FIELD + field.name,
        "label": plain(_cut(field.label or field.name, 2_000)),
        "element": _select(field) if field.kind == "choice" and field.choices else _text_input(field),
        "optional": not field.required,
    }
    return made | ({"hint": plain(_cut(field.hint, 2_000))} if field.hint.strip() else {})


def _text_input(field: Field) -> SlackBlock:
    limit = min(max(field.limit, 1), _INPUT)
    element: SlackBlock = {
        "type": "plain_text_input",
        "action_id": _VALUE + field.name,
        "multiline": field.kind == "paragraph",
        "max_length": limit,
    }
    return element | ({"initial_value": field.value[:limit]} if field.value else {})


def _select(field: Field) -> SlackBlock:
    """A list to pick from; one of more than a hundred entries is divided into groups, as Slack wants it."""
    options = [option_object(ChoiceOption(_cut(label, _LABEL), value)) for label, value in field.choices]
    element: SlackBlock = {"type": "static_select", "action_id": _VALUE + field.name, "placeholder": plain("Pick one")}
    if len(options) <= _OPTIONS:
        element["options"] = options
    else:
        groups = [options[start : start + _OPTIONS] for start in range(0, len(options), _OPTIONS)]
        element["option_groups"] = [{"label": plain(_span(group)), "options": group} for group in groups]
    chosen = next((option for option in options if field.value and option["value"] == field.value), None)
    return element | ({"initial_option": chosen} if chosen else {})


def _span(options: list[SlackBlock]) -> str:
    first, last = (str(options[at]["text"]["text"]) for at in (0, -1))
    return f"{_cut(first, 35)} to {_cut(last, 35)}"


def _cut(words: str, limit: int) -> str:
    """Words within a limit, cut between two of them where that keeps most, with an ellipsis."""
    flat = " ".join(words.split()) or "newsbot"
    if len(flat) <= limit:
        return flat
    head = flat[: limit - 1]
    space = head.rfind(" ")
    return f"{(head[:space] if space > limit // 2 else head).rstrip()}…"


def submitted_form(view: Mapping[str, Any]) -> tuple[str, dict[str, str], str]:
    """The token, the values by field name, and the caller's metadata of a form that was sent.

    A field left empty has the value "". Raises TokenError where the view is not one that `modal` made.
    """
    try:
        metadata = json.loads(view["private_metadata"])
        token, more = str(metadata["token"]), str(metadata["more"])
        blocks = view["state"]["values"]
        values = {
            name: _value(inputs[_VALUE + name])
            for name, inputs in ((block_id.removeprefix(_FIELD), inputs) for block_id, inputs in blocks.items())
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise TokenError("This form is damaged. Ask again for a fresh one.") from None
    return token, values, more


def _value(state: Mapping[str, Any]) -> str:
    if state.get("type") == "static_select":
        return str((state.get("selected_option") or {}).get("value", ""))
    return str(state.get("value") or "")


def errors(problems: Problems) -> dict[str, Any]:
    """The answer to a form that cannot be accepted: each sentence stands below its field."""
    return {
        "response_action": "errors",
        "errors": {_FIELD + name: sentence for name, sentence in problems.by_field.items()},
    }


def card_modal(card: Card, shown: Callable[[Chart], ShownPicture | None] = no_pictures) -> dict[str, Any]:
    """A card as a modal to read, for an answer to a button that stands in no message (in the Home tab)."""
    parts = fit(with_data_of(card, shown), VIEW).parts
    blocks = card_blocks(parts[0], shown, tables=False) or paragraph([Plain("newsbot")])
    if len(parts) > 1:
        more = "This is only the beginning. Ask with a command to see the rest."
        blocks = [*blocks, *paragraph(text(more).pieces)]
    return {
        "type": "modal",
        "callback_id": CARD_CALLBACK,
        "title": plain(_cut(card.title, _TITLE)),
        "close": plain("Close"),
        "blocks": blocks,
    }
