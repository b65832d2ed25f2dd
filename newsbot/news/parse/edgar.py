"""EDGAR's lists of filings: Atom whose meaning stands in elements of its own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from newsbot.news.entries import Entry
from newsbot.news.parse.dates import iso_dates
from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_text

# The items of an 8-K in words, those that matter first. 9.01 lists exhibits and says nothing alone.
_ITEMS = {
    "2.02": "results of operations",
    "1.05": "cybersecurity incident",
    "4.02": "earlier statements not to be relied on",
    "2.01": "acquisition or disposal completed",
    "1.01": "agreement entered",
    "1.02": "agreement ended",
    "5.02": "directors or officers",
    "2.05": "restructuring",
    "2.06": "impairment",
    "2.03": "new debt",
    "2.04": "debt called in early",
    "1.03": "bankruptcy",
    "3.01": "listing notice",
    "3.02": "shares sold privately",
    "5.01": "change in control",
    "5.07": "votes of shareholders",
    "7.01": "Regulation FD disclosure",
    "8.01": "other events",
}
_IN_TITLE = 3  # items that a title puts into words
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_ITEM = re.compile(r"\b\d\.\d{2}\b")
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|corp|corporation|co|company|ltd|limited|plc|llc|lp|l\.p|n\.?v|s\.?a|ag|se|holdings? co)\.?\s*\Z",
    re.IGNORECASE,
)
_STATE = re.compile(r"\s*/[A-Z]{2,4}/?\s*\Z")  # "NVIDIA CORP/CA", "ACME INC /DE/"


def is_edgar(feed: Mapping[str, Any], entries: list[Any]) -> bool:
    """Whether an Atom feed, as feedparser reads it, is a list of filings."""
    return "conformed-name" in feed or any(dict.get(entry, "filing-type") for entry in entries)


def filing(feed: Mapping[str, Any], raw: Mapping[str, Any], entry: Entry) -> Entry:
    """A filing as an entry: `entry` is what any Atom reader makes of it, `raw` and `feed` hold what it left out."""
    form = plain_text(str(raw.get("filing-type") or _form_of_tags(raw)), 20)
    company = _company(str(feed.get("conformed-name", "")))
    items = tuple(dict.fromkeys(_ITEM.findall(str(raw.get("items-desc", "")))))
    number = raw.get("accession-number") or raw.get("accession-nunber") or ""  # old answers misspell it
    accession = _ACCESSION.search(f"{number} {entry.id}")
    day = iso_dates(raw.get("filing-date"))[1]
    return replace(
        entry,
        id=accession[0] if accession else entry.id,
        link=absolute_link(str(raw.get("filing-href", ""))) or entry.link,
        title=_title(company, form, items, raw) if company and form else entry.title,
        dated=day or entry.dated,
        form=form,
        labels=items,
        is_update=form.endswith("/A"),
    )


def _title(company: str, form: str, items: tuple[str, ...], raw: Mapping[str, Any]) -> str:
    known = [item for item in _ITEMS if item in items]
    words = ", ".join(_ITEMS[item] for item in known[:_IN_TITLE])
    name = "" if words else str(raw.get("form-name", "")).strip() or "filing"
    numbers = ", ".join(known or items)
    what = words or f"{name[:1].lower()}{name[1:]}"
    return plain_text(f"{company}: {what} ({form}{f' {numbers}' if numbers else ''})")


def _company(name: str) -> str:
    """The name without its legal form: "NVIDIA CORP" is "NVIDIA"."""
    bare = plain_text(_STATE.sub("", name))
    return _LEGAL_FORM.sub("", bare).strip(" ,") or bare


def _form_of_tags(raw: Mapping[str, Any]) -> str:
    tags = [tag for tag in raw.get("tags", ()) if tag.get("label") == "form type"]
    return str(tags[0].get("term") or "") if tags else ""
