"""Cards as JSON objects and back: what `say --json` prints and what the database keeps.

A block, an inline piece or a button's deed is an object whose `kind` is its class in lower case; every other key is a
field of that class. Fields that hold their default are left out, and an object without them reads back the same.
"""

import dataclasses
import functools
import types
import typing
from datetime import date, datetime
from typing import Any, TypeVar, cast

from newsbot.errors import ContentError
from newsbot.messages.actions import Action, Url
from newsbot.messages.cards import Block, Card, Reply
from newsbot.messages.markup import Inline
from newsbot.messages.platform import Posted

JsonObject = dict[str, Any]
_T = TypeVar("_T")
_TAGGED: dict[str, type] = {
    cls.__name__.lower(): cls for union in (Block, Inline, Action | Url) for cls in typing.get_args(union)
}
_KINDS = {cls: kind for kind, cls in _TAGGED.items()}


def card_to_json(card: Card) -> JsonObject:
    """The card as one JSON object; instants and dates are ISO 8601 texts."""
    return cast(JsonObject, _to_json(card))


def card_from_json(data: JsonObject) -> Card:
    """The card that `card_to_json` wrote. Raises ContentError where the object is none."""
    return _from_json(Card, data)


def reply_to_json(reply: Reply) -> JsonObject:
    """The reply as one JSON object."""
    return cast(JsonObject, _to_json(reply))


def reply_from_json(data: JsonObject) -> Reply:
    """The reply that `reply_to_json` wrote. Raises ContentError where the object is none."""
    return _from_json(Reply, data)


def posted_to_json(posted: Posted) -> JsonObject:
    """Where a message stands, as one JSON object."""
    if posted.rest:
        return cast(JsonObject, _to_json(posted))
    # Written by hand for a single message: one of these is made for each that is posted.
    place = {"platform": posted.place.platform, "workspace": posted.place.workspace, "channel": posted.place.channel}
    if posted.place.thread is not None:
        place["thread"] = posted.place.thread
    shown: JsonObject = {"place": place, "message_id": posted.message_id}
    if posted.fix:
        shown["fix"] = posted.fix
    if posted.at is not None:
        shown["at"] = posted.at.isoformat()
    return shown


def posted_from_json(data: JsonObject) -> Posted:
    """What `posted_to_json` wrote. Raises ContentError where the object is none."""
    return _from_json(Posted, data)


def _to_json(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = _KINDS.get(type(value))
        shown = {
            field.name: _to_json(held)
            for field in dataclasses.fields(value)
            if (held := getattr(value, field.name)) != field.default
        }
        return {"kind": kind, **shown} if kind else shown
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    return value


def _from_json(cls: type[_T], data: object) -> _T:
    try:
        return cast(_T, _read(cls, data))
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"not a {cls.__name__.lower()} as newsbot writes it: {error}") from error


def _read(wanted: Any, data: Any) -> object:
    origin = typing.get_origin(wanted)
    if origin is tuple:
        item = typing.get_args(wanted)[0]
        return tuple(_read(item, each) for each in data)
    if origin is types.UnionType:
        return _read_union(wanted, data)
    if dataclasses.is_dataclass(wanted):
        return _read_fields(cast(type, wanted), data)
    if wanted is datetime:
        return datetime.fromisoformat(data)
    if wanted is date:
        return date.fromisoformat(data)
    if wanted is float and isinstance(data, int):
        return float(data)
    if isinstance(wanted, type) and not isinstance(data, wanted):
        raise TypeError(f"{data!r} is no {wanted.__name__}")
    return data


def _read_union(wanted: Any, data: Any) -> object:
    members = typing.get_args(wanted)
    if type(None) in members:
        (inner,) = (member for member in members if member is not type(None))
        return None if data is None else _read(inner, data)
    cls = _TAGGED[data["kind"]]
    if cls not in members:
        raise TypeError(f"no {data['kind']} can stand here")
    return _read(cls, data)


def _read_fields(cls: type, data: Any) -> object:
    hints = _hints(cls)
    unknown = set(data) - set(hints) - {"kind"}
    if unknown:
        raise KeyError(f"{cls.__name__.lower()} has no {min(unknown)}")
    return cls(**{name: _read(hints[name], held) for name, held in data.items() if name in hints})


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)
