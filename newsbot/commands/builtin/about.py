"""`/newsbot`: what newsbot can do, help for each command, and a way to say anything at all."""

from collections.abc import Iterator

from newsbot.commands.answers import Offer, offer_buttons, run_action
from newsbot.commands.button_args import damaged_button
from newsbot.commands.registry import Command, Context, Option
from newsbot.content.library import Library
from newsbot.messages.cards import Block, Card, Fact, Facts, Reply, Rule, text
from newsbot.messages.requests import Ask

WORDS = Option("words", "text", "Anything you would type after a slash", rest=True)
_INTRO = (
    "newsbot explains AI market events. Each answer gives its numbers with source and date, says what they leave out, "
    "and shows where sources disagree."
)


def commands(library: Library) -> Iterator[Command]:
    """`/newsbot`; free text after it is read by the parser before a command is looked up."""
    yield Command(("newsbot",), "What newsbot can do, and help", about, (WORDS,), (), ("/newsbot help",), private=True)


async def about(context: Context, ask: Ask) -> Reply:
    """The overview of what can be asked."""
    del ask  # the answer is the same for everyone
    commands = [command for (path, command) in context.menu.commands.items() if len(path) == 1]
    lines = tuple(Fact(context.menu.usage(command), command.summary) for command in commands)
    topics = context.library.topics.values()
    offers = [Offer(topic.title, run_action((topic.id,))) for topic in topics if topic.command][:10]
    blocks: list[Block] = [text(_INTRO), Facts("Commands", lines)]
    blocks.append(text("Add “help” to any command to learn more, or “private” to see the answer alone."))
    if buttons := offer_buttons(offers):
        blocks += [Rule(), text("Start with a topic", "small"), buttons]
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
