"""`/newsbot`: what newsbot can do, help for each command, and a way to say anything at all."""

from collections.abc import Iterator

from newsbot.commands.button_args import damaged_button
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.actions import Subject, more_action
from newsbot.content.library import Library
from newsbot.content.materials import short_name
from newsbot.messages.cards import Block, Card, Choice, ChoiceOption, Fact, Facts, Reply, text
from newsbot.messages.requests import Ask

WORDS = Option("words", "text", "Anything you would type after a slash", rest=True)
_INTRO = "newsbot explains AI market events. Every number comes with its source and date."
_FIRST = ("ask", "events", "compare", "digest", "quiz")  # what most people want; the topics are the choice below
_MORE = "Add “help” to any command to learn more, or “private” to see the answer alone."


def commands(library: Library) -> Iterator[Command]:
    """`/newsbot`; free text after it is read by the parser before a command is looked up."""
    yield Command(("newsbot",), "What newsbot can do, and help", about, (WORDS,), (), ("/newsbot help",), private=True)


async def about(context: Context, ask: Ask) -> Reply:
    """The overview of what can be asked."""
    del ask  # the answer is the same for everyone
    return overview(context)


def overview(context: Context) -> Reply:
    """What newsbot can do, on one screen."""
    commands = {path[0]: command for path, command in context.menu.commands.items() if len(path) == 1}
    library = context.library
    shown = [commands[name] for name in _FIRST if name in commands]
    lines = tuple(Fact(context.menu.usage(command), command.summary) for command in shown)
    also = ", ".join(f"/{name}" for name in commands if name not in library.topics and name not in _FIRST)
    topics = ", ".join(f"/{topic.id}" for topic in library.topics.values() if topic.command)
    blocks: list[Block] = [text(_INTRO), Facts("Commands", lines)]
    blocks.append(text(f"Topics: {topics}. Also: {also}. {_MORE}", "small"))
    options = tuple(
        ChoiceOption(short_name(topic.title), f"{topic.id}/{library.briefs_of(topic.id)[0].id}", topic.summary[:75])
        for topic in library.topics.values()
        if topic.command
    )
    if options:
        blocks.append(Choice("Start with a topic", more_action(Subject("help", "all")), options))
    return Reply(Card("What newsbot can do", tuple(blocks), footer="Not investment advice."), private=True)


def help_reply(context: Context, path: tuple[str, ...]) -> Reply:
    """How to use the command at `path`: its options, examples, and subcommands."""
    command = context.menu.find(path)
    if command is None:
        raise damaged_button()
    below = [each for each in context.menu.roots.get(path[0], ()) if len(path) == 1 and len(each.path) == 2]
    blocks: list[Block] = [text(f"{command.summary.rstrip('.')}.")]
    if command.options:
        blocks.append(Facts("Options", tuple(Fact(option.name, option.help) for option in command.options)))
    if below:
        blocks.append(
            Facts(
                f"{command.below.capitalize()}s", tuple(Fact(f"/{' '.join(each.path)}", each.summary) for each in below)
            )
        )
    if command.aliases:
        blocks.append(text(f"Also understood: {', '.join(command.aliases)}."))
    if command.examples:
        blocks.append(Facts("Examples", tuple(Fact(f"“{example}”", "") for example in command.examples)))
    return Reply(Card(f"Help: {context.menu.usage(command)}", tuple(blocks)), private=True)
