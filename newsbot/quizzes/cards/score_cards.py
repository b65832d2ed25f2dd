"""Cards of scores: the leaderboard, a person's own figures, and everything that is kept about them as JSON."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.messages.cards import Block, Card, Fact, Facts, text
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Place
from newsbot.quizzes.rules.boards import Period, Scope
from newsbot.quizzes.rules.scoring import Result, Score
from newsbot.schedule.streaks import Streak
from newsbot.schedule.timezones import UTC_NAME, city_of
from newsbot.storage.records import ReportRecord

MOST_SHOWN = 10  # people on a podium or a board
NAME_LENGTH = 40
SOMEBODY = "Somebody"
# Signs that a platform may change or drop in code: they stand for themselves no longer, and mean the same in JSON.
_CHANGED = re.compile(r"[`@]|(?<= ) ")
_PERIODS: dict[Period, str] = {"week": "this week", "month": "this month", "all": "of all time"}


def leaderboard_card(
    standing: Sequence[tuple[int, Score]], people: int, period: Period, scope: Scope, server: str = "server"
) -> Card:
    """The first of a board, out of so many people; names are plain words and ping nobody.

    `server` is what the platform calls what its channels are in.
    """
    nobody = "Nobody has played here yet." if period == "all" else f"Nobody has played here {_PERIODS[period]}."
    rule = "Points are for right answers, difficulty and speed. To be left out: /quiz hide-me"
    blocks = (*score_blocks(standing, people, nobody), text(rule, "small"))
    where = server if scope == "server" else scope
    return Card(f"Leaderboard of this {where}, {_PERIODS[period]}", blocks)


def me_card(score: Score | None, streak: Streak, is_hidden: bool, zone: str) -> Card:
    """A person's own figures, for them alone. `zone` is whose days count in the channel."""
    played = [Fact("Points", str(score.points)), Fact("Answers", right_words(score))] if score else []
    facts = (
        *(played or [Fact("Answers", "none yet")]),
        Fact("Streak", f"{_days(streak.current)}, at best {_days(streak.best)}", (_day_ends(zone),)),
        Fact("Leaderboards", "you are hidden" if is_hidden else "you are shown"),
    )
    board = "/quiz show-me puts you back on the boards" if is_hidden else "/quiz hide-me takes you off the boards"
    ways = f"{board}, /quiz export-me shows all that is kept, /quiz forget-me erases it."
    return Card("My score", (Facts("", facts), text(ways, "small")))


def _day_ends(zone: str) -> str:
    """By which clock a day of a streak ends."""
    named = UTC_NAME if zone == UTC_NAME else f"{city_of(zone)} time ({zone})"
    return f"A day ends at 03:00 {named}."


def right_words(score: Score) -> str:
    """How many of a person's answers were right: "4 of 5 right (80%)"."""
    return f"{score.right} of {score.answered} right ({score.accuracy:.0%})"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def score_blocks(standing: Sequence[tuple[int, Score]], people: int, nobody: str) -> list[Block]:
    """Places, names, points and accuracy as lines, the first ten; how many more people there are."""
    if not standing:
        return [text(nobody)]
    sharing = Counter(place for place, _ in standing)
    facts = tuple(_score(place, score, sharing[place] > 1) for place, score in standing[:MOST_SHOWN])
    more = people - len(facts)
    return [Facts("", facts), *([text(f"And {more} more.", "small")] if more > 0 else [])]


def _score(place: int, score: Score, is_shared: bool) -> Fact:
    """One person's line; nobody has a place without points."""
    name = outside_text(score.name, NAME_LENGTH) or SOMEBODY
    shared = " (shared)" if is_shared else ""
    label = f"{place}{shared} · {name}" if score.points else name
    return Fact(label, f"{score.points} points · {right_words(score)}")


def nameless(score: Score) -> Score:
    """The same of somebody who hides from boards."""
    return replace(score, name=SOMEBODY)


# -- what is kept ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contribution:
    """An answer whose question is still open, or a vote to skip one, in which nothing is chosen."""

    place: Place
    question: str
    chosen: str = ""
    at: datetime | None = None


def export_text(
    person: str,
    rows: Iterable[Result],
    reports: Iterable[ReportRecord] = (),
    *,
    is_hidden: bool,
    waiting: Iterable[Contribution] = (),
    votes: Iterable[Contribution] = (),
) -> str:
    """Everything kept about a person as JSON, one answer a line: their id, whether they hide, what they did and where.

    Answers stand together by channel and by the name they were given under. `waiting` are answers to questions that
    are still open: whether they are right is not told.
    """
    groups: dict[tuple[str, ...], list[Result]] = {}
    for row in sorted(rows, key=lambda row: row.at):
        where = row.place
        groups.setdefault((where.platform, where.workspace, where.channel, row.name), []).append(row)
    lines = [
        f'{{"person": {_json(person)}, "hidden": {_json(is_hidden)},',
        '"answers": [',
        *_join_groups([_group(*group) for group in groups.items()]),
        '], "waiting": [',
        *_join_groups([[_deed(each)] for each in waiting]),
        '], "votes": [',
        *_join_groups([[_deed(each)] for each in votes]),
        '], "reports": [',
        *_join_groups([[_report(each)] for each in reports]),
        "]}",
    ]
    return "\n".join(lines)


def _group(key: tuple[str, ...], rows: Sequence[Result]) -> list[str]:
    names = ("platform", "workspace", "channel", "name")
    head = ", ".join(f"{_json(name)}: {_json(value)}" for name, value in zip(names, key, strict=True))
    return [f'{{{head}, "given": [', *_join_groups([[_answer(row)] for row in rows]), "]}"]


def _answer(row: Result) -> str:
    kept = {
        "at": row.at.isoformat(),
        "question": row.question,
        "chosen": row.chosen,
        "right": row.is_right,
        "points": row.points,
    }
    return _json(kept)


def _deed(deed: Contribution) -> str:
    where = deed.place
    kept: dict[str, object] = {"platform": where.platform, "workspace": where.workspace, "channel": where.channel}
    kept["question"] = deed.question
    if deed.at is not None:
        kept |= {"at": deed.at.isoformat(), "chosen": deed.chosen}
    return _json(kept)


def _report(report: ReportRecord) -> str:
    kept = {
        "at": report.at.isoformat(),
        "question": report.question,
        "reason": report.reason,
        "words": report.words,
    }
    return _json(kept)


def _join_groups(groups: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all groups, a comma after the last line of each but the last one."""
    lines = [line for group in groups for line in (*group[:-1], f"{group[-1]},")]
    return [*lines[:-1], lines[-1][:-1]] if lines else []


def _json(value: object) -> str:
    """JSON that stays the same in every message: what people cannot see, or platforms change, stands as its number."""
    written = json.dumps(value, ensure_ascii=False)
    if not written.isprintable():
        written = "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in written)
    return _CHANGED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)
