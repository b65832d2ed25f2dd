"""Cards of a game: a question, the private receipt of a press, the answer, the final scores."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from newsbot.content.actions import brief_action
from newsbot.content.cards import CHOICE_LETTERS, evidence
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Text, text
from newsbot.messages.markup import Code, Plain, Strong
from newsbot.quizzes.cards.choices import choice_buttons, choice_lines, choice_with_letter, seal_line
from newsbot.quizzes.cards.score_cards import SOMEBODY, score_blocks
from newsbot.quizzes.rules.answering import Verdict, VerdictKind
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Ending, Game
from newsbot.quizzes.rules.scoring import Answer, Result, Score, ranked_scores, totals
from newsbot.quizzes.rules.sealing import shell_line

ANSWER, SKIP = "quiz.answer", "quiz.skip"
_BAR = 8
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


def question_card(game: Game, *, is_copy: bool = False) -> Card:
    """The question that a game is at, with a button for each choice; nothing in it tells the right one.

    It names no end: that counts from the message's own timestamp, which is not known before the message stands.
    `is_copy`: it is not that message, but one for somebody who joins.
    """
    question, number = game.question, (str(game.id), str(game.number))
    blocks: list[Block] = [
        Text((Strong(question.text),), "lede"),
        choice_lines(question),
        choice_buttons(question, lambda choice: Action(ANSWER, (*number, str(choice)))),
        text(_time(game, is_copy=is_copy)),
        Buttons((Button("Vote to skip", Action(SKIP, number)),)),
        seal_line(question),
    ]
    return Card(f"{_question_number(game, game.number)} · {question.difficulty}", tuple(blocks))


def _question_number(game: Game, number: int) -> str:
    return f"Question {number + 1} of {len(game.questions)}"


def _time(game: Game, *, is_copy: bool) -> str:
    if game.seconds is None:
        return "No time limit: the answer comes once enough of those who play vote to skip."
    since = "the question was posted in the channel" if is_copy else "this message was posted"
    return f"{game.seconds} seconds, from when {since}."


# -- receipts --------------------------------------------------------------------------------------------------------


def receipt_card(question: AskedQuestion | None, verdict: Verdict, *, is_daily: bool = False) -> Card:
    """What became of a press, for the one who pressed only; it does not tell whether the choice is right.

    `question` is the one that was pressed, None where there is none of that number. `is_daily`: it is one of a day.
    """
    mine = choice_with_letter(question, verdict.answer.choice) if question and verdict.answer else ""
    card = _receipt_card(mine, verdict.kind, is_daily=is_daily)
    if is_daily and question and verdict.kind in ("late", "over"):
        proof = (Plain("Its seal was "), Code(question.seal), Plain(", its salt "), Code(question.salt))
        return replace(card, blocks=(*card.blocks, Text(proof, "small")))
    return card


@lru_cache(maxsize=500)
def _receipt_card(mine: str, kind: VerdictKind, *, is_daily: bool) -> Card:
    """The same object for all who chose the same: platforms render a card once."""
    stays = f" Your answer {mine} stays." if mine else ""
    match kind:
        case "counted":
            until = "the next question of the day" if is_daily else "the question is closed"
            return _receipt("Answer noted", f"You chose {mine}. You can change it once, until {until}.")
        case "changed":
            return _receipt("Answer changed", f"You chose {mine} now. That was your one change.")
        case "same":
            return _receipt("Noted before", f"You had chosen {mine} already. It counts once.")
        case "spent":
            return _refusal("Not changed", f"You had changed your answer once already. It stays {mine}.")
        case "late" | "over" if is_daily:
            words = "This question of the day is closed. Its answer came with the next one."
            return _refusal("Too late", f"{words}{stays}")
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


# -- the answer ------------------------------------------------------------------------------------------------------


def reveal_card(library: Library, game: Game, number: int, answers: Sequence[Answer]) -> Card:
    """What takes the question's place: the right choice, who chose what in numbers, why, the source, the seal."""
    question = game.questions[number]
    chosen = Counter(answer.choice for answer in answers)
    bars = (_bar(question, choice, chosen[choice], len(answers)) for choice in range(len(question.choices)))
    blocks: list[Block] = [
        Text((Strong(question.text),)),
        Text((Plain("The right answer is "), Strong(choice_with_letter(question, question.right))), "lede"),
        Facts("Answers", tuple(bars)) if answers else text("Nobody answered."),
        text(question.explanation),
    ]
    if question.rests_on in library.figures or question.rests_on in library.events:
        blocks += evidence(library, question.rests_on)
    blocks += [Buttons(tuple(_after(library, question))), *_question_blocks(question)]
    topic = library.topics.get(question.topic)
    return Card(f"{_question_number(game, number)}: the answer", tuple(blocks), colour=topic.colour if topic else "")


def _bar(question: AskedQuestion, choice: int, count: int, total: int) -> Fact:
    filled = max(_BAR * count // total, 1 if count else 0)
    right = " · right" if choice == question.right else ""
    drawn = "█" * filled + "░" * (_BAR - filled)
    return Fact(CHOICE_LETTERS[choice], f"{drawn} {count} of {total}{right}", (question.choices[choice],))


def _after(library: Library, question: AskedQuestion) -> Iterable[Button]:
    if brief := library.briefs.get((question.topic, question.brief)):
        yield Button("Read the brief", brief_action(brief.topic, brief.id), "primary")
    # Opens the form of /quiz report, which is declared where commands are.
    yield Button("Report this question", Action("form.open", ("quiz/report", f"question={question.id}")))


def _question_blocks(question: AskedQuestion) -> list[Block]:
    line = shell_line(question.text, question.choices[question.right], question.salt)
    return [
        Text((Plain("The seal was "), Code(question.seal), Plain(", its salt "), Code(question.salt)), "small"),
        Text((Plain("To check it in a shell: "), Code(line)), "small"),
    ]


# -- the end ---------------------------------------------------------------------------------------------------------


def podium_card(library: Library, game: Game, rows: Sequence[Result], hidden: Collection[str] = ()) -> Card:
    """The final scores, why the game ended where it did so early, and the facts that most people missed.

    Who is `hidden` from boards stands there without a name: everybody saw that somebody played.
    """
    ending = _ENDINGS[game.ending]
    standing = [
        (place, _nameless(score) if score.person in hidden else score) for place, score in ranked_scores(totals(rows))
    ]
    blocks: list[Block] = [text(ending)] if ending else []
    blocks += score_blocks(standing, len(standing), "Nobody answered, so there are no scores.")
    blocks += _most_missed(library, game, rows)
    return Card("Final scores", tuple(blocks))


def _nameless(score: Score) -> Score:
    return replace(score, name=SOMEBODY)


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
