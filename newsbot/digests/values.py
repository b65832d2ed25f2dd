"""What digests are asked and what they answer, as plain values: nothing here needs a database."""

from dataclasses import dataclass
from datetime import time
from typing import TypedDict

from newsbot.digests.composer.values import Stage
from newsbot.storage.records import CatchUp, Delivery, WhenEmpty

WEEKLY, KEEP = "digest.weekly", "digest.keep"  # answers to the question whether a digest comes too often


class SubscriptionChanges(TypedDict, total=False):
    """What of a subscription people may change."""

    at: time
    zone: str
    days: str
    topics: tuple[str, ...]
    when_empty: WhenEmpty
    catch_up: CatchUp
    mention: str


@dataclass(frozen=True, slots=True)
class DeliveryReasons:
    """How the last slot of a subscription was decided: its delivery, and each stage of composing it."""

    delivery: Delivery
    stages: tuple[Stage, ...]
