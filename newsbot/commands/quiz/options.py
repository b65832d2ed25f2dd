"""What game somebody wants, read from the options of `/quiz start`."""

from newsbot.commands.answers import Offer, Unclear, find_topic, run_action
from newsbot.commands.forms import Reader, read_values
from newsbot.commands.quiz.values import choice_value, count, pace
from newsbot.commands.registry import Context, Option, is_yes
from newsbot.errors import RequestError
from newsbot.messages.requests import Ask
from newsbot.names import normalised
from newsbot.quizzes.values import GameOptions

FEWEST, MOST, USUAL = 1, 20, 5
SHORTEST, LONGEST, USUAL_SECONDS = 10, 300, 30

TOPIC = Option("topic", "topic", "Topic of the questions", tells=True)
QUESTIONS = Option("questions", "number", f"How many questions, {FEWEST} to {MOST}")
SECONDS = Option("seconds", "seconds", f"Seconds each, {SHORTEST}–{LONGEST} or unlimited")
DIFFICULTY = Option(
    "difficulty",
    "choice",
    "Difficulty of the questions",
    choices=(("Easy", "easy"), ("Medium", "medium"), ("Hard", "hard")),
    tells=True,
)
THREAD = Option("thread", "yes-no", "Play in a thread of its own")
OPTIONS = (TOPIC, QUESTIONS, SECONDS, DIFFICULTY, THREAD)

_ANY = frozenset({"any", "all", "everything", "all topics", "any topic"})


def read_options(context: Context, ask: Ask) -> GameOptions:
    """The game that is wanted. Raises WrongValues with a sentence for each option that cannot be accepted."""
    found = read_values(context, ask, _READERS)
    return GameOptions(**found, in_thread=is_yes(ask, THREAD.name))


def _topic(context: Context, ask: Ask, typed: str) -> str | None:
    if normalised(typed) in _ANY:
        return None
    try:
        return find_topic(context.library, typed).id
    except Unclear as error:  # its buttons open topics; here they take the place of what was typed
        near = [(offer.label, offer.action.arguments[0]) for offer in error.offers]
        offers = [Offer(label, run_action(ask.path, {**ask.options, TOPIC.name: topic})) for label, topic in near]
        said = str(error).removesuffix(" Did you mean:")
        raise Unclear(f"{said} Topics are {', '.join(label for label, _ in near)}.", offers) from None


def _questions(context: Context, ask: Ask, typed: str) -> int:
    del context, ask
    found = count(typed, QUESTIONS.name)
    if found is None or not FEWEST <= found <= MOST:
        raise RequestError(f"A quiz has {FEWEST} to {MOST} questions.")
    return found


def _seconds(context: Context, ask: Ask, typed: str) -> int | None:
    del context, ask
    found = pace(typed)
    if found == 0 and not any(sign.isdecimal() for sign in typed):
        return None
    if found is None or not SHORTEST <= found <= LONGEST:
        raise RequestError(f"Each question takes {SHORTEST} to {LONGEST} seconds, or “unlimited” for no time limit.")
    return found


def _difficulty(context: Context, ask: Ask, typed: str) -> str | None:
    del context, ask
    if normalised(typed) in _ANY:
        return None
    found = choice_value(DIFFICULTY, typed)
    if found is None:
        raise RequestError("Questions are easy, medium or hard.")
    return found


_READERS: dict[str, tuple[str, Reader]] = {
    TOPIC.name: ("topic", _topic),
    QUESTIONS.name: ("count", _questions),
    SECONDS.name: ("seconds", _seconds),
    DIFFICULTY.name: ("difficulty", _difficulty),
}
