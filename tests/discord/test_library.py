"""What newsbot borrows of discord.py beyond its documentation is still there, each name with what it is needed for."""

import importlib
import inspect
import json
from functools import reduce

import discord
import pytest

from newsbot.platforms.discord import _library

BORROWED = {
    "discord.http:Route.BASE": "the address of the API, for `api_url` in the settings",
    "discord.http:Route.url": "the address of one request",
    "discord.http:Route.method": "the method of one request",
    "discord.http:HTTPClient.request": "requests with the bot's token",
    "discord.http:HTTPClient.get_bot_gateway": "how many shards Discord advises",
    "discord.gateway:DiscordWebSocket.DEFAULT_GATEWAY": "the address of the gateway, for `gateway_url` in the settings",
    "discord.webhook.async_:AsyncWebhookAdapter.request": "follow-ups and edits of answers",
    "discord.utils:_to_json": "bodies written as discord.py writes them",
    "discord:Client.dispatch": "telling how the connection stands, before an event is handed on",
    "discord:VoiceClient.warn_nacl": "no warning about voice, which newsbot has not",
    "discord:VoiceClient.warn_dave": "no warning about voice, which newsbot has not",
}


@pytest.mark.parametrize("name", BORROWED)
def test_each_borrowed_name_is_there(name: str) -> None:
    module, _, path = name.partition(":")
    try:
        found = reduce(getattr, path.split("."), importlib.import_module(module))
    except (ImportError, AttributeError):
        owner = vars(importlib.import_module(module)).get(path.split(".")[0])
        if _is_made_in_init(owner, path.rpartition(".")[2]):
            return
        pytest.fail(f"discord.py {discord.__version__} has no {name} any more; newsbot needs it for {BORROWED[name]}")
    assert found is not None


def _is_made_in_init(owner: object, attribute: str) -> bool:
    """Whether objects of a class get the attribute when they are made."""
    return isinstance(owner, type) and f"self.{attribute}" in inspect.getsource(owner)


@pytest.fixture
def client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


def test_a_clients_parsers_can_be_exchanged(client: discord.Client) -> None:
    parsers = _library.event_parsers(client)
    assert {"READY", "INTERACTION_CREATE", "MESSAGE_CREATE"} <= set(parsers), "client._connection.parsers has changed"
    assert parsers is _library.event_parsers(client), "a change would not hold for the next event"


def test_a_clients_requests_are_found(client: discord.Client) -> None:
    assert isinstance(_library.http_of(client), _library.HTTPClient), "client.http is something else now"


def test_a_message_knows_the_bots_user() -> None:
    slots = {name for kind in discord.Message.__mro__ for name in getattr(kind, "__slots__", ())}
    assert "_state" in slots, "message._state, which knows the bot's user, is gone"


def test_bodies_are_written_and_adapters_made_as_before() -> None:
    assert json.loads(_library.to_json({"a": "ä"})) == {"a": "ä"}
    assert isinstance(_library.webhook_adapter(), _library.AsyncWebhookAdapter)


@pytest.mark.parametrize(
    ("status", "kind"), [(403, discord.Forbidden), (404, discord.NotFound), (400, discord.HTTPException)]
)
def test_a_refusal_becomes_the_librarys_error(status: int, kind: type[discord.HTTPException]) -> None:
    class Response:
        reason = "No"
        _body = b'{"code": 50013}'

    response = Response()
    response.status = status  # type: ignore[attr-defined]
    error = _library.http_error(response, b'{"code": 50013, "message": "Missing"}')  # type: ignore[arg-type]
    assert type(error) is kind
    assert (error.code, error.text) == (50_013, "Missing")
    assert _library.error_body(error) == b'{"code": 50013}'


def test_a_body_that_was_not_read_is_an_empty_one() -> None:
    class Response:
        status, reason = 500, "No"

    assert _library.error_body(_library.http_error(Response(), b"no JSON")) == b""  # type: ignore[arg-type]
