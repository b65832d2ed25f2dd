"""What somebody may see of a question that was asked: its answer once that is told, and what they chose themselves."""

from datetime import datetime

from newsbot.messages.requests import Click
from newsbot.quizzes.daily_rotation import home_of, questions_of
from newsbot.quizzes.rules.game import OVER, Game, is_asked, is_played_in, is_revealed
from newsbot.quizzes.rules.scoring import Answer, results
from newsbot.quizzes.serialization import answer_of, game_of
from newsbot.quizzes.values import SeenQuestion
from newsbot.storage.transaction import Transaction

_LARGEST_ID = 2**31 - 1  # what the databases take as a number of a game


def seen_in_game(tx: Transaction, number_of_game: int, number: int, click: Click) -> SeenQuestion | None:
    """A question of a game, to whoever pressed; None where it was not asked, or in another channel."""
    if not 0 < number_of_game <= _LARGEST_ID:
        return None
    record = tx.games.by_ids({number_of_game}).get(number_of_game)
    game = game_of(record) if record else None
    if game is None or game.daily or not is_asked(game, number) or not is_played_in(game, click.where):
        return None
    return seen_question(tx, game, number, click.who.id, is_closed=is_revealed(game, number))


def seen_daily(tx: Transaction, daily: str, click: Click, now: datetime) -> SeenQuestion | None:
    """A question of a day, to whoever pressed; None where it is of a preview, or was never asked in this channel."""
    home = home_of(click.where)
    row = tx.dailies.channels((home,)).get(home)
    record = tx.dailies.game(daily, home)
    is_current = row is not None and row.daily == daily
    if record is None:
        question = questions_of(tx, {daily}).get(daily) if row else None
        is_closed = row is not None and not (is_current and row.is_open(now))
        return SeenQuestion(question, is_closed) if question else None
    game = game_of(record)
    is_closed = game.phase in OVER or (game.closed_at is not None and now > game.closed_at)
    return seen_question(tx, game, 0, click.who.id, is_closed=is_closed)


def seen_question(tx: Transaction, game: Game, number: int, person: str, *, is_closed: bool) -> SeenQuestion:
    """A question of a game with what a person chose; what it was worth is kept longer than the answer itself."""
    question = game.questions[number]
    for row in tx.games.results(game.id):
        if (row.number, row.person) == (number, person) and row.chosen in question.choices:
            mine = Answer(person, row.name, question.choices.index(row.chosen), row.at)
            return SeenQuestion(question, is_closed, mine, row.points)
    answers = [answer_of(each) for each in tx.games.answers(game.id, number)]
    given = next((answer for answer in answers if answer.person == person), None)
    worth = results(question, answers, game.home, with_speed=game.seconds is not None)
    points = sum(row.points for row in worth if row.person == person)
    return SeenQuestion(question, is_closed, given, points if is_closed else 0)
