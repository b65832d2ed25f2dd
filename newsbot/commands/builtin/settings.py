"""`/settings`: what an administrator chooses for one channel."""

from collections.abc import Iterator
from datetime import UTC, datetime

from newsbot.commands.answers import Unclear
from newsbot.commands.registry import YES, Command, Context, Option
from newsbot.content.library import Library
from newsbot.messages.cards import Card, Fact, Facts, Reply, text
from newsbot.messages.requests import Ask

PUBLISH = "publish"
_PUBLISH_HELP = "Publish posts of this Discord announcement channel to its followers"
_NO = frozenset({"no", "false", "off", "0"})


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
    wanted = ask.options.get(PUBLISH, "").strip().lower()
    if wanted and wanted not in YES | _NO:
        raise Unclear(
            "Say yes or no: should posts be published to those who follow this channel?", title="One more thing"
        )
    if wanted:
        value = "yes" if wanted in YES else "no"
        await context.choices.put(ask.where, PUBLISH, value, ask.at or datetime.now(UTC), ask.who.id)
    held = await context.choices.get(ask.where, PUBLISH) or "no"
    said = "Saved." if wanted else "This is how newsbot behaves in this channel."
    facts = Facts("Settings", (Fact(_PUBLISH_HELP, held),))
    return Reply(Card("Settings of this channel", (text(said), facts), "good" if wanted else "neutral"), private=True)
