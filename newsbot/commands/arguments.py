"""Options that tell by themselves what they are, in any order: `9:00 Berlin weekdays deepseek`, `2 zone:"New York"`."""

import re
from collections.abc import Callable, Sequence

from newsbot.commands.digest.options import topic_ids
from newsbot.commands.quiz.values import choice_value, is_count, is_pace
from newsbot.commands.registry import Command, Context, Option, OptionKind
from newsbot.errors import RequestError
from newsbot.names import normalised
from newsbot.schedule.phrases import parse_days, parse_time
from newsbot.schedule.timezone_names import is_zone_words
from newsbot.schedule.turns import UNSUPPORTED, plain_schedule

_NAMED = re.compile(r"(?:--)?([a-z][a-z-]{1,20})[:=](.*)\Z", re.DOTALL)
# Words that join the others.
_BETWEEN = frozenset({"at", "in", "on", "of", "to", "about", "for", "and", "a", "the", "with", "each"})
_NUMBERS: frozenset[OptionKind] = frozenset({"number", "seconds"})
_LONGEST = 8  # words of one value
_NO_BREAK = "\u00a0"


def infer_options(command: Command, words: Sequence[str], context: Context) -> dict[str, str]:
    """The options that the words give a command; what tells nothing is the value of the first that is still open."""
    given: dict[str, str] = {}
    left = _schedule_words(words) if any(option.kind == "days" for option in command.options) else list(words)
    while left:
        option, value, left = _next(command, left, given, context)
        if option is not None:
            given[option.name] = f"{given[option.name]} {value}" if option.name in given else value
    return given


def _schedule_words(words: Sequence[str]) -> list[str]:
    """The words without the commas between them, turns of phrase plainly, and without the "time" of "Berlin time"."""
    bare = [word.rstrip(",;").replace(" ", _NO_BREAK) for word in words]  # what was quoted stays one word
    plain = plain_schedule(" ".join(word for word in bare if word))
    said = [word.replace(_NO_BREAK, " ") for word in plain.split(" ") if word]
    starts = range(1, 4)
    return [
        word
        for at, word in enumerate(said)
        if word.casefold() != "time"
        or not any(at >= size and is_zone_words(" ".join(said[at - size : at])) for size in starts)
    ]


def _next(
    command: Command, words: list[str], given: dict[str, str], context: Context
) -> tuple[Option | None, str, list[str]]:
    """The option that comes first in the words, its value, and the words after it."""
    option, rest = _split_named(command, words)
    if option is not None and option.kind == "yes-no" and len(rest) < len(words):  # a bare name is a yes
        return option, "yes", rest
    if option is not None and _is_unit(option, words[0], rest, context):
        return None, "", rest
    if option is None:
        rest = words
        option = _inferred_option(command, words, given, context)
    if option is None and (last := next((each for each in command.options if each.rest), None)):
        return last, words[0], words[1:]
    if option is None and normalised(words[0]) in _BETWEEN:
        return None, "", words[1:]
    option = option or _first_open(command, given)
    if option is None or not rest:
        return None, "", rest[1:]
    length = max(_length(option, rest, context), 1)
    return option, " ".join(rest[:length]), rest[length:]


def _split_named(command: Command, words: list[str]) -> tuple[Option | None, list[str]]:
    """The option that the first word names, and the words from its value on: `time:9:00`, `time: 9:00`, `time 9:00`."""
    if (named := _NAMED.match(words[0])) and (option := command.option(named[1])):
        return option, [*([named[2]] if named[2] else []), *words[1:]]
    return command.option(words[0].lstrip("-").casefold()), words[1:]


def _is_unit(option: Option, word: str, rest: list[str], context: Context) -> bool:
    """Whether a word that is also an option's name says only what was counted: `5 questions on deepseek`."""
    return option.kind in _NUMBERS and word in (option.name, f"{option.name},") and not _length(option, rest, context)


def _inferred_option(command: Command, words: list[str], given: dict[str, str], context: Context) -> Option | None:
    """The option that the first words tell by themselves to be of: by the most words, the first among equals."""
    lengths = ((_length(each, words, context), each) for each in command.options if each.name not in given)
    # Many everyday words are towns as well: a zone comes last among equals.
    length, option = max(lengths, key=lambda told: (told[0], told[1].kind != "zone"), default=(0, None))
    return option if length else None


def _first_open(command: Command, given: dict[str, str]) -> Option | None:
    """The option that a word which tells nothing belongs to: the first that is still open, else the last given."""
    telling = [option for option in command.options if option.is_telling]
    spoken = [option for option in telling if option.kind not in _NUMBERS] or telling
    still = next((option for option in spoken if option.name not in given), None)
    return still or (command.option(next(reversed(given))) if given else None)


def _length(option: Option, words: Sequence[str], context: Context) -> int:
    """How many of the first words are a value of this option; 0 where they are none."""
    tells = _TELLS.get(option.kind)
    if tells is None or not option.is_telling:
        return 0
    lengths = range(min(len(words), _LONGEST), 0, -1)
    return next((length for length in lengths if tells(context, option, " ".join(words[:length]))), 0)


def is_value(option: Option, words: Sequence[str], context: Context) -> bool:
    """Whether these words, all of them, tell that they are a value of this option."""
    return len(words) <= _LONGEST and bool(words) and _length(option, words, context) == len(words)


def _parses(read: Callable[[], object]) -> bool:
    try:
        read()
    except RequestError:
        return False
    return True


def _is_zone(said: str) -> bool:
    """Whether a zone is named; what follows it is no part of it where it reads as something else: `Paris fr`."""
    last = said.rpartition(" ")[2]
    follows = last != said and not last.isupper() and _is_days(last)
    return last not in _BETWEEN and not follows and is_zone_words(said)


def _is_days(said: str) -> bool:
    if said.casefold().split()[-1:] == ["all"]:  # “all” is of all topics
        return False
    return said.casefold() in UNSUPPORTED or _parses(lambda: parse_days(said))


def _is_question(context: Context, said: str) -> bool:
    topic, _, name = said.partition("/")
    return (topic, name) in context.library.questions or (topic, name) in context.library.retired


_TELLS: dict[OptionKind, Callable[[Context, Option, str], bool]] = {
    "number": lambda context, option, said: is_count(said, option.name),
    "seconds": lambda context, option, said: is_pace(said),
    "choice": lambda context, option, said: choice_value(option, said) is not None,
    "topic": lambda context, option, said: context.library.topic_names.exact(said) is not None,
    "question": lambda context, option, said: _is_question(context, said),
    "time": lambda context, option, said: _parses(lambda: parse_time(said)),
    "zone": lambda context, option, said: _is_zone(said),
    "days": lambda context, option, said: _is_days(said),
    "topics": lambda context, option, said: _parses(lambda: topic_ids(context.library, said)),
}
