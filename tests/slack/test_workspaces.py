"""Many workspaces: installing, rotating tokens, leaving; nothing readable in the database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsbot.errors import NewsbotError, PlatformRefused, PostRefused
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.requests import Place
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.workspace import TokenCipher
from newsbot.storage.records import SlackInstallation
from tests.clock import Clock
from tests.databases import run_sql
from tests.patience import eventually
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Message, Workspace
from tests.slack.service import KEY, Running, oauth_values, running, values_for

REPLY = Reply(Card("A card", (text("Words."),)))


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture
def globex(slack: LoopbackSlack) -> Workspace:
    """A workspace that has not installed newsbot yet."""
    return slack.world.add_workspace("Globex", scopes=None)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
async def bot(slack: LoopbackSlack, clock: Clock) -> AsyncIterator[Running]:
    async with running(slack, "http", oauth_values(slack, "http"), now=clock) as started:
        yield started


async def stored(bot: Running, space: Workspace) -> SlackInstallation:
    found = await bot.database.read(lambda transaction: transaction.installations.get(space.id))
    assert found is not None
    return found


def news(space: Workspace) -> Place:
    return Place("slack", space.id, space.channel("news").id)


async def greeted(slack: LoopbackSlack, space: Workspace) -> list[Message]:
    """What whoever installed newsbot is told, once they are."""
    room = slack.world.dm(space, space.user("alice").id)
    return await slack.wait_for(lambda: slack.messages(room))


async def test_a_workspace_installs_and_is_answered_with_its_own_token(
    slack: LoopbackSlack, bot: Running, globex: Workspace
) -> None:
    installed = await slack.install(bot.base_url, globex)
    assert installed.status == 200, installed.page
    assert "Globex" in installed.page
    assert "chat:write" in installed.scopes
    people = bot.people(globex)
    answer = await people.command("alice", "news", "/deepseek", "cost")
    assert answer.message in slack.messages(globex.channel("news"))
    await people.mention("alice", "news", "deepseek cost")
    await slack.wait_for(lambda: slack.called("chat.postMessage"))
    assert slack.called("chat.postMessage")[0].token == globex.token
    kept = await stored(bot, globex)
    assert globex.token not in repr(kept)
    assert TokenCipher(KEY).decrypt(kept.token) == globex.token


async def test_whoever_installs_is_greeted_once_in_a_direct_message(
    slack: LoopbackSlack, bot: Running, globex: Workspace
) -> None:
    await slack.install(bot.base_url, globex)
    (welcome,) = await greeted(slack, globex)
    assert "What did DeepSeek cost?" in str(welcome.blocks)
    assert "/invite @newsbot" in str(welcome.blocks)
    await slack.install(bot.base_url, globex)
    await bot.people(globex).direct_message("alice", "deepseek cost")
    room = slack.world.dm(globex, globex.user("alice").id)
    await slack.wait_for(lambda: len(slack.messages(room)) > 1)
    assert len([each for each in slack.messages(room) if "/invite" in str(each.blocks)]) == 1


async def test_an_installation_in_socket_mode_works_too(slack: LoopbackSlack, globex: Workspace) -> None:
    async with running(slack, "socket", oauth_values(slack, "socket")) as bot:
        assert (await slack.install(bot.base_url, globex)).status == 200
        answer = await bot.people(globex).command("alice", "news", "/deepseek", "cost")
        assert answer.message in slack.messages(globex.channel("news"))


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"state": "made-up"}, 400), ({"cookie": False}, 400), ({"denied": True}, 200), ({"code": "made-up"}, 401)],
    ids=["state", "cookie", "denied", "code"],
)
async def test_an_install_that_goes_wrong_grants_nothing(
    slack: LoopbackSlack, bot: Running, globex: Workspace, wrong: dict[str, Any], status: int
) -> None:
    installed = await slack.install(bot.base_url, globex, **wrong)
    assert installed.status == status
    assert "was not installed" in installed.page
    assert await bot.database.read(lambda transaction: transaction.installations.all()) == ()


async def test_a_state_works_once_in_any_process_and_for_ten_minutes(bot: Running, clock: Clock) -> None:
    from newsbot.platforms.slack.oauth import OAuthStates

    states = OAuthStates(TokenCipher(KEY), bot.database, clock)
    other = OAuthStates(TokenCipher(KEY), bot.database, clock)
    state = await states.async_issue()
    assert not await other.async_consume("made-up")
    assert await other.async_consume(state)
    assert not await states.async_consume(state)


async def test_without_a_secret_key_nothing_is_installed(slack: LoopbackSlack, globex: Workspace) -> None:
    values = replace(oauth_values(slack, "http"), secret_key=None)
    async with running(slack, "http", values) as bot:
        with pytest.raises(LookupError, match="NEWSBOT_SECRET_KEY"):
            await slack.install(bot.base_url, globex)
    with pytest.raises(PlatformRefused, match="NEWSBOT_SECRET_KEY"):
        TokenCipher("short")


async def test_a_changed_key_still_opens_what_the_old_one_closed() -> None:
    old, new = "the old key is long enough", "the new key is long enough"
    closed = TokenCipher(old).encrypt("xoxb-1")
    assert TokenCipher(f"{new},{old}").decrypt(closed) == "xoxb-1"
    assert TokenCipher(new).decrypt(closed) is None
    assert TokenCipher(old).decrypt(TokenCipher(f"{new},{old}").encrypt("xoxb-2")) is None


async def test_an_uninstall_is_noticed_and_a_new_installation_answers_again(
    slack: LoopbackSlack, bot: Running, globex: Workspace, clock: Clock
) -> None:
    await slack.install(bot.base_url, globex)
    await greeted(slack, globex)
    people = bot.people(globex)
    await people.uninstall()
    assert (await stored(bot, globex)).gone_at is not None
    with pytest.raises(PostRefused):
        await bot.service.platform.post(news(globex), REPLY, "d-1")
    assert len(slack.called("chat.postMessage")) == 1
    clock.at += timedelta(seconds=5)
    assert (await slack.install(bot.base_url, globex)).status == 200
    await bot.service.platform.post(news(globex), REPLY, "d-2")
    assert len(slack.messages(globex.channel("news"))) == 1


async def test_a_workspace_that_is_gone_is_told_so(slack: LoopbackSlack, bot: Running, globex: Workspace) -> None:
    await slack.install(bot.base_url, globex)
    people = bot.people(globex)
    await people.uninstall()
    assert (await people.command("alice", "news", "/deepseek", "cost")).ok
    (told,) = slack.ephemerals
    assert "no longer installed" in told.text


async def test_the_removal_of_a_single_bot_shows_in_its_health(slack: LoopbackSlack) -> None:
    async with running(slack, "socket") as single:
        await single.people().uninstall()
        await eventually(lambda: single.service.health() != "ok")
        assert "SLACK_BOT_TOKEN" in single.service.health()


async def test_a_workspace_known_a_minute_ago_is_answered_while_the_database_is_gone(
    slack: LoopbackSlack, bot: Running, globex: Workspace, clock: Clock
) -> None:
    await slack.install(bot.base_url, globex)
    people = bot.people(globex)
    assert (await people.command("alice", "news", "/deepseek", "cost")).message is not None
    await run_sql(bot.database, "DROP TABLE slack_installations")
    clock.at += timedelta(minutes=5)
    for _ in range(2):
        assert (await people.command("alice", "news", "/deepseek", "cost")).message is not None


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_dead_token_ends_one_workspace_only(
    slack: LoopbackSlack, bot: Running, globex: Workspace, error: str
) -> None:
    initech = slack.world.add_workspace("Initech", scopes=None)
    for space in (globex, initech):
        await slack.install(bot.base_url, space)
    slack.world.revoke(globex.token, error)
    with pytest.raises(PostRefused):
        await bot.service.platform.post(news(globex), REPLY, "d-1")
    assert (await stored(bot, globex)).gone_reason == error
    await bot.service.platform.post(news(initech), REPLY, "d-2")
    assert bot.service.health() == "ok"


async def test_a_token_is_renewed_for_a_post_that_no_event_precedes(
    slack: LoopbackSlack, bot: Running, globex: Workspace, clock: Clock
) -> None:
    slack.app.rotation = True
    await slack.install(bot.base_url, globex)
    first = globex.token
    clock.at += timedelta(hours=11, minutes=45)
    await asyncio.gather(*(bot.service.platform.post(news(globex), REPLY, f"d-{n}") for n in range(10)))
    assert globex.token != first
    assert {call.token for call in slack.called("chat.postMessage")} == {globex.token}
    assert len(slack.called("oauth.v2.access")) == 2  # the installation and one renewal
    kept = await stored(bot, globex)
    assert TokenCipher(KEY).decrypt(kept.refresh_token) == slack.world.grants[globex.token].refresh_token


async def test_an_expired_token_is_renewed_and_the_call_made_once(
    slack: LoopbackSlack, bot: Running, globex: Workspace
) -> None:
    slack.app.rotation = True
    await slack.install(bot.base_url, globex)
    slack.faults.add("chat.postMessage", Fault.refused("token_expired"))
    await bot.service.platform.post(news(globex), REPLY, "d-1")
    assert len(slack.messages(globex.channel("news"))) == 1


async def test_two_processes_renew_a_token_once(
    slack: LoopbackSlack, globex: Workspace, clock: Clock, tmp_path: object
) -> None:
    slack.app.rotation = True
    url, values = f"sqlite:///{tmp_path}/shared.db", oauth_values(slack, "http")
    async with (
        running(slack, "http", values, url=url, now=clock) as one,
        running(slack, "http", values, url=url, now=clock) as two,
    ):
        await slack.install(one.base_url, globex)
        clock.at += timedelta(hours=11, minutes=45)
        posts = (each.service.platform.post(news(globex), REPLY, "d") for each in (one, two))
        await asyncio.gather(*posts)
    assert len(slack.called("oauth.v2.access")) == 2


async def test_a_used_refresh_token_ends_the_workspace_and_a_broken_slack_does_not(
    slack: LoopbackSlack, bot: Running, globex: Workspace, clock: Clock
) -> None:
    slack.app.rotation = True
    await slack.install(bot.base_url, globex)
    clock.at += timedelta(hours=11, minutes=45)
    slack.faults.add("oauth.v2.access", Fault.broken())
    await bot.service.platform.post(news(globex), REPLY, "d-1")  # the old token lasts a while yet
    slack.world.grants[globex.token].refresh_token = "another"
    with pytest.raises(NewsbotError):
        await bot.service.platform.post(news(globex), REPLY, "d-2")
    assert (await stored(bot, globex)).gone_reason == "invalid_refresh_token"


async def test_one_workspace_needs_only_its_tokens_and_nothing_of_bolts_environment(
    slack: LoopbackSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_APP_TOKEN",
    ):
        monkeypatch.setenv(name, "of another app")
    async with running(slack, "http", values_for(slack, "http")) as bot:
        assert (await bot.people().command("alice", "news", "/deepseek", "cost")).ok
    assert len(slack.called("auth.test")) == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (SlackConfig(), "SLACK_BOT_TOKEN"),
        (SlackConfig(bot_token="xoxb-1"), "SLACK_APP_TOKEN"),
        (SlackConfig(client_id="1", signing_secret="s"), "SLACK_CLIENT_SECRET"),
    ],
)
async def test_what_is_missing_is_named(slack: LoopbackSlack, values: SlackConfig, sentence: str) -> None:
    with pytest.raises(PlatformRefused, match=sentence):
        async with running(slack, "http", values):
            pass


async def test_a_wrong_bot_token_is_refused_at_the_start(slack: LoopbackSlack) -> None:
    with pytest.raises(PlatformRefused, match="SLACK_BOT_TOKEN"):
        async with running(slack, "http", replace(values_for(slack, "http"), bot_token="xoxb-wrong")):
            pass


async def test_no_secret_shows_in_a_repr(slack: LoopbackSlack) -> None:
    values = oauth_values(slack, "http")
    assert slack.app.client_secret not in repr(values)
    assert slack.app.signing_secret not in repr(values)
    assert KEY not in repr(values)
