"""Slack workspaces that installed newsbot: one row each, kept when newsbot is removed so that its end can be told."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from newsbot.storage.records import SlackInstallation
from newsbot.storage.statements import insert_or_update
from newsbot.storage.tables import slack_installations

_columns = slack_installations.c


class InstallationRepository:
    """Installations by workspace. Tokens come in and go out encrypted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, installation: SlackInstallation) -> None:
        """Keep an installation; an earlier one of the same workspace is replaced, also one that was gone."""
        values = asdict(installation)
        self._connection.execute(insert_or_update(self._connection, slack_installations, values))

    def get(self, workspace: str) -> SlackInstallation | None:
        """The installation of a workspace, also one that is gone; None where there never was any."""
        query = select(slack_installations).where(_columns.workspace == workspace)
        row = (self._connection.execute(query)).one_or_none()
        return _record(row) if row else None

    def all(self) -> tuple[SlackInstallation, ...]:
        """Every installation, in the order of their workspaces' ids."""
        rows = self._connection.execute(select(slack_installations).order_by(_columns.workspace))
        return tuple(_record(row) for row in rows)

    def renew(self, workspace: str, token: str, refresh_token: str, expires_at: datetime | None) -> None:
        """Put both tokens in the place of the old ones, together."""
        values = {"token": token, "refresh_token": refresh_token, "expires_at": expires_at}
        self._connection.execute(update(slack_installations).where(_columns.workspace == workspace).values(values))

    def mark_gone(self, workspace: str, reason: str, at: datetime, token: str | None = None) -> bool:
        """Note that newsbot may not act there any more; whether that is news.

        With `token` (encrypted, as it was read) only where it is still the one: a workspace may have installed newsbot
        again since.
        """
        is_meant = (_columns.workspace == workspace) & _columns.gone_at.is_(None)
        if token is not None:
            is_meant &= _columns.token == token
        values = {"gone_at": at, "gone_reason": reason}
        return (self._connection.execute(update(slack_installations).where(is_meant).values(values))).rowcount == 1


def _record(row: Row[tuple[Any, ...]]) -> SlackInstallation:
    return SlackInstallation(**row._mapping)
