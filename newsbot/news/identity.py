"""By what an entry is known again: its id, its link and its title, each in a normal form."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from newsbot.news.entries import Entry

# Parameters that say how somebody came to an address or in which session, never what stands there.
_TRACKING = frozenset(
    {"_ga", "_gl", "_hsenc", "_hsmi", "__hssc", "__hstc", "cmp", "cmpid", "dclid", "ef_id", "epik", "fbclid", "gbraid"}
    | {"gclid", "gclsrc", "hsctatracking", "icid", "igsh", "igshid", "mbid", "mc_cid", "mc_eid", "mkt_tok"}
    | {"msclkid", "ncid", "ocid", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "smid", "soc_src", "soc_trk"}
    | {"spm", "srsltid", "taid", "trk", "trkcampaign", "ttclid", "twclid", "vero_id", "wbraid", "wickedid", "wt_mc"}
    | {"xtor", "yclid", "zanpid"}
    | {"aspsessionid", "cfid", "cftoken", "jsessionid", "phpsessid", "sessid", "session_id", "sessionid"}
    | {"ref_src", "ref_url", "feed_source"}
)
_TRACKING_PREFIXES = ("utm_", "utm-", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "stm_", "at_", "aspsessionid")
# What says "this came by the feed"; as other values of these names may choose what is shown, the values matter.
_BY_FEED = {
    name: frozenset({"rss", "feed", "atom", "xml", "r"}) for name in ("source", "ref", "from", "af", "src", "medium")
}
_AMP = {"amp": frozenset({"", "1", "true", "amp"}), "outputtype": frozenset({"amp"}), "output": frozenset({"amp"})}
# Short names of sessions are names of articles elsewhere: only what looks like a session's id is one.
_SESSION_NAMES = frozenset({"s", "sid", "session", "token"})
_SESSION_ID = re.compile(r"(?=.*\d)[0-9a-z]{16,}\Z")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*")
_AMP_END = re.compile(r"(?:/amp|\.amp(?=\.html?\Z)|\.amp)\Z|\.amp(?=\.html?\Z)")
_CACHED = re.compile(r"(?:www\.google\.[a-z.]+/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[acviw])/(?:s/)?(?P<address>.+)\Z")
_PORTS = {"http": ":80", "https": ":443"}


def normal_link(link: str, *, with_fragment: bool = False) -> str:
    """An address without all that may differ between two of the same page; empty for an empty one.

    Without scheme, `www.`, a fragment (unless it is asked for), parameters of tracking and sessions, the last slash and
    marks of AMP; in small letters; parameters in order.
    """
    parts = _split(link.strip())
    if parts is None:
        return " ".join(link.split()).lower()
    host = _host(parts)
    path = _SESSION.sub("", unquote(parts.path).lower())
    if cached := _CACHED.match(f"{host}{path}") or _CACHED.match(f"www.{host}{path}"):
        return normal_link(f"https://{cached['address']}{f'?{parts.query}' if parts.query else ''}")
    if host.startswith("amp.") and host.count(".") > 1:
        host = host.removeprefix("amp.")
    path = path.rstrip("/").removeprefix("/amp" if path.startswith("/amp/") and len(path) > len("/amp/") else "")
    path = _AMP_END.sub("", path).rstrip("/") or path
    query = urlencode(sorted(pair for pair in _parameters(parts) if not _is_tracking(*pair)))
    fragment = f"#{unquote(parts.fragment).lower()}" if with_fragment and parts.fragment else ""
    return f"{host}{path}{f'?{query}' if query else ''}{fragment}"


def host_of(address: str) -> str:
    """The host of an address without `www.`; empty where it has none."""
    parts = _split(address.strip())
    return _host(parts) if parts else ""


def normal_id(entry_id: str) -> str:
    """An id: of an address the part after the host, in full; of anything else the words as they are.

    The address of a bare host stays whole: the part after it says nothing.
    """
    parts = _split(entry_id.strip())
    if parts is None:
        return " ".join(entry_id.split())
    path = unquote(parts.path).rstrip("/").lower()
    rest = f"{path}{f'?{parts.query}' if parts.query else ''}{f'#{parts.fragment}' if parts.fragment else ''}"
    return rest or _host(parts)


def normal_title(title: str) -> str:
    """A title without what editors and feeds change in passing: case, spaces, kinds of quotes and dashes."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(re.sub(r"[^\w%$€£+#&]+", " ", folded).split()) or " ".join(folded.split())


@dataclass(frozen=True, slots=True)
class Keys:
    """What an entry is looked for by; empty where it has none. `anchor` is the link with its fragment, if it has one.

    `host` is that of an id which is an address: the id itself goes without it. `wording` is the title to the letter.
    """

    id: str
    host: str
    link: str
    anchor: str
    title: str
    wording: str

    def all(self) -> tuple[str, ...]:
        """All of them that there are."""
        return tuple(filter(None, (self.id, self.link, self.anchor, self.title, self.wording)))


def keys_of(entry: Entry) -> Keys:
    """The keys of an entry, each a short hash. One without a title is called by its first words."""
    link = normal_link(entry.link)
    anchor = normal_link(entry.link, with_fragment=True) if "#" in entry.link else link
    return Keys(
        id=_hash("i", normal_id(entry.id)),
        host=host_of(entry.id),
        link=_hash("l", link),
        anchor=_hash("a", anchor) if anchor != link else "",
        title=_hash("t", normal_title(entry.title or entry.summary[:100])),
        wording=_hash("w", entry.title),
    )


def is_one_publisher(host: str, other: str) -> bool:
    """Whether two hosts are of one domain for certain: the same, or one within the other, or beside it."""
    one, two = host.split("."), other.split(".")
    same = 0
    while same < min(len(one), len(two)) and one[-1 - same] == two[-1 - same]:
        same += 1
    # "co.uk" and the like are no publisher's: a short name below a country's needs one more in common.
    is_public = len(one[-1]) == 2 and len(one) > 1 and len(one[-2]) <= 3
    return host == other or same >= (3 if is_public else 2)


def _hash(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.blake2b(text.encode(errors='replace'), digest_size=16).hexdigest()}" if text else ""


def _split(address: str) -> SplitResult | None:
    """The parts of an http or https address; None of anything else."""
    if not address[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if parts.netloc else None


def _host(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_PORTS[parts.scheme.lower()])
    return host.rstrip(".").removeprefix("www.")


def _parameters(parts: SplitResult) -> list[tuple[str, str]]:
    try:
        return [(name.lower(), value.lower()) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError:  # more of them than Python reads
        return [("", parts.query)]


def _is_tracking(name: str, value: str) -> bool:
    return (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or value in _BY_FEED.get(name, ())
        or value in _AMP.get(name, ())
        or (name in _SESSION_NAMES and _SESSION_ID.match(value) is not None)
    )
