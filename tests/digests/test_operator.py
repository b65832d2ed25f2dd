"""The operator's verbs for digests, within this process, over a database with a subscription in it."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from newsbot.messages.requests import Place
from newsbot.storage.database import Database
from newsbot.storage.migrate import migrate
from newsbot.storage.records import Delivery, NewSubscription
from newsbot.storage.transaction import Transaction
from tests.digests.conftest import RunDigest


async def _subscribed(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'newsbot.db'}")
    await migrate(database)
    now = datetime.now(UTC)
    new = NewSubscription(Place("web", "local", "news"), time(9), "Europe/Berlin", "daily", "ada", now)
    await database.write(lambda tx: tx.subscriptions.add(new, now, now + timedelta(hours=1), now.date()))
    await database.close()


async def _deliveries(folder: Path) -> tuple[Delivery, ...]:
    database = Database(f"sqlite:///{folder / 'newsbot.db'}")
    found = await database.read(lambda tx: tx.deliveries.of_subscription(1, 10))
    await database.close()
    return found


async def _is_posed(folder: Path, delivery: Delivery) -> bool:
    """Whether the question that a delivery asks is kept, so that it can be answered."""
    database = Database(f"sqlite:///{folder / 'newsbot.db'}")

    def read(tx: Transaction) -> bool:
        daily = tx.deliveries.editions([delivery.edition_id])[delivery.edition_id].daily
        return bool(daily) and daily in tx.dailies.questions({daily})

    is_posed = await database.read(read)
    await database.close()
    return is_posed


def test_what_comes_next_is_listed_previewed_and_put_into_the_outbox(tmp_path: Path, run_digest: RunDigest) -> None:
    asyncio.run(_subscribed(tmp_path))
    listed = run_digest("next", "--count", "2")
    assert (listed.code, listed.out.count("09:00")) == (0, 3)
    assert "1: web news, daily 09:00 Europe/Berlin" in listed.out
    preview = run_digest("preview", "--subscription", "1")
    assert preview.out.startswith("AI market digest")
    sent = run_digest("send", "--now", "--subscription", "1")
    assert sent.code == 0, sent.err
    (delivery,) = asyncio.run(_deliveries(tmp_path))
    assert (delivery.state, delivery.slot) == ("due", "now")
    assert asyncio.run(_is_posed(tmp_path, delivery))


def test_a_preview_of_topics_needs_no_subscription_and_names_unknown_ones(run_digest: RunDigest) -> None:
    assert "AI market digest" in run_digest("preview", "--topics", "nvidia, deepseek").out
    unknown = run_digest("preview", "--topics", "astrology")
    assert (unknown.code, "astrology" in unknown.err) == (1, True)
    missing = run_digest("send", "--now", "--subscription", "9")
    assert (missing.code, "There is no subscription 9" in missing.err) == (1, True)
