"""`newsbot doctor slack`: whether tokens, scopes, the way to Slack and a channel are as newsbot needs them."""

from collections.abc import AsyncIterator

from aiohttp import ClientError, ClientTimeout

from newsbot.errors import NewsbotError
from newsbot.messages.requests import Place
from newsbot.platforms.diagnostics import Check, check_by_posting
from newsbot.platforms.slack.adapter import SlackPlatform
from newsbot.platforms.slack.client import SlackCalls
from newsbot.platforms.slack.config import SlackConfig
from newsbot.platforms.slack.manifest import OPTIONAL_SCOPES, SCOPES
from newsbot.platforms.slack.pictures import SCOPES as PICTURE_SCOPES

_SECONDS = 10.0


async def doctor(
    config: SlackConfig, calls: SlackCalls, platform: SlackPlatform, channel: str = "", *, posts: bool = False
) -> list[Check]:
    """Everything found, in the order in which to mend it.

    `posts` posts a test message in `channel` and takes it away.
    """
    checks = [check async for check in _token(config, calls)]
    checks += [check async for check in _transport(config, calls)]
    if channel and config.bot_token:
        team = await _team(config.bot_token, calls)
        checks += [check async for check in _channel(platform, Place("slack", team, channel), posts)]
    return checks


async def _token(config: SlackConfig, calls: SlackCalls) -> AsyncIterator[Check]:
    if not config.bot_token and config.client_id:
        has_key = bool(config.secret_key)
        fix = "" if has_key else " NEWSBOT_SECRET_KEY is not set, so no workspace can: set it to a long random text."
        yield Check(has_key, f"Workspaces install newsbot by OAuth.{fix}")
        return
    if not config.bot_token:
        yield Check(False, "SLACK_BOT_TOKEN is not set: copy it from OAuth & Permissions in the app's settings.")
        return
    try:
        identity, scopes = await calls.call_with_scopes(config.bot_token, "auth.test")
    except NewsbotError as error:
        yield Check(False, f"SLACK_BOT_TOKEN does not work: {error}")
        return
    yield Check(True, f"SLACK_BOT_TOKEN works: @{identity.get('user')} in {identity.get('team')}.")
    if not scopes:
        yield Check(True, "Slack does not tell which scopes were granted.")
        return
    for scope, reason in SCOPES.items():
        if scope not in scopes:
            yield Check(False, f"The scope {scope} is missing ({reason}): add it and install the app again.")
    for scope, reason in OPTIONAL_SCOPES.items():
        if scope not in scopes:
            yield Check(True, f"The optional scope {scope} was not granted ({reason}).")
    if not config.public_url and not scopes >= PICTURE_SCOPES:
        yield Check(True, "Charts are shown as tables: grant files:write and files:read, or set PUBLIC_URL.")


async def _transport(config: SlackConfig, calls: SlackCalls) -> AsyncIterator[Check]:
    if config.app_token:
        try:
            await calls.call(config.app_token, "apps.connections.open")
        except NewsbotError as error:
            yield Check(False, f"SLACK_APP_TOKEN does not open Socket Mode: {error}")
            return
        yield Check(True, "SLACK_APP_TOKEN opens Socket Mode.")
        return
    if not config.signing_secret:
        sentence = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
        yield Check(False, f"Slack has no way to reach newsbot. {sentence}")
        return
    yield Check(True, "SLACK_SIGNING_SECRET is set.")
    if not config.public_url:
        yield Check(True, "PUBLIC_URL is not set: Slack must reach /slack/events at the address in the app's settings.")
        return
    yield await _check_reachable(config.public_url, calls)


async def _check_reachable(public_url: str, calls: SlackCalls) -> Check:
    """An unsigned request must be refused: then it is newsbot that answers there."""
    url = f"{public_url}/slack/events"
    try:
        async with calls.session.post(url, data=b"{}", timeout=ClientTimeout(total=_SECONDS)) as response:
            status = response.status
    except (ClientError, TimeoutError, OSError) as error:
        return Check(False, f"{url} cannot be reached from here: {error or 'no answer'}.")
    if status == 401:
        return Check(True, f"{url} is reached, and refuses what Slack did not sign.")
    return Check(False, f"{url} answers {status}; newsbot would refuse an unsigned request with 401.")


async def _team(token: str, calls: SlackCalls) -> str:
    try:
        return str((await calls.call(token, "auth.test")).get("team_id") or "")
    except NewsbotError:
        return ""


async def _channel(platform: SlackPlatform, place: Place, posts: bool) -> AsyncIterator[Check]:
    try:
        abilities = await platform.capabilities(place)
        if not abilities.post:
            yield Check(False, f"newsbot cannot post in {place.channel}: {abilities.fix}")
            return
    except NewsbotError as error:
        fix = getattr(error, "fix", "")
        yield Check(False, f"newsbot cannot post in {place.channel}: {error} {fix}".rstrip())
        return
    if posts:
        yield await check_by_posting(platform, place, place.channel)
    else:
        yield Check(True, f"newsbot can post in {place.channel}.")
