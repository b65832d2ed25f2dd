"""BRIDGE, to be deleted: transactions whose every step is awaited, for callers that do not use `write` and `read` yet.

Each method of a repository becomes one that is awaited; on SQLite by the driver aiosqlite, which goes with this module.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from newsbot.errors import StorageError
from newsbot.storage.dailies import DailyRepository
from newsbot.storage.deliveries import DeliveryRepository
from newsbot.storage.errors import postgresql_error, sqlite_error
from newsbot.storage.events import EventRepository
from newsbot.storage.games import GameRepository
from newsbot.storage.installations import InstallationRepository
from newsbot.storage.leases import LeaseRepository
from newsbot.storage.players import PlayerRepository
from newsbot.storage.settings import SettingRepository
from newsbot.storage.sqlite import Sqlite, prepare
from newsbot.storage.subscriptions import SubscriptionRepository
from newsbot.storage.watches import WatchRepository
from newsbot.storage.webmessages import WebMessageRepository

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")
_Sync = TypeVar("_Sync")


class _Repository:
    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection


class _Awaited(Generic[_Sync, _Arguments, _Result]):
    """A method of a repository, to be awaited."""

    def __init__(
        self, repository: Callable[[Connection], _Sync], method: Callable[Concatenate[_Sync, _Arguments], _Result]
    ) -> None:
        self._repository = repository
        self._method = method

    def __get__(
        self, instance: _Repository, _owner: type | None = None
    ) -> Callable[_Arguments, Coroutine[Any, Any, _Result]]:
        return partial(self._run, instance.connection)

    async def _run(
        self, connection: AsyncConnection, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        return await connection.run_sync(lambda sync: self._method(self._repository(sync), *arguments, **named))


class _Delivery(_Repository):
    """The outbox."""

    add_edition = _Awaited(DeliveryRepository, DeliveryRepository.add_edition)
    rewrite = _Awaited(DeliveryRepository, DeliveryRepository.rewrite)
    add = _Awaited(DeliveryRepository, DeliveryRepository.add)
    editions = _Awaited(DeliveryRepository, DeliveryRepository.editions)
    claim = _Awaited(DeliveryRepository, DeliveryRepository.claim)
    claim_with_editions = _Awaited(DeliveryRepository, DeliveryRepository.claim_with_editions)
    begin = _Awaited(DeliveryRepository, DeliveryRepository.begin)
    settle = _Awaited(DeliveryRepository, DeliveryRepository.settle)
    settle_and_begin = _Awaited(DeliveryRepository, DeliveryRepository.settle_and_begin)
    lost = _Awaited(DeliveryRepository, DeliveryRepository.lost)
    next_due = _Awaited(DeliveryRepository, DeliveryRepository.next_due)
    by_key = _Awaited(DeliveryRepository, DeliveryRepository.by_key)
    get = _Awaited(DeliveryRepository, DeliveryRepository.get)
    of_ids = _Awaited(DeliveryRepository, DeliveryRepository.of_ids)
    of_subscription = _Awaited(DeliveryRepository, DeliveryRepository.of_subscription)
    last_edition_of = _Awaited(DeliveryRepository, DeliveryRepository.last_edition_of)
    send_again = _Awaited(DeliveryRepository, DeliveryRepository.send_again)
    put_label = _Awaited(DeliveryRepository, DeliveryRepository.put_label)
    supersede = _Awaited(DeliveryRepository, DeliveryRepository.supersede)
    call_off = _Awaited(DeliveryRepository, DeliveryRepository.call_off)
    call_off_all = _Awaited(DeliveryRepository, DeliveryRepository.call_off_all)
    forget_skipped_after = _Awaited(DeliveryRepository, DeliveryRepository.forget_skipped_after)
    in_states = _Awaited(DeliveryRepository, DeliveryRepository.in_states)
    counts = _Awaited(DeliveryRepository, DeliveryRepository.counts)


class _Event(_Repository):
    """Handled events."""

    claim = _Awaited(EventRepository, EventRepository.claim)
    forget_before = _Awaited(EventRepository, EventRepository.forget_before)


class _Game(_Repository):
    """Games of the quiz."""

    add = _Awaited(GameRepository, GameRepository.add)
    get = _Awaited(GameRepository, GameRepository.get)
    many = _Awaited(GameRepository, GameRepository.many)
    held = _Awaited(GameRepository, GameRepository.held)
    by_ids = _Awaited(GameRepository, GameRepository.by_ids)
    open_in = _Awaited(GameRepository, GameRepository.open_in)
    claim = _Awaited(GameRepository, GameRepository.claim)
    next_due = _Awaited(GameRepository, GameRepository.next_due)
    platforms = _Awaited(GameRepository, GameRepository.platforms)
    home_of = _Awaited(GameRepository, GameRepository.home_of)
    played = _Awaited(GameRepository, GameRepository.played)
    save = _Awaited(GameRepository, GameRepository.save)
    save_held = _Awaited(GameRepository, GameRepository.save_held)
    answers = _Awaited(GameRepository, GameRepository.answers)
    answers_of = _Awaited(GameRepository, GameRepository.answers_of)
    put_answers = _Awaited(GameRepository, GameRepository.put_answers)
    count = _Awaited(GameRepository, GameRepository.count)
    players = _Awaited(GameRepository, GameRepository.players)
    vote = _Awaited(GameRepository, GameRepository.vote)
    add_results = _Awaited(GameRepository, GameRepository.add_results)
    results = _Awaited(GameRepository, GameRepository.results)
    history = _Awaited(GameRepository, GameRepository.history)
    note_asked = _Awaited(GameRepository, GameRepository.note_asked)
    add_daily = _Awaited(DailyRepository, DailyRepository.add)
    dailies = _Awaited(DailyRepository, DailyRepository.questions)
    daily_channels = _Awaited(DailyRepository, DailyRepository.channels)
    of_daily = _Awaited(DailyRepository, DailyRepository.game)


class _Installation(_Repository):
    """Slack workspaces."""

    put = _Awaited(InstallationRepository, InstallationRepository.put)
    get = _Awaited(InstallationRepository, InstallationRepository.get)
    all = _Awaited(InstallationRepository, InstallationRepository.all)
    renew = _Awaited(InstallationRepository, InstallationRepository.renew)
    mark_gone = _Awaited(InstallationRepository, InstallationRepository.mark_gone)


class _Lease(_Repository):
    """Claims by which processes take turns."""

    take = _Awaited(LeaseRepository, LeaseRepository.take)
    give_back = _Awaited(LeaseRepository, LeaseRepository.give_back)
    holders = _Awaited(LeaseRepository, LeaseRepository.holders)


class _Player(_Repository):
    """People who play."""

    standing = _Awaited(PlayerRepository, PlayerRepository.standing)
    total = _Awaited(PlayerRepository, PlayerRepository.total)
    played_at = _Awaited(PlayerRepository, PlayerRepository.played_at)
    by_question = _Awaited(PlayerRepository, PlayerRepository.by_question)
    is_hidden = _Awaited(PlayerRepository, PlayerRepository.is_hidden)
    hide = _Awaited(PlayerRepository, PlayerRepository.hide)
    show = _Awaited(PlayerRepository, PlayerRepository.show)
    hidden_among = _Awaited(PlayerRepository, PlayerRepository.hidden_among)
    results_of = _Awaited(PlayerRepository, PlayerRepository.results_of)
    reports_of = _Awaited(PlayerRepository, PlayerRepository.reports_of)
    open_answers = _Awaited(PlayerRepository, PlayerRepository.open_answers)
    votes = _Awaited(PlayerRepository, PlayerRepository.votes)
    forget = _Awaited(PlayerRepository, PlayerRepository.forget)
    report = _Awaited(PlayerRepository, PlayerRepository.report)
    reports = _Awaited(PlayerRepository, PlayerRepository.reports)
    report_counts = _Awaited(PlayerRepository, PlayerRepository.report_counts)


class _Setting(_Repository):
    """Settings of places."""

    get = _Awaited(SettingRepository, SettingRepository.get)
    put = _Awaited(SettingRepository, SettingRepository.put)
    remove = _Awaited(SettingRepository, SettingRepository.remove)
    all_of = _Awaited(SettingRepository, SettingRepository.all_of)


class _Subscription(_Repository):
    """Digests that come by themselves."""

    add = _Awaited(SubscriptionRepository, SubscriptionRepository.add)
    get = _Awaited(SubscriptionRepository, SubscriptionRepository.get)
    locked = _Awaited(SubscriptionRepository, SubscriptionRepository.locked)
    of_channel = _Awaited(SubscriptionRepository, SubscriptionRepository.of_channel)
    active = _Awaited(SubscriptionRepository, SubscriptionRepository.active)
    due = _Awaited(SubscriptionRepository, SubscriptionRepository.due)
    late = _Awaited(SubscriptionRepository, SubscriptionRepository.late)
    unchanged = _Awaited(SubscriptionRepository, SubscriptionRepository.unchanged)
    next_due = _Awaited(SubscriptionRepository, SubscriptionRepository.next_due)
    advance = _Awaited(SubscriptionRepository, SubscriptionRepository.advance)
    update = _Awaited(SubscriptionRepository, SubscriptionRepository.update)
    pause = _Awaited(SubscriptionRepository, SubscriptionRepository.pause)
    histories = _Awaited(SubscriptionRepository, SubscriptionRepository.histories)
    keep_histories = _Awaited(SubscriptionRepository, SubscriptionRepository.keep_histories)


class _Watch(_Repository):
    """Signs of life, outages, incidents."""

    last_beat = _Awaited(WatchRepository, WatchRepository.last_beat)
    beat = _Awaited(WatchRepository, WatchRepository.beat)
    add_outage = _Awaited(WatchRepository, WatchRepository.add_outage)
    outages_since = _Awaited(WatchRepository, WatchRepository.outages_since)
    unconfirmed = _Awaited(WatchRepository, WatchRepository.unconfirmed)
    open_incidents = _Awaited(WatchRepository, WatchRepository.open_incidents)
    waiting = _Awaited(WatchRepository, WatchRepository.waiting)
    episodes = _Awaited(WatchRepository, WatchRepository.episodes)
    begin_episode = _Awaited(WatchRepository, WatchRepository.begin_episode)
    end_episode = _Awaited(WatchRepository, WatchRepository.end_episode)
    close_settled = _Awaited(WatchRepository, WatchRepository.close_settled)


class _WebMessage(_Repository):
    """Messages of the web chat."""

    add = _Awaited(WebMessageRepository, WebMessageRepository.add)
    change = _Awaited(WebMessageRepository, WebMessageRepository.change)
    delete = _Awaited(WebMessageRepository, WebMessageRepository.delete)
    get = _Awaited(WebMessageRepository, WebMessageRepository.get)
    newest = _Awaited(WebMessageRepository, WebMessageRepository.newest)
    changed_since = _Awaited(WebMessageRepository, WebMessageRepository.changed_since)
    last_change = _Awaited(WebMessageRepository, WebMessageRepository.last_change)


@dataclass(frozen=True)
class BridgeTransaction:
    """One transaction, each step of which is awaited."""

    connection: AsyncConnection

    @cached_property
    def deliveries(self) -> _Delivery:
        """The outbox."""
        return _Delivery(self.connection)

    @cached_property
    def events(self) -> _Event:
        """Handled events."""
        return _Event(self.connection)

    @cached_property
    def games(self) -> _Game:
        """Games of the quiz."""
        return _Game(self.connection)

    @cached_property
    def installations(self) -> _Installation:
        """Slack workspaces."""
        return _Installation(self.connection)

    @cached_property
    def leases(self) -> _Lease:
        """Claims by which processes take turns."""
        return _Lease(self.connection)

    @cached_property
    def players(self) -> _Player:
        """People who play."""
        return _Player(self.connection)

    @cached_property
    def settings(self) -> _Setting:
        """Settings of places."""
        return _Setting(self.connection)

    @cached_property
    def subscriptions(self) -> _Subscription:
        """Digests that come by themselves."""
        return _Subscription(self.connection)

    @cached_property
    def watches(self) -> _Watch:
        """Signs of life, outages, incidents."""
        return _Watch(self.connection)

    @cached_property
    def web_messages(self) -> _WebMessage:
        """Messages of the web chat."""
        return _WebMessage(self.connection)


class Bridge:
    """What `Database` still offers besides `write` and `read`."""

    def __init__(self, backend: Any, busy_seconds: float) -> None:
        self._bridged = backend
        self.engine: AsyncEngine = _engine(backend, busy_seconds) if isinstance(backend, Sqlite) else backend.engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[BridgeTransaction]:
        """A transaction: committed at the end, rolled back when an error leaves it. Raises as `Database.write` does."""
        is_open = False
        try:
            async with self.engine.begin() as connection:
                is_open = True
                yield BridgeTransaction(connection)
        except (DBAPIError, sqlite3.Error, SQLAlchemyError) as error:
            raise self._as_ours(error) from error
        except Exception as error:
            if is_open or not _is_of_connecting(error):
                raise  # the caller's own, not the connection's
            raise self._as_ours(error) from error

    def _as_ours(self, error: Exception) -> StorageError:
        backend = self._bridged
        return sqlite_error(error, backend.name) if isinstance(backend, Sqlite) else postgresql_error(error)

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """The result of `work` in a transaction of its own, as `Database.write`."""
        result: _Result = await self._bridged.write(work, None)
        return result

    async def close(self) -> None:
        """Give back the connections of the bridge."""
        await self.engine.dispose()


def _is_of_connecting(error: Exception) -> bool:
    return isinstance(error, OSError) or hasattr(error, "sqlstate")


def _engine(backend: Sqlite, busy_seconds: float) -> AsyncEngine:
    if backend.file is not None:
        url = URL.create("sqlite+aiosqlite", database=str(backend.file))
    else:
        url = URL.create("sqlite+aiosqlite", database=backend.name, query={"uri": "true"})
    engine = create_async_engine(url, connect_args={"timeout": busy_seconds}, hide_parameters=True)

    def opened(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver in its own way
        prepare(connection)

    event.listen(engine.sync_engine, "do_connect", lambda *_: backend.make_file())
    event.listen(engine.sync_engine, "connect", opened)
    event.listen(engine.sync_engine, "begin", begin_immediate)
    return engine


def begin_immediate(connection: Any) -> None:
    """Begin as a writer, straight at the driver: a cursor of SQLAlchemy's would cost three more turns of its thread."""
    connection.connection.dbapi_connection.run_async(lambda driver: driver.execute("BEGIN IMMEDIATE"))
