"""`newsbot say`: one answer."""

import argparse
import asyncio
import gc
import json
from dataclasses import replace
from datetime import date
from typing import Any

from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot say`."""
    say = verbs.add_parser("say", help="answer one line and exit: newsbot say '/deepseek cost'")
    say.add_argument("text", nargs="+", help="what to say; several words are one line")
    form = say.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the card as one JSON object")
    form.add_argument("--full", action="store_true", help="print everything, what buttons open included")
    form.add_argument(
        "--as", dest="platform", choices=("discord", "slack"), help="print the exact message of a platform as JSON"
    )
    say.add_argument("--at", type=date.fromisoformat, metavar="DAY", help="answer as if it were that day: 2026-11-02")
    say.set_defaults(verb=say_line)


def say_line(settings: Settings, options: argparse.Namespace) -> int:
    """Print the answer to a line."""
    gc.disable()  # the process ends in half a second, a tenth of which looking for garbage would take
    try:
        asyncio.run(_print_answer(settings, options))
    finally:
        gc.freeze()  # the interpreter looks for garbage once more as it ends, which the system frees anyway
        gc.enable()
    return 0


async def _print_answer(settings: Settings, options: argparse.Namespace) -> None:
    from newsbot.app.answering import build_answering
    from newsbot.app.platforms import previews
    from newsbot.messages.codec import card_to_json
    from newsbot.platforms.terminal.adapter import Screen
    from newsbot.platforms.terminal.inbound import HERE, local_person

    reply = await build_answering(settings, options.at).dispatcher.say(" ".join(options.text), local_person(), HERE)
    if options.platform:
        for payload in previews(settings.http.public_url)[options.platform](reply.card):
            print(json.dumps(payload, ensure_ascii=False))
    elif options.json:
        print(json.dumps(card_to_json(reply.card), ensure_ascii=False))
    else:
        if options.full and reply.full is not None:
            reply = replace(reply, card=reply.full)
        await Screen().post(HERE, reply, "say")
