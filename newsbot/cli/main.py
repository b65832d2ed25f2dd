"""The command line: one function a verb, each importing what it needs when it runs."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot import __version__
from newsbot.cli.digest import add_digest
from newsbot.cli.quiz import add_quiz
from newsbot.errors import NewsbotError, RequestError
from newsbot.settings import Settings, load_settings

if TYPE_CHECKING:
    from newsbot.content.library import Library

CONNECT = (
    "No tokens are set, so newsbot answers on this machine: type /deepseek cost, a question, or exit.",
    "Discord: make an app at discord.com/developers and put its bot token into DISCORD_TOKEN.",
    "Slack: make an app at api.slack.com/apps and put its tokens into SLACK_BOT_TOKEN and SLACK_APP_TOKEN.",
)
STATES = ("due", "leased", "sending", "sent", "unknown", "failed", "skipped")
PARTS = ("discord", "slack", "terminal", "web", "worker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. A mistake of ours to mend is one clear sentence, never a traceback."""
    from newsbot import logs

    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        logs.set_up(settings.log.level, settings.log.format)
        code: int = options.verb(settings, options)
    except NewsbotError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `newsbot say … | head`
        sys.stderr.close()
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="newsbot", description="Explains AI market events, with sources.")
    parser.add_argument("--version", action="version", version=f"newsbot {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    run = verbs.add_parser("run", help="run the bot; without tokens it answers in this terminal")
    run.add_argument("--only", choices=PARTS, help="only this part; every one that has its tokens without it")
    run.set_defaults(verb=_run)

    say = verbs.add_parser("say", help="answer one line and leave: newsbot say '/deepseek cost'")
    say.add_argument("text", nargs="+", help="what to say; several words are one line")
    form = say.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the card as one JSON object")
    form.add_argument(
        "--as", dest="platform", choices=("discord", "slack"), help="print the exact message of a platform as JSON"
    )
    say.set_defaults(verb=_say)

    figure = verbs.add_parser("figure", help="draw a figure: newsbot figure NAME --out F.png")
    figure.add_argument("name", help="the figure's name, or what it is called")
    figure.add_argument("--out", required=True, metavar="F.png", help="the file to write")
    figure.set_defaults(verb=_figure)

    check = verbs.add_parser("check", help="check the content: every mistake, with file and line")
    check.set_defaults(verb=_check)

    _add_platforms(verbs)
    add_digest(verbs)
    add_quiz(verbs)

    content = verbs.add_parser("content", help="work on topics").add_subparsers(metavar="VERB", required=True)
    new = content.add_parser("new", help="make the files of a new topic, to be filled in")
    new.add_argument("topic", help="its name: lower case, digits and hyphens")
    new.set_defaults(verb=_content_new)
    fresh = content.add_parser("freshness", help="how old the newest of each topic is; warns where it is too old")
    fresh.set_defaults(verb=_content_freshness)

    deliveries = verbs.add_parser("deliveries", help="what was posted by itself, what was not, and why")
    deliveries.add_argument(
        "--state", choices=STATES, action="append", help="only these; unknown and failed without it"
    )
    deliveries.add_argument("--limit", type=int, default=50, help="at most so many, the newest first")
    deliveries.set_defaults(verb=_deliveries)

    database = verbs.add_parser("db", help="work on the database").add_subparsers(metavar="VERB", required=True)
    upgrade = database.add_parser("upgrade", help="bring the tables up to date (run does it as well)")
    upgrade.set_defaults(verb=_db_upgrade)
    return parser


def _add_platforms(verbs: Any) -> None:
    discord = verbs.add_parser("discord", help="work on the Discord app").add_subparsers(metavar="VERB", required=True)
    commands = discord.add_parser("commands", help="print the slash commands; diff: beside Discord's; push: send them")
    commands.add_argument("deed", nargs="?", choices=("diff", "push"))
    commands.add_argument("--guild", metavar="ID", help="for one server, where they take effect at once")
    commands.set_defaults(verb=_discord_commands)
    invite = discord.add_parser("invite", help="print the address that adds newsbot to a server")
    invite.set_defaults(verb=_discord_invite)

    slack = verbs.add_parser("slack", help="work on the Slack app").add_subparsers(metavar="VERB", required=True)
    manifest = slack.add_parser("manifest", help="print the app's manifest, to paste at api.slack.com/apps")
    manifest.add_argument("--check", metavar="FILE", help="say whether this copy is up to date")
    manifest.add_argument("--no-direct-messages", action="store_true", help="without the scope im:history")
    manifest.set_defaults(verb=_slack_manifest)

    doctor = verbs.add_parser("doctor", help="look at what a platform needs, and say what to change")
    platforms = doctor.add_subparsers(metavar="PLATFORM", required=True)
    of_discord = platforms.add_parser("discord", help="token, application, commands, a channel")
    of_discord.add_argument("--channel", metavar="ID", help="look at this channel as well")
    of_discord.add_argument("--post", action="store_true", help="post a test message there and take it away")
    of_discord.set_defaults(verb=_doctor_discord)
    of_slack = platforms.add_parser("slack", help="tokens, scopes, the way to Slack, a channel")
    of_slack.add_argument("--channel", metavar="ID", default="", help="look at this channel as well")
    of_slack.add_argument("--post", action="store_true", help="post a test message there and take it away")
    of_slack.set_defaults(verb=_doctor_slack)


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.runner import run
    from newsbot.platforms.terminal.adapter import Screen

    parts = frozenset({options.only}) if options.only else _parts(settings)
    if not settings.has_tokens and not parts & {"discord", "slack", "worker"}:
        print("\n".join(CONNECT), flush=True)
    asyncio.run(run(settings, Screen(), parts))
    return 0


def _parts(settings: Settings) -> frozenset[str]:
    """Everything that can run. A service that is on a platform has nobody to talk to at its input."""
    platforms = {name for name, has in (("discord", settings.has_discord), ("slack", settings.has_slack)) if has}
    with_terminal = not platforms or (sys.stdin is not None and sys.stdin.isatty())
    return frozenset({"web", *platforms, *(["terminal"] if with_terminal else [])})


def _say(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import build
    from newsbot.app.previews import previews
    from newsbot.messages.codec import card_to_json
    from newsbot.platforms.terminal.adapter import Screen
    from newsbot.platforms.terminal.inbound import HERE, local_person

    async def answered() -> None:
        reply = await build(settings).dispatcher.say(" ".join(options.text), local_person(), HERE)
        if options.platform:
            for payload in previews(settings.http.public_url)[options.platform](reply.card):
                print(json.dumps(payload, ensure_ascii=False))
        elif options.json:
            print(json.dumps(card_to_json(reply.card), ensure_ascii=False))
        else:
            await Screen().post(HERE, reply, "say")

    asyncio.run(answered())
    return 0


def _discord_commands(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import build
    from newsbot.app.discord import discord_tools
    from newsbot.platforms.discord.commands import command_list

    wanted = command_list(build(settings).dispatcher.context.menu)
    if options.deed is None:
        print(json.dumps(wanted.payload, ensure_ascii=False, indent=2))
        return 0

    async def done() -> int:
        async with discord_tools(settings) as tools:
            if options.deed == "push":
                await tools.sync.push(wanted, options.guild)
                print(f"Discord has the {len(wanted.payload)} commands now.")
                return 0
            lines = await tools.sync.difference(wanted, options.guild)
        print("\n".join(lines) or "Discord has the commands of this menu.")
        return 1 if lines else 0

    return asyncio.run(done())


def _discord_invite(settings: Settings, options: argparse.Namespace) -> int:
    del options
    from newsbot.app.discord import discord_tools
    from newsbot.platforms.discord.permissions import invite_url

    async def application_id() -> str:
        async with discord_tools(settings) as tools:
            return await tools.login.application_id()

    print(invite_url(asyncio.run(application_id())))
    return 0


def _doctor_discord(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import build
    from newsbot.app.discord import discord_tools
    from newsbot.platforms.discord.doctor import examine

    async def examined() -> bool:
        menu = build(settings).dispatcher.context.menu
        is_well = True
        async with discord_tools(settings) as tools:
            async for finding in examine(
                tools.login, tools.platform, tools.sync, menu, options.channel, posts=options.post
            ):
                print(f"{'ok ' if finding.is_well else 'BAD'} {finding.sentence}", flush=True)
                is_well = is_well and finding.is_well
        return is_well

    return 0 if asyncio.run(examined()) else 1


def _slack_manifest(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import build
    from newsbot.platforms.slack.manifest import left_out_commands, manifest, manifest_json

    menu = build(settings).dispatcher.context.menu
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
    try:
        held = json.loads(Path(options.check).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{options.check} cannot be read as a manifest: {error}.") from None
    if held != json.loads(made):
        print(f"{options.check} is not the manifest of this menu: newsbot slack manifest > {options.check}")
        return 1
    print(f"{options.check} is up to date.")
    return 0


def _doctor_slack(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.slack import slack_findings

    findings = asyncio.run(slack_findings(settings, options.channel, posts=options.post))
    for finding in findings:
        print(f"{'ok ' if finding.is_well else 'BAD'} {finding.sentence}")
    return 0 if all(finding.is_well for finding in findings) else 1


def _figure(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import build, chart_renderer
    from newsbot.commands.answers import find_figure
    from newsbot.content.cards import chart
    from newsbot.messages.charts import Chart

    async def drawn(data: Chart) -> bytes:
        renderer = chart_renderer(settings)
        try:
            return await renderer.png(data)
        finally:
            await renderer.close()

    if Path(options.out).suffix.lower() != ".png":
        raise RequestError(f"A figure is drawn as PNG: name the file {Path(options.out).stem}.png.")
    data = chart(find_figure(build(settings).live.current, options.name))
    picture = asyncio.run(drawn(data))
    try:
        Path(options.out).write_bytes(picture)
    except OSError as error:
        raise RequestError(f"The picture cannot be written to {options.out}: {error.strerror}.") from None
    print(f"{options.out}: {data.alt_text()}")
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    del options
    from newsbot.app.container import today
    from newsbot.charts.words import lacking
    from newsbot.content.library import load_library
    from newsbot.content.quiz_statistics import Statistics
    from newsbot.content.review import overlong_cards, unreadable_charts, warnings
    from newsbot.quizzes.cards.review import question_cards

    library = load_library(settings.content_folder, today())
    print("".join(f"note: {left_out}\n" for left_out in _left_out_commands(library)), end="", file=sys.stderr)
    if found := [*overlong_cards(library, question_cards(library)), *unreadable_charts(library, lacking)]:
        print("\n".join(str(mistake) for mistake in found), file=sys.stderr)
        return 1
    print("".join(f"warning: {sentence}\n" for sentence in warnings(library, today())), end="", file=sys.stderr)
    counts = (
        (len(library.topics), "topics"),
        (len(library.briefs), "briefs"),
        (len(library.figures), "figures"),
        (len(library.questions), "questions"),
        (len(library.events), "events"),
        (len(library.claims), "claims"),
        (len(library.terms), "terms"),
    )
    print(f"The content is in order: {', '.join(f'{count} {name}' for count, name in counts)}.")
    print("\n".join(Statistics.of(library).lines()))
    return 0


def _left_out_commands(library: "Library") -> tuple[str, ...]:
    """What of the menu a platform cannot show as a command of its own, a sentence each."""
    from newsbot.commands.dispatcher import build_menu
    from newsbot.platforms.discord.commands import command_list
    from newsbot.platforms.slack.manifest import left_out_commands

    menu = build_menu(library)
    return (*command_list(menu).left_out, *(f"In Slack {sentence}" for sentence in left_out_commands(menu)))


def _content_new(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.content.scaffold import new_topic

    for path in new_topic(settings.content_folder, options.topic):
        print(f"made {path}")
    print("Fill them in, then run: newsbot check")
    return 0


def _content_freshness(settings: Settings, options: argparse.Namespace) -> int:
    del options
    from newsbot.app.container import today
    from newsbot.content.freshness import freshness
    from newsbot.content.library import load_library

    found = freshness(load_library(settings.content_folder, today()), today())
    print("\n".join(each.line() for each in found))
    warnings = [sentence for each in found for sentence in each.warnings()]
    print("".join(f"warning: {sentence}\n" for sentence in warnings), end="", file=sys.stderr)
    return 0


def _deliveries(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app.container import open_database

    async def told() -> list[str]:
        states = tuple(options.state or ("unknown", "failed"))
        async with open_database(settings) as database, database.transaction() as tx:
            found = await tx.deliveries.in_states(states, options.limit)
            counts = await tx.deliveries.counts()
        lines = [
            f"{each.state} {each.due_at:%Y-%m-%d %H:%M} {each.place.platform} {each.place.channel} {each.key}"
            f"{f': {each.reason}' if each.reason else ''}{f' {each.fix}' if each.fix else ''}"
            for each in found
        ]
        in_all = ", ".join(f"{counts[state]} {state}" for state in STATES if state in counts) or "none"
        return [*lines, f"In all: {in_all}."]

    print("\n".join(asyncio.run(told())))
    return 0


def _db_upgrade(settings: Settings, options: argparse.Namespace) -> int:
    del options
    from newsbot.storage.database import Database
    from newsbot.storage.migrate import migrate

    async def upgraded() -> str:
        database = Database(settings.database_url)
        try:
            before, after = await migrate(database)
        finally:
            await database.close()
        return f"The database is at version {after}" + ("." if before == after else f" (before: {before or 'empty'}).")

    print(asyncio.run(upgraded()))
    return 0
