"""What commands need of digests and of the quiz.

Those need the database, whose libraries take longer to load than everything else that `newsbot say` does: commands know
them by these ports alone.
"""

from datetime import datetime
from typing import Protocol, Unpack

from newsbot.digests.values import DeliveryReasons, SubscriptionChanges
from newsbot.messages.cards import Card
from newsbot.messages.platform import Capabilities
from newsbot.messages.requests import Click, Person, Place
from newsbot.news.views import NewestItem, SourcesView
from newsbot.quizzes.rules.boards import Period, Scope
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.values import Board, Counted, GameOptions, MyScore, SeenQuestion, Vote
from newsbot.schedule.clock import ClockChange
from newsbot.schedule.slots import Occurrence
from newsbot.storage.records import Delivery, Erased, NewSubscription, Subscription


class Digests(Protocol):
    """The subscriptions of every channel. Each method raises a NewsbotError with a sentence."""

    async def subscribe(self, new: NewSubscription, *, first: bool = False) -> Subscription:
        """Keep a new subscription; with `first` an edition leaves at once."""

    async def of_channel(self, place: Place) -> tuple[Subscription, ...]:
        """The subscriptions of a channel, by number."""

    async def get(self, number: int) -> Subscription | None:
        """The subscription of that id."""

    async def change(
        self, subscription: Subscription, **changes: Unpack[SubscriptionChanges]
    ) -> tuple[Subscription, tuple[Occurrence, ...]]:
        """The subscription with these changes, and the slots they leave out."""

    async def pause(self, subscription: Subscription, by: str) -> Subscription:
        """Post nothing until it is resumed."""

    async def resume(self, subscription: Subscription) -> Subscription:
        """Post again from now on."""

    async def end(self, subscription: Subscription) -> Subscription:
        """End it for good."""

    async def preview(self, subscription: Subscription) -> Card:
        """Exactly what would be posted at this moment."""

    async def sample(self, topics: tuple[str, ...], at: datetime) -> Card:
        """What a first edition on these topics would say; nothing is kept."""

    def how_often(self, topics: tuple[str, ...]) -> int:
        """How many events a month came on these topics in the last year."""

    def next(self, subscription: Subscription, count: int = 5) -> tuple[Occurrence, ...]:
        """The next times at which something is posted."""

    def changes_ahead(self, subscription: Subscription, slots: tuple[Occurrence, ...]) -> tuple[ClockChange, ...]:
        """The clock changes of its zone between now and the last of these."""

    async def why(self, subscription: Subscription) -> DeliveryReasons | None:
        """How the last slot was decided; None where none was yet."""

    async def log(self, subscription: Subscription, count: int = 10) -> tuple[Delivery, ...]:
        """The last deliveries, the newest first."""

    async def doctor(self, place: Place) -> Capabilities:
        """What newsbot may do in a channel."""

    async def test_post(self, place: Place) -> str:
        """Post a test message and delete it; empty where that went well, else what went wrong."""

    async def send_now(self, subscription: Subscription) -> None:
        """Let an edition leave at once."""

    async def send_again(self, subscription: Subscription, delivery: int) -> bool:
        """Let an unknown or failed delivery leave once more; whether it could."""

    async def note_pressed(self, where: Place, message: str) -> None:
        """Note that somebody pressed a button of a message."""

    async def make_weekly(self, number: int, person: str) -> Subscription:
        """Let a digest come once a week. Raises RequestError where this person did not set it up."""

    async def zone_of_place(self, place: Place) -> str | None:
        """The zone that was chosen for the channel, or for its server or workspace."""

    async def remember_zone(self, place: Place, zone: str, by: str) -> None:
        """Remember the zone of a server or workspace."""


class News(Protocol):
    """The sources of news. Each method raises a NewsbotError with a sentence."""

    async def sources(self) -> SourcesView:
        """Every source with its state."""

    async def newest(self, source: str) -> NewestItem | None:
        """The newest item of a source."""


class Quizzes(Protocol):
    """The quiz of every channel. Each method raises a NewsbotError with a sentence."""

    async def start(self, where: Place, who: Person, wishes: GameOptions) -> Game:
        """A new game. Raises GameOn where one is played there, CannotPost where newsbot may not post."""

    async def current(self, where: Place) -> Game | None:
        """The game that is played in a channel."""

    async def stop(self, where: Place, who: Person) -> Game:
        """The game of a channel, stopped by somebody who may."""

    async def answer(self, game: int, number: int, choice: int, click: Click) -> Counted:
        """What a press of a choice of a game's question came to."""

    async def answer_daily(self, daily: str, choice: int, click: Click) -> Counted:
        """What a press of a choice of a question of the day came to."""

    async def seen(self, game: int, number: int, click: Click) -> SeenQuestion | None:
        """A question of a game, and what whoever pressed chose; None where there is none of that number here."""

    async def seen_daily(self, daily: str, click: Click) -> SeenQuestion | None:
        """As `seen`, of a question of the day."""

    async def vote(self, game: int, number: int, click: Click) -> Vote:
        """What became of a vote to skip a question."""

    async def daily(self, where: Place, who: Person) -> Card:
        """The open question of the day of a channel."""

    async def board(self, where: Place, period: Period, scope: Scope) -> Board:
        """Who is where on the leaderboard."""

    async def me(self, who: Person, where: Place) -> MyScore:
        """A person's own figures."""

    async def hide(self, who: Person, where: Place) -> None:
        """Leave a person off boards."""

    async def show(self, who: Person, where: Place) -> None:
        """Put a person on boards again."""

    async def forget(self, who: Person, where: Place) -> Erased:
        """Erase everything of a person."""

    async def export(self, who: Person, where: Place) -> str:
        """Everything that is kept of a person."""

    async def report(self, who: Person, where: Place, question: str, reason: str, words: str) -> None:
        """Keep what a person thinks is wrong with a question."""
