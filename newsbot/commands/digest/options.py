"""What people say about a digest, as values: time, zone, days, topics, what else holds for it, and whom it mentions."""

import re
from collections.abc import Iterator
from typing import Any

from newsbot.commands.answers import Offer, Unclear, find_topic, run_action
from newsbot.commands.forms import Reader, WrongValues, open_path, read_values
from newsbot.commands.registry import Context, Option
from newsbot.content.library import Library
from newsbot.errors import RequestError
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask
from newsbot.names import normalised
from newsbot.schedule.phrases import days_text, is_monthly, parse_days, parse_time
from newsbot.schedule.timezone_names import find_zone
from newsbot.schedule.timezones import UnknownZone, zone_label

TIME = Option("time", "time", "Time of day, such as 9:00 or 9 pm")
ZONE = Option("zone", "zone", "City or IANA time zone, such as Berlin")
DAYS = Option("days", "days", "Days: weekdays, daily, weekly, monthly, or mon,wed")
TOPICS = Option("topics", "topics", "Topics, separated by commas, or all")
WHEN_EMPTY = Option(
    "quiet",
    "choice",
    "On a day without news",
    choices=(("Post the question of the day", "question"), ("Post nothing", "skip")),
)
CATCH_UP = Option(
    "catch-up",
    "choice",
    "Editions missed while newsbot was down",
    choices=(("Post the newest, labelled late", "latest"), ("Post all, labelled late", "all"), ("Leave out", "skip")),
    form=False,
)
MENTION = Option("mention", "text", "Role to mention in each edition, or none", form=False)

_NO_ROLE = frozenset({"none", "nobody", "no", "off"})
_EVERYONE = frozenset({"everyone", "here", "channel"})
_ROLES = {
    "discord": re.compile(r"(?:<@&)?([0-9]{15,21})>?\Z"),
    "slack": re.compile(r"(?:<!subteam\^)?(S[A-Z0-9]{5,20})(?:\|[^>]*)?>?\Z"),
}
_HOW_TO_NAME = {
    "discord": "Type @ and pick the role, or give its id.",
    "slack": "Give the id of a user group, such as S0123ABCDE; Slack shows it in the group's profile.",
}
_PARTS = re.compile(r"\s*(?:[,;+&]|\band\b)\s*", re.IGNORECASE)


def read_options(context: Context, ask: Ask) -> dict[str, Any]:
    """What was asked for, by the names that `Digests.change` has for it; nothing for an option that was not given.

    Raises WrongValues with a sentence for each option that cannot be accepted.
    """
    without_field = {CATCH_UP.name, MENTION.name}  # a form cannot mend these
    return read_values(context, ask, _READERS, keeps=_READERS.keys() - without_field)


def which_zone(ask: Ask) -> WrongValues:
    """The question for the time zone, with the one that the platform tells as the first answer."""
    told = ask.who.zone
    known = _known_zone(told) if told else None
    sentence = "Whose clock should the digest follow? Name a city such as Berlin, or an IANA time zone."
    offers = [_with(ask, "zone", known, zone_label(known))] if known else []
    opened = {**ask.options, **({"zone": known} if known else {})}
    form = open_path("/".join(ask.path), opened)
    return WrongValues({"zone": sentence}, [*offers, Offer("Fill in", form)], "Which time zone?")


def topic_ids(library: Library, typed: str) -> tuple[str, ...]:
    """The topics that were named, in the library's order; none of them means all.

    Raises Unclear, naming the nearest, where a name is none.
    """
    if normalised(typed) in {"all", "everything", "all topics", "any"}:
        return ()
    found = {topic for part in _PARTS.split(typed.strip()) if part for topic in _topics_in(library, part)}
    return tuple(topic for topic in library.topics if topic in found)


def _topics_in(library: Library, part: str) -> Iterator[str]:
    """The topics of one part: a name may have several words, and several names may follow each other."""
    words = part.split()
    while words:
        lengths = range(min(len(words), 6), 0, -1)
        names = ((length, library.topic_names.exact(" ".join(words[:length]))) for length in lengths)
        length, name = next(((length, name) for length, name in names if name), (0, None))
        if name is None:
            find_topic(library, " ".join(words))
            return
        yield name.value
        words = words[length:]


def _at(context: Context, ask: Ask, typed: str) -> Any:
    del context, ask
    return parse_time(typed)


def _zone(context: Context, ask: Ask, typed: str) -> str:
    del context
    try:
        return find_zone(typed)
    except UnknownZone as error:
        named = zip(error.nearest, error.labels, strict=True)
        raise Unclear(str(error), [_with(ask, "zone", zone, label) for zone, label in named]) from None


def _days(context: Context, ask: Ask, typed: str) -> str:
    del context, ask
    return days_text(parse_days(typed), monthly=is_monthly(typed))


def _topics(context: Context, ask: Ask, typed: str) -> tuple[str, ...]:
    try:
        return topic_ids(context.library, typed)
    except Unclear as error:  # its buttons open topics; here they take the place of what was typed
        near = [(offer.label, offer.action.arguments[0]) for offer in error.offers if offer.action.arguments]
        offers = [_with(ask, "topics", topic, label) for label, topic in near]
        raise Unclear(_with_names(str(error), [label for label, _ in near]), offers) from None


def _with_names(sentence: str, near: list[str]) -> str:
    """The sentence with the names in it: beside a field there are no buttons."""
    bare = sentence.removesuffix(" Did you mean:")
    return f"{bare} Topics are {', '.join(near)}." if near else bare


def _choice(option: Option) -> Reader:
    values = [value for _, value in option.choices]

    def read(context: Context, ask: Ask, typed: str) -> str:
        del context, ask
        if typed.casefold() not in values:
            said = outside_text(typed, 40)
            raise RequestError(f"“{said}” isn't an option here. Choose {', '.join(values[:-1])} or {values[-1]}.")
        return typed.casefold()

    return read


def _quiet(context: Context, ask: Ask, typed: str) -> str:
    """What is kept for a day without news; `question` is kept by its first name."""
    said = "question" if typed.casefold() == "short" else typed
    chosen: str = _choice(WHEN_EMPTY)(context, ask, said)
    return "short" if chosen == "question" else chosen


def _mention(context: Context, ask: Ask, typed: str) -> str:
    """The id of the role to mention, empty for none."""
    del context
    if typed.casefold() in _NO_ROLE:
        return ""
    bare = typed.strip("<>@!").casefold()
    if bare in _EVERYONE:
        raise RequestError(f"newsbot never mentions @{bare}. Pick a role that people can opt into.")
    pattern = _ROLES.get(ask.who.platform)
    if pattern is None:
        raise RequestError("There are no roles to mention here.")
    if not ask.who.is_admin:
        raise RequestError("Only an admin can set a role to mention.")
    found = pattern.match(typed)
    if not found:
        raise RequestError(f"“{outside_text(typed, 40)}” isn't a role. {_HOW_TO_NAME[ask.who.platform]}")
    if found[1] == ask.where.workspace:  # on Discord the role of that id is @everyone
        raise RequestError("newsbot never mentions @everyone. Pick a role that people can opt into.")
    return found[1]


_READERS: dict[str, tuple[str, Reader]] = {
    "time": ("at", _at),
    "zone": ("zone", _zone),
    "days": ("days", _days),
    "topics": ("topics", _topics),
    "quiet": ("when_empty", _quiet),
    "catch-up": ("catch_up", _choice(CATCH_UP)),
    "mention": ("mention", _mention),
}


def _known_zone(zone: str) -> str | None:
    try:
        return find_zone(zone)
    except UnknownZone:
        return None


def _with(ask: Ask, option: str, value: str, label: str) -> Offer:
    """The same command with another value."""
    return Offer(label, run_action(ask.path, {**ask.options, option: value}))
