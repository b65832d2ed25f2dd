"""Discord's documented limits of messages, embeds and components, as the loopback server enforces them."""

from collections.abc import Callable
from typing import Any

from tests.discord.loopback_objects import Payload
from tests.discord.loopback_wire import Problems

Path = tuple[str | int, ...]

EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 6, 1 << 2, 1 << 12, 1 << 15

SELECTS = frozenset({3, 5, 6, 7, 8})
IN_ROW = SELECTS | {2}
IN_CONTAINER = frozenset({1, 9, 10, 12, 13, 14})
IN_MESSAGE = IN_CONTAINER | {17}
IN_LABEL = SELECTS | {4, 19, 21, 22, 23}
IN_MODAL = frozenset({1, 10, 18})

MAX_COMPONENTS = 40
MAX_TEXT = 4000  # characters shown by one message; not in the reference, stated by clients and in its issues
STYLES = frozenset(range(1, 7))
LINK, PREMIUM = 5, 6


class Components:
    """A walk over a component tree that notes every broken rule."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._count = self._characters = 0
        self._custom_ids: set[str] = set()
        self._is_modal = False
        self._checks: dict[int, Callable[[Payload, Path], None]] = {
            1: self._row,
            2: self._button,
            3: self._string_select,
            4: self._text_input,
            9: self._section,
            10: self._text,
            11: self._media,
            12: self._gallery,
            13: self._file,
            17: self._container,
            18: self._label,
            21: self._choices,
            22: self._choices,
        }

    def message(self, nodes: Any, path: Path, *, is_v2: bool) -> None:
        """The components of a message."""
        self._children(nodes, path, IN_MESSAGE if is_v2 else frozenset({1}))
        if is_v2 and self._count > MAX_COMPONENTS:
            text = f"Total number of components cannot exceed {MAX_COMPONENTS}."
            self._problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", text)
        if is_v2 and self._characters > MAX_TEXT:
            text = f"Total displayable text size cannot exceed {MAX_TEXT} characters."
            self._problems.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text)
        if not is_v2:
            self._problems.length(path, nodes, 0, 5)

    def modal(self, nodes: Any, path: Path) -> None:
        """The components of a modal."""
        self._is_modal = True
        self._problems.length(path, nodes, 1, 5)
        self._children(nodes, path, IN_MODAL)

    def _children(self, nodes: Any, path: Path, allowed: frozenset[int]) -> None:
        for index, node in enumerate(nodes if isinstance(nodes, list) else []):
            self._visit(node, (*path, index), allowed)

    def _visit(self, node: Any, path: Path, allowed: frozenset[int]) -> None:
        kind = node.get("type") if isinstance(node, dict) else None
        if kind not in allowed:
            names = ", ".join(map(str, sorted(allowed)))
            self._problems.add(
                (*path, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).'
            )
            return
        self._count += 1
        if check := self._checks.get(kind):
            check(node, path)
        if (kind in IN_LABEL or kind == 2) and node.get("style") not in (LINK, PREMIUM):
            self._custom_id(node, path)
        if kind in SELECTS:
            self._optional(node, path, placeholder=150)

    def _custom_id(self, node: Payload, path: Path) -> None:
        custom_id = node.get("custom_id")
        self._problems.length((*path, "custom_id"), custom_id, 1, 100)
        if custom_id in self._custom_ids:
            text = "Component custom id cannot be duplicated"
            self._problems.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", text)
        self._custom_ids.add(str(custom_id))

    def _optional(self, node: Payload, path: Path, **limits: int) -> None:
        for name, most in limits.items():
            if node.get(name) is not None:
                self._problems.length((*path, name), node[name], 0, most)

    def _row(self, node: Payload, path: Path) -> None:
        children = node.get("components")
        is_row_of_buttons = all(isinstance(child, dict) and child.get("type") == 2 for child in children or [])
        self._problems.length((*path, "components"), children, 1, 5 if is_row_of_buttons else 1)
        self._children(children, (*path, "components"), frozenset({4}) if self._is_modal else IN_ROW)

    def _button(self, node: Payload, path: Path) -> None:
        style = node.get("style")
        self._problems.choice((*path, "style"), style, STYLES)
        self._optional(node, path, label=80)
        if style == LINK:
            self._problems.length((*path, "url"), node.get("url"), 1, 512)
        if style == LINK and node.get("custom_id") is not None:
            text = "A custom id and url cannot both be specified"
            self._problems.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", text)
        if style != PREMIUM and not node.get("label") and not node.get("emoji"):
            self._problems.add(path, "BUTTON_COMPONENT_EMPTY", "A button must have a label or an emoji")

    def _string_select(self, node: Payload, path: Path) -> None:
        options = node.get("options")
        self._problems.length((*path, "options"), options, 1, 25)
        self._options(options, path)

    def _choices(self, node: Payload, path: Path) -> None:
        self._problems.length((*path, "options"), node.get("options"), 1, 10)
        self._options(node.get("options"), path)

    def _options(self, options: Any, path: Path) -> None:
        seen: set[str] = set()
        for index, option in enumerate(options if isinstance(options, list) else []):
            at = (*path, "options", index)
            self._problems.length((*at, "label"), option.get("label"), 1, 100)
            self._problems.length((*at, "value"), option.get("value"), 1, 100)
            self._optional(option, at, description=100)
            if option.get("value") in seen:
                text = "The specified option value is already used"
                self._problems.add((*at, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", text)
            seen.add(str(option.get("value")))

    def _text_input(self, node: Payload, path: Path) -> None:
        self._problems.choice((*path, "style"), node.get("style"), frozenset({1, 2}))
        self._optional(node, path, placeholder=100, value=4000, label=45)

    def _section(self, node: Payload, path: Path) -> None:
        self._problems.length((*path, "components"), node.get("components"), 1, 3)
        self._children(node.get("components"), (*path, "components"), frozenset({10}))
        self._visit(node.get("accessory"), (*path, "accessory"), frozenset({2, 11}))

    def _text(self, node: Payload, path: Path) -> None:
        content = node.get("content")
        self._problems.length((*path, "content"), content, 1, MAX_TEXT)
        self._characters += len(content) if isinstance(content, str) else 0

    def _media(self, node: Payload, path: Path) -> None:
        url = (node.get("media") or {}).get("url", "")
        if not url.startswith(("http://", "https://", "attachment://")):
            text = "Scheme must be one of ('http', 'https', 'attachment')."
            self._problems.add((*path, "media", "url"), "URL_TYPE_INVALID_SCHEME", text)
        if node.get("description") is not None:
            self._problems.length((*path, "description"), node["description"], 1, 1024)

    def _gallery(self, node: Payload, path: Path) -> None:
        items = node.get("items")
        self._problems.length((*path, "items"), items, 1, 10)
        for index, item in enumerate(items if isinstance(items, list) else []):
            self._media(item, (*path, "items", index))

    def _file(self, node: Payload, path: Path) -> None:
        if not (node.get("file") or {}).get("url", "").startswith("attachment://"):
            text = "Scheme must be one of ('attachment',)."
            self._problems.add((*path, "file", "url"), "URL_TYPE_INVALID_SCHEME", text)

    def _container(self, node: Payload, path: Path) -> None:
        colour = node.get("accent_color")
        if colour is not None and not 0 <= colour <= 0xFFFFFF:
            text = "int value should be less than or equal to 16777215."
            self._problems.add((*path, "accent_color"), "NUMBER_TYPE_MAX", text)
        self._problems.length((*path, "components"), node.get("components"), 1, MAX_COMPONENTS)
        self._children(node.get("components"), (*path, "components"), IN_CONTAINER)

    def _label(self, node: Payload, path: Path) -> None:
        self._problems.length((*path, "label"), node.get("label"), 1, 45)
        self._optional(node, path, description=100)
        self._visit(node.get("component"), (*path, "component"), IN_LABEL)


def check_message(body: Payload, flags: int, files: int) -> None:
    """Raise 50035 for a message that Discord would not take; `flags` are those the message will have."""
    problems = Problems()
    is_v2 = bool(flags & COMPONENTS_V2)
    if body.get("content"):
        problems.length(("content",), body["content"], 0, 2000)
    if body.get("nonce") is not None:
        problems.length(("nonce",), str(body["nonce"]), 0, 25)
    for name in ("content", "embeds", "poll", "sticker_ids"):
        if is_v2 and body.get(name):
            text = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    if max(len(body.get("attachments") or ()), files) > 10:
        problems.add(("attachments",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, attachment in enumerate(body.get("attachments") or ()):
        if attachment.get("description"):
            problems.length(("attachments", index, "description"), attachment["description"], 0, 1024)
    _check_embeds(body.get("embeds") or [], problems)
    _check_mentions(body.get("allowed_mentions") or {}, problems)
    if body.get("components"):
        Components(problems).message(body["components"], ("components",), is_v2=is_v2)
    problems.raise_any()


EMBED_TEXTS = (("title", 256), ("description", 4096))
EMBED_TOTAL = 6000


def _check_embeds(embeds: list[Payload], problems: Problems) -> None:
    problems.length(("embeds",), embeds, 0, 10)
    total = 0
    for index, embed in enumerate(embeds):
        at = ("embeds", index)
        texts: list[tuple[Path, str, int]] = [((*at, name), embed.get(name) or "", most) for name, most in EMBED_TEXTS]
        texts.append(((*at, "footer", "text"), (embed.get("footer") or {}).get("text") or "", 2048))
        texts.append(((*at, "author", "name"), (embed.get("author") or {}).get("name") or "", 256))
        problems.length((*at, "fields"), embed.get("fields") or [], 0, 25)
        for number, entry in enumerate(embed.get("fields") or []):
            texts.append(((*at, "fields", number, "name"), entry.get("name") or "", 256))
            texts.append(((*at, "fields", number, "value"), entry.get("value") or "", 1024))
        for path, text, most in texts:
            problems.length(path, text, 0, most)
            total += len(text)
    if total > EMBED_TOTAL:
        problems.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TOTAL}")


def _check_mentions(allowed: Payload, problems: Problems) -> None:
    for kind in ("users", "roles"):
        problems.length(("allowed_mentions", kind), allowed.get(kind) or [], 0, 100)
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            text = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)
    for index, kind in enumerate(allowed.get("parse") or ()):
        problems.choice(("allowed_mentions", "parse", index), kind, frozenset({"roles", "users", "everyone"}))
