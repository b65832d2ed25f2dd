"""The Federal Register's API: documents as they were published, and those on public inspection before that."""

import re
from collections.abc import Mapping
from typing import Any

from newsbot.news.entries import DocumentFilter, Entry
from newsbot.news.errors import BrokenFeed
from newsbot.news.parse.dates import iso_dates
from newsbot.news.parse.links import absolute_link
from newsbot.news.parse.text import plain_id, text_of_html

_SITE = "https://www.federalregister.gov/"
_CORRECTION = re.compile(r"C\d+-(?P<number>.+)")
# Conditions of a query name types by codes, documents by words.
_TYPES = {"rule": "rule", "prorule": "proposed rule", "notice": "notice", "presdocu": "presidential document"}


def is_federal_register(data: Any) -> bool:
    """Whether a JSON body is an answer of the API: it counts its documents, or lists some."""
    if not isinstance(data, dict):
        return False
    results = data.get("results")
    if isinstance(results, list) and results:
        return all(isinstance(each, dict) and "document_number" in each for each in results)
    return "count" in data


def documents(data: Mapping[str, Any], wanted: DocumentFilter) -> tuple[Entry, ...]:
    """The documents of an answer that are wanted, as entries. Raises BrokenFeed where it lists none and should."""
    results = data.get("results")
    if results is None and data.get("count") == 0:  # so an answer without documents looks
        return ()
    if not isinstance(results, list):
        raise BrokenFeed("The Federal Register's answer counts documents and lists none.")
    return tuple(_document(each) for each in results if _is_wanted(each, wanted))


def _is_wanted(document: Mapping[str, Any], wanted: DocumentFilter) -> bool:
    """Whether any of its agencies is wanted, as documents name the parent department first, and its type is."""
    slugs = {str(agency.get("slug") or _slug(_name(agency))) for agency in _agencies(document)}
    kinds = {_TYPES.get(kind.lower(), kind.lower()) for kind in wanted.types}
    is_kind = not kinds or _words(document, "type").lower() in kinds
    return is_kind and (not wanted.agencies or not slugs.isdisjoint(wanted.agencies))


def _document(document: Mapping[str, Any]) -> Entry:
    number = plain_id(_words(document, "document_number"))
    correction = _CORRECTION.fullmatch(number)
    filed, _ = iso_dates(document.get("filed_at"))
    _, day = iso_dates(document.get("publication_date"))
    return Entry(
        id=number,
        link=absolute_link(_words(document, "html_url"), _SITE) or absolute_link(_words(document, "pdf_url"), _SITE),
        title=text_of_html(_words(document, "title") or _subjects(document) or number),
        summary=text_of_html(_words(document, "abstract")),
        published=filed,
        dated=day or (filed.date() if filed else None),
        form=text_of_html(_words(document, "type"), 40),
        labels=tuple(name for agency in _agencies(document) if (name := text_of_html(_name(agency), 80))),
        is_update=correction is not None,
        amends=correction["number"] if correction else "",
    )


def _subjects(document: Mapping[str, Any]) -> str:
    """What a document on public inspection has in place of a title."""
    return " ".join(filter(None, (_words(document, f"subject_{number}") for number in (1, 2, 3))))


def _agencies(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    agencies = document.get("agencies")
    if isinstance(agencies, list) and agencies:
        return [agency for agency in agencies if isinstance(agency, dict)]
    names = document.get("agency_names")
    return [{"name": name} for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _name(agency: Mapping[str, Any]) -> str:
    return _words(agency, "name") or _words(agency, "raw_name")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _words(fields: Mapping[str, Any], name: str) -> str:
    found = fields.get(name)
    return found.strip() if isinstance(found, str) else ""
