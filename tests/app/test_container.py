"""The container: each object built once, its health asked by name, closed in the opposite order."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from newsbot.app.container import open_container
from newsbot.errors import StorageUnavailable
from newsbot.http import HttpServer
from newsbot.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data is in a folder of the test's own."""
    (tmp_path / "newsbot.yaml").write_text(f"data: {tmp_path / 'data'}\n", encoding="utf-8")
    return load_settings({"NEWSBOT_CONFIG": str(tmp_path)})


async def test_everybody_who_needs_an_object_gets_the_same_one(settings: Settings) -> None:
    async with open_container(settings) as container:
        assert container.dispatcher.context.digests is container.digest_service
        assert container.dispatcher.context.quizzes is container.quiz_service
        names = (
            "live",
            "dailies",
            "planner",
            "watchdog",
            "outbox_worker",
            "engine",
            "events",
            "scheduler",
            "retention",
        )
        assert [getattr(container, name) for name in names] == [getattr(container, name) for name in names]


async def test_health_tells_of_what_was_built_and_of_nothing_else(settings: Settings) -> None:
    async with open_container(settings) as container:
        assert await container.health.report() == {"database": "ok"}
        assert container.digests_alarm is container.digests_alarm
        assert container.games_alarm is container.games_alarm
        assert container.live.is_current
        parts = await container.health.report()
        assert parts.keys() == {"database", "jobs", "outbox", "digests", "games", "content"}
        assert set(parts.values()) == {"ok"}


async def test_what_was_built_last_is_closed_first_and_the_database_last(settings: Settings) -> None:
    closed: list[str] = []

    async with open_container(settings) as container:

        async def note(name: str) -> None:
            assert await container.database.read(lambda tx: tx.watches.last_beat("nobody")) is None
            closed.append(name)

        container.stack.push_async_callback(note, "first")
        assert container.engine
        container.stack.push_async_callback(note, "second")
    assert closed == ["second", "first"]


async def test_a_lease_of_a_job_is_taken_by_one_process(settings: Settings) -> None:
    async with open_container(settings) as one, open_container(settings) as two:
        taken = await asyncio.gather(*(each.take("job:retention", timedelta(hours=1)) for each in (one, two)))
        assert sorted(taken) == [False, True]


async def test_a_request_that_cannot_store_gets_the_reason_and_503() -> None:
    async def broken(request: web.Request) -> web.Response:
        raise StorageUnavailable("The disk is full.")

    async def well() -> dict[str, str]:
        return {"database": "The disk is full."}

    server = HttpServer("127.0.0.1", 0, [web.get("/say", broken)], well)
    url = await server.start()
    try:
        async with ClientSession() as session:
            async with session.get(f"{url}/say") as answer:
                assert (answer.status, await answer.json()) == (503, {"error": "The disk is full."})
            async with session.get(f"{url}/healthz") as answer:
                assert (answer.status, (await answer.json())["database"]) == (503, "The disk is full.")
    finally:
        await server.stop()
