"""Forms: a few fields that a person fills in at once (a modal on Discord and Slack, a panel on the web)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from newsbot.messages.actions import Action


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `choices` holds (label, value) pairs where `kind` is "choice"; `limit` counts characters."""

    name: str
    label: str
    kind: Literal["line", "paragraph", "choice"] = "line"
    value: str = ""
    hint: str = ""
    required: bool = True
    limit: int = 200
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Problems:
    """Why a form could not be accepted: for each field by name, the sentence to show beside it."""

    by_field: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A titled set of fields; sending it does `action`. Raises ValueError where two fields share a name."""

    title: str
    action: Action
    fields: tuple[Field, ...]
    submit_label: str = "Send"

    def __post_init__(self) -> None:
        if len({field.name for field in self.fields}) != len(self.fields):
            raise ValueError(f"two fields of the form {self.title!r} share a name")

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """For each field that cannot be accepted as filled in, the sentence to show beside it."""
        found: dict[str, str] = {}
        for field in self.fields:
            value = values.get(field.name, "").strip()
            if field.required and not value:
                found[field.name] = f"{field.label} is needed."
            elif len(value) > field.limit:
                found[field.name] = f"{field.label} may have at most {field.limit} characters."
            elif value and field.kind == "choice" and value not in {choice for _, choice in field.choices}:
                found[field.name] = f"Pick one of the choices for {field.label}."
        return found
