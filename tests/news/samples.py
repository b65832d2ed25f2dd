"""Answers as EDGAR, the Federal Register and JSON Feed give them, in the shapes that their documentation shows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def edgar(*filings: str, company: str = "NVIDIA CORP") -> bytes:
    """A company's list of filings."""
    about = f"<company-info><cik>0001045810</cik><conformed-name>{company}</conformed-name></company-info>"
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<author><email>webmaster@sec.gov</email><name>Webmaster</name></author>{about}{''.join(filings)}"
        "<id>https://www.sec.gov/cgi-bin/browse-edgar</id><title>NVIDIA CORP  (0001045810)</title>"
        "<updated>2026-08-17T12:00:00-04:00</updated></feed>"
    ).encode("latin-1")


def filing(number: str, form: str = "8-K", items: str = "items 2.02 and 9.01", spelt: str = "accession-number") -> str:
    """One filing of such a list."""
    said = f"<items-desc>{items}</items-desc>" if items else ""
    name = {"8-K": "Current report", "8-K/A": "[Amend] Current report", "6-K": "Report of foreign issuer"}.get(
        form, form
    )
    href = f"https://www.sec.gov/Archives/edgar/data/1045810/{number.replace('-', '')}/{number}-index.htm"
    return (
        f'<entry><category label="form type" scheme="https://www.sec.gov/" term="{form}" />'
        f'<content type="text/xml"><{spelt}>{number}</{spelt}><filing-date>2026-02-26</filing-date>'
        f"<filing-href>{href}</filing-href><filing-type>{form}</filing-type><form-name>{name}</form-name>{said}"
        f"<size>10 MB</size></content><id>urn:tag:sec.gov,2008:accession-number={number}</id>"
        f'<link href="{href}" rel="alternate" type="text/html" />'
        f'<summary type="html">&lt;b&gt;Filed:&lt;/b&gt; 2026-02-26</summary><title>{form}  - {name}</title>'
        "<updated>2026-02-25T16:21:19-05:00</updated></entry>"
    )


def document(number: str = "2026-12345", **fields: Any) -> dict[str, Any]:
    """One document as documents.json lists it."""
    commerce = {"raw_name": "DEPARTMENT OF COMMERCE", "name": "Commerce Department", "slug": "commerce-department"}
    bureau = {"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}
    return {
        "document_number": number,
        "title": "Additions to the Entity List  ",
        "type": "Rule",
        "abstract": "In this rule, the Bureau of Industry and Security amends …",
        "html_url": f"https://www.federalregister.gov/documents/2026/03/05/{number}/additions",
        "publication_date": "2026-03-05",
        "agencies": [commerce, bureau],
        **fields,
    }


def inspected(number: str = "2026-12345", **fields: Any) -> dict[str, Any]:
    """One document as the list of public inspection has it."""
    return {
        "document_number": number,
        "title": None,
        "subject_1": "Additions to",
        "subject_2": "the Entity List",
        "type": "Rule",
        "html_url": f"https://www.federalregister.gov/public-inspection/{number}/additions",
        "filed_at": "2026-03-03T08:45:00.000-05:00",
        "publication_date": "2026-03-05",
        "agencies": [{"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}],
        **fields,
    }


def register(documents: Iterable[Mapping[str, Any]]) -> bytes:
    """An answer of the Federal Register."""
    found = list(documents)
    return json.dumps({"count": len(found), "results": found}).encode()


def json_feed(*items: Mapping[str, Any], version: str = "1.1", **fields: Any) -> bytes:
    """A JSON Feed."""
    said = {"version": f"https://jsonfeed.org/version/{version}", "title": "Lab", "items": list(items), **fields}
    return json.dumps(said).encode()
