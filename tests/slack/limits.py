"""Slack's documented limits, written down apart from the code that keeps them.

Read from https://docs.slack.dev/reference/block-kit, …/views, …/methods/chat.postMessage and chat.update, and from the
schema slackapi/manifest-schema. Each function names every rule that something breaks; empty where it breaks none.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_STYLES = {"primary", "danger"}
_ANGLE = re.compile(r"https?://[^|<>\s]+(?:\|[^|<>]+)?|!date\^-?\d+\^[^|]+\|[^|]+|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+")
_RICH = {"text", "link", "date", "user", "usergroup"}


def size(text: str) -> int:
    """UTF-16 units: the larger of the two ways to count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems(payload: Json) -> list[str]:
    """What a message's payload breaks."""
    text, blocks = payload.get("text"), payload.get("blocks", [])
    found = list(_blocks(blocks, 50, {"table"}))
    if not isinstance(text, str) or not text.strip():
        found.append("text is needed beside blocks")
    elif size(text) > 4_000:
        found.append(f"text has {size(text)} characters, chat.update takes 4,000")
    elif re.search(r"<(?!!date)|@(?:here|channel|everyone)", text):
        found.append("text can mention or link")
    if size(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > 12_000:
        found.append("the blocks are longer than 12,000 characters")
    found += [f"{flag} is not off" for flag in ("unfurl_links", "unfurl_media") if payload.get(flag) is not False]
    found += [f"unknown key {key}" for key in payload.keys() - {"text", "blocks", "unfurl_links", "unfurl_media"}]
    if sum(block["type"] == "table" for block in blocks) > 1:
        found.append("more than one table (only_one_table_allowed)")
    return found


def view_problems(view: Json) -> list[str]:
    """What a modal or the Home tab breaks."""
    allowed = {"input"} if view["type"] == "modal" else set()
    found = list(_blocks(view.get("blocks", []), 100, allowed))
    if view["type"] == "modal":
        found += _plain(view.get("title"), 24, "title")
        for name in ("submit", "close"):
            found += _plain(view[name], 24, name) if name in view else []
        if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            found.append("submit is needed where there is an input")
    elif view["type"] != "home" or "title" in view or "submit" in view:
        found.append("a Home tab has neither title nor submit")
    if len(view.get("private_metadata", "")) > 3_000:
        found.append("private_metadata is longer than 3,000")
    if len(view.get("callback_id", "")) > 255:
        found.append("callback_id is longer than 255")
    return found


def _blocks(blocks: list[Json], most: int, also: set[str]) -> Iterator[str]:
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks (1 to {most})"
    for block in blocks:
        check = _CHECKS.get(block["type"])
        if check is None or (block["type"] in ("table", "input") and block["type"] not in also):
            yield f"a {block['type']} block is not allowed here"
            continue
        yield from check(block)
    yield from _unique([block["block_id"] for block in blocks if "block_id" in block], "block_id")
    ids = [element["action_id"] for block in blocks for element in _elements(block)]
    yield from _unique(ids, "action_id")
    yield from (f"action_id {found} does not begin with nb" for found in ids if not re.match(r"^nb", found))


def _elements(block: Json) -> list[Json]:
    found = list(block.get("elements", [])) if block["type"] == "actions" else []
    return [*found, *(block[key] for key in ("accessory", "element") if key in block)]


def _unique(ids: list[str], what: str) -> Iterator[str]:
    if len(set(ids)) != len(ids):
        yield f"the same {what} twice"
    yield from (f"{what} {one!r} is not 1 to 255 long" for one in ids if not 1 <= len(one) <= 255)


def _keys(block: Json, *allowed: str) -> list[str]:
    return [f"{block['type']} has no key {key}" for key in block.keys() - {"type", "block_id", *allowed}]


def _plain(found: Any, most: int, where: str) -> list[str]:
    if not isinstance(found, dict) or found.get("type") != "plain_text":
        return [f"{where} is not plain_text"]
    return _text(found, most, where)


def _text(found: Json, most: int, where: str) -> list[str]:
    if found.get("type") not in ("plain_text", "mrkdwn"):
        return [f"{where} is no text object"]
    wrong = {"type", "text", "emoji" if found["type"] == "plain_text" else "verbatim"}
    text = found.get("text", "")
    result = [f"{where} has a wrong key {key}" for key in found.keys() - wrong]
    if not text.strip() or size(text) > most:
        result.append(f"{where} has {size(text)} characters (1 to {most})")
    return result + (_markup(text, where) if found["type"] == "mrkdwn" else [])


def _markup(text: str, where: str) -> list[str]:
    """Whether everything in angle brackets is a link, a date or a mention, and nothing calls a whole channel."""
    result = [f"{where} has <{found}>" for found in re.findall(r"<([^>]*)>?", text) if not _ANGLE.fullmatch(found)]
    if re.search(r"&(?!(?:amp|lt|gt);)", text):
        result.append(f"{where} has a bare &")
    if re.search(r"@(?:here|channel|everyone)", text, re.IGNORECASE):
        result.append(f"{where} calls a channel")
    return result


def _section(block: Json) -> list[str]:
    found = _keys(block, "text", "fields", "accessory", "expand")
    if "text" not in block and "fields" not in block:
        found.append("a section needs text or fields")
    if "text" in block:
        found += _text(block["text"], 3_000, "section")
    if not 1 <= len(block.get("fields", [1])) <= 10:
        found.append("a section has 1 to 10 fields")
    for field in block.get("fields", []):
        found += _text(field, 2_000, "field")
    return found + (_element(block["accessory"]) if "accessory" in block else [])


def _actions(block: Json) -> list[str]:
    elements = block["elements"]
    count = [] if 1 <= len(elements) <= 25 else [f"{len(elements)} elements in actions"]
    return [*_keys(block, "elements"), *count, *(wrong for element in elements for wrong in _element(element))]


def _element(element: Json) -> list[str]:
    if element["type"] == "button":
        return _button(element)
    if element["type"] == "static_select":
        return _select(element)
    if element["type"] == "plain_text_input":
        limit = element.get("max_length", 3_000)
        fits = 1 <= limit <= 3_000 and len(element.get("initial_value", "")) <= limit
        return [] if fits else ["max_length or initial_value of an input"]
    return [f"unknown element {element['type']}"]


def _button(button: Json) -> list[str]:
    found = [*_keys(button, "text", "action_id", "value", "url", "style"), *_plain(button["text"], 75, "button")]
    if len(button.get("value", "")) > 2_000 or len(button.get("url", "")) > 3_000:
        found.append("value or url of a button is too long")
    if button.get("style", "primary") not in _STYLES:
        found.append("unknown style of a button")
    return found


def _select(select: Json) -> list[str]:
    found = _plain(select["placeholder"], 150, "placeholder")
    groups = select.get("option_groups", [])
    for options in [group["options"] for group in groups] or [select["options"]]:
        if not 1 <= len(options) <= 100:
            found.append(f"{len(options)} options")
        for option in options:
            found += _option(option)
    if len(groups) > 100 or ("options" in select and groups):
        found.append("option groups")
    for group in groups:
        found += _plain(group["label"], 75, "option group")
    return found


def _option(option: Json) -> list[str]:
    found = _plain(option["text"], 75, "option")
    if not 1 <= len(option["value"]) <= 150:
        found.append("value of an option")
    return found + (_plain(option["description"], 75, "option description") if "description" in option else [])


def _image(block: Json) -> list[str]:
    found = _keys(block, "image_url", "slack_file", "alt_text", "title")
    if ("image_url" in block) == ("slack_file" in block):
        found.append("an image needs image_url or slack_file")
    if not 1 <= size(block.get("alt_text", "")) <= 2_000:
        found.append("alt_text is needed, at most 2,000")
    if len(block.get("image_url", "")) > 3_000:
        found.append("image_url is longer than 3,000")
    return found + (_plain(block["title"], 2_000, "image title") if "title" in block else [])


def _context(block: Json) -> list[str]:
    count = [] if 1 <= len(block["elements"]) <= 10 else ["1 to 10 elements in context"]
    return [*_keys(block, "elements"), *count, *(w for e in block["elements"] for w in _text(e, 3_000, "context"))]


def _table(block: Json) -> list[str]:
    rows = block["rows"]
    found = _keys(block, "rows", "column_settings")
    if not 1 <= len(rows) <= 100 or not all(1 <= len(row) <= 20 for row in rows):
        found.append("a table has at most 100 rows of 20 cells")
    if len({len(row) for row in rows}) != 1 or len(block.get("column_settings", [])) > 20:
        found.append("rows of a table are of one length")
    return found + [wrong for row in rows for cell in row for wrong in _rich(cell)]


def _rich(block: Json) -> list[str]:
    sections = block["elements"]
    if block["type"] != "rich_text" or not sections or any(s["type"] != "rich_text_section" for s in sections):
        return ["a rich_text has sections"]
    elements = [element for section in sections for element in section["elements"]]
    found = [f"unknown rich element {e['type']}" for e in elements if e["type"] not in _RICH]
    found += ["an empty text" for e in elements if e["type"] == "text" and not e["text"]]
    found += ["a link without an address" for e in elements if e["type"] == "link" and "://" not in e["url"]]
    return found if elements else ["an empty rich_text"]


def _input(block: Json) -> list[str]:
    found = [*_keys(block, "label", "element", "hint", "optional"), *_plain(block["label"], 2_000, "label")]
    found += _plain(block["hint"], 2_000, "hint") if "hint" in block else []
    return found + _element(block["element"])


_CHECKS: dict[str, Callable[[Json], list[str]]] = {
    "header": lambda block: [*_keys(block, "text"), *_plain(block["text"], 150, "header")],
    "divider": lambda block: _keys(block),
    "section": _section,
    "actions": _actions,
    "image": _image,
    "context": _context,
    "table": _table,
    "rich_text": _rich,
    "input": _input,
}


def manifest_problems(manifest: Json) -> list[str]:
    """What an app manifest breaks."""
    shown, features = manifest["display_information"], manifest["features"]
    lengths = [("name", 1, 35), ("description", 1, 140), ("long_description", 175, 4_000)]
    found = [f"{key} is not {low} to {high} long" for key, low, high in lengths if not low <= len(shown[key]) <= high]
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", shown["background_color"]):
        found.append("background_color")
    commands = features["slash_commands"]
    if not 1 <= len(commands) <= 50 or len({command["command"] for command in commands}) != len(commands):
        found.append("1 to 50 different slash commands")
    for command in commands:
        found += _slash(command, manifest["settings"]["socket_mode_enabled"])
    scopes = manifest["oauth_config"]["scopes"]
    if not set(scopes["bot_optional"]) <= set(scopes["bot"]):
        found.append("an optional scope is not among the scopes")
    return found + [f"no url {url}" for url in _urls(manifest) if not re.match(r"https?://", url)]


def _slash(command: Json, sockets: bool) -> list[str]:
    name = command["command"]
    found = [] if re.fullmatch(r"/[a-z0-9_-]{1,31}", name) else [f"{name} is no name of a slash command"]
    if not 1 <= len(command["description"]) <= 2_000 or not 1 <= len(command.get("usage_hint", "x")) <= 1_000:
        found.append(f"description or hint of {name}")
    if ("url" in command) == sockets:
        found.append(f"{name} has a url in Socket Mode, or none in HTTP mode")
    return found


def _urls(manifest: Json) -> list[str]:
    settings = manifest["settings"]
    subscribed = [settings[key].get("request_url") for key in ("event_subscriptions", "interactivity")]
    found = [*subscribed, *manifest["oauth_config"].get("redirect_urls", [])]
    found += [command.get("url") for command in manifest["features"]["slash_commands"]]
    return [url for url in found if url is not None]
