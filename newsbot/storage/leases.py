"""Leases: short claims by which processes that share a database take turns."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from newsbot.storage.statements import begins_with, insert_or_ignore
from newsbot.storage.tables import leases

_DEAD = timedelta(days=1)  # a lease that ran out so long ago is of a worker that was killed


class LeaseRepository:
    """Leases by name; each has one holder until it runs out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, now: datetime, length: timedelta) -> bool:
        """Whether `holder` now has the lease: it was free, had run out, or was `holder`'s already."""
        values = {"name": name, "holder": holder, "until": now + length}
        made = self._connection.execute(insert_or_ignore(self._connection, leases, values))
        if made.rowcount == 1:
            self._prune(now)
            return True
        is_free = (leases.c.until <= now) | (leases.c.holder == holder)
        taken = self._connection.execute(update(leases).where(leases.c.name == name, is_free).values(values))
        return taken.rowcount == 1

    def give_back(self, name: str, holder: str) -> None:
        """End a lease early."""
        self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))

    def holders(self, prefix: str, now: datetime) -> tuple[str, ...]:
        """Who holds a lease whose name begins with `prefix`, in order."""
        begins_so = begins_with(self._connection, leases.c.name, prefix)
        query = select(leases.c.holder).where(begins_so, leases.c.until > now)
        return tuple(sorted(self._connection.execute(query).scalars()))

    def _prune(self, now: datetime) -> None:
        """Forget the leases of dead workers; who comes back takes a new one. There are few leases at any time."""
        self._connection.execute(delete(leases).where(leases.c.until < now - _DEAD))
