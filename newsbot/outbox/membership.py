"""Which workers deliver to a platform at this moment, and which part of its channels falls to each of them.

Each one renews a lease; whoever holds one is alive. The channels are divided among these by their shard. What one
knows of the others may be old: then two claim from one part, or for a while nobody, and the outbox's own leases and
order hold all the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsbot.storage.database import Database
from newsbot.storage.transaction import Transaction

ALIVE = timedelta(seconds=30)  # how long a worker counts as alive after its last sign
RENEWED = timedelta(seconds=10)

Partition = tuple[int, int]  # which one of how many


class WorkerMembership:
    """The live workers of one platform, seen by one of them."""

    def __init__(self, database: Database, platform: str, worker: str, now: Callable[[], datetime]) -> None:
        """`worker` names this one among all."""
        self._database = database
        self._prefix = f"worker:{platform}:"
        self._worker = worker
        self._now = now
        self._seen_at: datetime | None = None
        self._partition: Partition = (0, 1)

    async def partition(self) -> Partition:
        """This worker's part of the channels; gives a sign of life where the last is old. Raises StorageError."""
        now = self._now()
        if self._seen_at is None or not timedelta(0) <= now - self._seen_at < RENEWED:

            def renew(tx: Transaction) -> tuple[str, ...]:
                tx.leases.take(self._name, self._worker, now, ALIVE)
                return tx.leases.holders(self._prefix, now)

            alive = await self._database.write(renew)
            self._partition = alive.index(self._worker), len(alive)
            self._seen_at = now
        return self._partition

    async def leave(self) -> None:
        """Leave this worker's part to the others at once. Raises StorageError."""
        if self._seen_at is None:
            return
        self._seen_at = None
        await self._database.write(lambda tx: tx.leases.give_back(self._name, self._worker))

    @property
    def _name(self) -> str:
        return f"{self._prefix}{self._worker}"
