"""Rotation: which of a pool comes next, so that nothing repeats before all of it has come."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache


def next_in_turn(pool: Iterable[str], shown: Sequence[str]) -> str | None:
    """What comes next of `pool`: something never shown, or what was shown the longest ago; None of an empty pool.

    `shown` has the latest last; ids in it that left the pool count for nothing. What was shown last comes again only
    where it is all there is. The order is fixed by the ids alone and mixes topics.
    """
    last = {each: at for at, each in enumerate(shown)}
    return min(pool, key=lambda each: (last.get(each, -1), _shuffle_key(each)), default=None)


@lru_cache(maxsize=16_384)
def _shuffle_key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
