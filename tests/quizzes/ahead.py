"""newsbot as a process whose clock is ahead: `python -m tests.quizzes.ahead SECONDS run …`.

So nobody waits for the time that passes while no process lives. The composition root is the one place that asks the
system for the time, and hands it on; only that is another one here.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from newsbot.app import answering


def _clock(ahead: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + ahead


if __name__ == "__main__":
    answering.now = _clock(timedelta(seconds=float(sys.argv[1])))
    from newsbot.cli.main import main

    sys.exit(main(sys.argv[2:]))
