"""Here the commands of `/quiz` are declared; the modules beside it do them."""

from collections.abc import Iterator

from newsbot.commands.menu import Command
from newsbot.commands.quizzes import games, looks, mine
from newsbot.commands.quizzes.wishes import OPTIONS
from newsbot.content.library import Library


def commands(library: Library) -> Iterator[Command]:
    """`/quiz` with its subcommands. What everybody plays is public; receipts and one's own figures are private."""
    del library
    yield from _playing()
    yield from _looking()
    yield from _own()


def _playing() -> Iterator[Command]:
    summary = "The quiz in this channel, and how to start one"
    yield Command(("quiz",), summary, games.overview, (), ("trivia",), ("/quiz",), private=True, below="subcommand")
    yield Command(
        ("quiz", "start"),
        "Start a quiz in this channel",
        games.start,
        OPTIONS,
        ("play", "new"),
        ("/quiz start", "/quiz start deepseek 5 30 hard", "/quiz start nvidia questions:3 unlimited thread"),
        effects=True,
        filled=games.fields,
        sharable=False,
        sends="Start",
    )
    yield Command(
        ("quiz", "stop"),
        "Stop the quiz of this channel",
        games.stop,
        aliases=("end",),
        examples=("/quiz stop",),
        effects=True,
        sharable=False,
    )
    summary = "Vote to skip the question that is being asked"
    yield Command(("quiz", "skip"), summary, games.skip, (), ("next",), ("/quiz skip",), private=True, effects=True)


def _looking() -> Iterator[Command]:
    yield Command(
        ("quiz", "daily"),
        "The question of the day",
        looks.daily,
        aliases=("today",),
        examples=("/quiz daily",),
        effects=True,
        # For one person alone it would close the question before it, and tell the results to nobody else.
        sharable=False,
    )
    yield Command(
        ("quiz", "leaderboard"),
        "Who has the most points here",
        looks.leaderboard,
        (looks.PERIOD, looks.SCOPE),
        ("board", "scores", "top"),
        ("/quiz leaderboard", "/quiz leaderboard month server"),
    )


def _own() -> Iterator[Command]:
    summary = "Your own points, right answers and streak"
    yield Command(("quiz", "me"), summary, looks.me, (), ("stats", "mine"), ("/quiz me",), private=True)
    deeds = (
        ("hide-me", "Leave me off leaderboards", mine.hide, ("hide",), True),
        ("show-me", "Put me on leaderboards again", mine.show, ("show", "unhide"), True),
        ("forget-me", "Erase all that the quiz keeps about me", mine.forget, ("forget",), False),
        ("export-me", "Show all that the quiz keeps about me", mine.export, ("export",), False),
    )
    for name, summary, handler, aliases, effects in deeds:
        examples = (f"/quiz {name}",)
        yield Command(("quiz", name), summary, handler, (), aliases, examples, private=True, effects=effects)
    yield Command(
        ("quiz", "report"),
        "Report a question of the quiz",
        mine.report,
        (mine.QUESTION, mine.REASON, mine.WORDS),
        examples=("/quiz report deepseek/r1-base wrong",),
        private=True,
        effects=True,
        sends="Send",
    )
