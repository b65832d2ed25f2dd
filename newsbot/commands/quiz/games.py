"""Playing in a channel: what goes on there, starting a game, joining, skipping and stopping it."""

from collections.abc import Mapping

from newsbot.commands.answers import Offer, Unclear, run_action
from newsbot.commands.forms import open_path
from newsbot.commands.quiz import cards
from newsbot.commands.quiz.lookup import channel_of, service
from newsbot.commands.quiz.options import QUESTIONS, SECONDS, THREAD, USUAL, USUAL_SECONDS, read_options
from newsbot.commands.registry import Context
from newsbot.messages.actions import Action
from newsbot.messages.cards import Reply
from newsbot.messages.requests import Ask, Click, Person, Place
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.values import CannotPost, GameOn

START = Offer("Start a quiz", open_path("quiz/start", {}))


async def overview(context: Context, ask: Ask) -> Reply:
    """The game of the channel, or what there is to do."""
    game = await service(context).current(channel_of(ask.where))
    return Reply(cards.game_on_card(game) if game else cards.overview_card(), private=True)


async def start(context: Context, ask: Ask) -> Reply:
    """Start a game; everybody sees who did."""
    quizzes, where = service(context), channel_of(ask.where)
    wishes = read_options(context, ask)
    try:
        game = await quizzes.start(where, ask.who, wishes)
    except GameOn as error:
        return Reply(cards.game_on_card(error.game, again=True), private=True)
    except CannotPost as error:
        again = Offer("Try again", run_action(ask.path, ask.options))
        raise Unclear(str(error), (again,), "newsbot can't post here") from None
    return Reply(cards.started_card(context.library, ask.who, game, wishes))


async def fields(context: Context, ask: Ask) -> Mapping[str, str]:
    """What the form of a new game holds at first."""
    del context, ask
    return {QUESTIONS.name: str(USUAL), SECONDS.name: str(USUAL_SECONDS), THREAD.name: "no"}


async def stop(context: Context, ask: Ask) -> Reply:
    """Stop the game of the channel; everybody sees who did."""
    return await stop_reply(context, ask.where, ask.who)


async def stop_reply(context: Context, where: Place, who: Person) -> Reply:
    """The game of a place, stopped by somebody who may."""
    await _require_game(context, where)
    await service(context).stop(channel_of(where), who)
    return Reply(cards.stopped_card(who))


async def skip(context: Context, ask: Ask) -> Reply:
    """A vote for the question that is being asked in the channel."""
    game = await _require_game(context, ask.where)
    number = (str(game.id), str(game.number))
    click = Click(ask.who, ask.where, Action("quiz.skip", number), event_id=ask.event_id, at=ask.at)
    vote = await service(context).vote(game.id, game.number, click)
    return Reply(cards.vote_card(vote.kind, vote.votes, vote.needed), private=True)


async def _require_game(context: Context, where: Place) -> Game:
    game = await service(context).current(channel_of(where))
    if game is None:
        raise Unclear("No game is on in this channel.", (START,), "No game here")
    return game
