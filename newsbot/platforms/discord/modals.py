"""Forms as Discord modals, and what a person sent in one.

The rules: https://docs.discord.com/developers/components/reference (label, text input, string select) and
https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from newsbot.messages.forms import Field, Form
from newsbot.platforms.discord.markup import clean_text, escape_line

ROW, SELECT, TEXT_INPUT, TEXT, LABEL = 1, 3, 4, 10, 18
MAX_COMPONENTS = 5
_MAX_TITLE = 45
_MAX_LABEL = 45
_MAX_DESCRIPTION = 100
_MAX_HINT = {SELECT: 150, TEXT_INPUT: 100}
_MAX_INPUT = 4_000
_MAX_CHOICES = 25
_MAX_CHOICE = 100
_MAX_CUSTOM_ID = 100
_LINE, _PARAGRAPH = 1, 2

Component = dict[str, Any]


def modal(form: Form) -> dict[str, Any]:
    """The data of the interaction callback (type 9) that opens this form.

    Raises ValueError where Discord cannot show the form, TokenError where its action makes no custom id.
    """
    title, rest = _split_label(form.title, _MAX_TITLE)
    components = [_labelled_field(field) for field in form.fields]
    if not 1 <= len(components) <= MAX_COMPONENTS:
        raise ValueError(f"the form {form.title!r} has {len(components)} fields; Discord shows 1 to {MAX_COMPONENTS}")
    if rest and len(components) < MAX_COMPONENTS:
        components.insert(0, {"type": TEXT, "content": escape_line(form.title)})
    return {"custom_id": form.action.token(), "title": title or "…", "components": components}


def submitted_values(data: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a modal that was sent, by name; a select gives its first value, an empty one an empty text."""
    return {str(leaf["custom_id"]): _value(leaf) for leaf in _leaves(data) if "custom_id" in leaf}


def shorten(text: str, limit: int) -> str:
    """`text` on one line, within `limit` characters, cut between words and ending in an ellipsis where it has to be."""
    return _split_label(text, limit)[0]


def _split_label(text: str, limit: int) -> tuple[str, str]:
    """The beginning of `text` within `limit` characters, and what of it is left."""
    words = " ".join(clean_text(text).split())
    if _head(words, limit) == words:
        return words, ""
    end = len(_head(words, limit - 1))
    at = words.rfind(" ", end // 2, end + 1)
    at = at if at > 0 else end
    return f"{words[:at].rstrip()}…", words[at:].lstrip()


def _head(text: str, limit: int) -> str:
    """The beginning of `text` within `limit` UTF-16 code units, the stricter way of counting."""
    if len(text) * 2 <= limit:
        return text
    return text.encode("utf-16-le", "ignore")[: limit * 2].decode("utf-16-le", "ignore")


def _labelled_field(field: Field) -> Component:
    """A field under its label; what does not fit into the label goes on in the description."""
    name, rest = _split_label(field.label, _MAX_LABEL)
    if not 1 <= len(field.name) <= _MAX_CUSTOM_ID:
        raise ValueError(f"the name of the field {field.name!r} needs 1 to {_MAX_CUSTOM_ID} characters")
    shown: Component = {"type": LABEL, "label": name or shorten(field.name, _MAX_LABEL) or "…"}
    if rest:
        shown["description"] = shorten(f"…{rest}", _MAX_DESCRIPTION)
    return {**shown, "component": _select(field) if field.kind == "choice" else _text_input(field)}


def _text_input(field: Field) -> Component:
    limit = min(field.limit, _MAX_INPUT)
    if limit < 1:
        raise ValueError(f"the field {field.name!r} allows no characters")
    shown: Component = {
        "type": TEXT_INPUT,
        "custom_id": field.name,
        "style": _PARAGRAPH if field.kind == "paragraph" else _LINE,
        "required": field.required,
        "max_length": limit,
    }
    if field.value:
        shown["value"] = _head(field.value, limit)
    return {**shown, **_hint(field, TEXT_INPUT)}


def _select(field: Field) -> Component:
    values = [value for _, value in field.choices]
    if not 1 <= len(values) <= _MAX_CHOICES or len(set(values)) != len(values):
        raise ValueError(f"the field {field.name!r} needs 1 to {_MAX_CHOICES} different choices")
    shown: Component = {
        "type": SELECT,
        "custom_id": field.name,
        "required": field.required,
        "options": [_option(field, label, value) for label, value in field.choices],
    }
    if not field.required:
        shown["min_values"] = 0
    return {**shown, **_hint(field, SELECT)}


def _option(field: Field, label: str, value: str) -> Component:
    if not 1 <= len(value) <= _MAX_CHOICE:
        raise ValueError(f"a choice of the field {field.name!r} needs a value of 1 to {_MAX_CHOICE} characters")
    shown: Component = {"label": shorten(label, _MAX_CHOICE) or "…", "value": value}
    return {**shown, "default": True} if value == field.value else shown


def _hint(field: Field, kind: int) -> Component:
    hint = shorten(field.hint, _MAX_HINT[kind])
    return {"placeholder": hint} if hint else {}


def _leaves(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The inputs of a submitted modal: one in each label, or any number in each row of the older form."""
    for component in data.get("components", ()):
        if isinstance(inner := component.get("component"), Mapping):
            yield inner
        yield from component.get("components", ())


def _value(leaf: Mapping[str, Any]) -> str:
    values = leaf.get("values")
    if isinstance(values, list):
        return str(values[0]) if values else ""
    return str(leaf.get("value") or "")
