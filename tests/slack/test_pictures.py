"""Charts in Slack: uploaded once to a workspace, served at PUBLIC_URL, or data where neither is possible."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Json, Message
from tests.slack.service import Running, running, values_for


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    async with LoopbackSlack() as server:
        yield server


@pytest.fixture(params=["http", "socket"])
async def bot(request: pytest.FixtureRequest, slack: LoopbackSlack) -> AsyncIterator[Running]:
    """newsbot, in each transport."""
    async with running(slack, request.param) as started:
        yield started


def images(message: Message) -> list[Json]:
    return [block for block in message.blocks if block["type"] == "image"]


async def asked(bot: Running) -> Message:
    answer = await bot.people().command("alice", "news", "/deepseek", "cost")
    assert answer.message is not None, answer.error
    return answer.message


async def test_a_chart_is_data_at_once_and_a_picture_below_once_it_is_usable(
    slack: LoopbackSlack, bot: Running
) -> None:
    slack.world.files_polls = 2
    message = await asked(bot)
    assert images(message) == []
    below = (await slack.wait_for(lambda: slack.messages("news")[1:]))[0]
    (image,) = images(below)
    assert image["alt_text"]
    assert image["slack_file"]["id"] in {file.id for file in slack.uploads}
    again = await asked(bot)
    assert images(again) == [image]
    assert bot.drawing.drawn == len(slack.uploads) == 1


async def test_a_posted_answer_gets_its_picture_in_place(slack: LoopbackSlack, bot: Running) -> None:
    await bot.people().mention("alice", "news", "/deepseek cost")
    (reply,) = await slack.wait_for(lambda: slack.messages("news"))
    await slack.wait_for(lambda: images(reply))
    assert slack.called("chat.update")[0].args["parse"] == "none"


async def test_an_answer_changed_by_a_press_gets_its_picture_in_place(slack: LoopbackSlack, bot: Running) -> None:
    overview = (await bot.people().command("alice", "quiet", "/deepseek", "private")).message
    assert overview is not None
    await bot.people().click("alice", overview, "nb1:card.more:brief:deepseek/overview", chosen="deepseek/cost")
    await slack.wait_for(lambda: images(overview))
    assert len(overview.former) in {1, 2}


async def test_a_picture_that_comes_late_does_not_undo_another_press(slack: LoopbackSlack, bot: Running) -> None:
    waited = asyncio.Event()
    fault = slack.faults.add("files.completeUploadExternal", Fault(wait=waited))
    people = bot.people()
    message = (await people.command("alice", "quiet", "/deepseek", "private")).message
    assert message is not None
    await people.click("alice", message, "nb1:card.more:brief:deepseek/overview", chosen="deepseek/cost")
    await slack.wait_for(lambda: len(message.former) == 1 and fault.hits)
    await people.click("alice", message, "nb1:card.more:brief:deepseek/cost", chosen="deepseek/prices")
    await slack.wait_for(lambda: len(message.former) == 2)
    shown = message.text
    waited.set()
    await slack.wait_for(lambda: images(message) and len(slack.uploads) == 3)
    assert message.text == shown


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "/upload/*", "files.completeUploadExternal"])
async def test_an_upload_that_fails_leaves_the_data_and_is_tried_again(
    slack: LoopbackSlack, bot: Running, step: str
) -> None:
    fault = slack.faults.add(step, Fault.broken())
    message = await asked(bot)
    await slack.wait_for(lambda: fault.hits)
    assert images(message) == []
    await asked(bot)
    found = await slack.wait_for(lambda: [image for each in slack.messages("news") for image in images(each)])
    assert len(found) == 1


async def test_without_the_scopes_a_chart_stays_data() -> None:
    async with LoopbackSlack(scopes="app_mentions:read,chat:write,commands") as slack, running(slack, "http") as bot:
        message = await asked(bot)
        await bot.people().mention("alice", "news", "/deepseek cost")
        await slack.wait_for(lambda: slack.messages("news")[1:])
        assert slack.uploads == []
        assert "Pre-training, 2,664,000 h: $5.328 million" in message.words


async def test_at_a_public_url_pictures_stand_in_the_answer_and_are_served(slack: LoopbackSlack) -> None:
    values = replace(values_for(slack, "http"), public_url="https://newsbot.example")
    async with running(slack, "http", values) as bot, ClientSession() as session:
        (image,) = images(await asked(bot))
        path = image["image_url"].removeprefix("https://newsbot.example")
        async with session.get(bot.base_url + path) as response:
            assert (response.status, response.content_type) == (200, "image/png")
            assert "immutable" in response.headers["Cache-Control"]
        async with session.get(f"{bot.base_url}/charts/{'0' * 64}.png") as response:
            assert response.status == 404
    assert slack.uploads == []
