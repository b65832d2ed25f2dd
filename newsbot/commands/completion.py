"""Completion: the values of one option, and what half a free text may become."""

from collections.abc import Iterable

from newsbot.commands.arguments import is_value
from newsbot.commands.parser import MAX_TEXT
from newsbot.commands.registry import PRIVATE, Command, Context, Option
from newsbot.messages.requests import Suggest, Suggestion
from newsbot.names import Name, NameIndex, normalised
from newsbot.schedule.phrases import DAY_NAMES
from newsbot.schedule.timezone_names import complete_zone

MAX_SUGGESTIONS = 25  # Discord's limit; enough everywhere
_LABEL = 100
_EVERYDAY = ("ask", "digest", "quiz", "help", "events", "check")  # what stands before the topics
_LONGEST_TOWN = 4  # words
_JOINERS = frozenset({"vs", "versus", "and", "or", "against", "with", "to"})
_SAID_LAST = frozenset({"help", normalised(PRIVATE.name)})  # what may follow any command, and completes it
_DAYS = (
    ("Weekdays, Monday to Friday", "weekdays"),
    ("Daily", "daily"),
    ("Weekends", "weekends"),
    ("Weekly, on Mondays", "weekly"),
    ("Monthly, on the first weekday", "monthly"),
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
    """What a free text may become, the likeliest first; each value is a whole text then, for a person to go on.

    Where the text is complete as it stands, it stands first itself: the first is what Enter takes.
    """
    if len(text) > MAX_TEXT or not text.lstrip().startswith("/"):
        return ()
    before, _, last = text.lstrip().lstrip("/").rpartition(" ")
    words = [word for word in before.split() if normalised(word) != "newsbot"]
    if not words:
        return _commands(context, last)
    root = context.menu.names.exact(words[0])
    if root is None or normalised(last) in _SAID_LAST:
        return ()
    found = _after_command(root.value, words[1:], last, context)
    start = f"/{before}"
    if not found:
        return ()
    if not last:  # nothing of the next word is there, so the text is complete as far as it goes
        return (Suggestion(_summary(context, (root.value, *words[1:2])), start), *found)
    return found


def _commands(context: Context, typed: str) -> tuple[Suggestion, ...]:
    """The commands that begin like this: what people need every day, then topics, then the rest."""
    everyday = {name: place for place, name in enumerate(_EVERYDAY)}
    names = [Name(root, root, context.menu.commands[root,].aliases) for root in context.menu.roots]
    names.append(Name("help", "help", ()))
    names.sort(key=lambda name: (everyday.get(name.value, len(everyday)), name.value not in context.library.topics))
    found = NameIndex(names).complete(typed, MAX_SUGGESTIONS)
    exact = context.menu.names.exact(typed)
    if exact is not None and (not found or exact.value != found[0].value):
        found = [exact, *(name for name in found if name.value != exact.value)]
    return tuple(Suggestion(_summary(context, (name.value,)), f"/{name.value}") for name in found)


def _summary(context: Context, path: tuple[str, ...]) -> str:
    """What a command does, in a line."""
    if path == ("help",):
        return "What newsbot can do"
    command = context.menu.find(path) or context.menu.commands[path[:1]]
    return _shortened(command.summary)


def _after_command(root: str, words: list[str], last: str, context: Context) -> tuple[Suggestion, ...]:
    """What may follow a command and some words after it; what is complete already comes first."""
    start = " ".join((f"/{root}", *words, ""))
    if root in context.library.topics:
        return _briefs(root, words, last, context)
    if root in context.menu.below:
        return _below(root, words, last, start, context)
    options = [option for option in context.menu.commands[root,].options if option.kind != "yes-no"]
    place = next((at for at, option in enumerate(options[: len(words)]) if option.rest), len(words))
    if place >= len(options):
        return ()
    index = _index(options[place], words[0] if words else "", context)
    if index is None:
        return ()
    if options[place].rest:
        kept, typed = _after_joiner([*words[place:], last])
        if not kept and any(option.kind == options[place].kind for option in options[place + 1 :]):
            kept, typed = _after_name(index, typed)
        start = " ".join((f"/{root}", *words[:place], *kept, ""))
        last = " ".join(typed)
    return _as_suggestions(index, last, start)


def _after_name(index: NameIndex, words: list[str]) -> tuple[list[str], list[str]]:
    """The words of a name at the beginning, and those after it; all are after it where there is none."""
    cut = next((size for size in range(len(words) - 1, 0, -1) if index.exact(" ".join(words[:size]))), 0)
    return words[:cut], words[cut:]


def _after_joiner(words: list[str]) -> tuple[list[str], list[str]]:
    """Words up to the last one that joins two names (`a vs b`), that one included, and those after it."""
    joints = [place for place, word in enumerate(words[:-1]) if normalised(word) in _JOINERS]
    cut = joints[-1] + 1 if joints else 0
    return words[:cut], words[cut:]


def _briefs(topic: str, words: list[str], last: str, context: Context) -> tuple[Suggestion, ...]:
    """The briefs of a topic; a name may have several words."""
    return _as_suggestions(context.library.brief_names(topic), " ".join((*words, last)), f"/{topic} ")


def _below(root: str, words: list[str], last: str, start: str, context: Context) -> tuple[Suggestion, ...]:
    """The names of subcommands, then the options of one: by name, or what tells by itself which option it is of."""
    names = context.menu.below[root]
    if not words:
        found = names.complete(last, MAX_SUGGESTIONS)
        return tuple(Suggestion(_summary(context, (root, name.value)), start + name.value) for name in found)
    command = names.exact(words[0])
    if command is None or not last:
        return ()
    options = context.menu.commands[root, command.value].options
    name, colon, typed = last.partition(":")
    if colon and (option := next((each for each in options if each.name == name), None)):
        named = _values(option, typed, context)
        return tuple(Suggestion(_shortened(each.label), f"{start}{name}:{each.value}") for each in named)
    begun = [
        Suggestion(f"{each.name}: {each.help}", f"{start}{each.name}:")
        for each in options
        if each.name.startswith(last)
    ]
    told = _told(context.menu.commands[root, command.value], words[1:], last, f"/{root} {words[0]}", context)
    return (*begun, *told)[:MAX_SUGGESTIONS]


def _told(command: Command, words: list[str], last: str, start: str, context: Context) -> tuple[Suggestion, ...]:
    """What the words at the end may become, of options that tell by themselves; what is a value already comes first.

    A zone's name may have several words. It comes last, since so many words are a town's beginning.
    """
    telling = sorted(
        (option for option in command.options if option.is_telling), key=lambda option: option.kind == "zone"
    )
    said = [*words, last]
    whole = [size for size in range(1, len(said) + 1) if any(is_value(each, said[-size:], context) for each in telling)]
    if whole and whole[-1] > 1:
        return (Suggestion(_shortened(command.summary), " ".join((start, *said))),)
    sizes = [size for size in range(_LONGEST_TOWN, 1, -1) if _begins_zone(" ".join(said[-size:])) and len(said) >= size]
    size = sizes[0] if sizes and any(option.kind == "zone" for option in telling) else 1
    typed = " ".join(said[-size:])
    kept = " ".join((start, *said[:-size], ""))
    offered = [
        Suggestion(_shortened(each.label), kept + each.value) for o in telling for each in _values(o, typed, context)
    ]
    first = [Suggestion(_shortened(command.summary), kept + typed)] if whole else []
    return tuple({each.value: each for each in (*first, *offered)}.values())


def _begins_zone(words: str) -> bool:
    """Whether a time zone's town or name begins with these words."""
    return any(normalised(zone.label).startswith(normalised(words)) for zone in complete_zone(words, 3))


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
    """The names that `typed` may become; what is a name already stands first, as it was typed."""
    names = index.complete(typed, MAX_SUGGESTIONS)
    found = [Suggestion(_shortened(name.label), start + name.value) for name in names]
    exact = index.exact(typed) if typed else None
    if exact is None:
        return tuple(found)
    others = (each for each in found if each.value != start + exact.value)
    return (Suggestion(_shortened(exact.label), start + typed), *others)


def _suggestion(name: Name) -> Suggestion:
    return Suggestion(_shortened(name.label), name.value)


def _shortened(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
