"""The web chat's messages on both databases: seen by whom they are for, in the order of their changes."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsbot.errors import StorageError, StorageUnavailable
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.records import NewWebMessage, WebMessage
from newsbot.storage.transaction import Transaction
from newsbot.storage.webmessages import WebMessageRepository, visible_to
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def said(repository: WebMessageRepository, body: str, seen_by: str = "", key: str | None = None) -> WebMessage:
    (made,) = repository.add(NewWebMessage("general", ("anna", "Anna"), body, False, NOW, "", seen_by, key))
    return made


async def test_a_private_message_is_seen_by_one_person_only(database: Database) -> None:
    def work(tx: Transaction) -> WebMessage:
        said(tx.web_messages, "hello")
        secret = said(tx.web_messages, "psst", seen_by="bert")
        assert [m.body for m in tx.web_messages.newest("general", "anna", 50)] == ["hello"]
        assert [m.body for m in tx.web_messages.newest("general", "bert", 50)] == ["hello", "psst"]
        assert tx.web_messages.newest("other", "bert", 50) == ()
        return secret

    secret = await database.write(work)
    assert visible_to(secret, "general", "bert")
    assert not visible_to(secret, "general", "anna")
    assert not visible_to(secret, "other", "bert")


async def test_every_change_can_be_asked_for_in_order(database: Database) -> None:
    def work(tx: Transaction) -> None:
        messages = tx.web_messages
        assert messages.last_change() == 0
        first = said(messages, "one")
        second = said(messages, "two")
        edited = messages.change(first.id, '{"title": "card"}')
        gone = messages.delete(second.id)
        assert edited is not None
        assert gone is not None
        changes = messages.changed_since(second.change)
        assert [(m.id, m.is_card, m.is_deleted) for m in changes] == [(first.id, True, False), (second.id, False, True)]
        assert messages.changed_since(gone.change) == ()
        assert messages.last_change() == gone.change
        assert messages.get(second.id) == gone
        assert gone.body == ""
        assert messages.change(999, "x") is None
        assert [m.id for m in messages.newest("general", "anna", 50)] == [first.id]

    await database.write(work)


async def test_a_post_with_the_same_key_makes_one_message(database: Database) -> None:
    first = await database.write(lambda tx: said(tx.web_messages, "digest", key="delivery-1"))
    assert await database.write(lambda tx: said(tx.web_messages, "digest", key="delivery-1")) == first
    assert len(await database.read(lambda tx: tx.web_messages.newest("general", "anna", 50))) == 1


async def test_several_messages_at_once_keep_their_order_and_their_keys(database: Database) -> None:
    def work(tx: Transaction) -> None:
        old = said(tx.web_messages, "old", key="b")
        new = [
            NewWebMessage("general", ("a", "A"), body, False, NOW, key=key)
            for body, key in zip("xyz", "abc", strict=True)
        ]
        made = tx.web_messages.add(*new)
        assert [m.body for m in made] == ["x", "old", "z"]
        assert made[1] == old
        assert made[1].change < made[0].change < made[2].change
        assert tx.web_messages.add() == ()

    await database.write(work)


async def test_changes_of_many_writers_become_visible_in_order(database: Database) -> None:
    async def write(number: int) -> None:
        await database.write(lambda tx: said(tx.web_messages, str(number)))

    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 30:
            new = await database.read(lambda tx: tx.web_messages.changed_since(max(seen, default=0)))
            seen.extend(message.change for message in new)

    await asyncio.wait_for(asyncio.gather(read(), *(write(number) for number in range(30))), PATIENCE)
    assert seen == sorted(set(seen))
    assert len(seen) == 30


async def test_a_short_write_of_its_own_is_kept_and_rolled_back_like_any_other(database: Database) -> None:
    new = NewWebMessage("general", ("a", "A"), "hello", False, NOW, key="once")
    (made,) = await database.write(lambda tx: tx.web_messages.add(new))
    assert await database.write(lambda tx: tx.web_messages.add(new)) == (made,)

    def broken(tx: Transaction) -> None:
        tx.web_messages.add(NewWebMessage("general", ("a", "A"), "never", False, NOW))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(broken)
    assert await database.read(lambda tx: tx.web_messages.newest("general", "anna", 50)) == (made,)


async def test_a_short_write_to_a_locked_database_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'newsbot.db'}", busy_seconds=0.05)
    await migrate(database)
    with closing(sqlite3.connect(tmp_path / "newsbot.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageUnavailable):
            await database.write(lambda tx: tx.web_messages.add())
    await database.write(lambda tx: tx.web_messages.add())
    await database.close()


async def test_a_short_write_to_a_database_in_memory_is_seen_by_every_transaction() -> None:
    database = Database("sqlite:///:memory:")
    await migrate(database)
    new = NewWebMessage("general", ("a", "A"), "hello", False, NOW)
    made = await database.write(lambda tx: tx.web_messages.add(new))
    assert await database.read(lambda tx: tx.web_messages.newest("general", "anna", 50)) == made
    await database.close()


async def test_a_short_write_that_is_refused_is_our_error(database: Database) -> None:
    naive = NewWebMessage("general", ("a", "A"), "hello", False, NOW.replace(tzinfo=None))
    with pytest.raises(StorageError):
        await database.write(lambda tx: tx.web_messages.add(naive))
