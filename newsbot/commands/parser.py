"""Free text to a command: what Slack, the web, a terminal and a mention send, read the same way everywhere."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsbot.commands.answers import HELP, MAX_OFFERS, Offer, Unclear, find_brief, run_action
from newsbot.commands.arguments import infer_options, is_value
from newsbot.commands.registry import Command, Context, Option, OptionKind, yes_or_no
from newsbot.errors import RequestError
from newsbot.messages.actions import Action
from newsbot.messages.markup import outside_text
from newsbot.names import NameIndex, normalised

MAX_TEXT = 1_000
_COUNTS: frozenset[OptionKind] = frozenset({"number", "seconds", "question"})  # what many subcommands take
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_WORD = re.compile(r'((?:--)?[a-z][a-z-]{1,20}[:=])"([^"]*)"?|"([^"]*)"?|(\S+)')
_NAMED = re.compile(r"(?:--)?([a-z][a-z-]{1,20})[:=](.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Understood:
    """A command's path and options; `wants_help`: how to use it rather than its answer."""

    path: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    wants_help: bool = False


def understand(text: str, context: Context) -> Understood:
    """The command a free text means. Raises Unclear, with what may have been meant, where it means none."""
    words = split(text)
    slashed = bool(words) and words[0].startswith("/")
    if slashed:  # /deepseek/cost and /deepseek:cost are meant as they look
        words[:1] = re.split(r"[/:]+", words[0].strip("/:"))
    while words and normalised(words[0]) in {"", "newsbot"}:
        slashed = slashed or normalised(words[0]) == "newsbot"
        words = words[1:]
        if words and words[0].startswith("/"):
            words[0] = words[0].lstrip("/")
    if not words:
        return Understood(("newsbot",))
    if normalised(words[0]) == "help":
        return _help_for(words[1:], context)
    root = context.menu.names.exact(words[0])
    if root is None:
        return _without_command(words, slashed, context)
    return _command(root.value, words[1:], context)


def split(text: str) -> list[str]:
    """The words of a text: quotes (straight or curly) keep words together, white space and invisible signs part them.

    Raises Unclear where the text is longer than 1,000 characters.
    """
    if len(text) > MAX_TEXT:
        sentence = f"That is {len(text):,} characters; newsbot reads at most {MAX_TEXT:,}. Ask in a sentence or two."
        raise Unclear(sentence, (HELP,), "Too long")
    # A form like “ﬁ” or a full-width letter is read as the letters it stands for.
    clean = outside_text(unicodedata.normalize("NFKC", text).translate(_QUOTES), MAX_TEXT * 4)
    if clean[:2] in {'"/', "'/"}:  # somebody quotes the whole command
        clean = clean.strip("\"'")
    words = (name + value or quoted or bare for name, value, quoted, bare in _WORD.findall(clean))
    return [word for word in words if word]


def _help_for(words: Sequence[str], context: Context) -> Understood:
    if not words:
        return Understood(("newsbot",))
    understood = understand("/" + " ".join(words), context)
    return Understood(understood.path, wants_help=True)


def _without_command(words: list[str], slashed: bool, context: Context) -> Understood:
    """A text that names no command: a question, unless a slash or its shortness says that a command was meant."""
    near = context.menu.names.nearest(words[0])
    if not slashed and (len(words) > 1 or not near):
        return Understood(("ask",), {"question": " ".join(words)})
    offers = [
        Offer(f"/{' '.join((name.value, *words[1:]))}"[:60], _again(name.value, words[1:], context)) for name in near
    ]
    offers += _find_briefs(words, context)
    said = outside_text(" ".join(words), 60)
    if offers:
        raise Unclear(f"There is no command “/{said}”. Did you mean:", offers)
    if len(words) > 1:
        return Understood(("ask",), {"question": " ".join(words)})
    raise Unclear(f"There is no command “/{said}”.", (HELP,))


def _again(root: str, rest: Sequence[str], context: Context) -> Action:
    """The action for a corrected command: the whole of it where it can be understood, else its beginning."""
    try:
        understood = _command(root, rest, context)
    except RequestError:
        return run_action((root,))
    return run_action(understood.path, understood.options)


def _find_briefs(words: Sequence[str], context: Context) -> list[Offer]:
    """Briefs of any topic that are called what was typed: someone may leave out the topic."""
    library, typed = context.library, " ".join(words)
    named = ((topic, library.brief_names(topic).exact(typed)) for topic in library.topics)
    return [Offer(f"/{topic} {name.value}", run_action((topic, name.value))) for topic, name in named if name][
        :MAX_OFFERS
    ]


def _command(root: str, words: Sequence[str], context: Context) -> Understood:
    if root in context.menu.below and root not in context.library.topics:
        return _below(root, words, context)
    command = context.menu.commands[root,]
    words, options = _options(words, command)
    if words and normalised(words[-1]) == "help" and len(words) <= 2:
        path = _subcommand(root, words[:-1], context) if len(words) == 2 else (root,)
        return Understood(path, wants_help=True)
    if root in context.library.topics:
        return _topic_text(root, words, options, context)
    return Understood((root,), {**_positional(command.options, words, context), **options})


def _below(root: str, words: Sequence[str], context: Context) -> Understood:
    """A command whose subcommands do different things: `/digest next 2`. Raises Unclear where none is called so."""
    if not words or normalised(words[0]) == "help":
        return Understood((root,), wants_help=bool(words))
    names = context.menu.below[root]
    found = names.exact(words[0])
    if found is None:
        if len(words) >= 3 and context.library.ask(question := " ".join((root, *words))):
            return Understood(("ask",), {"question": question})
        raise _no_subcommand(root, words, context)
    path = (root, found.value)
    if [normalised(word) for word in words[1:]] == ["help"]:
        return Understood(path, wants_help=True)
    return Understood(path, infer_options(context.menu.commands[path], words[1:], context))


def _no_subcommand(root: str, words: Sequence[str], context: Context) -> Unclear:
    names = context.menu.below[root]
    near = names.nearest(words[0]) or names.complete(words[0], 3)
    offers = [Offer(f"/{root} {name.value}", _again(root, (name.value, *words[1:]), context)) for name in near]
    offers = offers or _left_out(root, words, context)
    said = f"There is no “/{root} {outside_text(words[0], 40)}”."
    if offers:
        return Unclear(f"{said} Did you mean:", offers)
    all_offers = [Offer(f"/{root} {name.value}", run_action((root, name.value))) for name in names.names]
    return Unclear(f"{said} There is:", all_offers)


def _left_out(root: str, words: Sequence[str], context: Context) -> list[Offer]:
    """The subcommand that somebody left out, where the first words tell an option of it: `/digest 9am, Berlin`."""
    bare = [word.rstrip(",;") for word in words]
    for command in context.menu.roots[root]:
        telling = [option for option in command.options if option.is_telling and option.kind not in _COUNTS]
        if any(is_value(option, bare[:size], context) for option in telling for size in range(1, len(words) + 1)):
            written = " ".join(("/" + " ".join(command.path), *words))
            return [Offer(outside_text(written, 60), _again(root, (*command.path[1:], *words), context))]
    return []


def _topic_text(root: str, words: Sequence[str], options: dict[str, str], context: Context) -> Understood:
    try:
        return Understood(_subcommand(root, words, context), options)
    except Unclear:
        question = " ".join((*words, root))
        if len(words) >= 3 and context.library.ask(question):
            return Understood(("ask",), {"question": question, **options})
        raise


def _subcommand(root: str, words: Sequence[str], context: Context) -> tuple[str, ...]:
    """The path of a topic's brief from the words after the topic. Raises Unclear where no brief is called so."""
    if not words or root not in context.library.topics:
        return (root,)
    found = find_brief(context.library, context.library.topics[root], " ".join(words))
    return (root, found.id)


def _options(words: Sequence[str], command: Command) -> tuple[list[str], dict[str, str]]:
    """The words without the options: `name:value`, `name=value`, `--name`, or a bare yes-no name at the end."""
    options: dict[str, str] = {}
    rest: list[str] = []
    words = list(words)
    if len(words) > 1 and yes_or_no(words[-1]) is not None and _flag(words[-2], command):  # "private yes"
        words[-2:] = [f"{words[-2].lstrip('-')}:{words[-1]}"]
    for place, word in enumerate(words, start=1):
        named = _NAMED.match(word)
        is_flag = word.startswith("--") or place == len(words)  # "the last private round" is a name, not a wish
        if named and command.option(named[1]):
            options[named[1]] = named[2]
        elif is_flag and (option := _flag(word, command)):
            options[option.name] = "yes"
        else:
            rest.append(word)
    return rest, options


def _flag(word: str, command: Command) -> Option | None:
    """The yes-no option of a command that a word names."""
    option = command.option(word.lstrip("-").casefold())
    return option if option is not None and option.kind == "yes-no" else None


def _positional(options: Sequence[Option], words: Sequence[str], context: Context) -> dict[str, str]:
    """The remaining words as the command's options, in order; a name may have several words where it is one we know."""
    given: dict[str, str] = {}
    left = list(words)
    for option in options:
        if not left or option.kind == "yes-no":
            break
        count = len(left) if option.rest else _name_length(option, left, given, context)
        given[option.name] = " ".join(left[:count])
        left = left[count:]
    if left and given:
        last = next(reversed(given))
        given[last] = " ".join((given[last], *left))
    return given


def _name_length(option: Option, words: Sequence[str], given: dict[str, str], context: Context) -> int:
    index: NameIndex | None = context.library.topic_names if option.kind == "topic" else None
    if option.kind == "brief" and (topic := context.library.topic_names.exact(given.get("topic", ""))):
        index = context.library.brief_names(topic.value)
    if index is None:
        return 1
    lengths = range(min(len(words), 6), 0, -1)
    return next((length for length in lengths if index.exact(" ".join(words[:length]))), 1)
