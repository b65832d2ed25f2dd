"""`newsbot slack`: manage the Slack app."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from newsbot.cli.verbs import add_group
from newsbot.errors import RequestError
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot slack`."""
    slack = add_group(verbs, "slack", "manage the Slack app")
    manifest = slack.add_parser("manifest", help="print the app's manifest, to paste at api.slack.com/apps")
    manifest.add_argument("--check", metavar="FILE", help="say whether this copy is up to date")
    manifest.add_argument("--no-direct-messages", action="store_true", help="without the scope im:history")
    manifest.set_defaults(verb=show_manifest)


def show_manifest(settings: Settings, options: argparse.Namespace) -> int:
    """Print the manifest, or say whether a copy of it is up to date."""
    from newsbot.app.answering import build_answering
    from newsbot.platforms.slack.manifest import left_out_commands, manifest, manifest_json

    menu = build_answering(settings).dispatcher.context.menu
    public_url = settings.http.public_url if settings.secrets.slack_app_token is None else None
    with_direct = not options.no_direct_messages
    rotates = settings.secrets.slack_client_id is not None
    made = manifest_json(
        manifest(menu, public_url=public_url, with_direct_messages=with_direct, token_rotation=rotates)
    )
    print("".join(f"note: {sentence}\n" for sentence in left_out_commands(menu)), end="", file=sys.stderr)
    if options.check is None:
        print(made, end="")
        return 0
    return _compare_manifest(options.check, made)


def _compare_manifest(file: str, made: str) -> int:
    try:
        held = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{file} cannot be read as a manifest: {error}.") from None
    if held != json.loads(made):
        print(f"{file} is not the manifest of this menu: newsbot slack manifest > {file}")
        return 1
    print(f"{file} is up to date.")
    return 0
