"""The processes of a drill, each forked for one act.

Run as a program, this module reads orders from its input, one JSON list of acts a line. It forks a process for each
act, all at once, waits for them, and prints how each ended: 0, the number of the signal that killed it, or -1 where it
gave up: a planner because of the database, an outbox worker out of patience.
"""

import argparse
import asyncio
import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

from drills.actors import GAVE_UP, Act, Scene, Shelf, library, played, wire
from newsbot.commands.dispatcher import Dispatcher
from newsbot.errors import StorageError


def forked(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Start `work` in a process of its own; returns the process's id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        asyncio.run(work())
        code = 0
    except StorageError:  # a scheduler logs it, and looks again at its next turn
        code = GAVE_UP
    except BaseException as error:  # noqa: BLE001 (nothing may go on in the copy of this process)
        sys.stderr.write(f"an act broke: {error!r}\n")
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """How a process ended, in the words of this module. Raises RuntimeError where it broke."""
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == GAVE_UP:
        return -1
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("an act of the drill broke")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _start(scene: Scene, act: Act) -> int:
    async def work() -> None:
        if act.disk:
            resource.setrlimit(resource.RLIMIT_FSIZE, (act.disk, act.disk))
        await played(scene, act)

    return forked(work)


def _orders() -> Iterator[list[Act]]:
    for line in sys.stdin:
        yield [Act(**each) for each in json.loads(line)]


def main() -> None:
    """Play every act that is ordered, until the input ends."""
    logging.disable()
    parser = argparse.ArgumentParser()
    for name in Scene.__dataclass_fields__:
        parser.add_argument(f"--{name.replace('_', '-')}", required=True)
    scene = Scene(**vars(parser.parse_args()))
    Dispatcher(Shelf(library()), lambda: datetime.now(UTC), lambda: "")  # what every process needs is loaded once
    wire()
    for acts in _orders():
        children = [_start(scene, act) for act in acts]
        sys.stdout.write(json.dumps([ended(child) for child in children]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
