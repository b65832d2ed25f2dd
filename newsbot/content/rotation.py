"""Rotation: which of a pool comes next, so that nothing repeats before all of it has come."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from newsbot.content.library import Library


def next_in_turn(pool: Iterable[str], shown: Sequence[str]) -> str | None:
    """What comes next of `pool`: something never shown, or what was shown the longest ago; None of an empty pool.

    `shown` has the latest last; ids in it that left the pool count for nothing. What was shown last comes again only
    where it is all there is. The order is fixed by the ids alone and mixes topics.
    """
    last = {each: at for at, each in enumerate(shown)}
    return min(pool, key=lambda each: (last.get(each, -1), _shuffle_key(each)), default=None)


def question_id(topic: str, name: str) -> str:
    """How a channel's history and statistics name a question."""
    return f"{topic}/{name}"


def next_question(
    library: Library, topics: Collection[str], asked: Sequence[str], without: Collection[str]
) -> tuple[str, str] | None:
    """The topic and name of the question whose turn it is, out of `topics` where they have one left, else out of all.

    `asked` has the ids of those asked so far, the latest last; `without` those that must not come. None where none is
    left.
    """
    pool = {question_id(*key): key for key in library.questions}
    pool = {name: key for name, key in pool.items() if name not in without}
    pool = {name: key for name, key in pool.items() if key[0] in topics} or pool
    chosen = next_in_turn(pool, asked)
    return None if chosen is None else pool[chosen]


@lru_cache(maxsize=16_384)
def _shuffle_key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
