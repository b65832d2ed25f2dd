"""How long messages are kept that were posted: deliveries with their incidents, editions, what digests had told."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, select

from newsbot.storage.retention.quizzes import channel_rows
from newsbot.storage.retention.rules import PAGE, Counted, Cutoffs, Page, next_after
from newsbot.storage.tables import deliveries, digest_histories, editions, incidents, quiz_games, subscriptions

LAST_DELIVERIES = 10  # of each digest that has not ended: what `/digest log` and `why` show
_SETTLED = ("sent", "failed", "skipped")
_QUIZ = "quiz:"  # the messages of a game have keys of `quiz:ID:what`
_GOES_ON = subscriptions.c.state != "ended"


class Deliveries:
    """Messages that were posted, refused or left out long ago, with the incidents that were closed.

    The last ten of each digest stay, and the keys that somebody still asks for: of a game that is kept, whose answers
    and scores somebody's erasure shows anew, and of what brought a channel its question of the day.
    """

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = deliveries.c
        where = columns.platform, columns.workspace, columns.channel
        query = select(columns.id, columns.key, columns.state, columns.due_at, columns.settled_at, *where)
        query = query.add_columns(columns.subscription).where(columns.id > (after or 0))
        found = connection.execute(query.order_by(columns.id).limit(PAGE)).all()
        settled = [row for row in found if row.state in _SETTLED]
        old = [row for row in settled if (row.settled_at or row.due_at) < cutoffs.deliveries]
        keys = {row.id for row in old}
        if keys:
            keys -= {connection.execute(select(func.max(columns.id))).scalar_one()}
            keys -= _of_kept_games(connection, old, gone)
            keys -= _that_brought_questions(connection, old)
            keys -= _of_open_incidents(connection, keys)
            keys -= _last_of_digests(connection, old)
        gone.deliveries |= keys
        return Page(tuple(sorted(keys)), next_after(found, [row for row in found if row.due_at < cutoffs.deliveries]))

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        columns = deliveries.c
        settled = select(columns.id).where(columns.id.in_(keys), columns.state.in_(_SETTLED))
        yield incidents, and_(incidents.c.delivery.in_(settled), incidents.c.closed_at.is_not(None))
        is_open = exists().where(incidents.c.delivery == columns.id, incidents.c.closed_at.is_(None))
        is_old = func.coalesce(columns.settled_at, columns.due_at) < cutoffs.deliveries
        yield deliveries, and_(columns.id.in_(keys), columns.state.in_(_SETTLED), is_old, ~is_open)


class Editions:
    """What was posted, once no delivery of it is kept."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        columns = editions.c
        query = select(columns.id, columns.made_at).where(columns.id > (after or 0)).order_by(columns.id).limit(PAGE)
        found = connection.execute(query).all()
        old = {row.id for row in found if row.made_at < cutoffs.deliveries}
        if old:
            posted = select(deliveries.c.edition_id).where(deliveries.c.edition_id.in_(old)).distinct()
            if gone.deliveries:
                whole = select(deliveries.c.edition_id, deliveries.c.id).where(deliveries.c.edition_id.in_(old))
                kept = {row.edition_id for row in connection.execute(whole) if row.id not in gone.deliveries}
            else:
                kept = set(connection.execute(posted).scalars())
            old -= {*kept, connection.execute(select(func.max(columns.id))).scalar_one()}
        is_done = all(row.made_at >= cutoffs.deliveries for row in found)
        return Page(tuple(sorted(old)), found[-1].id if len(found) == PAGE and not is_done else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        is_posted = exists().where(deliveries.c.edition_id == editions.c.id)
        yield editions, and_(editions.c.id.in_(keys), editions.c.made_at < cutoffs.deliveries, ~is_posted)


class Histories:
    """What digests had told, once no digest goes on from it."""

    def find(self, connection: Connection, cutoffs: Cutoffs, after: Any, gone: Counted) -> Page:
        del cutoffs, gone
        columns = digest_histories.c
        query = select(columns.id).where(columns.id > (after or "")).order_by(columns.id).limit(PAGE)
        found = list(connection.execute(query).scalars())
        used = select(subscriptions.c.history).where(subscriptions.c.history.in_(found), _GOES_ON).distinct()
        keys = set(found) - set(connection.execute(used).scalars()) if found else set()
        return Page(tuple(sorted(keys)), found[-1] if len(found) == PAGE else None)

    def rows(self, cutoffs: Cutoffs, keys: Sequence[Any]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
        del cutoffs
        used = select(subscriptions.c.history).where(subscriptions.c.history.in_(keys), _GOES_ON)
        yield digest_histories, and_(digest_histories.c.id.in_(keys), digest_histories.c.id.not_in(used))


def _of_kept_games(connection: Connection, rows: Sequence[Any], gone: Counted) -> set[int]:
    """Those of these deliveries that are messages of games that are kept."""
    games: dict[int, list[Any]] = {}
    for row in rows:
        number = row.key.removeprefix(_QUIZ).partition(":")[0]
        if row.key.startswith(_QUIZ) and number.isdecimal() and len(number) < 10:
            games.setdefault(int(number), []).append(row)
    if not games:
        return set()
    query = select(quiz_games.c.id).where(quiz_games.c.id.in_(games))
    kept = {game for game in connection.execute(query).scalars() if game not in gone.games}
    return {row.id for game in kept for row in games[game]}


def _that_brought_questions(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Those of these deliveries that brought a channel the question of the day that is open there."""
    places = {(row.platform, row.workspace, row.channel) for row in rows}
    brought = {row.delivery for row in channel_rows(connection, places)}
    return {row.id for row in rows if row.key in brought}


def _of_open_incidents(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these deliveries that are to be told of yet."""
    columns = incidents.c
    query = select(columns.delivery).where(columns.delivery.in_(ids), columns.closed_at.is_(None))
    return set(connection.execute(query).scalars())


def _last_of_digests(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Those of these deliveries that are among the last ten of a digest that has not ended."""
    of = {row.subscription for row in rows if row.subscription is not None}
    if not of:
        return set()
    live = select(subscriptions.c.id).where(subscriptions.c.id.in_(of), _GOES_ON)
    alive = set(connection.execute(live).scalars())
    columns, later = deliveries.c, deliveries.alias("later")
    tenth = (
        select(later.c.id)
        .where(later.c.subscription == columns.subscription, later.c.id > columns.id)
        .order_by(later.c.id)
        .limit(1)
        .offset(LAST_DELIVERIES - 1)
    )
    ids = [row.id for row in rows if row.subscription in alive]
    return set(connection.execute(select(columns.id).where(columns.id.in_(ids), ~tenth.exists())).scalars())
