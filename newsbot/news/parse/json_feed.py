"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from collections.abc import Mapping
from typing import Any

from newsbot.news.entries import Entry
from newsbot.news.errors import BrokenFeed
from newsbot.news.parse.dates import iso_dates
from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_id, plain_text, text_of_html

_LABEL = 80  # characters of a tag


def is_json_feed(data: Any) -> bool:
    """Whether a JSON body says that it is a JSON Feed."""
    return isinstance(data, dict) and "jsonfeed.org/version/" in str(data.get("version", ""))


def items(data: Mapping[str, Any], url: str) -> tuple[Entry, ...]:
    """The items of a JSON Feed as entries. Raises BrokenFeed where it has no list of items."""
    found = data.get("items")
    if not isinstance(found, list):
        raise BrokenFeed("The JSON Feed has no list of items.")
    bases = url, _words(data, "feed_url"), _words(data, "home_page_url")
    return tuple(_item(item, bases) for item in found if isinstance(item, dict))


def _item(item: Mapping[str, Any], bases: tuple[str, ...]) -> Entry:
    dates = (iso_dates(item.get(name)) for name in ("date_published", "date_modified"))
    published, dated = next(((at, day) for at, day in dates if day), (None, None))
    plain = _words(item, "summary") or _words(item, "content_text")
    summary = plain_text(plain) if plain else text_of_html(_words(item, "content_html"))
    tags = item.get("tags")
    labels = [plain_text(tag, _LABEL) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return Entry(
        id=plain_id(_words(item, "id")),
        link=absolute_link(_words(item, "url"), *bases) or absolute_link(_words(item, "external_url"), *bases),
        title=plain_text(_words(item, "title")),
        summary=summary,
        published=published,
        dated=dated,
        labels=tuple(dict.fromkeys(filter(None, labels))),
    )


def _words(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; an id may be a number."""
    found = fields.get(name)
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return str(found)
    return found.strip() if isinstance(found, str) else ""
