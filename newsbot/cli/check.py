"""`newsbot check`: every mistake of the content, and every card that does not fit."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.content.library import Library


def add_verb(verbs: Any) -> None:
    """Add `newsbot check`."""
    check = verbs.add_parser("check", help="check the content: every mistake, with file and line")
    check.set_defaults(verb=check_content)


def check_content(settings: Settings, options: argparse.Namespace) -> int:
    """Print every mistake, or how much there is."""
    del options
    from newsbot.app.answering import today
    from newsbot.charts.words import missing_signs
    from newsbot.content.library import load_library
    from newsbot.content.quiz_statistics import Statistics
    from newsbot.content.review import overlong_cards, unreadable_charts, warnings
    from newsbot.quizzes.cards.review import question_cards

    library = load_library(settings.content_folder, today())
    print("".join(f"note: {left_out}\n" for left_out in _left_out_commands(library)), end="", file=sys.stderr)
    if found := [*overlong_cards(library, question_cards(library)), *unreadable_charts(library, missing_signs)]:
        print("\n".join(str(mistake) for mistake in found), file=sys.stderr)
        return 1
    print("".join(f"warning: {sentence}\n" for sentence in warnings(library, today())), end="", file=sys.stderr)
    counts = (
        (len(library.topics), "topics"),
        (len(library.briefs), "briefs"),
        (len(library.figures), "figures"),
        (len(library.questions), "questions"),
        (len(library.events), "events"),
        (len(library.claims), "claims"),
        (len(library.terms), "terms"),
    )
    print(f"The content is in order: {', '.join(f'{count} {name}' for count, name in counts)}.")
    print("\n".join(Statistics.of(library).lines()))
    return 0


def _left_out_commands(library: "Library") -> tuple[str, ...]:
    """What of the menu a platform cannot show as a command of its own, a sentence each."""
    from newsbot.commands.dispatcher import build_menu
    from newsbot.platforms.discord.commands import command_list
    from newsbot.platforms.slack.manifest import left_out_commands

    menu = build_menu(library)
    return (*command_list(menu).left_out, *(f"In Slack {sentence}" for sentence in left_out_commands(menu)))
