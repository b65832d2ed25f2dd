"""Settings of a place: what a server, workspace or channel chose, such as its time zone."""

from datetime import datetime

from sqlalchemy import Connection, Row, delete, select

from newsbot.messages.requests import Place
from newsbot.storage.records import PlaceSetting
from newsbot.storage.statements import insert_or_update
from newsbot.storage.tables import place_settings

ZONE_SETTING = "zone"  # the setting that holds the time zone of a place
_columns = place_settings.c


class SettingRepository:
    """Settings by place and name. A channel's own setting goes before that of its server or workspace."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, place: Place, name: str) -> PlaceSetting | None:
        """The setting that holds in `place`: the channel's own, else the workspace's; None where neither has one."""
        found = self._connection.execute(
            select(place_settings)
            .where(_of_workspace(place), _columns.channel.in_(("", place.channel)), _columns.name == name)
            .order_by(_columns.channel.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return _record(row) if row else None

    def put(self, place: Place, name: str, value: str, at: datetime, by: str) -> None:
        """Set it for the channel of `place`, or for the whole workspace where the channel is empty."""
        values = {
            "platform": place.platform,
            "workspace": place.workspace,
            "channel": place.channel,
            "name": name,
            "value": value,
            "changed_at": at,
            "changed_by": by,
        }
        self._connection.execute(insert_or_update(self._connection, place_settings, values))

    def remove(self, place: Place, name: str) -> bool:
        """Take away the setting of just this channel, or workspace; whether there was one."""
        result = self._connection.execute(
            delete(place_settings).where(_of_workspace(place), _columns.channel == place.channel, _columns.name == name)
        )
        return result.rowcount > 0

    def all_of(self, platform: str, workspace: str) -> tuple[PlaceSetting, ...]:
        """Every setting of a workspace and its channels, by channel and name."""
        found = self._connection.execute(
            select(place_settings)
            .where(_columns.platform == platform, _columns.workspace == workspace)
            .order_by(_columns.channel, _columns.name)
        )
        return tuple(_record(row) for row in found)


def _of_workspace(place: Place):  # type: ignore[no-untyped-def] # a SQLAlchemy expression
    return (_columns.platform == place.platform) & (_columns.workspace == place.workspace)


def _record(row: Row[tuple[object, ...]]) -> PlaceSetting:
    return PlaceSetting(**row._mapping)
