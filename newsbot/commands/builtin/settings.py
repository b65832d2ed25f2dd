"""`/settings`: what an administrator chooses for one channel."""

from collections.abc import Iterator
from datetime import UTC, datetime

from newsbot.commands.answers import Unclear
from newsbot.commands.registry import Command, Context, Option, is_yes
from newsbot.content.library import Library
from newsbot.messages.cards import Card, Fact, Facts, Reply, text
from newsbot.messages.requests import Ask

PUBLISH = "publish"
_PUBLISH_HELP = "Publish posts of this Discord announcement channel to its followers"


def commands(library: Library) -> Iterator[Command]:
    """`/settings`, for administrators."""
    del library
    yield Command(
        ("settings",),
        "Choose how newsbot behaves in this channel",
        settings,
        (Option(PUBLISH, "yes-no", _PUBLISH_HELP),),
        examples=("/settings publish:yes",),
        private=True,
        admin=True,
        effects=True,
    )


async def settings(context: Context, ask: Ask) -> Reply:
    """Keep what was chosen, and show what holds now."""
    if context.choices is None:
        raise Unclear(
            "This command answers one line and stores nothing. Start newsbot run to change settings.",
            title="No settings",
        )
    wanted = ask.options.get(PUBLISH, "").strip()
    if wanted:
        value = "yes" if is_yes(ask, PUBLISH) else "no"
        await context.choices.put(ask.where, PUBLISH, value, ask.at or datetime.now(UTC), ask.who.id)
    held = await context.choices.get(ask.where, PUBLISH) or "no"
    said = "Saved." if wanted else "This is how newsbot behaves in this channel."
    facts = Facts("Settings", (Fact(_PUBLISH_HELP, held),))
    return Reply(Card("This channel's settings", (text(said), facts), "good" if wanted else "neutral"), private=True)
