"""Cards of a game: a question, the private receipt of an answer, the reveal, the final scores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from newsbot.content.cards import CHOICE_LETTERS, evidence, open_brief
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Fact, Facts, Text, text
from newsbot.messages.markup import Code, Inline, Moment, Plain, Strong, outside_text
from newsbot.quizzes.answering import Verdict
from newsbot.quizzes.asking import AskedQuestion
from newsbot.quizzes.game import Ending, Game
from newsbot.quizzes.scoring import Answer, Result, Score, placed, totals
from newsbot.quizzes.sealing import shell_line

MOST_SHOWN = 10  # people on a podium or a board
_MOST_MISSED = 3
_BAR = 8
_NAME = 40
_ENDINGS: dict[Ending, str] = {
    "": "",
    "finished": "",
    "stopped": "The game was stopped.",
    "nobody": "Two questions in a row had no answer, so the game stopped itself.",
    "day": "The game had run for 24 hours, so it stopped itself.",
    "refused": "Nothing could be posted any more, so the game stopped itself.",
}


def question_card(game: Game, ends_at: datetime | None = None) -> Card:
    """The question that a game is at, with a button for each choice; nothing in it tells the right one.

    `ends_at` is when time is up, as far as that is known: before the message stands it is not.
    """
    question = game.question
    choices = tuple(Fact(letter, choice) for letter, choice in _lettered(question))
    buttons = tuple(Button(fact.label, _answer(game, number)) for number, fact in enumerate(choices))
    blocks: list[Block] = [
        Text((Strong(question.text),), "lede"),
        Facts("", choices),
        Buttons(buttons),
        Text(_time(game, ends_at)),
        Buttons((Button("Vote to skip", Action("quiz.skip", (str(game.id), str(game.number)))),)),
        Text((Plain("Sealed with SHA-256: "), Code(question.seal)), "small"),
    ]
    return Card(f"{_numbered(game, game.number)} · {question.difficulty}", tuple(blocks))


def _answer(game: Game, choice: int) -> Action:
    return Action("quiz.answer", (str(game.id), str(game.number), str(choice)))


def _numbered(game: Game, number: int) -> str:
    return f"Question {number + 1} of {len(game.questions)}"


def _lettered(question: AskedQuestion) -> Iterable[tuple[str, str]]:
    return zip(CHOICE_LETTERS, question.choices, strict=False)


def _time(game: Game, ends_at: datetime | None) -> tuple[Inline, ...]:
    if game.seconds is None:
        return (Plain("No time limit. The answer comes once enough who play vote to skip."),)
    words = f"{game.seconds} seconds, from when this message was posted"
    return (Plain(f"{words}: until "), Moment(ends_at), Plain(".")) if ends_at else (Plain(f"{words}."),)


def receipt_card(question: AskedQuestion | None, verdict: Verdict) -> Card:
    """What became of a press, for the one who pressed only; it does not tell whether the choice is right.

    `question` is the one that was pressed, None where there is none of that number.
    """
    mine = _chosen(question, verdict.answer) if question and verdict.answer else ""
    match verdict.kind:
        case "counted":
            return _receipt("Answer noted", f"You chose {mine}. You can change it once, until the question is closed.")
        case "changed":
            return _receipt("Answer changed", f"You chose {mine} now. That was your one change.")
        case "same":
            return _receipt("Noted before", f"You had chosen {mine} already. It counts once.")
        case "spent":
            return _refusal("Not changed", f"You had changed your answer once already. It stays {mine}.")
        case "late":
            stays = f" Your answer {mine} stays." if mine else ""
            return _refusal("Too late", f"The question was closed before you pressed.{stays}")
        case "early":
            return _refusal("One moment", "The question is still being posted. Press again in a moment.")
        case "over":
            return _refusal("Game over", "This game has ended. Start another with /quiz start.")
        case "foreign":
            return _refusal("Not here", "This button belongs to a game in another channel.")
        case "forged":
            return _refusal("No such choice", "This button is none of this game's. Nothing was counted.")


def _receipt(title: str, words: str) -> Card:
    return Card(title, (text(words),))


def _refusal(title: str, words: str) -> Card:
    return Card(title, (text(words),), "warning")


def _chosen(question: AskedQuestion, answer: Answer) -> str:
    return f"{CHOICE_LETTERS[answer.choice]} · {question.choices[answer.choice]}"


def reveal_card(library: Library, game: Game, number: int, answers: Sequence[Answer]) -> Card:
    """What takes the question's place: the right choice, who chose what in numbers, why, the source, the seal."""
    question = game.questions[number]
    chosen = Counter(answer.choice for answer in answers)
    bars = (_bar(question, index, chosen[index], len(answers)) for index in range(len(question.choices)))
    right = f"{CHOICE_LETTERS[question.right]} · {question.choices[question.right]}"
    blocks: list[Block] = [
        Text((Strong(question.text),)),
        Text((Plain("The right answer is "), Strong(right)), "lede"),
        Facts("Answers", tuple(bars)) if answers else text("Nobody answered."),
        text(question.explanation),
    ]
    if question.rests_on in library.figures or question.rests_on in library.events:
        blocks += evidence(library, question.rests_on)
    blocks += [Buttons(tuple(_after(library, question))), *_opened(question)]
    topic = library.topics.get(question.topic)
    return Card(f"{_numbered(game, number)}: the answer", tuple(blocks), colour=topic.colour if topic else "")


def _bar(question: AskedQuestion, index: int, count: int, total: int) -> Fact:
    filled = max(_BAR * count // total, 1 if count else 0)
    right = " · right" if index == question.right else ""
    drawn = "█" * filled + "░" * (_BAR - filled)
    return Fact(CHOICE_LETTERS[index], f"{drawn} {count} of {total}{right}", (question.choices[index],))


def _after(library: Library, question: AskedQuestion) -> Iterable[Button]:
    if brief := library.briefs.get((question.topic, question.brief)):
        yield Button("Read the brief", open_brief(brief), "primary")
    yield Button("Report this question", Action("quiz.report", (question.topic, question.name)))


def _opened(question: AskedQuestion) -> list[Block]:
    line = shell_line(question.text, question.choices[question.right], question.salt)
    return [
        Text((Plain("The seal was "), Code(question.seal), Plain(", its salt "), Code(question.salt)), "small"),
        Text((Plain("To check it in a shell: "), Code(line)), "small"),
    ]


def podium_card(library: Library, game: Game, rows: Sequence[Result]) -> Card:
    """The final scores, why the game ended where it did so early, and the facts that most people missed."""
    ending = _ENDINGS[game.ending]
    blocks: list[Block] = [text(ending)] if ending else []
    blocks += score_blocks(placed(totals(rows)), "Nobody answered, so there are no scores.")
    blocks += _missed(library, game, rows)
    return Card("Final scores", tuple(blocks))


def score_blocks(standing: Sequence[tuple[int, Score]], nobody: str) -> list[Block]:
    """Places, names, points and accuracy as lines, the first ten; how many more there are."""
    if not standing:
        return [text(nobody)]
    sharing = Counter(place for place, _ in standing)
    facts = tuple(_score(place, score, sharing[place] > 1) for place, score in standing[:MOST_SHOWN])
    more = len(standing) - len(facts)
    return [Facts("", facts), *([text(f"And {more} more.", "small")] if more else [])]


def _score(place: int, score: Score, is_shared: bool) -> Fact:
    shared = " (shared)" if is_shared else ""
    name = outside_text(score.name, _NAME) or "Somebody"
    return Fact(f"{place}{shared} · {name}", f"{score.points} points · {right_words(score)}")


def right_words(score: Score) -> str:
    """How many of a person's answers were right: "4 of 5 right (80%)"."""
    return f"{score.right} of {score.answered} right ({score.accuracy:.0%})"


def _missed(library: Library, game: Game, rows: Sequence[Result]) -> list[Block]:
    """The questions with the largest share of wrong answers, the first asked first among equals."""
    answers = Counter(row.question for row in rows)
    wrong = Counter(row.question for row in rows if not row.is_right)
    missed = [question for question in game.questions if wrong[question.id]]
    missed.sort(key=lambda question: -wrong[question.id] / answers[question.id])
    worst = missed[:_MOST_MISSED]
    if not worst:
        return []
    facts = tuple(
        Fact(each.text, each.choices[each.right], (f"Missed by {wrong[each.id]} of {answers[each.id]}.",))
        for each in worst
    )
    names = dict.fromkeys((each.topic, each.brief) for each in worst)
    briefs = [library.briefs[name] for name in names if name in library.briefs]
    buttons = tuple(Button(library.filled_text(brief.title), open_brief(brief)) for brief in briefs)
    return [Facts("Most missed", facts), *([Buttons(buttons)] if buttons else [])]
