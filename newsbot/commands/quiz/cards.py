"""Cards around a game: what there is to do, that it began or was stopped, what became of a vote, joining."""

from typing import Literal

from newsbot.commands.answers import run_action
from newsbot.commands.forms import open_path
from newsbot.content.library import Library
from newsbot.messages.actions import Action
from newsbot.messages.cards import Button, Buttons, Card, text
from newsbot.messages.markup import outside_text
from newsbot.messages.requests import Person
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.values import GameOptions

JOIN, STOP = "quiz.join", "quiz.stop"
NAME_LENGTH = 40

VoteKind = Literal["counted", "skipped", "not yours", "late", "over", "foreign", "forged"]


def overview_card() -> Card:
    """What there is to do where no game is played."""
    words = (
        "newsbot asks questions about AI market events in this channel. Everyone answers by pressing a button, and "
        "only you see your choice. Each answer comes with its reason and source."
    )
    buttons = (
        Button("Start a quiz", open_path("quiz/start", {}), "primary"),
        Button("Question of the day", run_action(("quiz", "daily"))),
        Button("Leaderboard", run_action(("quiz", "leaderboard"))),
        Button("My score", run_action(("quiz", "me"))),
    )
    typed = "Or type it: /quiz start deepseek 5 30 hard asks 5 hard questions on DeepSeek, 30 seconds each."
    return Card("Quiz", (text(words), Buttons(buttons), text(typed, "small")))


def game_on_card(game: Game, *, again: bool = False) -> Card:
    """The game that is played in a channel. `again`: somebody wanted to start a second one."""
    where = f"It's on question {game.number + 1} of {len(game.questions)}."
    words = f"A channel can play one game at a time. {where} Join in, or stop it first." if again else where
    number = (str(game.id),)
    buttons = Buttons((Button("Join", Action(JOIN, number), "primary"), Button("Stop it", Action(STOP, number))))
    who = "The person who started a game, or an admin, can stop it. Players can vote to skip a question: /quiz skip"
    return Card("A game is on here", (text(words), buttons, text(who, "small")), "warning" if again else "neutral")


def started_card(library: Library, who: Person, game: Game, wishes: GameOptions) -> Card:
    """That somebody started a game, and how it is played."""
    count = len(game.questions)
    kind = f"{wishes.difficulty} " if wishes.difficulty else ""
    topic = f" on {library.topics[wishes.topic].title}" if wishes.topic else ""
    asked = f"{count} {kind}question{'' if count == 1 else 's'}{topic}"
    pace = f"{game.seconds} seconds each" if game.seconds else "no time limit"
    started = f"{_name(who)} started a quiz: {asked}, {pace}."
    rules = "Press a button to answer; only you see what you chose. You can change your mind once. /quiz stop ends it."
    notes = []
    if count < wishes.count:
        notes.append(f"There {'is' if count == 1 else 'are'} no more than {count} of that kind.")
    if wishes.in_thread:
        is_there = game.phase == "opening"
        notes.append(
            "It is played in a thread." if is_there else "Threads aren't available here, so it's in this channel."
        )
    return Card("Quiz", (text(" ".join((started, *notes))), text(rules)))


def stopped_card(who: Person) -> Card:
    """That somebody stopped the game."""
    return Card("Quiz", (text(f"{_name(who)} stopped the quiz. The final scores follow."),))


def vote_card(kind: VoteKind, votes: int, needed: int) -> Card:
    """What became of a vote to skip, for the one who voted."""
    match kind:
        case "counted":
            return _note("Vote noted", f"{votes} of {needed} votes needed to skip this question.")
        case "skipped":
            return _note("Skipped", "That was the last vote needed. Here comes the answer.")
        case "not yours":
            words = "Only the person who started the game and people who have answered a question in it can vote."
            return _refusal("Answer first", words)
        case "late":
            return _refusal("Nothing to skip", "No question is open right now.")
        case "over":
            return _refusal("Game over", "This game has ended. Start another with /quiz start.")
        case "foreign":
            return _refusal("Not here", "This button belongs to a game in another channel. Nothing was counted.")
    words = "The game behind this button ended long ago. Nothing was counted."
    return _refusal("Nothing to skip", words)


def wait_card(game: Game) -> Card:
    """Why there is no question to show to somebody who joins at this moment."""
    is_over = bool(game.ending) or game.phase == "finishing"
    if is_over:
        return _note("Nearly over", "That was the last question. The final scores are coming up.")
    which = "next" if game.number or game.phase in ("revealing", "pausing") else "first"
    return _note("One moment", f"The {which} question is coming up. Answer with its buttons.")


def _note(title: str, words: str) -> Card:
    return Card(title, (text(words),))


def _refusal(title: str, words: str) -> Card:
    return Card(title, (text(words),), "warning")


def _name(who: Person) -> str:
    return outside_text(who.name, NAME_LENGTH) or "Somebody"
