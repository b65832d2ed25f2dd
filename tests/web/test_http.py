"""The web chat's HTTP side: whom it refuses, what it says to nonsense, when it does not start at all."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.errors import RequestError, SettingsError
from newsbot.http import HttpServer
from newsbot.messages.cards import Card, Reply, text
from newsbot.messages.charts import Chart
from newsbot.messages.codec import card_to_json
from newsbot.messages.plain import plain_card
from newsbot.messages.platform import Platform
from newsbot.platforms.web.adapter import WebChat
from newsbot.platforms.web.guard import require_loopback
from newsbot.platforms.web.http import WebRoutes
from newsbot.platforms.web.people import PEOPLE, place
from newsbot.storage.database import Database
from tests.cli.test_cli import newsbot
from tests.patience import PATIENCE
from tests.shipped import CONTENT, read_once

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class OnePixel:
    """A working source of pictures: always the same small one, or none for charts it is told to fail."""

    png_bytes = b"\x89PNG\r\n\x1a\n"
    fails = False

    async def png(self, chart: Chart) -> bytes:
        """The picture. Raises RequestError where it is told to."""
        if self.fails:
            raise RequestError("This picture cannot be drawn at the moment.")
        return self.png_bytes


class Site:
    """A web chat over a real database and a real socket."""

    def __init__(self, database: Database) -> None:
        self.dispatcher = Dispatcher(
            LiveLibrary(CONTENT, lambda: date(2026, 11, 23), read_once), lambda: NOW, lambda: "id"
        )
        self.chat = WebChat(self.dispatcher, database, lambda: NOW)
        self.pictures = OnePixel()
        self.routes = WebRoutes(
            self.chat, self.dispatcher, self.pictures, {"plain": lambda card: {"text": plain_card(card)}}
        )
        self.state = {"database": "ok"}
        self.server = HttpServer("127.0.0.1", 0, self.routes.routes(), self.health)
        self.url = ""
        self.session: aiohttp.ClientSession

    async def health(self) -> dict[str, str]:
        return self.state

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        own = {"Origin": self.url, "Content-Type": "application/json", **headers}
        data = body if isinstance(body, str | bytes) else json.dumps({"person": "ada", "channel": "general", **body})
        async with self.session.post(self.url + path, data=data, headers=own) as response:
            return response.status, await response.json()

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        async with self.session.get(self.url + path, headers=headers) as response:
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, await response.read()

    async def messages(self, person: str = "ada", channel: str = "general") -> list[Any]:
        _, data = await self.get(f"/api/messages?person={person}&channel={channel}")
        return list(data["messages"])


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A running site on each kind of database."""
    made = Site(database)
    made.url = await made.server.start()
    async with aiohttp.ClientSession() as session:
        made.session = session
        yield made
        made.routes.stop()
    await made.server.stop()


async def test_a_forged_origin_or_host_is_refused(site: Site) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": site.url.replace("http", "https")},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
    ):
        status, answer = await site.post("/api/say", {"text": "/deepseek cost"}, **headers)
        assert (status, list(answer)) == (403, ["error"]), headers
    assert (await site.get("/api/start", Host="evil.example"))[0] == 403
    assert await site.messages() == []
    async with site.session.post(site.url + "/api/say", json={"text": "x"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[1]", 400),
        ("null", 400),
        ("[" * 30_000, 400),
        (b"\xff\xfe", 400),
        ("x" * 100_000, 413),
        ({"text": 3}, 400),
        ({"text": "x" * 30_000}, 400),
        ({}, 400),
        ({"text": "x", "person": "mallory"}, 400),
        ({"text": "x", "person": ["ada"]}, 400),
        ({"text": "x", "channel": "../etc"}, 400),
    ],
)
async def test_nonsense_gets_one_sentence(site: Site, body: Any, status: int) -> None:
    found, answer = await site.post("/api/say", body)
    assert found == status
    assert list(answer) == ["error"]
    assert "Traceback" not in answer["error"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/press", {"message": "1", "token": "nb1:x"}),
        ("/api/press", {"message": True, "token": "nb1:x"}),
        ("/api/press", {"message": -1, "token": "nb1:x"}),
        ("/api/press", {"message": 1}),
        ("/api/submit", {"token": "nb1:x", "values": [1]}),
        ("/api/submit", {"token": "nb1:x", "values": {"a": 1}}),
        ("/api/submit", {"token": "rubbish", "values": {}}),
        ("/api/delete", {"message": None}),
    ],
)
async def test_misshapen_presses_and_forms_are_refused(site: Site, path: str, body: dict[str, Any]) -> None:
    status, answer = await site.post(path, body)
    assert status == 400
    assert answer["error"]


async def test_json_must_be_sent_as_json(site: Site) -> None:
    status, _ = await site.post("/api/say", {"text": "x"}, **{"Content-Type": "text/plain"})
    assert status == 415


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/../guard.py", "/static/%2e%2e/guard.py", "/pictures/x/1/0.png", "/pictures/1/1/0.png"]
)
async def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert (await site.get(path))[0] == 404


async def test_the_page_has_a_strict_policy_and_asks_nobody_else(site: Site) -> None:
    async with site.session.get(site.url) as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def tokens(message: dict[str, Any]) -> dict[str, str]:
    """The tokens of a message's buttons by their labels."""
    rows = [block["items"] for block in message["card"]["blocks"] if block["kind"] == "buttons"]
    return {button["label"]: button["token"] for row in rows for button in row}


async def test_an_answer_a_press_and_its_picture(site: Site) -> None:
    assert (await site.post("/api/say", {"text": "/deepseek cost"}))[0] == 200
    said, answer = await site.messages()
    assert said["text"] == "/deepseek cost"
    picture = f"/pictures/{answer['id']}/{answer['change']}/0.png"
    assert await site.get(picture) == (200, OnePixel.png_bytes)
    assert (await site.get(picture.replace("0.png", "1.png")))[0] == 404
    site.pictures.fails = True
    status, refusal = await site.get(picture)
    assert (status, refusal["error"]) == (503, "This picture cannot be drawn at the moment.")
    await site.post("/api/press", {"message": answer["id"], "token": tokens(answer)["Sources"]})
    _, changed = await site.messages()
    assert changed["id"] == answer["id"]
    assert changed["card"]["title"] != answer["card"]["title"]
    await site.post("/api/press", {"message": answer["id"], "token": tokens(changed)["Back"]})
    _, back = await site.messages()
    assert back["card"]["title"] == answer["card"]["title"]
    for token in ("rubbish", "nb9:x", "nb1:brief.open:deepseek:none"):
        await site.post("/api/press", {"message": answer["id"], "token": token})
    *_, last = await site.messages()
    assert last["private"]


async def test_a_private_answer_is_nobody_elses(site: Site) -> None:
    await site.post("/api/say", {"text": "/deepseek cost private"})
    assert len(await site.messages("ada")) == 2
    assert await site.messages("ben") == []
    ids = [message["id"] for message in await site.messages("ada")]
    assert (await site.post("/api/delete", {"person": "ben", "message": ids[1]}))[0] == 403
    assert (await site.post("/api/delete", {"person": "ada", "message": ids[1]}))[0] == 200
    assert len(await site.messages("ada")) == 1


async def test_the_stream_brings_what_was_missed_and_what_another_process_posts(site: Site, database: Database) -> None:
    await site.post("/api/say", {"text": "/deepseek cost"})
    other = WebChat(site.dispatcher, database, lambda: NOW)
    async with site.session.get(site.url + "/api/stream?person=ben&channel=general&after=0") as stream:
        assert stream.content_type == "text/event-stream"
        seen = [await _event(stream), await _event(stream)]
        assert [("text" in each, "card" in each) for each in seen] == [(True, False), (False, True)]
        posted = await other.post(place("general"), Reply(Card("Digest", (text("News."),))), "delivery-1")
        assert (await _event(stream))["card"]["title"] == "Digest"
        assert await other.post(place("general"), Reply(Card("Digest", (text("News."),))), "delivery-1") == posted
        await other.edit(posted, Reply(Card("Digest, corrected", ())))
        assert (await _event(stream))["card"]["title"] == "Digest, corrected"
        await other.delete(posted)
        assert (await _event(stream))["deleted"]


async def _event(stream: aiohttp.ClientResponse) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                return json.loads(line[6:])


async def test_the_preview_shows_what_a_platforms_renderer_makes(site: Site) -> None:
    await site.post("/api/say", {"text": "/deepseek cost"})
    _, start = await site.get("/api/start")
    assert start["previews"] == ["plain"]
    answer = (await site.messages())[1]
    status, payload = await site.get(f"/api/preview/plain/{answer['id']}")
    assert status == 200
    assert "$5.576 million" in payload["text"]
    assert (await site.get(f"/api/preview/none/{answer['id']}"))[0] == 404


async def test_the_web_chat_is_a_platform(site: Site) -> None:
    platform: Platform = site.chat
    assert (await platform.capabilities(place("general"))).post
    abilities = await platform.capabilities(place("nowhere"))
    assert not abilities.post
    assert "general" in abilities.fix


async def test_health_tells_what_is_wrong(site: Site) -> None:
    assert await site.get("/healthz") == (200, {"status": "ok", "database": "ok"})
    site.state["database"] = "gone"
    assert await site.get("/healthz") == (503, {"status": "failing", "database": "gone"})


async def test_a_very_long_card_becomes_several_messages(site: Site) -> None:
    card = Card("Long", tuple(text(f"{number} " + "word " * 3_000) for number in range(5)))
    assert len(json.dumps(card_to_json(card))) > 60_000
    await site.chat.post(place("general"), Reply(card), "long")
    assert [m["card"]["title"] for m in await site.messages()] == ["Long", *["Long (continued)"] * 2]


@pytest.mark.parametrize(
    ("host", "public_url"),
    [("0.0.0.0", None), ("192.168.1.5", None), ("example.org", None), ("127.0.0.1", "https://a.example")],
)
def test_the_web_chat_refuses_to_be_open_to_others(host: str, public_url: str | None) -> None:
    with pytest.raises(SettingsError, match="for this machine alone"):
        require_loopback(host, public_url)


def test_newsbot_with_the_web_chat_alone_does_not_start_where_others_could_reach_it() -> None:
    ran = newsbot("run", "--only", "web", DATABASE_URL="sqlite:///:memory:", HOST="0.0.0.0")
    assert ran.returncode == 2
    assert "for this machine alone" in ran.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machines_own_names_are_fine(host: str) -> None:
    require_loopback(host, None)


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = newsbot("run", "--only", "web", PORT=port, DATABASE_URL=f"sqlite:///{tmp_path / 'n.db'}")
    assert ran.returncode == 2
    assert f"cannot listen at 127.0.0.1:{port}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_people_of_the_web_are_of_the_web_only() -> None:
    assert {person.platform for person in PEOPLE.values()} == {"web"}
    assert [person.name for person in PEOPLE.values() if person.is_admin] == ["Ada"]


def test_the_web_is_imported_without_a_drawing_library() -> None:
    parts = "newsbot.http, newsbot.platforms.web.http, newsbot.charts.renderer"
    program = f"import sys, {parts}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
