"""Whether a body says anything new, told without parsing it: its hash without the dates of the feed itself.

Most polls of most feeds differ in the date of the build alone. Such a date stands outside the entries, so the body is
cut there and nowhere else: whatever stands within an entry, in CDATA or in an element that holds more than a few plain
characters is hashed as it is. Comments outside entries count as little as those dates.
"""

import hashlib
import re
from collections.abc import Iterator

from newsbot.news.entries import Body, DocumentFilter
from newsbot.news.parse import PARSER_VERSION

_TOKEN = re.compile(
    rb"<!--|<!\[CDATA\[|<(/?)((?:[\w.-]{1,30}:)?"
    rb"(item|entry|lastbuilddate|pubdate|updated|published|modified|created|issued|date))(?=[\s>/])",
    re.IGNORECASE,
)
_DATE = re.compile(rb"[^<>]{0,200}>[^<>]{0,100}</")  # the rest of a start tag, the date, the beginning of an end tag
_ENTRIES = frozenset({b"item", b"entry"})


def fingerprint(body: Body, wanted: DocumentFilter) -> str:
    """Equal where reading the body gives the same entries for certain; in time linear in its length."""
    about = repr((PARSER_VERSION, body.content_type, body.url, wanted))
    found = hashlib.sha256(about.encode(errors="replace"))
    for piece in _without_dates(body.content):
        found.update(piece)
    return found.hexdigest()


def _without_dates(content: bytes) -> Iterator[memoryview]:
    view = memoryview(content)
    within = b""  # the entry's element that we are in
    start = position = 0
    while token := _TOKEN.search(content, position):
        position = token.end()
        name = token[2].lower() if token[2] else b""
        if not name:
            end = b"-->" if token[0] == b"<!--" else b"]]>"
            position = content.find(end, token.end()) + len(end)
            if position < len(end):  # it has no end: from here on nothing can be told
                break
            if not within and end == b"-->":
                yield view[start : token.start()]
                start = position
        elif within:
            if token[1] and name == within:
                within = b""
        elif token[3].lower() in _ENTRIES:
            within = b"" if token[1] else name
        elif not token[1] and (date := _DATE.match(content, position)):
            yield view[start : token.start()]
            start = position = date.end()
    yield view[start:]
