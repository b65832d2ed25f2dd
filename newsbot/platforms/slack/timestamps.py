"""Slack's time stamps: a message's `ts`, a press's `action_ts`, each in seconds since 1970 with six decimals."""

import re
from datetime import UTC, datetime, timedelta

_STAMP = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?")


def parse_timestamp(stamp: object) -> datetime | None:
    """The instant of a stamp, exactly; None where it is none. (A float would lose microseconds.)"""
    found = _STAMP.fullmatch(stamp) if isinstance(stamp, str) else None
    if found is None:
        return None
    whole = datetime.fromtimestamp(int(found[1]), UTC)
    return whole + timedelta(microseconds=int((found[2] or "").ljust(6, "0")))
