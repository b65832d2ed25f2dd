"""`newsbot quiz`, for whoever runs newsbot: how questions do, and what people reported about them."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from newsbot.cli.verbs import add_group, print_lines, table_lines
from newsbot.errors import RequestError
from newsbot.settings import Settings

if TYPE_CHECKING:
    from newsbot.content.library import Library
    from newsbot.quizzes.rules.statistics import QuestionStatistics
    from newsbot.storage.records import ReportRecord

_HEADS = ("question", "asked", "answers", "right", "reports")
_MOST_REPORTS = 1_000
_HINT = "To retire a question, write “retired: true” beside it in its topic's quiz.yaml."


def add_verb(verbs: Any) -> None:
    """Add `newsbot quiz`."""
    quiz = add_group(verbs, "quiz", "how quiz questions are doing")
    stats = quiz.add_parser("stats", help="each question's answers, share right and reports; what needs care first")
    stats.add_argument("--topic", help="of this topic alone")
    stats.add_argument("--json", action="store_true", help="print one JSON object a line")
    stats.set_defaults(verb=print_statistics)
    reports = quiz.add_parser("reports", help="what people reported, the newest first")
    reports.add_argument("--question", help="about this question alone, as topic/name")
    reports.add_argument("--json", action="store_true", help="print one JSON object a line")
    reports.set_defaults(verb=print_reports)


def print_statistics(settings: Settings, options: argparse.Namespace) -> int:
    """Print how each question does."""
    from newsbot.app.answering import build_library

    library = build_library(settings).current
    found = asyncio.run(_statistics(settings, library))
    if options.topic:
        found = _of_topic(library, found, options.topic)
    if options.json:
        print_lines(json.dumps(_as_json(each)) for each in found)
    else:
        print_lines(table_lines([_HEADS, *(_row(each) for each in found)]))
        print_lines(["", _HINT])
    return 0


def _of_topic(library: "Library", found: "Sequence[QuestionStatistics]", typed: str) -> "Sequence[QuestionStatistics]":
    """Those of one topic, which may be one that the content no longer has. Raises RequestError where there is none."""
    from newsbot.commands.answers import Unclear, find_topic

    def of_prefix(topic: str) -> list["QuestionStatistics"]:
        return [each for each in found if each.question.startswith(f"{topic}/")]

    if of_topic := of_prefix(typed):
        return of_topic
    try:
        return of_prefix(find_topic(library, typed).id)
    except Unclear as error:
        near = ", ".join(offer.label for offer in error.offers)
        raise RequestError(f"{error} {near}".strip()) from None


async def _statistics(settings: Settings, library: "Library") -> "Sequence[QuestionStatistics]":
    from newsbot.app.container import open_database
    from newsbot.quizzes.rules.statistics import statistics

    async with open_database(settings) as database:
        answers, reports = await database.read(lambda tx: (tx.players.by_question(), tx.players.report_counts()))
    return statistics(library, answers, reports)


def _as_json(of: "QuestionStatistics") -> dict[str, object]:
    share = None if of.share_right is None else round(of.share_right, 4)
    return {
        "question": of.question,
        "asked": of.is_asked,
        "answers": of.answers,
        "right": of.right,
        "share_right": share,
        "reports": of.reports,
    }


def _row(of: "QuestionStatistics") -> tuple[str, ...]:
    share = "" if of.share_right is None else f"{of.share_right:.0%}"
    return of.question, "yes" if of.is_asked else "no", str(of.answers), share, str(of.reports)


def print_reports(settings: Settings, options: argparse.Namespace) -> int:
    """Print what people reported."""
    found = asyncio.run(_load_reports(settings))
    nobody = "Nobody has reported a question."
    if options.question:
        found = [each for each in found if each.question == options.question]
        nobody = f"Nobody has reported {options.question}."
        if not found:
            _require_question(settings, options.question)
    if options.json:
        print_lines(json.dumps(_report_as_json(each), ensure_ascii=False) for each in found)
    else:
        print_lines(_report_lines(found) or [nobody])
    return 0


def _require_question(settings: Settings, name: str) -> None:
    """Raises RequestError where the content has no question of that name."""
    from newsbot.app.answering import build_library
    from newsbot.content.rotation import question_id

    library = build_library(settings).current
    if name not in {question_id(*key) for key in (*library.questions, *library.retired)}:
        raise RequestError(f"There is no question called “{name}”. To list them: newsbot quiz stats")


async def _load_reports(settings: Settings) -> "Sequence[ReportRecord]":
    from newsbot.app.container import open_database

    async with open_database(settings) as database:
        return await database.read(lambda tx: tx.players.reports(_MOST_REPORTS))


def _report_as_json(of: "ReportRecord") -> dict[str, object]:
    return {
        "question": of.question,
        "at": of.at.isoformat(),
        "platform": of.player.platform,
        "reason": of.reason,
        "words": of.words,
    }


def _report_lines(found: "Sequence[ReportRecord]") -> list[str]:
    from newsbot.messages.markup import outside_text

    return [
        f"{of.at:%Y-%m-%d %H:%M} UTC  {of.question}  {of.reason}{f': {outside_text(of.words)}' if of.words else ''}"
        for of in found
    ]
