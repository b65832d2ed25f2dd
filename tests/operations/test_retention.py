"""Retention: what nobody needs goes, what is open or seen stays, and a database that runs for years stops growing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase as Hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event, func, insert, select

from newsbot.content.library import Library, load_library
from newsbot.digests.composer.sources import ContentNews, SelfCheckQuestion
from newsbot.digests.service import DigestService
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Place
from newsbot.operations.retention import Retention
from newsbot.quizzes.cards.game_cards import receipt_card
from newsbot.quizzes.rules.game import Phase
from newsbot.settings import RetentionSettings
from newsbot.storage.database import Database
from newsbot.storage.records import Player
from newsbot.storage.retention.deliveries import LAST_DELIVERIES
from newsbot.storage.retention.repository import KINDS, RetentionRepository
from newsbot.storage.retention.rules import Cutoffs
from newsbot.storage.tables import (
    deliveries,
    digest_histories,
    editions,
    incidents,
    leases,
    metadata,
    outages,
    quiz_answers,
    quiz_channels,
    quiz_dailies,
    quiz_games,
    quiz_results,
    subscriptions,
    web_messages,
)
from tests.operations.rows import (
    START,
    World,
    add,
    add_edition,
    add_game,
    delivery,
    game,
    row_counts,
    subscription,
    web_message,
)
from tests.quizzes.house import ADA, BEN, QUIZ, Clock, Process

NOW = datetime(2027, 1, 4, 3, 30, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=400), NOW - timedelta(days=3)
SETTINGS = RetentionSettings()
GROWING = {"quiz_results"}  # points, boards and streaks are kept for ever


async def no_pause(seconds: float) -> None:
    """Nobody waits."""
    del seconds


def retention(database: Database, at: datetime = NOW, wanted: RetentionSettings = SETTINGS) -> Retention:
    """The job at an instant."""
    return Retention(database, wanted, lambda: at, no_pause)


async def counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    return await database.read(lambda tx: row_counts(tx._connection))


async def run(database: Database, work: Any, *arguments: Any) -> Any:
    """The result of `work` with the connection of a transaction."""
    return await database.write(lambda tx: work(tx._connection, *arguments))


# -- years ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    copied = tmp_path / "newsbot.db"
    copied.write_bytes(migrated_file.read_bytes())
    return copied


async def test_two_years_of_digests_quizzes_and_chat_stop_growing(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    wanted = RetentionSettings(deliveries_days=30, quiz_days=30, games_days=60, web_days=30)
    world = World()
    await run(database, world.begin)
    sizes: dict[int, tuple[dict[str, int], int]] = {}
    for week in range(1, 105):
        at = await run(database, world.pass_week)
        await retention(database, at, wanted).prune()
        if week in (52, 104):
            sizes[week] = await counts(database), await run(database, _used_bytes)
    first, second = sizes[52][0], sizes[104][0]
    grown = {table: (first[table], second[table]) for table in first if second[table] > first[table]}
    outage_days = {"outages"}  # one a day here: streaks go by them as long as results are kept
    assert grown.keys() <= GROWING | outage_days, grown
    results = second["quiz_results"] - first["quiz_results"]
    assert results > 5_000  # a game's answers and the questions of the day of a year
    # The file grows by no more than what results take, with their indexes.
    assert sizes[104][1] - sizes[52][1] < results * 700
    await database.close()


async def test_two_years_of_digests_alone_leave_the_file_as_it_is(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    wanted = RetentionSettings(deliveries_days=30)
    await run(database, lambda connection: add(connection, subscriptions, subscription(1), subscription(2)))
    used: list[int] = []
    at = START
    for week in range(104):
        await run(database, _week_of_digests, at, week)
        at += timedelta(days=7)
        await retention(database, at, wanted).prune()
        used.append(await run(database, _used_bytes))
    assert max(used[52:]) <= max(used[:52])
    await database.close()


def _week_of_digests(connection: Connection, at: datetime, week: int) -> None:
    for day in range(7):
        due = at + timedelta(days=day)
        edition, history = add_edition(connection, due), f"history-{week}-{day}"
        add(connection, digest_histories, {"id": history, "shown": "x" * 8_000})
        connection.execute(subscriptions.update().values(history=history))
        add(
            connection,
            deliveries,
            *(delivery(f"digest:{each}:{due:%Y-%m-%d}", edition, due, subscription=each) for each in (1, 2)),
        )


def _used_bytes(connection: Connection) -> int:
    """The bytes of the file that hold something; what was freed is filled again before the file grows."""

    def pragma(name: str) -> int:
        return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")


# -- what stays, whatever there is ------------------------------------------------------------------------------------

_ages = st.integers(0, 500)
_states = st.sampled_from(["due", "leased", "sending", "sent", "unknown", "failed", "skipped"])
_phases: st.SearchStrategy[Phase] = st.sampled_from(["posting", "asking", "finishing", "ended", "mending"])


@pytest.fixture(scope="module")
def memory() -> Iterator[Connection]:
    """An empty database in memory with every table; what a test writes is rolled back."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA foreign_keys=ON"))
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection
    engine.dispose()


@settings(max_examples=100, phases=[Hypothesis.explicit, Hypothesis.reuse, Hypothesis.generate])
@given(
    messages=st.lists(st.tuples(_states, _ages, st.sampled_from([None, 1, 2, 3]), st.booleans()), max_size=40),
    games=st.lists(st.tuples(_phases, _ages, st.booleans(), st.booleans()), max_size=12),
    said=st.lists(st.tuples(_ages, st.booleans()), max_size=20),
)
def test_nothing_open_is_ever_deleted(
    memory: Connection,
    messages: list[tuple[str, int, int | None, bool]],
    games: list[tuple[Phase, int, bool, bool]],
    said: list[tuple[int, bool]],
) -> None:
    memory.rollback()
    _fill(memory, messages, games, said)
    before = _snapshot(memory)
    for _ in range(3):  # what goes on one day may let more go on the next
        _prune(memory)
    after = _snapshot(memory)
    kept = {row.id for row in after["deliveries"]}
    for row in before["deliveries"]:
        if row.state in ("due", "leased", "sending", "unknown"):
            assert row.id in kept
    for number in (1, 2):  # the third has ended
        last = sorted(row.id for row in before["deliveries"] if row.subscription == number)[-LAST_DELIVERIES:]
        assert kept.issuperset(last)
    stored = {row.id for row in after["editions"]}
    assert all(row.edition_id in stored for row in after["deliveries"])
    assert {row.delivery for row in before["incidents"] if row.closed_at is None} <= kept
    here = {row.id: row for row in after["games"]}
    for row in before["games"]:
        if row.phase != "ended":
            assert row.id in here
            answered = {each for each in before["answers"] if each.game == row.id}
            assert answered <= set(after["answers"])
    told = {row.key for row in after["deliveries"]}
    for row in before["deliveries"]:
        if row.key.startswith("quiz:"):
            of = int(row.key.split(":")[1])
            is_guarded = of in here and (here[of].phase != "ended" or row.key.endswith(":end"))
            assert row.key in told or not is_guarded
    dailies = {row.id for row in after["dailies"]}
    for row in before["channels"]:
        assert {row.daily, row.before} - {""} <= dailies
        assert row.delivery not in {each.key for each in before["deliveries"]} or row.delivery in told
    assert after["results"] == before["results"]
    assert after["histories"] == [row for row in before["histories"] if row.id in ("used-1", "used-2")]
    open_keys = {row.key for row in before["deliveries"] if row.state in ("due", "leased", "sending")}
    guarded = {row.id for row in before["said"] if row.post_key and row.post_key.rpartition(".")[0] in open_keys}
    assert guarded <= {row.id for row in after["said"]}
    for name in ("deliveries", "editions", "games", "said"):
        if before[name]:
            assert max(row.id for row in after[name]) == max(row.id for row in before[name])
    _prune(memory)
    assert _snapshot(memory) == after
    memory.rollback()


def _fill(
    connection: Connection,
    messages: list[tuple[str, int, int | None, bool]],
    games: list[tuple[Phase, int, bool, bool]],
    said: list[tuple[int, bool]],
) -> None:
    histories = ("used-1", "used-2", "ended", "nobody")
    add(connection, digest_histories, *({"id": each, "shown": "{}"} for each in histories))
    digests = subscription(1, "used-1"), subscription(2, "used-2", "paused"), subscription(3, "ended", "ended")
    add(connection, subscriptions, *digests)
    for number, (state, age, of, is_incident) in enumerate(messages):
        at = NOW - timedelta(days=age)
        daily = f"d{number}" if number % 3 == 0 else ""
        edition = add_edition(connection, at, daily)
        if daily:
            add(connection, quiz_dailies, {"id": daily, "question": "{}", "made_at": at})
        row = delivery(f"key-{number}", edition, at, state, subscription=of, channel=f"c{number}")
        made = connection.execute(insert(deliveries).values(row).returning(deliveries.c.id)).scalar_one()
        if is_incident and of:
            incident = {"delivery": made, "subscription": of, "platform": "web", "opened_at": at}
            add(connection, incidents, {**incident, "closed_at": at if state in ("sent", "skipped") else None})
        if daily and of:
            where = {"platform": "web", "workspace": "", "channel": f"c{number}", "since": at}
            earlier = f"d{number - 3}" if number >= 3 else ""
            add(connection, quiz_channels, {**where, "daily": daily, "before": earlier, "delivery": row["key"]})
    for number, (phase, age, is_daily, is_scored) in enumerate(games):
        at, daily = NOW - timedelta(days=age), f"d{number}" if is_daily else ""
        place = Place("web", "", f"c{number}")
        made = add_game(connection, game(place, at, phase, daily), is_scored=is_scored)
        keys = () if is_daily else (f"quiz:{made}:0", f"quiz:{made}:end")
        add(connection, deliveries, *(delivery(each, add_edition(connection, at), at) for each in keys))
    ordered = sorted(said, reverse=True)
    for number, (age, is_posted) in enumerate(ordered, 1):
        key = f"key-{number}.0" if is_posted else None
        add(connection, web_messages, web_message(NOW - timedelta(days=age), number, key))


def _prune(connection: Connection) -> None:
    repository = RetentionRepository(connection)

    def before(days: int) -> datetime:
        return NOW - timedelta(days=days)

    cutoffs = Cutoffs(NOW, before(2), before(90), before(90), before(365), before(90), 10, before(90))
    for kind in KINDS:
        after: Any = None
        while True:
            page = repository.find(kind, cutoffs, after)
            if page.keys:
                repository.delete(kind, cutoffs, page.keys)
            if page.next is None:
                break
            after = page.next


def _snapshot(connection: Connection) -> dict[str, list[Any]]:
    tables = {
        "deliveries": deliveries,
        "editions": editions,
        "incidents": incidents,
        "games": quiz_games,
        "answers": quiz_answers,
        "results": quiz_results,
        "channels": quiz_channels,
        "dailies": quiz_dailies,
        "histories": digest_histories,
        "said": web_messages,
    }
    return {name: list(connection.execute(select(each).order_by(*each.primary_key))) for name, each in tables.items()}


# -- what goes --------------------------------------------------------------------------------------------------------


async def test_a_look_tells_exactly_what_goes_and_deletes_nothing(database: Database) -> None:
    world = World()
    await run(database, world.begin)
    for _ in range(16):
        at = await run(database, world.pass_week)
    before = await counts(database)
    job = retention(database, at, RetentionSettings(deliveries_days=30, quiz_days=30, games_days=60, web_days=30))
    looked = await job.preview()
    assert await counts(database) == before
    gone = await job.prune()
    after = await counts(database)
    assert looked == gone == {table: before[table] - after[table] for table in before if before[table] > after[table]}
    assert looked.keys() >= {"deliveries", "editions", "quiz_games", "quiz_answers", "quiz_dailies", "web_messages"}
    assert await job.prune() == {}


async def test_points_and_streaks_are_the_same_after_the_games_went(database: Database) -> None:
    place = Place("web", "", "quiz")

    def play(connection: Connection) -> None:
        for day in range(400, 360, -1):
            add_game(connection, game(place, NOW - timedelta(days=day)))
        add_game(connection, game(place, NOW))

    await run(database, play)
    ada = Player("web", "", "ada")

    async def figures() -> tuple[object, ...]:
        return await database.read(
            lambda tx: (
                tx.players.total(ada, ""),
                frozenset(tx.players.played_at(ada, "")),
                tx.players.standing(place, None, 10, whole_server=False, realm=""),
                tx.players.results_of(ada),
                tx.players.by_question(),
            )
        )

    before = await figures()
    gone = await retention(database).prune()
    assert gone["quiz_games"] > 30
    assert gone["quiz_answers"] == gone["quiz_games"] * 15 + (40 - gone["quiz_games"]) * 15
    assert await figures() == before


async def test_the_answers_go_before_the_game_and_the_messages_that_an_erasure_shows_anew(database: Database) -> None:
    def play(connection: Connection) -> None:
        for at in (NOW - timedelta(days=100), YOUNG):
            made = add_game(connection, game(Place("web", "", "quiz"), at))
            for what in ("0", "end"):
                add(connection, deliveries, delivery(f"quiz:{made}:{what}", add_edition(connection, at), at))

    await run(database, play)
    gone = await retention(database).prune()
    assert gone == {"quiz_answers": 15, "quiz_votes": 2}


async def test_outages_stay_as_long_as_a_streak_can_reach_back_to_them(database: Database) -> None:
    day = timedelta(days=1)
    spans = [{"start": at, "end": at + timedelta(hours=1)} for at in (OLD - 9 * day, OLD + day, NOW - 50 * day)]
    await run(database, lambda connection: add(connection, outages, *spans))
    await run(database, lambda connection: add_game(connection, game(QUIZ, OLD)))
    assert (await retention(database).prune())["outages"] == 1
    await run(database, lambda connection: connection.execute(quiz_results.delete()))
    assert (await retention(database).prune())["outages"] == 1


async def test_leases_of_workers_that_died_go_and_living_ones_stay(database: Database) -> None:
    rows = [{"name": f"l{hours}", "holder": "w", "until": NOW - timedelta(hours=hours)} for hours in (-1, 1, 30)]
    await run(database, lambda connection: add(connection, leases, *rows))
    assert await retention(database).prune() == {"leases": 1}


async def test_the_newest_messages_of_the_chat_stay_up_to_the_number_that_is_set(database: Database) -> None:
    rows = [web_message(YOUNG, number) for number in range(1, 1_301)]
    await run(database, lambda connection: add(connection, web_messages, *rows))
    assert await retention(database, wanted=RetentionSettings(web_messages=500)).prune() == {"web_messages": 800}
    left = await run(database, lambda connection: connection.execute(select(func.min(web_messages.c.change))).scalar())
    assert left == 801


async def test_a_chat_that_nobody_used_for_long_goes_on_counting_where_it_was(database: Database) -> None:
    rows = [web_message(OLD, number) for number in range(1, 9)]
    await run(database, lambda connection: add(connection, web_messages, *rows))
    assert await retention(database).prune() == {"web_messages": 7}
    assert await database.read(lambda tx: tx.web_messages.last_change()) == 8


# -- presses of what went ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> Library:
    """The content that is shipped."""
    return load_library(Path(__file__).parents[2] / "content", NOW.date())


async def test_presses_of_a_game_and_of_a_daily_that_went_say_what_became_of_them(
    database: Database, library: Library
) -> None:
    house = Process(database, library, Clock())
    played = await house.start(count=1, seconds=30)
    await house.answer_right(played, ADA)
    await house.run(120)
    assert (await house.game(played.id)).phase == "ended"
    newer = await house.start(BEN, count=1, seconds=30)
    await house.run(120)
    later = house.clock.at + timedelta(days=400)
    gone = await retention(database, later).prune()
    assert gone["quiz_games"] == 1  # the newest stays: its id is not to be given again
    pressed = await house.quizzes.answer(played.id, 0, 1, house.click(ADA))
    assert "its game ended long ago" in plain_card(receipt_card(*pressed))
    assert await house.vote(played, ADA) == "forged"
    assert (await house.game(newer.id)).phase == "ended"
    daily = await house.quizzes.answer_daily("0123456789abcdef", 1, house.click(ADA))
    assert "closed for good" in plain_card(receipt_card(*daily, daily="0123456789abcdef"))


async def test_everything_of_a_person_is_exported_and_erased_after_games_went(
    database: Database, library: Library
) -> None:
    house = Process(database, library, Clock())
    for _ in range(2):
        played = await house.start(count=1, seconds=30)
        await house.answer_right(played, ADA)
        await house.run(120)
        house.clock.at += timedelta(days=1)
    house.clock.at += timedelta(days=400)
    before = await house.quizzes.export(ADA, QUIZ)
    assert (await retention(database, house.clock.at).prune())["quiz_games"] == 1
    assert await house.quizzes.export(ADA, QUIZ) == before
    erased = await house.quizzes.forget(ADA, QUIZ)
    assert erased.results == 2
    await house.run(60)
    assert not await run(database, _places_of, ADA.id, ADA.name)


def _places_of(connection: Connection, *words: str) -> list[str]:
    """Where one of these words stands, but for what the chat shows by the person's own hand."""
    return [
        f"{table.name}: {row}"
        for table in metadata.sorted_tables
        if table is not web_messages
        for row in connection.execute(select(table))
        if any(word == str(value) or f'"{word}"' in str(value) for value in row for word in words)
    ]


async def test_why_log_and_send_again_hold_what_they_show_and_refuse_what_went(
    database: Database, library: Library
) -> None:
    def fail_for_weeks(connection: Connection) -> None:
        add(connection, subscriptions, subscription(1))
        for week in range(15):
            at = OLD + timedelta(days=7 * week)
            add(
                connection,
                deliveries,
                delivery(f"digest:1:{week}", add_edition(connection, at), at, "failed", subscription=1),
            )

    await run(database, fail_for_weeks)
    every = await database.read(lambda tx: tx.deliveries.of_subscription(1, 100))
    assert (await retention(database).prune())["deliveries"] == 5
    assert await database.read(lambda tx: tx.deliveries.of_subscription(1, 100)) == every[:LAST_DELIVERIES]
    newest = await database.read(lambda tx: tx.deliveries.last_edition_of(1))
    assert newest is not None
    service = DigestService(database, {}, lambda: library, ContentNews, SelfCheckQuestion(), lambda: NOW)
    of = await service.get(1)
    assert of is not None
    assert not await service.send_again(of, every[-1].id)  # it went
    assert await service.send_again(of, every[LAST_DELIVERIES - 1].id)


async def test_edits_and_deletes_of_chat_messages_that_went_are_answered(database: Database, library: Library) -> None:
    house = Process(database, library, Clock())
    rows = [web_message(OLD, number) for number in (1, 2)]
    await run(database, lambda connection: add(connection, web_messages, *rows))
    await retention(database).prune()
    first = await run(database, lambda connection: connection.execute(select(func.min(web_messages.c.id))).scalar())
    assert not await house.chat.take_back(ADA, first - 1)
    assert await house.chat.message(first - 1) is None
