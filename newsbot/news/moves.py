"""Where a source moved to: which redirects are followed once, which are kept, and from when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.news.fetch.values import Redirect

WATCHED_FOR = timedelta(days=7)
_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Move:
    """A permanent redirect that is watched: kept once it was the same for a week, with a valid feed at its end."""

    to: str
    since: datetime

    @property
    def kept_from(self) -> datetime:
        """When the new address takes the place of the old one."""
        return self.since + WATCHED_FOR


def permanent_target(redirects: Sequence[Redirect]) -> str:
    """The address to which permanent redirects lead before the first other one; empty where there is none."""
    target = ""
    for redirect in redirects:
        if redirect.status not in _PERMANENT:
            break
        target = redirect.target
    return target


def judge_move(
    address: str, move: Move | None, redirects: Sequence[Redirect], now: datetime
) -> tuple[str, Move | None]:
    """The address to poll from now on, and the move that is watched, after a poll with a valid feed."""
    target = permanent_target(redirects)
    if not target or target == address:
        return address, None
    if address.startswith("http://") and target == f"https://{address.removeprefix('http://')}":
        return target, None
    if move is None or move.to != target:
        return address, Move(target, now)
    return (target, None) if now >= move.kept_from else (address, move)
