"""Quizzes in Slack: games in channels and threads, receipts, moderators, forged presses, people's own data."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.slack.limits import problems
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Message
from tests.slack.quiz_house import QuizHouse, SlackClock, quiz_house, shown
from tests.slack.test_conversation import WITHOUT_FILES, buttons
from tests.slack.test_digests import told


@pytest.fixture
async def house() -> AsyncIterator[QuizHouse]:
    clock = SlackClock()
    async with (
        LoopbackSlack(scopes=f"{WITHOUT_FILES},channels:read", clock=clock) as slack,
        quiz_house(slack, clock) as started,
    ):
        started.people.world.add_user(slack.workspace, "carol")
        yield started


# -- a game that is on ------------------------------------------------------------------------------------------------


async def test_a_second_start_offers_to_join_or_to_stop_the_game(house: QuizHouse) -> None:
    question = await house.start("bob")
    assert problems(sent(question)) == []
    await house.people.command("carol", "news", "/quiz", "start")
    offer = await told(house.slack, "A game is on here")
    copy = await house.told("carol", offer, "Join")
    assert "Closes " in copy
    joined = house.slack.ephemerals[-1]
    assert buttons(joined) == buttons(question)
    assert "Answer noted" in await house.told("carol", joined, "B · ")
    assert "Only the person who started the game or an admin" in await house.told("carol", offer, "Stop it")
    await house.press("alice", house.forged(buttons(offer)["Stop it"]), "Forged")
    await house.slack.wait_for(lambda: any("stopped the quiz" in each for each in house.posted()))
    await house.run(10)
    assert "The game was stopped." in house.posted()[-1]
    assert "This game has ended" in await house.told("carol", offer, "Join")


async def test_a_game_in_a_thread_is_played_and_stopped_there(house: QuizHouse) -> None:
    question = await house.start("bob", words="2 20 thread")
    announced, opening, question = house.slack.messages()
    assert "It is played in a thread." in announced.words
    assert "It is played in the thread below." in opening.words
    assert (opening.thread_ts, question.thread_ts) == (None, opening.ts)
    assert "Answer noted" in await house.told("carol", question, await house.right())
    assert house.slack.ephemerals[-1].args.get("thread_ts") == opening.ts
    await house.people.mention("carol", "news", "quiz stop", thread_ts=opening.ts)
    await told(house.slack, "Only the person who started")
    await house.people.mention("bob", "news", "quiz stop", thread_ts=opening.ts)
    await house.slack.wait_for(lambda: any("stopped the quiz" in each for each in house.posted()))
    await house.run(10)
    scores = house.slack.messages()[-1]
    assert "Final scores" in scores.words
    assert scores.thread_ts == opening.ts


async def test_a_game_that_a_mention_starts_is_played_in_its_thread(house: QuizHouse) -> None:
    await house.people.mention("bob", "news", "quiz start questions:1 seconds:10")
    await house.slack.wait_for(house.slack.messages)
    await house.run(0.5)
    announced, question = house.slack.messages()
    assert question.thread_ts == announced.thread_ts
    assert "Answer noted" in await house.told("carol", question, await house.right())
    await house.people.command("carol", "news", "/quiz", "start")
    await told(house.slack, "A game is on here")
    await house.run(30)
    assert house.slack.messages()[-1].thread_ts == announced.thread_ts
    assert "1 of 1 right (100%)" in house.posted()[-1]


async def test_a_game_in_the_direct_conversation_with_newsbot_is_one_persons(house: QuizHouse) -> None:
    channel = house.people.world.dm(house.people.space, house.people.user("bob").id)
    asking = asyncio.create_task(house.people.command("bob", channel, "/quiz", "start 1 10"))
    while not asking.done():
        await house.run(0.2)
    question = next(message for message in house.slack.messages(channel) if "Question 1 of 1" in message.words)
    assert "Answer noted" in await house.told("bob", question, await house.right())
    await house.run(30)
    assert "1 of 1 right (100%)" in house.posted(channel)[-1]


async def test_the_welcome_of_a_channel_starts_a_game_of_three_by_one_press(house: QuizHouse) -> None:
    await house.people.bot_joins("secret", "alice")
    (welcome,) = await house.slack.wait_for(lambda: house.slack.messages("secret"))
    pressing = asyncio.create_task(house.press("alice", welcome, "A 3-question quiz"))
    while not pressing.done():
        await house.run(0.2)
    await house.run(1)
    assert "Question 1 of 3" in house.posted("secret")[-1]


# -- where newsbot may not -------------------------------------------------------------------------------------------


async def test_where_newsbot_is_not_the_start_is_refused_with_the_fix(house: QuizHouse) -> None:
    answer = await house.people.command("bob", "quiet", "/quiz", "start")
    assert answer.ok
    refused = await told(house.slack, "newsbot cannot post in this channel")
    assert "/invite @newsbot" in refused.words
    await house.run(10)
    assert house.slack.messages("quiet") == []
    house.people.channel("quiet").members.add(house.people.space.bot_user)
    await house.press("bob", refused, "Try again")
    await house.slack.wait_for(lambda: house.slack.messages("quiet"))
    await house.run(1)
    assert "Question 1 of 5" in house.posted("quiet")[-1]


@pytest.mark.parametrize("words", ["start", "start thread"])
async def test_without_a_scope_to_look_the_first_message_tells_and_nobody_sees_a_start(words: str) -> None:
    """As newsbot's own manifest has it: Slack says only of a message that newsbot is not in the channel."""
    clock = SlackClock()
    async with LoopbackSlack(scopes=WITHOUT_FILES, clock=clock) as slack, quiz_house(slack, clock) as house:
        asking = asyncio.create_task(house.people.command("bob", "secret", "/quiz", words))
        while not asking.done():
            await house.run(0.2)
        refused = await told(slack, "newsbot cannot post in this channel")
        assert "/invite @newsbot" in refused.words
        assert slack.messages("secret") == []
        house.people.channel("secret").members.add(house.people.space.bot_user)
        await house.press("bob", refused, "Try again")
        while not any("started a quiz" in shown for shown in house.posted("secret")):
            await house.run(0.2)
        assert any("Question 1 of 5" in shown for shown in house.posted("secret"))


async def test_a_permission_that_is_lost_ends_the_game_and_the_log_says_so(
    house: QuizHouse, caplog: pytest.LogCaptureFixture
) -> None:
    question = await house.start("bob", words="2 20")
    assert "Answer noted" in await house.told("carol", question, "A · ")
    house.people.channel("news").members.remove(house.people.space.bot_user)
    with caplog.at_level(logging.WARNING):
        await house.run(40)
    game = await house.game()
    assert (game.phase, game.ending) == ("ended", "refused")
    assert any("game 1 ends" in record.getMessage() for record in caplog.records)
    assert any("/invite" in record.getMessage() for record in caplog.records)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_question_that_was_deleted_gets_its_answer_as_a_new_message(house: QuizHouse) -> None:
    question = await house.start("bob")
    await house.told("carol", question, await house.right())
    del house.people.channel("news").messages[question.ts]
    await house.run(40)
    answer, scores = house.posted()[-2:]
    assert "Question 1 of 1: the answer" in answer
    assert "After 1 of 1: " in answer
    assert "Final scores" in scores


# -- a bad connection -------------------------------------------------------------------------------------------------


async def test_a_rate_limit_on_the_reveal_is_waited_for(house: QuizHouse) -> None:
    question = await house.start("bob")
    await house.told("carol", question, "A · ")
    house.slack.faults.add("chat.update", Fault.rate_limited(30))
    await house.run(25)
    assert "the answer" not in question.words
    await house.run(40)
    assert "Question 1 of 1: the answer" in question.words
    assert len(house.slack.called("chat.update")) == 2
    assert "Final scores" in house.posted()[-1]


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_where_it_is_unclear_whether_a_question_stands_the_game_goes_on(house: QuizHouse, drop: str) -> None:
    """Where it does stand, its buttons count; the answer comes as a message of its own in both cases."""
    house.slack.faults.add("chat.postMessage", Fault(drop=drop))  # type: ignore[arg-type]
    await house.start("bob")
    standing = [message for message in house.slack.messages() if "Question 1 of 1" in message.words]
    assert len(standing) == (1 if drop == "after" else 0)
    for question in standing:
        assert "Answer noted" in await house.told("carol", question, await house.right())
    await house.run(60)
    answers = [each for each in house.posted() if "Question 1 of 1: the answer" in each]
    assert len(answers) == 1
    assert ("After 1 of 1: " if standing else "Nobody answered") in answers[0]
    assert "Final scores" in house.posted()[-1]


# -- presses that do not count ---------------------------------------------------------------------------------------


async def test_presses_after_the_end_and_in_other_channels_are_answered_and_not_counted(house: QuizHouse) -> None:
    question = await house.start("bob")
    choice, vote = (next(t for label, t in buttons(question).items() if label.startswith(s)) for s in ("A", "Vote"))
    for token in (choice, vote):
        forged = house.forged(token, "general")
        assert "belongs to a game in another channel" in await house.told("carol", forged, "Forged")
    for token in ("nb1:quiz.join:1", "nb1:quiz.stop:1"):
        assert "No such game here" in await house.told("carol", house.forged(token, "general"), "Forged")
    await house.run(60)
    assert "Nobody answered, so there are no scores." in house.posted()[-1]
    assert "This game has ended" in await house.told("carol", house.forged(choice), "Forged")


@pytest.mark.parametrize(
    "token",
    [
        "nb1:quiz.answer:1:0:9", "nb1:quiz.answer:1:5:0", "nb1:quiz.answer:99:0:0", f"nb1:quiz.answer:{2**31}:0:0",
        f"nb1:quiz.answer:1:{9**40}:0", "nb1:quiz.answer:1:0", "nb1:quiz.answer:1:0:0:0", "nb1:quiz.skip:x:0",
        "nb1:quiz.daily:abc:0", "nb1:quiz.daily:..:0", "nb1:quiz.stop:77", "nb1:quiz.export:2:ffffffff",
        "nb2:quiz.answer:1:0:0", "nb1:quiz.nothing", "nb1:quiz.forget:x", "nb1:",
    ],
)  # fmt: skip
async def test_a_forged_press_is_answered_in_private_and_changes_nothing(house: QuizHouse, token: str) -> None:
    await house.start("bob")
    before = await house.game()
    assert "Something broke" not in await house.told("carol", house.forged(token), "Forged")
    assert await house.bot.database.read(lambda tx: tx.games.count(1, 0)) == 0
    assert await house.game() == before


async def test_what_counts_is_when_slack_says_that_it_was_pressed(house: QuizHouse) -> None:
    """In time at Slack, and read after the end: counted. In time by newsbot's clock, late at Slack: not."""
    question = await house.start("bob", words="1 10")
    choice = f"nb1:quiz.answer:1:0:{'ABCD'.index(await house.right())}"
    await house.run(13, slack_too=False)
    assert (await house.game()).phase == "pausing"
    assert "Nobody answered" in question.words
    slow = house.forged(choice)
    assert "Answer noted" in await house.told("carol", slow, "Forged")
    house.slack_clock.passed += 13
    assert "Too late" in await house.told("bob", slow, "Forged")
    await house.run(20)
    assert "After 1 of 1: " in question.words
    assert "carol" in house.posted()[-1]
    assert "bob" not in house.posted()[-1]


async def test_a_press_that_is_late_at_slack_is_late_though_newsbot_still_waits(house: QuizHouse) -> None:
    question = await house.start("bob", words="1 10")
    house.slack_clock.passed += 11
    assert (await house.game()).phase == "asking"
    assert "Too late" in await house.told("carol", question, "A · ")


# -- people -----------------------------------------------------------------------------------------------------------

PLACES = ("news", "general")
NAMES = ("<!channel>", "<@U000000002> *x*", "‮evil‬ <#C1>", "@here & `x`\n# y", "@everyone")


async def test_names_on_boards_and_scores_neither_ping_nor_format(house: QuizHouse) -> None:
    question = await house.start("bob")
    for name in NAMES:
        house.people.world.add_user(house.people.space, name)
        await house.told(name, question, await house.right())
    await house.run(40)
    await house.people.command("bob", "news", "/quiz", "leaderboard")
    await house.slack.wait_for(lambda: any("Leaderboard" in each for each in house.posted()))
    for message in house.slack.messages()[-2:]:
        assert problems(sent(message)) == []
        for text in (message.text, *mrkdwn(message)):
            assert not [ping for ping in ("<!", "<@", "<#", "‮", "\n# y") if ping in text], text
            assert not [ping for ping in ("@here", "@channel", "@everyone") if ping in text], text
        assert "5 of 5" not in message.words


def sent(message: Message) -> dict[str, Any]:
    """A message without what says where it goes."""
    return {key: value for key, value in message.args.items() if key not in ("channel", "metadata", "response_type")}


def mrkdwn(message: Message) -> list[str]:
    """The texts of a message that Slack reads as mrkdwn."""
    return [each["text"] for each in walked(message.blocks) if each.get("type") == "mrkdwn"]


def walked(value: object) -> list[dict[str, Any]]:
    """Every object in a message."""
    if isinstance(value, dict):
        return [value, *(each for part in value.values() for each in walked(part))]
    return [each for part in value for each in walked(part)] if isinstance(value, list) else []


async def test_a_question_is_reported_by_its_button_in_a_form(house: QuizHouse) -> None:
    question = await house.start("bob")
    name = (await house.game()).question.id
    await house.run(30)
    await house.press("carol", question, "Report")
    (form,) = await house.slack.wait_for(lambda: house.slack.views)
    sent = await house.people.submit(form, {"nb-value-reason": "outdated", "nb-value-words": "it is *old* now"})
    assert sent.ok
    await told(house.slack, "Thank you")
    await house.people.command("carol", "news", "/quiz", "export-me")
    exported = await told(house.slack, "All that is kept")
    code = "".join(each["text"] for each in walked(exported.blocks) if each.get("style") == {"code": True})
    assert [(each["question"], each["reason"]) for each in json.loads(code)["reports"]] == [(name, "outdated")]


async def test_everybody_sees_hides_takes_away_and_erases_what_is_theirs(house: QuizHouse) -> None:
    question = await house.start("bob")
    for who in ("bob", "carol"):
        await house.told(who, question, await house.right())
    await house.run(40)
    scores = house.slack.messages()[-1]
    assert "carol" in scores.words
    await house.people.command("carol", "news", "/quiz", "me")
    assert "1 of 1 right (100%)" in (await told(house.slack, "My score")).words
    await house.people.command("carol", "news", "/quiz", "hide-me")
    await told(house.slack, "You are hidden")
    await house.people.command("bob", "news", "/quiz", "leaderboard")
    (board,) = await house.slack.wait_for(lambda: [m for m in house.slack.messages() if "Leaderboard" in m.words])
    assert "bob" in board.words
    assert "carol" not in board.words
    await house.people.command("bob", "news", "/quiz", "leaderboard all server --private")
    await told(house.slack, "Leaderboard of this workspace, of all time")
    await house.people.command("carol", "news", "/quiz", "show-me")
    await told(house.slack, "Leaderboards show you again")
    await house.people.command("carol", "news", "/quiz", "forget-me")
    asked = await told(house.slack, "Erase all of it?")
    assert "1 answer" in await house.told("carol", asked, "Erase all of it")
    await house.run(3)
    assert "carol" not in scores.words
    assert "carol" not in json.dumps(scores.blocks)
    assert "bob" in scores.words


# -- the question of the day ------------------------------------------------------------------------------------------


async def test_the_next_digest_tells_how_the_last_question_went_in_its_own_channel(house: QuizHouse) -> None:
    for where in ("news", "general"):
        house.people.channel(where).members.add(house.people.space.bot_user)
        await house.people.command("alice", where, "/digest", "subscribe 9:00 UTC daily --first")
    await house.slack.wait_for(lambda: len([m for m in house.slack.ephemerals if "is set up" in m.words]) == 2)
    await house.settle()
    (news,), (general,) = ([m for m in house.slack.messages(w) if "Question of the day" in shown(m)] for w in PLACES)
    assert "Last question" not in shown(news)
    assert "Answer noted" in await house.told("bob", news, "A · ")
    old = next(token for label, token in buttons(news).items() if label.startswith("D"))
    assert "until the question closes" in await house.told("carol", news, "B · ")
    assert "Answer noted" in await house.told("bob", general, "C · ")
    await house.next_day()
    for where, people in (("news", 2), ("general", 1)):
        digest = house.slack.messages(where)[-1]
        assert "Last question: " in shown(digest)
        assert f"of {people} right" in shown(digest)
    for before in (news, general):
        assert "The answer is " in shown(before)
        assert {"Why?", "Sealed"} <= set(buttons(before))
    assert "You chose B · " in await house.told("carol", news, "Why?")
    assert "This question of the day is closed" in await house.told("bob", house.forged(old), "Forged")


# -- fair -------------------------------------------------------------------------------------------------------------


async def test_receipts_and_messages_tell_nothing_of_the_right_choice(house: QuizHouse) -> None:
    question = await house.start("bob")
    game = await house.game()
    right = game.question.right
    asked = json.dumps([question.args, question.payload(metadata=True)], ensure_ascii=False)
    assert game.question.salt not in asked
    assert game.question.explanation[:20] not in asked
    assert question.metadata == {"event_type": "newsbot_delivery", "event_payload": {"key": "quiz:1:0"}}
    assert list(buttons(question).values())[:4] == [f"nb1:quiz.answer:1:0:{n}" for n in range(4)]
    assert [label[4:] for label in list(buttons(question))[:4]] == list(game.question.choices)
    receipts = []
    for who, choice in (("bob", right), ("carol", (right + 1) % 4)):
        receipt = await house.told(who, question, "ABCD"[choice])
        receipts.append(receipt.replace(game.question.choices[choice], "…").replace(f"{'ABCD'[choice]} ·", "…"))
    assert receipts[0] == receipts[1]
    await house.run(40)
    assert game.question.salt not in question.words
    assert game.question.salt in await house.told("bob", question, "Sealed")
