"""What people report about numbers: what was shown and what they say is wrong. Who said so is not kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from newsbot.storage.records import NumberReport
from newsbot.storage.tables import number_reports

_columns = number_reports.c


class ReportRepository:
    """Reports in the order in which they came; none is ever changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, report: NumberReport) -> None:
        """Keep a report."""
        values = {name: getattr(report, name) for name in NumberReport.__slots__}
        self._connection.execute(insert(number_reports).values(values))

    def count_since(self, platform: str, workspace: str, since: datetime) -> int:
        """How many came from a server or workspace since then."""
        of_place = _columns.platform == platform, _columns.workspace == workspace, _columns.at >= since
        return int(self._connection.execute(select(func.count()).where(*of_place)).scalar_one())

    def newest(self, limit: int, figures: Iterable[str] = ()) -> tuple[NumberReport, ...]:
        """The newest reports, the newest first; of these figures alone where any are named."""
        query = select(number_reports).order_by(_columns.at.desc(), _columns.id.desc()).limit(limit)
        if named := tuple(figures):
            query = query.where(_columns.figure.in_(named))
        return tuple(_report(row) for row in self._connection.execute(query))


def _report(row: Row[tuple[Any, ...]]) -> NumberReport:
    return NumberReport(row.platform, row.workspace, row.figure, row.shown, row.content_version, row.words, row.at)
