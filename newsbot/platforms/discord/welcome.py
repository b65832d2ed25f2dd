"""The first words in a server that newsbot was added to: where they go, and the key by which they are said once."""

import discord

from newsbot.messages.requests import Place


def welcome_place(guild: discord.Guild) -> Place | None:
    """The channel for the first words: the server's own for news of this kind, else the first that newsbot may use."""
    me = guild.me
    candidates = [*([guild.system_channel] if guild.system_channel else []), *guild.text_channels]
    for channel in candidates:
        allowed = channel.permissions_for(me) if me is not None else discord.Permissions.none()
        if allowed.view_channel and allowed.send_messages:
            return Place("discord", str(guild.id), str(channel.id))
    return None


def welcome_key(guild: discord.Guild) -> str:
    """The key of one arrival in one server: the same after a restart, another when newsbot comes back later."""
    joined = guild.me.joined_at if guild.me is not None else None
    return f"discord-welcome:{guild.id}:{int(joined.timestamp()) if joined else 0}"
