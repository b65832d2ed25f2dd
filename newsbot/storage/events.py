"""The durable memory of handled events: platforms deliver some of them twice."""

from datetime import datetime

from sqlalchemy import Connection, delete

from newsbot.storage.statements import insert_or_ignore
from newsbot.storage.tables import handled_events


class EventRepository:
    """Events by platform and the id that the platform gave them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, platform: str, event_id: str, at: datetime) -> bool:
        """Whether this event is new; within the transaction it then counts as handled.

        Of two processes that claim the same event at once, one gets True, once the other has committed or not.
        """
        values = {"platform": platform, "event_id": event_id[:255], "handled_at": at}
        result = self._connection.execute(insert_or_ignore(self._connection, handled_events, values))
        return result.rowcount == 1

    def forget_before(self, instant: datetime) -> int:
        """Forget what was handled before `instant`; returns how many. No platform repeats an event after a day."""
        result = self._connection.execute(delete(handled_events).where(handled_events.c.handled_at < instant))
        return result.rowcount
