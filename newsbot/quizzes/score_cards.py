"""Cards of scores: the leaderboard, a person's own figures, and everything that is kept about them."""

import json
from collections.abc import Iterable, Sequence

from newsbot.messages.cards import Card, Fact, Facts, Text, text
from newsbot.messages.markup import Code
from newsbot.quizzes.boards import Period, Scope
from newsbot.quizzes.quiz_cards import right_words, score_blocks
from newsbot.quizzes.scoring import Result, Score
from newsbot.quizzes.streaks import Streak

_PERIODS: dict[Period, str] = {"week": "this week", "month": "this month", "all": "of all time"}


def leaderboard_card(standing: Sequence[tuple[int, Score]], period: Period, scope: Scope) -> Card:
    """The board of a channel or server; names are plain words and ping nobody."""
    nobody = "Nobody has played here yet." if period == "all" else f"Nobody has played here {_PERIODS[period]}."
    rule = "Points are for right answers, difficulty and speed. To be left out: /quiz hide-me"
    blocks = (*score_blocks(standing, nobody), text(rule, "small"))
    return Card(f"Leaderboard of this {scope}, {_PERIODS[period]}", blocks)


def me_card(score: Score | None, streak: Streak, is_hidden: bool) -> Card:
    """A person's own figures, for them alone."""
    played = [Fact("Points", str(score.points)), Fact("Answers", right_words(score))] if score else []
    facts = (
        *(played or [Fact("Answers", "none yet")]),
        Fact("Streak", f"{_days(streak.current)}, at best {_days(streak.best)}", ("A day lasts until 03:00 here.",)),
        Fact("Leaderboards", "you are hidden" if is_hidden else "you are shown"),
    )
    ways = "/quiz hide-me takes you off the boards, /quiz export-me shows all that is kept, /quiz forget-me erases it."
    return Card("You in quizzes", (Facts("", facts), text(ways, "small")))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def export_text(person: str, rows: Iterable[Result], is_hidden: bool) -> str:
    """Everything kept about a person as JSON: their id, whether they hide, each answer with its place and time."""
    answers = [_exported(row) for row in sorted(rows, key=lambda row: row.at)]
    return json.dumps({"person": person, "hidden": is_hidden, "answers": answers}, ensure_ascii=False)


def _exported(row: Result) -> dict[str, object]:
    return {
        "at": row.at.isoformat(),
        "platform": row.place.platform,
        "workspace": row.place.workspace,
        "channel": row.place.channel,
        "name": row.name,
        "question": row.question,
        "chosen": row.chosen,
        "right": row.is_right,
        "points": row.points,
    }


def export_card(exported: str) -> Card:
    """What `export_text` wrote, to be copied."""
    return Card("All that is kept about you in quizzes", (Text((Code(exported),)),))
