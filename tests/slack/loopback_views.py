"""The loopback Slack's views, files and installs: views.*, files.* and oauth.v2.access of the Web API."""

from collections.abc import Mapping
from typing import Any

from tests.slack.loopback_blocks import VIEW_BLOCKS, faults_in
from tests.slack.loopback_chat import destination, usable, writable
from tests.slack.loopback_methods import Caller, Handler
from tests.slack.loopback_records import File, Grant, Json, Refused, View
from tests.slack.loopback_world import World

TOKEN_SECONDS = 12 * 3600
VIEW_BYTES = 250_000


def check_view(world: World, team: str, view: Any) -> Json:
    """The view, after Slack's rules for modals and Home tabs."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        raise _invalid("must provide an object with a type of modal or home [json-pointer:/view]")
    if not world.strict:
        return view
    found = faults_in(view.get("blocks"), VIEW_BLOCKS, lambda file: usable(world, team, file))
    if view["type"] == "modal":
        found += _modal_faults(view)
    if len(view.get("private_metadata") or "") > 3000:
        found.append("must be less than 3001 characters [json-pointer:/view/private_metadata]")
    if found:
        raise _invalid(*found)
    if len(str(view)) > VIEW_BYTES:
        raise Refused("view_too_large")
    return view


def _modal_faults(view: Json) -> list[str]:
    found = []
    for name in ("title", "submit", "close"):
        part = view.get(name)
        if part is not None and not (part.get("type") == "plain_text" and 0 < len(part.get("text", "")) <= 24):
            found.append(f"must be less than 25 characters [json-pointer:/view/{name}/text]")
    if "title" not in view:
        found.append("missing required field: title [json-pointer:/view]")
    if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks") or ()):
        found.append("missing required field: submit [json-pointer:/view]")
    return found


def _invalid(*found: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}" for fault in found]})


def views_open(caller: Caller) -> Json:
    world = caller.world
    trigger = world.triggers.get(str(caller.args.get("trigger_id") or ""))
    if trigger is None or trigger.team != caller.space.id:
        raise Refused("invalid_trigger_id")
    if world.clock() >= trigger.expires_at:
        raise Refused("expired_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    body = check_view(world, caller.space.id, caller.required("view"))
    trigger.used = True
    view = View(world.new_id("V"), caller.space.id, trigger.user, body, world.new_ts())
    world.views[view.id] = view
    return {"view": view_payload(world, view)}


def views_update(caller: Caller) -> Json:
    args, world = caller.args, caller.world
    wanted, outside = args.get("view_id"), args.get("external_id")
    matches = (v for v in world.views.values() if v.id == wanted or (outside and v.body.get("external_id") == outside))
    view = next(matches, None)
    if view is None or view.team != caller.space.id or not view.open:
        raise Refused("not_found")
    if args.get("hash") not in (None, view.hash):
        raise Refused("hash_conflict")
    view.body, view.hash = check_view(world, caller.space.id, caller.required("view")), world.new_ts()
    return {"view": view_payload(world, view)}


def views_publish(caller: Caller) -> Json:
    world, user = caller.world, str(caller.required("user_id"))
    if user not in caller.space.users:
        raise _invalid("invalid user_id [json-pointer:/user_id]")
    old = world.homes.get((caller.space.id, user))
    if old is not None and caller.args.get("hash") not in (None, old.hash):
        raise Refused("hash_conflict")
    body = check_view(world, caller.space.id, caller.required("view"))
    view = View(old.id if old else world.new_id("V"), caller.space.id, user, body, world.new_ts())
    world.homes[caller.space.id, user] = view
    return {"view": view_payload(world, view)}


def view_payload(world: World, view: View, values: Json | None = None) -> Json:
    """A view object as Slack sends it, with the `values` of its inputs."""
    space = world.workspaces[view.team]
    ids = {"id": view.id, "team_id": view.team, "hash": view.hash, "root_view_id": view.id, "previous_view_id": None}
    owner = {"app_id": world.app.id, "bot_id": space.bot_id, "app_installed_team_id": view.team}
    blank = {"private_metadata": "", "callback_id": "", "external_id": ""}
    return {**blank, **view.body, **ids, **owner, "state": {"values": values or {}}}


def files_get_upload_url(caller: Caller) -> Json:
    caller.need("files:write")
    world, args = caller.world, caller.args
    name, length = str(caller.required("filename")), int(caller.required("length"))
    file = File(world.new_id("F"), caller.space.id, name, length, alt_text=args.get("alt_txt") or "")
    world.files[file.id] = file
    return {"upload_url": f"{world.base_url}/upload/v1/{file.id}", "file_id": file.id}


def files_complete_upload(caller: Caller) -> Json:
    caller.need("files:write")
    finished = []
    for item in caller.required("files"):
        file = caller.world.files.get(item.get("id"))
        if file is None or file.team != caller.space.id or len(file.content) != file.length:
            raise Refused("file_not_found")
        file.complete, file.title = True, item.get("title") or file.name
        finished.append(file)
    bodies = [file_payload(caller.world, file) for file in finished]
    if caller.args.get("channel_id"):
        _share(caller, bodies)
    return {"files": bodies}


def _share(caller: Caller, files: list[Json]) -> None:
    caller.args["channel"] = caller.args["channel_id"]
    channel = destination(caller)
    writable(caller, channel)
    text = {"text": caller.args.get("initial_comment") or "", "thread_ts": caller.args.get("thread_ts")}
    caller.world.bot_message(channel, text, []).files = files


def files_info(caller: Caller) -> Json:
    caller.need("files:read")
    file = caller.world.files.get(str(caller.args.get("file") or ""))
    if file is None or file.team != caller.space.id:
        raise Refused("file_not_found")
    body = file_payload(caller.world, file)
    file.polls += 1
    return {"file": body, "comments": [], "response_metadata": {"next_cursor": ""}}


def file_payload(world: World, file: File) -> Json:
    """A file object; its mimetype and filetype stay empty until Slack has processed it."""
    ready = world.file_usable(file)
    kind = file.name.rsplit(".", 1)[-1].lower()
    body: Json = {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": f"image/{kind}" if ready else "",
        "filetype": kind if ready else "",
        "size": file.length,
        "user": world.workspaces[file.team].bot_user,
        "url_private": f"{world.base_url}/files/{file.id}",
        "permalink": f"{world.base_url}/files/{file.id}",
    }
    return body | ({"alt_txt": file.alt_text} if file.alt_text else {})


def oauth_access(world: World, args: Json, client: tuple[str, str]) -> Json:
    """oauth.v2.access: a code, or a refresh token, for a bot token. Both work once."""
    if client[0] != world.app.client_id:
        raise Refused("invalid_client_id")
    if client[1] != world.app.client_secret:
        raise Refused("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _refresh(world, str(args.get("refresh_token") or ""))
    if args.get("code") not in world.codes:
        raise Refused("invalid_code")
    team, user, scopes, redirect = world.codes.pop(args["code"])
    if redirect and args.get("redirect_uri") != redirect:
        raise Refused("bad_redirect_uri")
    space = world.workspaces[team]
    grant = world.grant(space, scopes, TOKEN_SECONDS if world.app.rotation else None)
    space.token = grant.token
    return _granted(world, grant) | {"authed_user": {"id": user}}


def _refresh(world: World, token: str) -> Json:
    old = next((g for g in world.grants.values() if token and g.refresh_token == token), None)
    if old is None or old.error:
        raise Refused("invalid_refresh_token")
    old.refresh_token = ""
    space = world.workspaces[old.team]
    grant = world.grant(space, old.scopes, TOKEN_SECONDS)
    space.token = grant.token
    return _granted(world, grant)


def _granted(world: World, grant: Grant) -> Json:
    space = world.workspaces[grant.team]
    body: Json = {
        "access_token": grant.token,
        "token_type": "bot",
        "scope": ",".join(sorted(grant.scopes)),
        "bot_user_id": space.bot_user,
        "app_id": world.app.id,
        "team": {"id": space.id, "name": space.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if grant.expires_at is not None:
        body |= {"refresh_token": grant.refresh_token, "expires_in": round(grant.expires_at - world.clock())}
    return body


METHODS: Mapping[str, Handler] = {
    "views.open": views_open,
    "views.update": views_update,
    "views.publish": views_publish,
    "files.getUploadURLExternal": files_get_upload_url,
    "files.completeUploadExternal": files_complete_upload,
    "files.info": files_info,
}
