"""The sources of news, as config/sources.yaml names them: read whole, with every mistake at its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from newsbot import __version__
from newsbot.errors import NewsbotError, SettingsError
from newsbot.news.entries import DocumentFilter, SourceKind
from newsbot.settings import CONTACT_HELP, is_contact
from newsbot.validation import Finding, Mistake, mistakes, readable_path, validate
from newsbot.yamlfiles import YamlError, read_text, read_yaml

Tier = Literal["primary", "press", "aggregator"]

LEAST_INTERVAL, LONGEST_INTERVAL = timedelta(minutes=5), timedelta(hours=24)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_INTERVAL = re.compile(r"(\d{1,4})(m|h)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}
_SEC = "sec.gov"
_EVERY_DOCUMENT = DocumentFilter()


class SourceMistakes(NewsbotError):
    """config/sources.yaml has mistakes; the sentence is a line for each, as `file:line: what (how to fix it)`."""

    exit_code = 2

    def __init__(self, found: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, found)))
        self.mistakes = found


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `off` is why it is not polled, empty where it is; `agent` is how newsbot names itself there."""

    id: str
    name: str
    url: str
    kind: SourceKind = "feed"
    tier: Tier = "press"
    topics: tuple[str, ...] = ()
    documents: DocumentFilter = _EVERY_DOCUMENT
    link_hosts: tuple[tuple[str, str], ...] = ()
    agent: str = ""
    terms: str = ""
    least_interval: timedelta = LEAST_INTERVAL
    longest_interval: timedelta = LONGEST_INTERVAL
    off: str = ""
    off_fix: str = ""

    @property
    def host(self) -> str:
        """The host it is fetched from, in lower case."""
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def pace_host(self) -> str:
        """The host whose pace it keeps to."""
        return pace_host(self.host)

    @property
    def signature(self) -> str:
        """What it is fetched by: where this changes, what was learned about the address counts no more."""
        return f"{self.kind} {self.url} {self.agent} {self.documents.agencies} {self.documents.types}"


class _Entry(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    url: str
    kind: SourceKind = "feed"
    tier: Tier
    topics: list[str] = Field(default_factory=list)
    agencies: list[str] = Field(default_factory=list)
    types: list[str] = Field(default_factory=list)
    link_hosts: dict[str, str] = Field(default_factory=dict)
    agent: str | None = None
    contact: str | None = None
    terms: str = ""
    least_interval: str | None = None
    longest_interval: str | None = None
    on: bool = True
    why_off: str | None = None

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or any(sign.isspace() for sign in value):
            raise ValueError(f"'{value}' isn't an address | https://…, with spaces written as %20")
        return value

    @field_validator("link_hosts")
    @classmethod
    def _are_hosts(cls, value: dict[str, str]) -> dict[str, str]:
        for host in (*value.keys(), *value.values()):
            if not _HOST.fullmatch(host):
                raise ValueError(f"'{host}' isn't a host | such as wf.example.com: www.example.com")
        return value

    @field_validator("least_interval", "longest_interval")
    @classmethod
    def _is_interval(cls, value: str | None) -> str | None:
        if value is not None and not LEAST_INTERVAL <= _interval(value) <= LONGEST_INTERVAL:
            raise ValueError(f"'{value}' isn't an interval from 5m to 24h | such as 15m or 6h")
        return value

    @field_validator("contact")
    @classmethod
    def _is_contact(cls, value: str | None) -> str | None:
        if value is not None and not is_contact(value):
            raise ValueError(f"'{value}' isn't a contact | {CONTACT_HELP}")
        return value

    @field_validator("agent")
    @classmethod
    def _is_agent(cls, value: str | None) -> str | None:
        if value is not None and (not value.strip() or not value.isascii() or not value.isprintable()):
            raise ValueError("an agent is one line of plain letters | such as newsbot/1.0 (+https://example.org)")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "_Entry":
        if not self.on and not self.why_off:
            raise ValueError("it is off without a reason | add why_off: and what a reader should know")
        if self.on and self.why_off:
            raise ValueError("it is on, and yet says why it is off | remove why_off, or write on: false")
        if self.kind != "federal-register" and (self.agencies or self.types):
            raise ValueError("agencies and types are of the Federal Register alone | remove them, or change kind")
        least = _interval(self.least_interval or "5m")
        if self.longest_interval and _interval(self.longest_interval) < least:
            raise ValueError("longest_interval is shorter than least_interval | make it longer")
        return self


class _File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sources: dict[str, _Entry]

    @field_validator("sources")
    @classmethod
    def _have_ids(cls, value: Mapping[str, _Entry]) -> Mapping[str, _Entry]:
        for name in value:
            check_id(name)
        return value


def pace_host(host: str) -> str:
    """The host that counts for how fast requests follow each other: all of EDGAR's are one."""
    return _SEC if host == _SEC or host.endswith(f".{_SEC}") else host


def check_id(name: str) -> None:
    """Raises ValueError where this cannot be the id of a source."""
    if len(name) > 40 or not _ID.fullmatch(name):
        raise ValueError(f"'{name}' isn't an id of a source | small letters, digits and hyphens, 40 at most")


def read_sources(path: Path, contact: str = "") -> tuple[Source, ...]:
    """The sources of a file, in its order. `contact` is the operator's, for those that want one and name none.

    Raises SourceMistakes.
    """
    name = readable_path(path)
    try:
        text = read_text(path)
        data = read_yaml(text)
    except YamlError as error:
        raise SourceMistakes([Mistake(name, error.line, str(error))]) from None
    read, findings = validate(_File, data)
    if read is None:
        raise SourceMistakes(sorted(mistakes(findings, name, text)))
    if found := list(_repeated(read.sources)):
        raise SourceMistakes(mistakes(found, name, text))
    return tuple(_source(id_, entry, contact) for id_, entry in read.sources.items())


def new_source(id_: str, values: Mapping[str, Any], contact: str = "") -> Source:
    """The source that an entry with these values would make; its kind is told by its host where none is given.

    Raises SettingsError with a line for each mistake.
    """
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    entry, findings = validate(_Entry, {"tier": "press", "name": id_, "kind": _kind_of(values.get("url")), **given})
    problems = [f"{finding.what} ({finding.mend})" for finding in findings]
    try:
        check_id(id_)
    except ValueError as error:
        problems.append(str(error).replace(" | ", " (") + ")")
    if entry is None or problems:
        raise SettingsError("\n".join(problems))
    return _source(id_, entry, contact)


def _kind_of(url: object) -> SourceKind:
    parts = urlsplit(url if isinstance(url, str) else "")
    host = (parts.hostname or "").lower()
    if pace_host(host) == _SEC and "browse-edgar" in parts.path:
        return "edgar"
    return "federal-register" if host.endswith("federalregister.gov") and "/api/" in parts.path else "feed"


def _repeated(entries: Mapping[str, _Entry]) -> Iterator[Finding]:
    by_url: dict[str, str] = {}
    for id_, entry in entries.items():
        if (first := by_url.setdefault(entry.url, id_)) != id_:
            yield Finding(("sources", id_, "url"), f"'{first}' has the same address", "remove one of the two")


def _source(id_: str, entry: _Entry, contact: str) -> Source:
    contact = entry.contact or contact
    off, fix = entry.why_off or "", ""
    if not off and _wants_contact(entry) and not contact and not entry.agent:
        off = "EDGAR wants to know whom to write to, and no contact is set."
        fix = "Set news.contact in newsbot.yaml (NEWSBOT_CONTACT) to a mail address."
    return Source(
        id=id_,
        name=entry.name,
        url=entry.url,
        kind=entry.kind,
        tier=entry.tier,
        topics=tuple(entry.topics),
        documents=DocumentFilter(tuple(entry.agencies), tuple(entry.types)),
        link_hosts=tuple(entry.link_hosts.items()),
        agent=entry.agent or _agent(entry, contact),
        terms=entry.terms,
        least_interval=_interval(entry.least_interval or "5m"),
        longest_interval=_interval(entry.longest_interval or "24h"),
        off=off,
        off_fix=fix,
    )


def _wants_contact(entry: _Entry) -> bool:
    host = (urlsplit(entry.url).hostname or "").lower()
    return entry.kind == "edgar" or pace_host(host) == _SEC


def _agent(entry: _Entry, contact: str) -> str:
    """How newsbot names itself to a host. EDGAR refuses agents with an address or brackets in them."""
    if _wants_contact(entry):
        return contact if " " in contact else f"newsbot {contact}".strip()
    about = f"; {contact.rsplit(' ', 1)[-1]}" if contact else ""
    return f"Mozilla/5.0 (compatible; newsbot/{__version__}{about})"


def _interval(text: str) -> timedelta:
    match = _INTERVAL.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2]] if match else timedelta(0)


def entry_lines(id_: str, values: Mapping[str, Any]) -> list[str]:
    """The lines of a new entry at the end of the file: of those keys that have a value."""
    keys = [f"    {key}: {_yaml_value(value)}" for key, value in values.items() if value not in (None, "", [])]
    return ["", f"  {id_}:", *keys]


def _yaml_value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
