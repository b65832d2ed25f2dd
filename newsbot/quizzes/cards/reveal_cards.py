"""Cards of a question that is over: its answer for everybody, and for whoever asks why, what they chose, its seal."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from newsbot.content.actions import brief_action
from newsbot.content.cards import CHOICE_LETTERS, evidence
from newsbot.content.library import Library
from newsbot.content.models import Source
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Text, text
from newsbot.messages.markup import Code, Inline, Link, Plain, Strong, outside_text
from newsbot.quizzes.cards.choices import SEAL, WHY, choice_lines, choice_with_letter, seal_button
from newsbot.quizzes.cards.game_cards import question_number
from newsbot.quizzes.cards.score_cards import SOMEBODY
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.rules.scoring import Answer, Result, Score, results, speed_ranks, totals
from newsbot.quizzes.rules.sealing import shell_line
from newsbot.quizzes.values import SeenQuestion

_NAMED = 5  # people in a line
_NAME_LENGTH = 24


def reveal_card(
    library: Library,
    game: Game,
    number: int,
    answers: Sequence[Answer],
    before: Sequence[Result] = (),
    hidden: Collection[str] = (),
) -> Card:
    """What takes the question's place: the right choice and why, who was right and fastest, the standing so far.

    `before` are the results of the questions before it. Who is `hidden` from boards has no name.
    """
    question = game.questions[number]
    fresh = results(question, answers, game.home, with_speed=game.seconds is not None)
    ids = str(game.id), str(number)
    blocks: list[Block] = [
        Text((Strong(question.text),)),
        Text((Plain("The right answer is "), Strong(choice_with_letter(question, question.right))), "lede"),
        text(_chosen(question, answers)),
        _reason(library, question),
    ]
    if answers:
        blocks.append(_right_line(game, fresh, answers, hidden))
        blocks.append(_standing_line(game, number, totals((*before, *fresh)), hidden))
    buttons = Button("Why?", Action(WHY, ids)), report_button("Report", question), seal_button(Action(SEAL, ids))
    blocks.append(Buttons(buttons))
    topic = library.topics.get(question.topic)
    return Card(f"{question_number(game, number)}: the answer", tuple(blocks), colour=topic.colour if topic else "")


def _chosen(question: AskedQuestion, answers: Sequence[Answer]) -> str:
    """How many chose what: "Answers: A 1 · B 0 · C 0 · D 2"."""
    if not answers:
        return "Nobody answered."
    chosen = Counter(answer.choice for answer in answers)
    letters = CHOICE_LETTERS[: len(question.choices)]
    return f"Answers: {' · '.join(f'{letter} {chosen[choice]}' for choice, letter in enumerate(letters))}"


def _reason(library: Library, question: AskedQuestion) -> Text:
    """Why that is right, and who says so."""
    source = _source(library, question.rests_on)
    cited: tuple[Inline, ...] = ()
    if source is not None:
        cited = Plain(" ["), Link(source.publisher, source.url), Plain(f", {source.dated}]")
    return Text((Plain(question.explanation), *cited))


def _source(library: Library, rests_on: str) -> Source | None:
    found = library.figures.get(rests_on) or library.events.get(rests_on)
    return found.sources[0] if found else None


def _right_line(game: Game, fresh: Sequence[Result], answers: Sequence[Answer], hidden: Collection[str]) -> Text:
    """Who was right and for how many points, the fastest first where that counts."""
    right = {row.person: row for row in fresh if row.is_right}
    if not right:
        return Text((Plain("Nobody was right."),))
    ranks: dict[str, int] = {}
    if game.seconds is not None:
        ranks = speed_ranks(answer for answer in answers if answer.person in right)
    ordered = sorted(right.values(), key=lambda row: (ranks.get(row.person, 0), row.at, row.person))
    first = sum(rank == 1 for rank in ranks.values())
    fastest = " (fastest)" if first == 1 else " (equally fast)"
    pieces: list[Inline] = []
    for row in ordered[:_NAMED]:
        pieces.append(Plain(" · " if pieces else "Right: "))
        pieces.append(Strong(f"{_name(row.person, row.name, hidden)} +{row.points}"))
        pieces += [Plain(fastest)] if ranks.get(row.person) == 1 else []
    return Text((*pieces, *_more(len(ordered))))


def _standing_line(game: Game, number: int, standing: Sequence[Score], hidden: Collection[str]) -> Text:
    """Everybody's points so far, the most first; nobody is listed without points."""
    after = f"After {number + 1} of {len(game.questions)}: "
    scored = [score for score in standing if score.points]
    if not scored:
        return text(f"{after}nobody has points yet.")
    named = (f"{_name(score.person, score.name, hidden)} {score.points}" for score in scored[:_NAMED])
    return Text((Plain(f"{after}{' · '.join(named)}"), *_more(len(scored))))


def _name(person: str, name: str, hidden: Collection[str]) -> str:
    return SOMEBODY if person in hidden else outside_text(name, _NAME_LENGTH) or SOMEBODY


def _more(count: int) -> Iterator[Plain]:
    if count > _NAMED:
        yield Plain(f" · and {count - _NAMED} more")


def report_button(label: str, question: AskedQuestion) -> Button:
    """Opens the form of /quiz report, which is declared where commands are."""
    return Button(label, Action("form.open", ("quiz/report", f"question={question.id}")))


# -- for one person --------------------------------------------------------------------------------------------------


def why_card(library: Library, seen: SeenQuestion) -> Card:
    """What somebody chose, whether that was right, and why: all of the question, for them alone."""
    question, mine = seen.question, seen.mine
    if not seen.is_closed:
        chosen = f"You chose {choice_with_letter(question, mine.choice)}. " if mine else ""
        return Card("Not yet", (text(f"{chosen}The answer and the reason come when the question closes."),))
    blocks: list[Block] = [Text((Strong(question.text),)), choice_lines(question), _verdict(seen)]
    blocks.append(text(question.explanation))
    if question.rests_on in library.figures or question.rests_on in library.events:
        blocks += evidence(library, question.rests_on)
    brief = library.briefs.get((question.topic, question.brief))
    read = (Button("Read the brief", brief_action(brief.topic, brief.id), "primary"),) if brief else ()
    blocks.append(Buttons((*read, report_button("Report this question", question))))
    return Card("Why?", tuple(blocks))


def _verdict(seen: SeenQuestion) -> Text:
    question, mine = seen.question, seen.mine
    right = Strong(choice_with_letter(question, question.right))
    if mine is None:
        return Text((Plain("You did not answer. The right answer is "), right, Plain(".")), "lede")
    chose = Plain("You chose "), Strong(choice_with_letter(question, mine.choice))
    if mine.choice == question.right:
        return Text((*chose, Plain(f", and that is right: {seen.points} points.")), "lede")
    return Text((*chose, Plain(". The right answer is "), right, Plain(".")), "lede")


def seal_card(seen: SeenQuestion) -> Card:
    """The proof that the answer was fixed before anybody answered; the salt only once the answer is told."""
    question = seen.question
    what = (
        "The right answer was fixed when the question was posted. Its seal is the SHA-256 of a salt, the question and "
    )
    sealed = Text((Plain("Seal: "), Code(question.seal)))
    if not seen.is_closed:
        words = (
            f"{what}the right answer. The salt is told with the answer: then anybody can check that nothing changed."
        )
        return Card("Sealed", (text(words), sealed))
    line = shell_line(question.text, question.choices[question.right], question.salt)
    blocks = (
        text(f"{what}the right answer."),
        sealed,
        Text((Plain("Salt: "), Code(question.salt))),
        Text((Plain("To check it in a shell: "), Code(line))),
    )
    return Card("Sealed", blocks)


def no_question_card() -> Card:
    """What there is to say where newsbot keeps no such question."""
    words = "newsbot keeps no question for this button: it is one of a preview, of another channel, or long over."
    return Card("No such question", (text(words),), "warning")
