"""`newsbot doctor`: what a platform needs, and what to change."""

import argparse
import asyncio
from typing import Any

from newsbot.cli.verbs import add_group
from newsbot.settings import Settings


def add_verb(verbs: Any) -> None:
    """Add `newsbot doctor`."""
    platforms = add_group(verbs, "doctor", "check a platform's setup and say what to change", of="PLATFORM")
    discord = platforms.add_parser("discord", help="token, application, commands, a channel")
    discord.add_argument("--channel", metavar="ID", help="check this channel too")
    discord.add_argument("--post", action="store_true", help="post a test message there and delete it")
    discord.set_defaults(verb=examine_discord)
    slack = platforms.add_parser("slack", help="tokens, scopes, the way to Slack, a channel")
    slack.add_argument("--channel", metavar="ID", default="", help="check this channel too")
    slack.add_argument("--post", action="store_true", help="post a test message there and delete it")
    slack.set_defaults(verb=examine_slack)


def examine_discord(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is well in Discord and what is not, each as it is found; 0 where all is."""
    return 0 if asyncio.run(_examine_discord(settings, options.channel, posts=options.post)) else 1


async def _examine_discord(settings: Settings, channel: str | None, *, posts: bool) -> bool:
    from newsbot.app.container import open_container
    from newsbot.platforms.discord.doctor import examine

    is_well = True
    async with open_container(settings) as container:
        service, menu = container.discord, container.dispatcher.context.menu
        async for finding in examine(service.login, service.platform, service.sync, menu, channel, posts=posts):
            _print_finding(finding.sentence, is_well=finding.is_well)
            is_well = is_well and finding.is_well
    return is_well


def examine_slack(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is well in Slack and what is not; 0 where all is."""
    return 0 if asyncio.run(_examine_slack(settings, options.channel, posts=options.post)) else 1


async def _examine_slack(settings: Settings, channel: str, *, posts: bool) -> bool:
    from newsbot.app.container import open_container

    async with open_container(settings) as container:
        findings = await container.examine_slack(channel, posts=posts)
    for finding in findings:
        _print_finding(finding.sentence, is_well=finding.is_well)
    return all(finding.is_well for finding in findings)


def _print_finding(sentence: str, *, is_well: bool) -> None:
    print(f"{'ok ' if is_well else 'BAD'} {sentence}", flush=True)
