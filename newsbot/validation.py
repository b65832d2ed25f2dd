"""Mistakes in our own files: pydantic's findings as `file:line: what is wrong (how to mend it)`."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from newsbot.yamlfiles import LineFinder, Location

_PASSWORD = re.compile(r"//[^/\s]*@")
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend in a file of ours; `line` counts from 1."""

    file: str
    line: int
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}{f' ({self.mend})' if self.mend else ''}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a value, before its line is known."""

    location: Location
    what: str
    mend: str = ""


def readable_path(path: Path) -> str:
    """The path as a person in the current folder would write it."""
    return str(path).removeprefix(f"{os.getcwd()}{os.sep}")


def mistakes(findings: Iterable[Finding], file: str, text: str, offset: Location = ()) -> list[Mistake]:
    """The findings with the lines of `text` at which they stand; `offset` is where the checked value stands."""
    found = list(findings)
    if not found:
        return []
    lines = LineFinder.of(text)
    return [Mistake(file, lines.line((*offset, *each.location)), each.what, each.mend) for each in found]


def validate(model: type[_Model], data: object) -> tuple[_Model | None, list[Finding]]:
    """`data` as `model`, or None and everything that is wrong with it."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        return None, [_finding(model, detail) for detail in details if not _follows(detail, details)]


def _follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Whether this is only the echo of another: a list counts as too short where one of its entries is wrong."""
    place = detail["loc"]
    deeper = any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in details)
    return detail["type"] == "too_short" and deeper


def _finding(model: type[BaseModel], detail: ErrorDetails) -> Finding:
    location = tuple(step for step in detail["loc"] if not _is_tag(step))
    name = ".".join(str(step) for step in location) or "the file"
    match detail["type"]:
        case "extra_forbidden":
            allowed = allowed_keys(model, location[:-1])
            return Finding(location, f"'{name}' isn't a known key", _allowed_keys(str(location[-1]), allowed))
        case "missing":
            return Finding(location[:-1], f"'{name}' is missing", "add it")
        case "literal_error":
            return Finding(location, f"'{name}' is {quote_value(detail['input'])}", f"allowed: {_expectation(detail)}")
        case "value_error" | "assertion_error":
            what, _, mend = str(detail["ctx"]["error"]).partition(" | ")
            return Finding(location, f"'{name}': {what}", mend)
        case "string_type":
            return Finding(location, f"'{name}' is {quote_value(detail['input'])}, not text", "put it in quotes")
        case "too_short" | "too_long" as kind:
            few = kind == "too_short"
            count = detail["ctx"]["min_length" if few else "max_length"]
            return Finding(
                location,
                f"'{name}' has too {'few' if few else 'many'} entries",
                f"at {'least' if few else 'most'} {count}",
            )
        case kind:
            wanted = _WANTED.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
            return Finding(location, f"'{name}' is {quote_value(detail['input'])}", wanted)


_WANTED = {
    "bool_type": "allowed: true, false",
    "bool_parsing": "allowed: true, false",
    "list_type": "write a list, each entry on a line of its own after '- '",
    "tuple_type": "write a list, each entry on a line of its own after '- '",
    "dict_type": "write keys with values below it",
    "model_type": "write keys with values below it",
    "float_type": "write a number",
    "finite_number": "write a number",
}


# The names that unions give their members in pydantic's locations; none of them is a key of a file.
_TAGS = frozenset({"float", "int", "str", "number", "range", "series"})


def _is_tag(step: int | str) -> bool:
    """Whether this step of pydantic's location names a member of a union rather than a place in the file."""
    return isinstance(step, str) and (step == "[key]" or "[" in step or step in _TAGS)


def quote_value(value: object) -> str:
    """A value as a person wrote it, short."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "keys and values"
    text = "true" if value is True else "false" if value is False else str(value)
    text = _PASSWORD.sub("//…@", text)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:39]}…'"


def _expectation(detail: ErrorDetails) -> str:
    return str(detail["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")


def _allowed_keys(key: str, allowed: Iterable[str]) -> str:
    names = list(allowed)
    near = difflib.get_close_matches(key, names, n=1)
    return (f"did you mean '{near[0]}'? " if near else "") + f"allowed: {', '.join(names)}"


def allowed_keys(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that may stand at `location` in a file of `model`."""
    current: Any = model
    for step in location:
        current = _inner(current, step)
    fields: Mapping[str, Any] = getattr(current, "model_fields", {})
    return [name for name, field in fields.items() if not field.exclude]  # the excluded are added by us


def _inner(current: Any, step: str | int) -> Any:
    fields = getattr(current, "model_fields", {})
    annotation = fields[step].annotation if step in fields else current
    for _ in range(6):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return annotation
        candidates = [each for each in getattr(annotation, "__args__", ()) if each not in (str, type(None), Ellipsis)]
        if not candidates:
            return annotation
        annotation = candidates[-1]
    return annotation
