"""The command line: one function a verb, each importing what it needs when it runs."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from newsbot import __version__
from newsbot.errors import NewsbotError, RequestError
from newsbot.settings import Settings, load_settings

CONNECT = (
    "No tokens are set, so newsbot answers on this machine: type /deepseek cost, a question, or exit.",
    "Discord: make an app at discord.com/developers and put its bot token into DISCORD_TOKEN.",
    "Slack: make an app at api.slack.com/apps and put its tokens into SLACK_BOT_TOKEN and SLACK_APP_TOKEN.",
)
NOT_YET = "Tokens are set, but this version of newsbot cannot connect to Discord or Slack yet: it answers here."


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
    run.add_argument("--only", choices=("web", "terminal"), help="only this part; both without it")
    run.set_defaults(verb=_run)

    say = verbs.add_parser("say", help="answer one line and leave: newsbot say '/deepseek cost'")
    say.add_argument("text", nargs="+", help="what to say; several words are one line")
    say.add_argument("--json", action="store_true", help="print the card as one JSON object")
    say.set_defaults(verb=_say)

    figure = verbs.add_parser("figure", help="draw a figure: newsbot figure NAME --out F.png")
    figure.add_argument("name", help="the figure's name, or what it is called")
    figure.add_argument("--out", required=True, metavar="F.png", help="the file to write")
    figure.set_defaults(verb=_figure)

    check = verbs.add_parser("check", help="check the content: every mistake, with file and line")
    check.set_defaults(verb=_check)

    content = verbs.add_parser("content", help="work on topics").add_subparsers(metavar="VERB", required=True)
    new = content.add_parser("new", help="make the files of a new topic, to be filled in")
    new.add_argument("topic", help="its name: lower case, digits and hyphens")
    new.set_defaults(verb=_content_new)

    database = verbs.add_parser("db", help="work on the database").add_subparsers(metavar="VERB", required=True)
    upgrade = database.add_parser("upgrade", help="bring the tables up to date (run does it as well)")
    upgrade.set_defaults(verb=_db_upgrade)
    return parser


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app import run
    from newsbot.platforms.terminal.screen import Screen

    print("\n".join((NOT_YET, *CONNECT[1:]) if settings.has_tokens else CONNECT), flush=True)
    parts = {"with_web": options.only != "terminal", "with_terminal": options.only != "web"}
    asyncio.run(run(settings, Screen(), **parts))
    return 0


def _say(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app import build
    from newsbot.messages.codec import card_to_json
    from newsbot.platforms.terminal.chat import HERE, local_person
    from newsbot.platforms.terminal.screen import Screen

    async def answered() -> None:
        reply = await build(settings).desk.say(" ".join(options.text), local_person(), HERE)
        if options.json:
            print(json.dumps(card_to_json(reply.card), ensure_ascii=False))
        else:
            await Screen().post(HERE, reply, "say")

    asyncio.run(answered())
    return 0


def _figure(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.app import build, chart_renderer
    from newsbot.commands.answers import figure_called
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
    data = chart(figure_called(build(settings).live.current, options.name))
    picture = asyncio.run(drawn(data))
    try:
        Path(options.out).write_bytes(picture)
    except OSError as error:
        raise RequestError(f"The picture cannot be written to {options.out}: {error.strerror}.") from None
    print(f"{options.out}: {data.alt_text()}")
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    del options
    from newsbot.app import today
    from newsbot.content.library import load_library
    from newsbot.content.review import overlong_cards

    library = load_library(settings.content_folder, today())
    if overlong := overlong_cards(library):
        print("\n".join(str(mistake) for mistake in overlong), file=sys.stderr)
        return 1
    counts = (
        (len(library.topics), "topics"),
        (len(library.briefs), "briefs"),
        (len(library.figures), "figures"),
        (len(library.questions), "questions"),
        (len(library.events), "events"),
    )
    print(f"The content is in order: {', '.join(f'{count} {name}' for count, name in counts)}.")
    return 0


def _content_new(settings: Settings, options: argparse.Namespace) -> int:
    from newsbot.content.scaffold import new_topic

    for path in new_topic(settings.content_folder, options.topic):
        print(f"made {path}")
    print("Fill them in, then run: newsbot check")
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
