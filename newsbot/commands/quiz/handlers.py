"""Here the commands of `/quiz` are declared; the modules beside it do them."""

from collections.abc import Iterator

from newsbot.commands.quiz import games, my_data, views
from newsbot.commands.quiz.options import OPTIONS
from newsbot.commands.registry import Command
from newsbot.content.library import Library


def commands(library: Library) -> Iterator[Command]:
    """`/quiz` with its subcommands. What everybody plays is public; receipts and one's own figures are private."""
    del library
    yield from _commands_to_play()
    yield from _commands_that_show()
    yield from _own()


def _commands_to_play() -> Iterator[Command]:
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
        "Stop the quiz in this channel",
        games.stop,
        aliases=("end",),
        examples=("/quiz stop",),
        effects=True,
        sharable=False,
    )
    summary = "Vote to skip this question"
    yield Command(("quiz", "skip"), summary, games.skip, (), ("next",), ("/quiz skip",), private=True, effects=True)


def _commands_that_show() -> Iterator[Command]:
    yield Command(
        ("quiz", "daily"),
        "The question of the day",
        views.daily,
        aliases=("today",),
        examples=("/quiz daily",),
        effects=True,
        # For one person alone it would close the question before it, and tell the results to nobody else.
        sharable=False,
    )
    yield Command(
        ("quiz", "leaderboard"),
        "Who has the most points here",
        views.leaderboard,
        (views.PERIOD, views.SCOPE),
        ("board", "scores", "top"),
        ("/quiz leaderboard", "/quiz leaderboard month server"),
    )


def _own() -> Iterator[Command]:
    summary = "Your own points, right answers and streak"
    yield Command(("quiz", "me"), summary, views.me, (), ("stats", "mine"), ("/quiz me",), private=True)
    deeds = (
        ("hide-me", "Leave me off leaderboards", my_data.hide, ("hide",), True),
        ("show-me", "Put me on leaderboards again", my_data.show, ("show", "unhide"), True),
        ("forget-me", "Erase everything the quiz keeps about me", my_data.forget, ("forget",), False),
        ("export-me", "Show everything the quiz keeps about me", my_data.export, ("export",), False),
    )
    for name, summary, handler, aliases, effects in deeds:
        examples = (f"/quiz {name}",)
        yield Command(("quiz", name), summary, handler, (), aliases, examples, private=True, effects=effects)
    yield Command(
        ("quiz", "report"),
        "Report a quiz question",
        my_data.report,
        (my_data.QUESTION, my_data.REASON, my_data.WORDS),
        examples=("/quiz report deepseek/r1-base wrong",),
        private=True,
        effects=True,
        sends="Send",
    )
