"""Tokens that Slack does not accept any more: no digest has to be resumed by hand, and whoever can mend it is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from newsbot.errors import PlatformRefused, PostRefused
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.platforms.slack.errors import FRESH_LINK
from newsbot.storage.records import Subscription
from newsbot.storage.transaction import Transaction
from tests.clock import ShiftedClock
from tests.digests.newsroom import Newsroom
from tests.patience import eventually
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Workspace
from tests.slack.service import Running, oauth_values, running, values_for, without_haste

OPERATOR = Place("paper", "", "operators")
REPLY = Reply(Card("A card", (text("Words."),)))
REVOKED = ["account_inactive", "invalid_auth", "token_revoked"]
DEAD = [*REVOKED, "not_authed", "token_expired"]
PASSING = [
    *("accesslimited", "ekm_access_denied", "enterprise_is_restricted", "missing_scope", "not_allowed_token_type"),
    *("org_login_required", "team_access_not_granted", "team_added_to_org", "two_factor_setup_required"),
]


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def single(slack: LoopbackSlack, clock: ShiftedClock) -> AsyncIterator[Running]:
    """A bot of one workspace."""
    async with running(slack, "http", now=clock) as started:
        yield started


@pytest.fixture
async def shared(slack: LoopbackSlack, clock: ShiftedClock) -> AsyncIterator[Running]:
    """A bot that workspaces install."""
    async with running(slack, "http", oauth_values(slack, "http"), now=clock) as started:
        yield started


def news(space: Workspace) -> Place:
    return Place("slack", space.id, space.channel("news").id)


def room_of(bot: Running, clock: ShiftedClock, operator: Place | None = OPERATOR) -> tuple[Newsroom, MemoryPlatform]:
    """Digests of this bot, and another platform on which the operator reads."""
    paper = MemoryPlatform("paper", clock)
    return Newsroom(bot.database, {"slack": bot.service.platform, "paper": paper}, clock, operator), paper


async def subscribed(room: Newsroom, space: Workspace) -> Subscription:
    return await room.subscribed(news(space), space.user("alice").id)


# -- one workspace, by SLACK_BOT_TOKEN ---------------------------------------------------------------------------------


@pytest.mark.parametrize("error", DEAD)
async def test_a_dead_token_pauses_no_digest_and_they_come_by_themselves_when_it_works_again(
    slack: LoopbackSlack, single: Running, clock: ShiftedClock, error: str
) -> None:
    room, paper = room_of(single, clock)
    made = await subscribed(room, slack.workspace)
    slack.world.revoke(slack.workspace.token, error)
    await room.let_pass(minutes=20)
    assert await room.state(made) == "active"
    assert error in single.service.health()
    assert "SLACK_BOT_TOKEN" in single.service.trouble()
    assert paper.titles("operators") == ["Digests aren't confirmed"]
    assert len(slack.called("chat.postMessage")) == 1  # then the token alone is tried, not each message
    slack.world.revoke(slack.workspace.token, "")
    await eventually(lambda: single.service.health() == "ok")
    await room.let_pass(minutes=6)
    assert len(slack.messages("news")) == 1
    assert await room.state(made) == "active"
    assert paper.titles("operators")[-1] == "Digests are working again"


@pytest.mark.parametrize("error", PASSING)
async def test_a_workspace_in_which_newsbot_may_post_nothing_is_told_in_health_until_it_may(
    slack: LoopbackSlack, single: Running, clock: ShiftedClock, error: str
) -> None:
    room, paper = room_of(single, clock)
    made = await subscribed(room, slack.workspace)
    slack.faults.add("chat.postMessage", Fault.refused(error), times=1_000)
    await room.let_pass(minutes=20)
    assert await room.state(made) == "active"
    assert error in single.service.health()
    assert paper.titles("operators") == ["Digests aren't confirmed"]
    slack.faults.clear()
    await room.let_pass(minutes=6)
    assert len(slack.messages("news")) == 1
    assert single.service.health() == "ok"
    assert await room.state(made) == "active"


async def test_a_post_under_way_while_the_token_is_learnt_anew_is_refused_to_newsbot_and_not_to_its_place(
    slack: LoopbackSlack, single: Running
) -> None:
    may = asyncio.Event()
    fault = slack.faults.add("chat.postMessage", Fault(error="token_revoked", wait=may))
    posting = asyncio.create_task(single.service.platform.post(news(slack.workspace), REPLY, "d-1"))
    await fault.reached.wait()
    assert single.service.workspaces.single is not None
    single.service.workspaces.use_single(replace(single.service.workspaces.single))
    may.set()
    with pytest.raises(PostRefused) as caught:
        await posting
    assert caught.value.scope == "app"


async def test_a_workspace_that_moves_while_newsbot_starts_is_asked_again(slack: LoopbackSlack) -> None:
    slack.faults.add("auth.test", Fault.refused("org_login_required"), times=2)
    async with running(slack, "http") as bot:
        await eventually(lambda: bot.service.workspaces.single is not None and bool(bot.service.workspaces.single.id))
        assert bot.service.health() == "ok"


async def test_a_scope_that_is_not_needed_to_post_is_no_trouble(slack: LoopbackSlack, single: Running) -> None:
    slack.faults.add("users.info", Fault.refused("missing_scope", needed="users:read"))
    await single.people().command("alice", "news", "/newsbot", "digest subscribe 9:00")
    await slack.wait_for(lambda: slack.called("users.info"))
    assert single.service.health() == "ok"


async def test_a_refusal_of_a_name_that_nobody_knows_pauses_nothing(
    slack: LoopbackSlack, single: Running, clock: ShiftedClock
) -> None:
    room, _ = room_of(single, clock)
    made = await subscribed(room, slack.workspace)
    slack.faults.add("chat.postMessage", Fault.refused("something_new"), times=5)
    await room.let_pass(minutes=20)
    assert len(slack.messages("news")) == 1
    assert await room.state(made) == "active"


async def test_digests_that_an_older_newsbot_paused_for_a_dead_token_go_on_with_the_next_start(
    slack: LoopbackSlack, clock: ShiftedClock, tmp_path: object
) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    async with running(slack, "http", url=url, now=clock) as bot:
        room, _ = room_of(bot, clock)
        made = await subscribed(room, slack.workspace)
        reason = "newsbot may not act in this workspace any more."
        await bot.database.write(lambda tx: tx.subscriptions.pause(made.id, reason, FRESH_LINK))
    async with running(slack, "http", url=url, now=clock) as bot:
        room, _ = room_of(bot, clock)

        async def goes_on() -> bool:
            return await room.state(made) == "active"

        await eventually(goes_on)
        assert bot.service.health() == "ok"


async def test_beside_other_platforms_a_token_that_is_dead_at_the_start_is_waited_for(slack: LoopbackSlack) -> None:
    slack.world.revoke(slack.workspace.token)
    with pytest.raises(PlatformRefused, match="SLACK_BOT_TOKEN"):
        async with running(slack, "http"):
            pass
    async with without_haste(slack, values_for(slack, "http")) as service:
        assert "token_revoked" in service.health()
        slack.world.revoke(slack.workspace.token, "")
        await eventually(lambda: service.health() == "ok")
        assert service.workspaces.single is not None
        assert service.workspaces.single.id == slack.workspace.id


# -- many workspaces, by OAuth -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [*REVOKED, "token_expired"])
async def test_the_digests_of_a_workspace_that_removed_newsbot_wait_and_go_on_with_its_installation(
    slack: LoopbackSlack, shared: Running, clock: ShiftedClock, error: str
) -> None:
    globex, initech = (slack.world.add_workspace(name, scopes=None) for name in ("Globex", "Initech"))
    room, paper = room_of(shared, clock)
    for space in (globex, initech):
        await slack.install(shared.base_url, space)
    there, here = [await subscribed(room, space) for space in (globex, initech)]
    slack.world.revoke(globex.token, error)
    await room.let_pass(minutes=20)
    waits = await room.digests.get(there.id)
    assert waits is not None
    assert (waits.state, waits.paused_fix) == ("paused", FRESH_LINK)
    assert await room.state(here) == "active"
    assert len(slack.messages(initech.channel("news"))) == 1
    assert paper.titles("operators") == ["newsbot was removed from a workspace"]
    posts = [call for call in slack.called("chat.postMessage") if call.token == globex.token]
    assert len([call for call in posts if call.args["channel"] == there.place.channel]) == 1
    assert [each for each in await room.all_deliveries() if each.place.channel.startswith("@")] == []
    assert shared.service.health() == "ok"
    await slack.install(shared.base_url, globex)
    assert await room.state(there) == "active"
    await room.let_pass(minutes=24 * 60, step=30)
    assert len(slack.messages(globex.channel("news"))) == 1
    assert len(slack.messages(initech.channel("news"))) == 2


@pytest.mark.parametrize("error", PASSING)
async def test_what_passes_in_one_workspace_pauses_nothing_there(
    slack: LoopbackSlack, shared: Running, clock: ShiftedClock, error: str
) -> None:
    globex = slack.world.add_workspace("Globex", scopes=None)
    await slack.install(shared.base_url, globex)
    room, _ = room_of(shared, clock)
    made = await subscribed(room, globex)
    slack.world.revoke(globex.token, error)
    await room.let_pass(minutes=20)
    assert await room.state(made) == "active"
    slack.world.revoke(globex.token, "")
    await room.let_pass(minutes=6)
    assert len(slack.messages(globex.channel("news"))) == 1


async def test_the_operator_is_not_told_through_the_token_that_is_dead(
    slack: LoopbackSlack, shared: Running, clock: ShiftedClock
) -> None:
    globex = slack.world.add_workspace("Globex", scopes=None)
    await slack.install(shared.base_url, globex)
    room, _ = room_of(shared, clock, Place("slack", globex.id, globex.channel("board").id))
    await subscribed(room, globex)
    slack.world.uninstall(globex)
    await room.let_pass(minutes=20)
    assert {each.place for each in await room.all_deliveries()} == {news(globex)}


async def test_a_refusal_that_is_noted_after_the_installation_does_not_stay(
    slack: LoopbackSlack, shared: Running, clock: ShiftedClock
) -> None:
    globex, initech = (slack.world.add_workspace(name, scopes=None) for name in ("Globex", "Initech"))
    room, _ = room_of(shared, clock)
    for space in (globex, initech):
        await slack.install(shared.base_url, space)
    back, gone, own = [await subscribed(room, space) for space in (globex, initech, globex)]

    def lose(tx: Transaction) -> None:
        for each in (back, gone):
            tx.subscriptions.pause(each.id, "newsbot may not act in this workspace any more.", FRESH_LINK)
        tx.installations.mark_gone(initech.id, "token_revoked", clock())

    await shared.database.write(lose)
    await room.digests.pause(own, own.made_by)
    await shared.service.workspaces.resume_digests()
    assert [await room.state(each) for each in (back, gone, own)] == ["active", "paused", "paused"]


async def test_a_post_with_a_token_that_another_process_has_replaced_is_made_with_the_new_one(
    slack: LoopbackSlack, clock: ShiftedClock, tmp_path: object
) -> None:
    globex = slack.world.add_workspace("Globex", scopes=None)
    url, values = f"sqlite:///{tmp_path}/shared.db", oauth_values(slack, "http")
    async with (
        running(slack, "http", values, url=url, now=clock) as one,
        running(slack, "http", values, url=url, now=clock) as two,
    ):
        await slack.install(one.base_url, globex)
        await two.service.platform.post(news(globex), REPLY, "d-1")
        slack.world.revoke(globex.token)
        await slack.install(one.base_url, globex)
        await two.service.platform.post(news(globex), REPLY, "d-2")
    assert len(slack.messages(globex.channel("news"))) == 2
