"""Inline pieces as Slack text: a `mrkdwn` section where it shows exactly what is meant, a `rich_text` block where not.

Slack's mrkdwn has no escape for its own signs (https://docs.slack.dev/messaging/formatting-message-text names only &, <
and >), and the usual trick of zero-width characters spoils what people copy. So a paragraph is a section, which is read
out as one piece of text and which every client and search knows, as long as no sign of it could format, quote, become
an emoji or call people. Any other paragraph is a `rich_text` block, in which text means only itself and formatting is
data beside it. Both are made from the same pieces and say the same. `verbatim` keeps Slack from linking words itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from newsbot.messages.markup import (
    Code,
    Emphasis,
    Inline,
    Link,
    Mention,
    Moment,
    Plain,
    Strong,
    is_web_address,
    plain_text,
)

SlackBlock = dict[str, Any]

TEXT_LIMIT = 3_000  # https://docs.slack.dev/reference/block-kit/composition-objects/text-object
_LONG = 400  # where clients may fold a section behind “See more”, which would hide the caveats
_SIGNS = re.compile(r"[*_~`]|:[\w+'-]+:|@(?:here|channel|everyone)|(?:\A|\n)\s*>", re.IGNORECASE)
_BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}\Z")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}\Z")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}\Z")
_BEFORE = frozenset(" \n(“‘[—–-•/")  # what may stand before a formatted word, and after one
_AFTER = frozenset(" \n.,;:!?)”’]—–-/")
_MARKS = {Strong: "*", Emphasis: "_", Code: "`"}
_STYLES = {Strong: "bold", Emphasis: "italic", Code: "code"}
_MOMENTS = {"minute": "{date_short_pretty} {time}", "day": "{date_short}", "countdown": "at {time_secs}"}


def escape(text: str) -> str:
    """Text for a `mrkdwn` object or a message's `text`: no sign of it can open a link, a mention or a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str) -> str:
    """Escaped text in which @here, @channel and @everyone call nobody, whatever `parse` mode a method has.

    For a message's `text` only: nobody copies from there, so an invisible word joiner does no harm.
    """
    return _BROADCAST.sub("@\u2060", escape(text))


def units(text: str) -> int:
    """The length of a text as the larger of the two ways in which platforms count: UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> dict[str, Any]:
    """A `plain_text` object: signs and colons mean only themselves."""
    return {"type": "plain_text", "text": text, "emoji": False}


def paragraph(pieces: Sequence[Inline]) -> list[SlackBlock]:
    """The block that shows these pieces; none where there is nothing to show."""
    pieces = trim_pieces(pieces)
    if not plain_text(pieces).strip():
        return []
    text = mrkdwn(pieces) if fits_mrkdwn(pieces) else ""
    if not text or units(text) > TEXT_LIMIT:
        return [rich_text(pieces)]
    unfolded = {"expand": True} if len(text) > _LONG else {}
    return [{"type": "section", "text": mrkdwn_object(text), **unfolded}]


def small(pieces: Sequence[Inline]) -> list[SlackBlock]:
    """The same as `paragraph`, in small grey letters where Slack has them for such text."""
    pieces = trim_pieces(pieces)
    words = plain_text(pieces).strip()
    if not words:
        return []
    if all(isinstance(piece, Plain) for piece in pieces) and units(words) <= TEXT_LIMIT:
        return [{"type": "context", "elements": [plain(words)]}]
    text = mrkdwn(pieces)
    if not fits_mrkdwn(pieces) or units(text) > TEXT_LIMIT:
        return [rich_text(pieces)]
    return [{"type": "context", "elements": [mrkdwn_object(text)]}]


def trim_pieces(pieces: Iterable[Inline]) -> list[Inline]:
    """The pieces with the spaces at the ends of formatted words outside of them, where mrkdwn needs them."""
    result: list[Inline] = []
    for piece in pieces:
        if isinstance(piece, Strong | Emphasis | Code) and (core := piece.text.strip()) not in ("", piece.text):
            before, after = piece.text.split(core, 1)
            result += [part for part in (Plain(before), replace(piece, text=core), Plain(after)) if part.text]
        else:
            result.append(piece)
    return result


def mrkdwn_object(text: str) -> dict[str, Any]:
    """A `mrkdwn` object of text that `mrkdwn` made."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def mrkdwn(pieces: Iterable[Inline]) -> str:
    """The pieces in mrkdwn, which shows them as they are meant only where `fits_mrkdwn` says so."""
    return "".join(_render_piece(piece) for piece in pieces)


def _render_piece(piece: Inline) -> str:
    match piece:
        case Strong() | Emphasis() | Code():
            mark = _MARKS[type(piece)]
            return f"{mark}{escape(piece.text)}{mark}"
        case Link(text, url) if is_web_address(url):
            return f"<{escape(url)}|{escape(text)}>" if text != url else f"<{escape(url)}>"
        case Moment(at, style):
            tokens = _MOMENTS.get(style, _MOMENTS["minute"])
            return f"<!date^{int(at.timestamp())}^{tokens}|{escape(plain_text((piece,)))}>"
        case Mention("person", target_id, _) if _PERSON.match(target_id):
            return f"<@{target_id}>"
        case Mention("role", target_id, _) if _GROUP.match(target_id):
            return f"<!subteam^{target_id}>"
        case Mention("channel", target_id, _) if _CHANNEL.match(target_id):
            return f"<#{target_id}>"
    return escape(plain_text((piece,)))


def fits_mrkdwn(pieces: Sequence[Inline]) -> bool:
    """Whether mrkdwn shows these pieces as they are meant: no sign formats, each formatted word stands free."""
    words = [plain_text((piece,)) for piece in pieces]
    return all(
        _shows(piece) and (not isinstance(piece, Strong | Emphasis | Code) or _stands_free(words[:at], words[at + 1 :]))
        for at, piece in enumerate(pieces)
    )


def _shows(piece: Inline) -> bool:
    match piece:
        case Strong(text) | Emphasis(text) | Code(text):
            return text == text.strip() != "" and "\n" not in text and not _SIGNS.search(text)
        case Link(text, url):
            shown = text == url or not _SIGNS.search(text)
            return shown and bool(text.strip()) and not set("|\n") & set(text) and not set("|<> \n") & set(url)
    return not _SIGNS.search(plain_text((piece,)))


def _stands_free(before: Sequence[str], after: Sequence[str]) -> bool:
    previous = next((words[-1] for words in reversed(before) if words), "\n")
    following = next((words[0] for words in after if words), "\n")
    return previous in _BEFORE and following in _AFTER


def rich_text(pieces: Iterable[Inline]) -> SlackBlock:
    """The pieces as a `rich_text` block, in which every text is literal."""
    elements = [_element(piece) for piece in pieces if plain_text((piece,))]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _element(piece: Inline) -> dict[str, Any]:
    match piece:
        case Strong() | Emphasis() | Code():
            return {"type": "text", "text": piece.text, "style": {_STYLES[type(piece)]: True}}
        case Link(text, url) if is_web_address(url):
            return {"type": "link", "url": url, **({"text": text} if text else {})}
        case Moment(at, style):
            tokens = _MOMENTS.get(style, _MOMENTS["minute"])
            fallback = plain_text((piece,))
            return {"type": "date", "timestamp": int(at.timestamp()), "format": tokens, "fallback": fallback}
        case Mention("person", target_id, _) if _PERSON.match(target_id):
            return {"type": "user", "user_id": target_id}
        case Mention("role", target_id, _) if _GROUP.match(target_id):
            return {"type": "usergroup", "usergroup_id": target_id}
        case Mention("channel", target_id, _) if _CHANNEL.match(target_id):
            return {"type": "channel", "channel_id": target_id}
    return {"type": "text", "text": plain_text((piece,))}
