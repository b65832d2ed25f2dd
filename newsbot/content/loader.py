"""Reads a content folder into validated entries, keeping for each where it stands, so that mistakes have a line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from newsbot.content.models import (
    ID_PATTERN,
    Brief,
    Claim,
    Event,
    Figure,
    Phrasing,
    Question,
    Term,
    Topic,
    Withdrawn,
    event_id,
)
from newsbot.validation import Finding, Mistake, mistakes, readable_path, validate
from newsbot.yamlfiles import Location, YamlError, read_text, read_yaml

TOPIC_FILES: dict[str, type[BaseModel]] = {"briefs.yaml": Brief, "figures.yaml": Figure, "quiz.yaml": Question}
NAMES_FILE = "names.yaml"
WITHDRAWN_FILE = "withdrawn.yaml"
PHRASINGS_FILE = "asked.yaml"
# What is of no single topic, in files beside the topics' folders.
SHARED_FILES: dict[str, type[BaseModel]] = {
    "claims.yaml": Claim,
    "glossary.yaml": Term,
    WITHDRAWN_FILE: Withdrawn,
    PHRASINGS_FILE: Phrasing,
}
# Files whose entries are named by what they are about, and have one key, which is not written.
_ONE_KEY: dict[type[BaseModel], str] = {Withdrawn: "sentence", Phrasing: "questions"}
UNFILLED = ("FILL IN", "example.org/fill-in")
NOT_FILLED_IN = "not filled in yet"
_KINDS = {
    "topic.yaml": "Topic",
    NAMES_FILE: "Names",
    **{name: model.__name__ for name, model in (TOPIC_FILES | SHARED_FILES).items()},
}
_OF_TOPIC = frozenset({"Topic", *(model.__name__ for model in TOPIC_FILES.values())})
_BESIDE = (NAMES_FILE, *SHARED_FILES)
EVENTS_FOLDER = "events"
# Names with digits that prose may use in every content folder, beside those of the folder's own names.yaml.
BUILT_IN_NAMES = frozenset({"GPT-4", "H800", "R1", "V3"})
# What editors and systems leave beside a file: Emacs its locks (.#quiz.yaml), macOS its twins (._quiz.yaml).
_ID = re.compile(rf"{ID_PATTERN}\Z")
_YEAR_FILE = re.compile(r"\d{4}\.yaml\Z")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A topic that is still to be written: what is to do, and the figures it will bring."""

    mistakes: tuple[Mistake, ...]
    figures: frozenset[str]


@dataclass(slots=True)
class Draft:
    """Everything a folder holds, entry by entry, before it is known to hang together.

    `origins` gives the file and the place in it of every entry; `texts` the files as read. `broken` are the kinds and
    names of entries that are there but misshapen, `unread` the kinds of which a file could not be read at all: what
    names one of them is not wrong for that. `drafts` are topics that are not filled in yet: nothing of them is among
    the entries. `left_out` are the events that went with them.
    """

    topics: dict[str, Topic] = field(default_factory=dict)
    briefs: dict[tuple[str, str], Brief] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    withdrawn: dict[str, Withdrawn] = field(default_factory=dict)
    phrasings: dict[str, Phrasing] = field(default_factory=dict)
    names: frozenset[str] = BUILT_IN_NAMES
    broken: set[tuple[str, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    drafts: dict[str, Unfinished] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    origins: dict[int, tuple[str, Location]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    _files: dict[Path, str] = field(default_factory=dict)

    def file(self, path: Path) -> str:
        """How mistakes name a file."""
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = readable_path(path)
        return known

    def report(self, entry: BaseModel, finding: Finding) -> None:
        """Note a finding about an entry, at its line."""
        file, location = self.origins[id(entry)]
        self.mistakes += mistakes([finding], file, self.texts[file], location)


def read_folder(folder: Path) -> Draft:
    """Every entry of every file below `folder`; what could not be read or is misshapen is among the mistakes."""
    draft = Draft()
    if not _is_folder(folder):
        draft.mistakes.append(Mistake(readable_path(folder), 1, "there is no such folder", "set NEWSBOT_CONTENT"))
        return draft
    entries = _listed(draft, folder, _KINDS.values()) or []
    if folder / NAMES_FILE in entries:
        draft.names |= _read_names(draft, folder / NAMES_FILE)
    for entry in entries:
        if _is_folder(entry) and entry.name == EVENTS_FOLDER:
            _read_events(draft, entry)
        elif _is_folder(entry):
            _read_topic(draft, entry)
        elif model := SHARED_FILES.get(entry.name):
            _read_entries(draft, entry, model)
        elif entry.suffix in {".yaml", ".yml"} and entry.name != NAMES_FILE:
            _refuse(draft, entry, f"topics are folders; only {', '.join(_BESIDE)} may stand beside them")
    if not draft.topics and not draft.mistakes:
        what = "every topic is a draft" if draft.drafts else "there is no topic"
        mend = "fill one in" if draft.drafts else "newsbot content new TOPIC"
        draft.mistakes.append(Mistake(readable_path(folder), 1, what, mend))
    return draft


def _listed(draft: Draft, folder: Path, kinds: Iterable[str]) -> list[Path] | None:
    """What stands in a folder, without what is hidden or an editor's own; None, and a mistake, where it is closed.

    `kinds` are those of which the folder may hold entries.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError as error:
        _refuse(draft, folder, f"cannot be read: {error.strerror}")
        draft.unread.update(kinds)
        return None


def _is_folder(path: Path) -> bool:
    """Whether this is a folder, as far as we may know; one in a folder that is closed to us is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _read_topic(draft: Draft, folder: Path) -> None:
    if not _ID.match(folder.name):
        _refuse(draft, folder, "a topic's folder is named in lower case, digits and hyphens, at most 32 signs")
        return
    entries = _listed(draft, folder, _OF_TOPIC)
    if entries is None:
        return
    if any(_unfilled_lines(path) for path in entries if path.name in {"topic.yaml", *TOPIC_FILES}):
        own = Draft()
        _read_topic_files(own, folder, entries)
        draft.drafts[folder.name] = Unfinished(tuple(sorted(own.mistakes)), frozenset(own.figures))
    else:
        _read_topic_files(draft, folder, entries)


def _read_topic_files(draft: Draft, folder: Path, entries: list[Path]) -> None:
    for path in entries:
        if path.name == "topic.yaml":
            _read_topic_file(draft, path)
        elif model := TOPIC_FILES.get(path.name):
            _read_entries(draft, path, model)
        elif path.suffix in {".yaml", ".yml"}:
            _refuse(draft, path, f"a topic has only these files: topic.yaml, {', '.join(TOPIC_FILES)}")
    if folder / "topic.yaml" not in entries:
        _refuse(draft, folder / "topic.yaml", "the file is missing")


def _read_topic_file(draft: Draft, path: Path) -> None:
    data = _read(draft, path)
    if data is None:
        return
    topic = _entry(draft, Topic, data, path, (), {"id": path.parent.name})
    if isinstance(topic, Topic):
        draft.topics[topic.id] = topic


def _read_entries(draft: Draft, path: Path, model: type[BaseModel]) -> None:
    data = _read(draft, path)
    if data is None:
        return
    if not isinstance(data, dict):
        _refuse(draft, path, "the file is a mapping: a name at the start of each entry, its keys below it")
        return
    of_topic = {"topic": path.parent.name} if path.name in TOPIC_FILES else {}
    for name, value in data.items():
        location: Location = (name,)
        if not isinstance(name, str) or not (_ID.match(name) or model in _ONE_KEY):
            found = Finding(
                location, f"'{name}' isn't a valid name", "lower case, digits and hyphens, at most 32 signs"
            )
            draft.mistakes += mistakes([found], draft.file(path), draft.texts[draft.file(path)])
            continue
        keys = {_ONE_KEY[model]: value} if model in _ONE_KEY else value
        entry = _entry(draft, model, keys, path, location, {"id": name, **of_topic})
        if entry is not None:
            _keep(draft, entry)


def _keep(draft: Draft, entry: BaseModel) -> None:
    match entry:
        case Brief(topic=topic, id=name):
            draft.briefs[topic, name] = entry
        case Question(topic=topic, id=name):
            draft.questions[topic, name] = entry
        case Figure(id=name) if name in draft.figures:
            file, _ = draft.origins[id(draft.figures[name])]
            draft.report(entry, Finding((), f"the figure '{name}' stands in {file} too", "rename it"))
        case Figure(id=name):
            draft.figures[name] = entry
        case Claim(id=name):
            draft.claims[name] = entry
        case Term(id=name):
            draft.terms[name] = entry
        case Withdrawn(id=name):
            draft.withdrawn[name] = entry
        case Phrasing(id=name):
            draft.phrasings[name] = entry


def _read_events(draft: Draft, folder: Path) -> None:
    for path in _listed(draft, folder, ("Event",)) or ():
        if path.suffix not in {".yaml", ".yml"}:
            continue
        if not _YEAR_FILE.match(path.name):
            _refuse(draft, path, "events stand in files named by their year: 2025.yaml")
            continue
        data = _read(draft, path)
        if data is not None and not isinstance(data, list):
            _refuse(draft, path, "the file is a list: each event starts with '- date:'")
            continue
        for index, value in enumerate(data or ()):
            _read_event(draft, path, index, value)


def _read_event(draft: Draft, path: Path, index: int, value: object) -> None:
    event = _entry(draft, Event, value, path, (index,), {"file": path.name})
    if not isinstance(event, Event):
        return
    if not event.id:
        mend = f"id: {event_id(event.date, event.title)}, and leave it whatever becomes of the title"
        draft.report(event, Finding((), "the event has no name of its own", mend))
        draft.broken.add(("Event", path.name))
    elif event.id in draft.events:
        draft.report(event, Finding(("id",), f"the event '{event.id}' appears twice", "rename one of them"))
    else:
        draft.events[event.id] = event


def _entry(
    draft: Draft, model: type[BaseModel], value: object, path: Path, location: Location, added: dict[str, str]
) -> BaseModel | None:
    """The value as an entry with what the loader adds, or None, with its mistakes noted."""
    file = draft.file(path)
    reserved = [name for name in added if isinstance(value, dict) and name in value]
    findings = [Finding((name,), f"'{name}' isn't a known key", "remove it") for name in reserved]
    entry, found = validate(model, {**value, **added} if isinstance(value, dict) else value)
    draft.mistakes += mistakes([*findings, *found], file, draft.texts[file], location)
    if entry is not None:
        draft.origins[id(entry)] = (file, location)
    else:
        draft.broken.add((model.__name__, added["id"] if "id" in added else added["file"]))
    return entry


def _read(draft: Draft, path: Path) -> Any:
    file = draft.file(path)
    try:
        draft.texts[file] = read_text(path)
        data = read_yaml(draft.texts[file])
    except YamlError as error:
        draft.mistakes.append(Mistake(file, error.line, str(error)))
        draft.unread.add(_KINDS.get(path.name, "Event"))
        return None
    _report_unfilled(draft, file)
    if data is None:
        _refuse(draft, path, "the file is empty")
        draft.unread.add(_KINDS.get(path.name, "Event"))
    return data


def _report_unfilled(draft: Draft, file: str) -> None:
    """What `newsbot content new` left to be filled in must not be shown to anybody."""
    for number in _unfilled(draft.texts[file]):
        draft.mistakes.append(Mistake(file, number, NOT_FILLED_IN, "write it, or remove the entry"))


def _unfilled(text: str) -> list[int]:
    """The lines, counted from 1, that `newsbot content new` left to be filled in."""
    if not any(mark in text for mark in UNFILLED):
        return []
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if any(mark in line for mark in UNFILLED) and not line.lstrip().startswith("#")
    ]


def _unfilled_lines(path: Path) -> list[int]:
    """As `_unfilled`, of a file; none where it cannot be read, which is a mistake of its own."""
    try:
        return _unfilled(read_text(path))
    except YamlError:
        return []


def _read_names(draft: Draft, path: Path) -> frozenset[str]:
    data = _read(draft, path)
    if data is None:
        return frozenset()
    if not isinstance(data, list) or not all(isinstance(name, str) and name for name in data):
        _refuse(draft, path, "the file is a list of names, each as text")
        return frozenset()
    return frozenset(data)


def _refuse(draft: Draft, path: Path, what: str) -> None:
    draft.mistakes.append(Mistake(draft.file(path), 1, what))
