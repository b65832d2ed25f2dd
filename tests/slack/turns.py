"""How long a piece of work keeps the event loop, measured so that another machine or a busy one tells the same."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from slack_sdk.signature import SignatureVerifier


@dataclass(slots=True)
class Turns:
    """The turns of the event loop that were watched; `longest` is in seconds of its thread's own CPU time."""

    longest: float = 0.0
    count: int = 0


@contextmanager
def turns() -> Iterator[Turns]:
    """Watch every turn of the event loop while the block runs. The garbage of all other tests is left alone."""
    seen = Turns()
    run = asyncio.Handle._run

    def watched(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        seen.longest = max(seen.longest, time.thread_time() - began)
        seen.count += 1

    gc.disable()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.Handle, "_run", watched)
            yield seen
    finally:
        gc.enable()


def checking_costs(body: str) -> float:
    """Seconds of CPU time that the signature of `body` costs here and now: what nobody can do without."""
    verifier, costs = SignatureVerifier("a secret"), []
    for _ in range(5):
        began = time.thread_time()
        verifier.generate_signature(timestamp="1", body=body)
        costs.append(time.thread_time() - began)
    return min(costs)
