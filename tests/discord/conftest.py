"""What Discord's tests share: a loopback server with a server of three channels and two people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import discord
import pytest

from tests.discord.loopback import LoopbackDiscord
from tests.discord.loopback_client import running
from tests.discord.loopback_objects import Channel, Guild, User
from tests.patience import PATIENCE


@dataclass
class Town:
    """A loopback Discord with somebody in it."""

    server: LoopbackDiscord
    guild: Guild
    news: Channel
    anna: User
    bert: User


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """discord.py points at this server as long as the test runs."""
    async with running() as server:
        server.gateway.heartbeat_interval = 20
        server.world.first_answer += PATIENCE  # a busy machine is no reason to fail
        anna, bert = server.world.add_user("anna"), server.world.add_user("bert")
        guild = server.world.add_guild("readers", permissions=NEEDED)
        for person in (anna, bert):
            server.world.add_member(guild, person)
        news = server.world.add_channel(guild, "ai-news")
        yield Town(server, guild, news, anna, bert)


NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    attach_files=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
).value
