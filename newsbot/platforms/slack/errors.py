"""What Slack's errors mean: for each by name, whether a message was stored, a sentence, and the one thing to change.

Names: the error lists of https://docs.slack.dev/reference/methods/chat.postMessage and of the other methods we call.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientConnectorError
from slack_sdk.errors import SlackApiError

from newsbot.errors import PostError, PostLater, PostRefused, PostUnclear, Scope

# A token with one of these is of no use any more: newsbot was removed, or an administrator took the token back.
GONE = frozenset({"account_inactive", "invalid_auth", "token_revoked"})
EXPIRED = "token_expired"
DEAD = GONE | {EXPIRED, "not_authed"}
# The token, the app or the whole workspace is refused, whatever is asked for.
_OF_THE_TOKEN = DEAD | {
    *("accesslimited", "ekm_access_denied", "enterprise_is_restricted", "missing_scope"),
    *("not_allowed_token_type", "org_login_required", "team_access_not_granted", "team_added_to_org"),
    "two_factor_setup_required",
}
_PASSING = {
    "org_login_required": "The workspace moves to an organization, and Slack lets nobody in meanwhile",
    "team_added_to_org": "The workspace moves to an organization, and Slack lets nobody in meanwhile",
    "ekm_access_denied": "Administrators have suspended all posting in this workspace",
    "accesslimited": "Slack allows newsbot from certain networks only, and this isn't one of them",
}

_INVITE = frozenset({"not_in_channel", "channel_not_found", "no_permission"})
_RESTRICTED = "restricted_action"
_ARCHIVED = "is_archived"
# A direct message that cannot be: https://docs.slack.dev/reference/methods/conversations.open
_OF_A_PERSON = frozenset({"cannot_dm_bot", "messages_tab_disabled", "user_disabled", "user_not_found"})
# Slack says of these that some of what was asked may have been done, or says nothing.
_UNCLEAR = frozenset({"", "fatal_error", "internal_error", "service_unavailable"})
_LATER = frozenset({"ratelimited", "rate_limited", "request_timeout", "message_limit_exceeded"})
_FORM = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_too_long", "msg_blocks_too_long", "no_text"}
)
# The message cannot be changed or taken away; the channel is well.
_OF_ONE = frozenset({"cant_delete_message", "cant_update_message", "edit_window_closed", "message_not_found"})
_SENTENCES = {
    "cant_delete_message": "newsbot can delete only its own messages.",
    "cant_update_message": "newsbot can change only its own messages.",
    "edit_window_closed": "A workspace setting keeps everyone from editing messages that old.",
    "expired_trigger_id": "Slack gives a form three seconds to open, and they had passed.",
    "message_not_found": "That message is no longer there.",
}
# What is stored as the fix of a digest that waits for its workspace: whoever installs newsbot there lets it go on.
FRESH_LINK = "Install newsbot in this workspace again."


class SlackRefused(PostRefused):
    """Slack refused; `error` is its name for the reason."""

    def __init__(self, error: str, sentence: str, fix: str = "") -> None:
        super().__init__(sentence, fix, _scope(error))
        self.error = error

    @property
    def is_form(self) -> bool:
        """Whether it is the blocks that Slack does not take, and plainer ones may pass."""
        return self.error in _FORM


def api_error(error: SlackApiError, bot: str = "newsbot") -> PostError:
    """What an answer of the Web API without `ok` means; `bot` is the name by which people invite newsbot."""
    response: Any = error.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    body: Mapping[str, Any] = data if isinstance(data, dict) else {}
    name = str(body.get("error") or "")
    if status == 429 or name in _LATER:
        return PostLater("Slack wants us to slow down.", retry_after(getattr(response, "headers", None)))
    if status >= 500 or name in _UNCLEAR:
        return PostUnclear(f"Slack broke while it worked on this ({name or status}).")
    return refusal(name, body, bot)


def connection_error(error: Exception) -> PostError:
    """What a broken connection means: one that never stood took nothing with it."""
    if isinstance(error, ClientConnectorError):
        return PostLater("Slack can't be reached right now.")
    return PostUnclear("The connection to Slack broke before it answered.")


def retry_after(headers: Mapping[str, str] | None) -> float | None:
    """The seconds of a Retry-After header, None where there is no such number."""
    found = next((value for name, value in (headers or {}).items() if name.lower() == "retry-after"), "")
    return float(found) if found.isdecimal() else None


def refusal(name: str, body: Mapping[str, Any], bot: str = "newsbot") -> SlackRefused:
    """The refusal of that name, with the exact fix where a person can make it."""
    if name in _INVITE:
        fix = f"Write “/invite @{bot}” in that channel."
        return SlackRefused(name, "newsbot is not in that channel.", fix)
    if name == _ARCHIVED:
        return SlackRefused(name, "That channel is archived.", "Unarchive it, or pick another channel.")
    if name.startswith(_RESTRICTED):
        fix = "Ask an administrator of the workspace to let newsbot post there, or pick another channel."
        return SlackRefused(name, "A setting of the workspace keeps apps from posting there.", fix)
    if name == "missing_scope":
        scope = str(body.get("needed") or "a scope")
        fix = f"Add {scope} under OAuth & Permissions in the app's settings, then install the app again."
        return SlackRefused(name, f"newsbot was not granted {scope}.", fix)
    if name in DEAD:
        return SlackRefused(name, f"newsbot may not act in this workspace any more ({name}).", FRESH_LINK)
    if name in _PASSING:
        return SlackRefused(name, f"{_PASSING[name]} ({name}).")
    if name in _FORM:
        return SlackRefused(name, f"Slack does not take this message as it is ({name}).")
    return SlackRefused(name, _SENTENCES.get(name, f"Slack refused this ({name})."))


def _scope(error: str) -> Scope:
    """What is refused. Only a name that is known to be of a place may pause what goes there."""
    if error in _OF_THE_TOKEN:
        return "app"
    if error in _FORM | _OF_ONE:
        return "message"
    is_of_place = error in _INVITE | {_ARCHIVED} | _OF_A_PERSON or error.startswith(_RESTRICTED)
    return "place" if is_of_place else "unknown"
