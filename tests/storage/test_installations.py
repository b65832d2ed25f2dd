"""Installations of Slack workspaces, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from newsbot.storage.records import NewSubscription, SlackInstallation, Subscription
from newsbot.storage.transaction import Transaction

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACME = SlackInstallation("T1", "Acme", "U1", "B1", "chat:write,commands", "sealed-1", "", None, "U2", NOW)


async def test_an_installation_is_kept_and_replaced(database: Database) -> None:
    assert await database.read(lambda tx: tx.installations.get("T1")) is None
    await database.write(lambda tx: tx.installations.put(ACME))
    assert await database.read(lambda tx: tx.installations.get("T1")) == ACME
    rotating = replace(ACME, token="sealed-2", refresh_token="sealed-3", expires_at=NOW + timedelta(hours=12))
    await database.write(lambda tx: tx.installations.put(rotating))
    await database.write(lambda tx: tx.installations.put(replace(ACME, workspace="T0", name="Globex")))
    assert [each.name for each in await database.read(lambda tx: tx.installations.all())] == ["Globex", "Acme"]
    assert await database.read(lambda tx: tx.installations.get("T1")) == rotating


async def test_both_tokens_are_renewed_together(database: Database) -> None:
    later = NOW + timedelta(hours=12)
    await database.write(lambda tx: tx.installations.put(ACME))
    await database.write(lambda tx: tx.installations.renew("T1", "sealed-4", "sealed-5", later))
    found = await database.read(lambda tx: tx.installations.get("T1"))
    assert found == replace(ACME, token="sealed-4", refresh_token="sealed-5", expires_at=later)


async def test_a_workspace_is_gone_once_and_back_when_it_installs_again(database: Database) -> None:
    await database.write(lambda tx: tx.installations.put(ACME))
    assert await database.write(lambda tx: tx.installations.mark_gone("T1", "app_uninstalled", NOW))
    assert not await database.write(lambda tx: tx.installations.mark_gone("T1", "token_revoked", NOW))
    gone = await database.read(lambda tx: tx.installations.get("T1"))
    assert gone is not None
    assert (gone.gone_at, gone.gone_reason) == (NOW, "app_uninstalled")
    await database.write(lambda tx: tx.installations.put(replace(ACME, token="sealed-6")))
    back = await database.read(lambda tx: tx.installations.get("T1"))
    assert back is not None
    assert back.gone_at is None


async def test_an_old_token_that_fails_does_not_end_a_newer_installation(database: Database) -> None:
    await database.write(lambda tx: tx.installations.put(replace(ACME, token="sealed-7")))
    assert not await database.write(lambda tx: tx.installations.mark_gone("T1", "invalid_auth", NOW, token="sealed-1"))
    assert await database.write(lambda tx: tx.installations.mark_gone("T1", "invalid_auth", NOW, token="sealed-7"))


async def test_digests_go_on_that_newsbot_paused_in_one_workspace_until_it_is_installed_there(
    database: Database,
) -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    made: dict[str, int] = {}

    def prepare(tx: Transaction) -> None:
        for name, workspace in (("ours", "T1"), ("theirs", "T1"), ("other fix", "T1"), ("elsewhere", "T2")):
            new = NewSubscription(Place("slack", workspace, name), time(9), "UTC", "daily", "U1", at)
            made[name] = tx.subscriptions.add(new, at, at + timedelta(days=1), at.date()).id
        for name, fix in (("ours", "Install it."), ("other fix", "Invite it."), ("elsewhere", "Install it.")):
            tx.subscriptions.pause(made[name], "Refused.", fix)
        theirs = tx.subscriptions.get(made["theirs"])
        assert theirs is not None
        tx.subscriptions.update(replace(theirs, state="paused", paused_by="U1", paused_fix="Install it."))

    def resume(tx: Transaction) -> dict[str, Subscription | None]:
        assert sorted(tx.subscriptions.waiting_workspaces("slack", "Install it.")) == ["T1", "T2"]
        assert tx.subscriptions.resume_paused("slack", "T1", "Install it.", at + timedelta(days=3)) == 1
        assert tx.subscriptions.waiting_workspaces("slack", "Install it.") == ("T2",)
        return {name: tx.subscriptions.get(number) for name, number in made.items()}

    await database.write(prepare)
    found = await database.write(resume)
    assert {name: each.state for name, each in found.items() if each} == {
        "ours": "active", "theirs": "paused", "other fix": "paused", "elsewhere": "paused",
    }  # fmt: skip
    ours = found["ours"]
    assert ours is not None
    assert (ours.since, ours.paused_reason, ours.paused_fix) == (at + timedelta(days=3), "", "")
