"""Completion: the values of one option, and what half a free text may become."""

from collections.abc import Iterable

from newsbot.commands.parser import MAX_TEXT
from newsbot.commands.registry import Context, Option
from newsbot.messages.requests import Suggest, Suggestion
from newsbot.names import Name, NameIndex, normalised
from newsbot.schedule.phrases import DAY_NAMES
from newsbot.schedule.timezone_names import complete_zone

MAX_SUGGESTIONS = 25  # Discord's limit; enough everywhere
_LABEL = 100
_DAYS = (
    ("Weekdays, Monday to Friday", "weekdays"),
    ("Daily", "daily"),
    ("Weekends", "weekends"),
    *((day, day[:3].casefold()) for day in DAY_NAMES),
)
_PACES = (("Unlimited: no time limit", "unlimited"), ("15 seconds", "15"), ("30 seconds", "30"), ("60 seconds", "60"))


def suggestions(context: Context, suggest: Suggest) -> tuple[Suggestion, ...]:
    """The values that complete what was typed into an option, at most 25; none where anything may stand."""
    command = context.menu.find(suggest.path)
    option = command.option(suggest.option) if command else None
    if option is None:
        return ()
    if _is_listed(option):
        return tuple(_suggestion(name) for name in _values(option, suggest.typed[:_LABEL], context))
    index = _index(option, suggest.options.get("topic", ""), context)
    if index is None:
        return ()
    return tuple(_suggestion(name) for name in index.complete(suggest.typed[:_LABEL], MAX_SUGGESTIONS))


def completions(context: Context, text: str) -> tuple[Suggestion, ...]:
    """What the last word of a free text may become; each value is the whole text then, for a person to go on."""
    if len(text) > MAX_TEXT or not text.lstrip().startswith("/"):
        return ()
    before, _, last = text.lstrip().lstrip("/").rpartition(" ")
    words = [word for word in before.split() if normalised(word) != "newsbot"]
    if not words:
        return _as_suggestions(context.menu.names, last, "/")
    root = context.menu.names.exact(words[0])
    if root is None:
        return ()
    start = f"/{before} "
    if root.value in context.library.topics:
        return _as_suggestions(context.library.brief_names(root.value), last, start) if len(words) == 1 else ()
    if root.value in context.menu.below:
        return _below(root.value, words[1:], last, start, context)
    options = context.menu.commands[root.value,].options
    if len(words) > len(options):
        return ()
    index = _index(options[len(words) - 1], words[1] if len(words) > 1 else "", context)
    return _as_suggestions(index, last, start) if index else ()


def _below(root: str, words: list[str], last: str, start: str, context: Context) -> tuple[Suggestion, ...]:
    """The names of subcommands, then the options of one: by name, or what tells by itself which option it is of."""
    names = context.menu.below[root]
    if not words:
        return _as_suggestions(names, last, start)
    found = names.exact(words[0])
    if found is None or not last:
        return ()
    options = context.menu.commands[root, found.value].options
    name, colon, typed = last.partition(":")
    if colon:
        named = [name_of for option in options if option.name == name for name_of in _values(option, typed, context)]
        return tuple(Suggestion(each.label[:_LABEL], f"{start}{name}:{each.value}") for each in named)
    begun = [
        Suggestion(f"{each.name}: {each.help}", f"{start}{each.name}:")
        for each in options
        if each.name.startswith(last)
    ]
    told = (each for option in options if option.is_telling for each in _values(option, last, context))
    return (*begun, *(Suggestion(each.label[:_LABEL], start + each.value) for each in told))[:MAX_SUGGESTIONS]


def _is_listed(option: Option) -> bool:
    return option.kind in {"yes-no", "choice", "zone", "days", "topics"}


def _values(option: Option, typed: str, context: Context) -> list[Name]:
    """What half a value may become, for an option whose values do not depend on another's."""
    match option.kind:
        case "yes-no":
            return _names_beginning([("yes", "yes"), ("no", "no")], typed)
        case "choice":
            return _names_beginning(option.choices, typed)
        case "days":
            return _names_beginning(_DAYS, typed)
        case "zone":
            return complete_zone(typed, MAX_SUGGESTIONS)
        case "topics":
            return _topics(typed, context)
        case "topic":
            return list(context.library.topic_names.complete(typed, MAX_SUGGESTIONS))
        case "seconds":
            return _names_beginning(_PACES, typed)
    return []


def _names_beginning(choices: Iterable[tuple[str, str]], typed: str) -> list[Name]:
    """The choices of which a word begins like this, or the value."""
    wanted = normalised(typed)
    words = ((label, value, f" {normalised(label)} {normalised(value)}") for label, value in choices)
    return [Name(value, label, ()) for label, value, called in words if f" {wanted}" in called]


def _topics(typed: str, context: Context) -> list[Name]:
    """The last topic of several, completed; those before it stay."""
    before, comma, last = typed.rpartition(",")
    names = context.library.topic_names.complete(last, MAX_SUGGESTIONS)
    kept = f"{before}{comma}"
    chosen = [Name(f"{kept}{name.value}", f"{kept} {name.label}".strip(), ()) for name in names]
    return chosen if kept else [*_names_beginning([("All topics", "all")], last), *chosen]


def _index(option: Option, topic: str, context: Context) -> NameIndex | None:
    match option.kind:
        case "topic":
            return context.library.topic_names
        case "figure":
            return context.library.figure_names
        case "brief":
            found = context.library.topic_names.exact(topic)
            return context.library.brief_names(found.value) if found else None
    return None


def _as_suggestions(index: NameIndex, typed: str, start: str) -> tuple[Suggestion, ...]:
    names = index.complete(typed, MAX_SUGGESTIONS)
    return tuple(Suggestion(name.label[:_LABEL], start + name.value) for name in names)


def _suggestion(name: Name) -> Suggestion:
    label = name.label if len(name.label) <= _LABEL else f"{name.label[: _LABEL - 1]}…"
    return Suggestion(label, name.value)
