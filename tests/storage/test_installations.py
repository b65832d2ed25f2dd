"""Installations of Slack workspaces, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsbot.storage.database import Database
from newsbot.storage.records import SlackInstallation

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACME = SlackInstallation("T1", "Acme", "U1", "B1", "chat:write,commands", "sealed-1", "", None, "U2", NOW)


async def test_an_installation_is_kept_and_replaced(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.installations.get("T1") is None
        await tx.installations.put(ACME)
        assert await tx.installations.get("T1") == ACME
        rotating = replace(ACME, token="sealed-2", refresh_token="sealed-3", expires_at=NOW + timedelta(hours=12))
        await tx.installations.put(rotating)
        await tx.installations.put(replace(ACME, workspace="T0", name="Globex"))
    async with database.transaction() as tx:
        assert [each.name for each in await tx.installations.all()] == ["Globex", "Acme"]
        assert await tx.installations.get("T1") == rotating


async def test_both_tokens_are_renewed_together(database: Database) -> None:
    later = NOW + timedelta(hours=12)
    async with database.transaction() as tx:
        await tx.installations.put(ACME)
        await tx.installations.renew("T1", "sealed-4", "sealed-5", later)
        found = await tx.installations.get("T1")
    assert found == replace(ACME, token="sealed-4", refresh_token="sealed-5", expires_at=later)


async def test_a_workspace_is_gone_once_and_back_when_it_installs_again(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.installations.put(ACME)
        assert await tx.installations.mark_gone("T1", "app_uninstalled", NOW)
        assert not await tx.installations.mark_gone("T1", "token_revoked", NOW)
        gone = await tx.installations.get("T1")
        assert gone is not None
        assert (gone.gone_at, gone.gone_reason) == (NOW, "app_uninstalled")
        await tx.installations.put(replace(ACME, token="sealed-6"))
        back = await tx.installations.get("T1")
        assert back is not None
        assert back.gone_at is None


async def test_an_old_token_that_fails_does_not_end_a_newer_installation(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.installations.put(replace(ACME, token="sealed-7"))
        assert not await tx.installations.mark_gone("T1", "invalid_auth", NOW, token="sealed-1")
        assert await tx.installations.mark_gone("T1", "invalid_auth", NOW, token="sealed-7")
