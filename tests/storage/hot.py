"""What newsbot asks its database again and again, or while a person waits: none of it may read a whole large table."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from newsbot.messages.requests import Place
from newsbot.storage.news import ItemChange, NewItem, NewsItem, SourceMemory, TakenIn
from newsbot.storage.records import (
    AnswerRecord,
    DailyChannel,
    DailyClosing,
    GameRecord,
    NewDelivery,
    NewSubscription,
    NewWebMessage,
    Player,
    ResultRecord,
    Settlement,
)
from newsbot.storage.retention.repository import KINDS, Kind
from newsbot.storage.retention.rules import Cutoffs
from newsbot.storage.transaction import Transaction
from tests.storage.fill import NOW, PLAYED, ROWS

_HERE = Place("discord", "s7", "c7-2")
_ITS_GAME = ROWS - PLAYED // 2 - 1  # one that is played; its channel is named after it
_THERE = Place("discord", f"s{_ITS_GAME % 1000}", f"c{_ITS_GAME}")
_DAILY = Place("discord", "s8", "c5008")  # its game 5008 was one of the question of the day d5
_ANNA = Player("discord", "", "u7")
_CLOSING = DailyClosing("k-new", "d5", _DAILY, "", NOW, NOW)
_MINUTE = timedelta(minutes=1)
_WEEK = timedelta(days=7)
_GAME = GameRecord(0, Place("discord", "s1", "new"), "new", "", "asking", NOW, 0, "{}", "u1")
_SUBSCRIPTION = NewSubscription(_HERE, NOW.time().replace(tzinfo=None), "UTC", "daily", "u", NOW)
_MESSAGE = NewWebMessage("general", ("a", "A"), "words", False, NOW, key="new")

_ITEM = NewsItem(7, "s7", "i", "https://lab.example/i", "T", "", None, NOW, "new", "", (), False, "", 2)
_TAKEN = TakenIn(
    new=[NewItem(_ITEM, NOW.date(), {"i:new": "lab.example", "l:new": ""})],
    changed=[ItemChange(_ITEM, "Title")],
    seen=range(7, 30_000, 300),
    aliases=[("t:new", 7, "")],
)
_MEMORY = SourceMemory("s7", "feed:s7", NOW, NOW, NOW, NOW)

_OLD = NOW - timedelta(minutes=ROWS // 2)
_CUTOFFS = Cutoffs(NOW, events=_OLD, deliveries=_OLD, quiz=_OLD, games=_OLD, web=_OLD, web_messages=1_000, news=_OLD)


def prune_page(kind: Kind, tx: Transaction) -> object:
    """One batch of retention."""
    page = tx.retention.find(kind, _CUTOFFS)
    return tx.retention.delete(kind, _CUTOFFS, page.keys) if page.keys else None


HOT: Mapping[str, Callable[[Transaction], object]] = {
    "an event is claimed": lambda tx: tx.events.claim("slack", "new", NOW),
    "old events are forgotten": lambda tx: tx.events.forget_before(NOW - timedelta(minutes=ROWS - 100)),
    "a setting is looked up": lambda tx: tx.settings.get(_HERE, "zone"),
    "a lease is taken": lambda tx: tx.leases.take("worker:a", "a", NOW, _MINUTE),
    "who holds leases": lambda tx: tx.leases.holders("worker:", NOW),
    # The outbox.
    "deliveries are added": lambda tx: tx.deliveries.add(1, [NewDelivery("fresh", _HERE, NOW)]),
    "deliveries are claimed": lambda tx: tx.deliveries.claim("w", NOW, _MINUTE, 20, ("discord", "slack")),
    "a part is claimed": lambda tx: tx.deliveries.claim("w", NOW, _MINUTE, 20, ("discord",), (1, 3)),
    "nothing is claimed": lambda tx: tx.deliveries.claim("w", NOW - timedelta(days=30), _MINUTE, 20, ("discord",)),
    "requests leave": lambda tx: tx.deliveries.begin("w", [ROWS, ROWS - 1], NOW),
    "attempts are settled": lambda tx: tx.deliveries.settle("w", [Settlement(ROWS, "sent", NOW)]),
    "when a delivery is due": lambda tx: tx.deliveries.next_due(("discord",)),
    "since when the oldest waits": lambda tx: tx.deliveries.oldest_due(("discord",), NOW),
    "a delivery by its key": lambda tx: tx.deliveries.by_key("k7"),
    "a delivery by its id": lambda tx: tx.deliveries.get(7),
    "deliveries by their ids": lambda tx: tx.deliveries.of_ids([7, 8]),
    "deliveries of a digest": lambda tx: tx.deliveries.of_subscription(7, 5),
    "the last edition of a digest": lambda tx: tx.deliveries.last_edition_of(7),
    "editions by their ids": lambda tx: tx.deliveries.editions([7, 8]),
    "an edition in other words": lambda tx: tx.deliveries.rewrite("k7", "{}"),
    "a delivery is sent again": lambda tx: tx.deliveries.send_again(ROWS, NOW, "asked"),
    "a label is put": lambda tx: tx.deliveries.put_label(7, "late"),
    "older editions are superseded": lambda tx: tx.deliveries.supersede([7, 8], NOW),
    "deliveries are called off": lambda tx: tx.deliveries.call_off(["k7"], NOW, "ended"),
    "those of a digest are called off": lambda tx: tx.deliveries.call_off_all(7, NOW, "ended"),
    "skipped slots are forgotten": lambda tx: tx.deliveries.forget_skipped_after(7, NOW),
    "deliveries in trouble": lambda tx: tx.deliveries.in_states(("unknown", "failed"), 20),
    "deliveries under way": lambda tx: tx.deliveries.in_states(("due", "leased", "sending"), 20),
    "what waits or is in trouble": lambda tx: tx.deliveries.unsettled_counts(),
    "lost deliveries": lambda tx: tx.deliveries.keys_not_posted(["k7", "k8"]),
    # Digests.
    "a digest is added": lambda tx: tx.subscriptions.add(_SUBSCRIPTION, NOW, NOW, date(2026, 1, 1)),
    "a digest by its id": lambda tx: tx.subscriptions.get(7),
    "a digest is held": lambda tx: tx.subscriptions.locked(7),
    "digests of a channel": lambda tx: tx.subscriptions.of_channel(_HERE),
    "digests that are due": lambda tx: tx.subscriptions.due(NOW, 50),
    "late digests": lambda tx: tx.subscriptions.late(NOW),
    "when a digest is due": lambda tx: tx.subscriptions.next_due(),
    "digests to come": lambda tx: tx.subscriptions.active(20),
    "when the next digest of channels comes": lambda tx: tx.subscriptions.next_in([_HERE, _DAILY], NOW),
    "digests to ask about": lambda tx: tx.subscriptions.not_asked(7, 50),
    "somebody is asked about a digest": lambda tx: tx.subscriptions.note_owner_asked(7, NOW),
    "a message was pressed": lambda tx: tx.subscriptions.note_pressed(_HERE, "m-new", NOW),
    "which messages were pressed": lambda tx: tx.subscriptions.pressed("discord", [("c7", "m7"), ("c8", "m8")]),
    "histories": lambda tx: tx.subscriptions.histories(["h7"]),
    "a history is kept": lambda tx: tx.subscriptions.keep_histories({"new": "[]"}),
    "unconfirmed editions": lambda tx: tx.watches.unconfirmed(NOW, 50),
    "editions that still wait": lambda tx: tx.watches.waiting(),
    "incidents that are over": lambda tx: tx.watches.close_settled(NOW, 50),
    "a sign of life": lambda tx: tx.watches.last_beat("planner"),
    "a sign of life is given": lambda tx: tx.watches.beat("planner", NOW),
    "what the operator was told": lambda tx: tx.watches.episodes(),
    "outages": lambda tx: tx.watches.outages_since(NOW - _WEEK),
    # Games.
    "a game is added": lambda tx: tx.games.add(_GAME),
    "a game is held": lambda tx: tx.games.get(7),
    "games are held": lambda tx: tx.games.many([7, 8]),
    "the game of a channel": lambda tx: tx.games.open_in(_THERE),
    "the home of a thread": lambda tx: tx.games.home_of(_THERE),
    "games are claimed": lambda tx: tx.games.claim(NOW, _MINUTE, 20, ("discord",), mine=[_ITS_GAME]),
    "when a game is due": lambda tx: tx.games.next_due(("discord", "slack")),
    "where games are played": lambda tx: tx.games.platforms(("discord", "slack")),
    "games that are played": lambda tx: tx.games.played("discord"),
    "more games that are played": lambda tx: tx.games.played("discord", after=_ITS_GAME),
    "games that somebody started": lambda tx: tx.games.played("discord", f"u{_ITS_GAME}"),
    "a game is saved": lambda tx: tx.games.save(_GAME),
    "answers to a question": lambda tx: (tx.games.answers(7, 0), tx.games.count(7, 0), tx.games.players(7)),
    "a vote": lambda tx: tx.games.vote(7, 0, "u1"),
    "answers of persons": lambda tx: tx.games.answers_of([(7, 0, "u7"), (8, 0, "u8")]),
    "answers are kept": lambda tx: tx.games.put_answers([_answer(9, "new")], [_answer(7, "u7")]),
    "results are kept": lambda tx: tx.games.add_results([_result("new")]),
    "results of a game": lambda tx: tx.games.results(7),
    "results of a channel": lambda tx: tx.games.results_in(_HERE, NOW - _WEEK, NOW),
    "when a channel answered what": lambda tx: tx.games.last_answers_in(_HERE),
    "when a channel was asked what": lambda tx: tx.games.asked_in(_HERE),
    "what a channel was asked": lambda tx: tx.games.history(_HERE),
    "that a channel was asked": lambda tx: tx.games.note_asked(_HERE, "q1", NOW),
    # Questions of the day.
    "a question of the day": lambda tx: tx.dailies.questions(["d5"]),
    "open questions": lambda tx: tx.dailies.channels([_DAILY, _HERE]),
    "questions are opened": lambda tx: tx.dailies.put_channels([DailyChannel(_DAILY, "d9", "d5", "k", NOW)]),
    "questions are to be closed": lambda tx: tx.dailies.add_closings([_CLOSING]),
    "one is closed sooner": lambda tx: tx.dailies.tell_now(["k7", "k8"], NOW),
    "answers are to be told": lambda tx: tx.dailies.claim_closings(NOW, _MINUTE, 20, ("discord",)),
    "when an answer is to be told": lambda tx: tx.dailies.next_closing(("discord",)),
    "an answer is told later": lambda tx: tx.dailies.postpone_closing("k7", NOW),
    "answers are told": lambda tx: tx.dailies.end_closings(["k7", "k8"]),
    "games of a question": lambda tx: tx.dailies.games([("d5", _DAILY), ("d6", _HERE)]),
    "the game of a question in a channel": lambda tx: tx.dailies.game("d5", _DAILY),
    "answers to a question of the day": lambda tx: tx.dailies.answers([7, 8]),
    # People.
    "the board of a channel": lambda tx: tx.players.standing(_HERE, None, 10, whole_server=False, realm=""),
    "its board of this week": lambda tx: tx.players.standing(_HERE, NOW - _WEEK, 10, whole_server=False, realm=""),
    "the board of a server": lambda tx: tx.players.standing(_HERE, None, 10, whole_server=True, realm=""),
    "its board of that week": lambda tx: tx.players.standing(_HERE, NOW - _WEEK, 10, whole_server=True, realm=""),
    "what one person has": lambda tx: tx.players.total(_ANNA, "s7"),
    "when one person played": lambda tx: tx.players.played_at(_ANNA, "s7"),
    "whether somebody is hidden": lambda tx: tx.players.is_hidden(_ANNA),
    "who is hidden": lambda tx: tx.players.hidden_among("discord", "", ["u7"]),
    "results of a person": lambda tx: tx.players.results_of(_ANNA),
    "open answers of a person": lambda tx: tx.players.open_answers(_ANNA),
    "votes of a person": lambda tx: tx.players.votes(_ANNA),
    "a person is erased": lambda tx: tx.players.forget(_ANNA),
    # The web chat.
    "a message is added": lambda tx: tx.web_messages.add(_MESSAGE),
    "a message is changed": lambda tx: tx.web_messages.change(7, "{}"),
    "a message is taken away": lambda tx: tx.web_messages.delete(7),
    "the newest messages": lambda tx: tx.web_messages.newest("general", "u", 50),
    "what changed": lambda tx: tx.web_messages.changed_since(ROWS - 10),
    "the last change": lambda tx: tx.web_messages.last_change(),
    # News.
    "the memory of a source": lambda tx: tx.news.memory("s7", "feed:s7"),
    "a source is remembered": lambda tx: tx.news.remember(_MEMORY),
    "items by their keys": lambda tx: tx.news.aliases("feed:s7", [f"l:{7 + 300 * each}" for each in range(100)]),
    "the last days of a source": lambda tx: tx.news.recent_days("s7", 20),
    "a poll is taken in": lambda tx: tx.news.take_in("feed:s7", _TAKEN, NOW),
    "items by their ids": lambda tx: tx.news.items_of([7, 8]),
    "the items after one": lambda tx: tx.news.items_after(ROWS - 100, 50),
    "the newest item of a source": lambda tx: tx.news.newest_of("s7"),
    "earlier titles of an item": lambda tx: tx.news.earlier_titles(7),
    # What nobody needs any more. Not questions of the day: each of them stands in a thousand channels here, of which
    # PostgreSQL rightly finds the first by reading on.
    **{f"what may go: {kind}": partial(prune_page, kind) for kind in KINDS if kind != "dailies"},
}


def _answer(game: int, person: str) -> AnswerRecord:
    return AnswerRecord(game, 0, person, "Zoe", 1, NOW, is_changed=False)


def _result(person: str) -> ResultRecord:
    return ResultRecord(7, 0, person, "Zoe", _HERE, "q1", "x", is_right=True, points=10, at=NOW)
