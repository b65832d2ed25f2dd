"""Digests in Slack: anybody subscribes, whoever did or an administrator changes, the zone is in the profile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.service import DigestService
from newsbot.messages.platform import Platform
from newsbot.messages.requests import Place
from newsbot.outbox.worker import OutboxWorker
from newsbot.storage.database import Database, DurableEvents
from newsbot.storage.records import Subscription
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Driver
from tests.slack.loopback_records import Message
from tests.slack.service import Running, Shelf, running
from tests.slack.test_conversation import WITHOUT_FILES, buttons


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    """A workspace with alice, its owner, and bob in New York."""
    async with LoopbackSlack(scopes=WITHOUT_FILES) as server:
        yield server


@pytest.fixture
async def bot(slack: LoopbackSlack) -> AsyncIterator[Running]:
    """newsbot with digests."""
    platforms: dict[str, Platform] = {}

    def dispatcher_of(shelf: Shelf, database: Database) -> Dispatcher:
        digests = DigestService(database, platforms, lambda: shelf.current, ContentNews, SelfCheckQuestion(), _now)
        return Dispatcher(shelf, _now, lambda: "incident", DurableEvents(database), digests=digests)

    async with running(slack, "http", dispatcher_of=dispatcher_of) as started:
        platforms["slack"] = started.service.platform
        yield started


def _now() -> datetime:
    return datetime.now(UTC)


async def held(bot: Running, people: Driver) -> tuple[Subscription, ...]:
    """The digests of #news."""
    place = Place("slack", people.space.id, people.channel("news").id)
    return await bot.database.read(lambda tx: tx.subscriptions.of_channel(place))


async def told(slack: LoopbackSlack, words: str) -> Message:
    """The message for one person that says this."""

    def found() -> list[Message]:
        return [message for message in slack.ephemerals if words in str(message.blocks) + message.text]

    return (await slack.wait_for(found))[-1]


async def test_the_zone_of_the_profile_is_offered_and_the_form_holds_it(slack: LoopbackSlack, bot: Running) -> None:
    people = bot.people()
    await people.command("bob", "news", "/digest", "subscribe 8:15 nvidia")
    asked = await told(slack, "Which time zone?")
    await people.click("bob", asked, "Fill in")
    (form,) = await slack.wait_for(lambda: slack.views)
    shown = {
        block["block_id"]: block["element"].get("initial_value") for block in form.body["blocks"] if "element" in block
    }
    assert shown == {
        "nb-field-time": "8:15", "nb-field-zone": "America/New_York", "nb-field-days": "weekdays",
        "nb-field-topics": "nvidia", "nb-field-first": None,
    }  # fmt: skip
    refused = await people.submit(form, {"nb-value-zone": "Atlantis-upon-Nowhere", "nb-value-days": "funday"})
    assert refused.ack_body is not None
    assert set(refused.ack_body["errors"]) == {"nb-field-zone", "nb-field-days"}
    assert (await people.submit(form, {"nb-value-zone": "Boston", "nb-value-days": "daily"})).ok
    await told(slack, "The digest is set up")
    assert [(each.zone, each.days, each.topics) for each in await held(bot, people)] == [
        ("America/New_York", "daily", ("nvidia",))
    ]


async def test_the_digest_comes_and_its_button_lets_the_owner_and_administrators_manage_it(
    slack: LoopbackSlack, bot: Running
) -> None:
    people = bot.people()
    people.world.add_user(people.space, "carol")
    await people.command("bob", "news", "/newsbot", "digest subscribe 9:00 Berlin --first")
    await told(slack, "The digest is set up")
    outbox_worker = OutboxWorker(bot.database, {"slack": bot.service.platform}, "test", _now, Random(1))
    await outbox_worker.run_once()
    digest = slack.messages("news")[0]
    for who, may in (("bob", True), ("alice", True), ("carol", False)):
        before = len(slack.ephemerals)
        await people.click(who, digest, "Manage")
        await slack.wait_for(lambda before=before: len(slack.ephemerals) > before)  # type: ignore[misc]
        assert ("Edit" in buttons(slack.ephemerals[-1])) == may
    await people.command("carol", "news", "/digest", "pause")
    await told(slack, "Only an admin or the person who set this digest up")
    await people.command("alice", "news", "/digest", "pause")
    await told(slack, "Digest 1 is paused")
    assert [each.state for each in await held(bot, people)] == ["paused"]


async def test_a_user_group_keeps_its_id_in_a_mention(slack: LoopbackSlack, bot: Running) -> None:
    people = bot.people()
    await people.mention("alice", "news", "digest subscribe 9:00 Berlin mention:<!subteam^S0123ABCD|@readers>")
    await told(slack, "mentions a user group")
    assert [each.mention for each in await held(bot, people)] == ["S0123ABCD"]
