"""The program that forks hosts: reads one order a line from its input, and forks a process for each.

A host's end is seen by the stage, as its connection closes; nobody waits for it here.
"""

import argparse
import json
import logging
import signal
import sys
from datetime import UTC, datetime
from functools import partial

from drills.actors import Scene, Shelf, library
from drills.processes import forked
from drills.quizzes.hosts import Order, hosted
from newsbot.commands.dispatcher import Dispatcher


def main() -> None:
    """Fork every host that is ordered, until the input ends."""
    logging.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the dead
    parser = argparse.ArgumentParser()
    for name in Scene.__dataclass_fields__:
        parser.add_argument(f"--{name.replace('_', '-')}", required=True)
    scene = Scene(**vars(parser.parse_args()))
    Dispatcher(Shelf(library()), lambda: datetime.now(UTC), lambda: "")  # what every process needs is loaded once
    for line in sys.stdin:
        order = Order(**json.loads(line))
        forked(partial(hosted, scene, order))


if __name__ == "__main__":
    main()
