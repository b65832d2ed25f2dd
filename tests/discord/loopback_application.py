"""The loopback Discord's application: what the portal shows of it, its gateway, its registered commands."""

from typing import Any

from tests.discord.loopback_forms import check_commands
from tests.discord.loopback_gateway import Gateway
from tests.discord.loopback_objects import Payload
from tests.discord.loopback_wire import Request, Route, refusal
from tests.discord.loopback_world import World


class Application:
    """The application: what the portal shows of it, its gateway address and its registered commands."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self.gateway_url = ""
        self.shards = 1
        self.session_starts = 1000
        self.profile: Payload = {}  # a test's own fields of the application object
        self.commands: dict[int | None, list[Payload]] = {}  # by guild id, None for global ones

    def routes(self) -> list[Route]:
        """The documented endpoints."""
        own, of_guild = (
            "/applications/{application_id}/commands",
            "/applications/{application_id}/guilds/{guild_id}/commands",
        )
        return [
            Route("GET", "/users/@me", self._me),
            Route("GET", "/gateway", self._address, is_open=True),
            Route("GET", "/gateway/bot", self._gateway_bot),
            Route("GET", "/applications/@me", self._about),
            Route("GET", "/oauth2/applications/@me", self._about),
            Route("GET", own, self._list),
            Route("PUT", own, self._overwrite),
            Route("GET", of_guild, self._list),
            Route("PUT", of_guild, self._overwrite),
        ]

    def find(self, guild_id: int | None, name: str) -> Payload | None:
        """The chat command a person sees under a name: the guild's own before the global one."""
        for command in (*self.commands.get(guild_id, ()), *self.commands.get(None, ())):
            if command["name"] == name and command["type"] == 1:
                return dict(command)
        return None

    async def _me(self, _: Request) -> tuple[int, Any]:
        return 200, self._world.bot.payload() | {
            "verified": True,
            "email": None,
            "mfa_enabled": True,
            "locale": "en-US",
        }

    async def _address(self, _: Request) -> tuple[int, Any]:
        return 200, {"url": self.gateway_url}

    async def _gateway_bot(self, _: Request) -> tuple[int, Any]:
        left = max(0, self.session_starts - len(self._gateway.identifies))
        starts = {"total": self.session_starts, "remaining": left, "reset_after": 86_400_000}
        starts["max_concurrency"] = self._gateway.max_concurrency
        return 200, {"url": self.gateway_url, "shards": self.shards, "session_start_limit": starts}

    async def _about(self, _: Request) -> tuple[int, Any]:
        about: Payload = {
            "id": str(self._world.application_id),
            "name": self._world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "bot": self._world.bot.payload(),
            "owner": self._world.owner.payload(),
            "verify_key": "0" * 64,
            "team": None,
            "flags": 0,
            "interactions_endpoint_url": None,
            "approximate_guild_count": sum(guild.has_bot for guild in self._world.guilds.values()),
            "integration_types_config": {"0": {}, "1": {}},
        }
        return 200, about | self.profile

    def _scope(self, request: Request) -> int | None:
        if request.id("application_id") != self._world.application_id:
            raise refusal(50001)
        guild_id = int(request.params["guild_id"]) if "guild_id" in request.params else None
        if guild_id is not None and guild_id not in self._world.guilds:
            raise refusal(50001)
        return guild_id

    async def _list(self, request: Request) -> tuple[int, Any]:
        return 200, self.commands.get(self._scope(request), [])

    async def _overwrite(self, request: Request) -> tuple[int, Any]:
        scope = self._scope(request)
        check_commands(request.json)
        known = {(old["type"], old["name"]): old["id"] for old in self.commands.get(scope, [])}
        made = [self._command(body, scope, known) for body in request.json]
        self.commands[scope] = made
        return 200, made

    def _command(self, body: Payload, guild_id: int | None, known: dict[tuple[int, str], str]) -> Payload:
        """The stored command; one of the same name keeps its id."""
        kind = body.get("type", 1)
        made: Payload = {
            "id": known.get((kind, body["name"])) or str(self._world.ids.next()),
            "application_id": str(self._world.application_id),
            "version": str(self._world.ids.next()),
            "default_member_permissions": None,
            "description": "",
            "nsfw": False,
            "integration_types": [0],
            **({"contexts": None} if guild_id is None else {"guild_id": str(guild_id)}),
        }
        return made | body | {"type": kind}
