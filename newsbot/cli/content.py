"""`newsbot content`: work on topics."""

import argparse
import sys
from typing import Any

from newsbot.cli.verbs import add_group
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot content`."""
    group = add_group(verbs, "content", "create topics, and see how fresh they are")
    new = group.add_parser("new", help="create a draft topic to fill in")
    new.add_argument("topic", help="its name: lower case, digits and hyphens")
    new.set_defaults(verb=make_topic)
    fresh = group.add_parser("freshness", help="how old each topic's newest entry is; warns if it's too old")
    fresh.set_defaults(verb=print_freshness)


def make_topic(settings: Settings, options: argparse.Namespace) -> int:
    """Make the files of a topic."""
    from newsbot.content.scaffold import new_topic

    for path in new_topic(settings.content_folder, options.topic):
        print(f"made {path}")
    print("This is a draft: newsbot runs without it until it's filled in, and newsbot check lists what's left to do.")
    return 0


def print_freshness(settings: Settings, options: argparse.Namespace) -> int:
    """Print how old the newest of each topic is. The exit code does not depend on the day."""
    del options
    from newsbot.app.answering import today
    from newsbot.content.freshness import freshness
    from newsbot.content.library import load_library

    found = freshness(load_library(settings.content_folder, today()), today())
    print("\n".join(each.line() for each in found))
    warnings = [sentence for each in found for sentence in each.warnings()]
    print("".join(f"warning: {sentence}\n" for sentence in warnings), end="", file=sys.stderr)
    return 0
