"""The card that a game's thread hangs below."""

from newsbot.messages.cards import Card, text
from newsbot.quizzes.rules.game import Game


def opening_card(game: Game) -> Card:
    """What is played in the thread; nobody's name, as it stays."""
    count = len(game.questions)
    asked = "1 question" if count == 1 else f"{count} questions"
    pace = "without a time limit" if game.seconds is None else f"{game.seconds} seconds each"
    words = f"{asked[0].upper()}{asked[1:]}, {pace}. Press a button to answer; only you see what you chose."
    return Card(f"A quiz of {asked}", (text("It is played in the thread below."), text(words)))
