"""Completion: the values of one option, and what half a free text may become."""

from newsbot.commands.menu import Context, Option
from newsbot.commands.parser import MAX_TEXT
from newsbot.content.names import Name, NameIndex, normalised
from newsbot.messages.requests import Suggest, Suggestion

MAX_SUGGESTIONS = 25  # Discord's limit; enough everywhere
_LABEL = 100


def suggestions(context: Context, suggest: Suggest) -> tuple[Suggestion, ...]:
    """The values that complete what was typed into an option, at most 25; none where anything may stand."""
    command = context.menu.find(suggest.path)
    option = command.option(suggest.option) if command else None
    if option is None:
        return ()
    if option.kind == "yes-no":
        return tuple(Suggestion(word, word) for word in ("yes", "no") if word.startswith(suggest.typed.casefold()))
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
        return _written(context.menu.names, last, "/")
    root = context.menu.names.exact(words[0])
    if root is None:
        return ()
    start = f"/{before} "
    if root.value in context.library.topics:
        return _written(context.library.brief_names(root.value), last, start) if len(words) == 1 else ()
    options = context.menu.commands[root.value,].options
    if len(words) > len(options):
        return ()
    index = _index(options[len(words) - 1], words[1] if len(words) > 1 else "", context)
    return _written(index, last, start) if index else ()


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


def _written(index: NameIndex, typed: str, start: str) -> tuple[Suggestion, ...]:
    names = index.complete(typed, MAX_SUGGESTIONS)
    return tuple(Suggestion(name.label[:_LABEL], start + name.value) for name in names)


def _suggestion(name: Name) -> Suggestion:
    label = name.label if len(name.label) <= _LABEL else f"{name.label[: _LABEL - 1]}…"
    return Suggestion(label, name.value)
