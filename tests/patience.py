"""How long a test waits for what must come: one value, so that a slow machine needs one variable.

Nothing is judged by it: it only ends a test that would wait for ever.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable

PATIENCE = 60.0 * float(os.environ.get("NEWSBOT_TEST_PATIENCE", "1"))  # seconds
_LOOK_SECONDS = 0.01


async def eventually(check: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return once `check` is true. Raises TimeoutError after `PATIENCE` seconds.

    For what tells nobody when it changes; where there is an event, wait for that.
    """
    async with asyncio.timeout(PATIENCE):
        while not await _holds(check):  # noqa: ASYNC110 (nothing tells of a change)
            await asyncio.sleep(_LOOK_SECONDS)


async def _holds(check: Callable[[], bool | Awaitable[bool]]) -> bool:
    found = check()
    return found if isinstance(found, bool) else await found
