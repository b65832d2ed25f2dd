"""What repositories give back: plain frozen values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlaceSetting:
    """One setting of a place; `channel` is empty where it holds for the whole server or workspace."""

    platform: str
    workspace: str
    channel: str
    name: str
    value: str
    changed_at: datetime
    changed_by: str
