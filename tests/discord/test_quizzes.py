"""Quizzes in Discord: games in channels and threads, receipts, moderators, forged presses, people's own data."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.quizzes.rules.sealing import is_genuine
from tests.discord.conftest import NEEDED, Town
from tests.discord.limits import modal_problems, problems
from tests.discord.loopback_faults import Fault
from tests.discord.loopback_objects import Channel, Payload
from tests.discord.quiz_house import QuizHouse, quiz_house, token_of
from tests.discord.test_bot import MODAL, buttons, is_private, words

VIEW, SEND, THREADS = 1 << 10, 1 << 11, (1 << 35) | (1 << 38)
MESSAGE = "/channels/*/messages/*"
POSTS = "/channels/*/messages"


@pytest.fixture
async def house(town: Town, tmp_path: Path) -> AsyncIterator[QuizHouse]:
    """Whatever a test does, each message that leaves is one that Discord takes, and pings nobody."""
    async with quiz_house(town, tmp_path) as started:
        yield started
    for request in town.server.requests:
        if request.method in ("POST", "PATCH") and "/messages" in request.path and "components" in request.form:
            assert problems(request.form) == []
            assert request.form["allowed_mentions"] == {"parse": []}


# -- a game that is on ------------------------------------------------------------------------------------------------


async def test_a_second_start_offers_to_join_or_to_stop_the_game(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna)
    second = await house.command(town.bert, town.news, "quiz", "start")
    assert is_private(await second.answer())
    offer = second.original
    assert offer is not None
    assert "A game is on here" in words(offer)
    joined = await house.press(town.bert, offer, "Join")
    assert is_private(await joined.answer())
    assert joined.original is not None
    assert buttons(joined.original["components"]) == buttons(question["components"])
    assert "Answer noted" in await house.told(town.bert, joined.original, "B · ")
    assert "Only the person who started the game or an admin" in await house.told(town.bert, offer, "Stop it")
    stopped = await house.press(town.server.world.owner, offer, "Stop it")
    assert not is_private(await stopped.answer())
    await house.run(10)
    assert "The game was stopped." in house.posted()[-1]
    assert "This game has ended" in await house.told(town.bert, offer, "Join")


async def test_a_game_in_a_thread_is_played_and_stopped_there(town: Town, house: QuizHouse) -> None:
    await house.command(town.anna, town.news, "quiz", "start", questions=2, seconds="20", thread=True)
    await house.run(0.5)
    announced, opening = town.server.messages(town.news)
    assert "It is played in a thread." in words(announced)
    assert "It is played in the thread below." in words(opening)
    thread = town.server.world.channels[int(opening["id"])]
    (question,) = town.server.messages(thread)
    assert "Question 1 of 2" in words(question)
    assert "Answer noted" in await house.told(town.bert, question, await house.right())
    assert "A game is on here" in words((await house.command(town.bert, thread, "quiz", "start")).original or {})
    assert "A game is on here" in words((await house.command(town.bert, town.news, "quiz", "start")).original or {})
    assert "Only the person who started" in words(
        (await house.command(town.bert, thread, "quiz", "stop")).original or {}
    )
    stopped = await house.command(town.anna, thread, "quiz", "stop")
    assert not is_private(await stopped.answer())
    await house.run(10)
    assert "Final scores" in house.posted(thread)[-1]
    assert len(town.server.messages(town.news)) == 2


async def test_a_game_in_a_direct_message_is_one_persons(town: Town, house: QuizHouse) -> None:
    direct = town.server.world.dm(town.anna)
    question = await house.start(town.anna, direct, seconds="10", thread=True)
    assert "Threads aren't available here" in house.posted(direct)[0]
    assert "Answer noted" in await house.told(town.anna, question, await house.right())
    await house.run(30)
    assert "1 of 1 right (100%)" in house.posted(direct)[-1]


async def test_a_thread_that_is_deleted_ends_its_game(town: Town, house: QuizHouse) -> None:
    await house.command(town.anna, town.news, "quiz", "start", questions=2, seconds="10", thread=True)
    await house.run(0.5)
    (thread,) = [channel for channel in town.guild.channels.values() if channel.is_thread]
    await town.server.remove_channel(thread)
    await house.run(40)
    assert ((await house.game()).phase, (await house.game()).ending) == ("ended", "refused")
    assert "Question 1 of 1" in words(await house.start(town.anna))


async def test_without_the_permission_for_threads_the_channel_is_told_to_watch(town: Town, house: QuizHouse) -> None:
    town.server.world.set_permissions(town.news, NEEDED & ~THREADS)
    question = await house.start(town.anna, thread=True)
    assert "Threads aren't available here, so it's in this channel." in house.posted()[0]
    assert "Question 1 of 1" in words(question)


# -- where newsbot may not -------------------------------------------------------------------------------------------


async def test_where_newsbot_may_not_post_the_start_is_refused_with_the_fix(town: Town, house: QuizHouse) -> None:
    town.server.world.set_permissions(town.news, VIEW)
    asked = await house.command(town.anna, town.news, "quiz", "start")
    assert is_private(await asked.answer())
    assert "Allow Send Messages in #ai-news." in words(asked.original or {})
    await house.run(10)
    assert town.server.messages(town.news) == []
    town.server.world.set_permissions(town.news, NEEDED)
    again = await house.press(town.anna, asked.original or {}, "Try again")
    assert not is_private(await again.answer())
    await house.run(1)
    assert "Question 1 of 5" in house.posted()[-1]


@pytest.mark.parametrize("path", ["/guilds/*", "/guilds/*/members/*"])
@pytest.mark.parametrize("fault", [Fault.status(404), Fault(answer=(200, {}, {}))])
async def test_where_discord_does_not_tell_what_newsbot_may_the_game_is_tried(
    town: Town, house: QuizHouse, path: str, fault: Fault
) -> None:
    town.server.faults.add("GET", path, fault)
    assert "Question 1 of 1" in words(await house.start(town.anna))


async def test_a_channel_that_newsbot_cannot_see_is_not_called_by_its_number(town: Town, house: QuizHouse) -> None:
    town.server.world.set_permissions(town.news, 0)
    asked = await house.command(town.anna, town.news, "quiz", "start")
    assert "Allow View Channel in this channel." in words(asked.original or {})


@pytest.mark.parametrize("left", [VIEW, 0])
async def test_a_permission_that_is_lost_ends_the_game_and_the_log_says_so(
    town: Town, house: QuizHouse, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    question = await house.start(town.anna, questions=2)
    assert "Answer noted" in await house.told(town.bert, question, "A · ")
    town.server.world.set_permissions(town.news, left)
    with caplog.at_level(logging.WARNING):
        await house.run(40)
    game = await house.game()
    assert (game.phase, game.ending) == ("ended", "refused")
    assert any("game 1 ends" in record.getMessage() for record in caplog.records)
    assert any("Allow" in record.getMessage() for record in caplog.records)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_question_that_a_moderator_deleted_gets_its_answer_as_a_new_message(
    town: Town, house: QuizHouse
) -> None:
    question = await house.start(town.anna)
    await house.told(town.bert, question, await house.right())
    await town.server.store.delete(town.server.store.get(int(question["id"])))
    await house.run(40)
    answer, scores = house.posted()[-2:]
    assert "Question 1 of 1: the answer" in answer
    assert "After 1 of 1: " in answer
    assert "Final scores" in scores


# -- a bad connection -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("via", [{}, {"Via": ""}])
async def test_a_rate_limit_on_the_reveal_is_waited_for(town: Town, house: QuizHouse, via: dict[str, str]) -> None:
    question = await house.start(town.anna)
    await house.told(town.bert, question, "A · ")
    town.server.faults.add("PATCH", MESSAGE, limited(1.5, via))
    await house.run(40)
    asked, edited = [request.at for request in town.server.requests if request.method == "PATCH"]
    assert edited - asked >= 1.5
    assert [shown for shown in house.posted() if "the answer" in shown] == house.posted()[1:2]


def limited(seconds: float, headers: dict[str, str]) -> Fault:
    """A 429, with or without the header of the proxy before Discord."""
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
    return Fault(answer=(429, body, {"Retry-After": str(seconds), **headers}))


@pytest.mark.parametrize("fault", [Fault.drop_after(), Fault.drop_before(), Fault.status(503)])
async def test_a_connection_that_breaks_while_a_question_is_posted_makes_one_message(
    town: Town, house: QuizHouse, fault: Fault
) -> None:
    town.server.faults.add("POST", POSTS, fault)
    question = await house.start(town.anna)
    assert len([shown for shown in house.posted() if "Question 1 of 1" in shown]) == 1
    assert "Answer noted" in await house.told(town.bert, question, "C · ")
    await house.run(40)
    assert len(town.server.messages(town.news)) == 3


# -- presses that do not count ---------------------------------------------------------------------------------------


async def test_presses_after_the_end_and_in_other_channels_are_answered_and_not_counted(
    town: Town, house: QuizHouse
) -> None:
    question = await house.start(town.anna)
    choice = token_of(question, "A · ")
    other = town.server.world.add_channel(town.guild, "other")
    guild = town.server.world.add_guild("elsewhere", permissions=NEEDED)
    town.server.world.add_member(guild, town.bert)
    abroad = town.server.world.add_channel(guild, "ai-news")
    for where in (other, abroad):
        forged = await house.forged(choice, where)
        assert "belongs to a game in another channel" in await house.told(town.bert, forged, "Forged")
        vote = await house.forged(token_of(question, "Vote to skip"), where)
        assert "belongs to a game in another channel" in await house.told(town.bert, vote, "Forged")
        for token in ("nb1:quiz.join:1", "nb1:quiz.stop:1"):
            assert "No such game here" in await house.told(town.bert, await house.forged(token, where), "Forged")
    await house.run(60)
    assert "Nobody answered, so there are no scores." in house.posted()[-1]
    assert "This game has ended" in await house.told(town.bert, await house.forged(choice), "Forged")


@pytest.mark.parametrize(
    "token",
    [
        "nb1:quiz.answer:1:0:9", "nb1:quiz.answer:1:0:-1", "nb1:quiz.answer:1:5:0", "nb1:quiz.answer:99:0:0",
        f"nb1:quiz.answer:{2**31}:0:0", f"nb1:quiz.answer:1:{9**40}:0", "nb1:quiz.answer:1:0", "nb1:quiz.answer",
        "nb1:quiz.answer:1:0:٣", "nb1:quiz.answer:1:0:0:0", "nb1:quiz.answer:%31:0:x", "nb1:quiz.skip:1:99",
        "nb1:quiz.skip:x:0", "nb1:quiz.join:77", "nb1:quiz.stop:77", "nb1:quiz.daily:abc:0", "nb1:quiz.daily:..:0",
        "nb1:quiz.daily:abc:99999999999", "nb1:quiz.export:2:ffffffff", "nb1:quiz.forget:x", "nb1:quiz.nothing",
        "nb2:quiz.answer:1:0:0", "nonsense",
    ],
)  # fmt: skip
async def test_a_forged_press_is_answered_in_private_and_changes_nothing(
    town: Town, house: QuizHouse, token: str
) -> None:
    await house.start(town.anna)
    before = await house.game()
    told = await house.told(town.bert, await house.forged(token), "Forged")
    assert "Something broke" not in told
    assert await house.database.read(lambda tx: tx.games.count(1, 0)) == 0
    assert await house.game() == before


async def test_what_counts_is_when_discord_says_that_it_was_pressed(town: Town, house: QuizHouse) -> None:
    """In time at Discord, and read after the end: counted. In time by newsbot's clock, late at Discord: not."""
    question = await house.start(town.anna, seconds="10")
    right = await house.right()
    await house.run(13, discord_too=False)
    assert (await house.game()).phase == "pausing"
    shown = town.server.store.get(int(question["id"]))
    assert "Nobody answered" in words(shown)
    slow = await house.forged(f"nb1:quiz.answer:1:0:{'ABCD'.index(right)}")
    assert "Answer noted" in await house.told(town.bert, slow, "Forged")
    town.server.clock.advance(13)
    assert "Too late" in await house.told(town.anna, slow, "Forged")
    await house.run(20)
    assert "After 1 of 1: " in words(town.server.store.get(int(question["id"])))
    assert "Bert" in house.posted()[-1]
    assert "Anna" not in house.posted()[-1]


async def test_a_press_that_is_late_at_discord_is_late_though_newsbot_still_waits(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna, seconds="10")
    town.server.clock.advance(11)
    assert (await house.game()).phase == "asking"
    assert "Too late" in await house.told(town.bert, question, "A · ")


# -- people -----------------------------------------------------------------------------------------------------------


NAMES = ("@everyone", "<@&1> **x**", "‮evil‬ <#1>", "`x`\n# y", "")


async def test_names_on_boards_and_scores_neither_ping_nor_format(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna)
    for name in NAMES:
        stranger = town.server.world.add_user(name)
        town.server.world.add_member(town.guild, stranger)
        await house.told(stranger, question, await house.right())
    await house.run(40)
    board = await house.command(town.anna, town.news, "quiz", "leaderboard")
    for shown in (town.server.messages(town.news)[-2], board.original or {}):
        assert (shown["mentions"], shown["mention_everyone"]) == ([], False)
        text = words(shown)
        assert "@everyone" not in text
        assert "<@&1>" not in text.replace("\\\\<", "")
        assert "**x**" not in text
        assert "‮" not in text
        assert "\\n# y" not in text


async def test_a_question_is_reported_by_its_button_in_a_form(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna)
    name = (await house.game()).question.id
    await house.run(13)
    await house.run(10)
    revealed = town.server.store.get(int(question["id"]))
    opened = await house.press(town.bert, revealed, "Report")
    modal = await opened.answer()
    assert modal.type == MODAL
    assert modal_problems(modal.data) == []
    sent = await town.server.submit_modal(town.bert, opened, {"reason": ["outdated"], "words": "it is **old** now"})
    assert is_private(await sent.answer())
    assert "Thank you" in words(sent.original or {})
    exported = await house.command(town.bert, town.news, "quiz", "export-me")
    assert is_private(await exported.answer())
    kept = json.loads(code_of(exported.original or {}))
    assert [(each["question"], each["reason"]) for each in kept["reports"]] == [(name, "outdated")]


def code_of(payload: dict[str, object]) -> str:
    """What stands as code in a message."""
    text = "".join(part for part in contents(payload))
    return text.partition("`")[2].rpartition("`")[0].strip("`").replace("`\n`", "\n")


def contents(value: object) -> list[str]:
    """The texts of a message."""
    if isinstance(value, dict):
        own = [value["content"]] if value.get("type") == 10 else []
        return own + [text for each in value.values() for text in contents(each)]
    return [text for each in value for text in contents(each)] if isinstance(value, list) else []


async def test_everybody_sees_hides_takes_away_and_erases_what_is_theirs(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna)
    for who in (town.anna, town.bert):
        await house.told(who, question, await house.right())
    await house.run(40)
    assert "Bert" in house.posted()[-1]
    mine = await house.command(town.bert, town.news, "quiz", "me")
    assert is_private(await mine.answer())
    assert "1 of 1 right (100%)" in words(mine.original or {})
    hidden = await house.command(town.bert, town.news, "quiz", "hide-me")
    assert is_private(await hidden.answer())
    board = await house.command(town.anna, town.news, "quiz", "leaderboard")
    assert not is_private(await board.answer())
    assert "Anna" in words((await board.answer()).data)
    assert "Bert" not in words((await board.answer()).data)
    alone = await house.command(town.anna, town.news, "quiz", "leaderboard", period="all", scope="server", private=True)
    assert is_private(await alone.answer())
    await house.command(town.bert, town.news, "quiz", "show-me")
    asked = await house.command(town.bert, town.news, "quiz", "forget-me")
    assert "Erase all of it?" in words(asked.original or {})
    assert "1 answer" in await house.told(town.bert, asked.original or {}, "Erase all of it")
    await house.run(3)
    scores = next(shown for shown in house.posted() if "Final scores" in shown)
    assert "Bert" not in scores
    assert "Anna" in scores
    assert "none yet" in words((await house.command(town.bert, town.news, "quiz", "me")).original or {})


# -- the question of the day ------------------------------------------------------------------------------------------


async def test_the_next_digest_tells_how_the_last_question_went_in_its_own_channel(
    town: Town, house: QuizHouse
) -> None:
    other = town.server.world.add_channel(town.guild, "other")
    for where in (town.news, other):
        options = {"time": "9:00", "zone": "UTC", "days": "daily", "first": True}
        await house.command(town.server.world.owner, where, "digest", "subscribe", **options)
    await house.settle()
    news, general = (asking(town, where) for where in (town.news, other))
    assert "Last question" not in words(news)
    old = next(token for label, token in buttons(news["components"]).items() if label.startswith("D"))
    assert "Answer noted" in await house.told(town.anna, news, "A · ")
    assert "until the question closes" in await house.told(town.bert, news, "B · ")
    assert "Answer noted" in await house.told(town.anna, general, "C · ")
    await house.next_day()
    for where, people in ((town.news, 2), (other, 1)):
        digest = town.server.messages(where)[-1]
        assert "Last question" in words(digest)
        assert f"of {people} right" in words(digest)
    for before in (news, general):
        closed = words(town.server.store.get(int(before["id"])))
        assert "The answer is " in closed
        assert ":quiz.daily:" not in closed
        assert {"Why?", "Sealed"} <= set(buttons(town.server.store.get(int(before["id"]))["components"]))
    assert "You chose A · " in await house.told(town.anna, town.server.store.get(int(news["id"])), "Why?")
    stale = await house.forged(old)
    assert "This question of the day is closed" in await house.told(town.anna, stale, "Forged")


def asking(town: Town, where: Channel) -> Payload:
    """The digest with the question of the day in a channel."""
    (found,) = [message for message in town.server.messages(where) if "Question of the day" in words(message)]
    return found


# -- fair -------------------------------------------------------------------------------------------------------------


async def test_receipts_and_messages_tell_nothing_of_the_right_choice(town: Town, house: QuizHouse) -> None:
    question = await house.start(town.anna, questions=1)
    game = await house.game()
    right = game.question.right
    asked = words(question)
    assert game.question.salt not in asked
    assert game.question.explanation[:20] not in asked
    shown = buttons(question["components"])
    assert list(shown.values())[:4] == [f"nb1:quiz.answer:1:0:{n}" for n in range(4)]
    assert [label[4:] for label in list(shown)[:4]] == list(game.question.choices)
    told = {}
    for who, choice in ((town.anna, right), (town.bert, (right + 1) % 4)):
        receipt = await house.told(who, question, "ABCD"[choice])
        mine = game.question.choices[choice]
        texts = "".join(contents(json.loads(receipt)))
        told[who.name] = texts.replace(f"{'ABCD'[choice]} · {mine}", "…")
    assert told["anna"] == told["bert"]
    await house.run(40)
    revealed = words(town.server.store.get(int(question["id"])))
    assert game.question.salt not in revealed
    assert game.question.seal not in revealed
    proof = await house.told(town.bert, town.server.store.get(int(question["id"])), "Sealed")
    assert game.question.salt in proof
    assert game.question.seal in proof
    assert is_genuine(game.question.seal, game.question.text, game.question.choices[right], game.question.salt)
