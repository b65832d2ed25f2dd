"""`newsbot content`: work on topics."""

import argparse
from typing import Any

from newsbot.cli.verbs import add_group
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot content`."""
    new = add_group(verbs, "content", "work on topics").add_parser(
        "new", help="make the files of a new topic, to be filled in"
    )
    new.add_argument("topic", help="its name: lower case, digits and hyphens")
    new.set_defaults(verb=make_topic)


def make_topic(settings: Settings, options: argparse.Namespace) -> int:
    """Make the files of a topic."""
    from newsbot.content.scaffold import new_topic

    for path in new_topic(settings.content_folder, options.topic):
        print(f"made {path}")
    print("Fill them in, then run: newsbot check")
    return 0
