"""Digests in Discord: set up by options or in a modal, managed from the digest itself, by administrators alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsbot.messages.requests import Place
from newsbot.platforms.discord.adapter import NAME
from newsbot.storage.database import Database
from newsbot.storage.records import NewSubscription
from tests.discord.conftest import Town
from tests.discord.house import house
from tests.discord.limits import modal_problems, problems
from tests.discord.test_bot import MODAL, buttons, is_private, press, words
from tests.discord.test_process import environment, running

SUBSCRIBE = ("digest", "subscribe")


async def test_a_digest_is_set_up_posted_and_managed_from_its_button(town: Town, tmp_path: Path) -> None:
    owner = town.server.world.owner
    async with house(town.server, tmp_path) as home:
        options: dict[str, str | int | float | bool] = {
            "time": "9:30",
            "zone": "Europe/Berlin",
            "days": "mon,wed",
            "first": True,
            "catch-up": "all",
        }
        asked = await town.server.command(owner, town.news, SUBSCRIBE, options)
        answer = await asked.answer()
        assert is_private(answer)
        await town.server.wait_for(lambda: "The digest is set up" in words(asked.original or {}))
        assert problems(asked.original or {}) == []
        assert "<t:" in words(asked.original or {})
        await home.outbox_worker.run_once()
        await town.server.wait_for(lambda: len(town.server.messages(town.news)) >= 1)
        digest = town.server.messages(town.news)[0]
        assert "AI market digest" in words(digest)
        managed = await town.server.click(owner, digest, buttons(digest["components"])["Manage"])
        await town.server.wait_for(lambda: "every Monday and Wednesday at 09:30" in words(managed.original or {}))
        paused = await press(town, owner, managed, "Pause")
        await town.server.wait_for(lambda: "Digest 1 is paused" in words(paused.original or {}))
        refused = await town.server.click(town.bert, digest, buttons(digest["components"])["Manage"])
        await refused.answer()
        assert "Ask one of them." in words(refused.original or {})


async def test_the_zone_is_asked_for_in_a_modal_that_keeps_what_was_given(town: Town, tmp_path: Path) -> None:
    owner = town.server.world.owner
    async with house(town.server, tmp_path) as home:
        asked = await town.server.command(owner, town.news, SUBSCRIBE, {"time": "8:15", "topics": "nvidia"})
        await town.server.wait_for(lambda: "Which time zone?" in words(asked.original or {}))
        opened = await press(town, owner, asked, "Fill in")
        modal = await opened.answer()
        assert modal.type == MODAL
        assert modal_problems(modal.data) == []
        values = {"time": "8:15", "zone": "Atlantis-upon-Nowhere", "days": "daily", "topics": "nvidia", "first": ["no"]}
        wrong = await town.server.submit_modal(owner, opened, values)
        await town.server.wait_for(lambda: "isn't a time zone that newsbot knows" in words(wrong.original or {}))
        again = await press(town, owner, wrong, "Fill in again")
        shown = words((await again.answer()).data)
        assert '"value": "Atlantis-upon-Nowhere"' in shown
        assert '"value": "daily"' in shown
        done = await town.server.submit_modal(owner, again, {**values, "zone": "Tokyo"})
        await town.server.wait_for(lambda: "The digest is set up" in words(done.original or {}))
        found = await home.database.read(
            lambda tx: tx.subscriptions.of_channel(Place(NAME, str(town.guild.id), str(town.news.id)))
        )
        assert [(each.zone, each.days, each.topics) for each in found] == [("Asia/Tokyo", "daily", ("nvidia",))]


async def test_zones_complete_while_they_are_typed(town: Town, tmp_path: Path) -> None:
    owner = town.server.world.owner
    async with house(town.server, tmp_path):
        typing = await town.server.autocomplete(owner, town.news, SUBSCRIBE, "zone", "new yo")
        choices = (await typing.answer()).data["choices"]
        assert choices[0] == {"name": "New York, United States (America/New_York)", "value": "America/New_York"}


async def test_a_process_that_was_down_at_the_slot_posts_it_once_and_says_so(town: Town, data_folder: Path) -> None:
    environ = environment(town, data_folder)
    database = Database(environ["DATABASE_URL"])
    now = datetime.now(UTC).replace(microsecond=0)
    due = (now - timedelta(minutes=20)).replace(second=0)
    role = town.server.world.add_role(town.guild, "readers", 0).id
    place = Place(NAME, str(town.guild.id), str(town.news.id))
    new = NewSubscription(place, due.time(), "UTC", "daily", str(town.anna.id), now, mention=str(role))
    await database.write(
        lambda tx: tx.subscriptions.add(new, due - timedelta(hours=1), due, due.date() - timedelta(days=1))
    )
    await database.write(lambda tx: tx.watches.beat("planner", now - timedelta(minutes=40)))
    for _ in range(2):  # the second start finds nothing to do
        async with running(town, data_folder):
            await town.server.wait_for(lambda: len(town.server.messages(town.news)) >= 1)
            await town.server.wait_for(lambda: bool(town.server.gateway.live))
    (digest,) = town.server.messages(town.news)
    assert "late: the bot was down" in words(digest)
    assert f"<@&{role}>" in words(digest)
    (delivery,) = await database.read(lambda tx: tx.deliveries.of_subscription(1, 10))
    subscription = await database.read(lambda tx: tx.subscriptions.get(1))
    assert (delivery.state, delivery.slot) == ("sent", f"{due:%Y-%m-%d %H:%M}")
    assert subscription is not None
    assert subscription.next_at == due + timedelta(days=1)
    await database.close()
