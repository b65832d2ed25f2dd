"""What a drill finds at its end: each slot's delivery beside what stands at the servers."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from newsbot.messages.codec import posted_from_json
from newsbot.storage.records import Delivery

DATABASES = ("sqlite", "postgresql")
PLATFORMS = ("discord", "slack")
Counts = dict[str, dict[str, int]]


def _none() -> Counts:
    return {platform: dict.fromkeys(DATABASES, 0) for platform in PLATFORMS}


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: its delivery, None where there is none; the ids of its messages, also where they should not be."""

    platform: str
    day: date
    delivery: Delivery | None
    standing: tuple[str, ...]

    @property
    def is_lost(self) -> bool:
        """Whether the edition is neither posted nor accounted for."""
        if self.delivery is None:
            return True
        match self.delivery.state:
            case "sent":
                posted = posted_from_json(json.loads(self.delivery.posted or "{}"))
                return posted.message_id not in self.standing
            case "failed" | "skipped":
                return not self.delivery.reason
            case state:
                return state != "unknown"


@dataclass
class Account:
    """The figures of all drills; by platform and database where it says so."""

    runs: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DATABASES, 0))
    kills: Counter[str] = field(default_factory=Counter)
    gave_up: Counter[str] = field(default_factory=Counter)  # refused by the database, or out of patience
    messages: Counts = field(default_factory=_none)
    lost: Counts = field(default_factory=_none)
    duplicated: Counts = field(default_factory=_none)
    unknown: Counts = field(default_factory=_none)
    failed: Counts = field(default_factory=_none)

    def add(self, database: str, slots: Iterable[Slot]) -> None:
        """Count what became of these."""
        for slot in slots:
            state = slot.delivery.state if slot.delivery else "none"
            self.messages[slot.platform][database] += len(slot.standing)
            self.lost[slot.platform][database] += slot.is_lost
            self.duplicated[slot.platform][database] += max(0, len(slot.standing) - 1)
            self.unknown[slot.platform][database] += state == "unknown"
            self.failed[slot.platform][database] += state == "failed"

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice."""
        return _sum(self.lost) == _sum(self.duplicated) == 0

    def to_json(self) -> Mapping[str, Any]:
        """The last line of the drill."""
        return {
            "runs": sum(self.runs.values()),
            "lost": _sum(self.lost),
            "duplicated": _sum(self.duplicated),
            "unknown": self.unknown,
            "lost_by": self.lost,
            "duplicated_by": self.duplicated,
            "failed": self.failed,
            "messages": self.messages,
            "runs_by": self.runs,
            "kills": sum(self.kills.values()),
            "kills_by": dict(sorted(self.kills.items())),
            "gave_up": dict(sorted(self.gave_up.items())),
        }


def _sum(counts: Counts) -> int:
    return sum(sum(each.values()) for each in counts.values())
