"""Dates as feeds write them: an instant where there is a zone, and the day that is claimed in any case."""

import re
from datetime import UTC, date, datetime
from time import struct_time

_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2}|\b(?!AM\b|PM\b)[A-Z]{1,5})\s*(?:\([^)]*\))?\s*\Z")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def parsed_dates(raw: str, parsed: struct_time | None) -> tuple[datetime | None, date | None]:
    """The instant and the day of a date that feedparser read (as UTC); no instant where `raw` names no zone."""
    if parsed is None or not _FIRST_YEAR <= parsed.tm_year < _LAST_YEAR:
        return None, None
    try:
        at = datetime(*parsed[:5], min(parsed.tm_sec, 59), tzinfo=UTC)
    except ValueError:
        return None, None
    return (at if _ZONE.search(raw) else None), at.date()


def iso_dates(raw: object) -> tuple[datetime | None, date | None]:
    """As `parsed_dates`, of a date by ISO 8601 or RFC 3339."""
    if not isinstance(raw, str):
        return None, None
    try:
        at = datetime.fromisoformat(raw.strip())
        instant = at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None, None
    day = (instant or at).date()
    return (instant, day) if _FIRST_YEAR <= day.year < _LAST_YEAR else (None, None)
