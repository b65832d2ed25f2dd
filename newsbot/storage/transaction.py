"""A transaction as the rest of newsbot sees it: one repository for each kind of thing that is kept."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from newsbot.storage.dailies import DailyRepository
from newsbot.storage.deliveries import DeliveryRepository
from newsbot.storage.events import EventRepository
from newsbot.storage.games import GameRepository
from newsbot.storage.installations import InstallationRepository
from newsbot.storage.leases import LeaseRepository
from newsbot.storage.news import NewsRepository
from newsbot.storage.players import PlayerRepository
from newsbot.storage.reports import ReportRepository
from newsbot.storage.retention.repository import RetentionRepository
from newsbot.storage.settings import SettingRepository
from newsbot.storage.sources import SourceRepository
from newsbot.storage.subscriptions import SubscriptionRepository
from newsbot.storage.watches import WatchRepository
from newsbot.storage.webmessages import WebMessageRepository


@dataclass(frozen=True)
class Transaction:
    """One transaction; what its repositories do happens together or not at all.

    It belongs to the `work` that `Database.write` or `Database.read` hands it to, and ends with that.
    """

    _connection: Connection  # this package's own

    @cached_property
    def dailies(self) -> DailyRepository:
        """Questions of the day."""
        return DailyRepository(self._connection)

    @cached_property
    def deliveries(self) -> DeliveryRepository:
        """The outbox."""
        return DeliveryRepository(self._connection)

    @cached_property
    def events(self) -> EventRepository:
        """Handled events."""
        return EventRepository(self._connection)

    @cached_property
    def games(self) -> GameRepository:
        """Games of the quiz."""
        return GameRepository(self._connection)

    @cached_property
    def installations(self) -> InstallationRepository:
        """Slack workspaces that installed newsbot."""
        return InstallationRepository(self._connection)

    @cached_property
    def leases(self) -> LeaseRepository:
        """Claims by which processes take turns."""
        return LeaseRepository(self._connection)

    @cached_property
    def news(self) -> NewsRepository:
        """News that was seen."""
        return NewsRepository(self._connection)

    @cached_property
    def players(self) -> PlayerRepository:
        """People who play."""
        return PlayerRepository(self._connection)

    @cached_property
    def reports(self) -> ReportRepository:
        """What people say is wrong with numbers."""
        return ReportRepository(self._connection)

    @cached_property
    def retention(self) -> RetentionRepository:
        """What nobody needs any more."""
        return RetentionRepository(self._connection)

    @cached_property
    def settings(self) -> SettingRepository:
        """Settings of places."""
        return SettingRepository(self._connection)

    @cached_property
    def sources(self) -> SourceRepository:
        """Sources of news."""
        return SourceRepository(self._connection)

    @cached_property
    def subscriptions(self) -> SubscriptionRepository:
        """Digests that come by themselves."""
        return SubscriptionRepository(self._connection)

    @cached_property
    def watches(self) -> WatchRepository:
        """Signs of life, outages, incidents."""
        return WatchRepository(self._connection)

    @cached_property
    def web_messages(self) -> WebMessageRepository:
        """Messages of the web chat."""
        return WebMessageRepository(self._connection)
