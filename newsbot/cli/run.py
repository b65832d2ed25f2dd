"""`newsbot run`: the bot itself."""

import argparse
import asyncio
import os
import sys
from contextlib import ExitStack, redirect_stdout
from typing import Any

from newsbot.settings import Settings

TYPE_HERE = "Or type here: /deepseek cost, a question, or exit."
CONNECT = "For Discord set DISCORD_TOKEN, for Slack SLACK_BOT_TOKEN and SLACK_APP_TOKEN: docs/admins.md has each step."
PARTS = ("discord", "news", "slack", "terminal", "web", "worker")


def add_verb(verbs: Any) -> None:
    """Add `newsbot run`."""
    run = verbs.add_parser("run", help="run the bot; without tokens it answers in this terminal")
    run.add_argument("--only", choices=PARTS, help="run only this part; by default, every part that has its tokens")
    run.add_argument("--news", action="store_true", help="also read the sources of news (news.on in the settings)")
    run.set_defaults(verb=run_bot, needs_output=False)


def run_bot(settings: Settings, options: argparse.Namespace) -> int:
    """Run until somebody stops it. A closed output is no reason not to serve."""
    from newsbot.app.runner import run
    from newsbot.platforms.terminal.adapter import Screen

    with ExitStack() as stack:
        if sys.stdout is None:
            stack.enter_context(redirect_stdout(stack.enter_context(open(os.devnull, "w", encoding="utf-8"))))
        parts = frozenset({options.only}) if options.only else runnable_parts(settings)
        if options.news:
            parts |= {"news"}
        asyncio.run(run(settings, Screen(), parts, greeting(settings, parts)))
    return 0


def greeting(settings: Settings, parts: frozenset[str]) -> tuple[str, ...]:
    """What to say below the web chat's address, where newsbot answers on this machine alone."""
    if settings.has_tokens or parts & {"discord", "slack", "worker"} or parts == {"news"}:
        return ()
    here = TYPE_HERE if "web" in parts else TYPE_HERE.removeprefix("Or ").capitalize()
    return (*([here] if "terminal" in parts else []), CONNECT)


def runnable_parts(settings: Settings) -> frozenset[str]:
    """Everything that can run. A service on a platform has nobody to talk to at its input; nor has a closed input."""
    platforms = {name for name, has in (("discord", settings.has_discord), ("slack", settings.has_slack)) if has}
    with_terminal = sys.stdin is not None and (not platforms or sys.stdin.isatty())
    return frozenset(
        {"web", *platforms, *(["terminal"] if with_terminal else []), *(["news"] if settings.news.on else [])}
    )
