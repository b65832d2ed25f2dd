"""A newsbot with digests for tests: the real dispatcher, service, planner and outbox worker over a real database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.planner import Planner
from newsbot.digests.service import DigestService
from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, DISCORD, excesses
from newsbot.messages.cards import Buttons, Card, Reply
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Form, Problems
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Ask, Click, Person, Place, Submit
from newsbot.outbox.worker import OutboxWorker
from newsbot.platforms.memory.adapter import MemoryPlatform
from newsbot.storage.database import Database, DurableChoices, DurableEvents

START = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
SERVER, CHANNEL = "900000000000000000", "700000000000000000"
DISCORD_PLACE = Place("discord", SERVER, CHANNEL)
SLACK_PLACE = Place("slack", "T0TEAM", "C0NEWS")
WEB_PLACE = Place("web", "local", "general")
PLACES = {"discord": DISCORD_PLACE, "slack": SLACK_PLACE, "web": WEB_PLACE}


def someone(platform: str, name: str = "anna", *, admin: bool = True, zone: str | None = None) -> Person:
    """A person of a platform."""
    return Person(platform, name, name.capitalize(), is_admin=admin, zone=zone)


@dataclass
class House:
    """Everything, with a clock that the test moves."""

    database: Database
    live: LiveLibrary
    now: datetime = START
    platforms: dict[str, MemoryPlatform] = field(init=False)

    def __post_init__(self) -> None:
        clock, library = (lambda: self.now), (lambda: self.live.current)
        self.platforms = {name: MemoryPlatform(name, clock, budget=DISCORD) for name in PLACES}
        self.digests = DigestService(self.database, self.platforms, library, ContentNews, SelfCheckQuestion(), clock)
        self.planner = Planner(self.database, library, ContentNews, SelfCheckQuestion(), clock)
        self.outbox_worker = OutboxWorker(self.database, self.platforms, "house", clock, Random(1))
        events, choices = DurableEvents(self.database), DurableChoices(self.database)
        self.dispatcher = Dispatcher(
            self.live, clock, lambda: "0badcafe", events, choices=choices, digests=self.digests
        )

    async def say(self, words: str, platform: str = "discord", who: Person | None = None, event_id: str = "") -> Card:
        """The card that a free text is answered with: private, one message on every platform."""
        reply = await self.dispatcher.say(words, who or someone(platform), PLACES[platform], event_id)
        return checked(reply)

    async def ask(self, path: str, platform: str = "discord", who: Person | None = None, **options: str) -> Card:
        """The card that a command is answered with."""
        written = {name.replace("_", "-"): value for name, value in options.items()}
        ask = Ask(who or someone(platform), PLACES[platform], ("digest", *path.split()), written, "", self.now)
        return checked(await self.dispatcher.answer(ask))

    async def press(
        self, action: Action, platform: str = "discord", who: Person | None = None, event_id: str = ""
    ) -> Card | Form:
        """What a button leads to, by way of its token."""
        pressed = await self.dispatcher.click_token(
            action.token(), who or someone(platform), PLACES[platform], event_id=event_id
        )
        return pressed if isinstance(pressed, Form) else checked(pressed)

    async def card(
        self, action: Action, platform: str = "discord", who: Person | None = None, event_id: str = ""
    ) -> Card:
        """The card that a button leads to."""
        pressed = await self.press(action, platform, who, event_id)
        assert isinstance(pressed, Card)
        return pressed

    async def form(self, *arguments: str, platform: str = "discord", who: Person | None = None) -> Form:
        """The form that opens."""
        opened = await self.press(Action("form.open", arguments), platform, who)
        assert isinstance(opened, Form)
        return opened

    async def send(
        self, form: Form, platform: str = "discord", who: Person | None = None, event_id: str = "", **changed: str
    ) -> Card | Problems:
        """What a form is answered with, sent as it opened but for what was changed."""
        values = {each.name: each.value for each in form.fields}
        values |= {name.replace("_", "-"): value for name, value in changed.items()}
        submit = Submit(who or someone(platform), PLACES[platform], form.action, values, "", event_id, self.now)
        answered = await self.dispatcher.submit(submit)
        return answered if isinstance(answered, Problems) else checked(answered)

    async def run_once(self, later: timedelta = timedelta()) -> None:
        """Let time pass, then decide and deliver what is due."""
        self.now += later
        await self.planner.run_once()
        await self.outbox_worker.run_once()

    async def click(self, name: str, *arguments: str, platform: str = "discord", who: Person | None = None) -> Reply:
        """The reply to an action that is no card of ours: damaged or forged."""
        click = Click(who or someone(platform), PLACES[platform], Action(name, arguments), at=self.now)
        answered = await self.dispatcher.click(click)
        assert isinstance(answered, Reply)
        return answered


def checked(reply: Reply) -> Card:
    """The card of a reply that keeps the promises of every answer about digests."""
    assert reply.private
    for budget in BUDGETS:
        fitted = fit(reply.card, budget)
        assert not fitted.losses, (reply.card.title, budget.name)
        assert len(fitted.parts) == 1, (reply.card.title, budget.name, excesses(reply.card, budget))
    for action in reply.card.actions():
        action.token()
    assert "0badcafe" not in plain_card(reply.card), plain_card(reply.card)
    return reply.card


def labelled(card: Card, label: str) -> Action:
    """The action of the button with this label."""
    rows = (block for block in card.blocks if isinstance(block, Buttons))
    found = {button.label: button.does for row in rows for button in row.items}
    does = found[label]
    assert isinstance(does, Action)
    return does
