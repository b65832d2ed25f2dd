"""Slack's documented Block Kit rules, as errors in the words Slack uses: https://docs.slack.dev/reference/block-kit."""

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
FileCheck = Callable[[Json], bool]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TOTAL_CHARACTERS = 13_200  # not documented: measured in https://github.com/slackapi/bolt-js/issues/2509
BLOCK_TYPES = frozenset(
    {"actions", "context", "context_actions", "divider", "file", "header", "image", "input", "markdown", "rich_text"}
    | {"section", "table", "video"}
)
UNCOUNTED = frozenset({"type", "block_id", "action_id", "value", "style"})
PLAIN_ONLY = "must be a plain_text object"


def elements(block: Json) -> Iterator[tuple[str, Json]]:
    """The interactive parts and images of a block, each with its place in it."""
    for index, element in enumerate(block.get("elements") or ()):
        if isinstance(element, dict):
            yield f"/elements/{index}", element
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield f"/{key}", block[key]


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with a block_id and action_ids wherever the app left them out, as Slack fills them in."""
    filled = []
    for number, block in enumerate(blocks):
        copy = {"block_id": f"b{number}", **block}
        if "elements" in block and block.get("type") == "actions":
            copy["elements"] = [{"action_id": f"a{n}", **element} for n, element in enumerate(block["elements"])]
        for key in ("accessory", "element"):
            if isinstance(block.get(key), dict):
                copy[key] = {"action_id": "a0", **block[key]}
        filled.append(copy)
    return filled


def texts_of(part: Any) -> Iterator[str]:
    """All texts of a payload, as they are written."""
    if isinstance(part, list):
        for each in part:
            yield from texts_of(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)


def total_characters(part: Any) -> int:
    """The characters of all texts and addresses in a payload."""
    if isinstance(part, str):
        return len(part)
    if isinstance(part, list):
        return sum(map(total_characters, part))
    if isinstance(part, dict):
        return sum(total_characters(value) for key, value in part.items() if key not in UNCOUNTED)
    return 0


def faults_in(blocks: Any, most: int = MESSAGE_BLOCKS, file_usable: FileCheck | None = None) -> list[str]:
    """Every rule these blocks break, in Slack's form "what [json-pointer:/blocks/…]"; empty when they are in order."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    checker = _Checker(file_usable)
    if len(blocks) > most:
        checker.say(f"no more than {most} items allowed", "/blocks")
    for index, block in enumerate(blocks):
        checker.block(block, f"/blocks/{index}")
    return checker.found


class _Checker:
    """Walks blocks and collects what is wrong; knows the ids it has met."""

    def __init__(self, file_usable: FileCheck | None) -> None:
        self.found: list[str] = []
        self._file_usable = file_usable
        self._block_ids: set[str] = set()
        self._action_ids: set[str] = set()
        self._tables = 0
        self._rules: dict[str, Callable[[Json, str], None]] = {
            "actions": self._actions,
            "context": self._context,
            "header": self._header,
            "image": self._image,
            "input": self._input,
            "markdown": self._markdown,
            "section": self._section,
            "table": self._table,
        }

    def say(self, what: str, where: str) -> None:
        self.found.append(f"{what} [json-pointer:{where}]")

    def length(self, value: Any, most: int, where: str, least: int = 1) -> None:
        if not isinstance(value, str):
            self.say("must be a string", where)
        elif len(value) < least:
            self.say(f"must be more than {least - 1} characters", where)
        elif len(value) > most:
            self.say(f"must be less than {most + 1} characters", where)

    def count(self, value: Any, least: int, most: int, where: str) -> list[Any]:
        if not isinstance(value, list):
            self.say("must be an array", where)
            return []
        if len(value) < least:
            self.say(f"no less than {least} items allowed", where)
        if len(value) > most:
            self.say(f"no more than {most} items allowed", where)
        return value

    def text(self, part: Any, most: int, where: str, plain: bool = False) -> None:
        if not isinstance(part, dict) or part.get("type") not in ("plain_text", "mrkdwn"):
            self.say("must be a text object", where)
        elif plain and part["type"] != "plain_text":
            self.say(PLAIN_ONLY, where)
        else:
            self.length(part.get("text"), most, f"{where}/text")

    def unique(self, value: Any, seen: set[str], name: str, where: str) -> None:
        if value is None:
            return
        self.length(value, 255, f"{where}/{name}")
        if value in seen:
            self.say(f'`{name}` "{value}" already exists for another element', f"{where}/{name}")
        seen.add(str(value))

    def block(self, block: Any, where: str) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in BLOCK_TYPES:
            self.say(f"unsupported type: {kind}", f"{where}/type")
            return
        self.unique(block.get("block_id"), self._block_ids, "block_id", where)
        if kind in self._rules:
            self._rules[kind](block, where)
        if kind in ("actions", "section", "input"):
            for place, element in elements(block):
                self.element(element, where + place)

    def _section(self, block: Json, where: str) -> None:
        if "text" not in block and "fields" not in block:
            self.say("missing required field: text or fields", where)
        if "text" in block:
            self.text(block["text"], 3000, f"{where}/text")
        if "fields" in block:
            for index, part in enumerate(self.count(block["fields"], 1, 10, f"{where}/fields")):
                self.text(part, 2000, f"{where}/fields/{index}")

    def _header(self, block: Json, where: str) -> None:
        self.text(block.get("text"), 150, f"{where}/text", plain=True)

    def _markdown(self, block: Json, where: str) -> None:
        self.length(block.get("text"), 12_000, f"{where}/text")

    def _image(self, block: Json, where: str) -> None:
        if "alt_text" not in block:
            self.say("missing required field: alt_text", where)
        else:
            self.length(block["alt_text"], 2000, f"{where}/alt_text", least=0)
        if "title" in block:
            self.text(block["title"], 2000, f"{where}/title", plain=True)
        if ("image_url" in block) == ("slack_file" in block):
            self.say("must define either `slack_file` or `image_url`", where)
        elif "image_url" in block:
            self.length(block["image_url"], 3000, f"{where}/image_url")
        elif self._file_usable is not None and not self._file_usable(block["slack_file"]):
            self.say("invalid slack file", f"{where}/slack_file")

    def _context(self, block: Json, where: str) -> None:
        for index, part in enumerate(self.count(block.get("elements"), 1, 10, f"{where}/elements")):
            place = f"{where}/elements/{index}"
            if isinstance(part, dict) and part.get("type") == "image":
                self._image(part, place)
            else:
                self.text(part, 3000, place)

    def _actions(self, block: Json, where: str) -> None:
        self.count(block.get("elements"), 1, 25, f"{where}/elements")

    def _input(self, block: Json, where: str) -> None:
        self.text(block.get("label"), 2000, f"{where}/label", plain=True)
        if "hint" in block:
            self.text(block["hint"], 2000, f"{where}/hint", plain=True)
        if not isinstance(block.get("element"), dict):
            self.say("missing required field: element", where)

    def _table(self, block: Json, where: str) -> None:
        self._tables += 1
        if self._tables > 1:
            self.say("only_one_table_allowed", where)
        for index, row in enumerate(self.count(block.get("rows"), 1, 100, f"{where}/rows")):
            for column, cell in enumerate(self.count(row, 1, 20, f"{where}/rows/{index}")):
                if not isinstance(cell, dict) or cell.get("type") not in ("raw_text", "raw_number", "rich_text"):
                    self.say("unsupported cell", f"{where}/rows/{index}/{column}")

    def element(self, element: Json, where: str) -> None:
        kind = element.get("type")
        if kind == "image":
            self._image(element, where)
            return
        self.unique(element.get("action_id"), self._action_ids, "action_id", where)
        if "placeholder" in element:
            self.text(element["placeholder"], 150, f"{where}/placeholder", plain=True)
        if kind == "button":
            self._button(element, where)
        elif kind in ("static_select", "multi_static_select"):
            self._select(element, where)
        elif kind in ("checkboxes", "radio_buttons"):
            self._options(element.get("options"), 10, f"{where}/options")
        elif kind == "overflow":
            self._options(element.get("options"), 5, f"{where}/options")

    def _button(self, element: Json, where: str) -> None:
        self.text(element.get("text"), 75, f"{where}/text", plain=True)
        if "value" in element:
            self.length(element["value"], 2000, f"{where}/value", least=0)
        if "url" in element:
            self.length(element["url"], 3000, f"{where}/url")
        if element.get("style") not in (None, "primary", "danger"):
            self.say("must be one of: primary, danger", f"{where}/style")

    def _select(self, element: Json, where: str) -> None:
        if "option_groups" not in element:
            self._options(element.get("options"), 100, f"{where}/options")
            return
        for index, group in enumerate(self.count(element["option_groups"], 1, 100, f"{where}/option_groups")):
            self.text(group.get("label"), 75, f"{where}/option_groups/{index}/label", plain=True)
            self._options(group.get("options"), 100, f"{where}/option_groups/{index}/options")

    def _options(self, options: Any, most: int, where: str) -> None:
        for index, option in enumerate(self.count(options, 1, most, where)):
            self.text(option.get("text"), 75, f"{where}/{index}/text")
            self.length(option.get("value"), 150, f"{where}/{index}/value")
