"""The rules by which answers to tables of questions are judged.

A table is tab-separated: question, kind, accept (keys that are right, separated by commas), must_show and must_not_show
(regular expressions over what a person sees). A card is `refused` where it says that there is no answer, else it is
right where it shows what it must and one of its buttons opens a key that is accepted.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["right", "refused rightly", "wrong", "refused wrongly"]
_BUTTONS_COUNT = {"greeting", "help", "command", "about-the-bot"}
_REFUSAL = re.compile(
    r"no (sourced |good |sure )?answer|nothing here answers|nothing (is|was) found|not sure|cannot answer|can.t answer"
    r"|(do|does)(n.t| not) (know|have|cover|hold)|we hold (none|nothing)|not covered",
    re.IGNORECASE,
)
_QUOTED = {"facts", "picture", "chart", "table", "quote"}
_PRESSED = {"buttons", "button", "choice", "form"}
_WORDS = ("title", "text", "value", "label", "notes", "alt", "detail")
_VERB = re.compile(r"(brief|figure|event|compare|topic)\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a table."""

    question: str
    kind: str
    accept: frozenset[str]
    must_show: str
    must_not_show: str

    @property
    def expects_an_answer(self) -> bool:
        """Whether something other than a refusal is right."""
        return bool(self.accept - {"intent:no-answer"})


def read_table(path: Path) -> list[Row]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Row(
                row["question"],
                row["kind"],
                frozenset(filter(None, (each.strip() for each in row["accept"].split(",")))),
                row["must_show"] or "",
                row["must_not_show"] or "",
            )
            for row in rows
        ]


def judge(row: Row, card: dict[str, Any]) -> Outcome:
    """What a card, as JSON, is for a question."""
    shown = visible(card, row.kind in _BUTTONS_COUNT)
    has_shown = bool(re.search(row.must_show, shown, re.DOTALL))
    if refuses(card):
        if "intent:advice" in row.accept and row.must_show and has_shown:
            return "right"
        return "refused rightly" if "intent:no-answer" in row.accept else "refused wrongly"
    if not has_shown or (row.must_not_show and re.search(row.must_not_show, shown, re.DOTALL)):
        return "wrong"
    every, opened = keys_of(card)
    if not row.must_show:
        return "right" if opened & row.accept else "wrong"
    has_intent = any(each.startswith("intent:") for each in row.accept - {"intent:no-answer"})
    return "right" if has_intent or every & row.accept or (not every and row.expects_an_answer) else "wrong"


def refuses(card: dict[str, Any]) -> bool:
    """Whether a card says that there is no answer."""
    if _REFUSAL.search(str(card.get("title", ""))):
        return True
    is_quoting = any(_QUOTED & set(kinds) for _, kinds in _walk(card))
    return not is_quoting and bool(_REFUSAL.search(visible(card, False)))


def visible(card: dict[str, Any], with_buttons: bool) -> str:
    """What a person reads of a card without pressing anything, its footer and sources left out."""
    said: list[str] = []
    for node, kinds in _walk({name: child for name, child in card.items() if name != "footer"}):
        is_button = bool(_PRESSED & set(kinds)) or "does" in node
        if "links" in kinds or (is_button and not with_buttons) or node.get("kind") == "action":
            continue
        for name in _WORDS:
            value = node.get(name)
            said += [value] if isinstance(value, str) else [each for each in value or () if isinstance(each, str)]
    return "\n".join(said)


def keys_of(card: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The entries that a card's buttons open, and those that its primary buttons open (all where it has none)."""
    found = [(key, style) for action, style in _actions(card, "") if (key := _key(action))]
    every = {key for key, _ in found}
    return every, {key for key, style in found if style == "primary"} or every


def _walk(node: Any, path: Sequence[str] = ()) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    if isinstance(node, dict):
        kinds = (*path, str(node.get("kind", "")))
        yield node, kinds
        for name, child in node.items():
            if name != "does":
                yield from _walk(child, kinds)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child, path)


def _actions(node: Any, style: str) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(node, dict):
        style = str(node.get("style") or "")
        for child in node.values():
            if isinstance(child, dict) and child.get("kind") == "action":
                yield child, style
            else:
                yield from _actions(child, style)
    elif isinstance(node, list):
        for child in node:
            yield from _actions(child, style)


def _key(action: dict[str, Any]) -> str | None:
    arguments = [str(each) for each in action.get("arguments") or ()]
    verb = _VERB.match(str(action.get("name", "")))
    if verb is None or not arguments:
        return None
    if verb[1] == "brief":
        return f"brief:{arguments[0]}/{arguments[1]}"
    if verb[1] == "topic":
        return f"brief:{arguments[0]}/overview"
    return f"event:{arguments[0]}" if verb[1] == "event" else f"figure:{arguments[0]}"
