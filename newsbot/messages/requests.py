"""What people ask of newsbot, in words that fit every platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsbot.messages.actions import Action


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on a platform. `zone` is an IANA name where the platform tells it."""

    platform: str
    id: str
    name: str
    is_admin: bool = False
    locale: str = "en"
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: `workspace` is a Discord server or a Slack workspace, empty in a private chat."""

    platform: str
    workspace: str
    channel: str
    thread: str | None = None


DIRECT = "@"


def direct(platform: str, workspace: str, person: str) -> Place:
    """Where newsbot speaks with one person alone: a channel named `@` and their id, which `Platform.post` finds."""
    return Place(platform, workspace, DIRECT + person)


@dataclass(frozen=True, slots=True)
class Ask:
    """A command: its path in the menu (`("deepseek", "cost")`) and its options by name."""

    who: Person
    where: Place
    path: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    event_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Click:
    """A press of a button or a pick from a choice; `values` holds what was picked."""

    who: Person
    where: Place
    action: Action
    values: tuple[str, ...] = ()
    message: str = ""
    event_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Submit:
    """A form that was filled in: `action` is the form's, `values` its fields by name."""

    who: Person
    where: Place
    action: Action
    values: Mapping[str, str]
    message: str = ""
    event_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suggest:
    """Half a word typed into an option: which values could be meant?"""

    who: Person
    where: Place
    path: tuple[str, ...]
    option: str
    typed: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value that completes an option, and how a person reads it."""

    label: str
    value: str


Request = Ask | Click | Submit
