"""Buttons of the quiz: answering, voting, joining, stopping, erasing, the next part of an export.

What stands behind a button may be forged: numbers are read with care, and the rules decide what they may do.
"""

from newsbot.commands.answers import Unclear
from newsbot.commands.button_args import arguments, damaged_button
from newsbot.commands.quiz import cards, games, my_data
from newsbot.commands.quiz.lookup import channel_of, service, whole
from newsbot.commands.registry import ButtonHandler, Context
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Click
from newsbot.quizzes.cards.choices import DAILY_SEAL, DAILY_WHY, SEAL, WHY
from newsbot.quizzes.cards.game_cards import question_card, receipt_card
from newsbot.quizzes.cards.reveal_cards import no_question_card, seal_card, why_card
from newsbot.quizzes.rules.game import ends_at
from newsbot.quizzes.values import SeenQuestion

_LONGEST_ID = 32


async def answer(context: Context, click: Click) -> Reply:
    """A choice of a question of a game; the receipt is for whoever pressed."""
    game, number, choice = (whole(each) for each in arguments(click, 3))
    question, verdict = await service(context).answer(game, number, choice, click)
    return Reply(receipt_card(question, verdict), private=True)


async def answer_daily(context: Context, click: Click) -> Reply:
    """A choice of a question of the day."""
    daily, choice = arguments(click, 2)
    question, verdict = await service(context).answer_daily(_daily_id(daily), whole(choice), click)
    return Reply(receipt_card(question, verdict, daily=daily), private=True)


async def why(context: Context, click: Click) -> Reply:
    """What whoever pressed chose, and why the answer is what it is."""
    seen = await _seen(context, click)
    return Reply(why_card(context.library, seen) if seen else no_question_card(), private=True)


async def seal(context: Context, click: Click) -> Reply:
    """The proof that the answer to a question was fixed beforehand."""
    seen = await _seen(context, click)
    return Reply(seal_card(seen) if seen else no_question_card(), private=True)


async def why_daily(context: Context, click: Click) -> Reply:
    """As `why`, of a question of the day."""
    seen = await _seen_daily(context, click)
    return Reply(why_card(context.library, seen) if seen else no_question_card(), private=True)


async def seal_daily(context: Context, click: Click) -> Reply:
    """As `seal`, of a question of the day."""
    seen = await _seen_daily(context, click)
    return Reply(seal_card(seen) if seen else no_question_card(), private=True)


async def _seen_daily(context: Context, click: Click) -> SeenQuestion | None:
    (daily,) = arguments(click, 1)
    return await service(context).seen_daily(_daily_id(daily), click)


def _daily_id(written: str) -> str:
    if not (written.isascii() and written.isalnum()) or len(written) > _LONGEST_ID:
        raise damaged_button()
    return written


async def _seen(context: Context, click: Click) -> SeenQuestion | None:
    game, number = (whole(each) for each in arguments(click, 2))
    return await service(context).seen(game, number, click)


async def skip(context: Context, click: Click) -> Reply:
    """A vote to skip a question."""
    game, number = (whole(each) for each in arguments(click, 2))
    vote = await service(context).vote(game, number, click)
    return Reply(cards.vote_card(vote.kind, vote.votes, vote.needed), private=True)


async def join(context: Context, click: Click) -> Reply:
    """A copy of the question that is being asked, whose buttons do the same; or why there is none."""
    (number,) = arguments(click, 1)
    game = await service(context).current(channel_of(click.where))
    if game is None or game.id != whole(number):
        raise _game_ended()
    card = question_card(game, ends_at(game)) if game.phase == "asking" else cards.wait_card(game)
    return Reply(card, private=True)


async def stop(context: Context, click: Click) -> Reply:
    """The game behind the button is stopped, where it is the one that is played here."""
    (number,) = arguments(click, 1)
    game = await service(context).current(channel_of(click.where))
    if game is None or game.id != whole(number):
        raise _game_ended()
    return await games.stop_reply(context, click.where, click.who)


def _game_ended() -> Unclear:
    return Unclear("This game has ended, or it is played in another channel.", (games.START,), "No such game here")


async def forget(context: Context, click: Click) -> Reply:
    """Everything of whoever pressed is erased."""
    arguments(click, 0)
    return await my_data.erase_reply(context, click.who, click.where)


async def export(context: Context, click: Click) -> Reply:
    """A further part of what is kept of whoever pressed."""
    part, marked = arguments(click, 2)
    return await my_data.export_part(context, click.who, click.where, whole(part), marked or "-")


BUTTONS = {
    "quiz.answer": ButtonHandler(answer, counts_itself=True),
    "quiz.daily": ButtonHandler(answer_daily, counts_itself=True),
    "quiz.skip": ButtonHandler(skip, counts_itself=True),
    WHY: ButtonHandler(why),
    SEAL: ButtonHandler(seal),
    DAILY_WHY: ButtonHandler(why_daily),
    DAILY_SEAL: ButtonHandler(seal_daily),
    cards.JOIN: ButtonHandler(join),
    cards.STOP: ButtonHandler(stop, effects=True, needs_person=True),
    my_data.FORGET: ButtonHandler(forget, effects=True),
    "quiz.export": ButtonHandler(export),
}
