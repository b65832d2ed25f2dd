"""How long is kept what processes note of themselves: outages and leases."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from newsbot.storage.retention.rules import PAGE, Counted, Cutoffs, Page
from newsbot.storage.tables import leases, outages, quiz_results

# What was noted about outages is needed for 40 days by schedules; streaks go back to the first answer of all.
_OUTAGES = timedelta(days=60)
_CLOCKS_APART = timedelta(days=2)  # by how much platforms' timestamps may differ from our clock, generously
_LEASES = timedelta(days=1)


class Outages:
    """Outages before anything that is still judged by them."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del gone
        results = quiz_results.c
        # Games have their ids in the order in which they began, so no answer of all is much older than the first's.
        first = select(func.min(results.game)).scalar_subquery()
        earliest = connection.execute(select(func.min(results.at)).where(results.game == first)).scalar_one()
        before = cutoffs.now - _OUTAGES
        if earliest is not None:
            before = min(before, earliest - _CLOCKS_APART)
        columns = outages.c
        query = select(columns.id, columns.end).where(columns.end < before, columns.id > (after or 0))
        found = list(connection.execute(query.order_by(columns.end).limit(PAGE)))
        return Page(tuple(row.id for row in found), None)  # there are few, and the next day comes

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        yield outages, outages.c.id.in_(keys)


class Leases:
    """Leases that ran out a day ago: whoever held them is gone."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del after, gone
        query = select(leases.c.name).where(leases.c.until < cutoffs.now - _LEASES).limit(PAGE)
        return Page(tuple(connection.execute(query).scalars()), None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        yield leases, and_(leases.c.name.in_(keys), leases.c.until < cutoffs.now - _LEASES)
