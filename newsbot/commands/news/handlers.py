"""`/news`: here its commands are declared, and what they do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from newsbot.commands.answers import Offer, Unclear, run_action
from newsbot.commands.news.cards import source_card, sources_card
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.library import Library
from newsbot.messages.cards import Reply
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask
from newsbot.names import Name, NameIndex

SOURCE = Option("source", "text", "Which source; all of them without it", rest=True)
_SUMMARY = "The sources of news: how each is, and what to do about it"
_PATH = ("news", "sources")


def commands(library: Library) -> Iterator[Command]:
    """`/news` and `/news sources`; all answers are private."""
    del library
    root = Command(("news",), _SUMMARY, sources, (), examples=("/news",), below="subcommand", private=True)
    yield root
    examples = ("/news sources", "/news sources OpenAI")
    yield replace(root, path=_PATH, options=(SOURCE,), aliases=("feeds",), examples=examples)


async def sources(context: Context, ask: Ask) -> Reply:
    """All sources, or the one that is named."""
    if context.news is None:
        raise Unclear(
            "This command answers one line and knows no sources. Start newsbot run --news to read them.",
            title="No sources",
        )
    found, now = await context.news.sources(), ask.at or datetime.now(UTC)
    typed = ask.options.get("source", "").strip()
    if not typed:
        return Reply(sources_card(found, now), private=True)
    by_id = {view.source.id: view for view in found.sources}
    index = NameIndex(Name(view.source.id, view.source.name, ()) for view in found.sources)
    if exact := index.exact(typed):
        view = by_id[exact.value]
        return Reply(source_card(view, await context.news.newest(view.source.id), now), private=True)
    near = index.nearest(typed)
    sentence = f"There is no source called “{outside_text(typed, 60)}”.{' Did you mean one of these?' if near else ''}"
    raise Unclear(sentence, [Offer(name.label, run_action(_PATH, {"source": name.value})) for name in near])
