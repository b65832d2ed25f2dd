"""Discord's documented limits of messages and modals, written down apart from the code that keeps to them.

Read from https://docs.discord.com/developers: components/reference, resources/message (allowed mentions, attachments),
interactions/receiving-and-responding (modals). Lengths are counted in UTF-16 code
units, the stricter way.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

V2 = 1 << 15
IN_MESSAGE = {1, 9, 10, 12, 13, 14, 17}
IN_CONTAINER = {1, 9, 10, 12, 13, 14}
SELECTS = {3, 5, 6, 7, 8}


def length(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems(payload: Json) -> list[str]:
    """What Discord would refuse in the JSON of a Components V2 message; empty where it would take it."""
    return [
        *_message(payload),
        *_all_together(payload),
        *_children(payload.get("components", ()), IN_MESSAGE, "message"),
    ]


def _message(payload: Json) -> Iterator[str]:
    if not payload.get("flags", 0) & V2:
        yield "the flag for Components V2 is missing"
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if payload.get(key):
            yield f"{key} does not go with Components V2"
    if not payload.get("components"):
        yield "there are no components"
    allowed = payload.get("allowed_mentions", {})
    for kind in ("users", "roles"):
        ids = allowed.get(kind, ())
        if len(ids) > 100 or kind in allowed.get("parse", ()) or not all(re.fullmatch(r"\d{1,20}", i) for i in ids):
            yield f"allowed_mentions has wrong {kind}"
    yield from _attachments(payload)


def _attachments(payload: Json) -> Iterator[str]:
    attachments = payload.get("attachments", ())
    names = [each["filename"] for each in attachments]
    if len(names) > 10 or len(set(names)) != len(names):
        yield "attachments are more than 10 or share a name"
    if [each["id"] for each in attachments] != list(range(len(names))):
        yield "attachments are not numbered in order"
    for each in attachments:
        yield from sized(each.get("description"), "attachment description", 1_024)
    shown = [item["media"]["url"] for each in walk(payload["components"]) for item in each.get("items", ())]
    attached = sorted(url.removeprefix("attachment://") for url in shown if url.startswith("attachment://"))
    if attached != sorted(names):
        yield f"attachments {names} are not those that are shown, {shown}"


def _all_together(payload: Json) -> Iterator[str]:
    every = list(walk(payload.get("components", ())))
    if len(every) > 40:
        yield f"{len(every)} components"
    if (size := sum(length(each["content"]) for each in every if each["type"] == 10)) > 4_000:
        yield f"{size} characters of text"
    yield from _distinct_ids(every)


def _distinct_ids(every: Sequence[Json]) -> Iterator[str]:
    ids = Counter(each["custom_id"] for each in every if "custom_id" in each)
    yield from (f"custom_id {custom_id} is given {count} times" for custom_id, count in ids.items() if count > 1)


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """Every component, the nested ones included, in reading order."""
    for each in components:
        yield each
        yield from walk(each.get("components", ()))
        yield from walk([each[key] for key in ("accessory", "component") if key in each])


def _children(components: Sequence[Json], allowed: set[int], where: str) -> Iterator[str]:
    for each in components:
        if each["type"] not in allowed:
            yield f"a component of type {each['type']} cannot stand in a {where}"
        yield from _component(each)


def _component(each: Json) -> Iterator[str]:
    match each["type"]:
        case 1:
            yield from _row(each)
        case 9:
            yield from _section(each)
        case 10:
            yield from sized(each["content"], "text", 4_000, needed=True)
        case 12:
            yield from _gallery(each)
        case 14:
            if each.get("spacing", 1) not in (1, 2) or not isinstance(each.get("divider", True), bool):
                yield "a separator has a wrong spacing or divider"
        case 17:
            yield from _container(each)


def _container(each: Json) -> Iterator[str]:
    if not each["components"]:
        yield "a container is empty"
    colour = each.get("accent_color")
    if colour is not None and not (isinstance(colour, int) and 0 <= colour <= 0xFFFFFF):
        yield f"{colour} is no colour"
    yield from _children(each["components"], IN_CONTAINER, "container")


def _row(each: Json) -> Iterator[str]:
    inside = each["components"]
    types = [child["type"] for child in inside]
    if not (1 <= len(types) <= 5 and set(types) == {2}) and not (len(types) == 1 and types[0] in SELECTS):
        yield f"a row holds components of the types {types}"
    for child in inside:
        yield from _button(child) if child["type"] == 2 else _select(child)


def _section(each: Json) -> Iterator[str]:
    if not 1 <= len(each["components"]) <= 3:
        yield "a section needs one to three texts"
    yield from _children(each["components"], {10}, "section")
    if each["accessory"]["type"] not in (2, 11):
        yield "a section has a wrong accessory"
    elif each["accessory"]["type"] == 2:
        yield from _button(each["accessory"])


def _button(each: Json) -> Iterator[str]:
    yield from sized(each.get("label"), "button label", 80, needed=True)
    is_link = each["style"] == 5
    if each["style"] not in (1, 2, 3, 4, 5) or is_link != ("url" in each) or is_link == ("custom_id" in each):
        yield "a button's style does not go with what it does"
    yield from sized(each["url"], "url", 512, needed=True) if is_link else _custom_id(each)
    if is_link and not each["url"].startswith(("http://", "https://", "discord://")):
        yield f"{each['url']} is no address for a button"


def _custom_id(each: Json) -> Iterator[str]:
    yield from sized(each.get("custom_id"), "custom_id", 100, needed=True)


def _select(each: Json) -> Iterator[str]:
    options = each["options"]
    yield from _custom_id(each)
    yield from sized(each.get("placeholder"), "placeholder", 150)
    if not 1 <= len(options) <= 25 or len({option["value"] for option in options}) != len(options):
        yield "a select needs 1 to 25 options with different values"
    if sum(option.get("default", False) for option in options) > each.get("max_values", 1):
        yield "a select has too many defaults"
    if each.get("required", True) and each.get("min_values", 1) < 1:
        yield "a required select needs at least one value"
    for option in options:
        yield from sized(option["label"], "option label", 100, needed=True)
        yield from sized(option["value"], "option value", 100, needed=True)
        yield from sized(option.get("description"), "option description", 100)


def _gallery(each: Json) -> Iterator[str]:
    if not 1 <= len(each["items"]) <= 10:
        yield "a gallery needs 1 to 10 pictures"
    for item in each["items"]:
        yield from sized(item.get("description"), "alt text", 1_024)
        if not item["media"]["url"].startswith(("attachment://", "https://", "http://")):
            yield f"{item['media']['url']} is no picture"


def sized(text: str | None, what: str, limit: int, needed: bool = False) -> Iterator[str]:
    """A text that is given is never blank; one that is needed is given."""
    if text is None:
        yield from [f"{what} is missing"] if needed else []
    elif not text.strip() or length(text) > limit:
        yield f"{what} has {length(text)} characters (1 to {limit}): {text[:40]!r}"


# -- modals -------------------------------------------------------------------------------------------------------


def modal_problems(data: Json) -> list[str]:
    """What Discord would refuse in the data of a modal."""
    return list(_modal(data))


def _modal(data: Json) -> Iterator[str]:
    yield from sized(data["title"], "modal title", 45, needed=True)
    yield from _custom_id(data)
    components = data["components"]
    if not 1 <= len(components) <= 5:
        yield f"a modal has {len(components)} components (1 to 5)"
    yield from _distinct_ids(list(walk(components)))
    for each in components:
        if each["type"] == 10:
            yield from sized(each["content"], "text", 4_000, needed=True)
        elif each["type"] == 18:
            yield from _label(each)
        else:
            yield f"a component of type {each['type']} cannot stand in a modal"


def _label(each: Json) -> Iterator[str]:
    yield from sized(each["label"], "label", 45, needed=True)
    yield from sized(each.get("description"), "label description", 100)
    inner = each["component"]
    if "disabled" in inner or "label" in inner:
        yield "an input within a label is neither disabled nor labelled itself"
    if inner["type"] == 3:
        yield from _select(inner)
    elif inner["type"] == 4:
        yield from _text_input(inner)
    else:
        yield f"a component of type {inner['type']} cannot stand in a label"


def _text_input(each: Json) -> Iterator[str]:
    yield from _custom_id(each)
    yield from sized(each.get("placeholder"), "placeholder", 100)
    most = each.get("max_length", 4_000)
    if not 1 <= most <= 4_000 or not 0 <= each.get("min_length", 0) <= most:
        yield "a text input's lengths are out of bounds"
    if each["style"] not in (1, 2) or length(each.get("value", "")) > most:
        yield "a text input has a wrong style or too long a value"
