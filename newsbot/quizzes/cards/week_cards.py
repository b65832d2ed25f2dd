"""The table of a week, as blocks of Friday's digest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsbot.content.library import Library
from newsbot.messages.cards import Block, Text, text
from newsbot.messages.markup import Inline, Plain, Strong, outside_text
from newsbot.quizzes.cards.score_cards import SOMEBODY
from newsbot.quizzes.rules.scoring import Score

_NAMED = 3
_NAME_LENGTH = 24
_LONGEST = 120  # characters of a question
_A_STREAK = 2


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a channel: the scores of those who do not hide, and right answers of all, as (right, answers).

    `missed` is the id of the question that most missed, with its share; `in_a_row` counts the questions in a row that
    somebody answered.
    """

    standing: Sequence[Score]
    missed: tuple[str, int, int] | None
    together: tuple[int, int]
    before: tuple[int, int]
    in_a_row: int


def week_blocks(library: Library, week: Week) -> tuple[Block, ...]:
    """Winner, most missed, everybody together against the week before, and the shared streak; nothing of no answers."""
    if not week.together[1]:
        return ()
    return (text("The week in questions", "heading"), *_winner(week.standing), *_missed(library, week), _together(week))


def _winner(standing: Sequence[Score]) -> Iterator[Block]:
    scored = [score for score in standing if score.points]
    if not scored:
        return
    first = [score for score in scored if score.points == scored[0].points][:_NAMED]
    pieces: list[Inline] = []
    for at, score in enumerate(first):
        pieces += [Plain(" and " if at == len(first) - 1 else ", ")] if at else []
        pieces.append(Strong(_name(score)))
    points = f"{first[0].points} points{' each' if len(first) > 1 else ''}"
    pieces.append(Plain(f" {'win' if len(first) > 1 else 'wins'} the week with {points}."))
    others = [f"{_name(score)} {score.points}" for score in scored[len(first) : _NAMED]]
    more = len(scored) - len(first) - len(others)
    rest = [*others, *([f"{more} more"] if more > 0 else [])]
    yield Text((*pieces, *([Plain(f" Then {' · '.join(rest)}.")] if others else [])))


def _missed(library: Library, week: Week) -> Iterator[Block]:
    """The question alone: its answer could tell that of the one which is asked."""
    if week.missed is None:
        return
    name, right, answers = week.missed
    topic, _, question = name.partition("/")
    found = library.questions.get((topic, question))
    if found is not None:
        asked = outside_text(library.filled_text(found.question), _LONGEST)
        yield text(f"Most missed: “{asked}” {right} of {answers} right.")


def _together(week: Week) -> Text:
    right, answers = week.together
    before, all_before = week.before
    last = f", last week {before / all_before:.0%}" if all_before else ""
    streak = f" {week.in_a_row} questions in a row answered here." if week.in_a_row >= _A_STREAK else ""
    return text(f"Together: {right} of {answers} right ({right / answers:.0%}){last}.{streak}")


def _name(score: Score) -> str:
    return outside_text(score.name, _NAME_LENGTH) or SOMEBODY
