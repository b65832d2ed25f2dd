"""Cards of a game: its opening, a question, the private receipt of a press, the final scores."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from newsbot.content.actions import brief_action
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Text, text
from newsbot.messages.markup import Moment, Plain, Strong
from newsbot.quizzes.cards.choices import DAILY_WHY, SEAL, choice_buttons, choice_lines, choice_with_letter, seal_button
from newsbot.quizzes.cards.score_cards import nameless, score_blocks
from newsbot.quizzes.rules.answering import Verdict, VerdictKind
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Ending, Game
from newsbot.quizzes.rules.scoring import Result, ranked_scores, totals

ANSWER, SKIP = "quiz.answer", "quiz.skip"
_MOST_MISSED = 3
_ENDINGS: dict[Ending, str] = {
    "": "",
    "finished": "",
    "stopped": "The game was stopped.",
    "nobody": "Two questions in a row had no answer, so the game stopped itself.",
    "day": "The game had run for 24 hours, so it stopped itself.",
    "refused": "A question could not be posted, so the game stopped itself.",
}


def opening_card(game: Game) -> Card:
    """What is played in the thread; nobody's name, as it stays."""
    count = len(game.questions)
    asked = "1 question" if count == 1 else f"{count} questions"
    pace = "without a time limit" if game.seconds is None else f"{game.seconds} seconds each"
    words = f"{asked[0].upper()}{asked[1:]}, {pace}. Press a button to answer; only you see what you chose."
    return Card(f"A quiz of {asked}", (text("It is played in the thread below."), text(words)))


def question_card(game: Game, ends_at: datetime | None = None) -> Card:
    """The question that a game is at, with a button for each choice; nothing in it tells the right one.

    `ends_at` is the end that it names; None where there is no time limit.
    """
    question, number = game.question, (str(game.id), str(game.number))
    blocks: list[Block] = [
        Text((Strong(question.text),), "lede"),
        choice_lines(question),
        choice_buttons(question, lambda choice: Action(ANSWER, (*number, str(choice)))),
        _time(ends_at),
        Buttons((Button("Vote to skip", Action(SKIP, number)), seal_button(Action(SEAL, number)))),
    ]
    return Card(f"{question_number(game, game.number)} · {question.difficulty}", tuple(blocks))


def question_number(game: Game, number: int) -> str:
    """Which question of a game it is: "Question 3 of 5"."""
    return f"Question {number + 1} of {len(game.questions)}"


def _time(ends_at: datetime | None) -> Text:
    if ends_at is None:
        return text("No time limit: the answer comes once enough of those who play vote to skip.")
    return Text((Plain("Closes "), Moment(ends_at, "countdown"), Plain(".")))


# -- receipts --------------------------------------------------------------------------------------------------------


def receipt_card(question: AskedQuestion | None, verdict: Verdict, *, daily: str = "") -> Card:
    """What became of a press, for the one who pressed only; it does not tell whether the choice is right.

    `question` is the one that was pressed, None where there is none of that number. `daily` is its id where it is one
    of a day: once that is closed, the receipt opens its answer.
    """
    mine = choice_with_letter(question, verdict.answer.choice) if question and verdict.answer else ""
    card = _receipt_card(mine, verdict.kind, is_daily=bool(daily))
    if daily and question and verdict.kind in ("late", "over"):
        return replace(card, blocks=(*card.blocks, Buttons((Button("Show the answer", Action(DAILY_WHY, (daily,))),))))
    return card


@lru_cache(maxsize=500)
def _receipt_card(mine: str, kind: VerdictKind, *, is_daily: bool) -> Card:
    """The same object for all who chose the same: platforms render a card once."""
    stays = f" Your answer {mine} stays." if mine else ""
    match kind:
        case "counted":
            return _receipt("Answer noted", f"You chose {mine}. You can change it once, until the question closes.")
        case "changed":
            return _receipt("Answer changed", f"You chose {mine} now. That was your one change.")
        case "same":
            return _receipt("Noted before", f"You had chosen {mine} already. It counts once.")
        case "spent":
            return _refusal("Not changed", f"You had changed your answer once already. It stays {mine}.")
        case "late" | "over" if is_daily:
            return _refusal("Too late", f"This question of the day is closed.{stays}")
        case "late":
            return _refusal("Too late", f"The question was closed before you pressed.{stays}")
        case "over":
            return _refusal("Game over", "This game has ended. Start another with /quiz start.")
        case "foreign":
            whose = "question" if is_daily else "game"
            return _refusal("Not here", f"This button belongs to a {whose} in another channel. Nothing was counted.")
    if is_daily:
        words = "This question is closed for good or never was open here; one that is shown in a preview is not."
        return _refusal("Not counted", f"{words} Nothing was counted.")
    words = "newsbot keeps no question for this button: its game ended long ago, or never was. Nothing was counted."
    return _refusal("No such question", words)


def _receipt(title: str, words: str) -> Card:
    return Card(title, (text(words),))


def _refusal(title: str, words: str) -> Card:
    return Card(title, (text(words),), "warning")


# -- the end ---------------------------------------------------------------------------------------------------------


def podium_card(library: Library, game: Game, rows: Sequence[Result], hidden: Collection[str] = ()) -> Card:
    """The final scores, why the game ended where it did so early, and the facts that most people missed.

    Who is `hidden` from boards stands there without a name: everybody saw that somebody played.
    """
    ending = _ENDINGS[game.ending]
    standing = [
        (place, nameless(score) if score.person in hidden else score) for place, score in ranked_scores(totals(rows))
    ]
    blocks: list[Block] = [text(ending)] if ending else []
    blocks += score_blocks(standing, len(standing), "Nobody answered, so there are no scores.")
    blocks += _most_missed(library, game, rows)
    return Card("Final scores", tuple(blocks))


def _most_missed(library: Library, game: Game, rows: Sequence[Result]) -> list[Block]:
    """The questions with the largest share of wrong answers, the first asked first among equals."""
    answers = Counter(row.question for row in rows)
    wrong = Counter(row.question for row in rows if not row.is_right)
    missed = [question for question in game.questions if wrong[question.id]]
    missed.sort(key=lambda question: -wrong[question.id] / answers[question.id])
    worst = missed[:_MOST_MISSED]
    if not worst:
        return []
    facts = tuple(
        Fact(f"“{each.text}”", each.choices[each.right], (f"Missed by {wrong[each.id]} of {answers[each.id]}.",))
        for each in worst
    )
    names = dict.fromkeys((each.topic, each.brief) for each in worst)
    briefs = [library.briefs[name] for name in names if name in library.briefs]
    buttons = tuple(Button(library.filled_text(brief.title), brief_action(brief.topic, brief.id)) for brief in briefs)
    return [Facts("Most missed", facts), *([Buttons(buttons)] if buttons else [])]
