"""Rows as newsbot's services write them, in bulk: years of digests, games and chat for tests of retention."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from newsbot.messages.requests import Place
from newsbot.quizzes.rules.asking import AskedQuestion
from newsbot.quizzes.rules.game import Game, Phase
from newsbot.quizzes.serialization import question_to_json, record_of
from newsbot.storage.tables import (
    deliveries,
    digest_histories,
    editions,
    handled_events,
    leases,
    metadata,
    outages,
    quiz_answers,
    quiz_asked,
    quiz_channels,
    quiz_dailies,
    quiz_games,
    quiz_results,
    quiz_votes,
    subscriptions,
    web_messages,
)

START = datetime(2025, 1, 6, 3, 30, tzinfo=UTC)
PLAYERS = ("ada", "ben", "chloe")
_POOL = 60  # questions
_WHY = json.dumps([["events", "chosen", "An event of some length", "It is new, and about a topic of this digest"]] * 20)
_BODY = json.dumps({"card": {"title": "A digest", "blocks": ["A paragraph of some length. " * 8] * 8}})


def question(number: int) -> AskedQuestion:
    """A question as games keep it."""
    choices = ("a", "b", "c", "d")
    name = f"question-{number}"
    return AskedQuestion("topic", name, "Which?", choices, 1, "Because.", "easy", "brief", "fact", "salt", "seal")


def game(place: Place, at: datetime, phase: Phase = "ended", daily: str = "", number: int = 0) -> Game:
    """A game that began at an instant, and ended then where it is over."""
    questions = tuple(question(number + later) for later in range(1 if daily else 5))
    return Game(0, place, place, "", questions, None, at, at, phase, daily=daily)


def add(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    """Insert rows."""
    if rows:
        connection.execute(insert(table), list(rows))


def add_edition(connection: Connection, at: datetime, daily: str = "", body: str = _BODY) -> int:
    """An edition; returns its id."""
    values = {"body": body, "content_version": "v", "made_at": at, "why": _WHY, "daily": daily}
    return int(connection.execute(insert(editions).values(values).returning(editions.c.id)).scalar_one())


def delivery(key: str, edition: int, at: datetime, state: str = "sent", **more: Any) -> dict[str, Any]:
    """A row of the outbox that was due, and settled where it is, at an instant."""
    row = {
        "key": key,
        "edition_id": edition,
        "platform": "web",
        "workspace": "",
        "channel": "general",
        "thread": "",
        "state": state,
        "due_at": at,
        "retry_at": at,
        "attempts": 1,
        "lease_by": "",
        "reason": "",
        "fix": "",
        "settled_at": at if state in ("sent", "failed", "skipped", "unknown") else None,
        "subscription": None,
        "lease_until": None,
        "sending_since": None,
        "posted": '{"place": {}}',
        "slot": "",
        "mention": "",
    }
    return {**row, **more}


def subscription(number: int, history: str = "", state: str = "active") -> dict[str, Any]:
    """A digest in a channel of its own."""
    return {
        "id": number,
        "platform": "web",
        "workspace": "",
        "channel": f"c{number}",
        "thread": "",
        "number": 1,
        "at": "09:00",
        "zone": "UTC",
        "days": "daily",
        "topics": "",
        "when_empty": "short",
        "catch_up": "latest",
        "mention": "",
        "made_by": "ada",
        "made_at": START,
        "state": state,
        "since": START,
        "last_day": None,
        "next_at": START if state == "active" else None,
        "history": history,
        "cursor": date(2025, 1, 1),
        "paused_reason": "",
        "paused_fix": "",
        "paused_by": "",
    }


def web_message(at: datetime, change: int, key: str | None = None) -> dict[str, Any]:
    """A message of the web chat."""
    return {
        "change": change,
        "channel": "general",
        "author_id": "newsbot",
        "author_name": "newsbot",
        "seen_by": "",
        "asked_by": "",
        "body": "words " * 40,
        "is_card": False,
        "is_deleted": False,
        "post_key": key,
        "at": at,
    }


def result(game_id: int, number: int, person: str, place: Place, at: datetime, asked: AskedQuestion) -> dict[str, Any]:
    """What an answer was worth."""
    return {
        "game": game_id,
        "number": number,
        "person": person,
        "name": person.title(),
        "platform": place.platform,
        "workspace": place.workspace,
        "channel": place.channel,
        "question": asked.id,
        "chosen": "b",
        "is_right": True,
        "points": 10,
        "at": at,
    }


def add_game(connection: Connection, of: Game, *, is_scored: bool = True) -> int:
    """A game with everybody's answers to each of its questions, votes, and what they were worth; returns its id."""
    record = record_of(of)
    values = {
        "platform": of.home.platform,
        "workspace": of.home.workspace,
        "channel": of.home.channel,
        "played_in": record.played_in,
        "daily": of.daily,
        "phase": of.phase,
        "due_at": record.due_at,
        "version": 1,
        "body": record.body,
        "starter": "",
    }
    made = int(connection.execute(insert(quiz_games).values(values).returning(quiz_games.c.id)).scalar_one())
    each = [(number, person) for number in range(len(of.questions)) for person in PLAYERS]
    key = [{"game": made, "number": number, "person": person} for number, person in each]
    add(
        connection,
        quiz_answers,
        *({**one, "name": one["person"], "choice": 1, "at": of.created_at, "is_changed": False} for one in key),
    )
    add(connection, quiz_votes, *key[:2])
    if is_scored:
        rows = [result(made, number, who, of.home, of.created_at, of.questions[number]) for number, who in each]
        add(connection, quiz_results, *rows)
    return made


@dataclass
class World:
    """A newsbot whose days pass: each writes what its services would have written."""

    digests: int = 4
    day: int = 0
    change: int = 0
    opened: dict[str, str] = field(default_factory=dict)  # the question of the day of each channel

    def begin(self, connection: Connection) -> None:
        """The digests are set up."""
        add(connection, subscriptions, *(subscription(number) for number in range(1, self.digests + 1)))

    def pass_week(self, connection: Connection) -> datetime:
        """Seven days; returns the instant at their end."""
        for _ in range(7):
            self._pass_day(connection, START + timedelta(days=self.day))
            self.day += 1
        return START + timedelta(days=self.day)

    def _pass_day(self, connection: Connection, at: datetime) -> None:
        self._digests(connection, datetime.combine(at.date(), time(9), UTC))
        self._game(connection, datetime.combine(at.date(), time(18), UTC))
        events = [{"platform": "slack", "event_id": f"{at:%j%Y}-{each}", "handled_at": at} for each in range(20)]
        add(connection, handled_events, *events)
        self.change += 10
        add(connection, web_messages, *(web_message(at, self.change - each) for each in range(10)))
        add(connection, leases, {"name": f"worker:web:{at:%Y%j}", "holder": "w", "until": at})
        add(connection, outages, {"start": at, "end": at + timedelta(minutes=2)})

    def _digests(self, connection: Connection, at: datetime) -> None:
        for half in range(2):  # two selections
            daily, history = f"{at:%Y%j}{half}", f"history-{at:%Y%j}-{half}"
            asked = question((self.day * 2 + half) % _POOL)
            edition = add_edition(connection, at, daily)
            add(connection, quiz_dailies, {"id": daily, "question": question_to_json(asked), "made_at": at})
            add(connection, digest_histories, {"id": history, "shown": "x" * 4_000})
            of = [number for number in range(1, self.digests + 1) if number % 2 == half]
            rows = [
                delivery(f"digest:{each}:{at:%Y-%m-%d}", edition, at, channel=f"c{each}", subscription=each)
                for each in of
            ]
            add(connection, deliveries, *rows)
            connection.execute(subscriptions.update().where(subscriptions.c.id.in_(of)).values(history=history))
            for each in of:
                self._ask_daily(connection, f"c{each}", daily, asked, at, f"digest:{each}:{at:%Y-%m-%d}")

    def _ask_daily(
        self, connection: Connection, channel: str, daily: str, asked: AskedQuestion, at: datetime, key: str
    ) -> None:
        place = Place("web", "", channel)
        before = self.opened.get(channel, "")
        if before:
            is_it = quiz_games.c.daily == before, quiz_games.c.channel == channel
            body = record_of(game(place, at - timedelta(days=1), daily=before)).body
            connection.execute(quiz_games.update().where(*is_it).values(phase="ended", body=body))
        add_game(connection, game(place, at, "asking", daily))
        columns = quiz_channels.c
        here = columns.platform == "web", columns.workspace == "", columns.channel == channel
        connection.execute(quiz_channels.delete().where(*here))
        row = {"platform": "web", "workspace": "", "channel": channel, "daily": daily, "before": before}
        add(connection, quiz_channels, {**row, "delivery": key, "since": at})
        where = {"platform": "web", "workspace": "", "channel": channel, "question": asked.id}
        asked_columns = quiz_asked.c
        same = asked_columns.channel == channel, asked_columns.question == asked.id
        connection.execute(quiz_asked.delete().where(*same))
        add(connection, quiz_asked, {**where, "at": at})
        self.opened[channel] = daily

    def _game(self, connection: Connection, at: datetime) -> None:
        made = add_game(connection, game(Place("web", "", "quiz"), at, number=self.day % _POOL))
        for what in ("0", "1", "2", "3", "4", "end"):
            edition = add_edition(connection, at)
            add(connection, deliveries, delivery(f"quiz:{made}:{what}", edition, at))


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = metadata.sorted_tables
    return {each.name: connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables}
