"""`/digest`: what a channel gets by itself. Here its commands are declared; the modules beside it do them."""

from collections.abc import Iterator
from dataclasses import replace

from newsbot.commands.digest import changes, views
from newsbot.commands.digest.lookup import ADMIN_ON
from newsbot.commands.digest.options import CATCH_UP, DAYS, MENTION, TIME, TOPICS, WHEN_EMPTY, ZONE
from newsbot.commands.registry import Command, Option
from newsbot.content.library import Library

WHICH = Option("which", "number", "Number of the digest, if the channel has several", form=False)
FIRST = Option("first", "yes-no", "Post a first edition now")
POST = Option("post", "yes-no", "Post a test message and delete it")
_EXAMPLES = ("/digest subscribe 9:00 Berlin weekdays", "/digest preview")
_WISHES = (TIME, ZONE, DAYS, TOPICS)


def commands(library: Library) -> Iterator[Command]:
    """`/digest` with its subcommands. All answers are private; on Discord all are for those who manage the server."""
    del library
    for command in (*_first(), *_commands_that_change(), *_commands_that_show()):
        yield replace(command, private=True, admin_on=ADMIN_ON)


def _first() -> Iterator[Command]:
    summary = "This channel's digests, and how to set one up"
    yield Command(("digest",), summary, views.overview, (), ("digests",), _EXAMPLES, below="subcommand")
    yield Command(("digest", "list"), summary, views.overview, (), ("show",), ("/digest list",))


def _commands_that_show() -> Iterator[Command]:
    which = (WHICH,)
    summary = "See what would be posted now, even before you subscribe"
    examples = ("/digest preview", "/digest preview topics:nvidia")
    yield Command(("digest", "preview"), summary, views.preview, (WHICH, TOPICS), examples=examples)
    summary = "The next five posting times, with any clock changes"
    yield Command(("digest", "next"), summary, views.next_times, which, ("when",), ("/digest next", "/digest next 2"))
    summary = "Why the last digest looked like this"
    yield Command(("digest", "why"), summary, views.why, which, examples=("/digest why",))
    summary = "The delivery log of the last digests"
    yield Command(("digest", "log"), summary, views.log, which, ("history",), ("/digest log",))
    summary = "Check newsbot's permissions here and how to fix them"
    examples = ("/digest doctor", "/digest doctor post")
    yield Command(("digest", "doctor"), summary, views.doctor, (POST,), ("check",), examples, effects=True)


def _commands_that_change() -> Iterator[Command]:
    subscribing = (*_WISHES, FIRST, replace(WHEN_EMPTY, form=False), CATCH_UP, MENTION)
    yield Command(
        ("digest", "subscribe"),
        "Set up a digest in this channel",
        changes.subscribe,
        subscribing,
        ("add", "new", "setup"),
        ("/digest subscribe 9:00 Berlin weekdays", "/digest subscribe 8:30 New York daily topics:deepseek"),
        effects=True,
        filled=changes.fields_of_new,
    )
    yield Command(
        ("digest", "edit"),
        "Change one of this channel's digests",
        changes.edit,
        (WHICH, *_WISHES, WHEN_EMPTY, CATCH_UP, MENTION),
        ("change",),
        ("/digest edit time:10:00", "/digest edit 2 zone:Tokyo"),
        effects=True,
        filled=changes.fields_of_known,
    )
    deeds = (
        ("pause", "Stop posting until the digest is resumed", changes.pause, ("stop",)),
        ("resume", "Resume a paused digest", changes.resume, ("continue",)),
        ("unsubscribe", "Remove a digest from this channel", changes.unsubscribe, ("remove", "delete", "end")),
    )
    for name, summary, handler, aliases in deeds:
        examples = (f"/digest {name}", f"/digest {name} 2")
        yield Command(("digest", name), summary, handler, (WHICH,), aliases, examples, effects=True)
