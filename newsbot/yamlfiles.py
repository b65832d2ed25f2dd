"""Reads one YAML file into plain values, and finds the line of any of them afterwards.

The dialect is YAML 1.2's core: `yes` and `1:30` are text, dates stay text, a key may stand once. Values come from the C
parser; lines are looked up only when there is a mistake to report, so that a good file is read once and fast.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from newsbot.errors import NewsbotError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_BYTES = 2_000_000
_DEEPEST = 20
# What may be an anchor, an alias, a tag, or brackets in brackets in brackets; in prose it is nothing of the kind.
_SUSPECT = re.compile(r"(?:^|[:\-,\[{])[ \t]*(?:[&*!][\w!<]|[\[{](?:\s*[\[{]){9})", re.MULTILINE)

# What no YAML file may hold, and spaces that look like one but are none to YAML: where it looks for indents and values.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_WIDE = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_WIDE_SPACE = re.compile(rf"[{_WIDE}]")
_MISPLACED = re.compile(rf"^(?:[ \t]*(?:- +)*(?:-|[\"']?[\w-]+[\"']?:)?)[{_WIDE}]", re.MULTILINE)

Location = Sequence[str | int]


class YamlError(NewsbotError):
    """A file cannot be read as YAML. `line` counts from 1; the sentence does not name file or line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


_TEXT = "tag:yaml.org,2002:str"
_TAG_OF: dict[type[yaml.Node], str] = {
    yaml.MappingNode: "tag:yaml.org,2002:map",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
}


class _NotPlain(Exception):
    """A node has a tag of its own, or a key that cannot be one or is given twice."""


class _Loader(_Base):  # type: ignore[misc] # which base is decided when this module is imported
    """The C loader with YAML 1.2's idea of plain values, and an error for a key given twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own convention)

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool]) -> str:
        """The tag of a node without one: as PyYAML finds it, without what it looks for on the way."""
        if kind is not yaml.ScalarNode:
            return _TAG_OF[kind]
        if implicit[0] and value is not None:
            for tag, pattern in self.yaml_implicit_resolvers.get(value[:1], ()):
                if pattern.match(value):
                    return str(tag)
        return _TEXT

    def get_single_data(self) -> Any:
        """The values of the document. What is not plain is left to PyYAML, and to what it says about it."""
        node = self.get_single_node()
        try:
            return None if node is None else _value_of(node)
        except _NotPlain:
            return self.construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise _key_given_twice(node)
        return mapping


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})\\Z"), _first)


def _whole_number(loader: Any, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node), 10)  # 010 is ten


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


_PLAIN: dict[str, Callable[[str], Any]] = {
    _TEXT: lambda text: text,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:int": lambda text: int(text, 10),
    "tag:yaml.org,2002:float": float,
}


def _value_of(node: yaml.Node) -> Any:
    """The value of a node and all below it, in a third of the time that PyYAML's constructor takes."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == _TEXT:
            return node.value
        make = _PLAIN.get(node.tag)
        if make is None:
            raise _NotPlain
        return make(node.value)
    if node.tag != _TAG_OF.get(type(node)):
        raise _NotPlain
    if isinstance(node, yaml.SequenceNode):
        return [_value_of(item) for item in node.value]
    pairs = [(_value_of(key), _value_of(value)) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    values = dict(pairs)
    if len(values) != len(node.value):
        raise _NotPlain
    return values


def read_yaml(text: str) -> Any:
    """The values of one YAML document, None where it is empty. Raises YamlError."""
    if len(text) > _MAX_BYTES:
        raise YamlError(f"the file is larger than {_MAX_BYTES:,} characters", 1)
    _refuse_signs(text)
    try:
        if _SUSPECT.search(text):
            _refuse_tricks(text)
        return yaml.load(text, _Loader)  # noqa: S506 (a subclass of the safe loader)
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_problem(error), mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise YamlError(f"not readable as YAML: {error}".replace("\n", " "), 1) from None
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise YamlError(f"not readable as YAML: {error}", 1) from None


def _refuse_signs(text: str) -> None:
    """Raises YamlError at a sign that YAML cannot read, or reads as something else than the space it looks like."""
    if found := _CONTROL.search(text):
        raise YamlError(
            f"the sign U+{ord(found[0]):04X} isn't allowed in a file (remove it)", _line(text, found.start())
        )
    if _WIDE_SPACE.search(text) and (found := _MISPLACED.search(text)):
        sign = f"U+{ord(found[0][-1]):04X}"
        line = _line(text, found.end() - 1)
        raise YamlError(f"the space {sign} is where YAML needs a plain one (type a space)", line)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _refuse_tricks(text: str) -> None:
    """Raises YamlError at an alias, an anchor, a tag or nesting too deep: a small file could stand for a huge one."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        is_tagged = isinstance(event, yaml.CollectionStartEvent | yaml.ScalarEvent) and event.tag is not None
        if is_tagged or getattr(event, "anchor", None) is not None:
            raise YamlError("anchors, aliases and tags are not used here (put it in quotes)", line)
        if depth > _DEEPEST:
            raise YamlError("lists and keys are nested too deeply", line)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises YamlError where there is none."""
    try:
        return path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise YamlError(f"not UTF-8 text (byte {error.start})", 1) from None
    except OSError as error:
        raise YamlError(f"cannot be read: {error.strerror}", 1) from None


@dataclass(frozen=True, slots=True)
class LineFinder:
    """Finds the line of a value in a document that `read_yaml` has read."""

    root: yaml.Node | None

    @classmethod
    def of(cls, text: str) -> "LineFinder":
        """The finder for this text."""
        try:
            return cls(yaml.compose(text, _Loader))
        except yaml.YAMLError:
            return cls(None)

    def line(self, location: Location) -> int:
        """The line, from 1, of the value at `location` (keys and indices), or of the nearest thing above it."""
        node, line = self.root, 1
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            node, line = found
        return line


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "not readable as YAML"
    if "found character that cannot start any token" in problem:
        problem += " (a tab, or a sign that needs quotes)"
    if "mapping values are not allowed" in problem:
        problem += " (a colon in text needs quotes around the text)"
    return f"{error.context}: {problem}" if error.context else problem


def _key_given_twice(node: yaml.MappingNode) -> yaml.MarkedYAMLError:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            return yaml.MarkedYAMLError(problem=f"the key '{key.value}' appears twice", problem_mark=key.start_mark)
        seen.add(key.value)
    return yaml.MarkedYAMLError(problem="a key appears twice", problem_mark=node.start_mark)
