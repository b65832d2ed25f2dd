"""What the quiz keeps of a person, at their own disposal; and what they have to say about a question."""

from newsbot.commands.answers import Offer, Unclear, run_action
from newsbot.commands.forms import WrongValues
from newsbot.commands.quiz.lookup import service
from newsbot.commands.quiz.values import choice_value
from newsbot.commands.registry import Context, Option
from newsbot.messages.actions import Action
from newsbot.messages.cards import Block, Button, Buttons, Card, Reply, text
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Ask, Person, Place
from newsbot.quizzes.cards.exports import export_card, mark
from newsbot.storage.records import Erased

FORGET = "quiz.forget"
_EXPORT = run_action(("quiz", "export-me"))
_LONGEST_WORDS = 1_000

QUESTION = Option("question", "question", "Name of the question, such as deepseek/r1-base", form=False)
REASON = Option(
    "reason",
    "choice",
    "What is wrong",
    required=True,
    choices=(
        ("The answer is wrong", "wrong"),
        ("It is out of date", "outdated"),
        ("It is unclear", "unclear"),
        ("There's a typo", "typo"),
        ("Something else", "other"),
    ),
    tells=True,
)
WORDS = Option("words", "text", "More about it", rest=True)


async def hide(context: Context, ask: Ask) -> Reply:
    """Leave the asker off boards."""
    await service(context).hide(ask.who, ask.where)
    words = (
        "Leaderboards leave you out from now on, and answers and final scores call you “Somebody”. Your points still "
        "add up: /quiz show-me brings you back."
    )
    return Reply(Card("You are hidden", (text(words),), "good"), private=True)


async def show(context: Context, ask: Ask) -> Reply:
    """Put the asker on boards again."""
    await service(context).show(ask.who, ask.where)
    return Reply(Card("You are shown", (text("Leaderboards show you again."),), "good"), private=True)


# -- erasing ---------------------------------------------------------------------------------------------------------


async def forget(context: Context, ask: Ask) -> Reply:
    """Ask before everything is erased."""
    service(context)
    where = "in this workspace" if ask.where.platform == "slack" else "in every channel and server"
    words = f"This erases your answers, points, votes and reports {where}. It cannot be undone."
    buttons = (Button("Erase all of it", Action(FORGET), "danger"), Button("Show it first", _EXPORT))
    return Reply(Card("Erase all of it?", (text(words), Buttons(buttons)), "warning"), private=True)


async def erase_reply(context: Context, who: Person, where: Place) -> Reply:
    """Erase everything, and say exactly what that was."""
    erased = await service(context).forget(who, where)
    return Reply(Card("Erased", tuple(_erased_blocks(erased)), "good"), private=True)


def _erased_blocks(erased: Erased) -> list[Block]:
    counted = (
        (erased.answers, "answer"),
        (erased.results, "result"),
        (erased.votes, "vote to skip"),
        (erased.reports, "report"),
    )
    parts = [_plural(count, name) for count, name in counted]
    said = f"Erased: {', '.join(parts)}, and whether you hide from leaderboards."
    blocks: list[Block] = [text(f"{said} The quiz keeps nothing else about you.")]
    if erased.games:
        games = _plural(len(erased.games), "game")
        blocks.append(text(f"You played in {games}. Answers and final scores in channels will be updated without you."))
    blocks += [
        text(
            "What newsbot answered to commands in channels, such as a leaderboard or who started a quiz, stays there "
            "until somebody deletes it."
        ),
        text("Receipts that only you could see are the platform's copies: newsbot can't delete them."),
    ]
    return blocks


def _plural(count: int, name: str) -> str:
    first, _, rest = name.partition(" ")
    words = f"{first}{'' if count == 1 else 's'} {rest}".strip()
    return f"{count} {words}"


# -- exporting -------------------------------------------------------------------------------------------------------


async def export(context: Context, ask: Ask) -> Reply:
    """Everything that is kept of the asker, from its first part on."""
    return await export_part(context, ask.who, ask.where)


async def export_part(context: Context, who: Person, where: Place, part: int = 1, marked: str = "") -> Reply:
    """One part of what is kept. Raises Unclear where it is another text than the one that was `marked`."""
    whole = await service(context).export(who, where)
    card = export_card(whole, who.platform, part) if marked in ("", mark(whole)) else None
    if card is None:
        sentence = "What's kept about you has changed since that part was shown, so the rest wouldn't match it."
        raise Unclear(sentence, (Offer("Begin again", _EXPORT),), "Begin again")
    return Reply(card, private=True)


# -- reporting -------------------------------------------------------------------------------------------------------


async def report(context: Context, ask: Ask) -> Reply:
    """Keep what the asker thinks is wrong with a question."""
    quizzes = service(context)
    question, reason = ask.options.get("question", "").strip(), choice_value(REASON, ask.options.get("reason", ""))
    if not question:
        sentence = "Press “Report” below an answer, or name it: /quiz report deepseek/r1-base wrong"
        raise Unclear(sentence, (), "Which question?")
    if reason is None:
        raise WrongValues({"reason": "Say what is wrong: wrong, outdated, unclear, typo or other."})
    words = outside_text(ask.options.get("words", ""), _LONGEST_WORDS)
    await quizzes.report(ask.who, ask.where, question, reason, words)
    return Reply(
        Card("Thank you", (text("The people who look after the questions will read it."),), "good"), private=True
    )
