"""Addresses in feeds: resolved and cleaned so that they can be opened, or left out."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from newsbot.messages.markup import is_web_address

_LONGEST = 2_000  # characters: what browsers and platforms take
_KEPT = "%/:=&?~#+!$,;@()*[]-._"  # what stands in an address as it is; the rest is encoded


# An address that stays as it is, as nearly all are.
_CLEAN = re.compile(r"https?://[a-zA-Z0-9.-]+(?::\d+)?(?:[/?#][a-zA-Z0-9_\-./%?&=#~+!$,;:()*]*)?\Z")


def absolute_link(link: str, *bases: str) -> str:
    """The absolute http or https address of a link, by the first base that gives one; empty where there is none."""
    if _CLEAN.match(link) and len(link) <= _LONGEST:
        return link
    link = "".join(char for char in link.strip() if char.isprintable())
    if not link:
        return ""
    for base in ("", *bases):
        try:
            found = _encode(urljoin(base.strip(), link))
        except ValueError:  # brackets or a port that no address has
            continue
        if is_web_address(found) and len(found) <= _LONGEST:
            return found
    return ""


def _encode(address: str) -> str:
    """The address as browsers send it: the host by IDNA, other signs by percent."""
    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    host = parts.netloc.rpartition("@")[2]  # no name or password of whoever made the feed
    if not host.isascii():
        host = host.encode("idna").decode()
    path, query, fragment = (quote(part, safe=_KEPT).replace("[", "%5B").replace("]", "%5D") for part in parts[2:])
    return urlunsplit((parts.scheme.lower(), host, path, query, fragment))
