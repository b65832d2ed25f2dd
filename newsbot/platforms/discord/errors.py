"""Why Discord did not take a message, as newsbot's errors: what to change, whether to try again, what is not known.

The codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes.
"""

import asyncio
import json

import aiohttp
import discord

from newsbot.errors import PostError, PostLater, PostRefused, PostUnclear, Scope
from newsbot.platforms.discord._library import error_body

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10_003, 10_008
MISSING_ACCESS, MISSING_PERMISSIONS = 50_001, 50_013
THREAD_EXISTS = 160_004
NOT_TEXT = 50_008
# Too much at once: slow mode, writes in a channel or a server, direct messages that are opened, a part of Discord.
_SLOW_DOWN = frozenset({20_016, 20_022, 20_028, 20_029, 30_046, 40_003, 40_062})
# Away for a while, whatever is sent: messages or a feature switched off at Discord, or what guards its servers.
_AWAY = frozenset({40_004, 40_006, 40_333})
_AWAY_SECONDS = 15.0
PERMISSION_CODES = frozenset({MISSING_ACCESS, MISSING_PERMISSIONS})
_NO_THREADS_HERE, _MANY_THREADS, _MANY_NEWS_THREADS = 50_024, 160_006, 160_007
# Where newsbot goes on without a thread: it may not make one, or the channel takes no more of them.
NO_THREAD = PERMISSION_CODES | {_NO_THREADS_HERE, _MANY_THREADS, _MANY_NEWS_THREADS}
BROKEN = (aiohttp.ClientError, OSError, asyncio.TimeoutError, discord.RateLimited)

# What each refusal means for people, and the one thing that mends it; `{channel}` is the channel's name.
_REFUSALS: dict[int, tuple[str, str]] = {
    UNKNOWN_CHANNEL: ("The channel {channel} is gone.", "Choose another channel."),
    10_004: ("newsbot is not in that server any more.", "Add newsbot to the server again."),
    40_067: ("The forum {channel} wants a tag on each post.", "Do not require tags in {channel}."),
    MISSING_ACCESS: ("newsbot cannot see {channel}.", "Allow View Channel in {channel}."),
    50_007: ("Discord does not let newsbot write to that person.", "Allow direct messages from this server."),
    NOT_TEXT: ("{channel} is not a channel for messages.", "Choose a text channel."),
    MISSING_PERMISSIONS: ("newsbot may not post in {channel}.", "Allow Send Messages in {channel}."),
    50_083: ("The thread {channel} is archived.", "Open the thread {channel} again."),
    160_005: ("The thread {channel} is locked.", "Unlock the thread {channel}."),
    _MANY_THREADS: ("{channel} has as many threads as Discord allows.", "Close old threads in {channel}."),
    _MANY_NEWS_THREADS: ("{channel} has as many threads as Discord allows.", "Close old threads in {channel}."),
    50_278: (
        "Discord does not let newsbot write to that person, who shares no server with it.",
        "Join a server that has newsbot.",
    ),
    200_000: (
        "AutoMod of that server blocked the message.",
        "Exempt newsbot's role, or {channel}, from the AutoMod rule.",
    ),
    200_001: (
        "AutoMod of that server blocked the title.",
        "Exempt newsbot's role, or {channel}, from the AutoMod rule.",
    ),
}

# What is refused newsbot everywhere, and what whoever runs it can do.
_OF_THE_APP: dict[int, tuple[str, str]] = {
    20_026: ("Discord's anti-spam system has flagged newsbot.", "Ask Discord's support to lift that."),
    40_001: ("Discord does not let newsbot do this.", "Put a fresh bot token into DISCORD_TOKEN."),
    40_002: ("Discord wants the account behind newsbot to be verified.", "Verify it at discord.com/developers."),
}


def as_post_error(error: Exception, channel: str) -> PostError:
    """Our error for a post that did not go through; `channel` is how people call the place."""
    match error:
        case discord.RateLimited(retry_after=seconds):
            return PostLater("Discord wants newsbot to slow down.", seconds)
        case discord.HTTPException() if error.status == 429 or error.code in _SLOW_DOWN:
            return PostLater("Discord wants newsbot to slow down.", retry_after(error))
        case discord.HTTPException() if error.status >= 500:
            return PostUnclear(
                f"Discord answered with error {error.status}: the message may or may not have been posted."
            )
        case discord.HTTPException() if error.status == 401:
            return token_refused()
        case discord.HTTPException() if error.code in _REFUSALS:
            sentence, fix = _REFUSALS[error.code]
            return PostRefused(sentence.format(channel=channel), fix.format(channel=channel))
        case discord.HTTPException() if error.code in _OF_THE_APP:
            return PostRefused(*_OF_THE_APP[error.code], scope="app")
        case discord.HTTPException() if error.code in _AWAY or (error.status == 403 and not error.code):
            # A 403 without a code is by what guards Discord's servers.
            return PostLater("Discord is refusing newsbot's requests for a while.", retry_after(error) or _AWAY_SECONDS)
        case discord.HTTPException():
            # Only a code that is known to be of a place may pause what goes there.
            scope: Scope = "unknown" if error.status in {403, 404} else "message"
            return PostRefused(f"Discord does not take it ({error.code}: {_first_line(error)}).", scope=scope)
        case aiohttp.ClientConnectorError():
            return PostLater("Discord cannot be reached.")
    return PostUnclear("The connection to Discord broke: the message may or may not have been posted.")


def token_refused() -> PostRefused:
    """Discord does not know the bot's token any more."""
    return PostRefused("Discord refuses the bot's token.", "Put a fresh bot token into DISCORD_TOKEN.", "app")


def retry_after(error: discord.HTTPException) -> float | None:
    """Seconds to wait, from the header or, where a server leaves it out, from the body."""
    try:
        value = error.response.headers.get("Retry-After") or json.loads(error_body(error) or b"{}").get("retry_after")
        return float(value) if value is not None else None
    except (AttributeError, TypeError, ValueError):
        return None


def _first_line(error: discord.HTTPException) -> str:
    return (error.text or "no reason given").splitlines()[0][:200].rstrip(".")
