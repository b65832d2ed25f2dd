"""People using newsbot in Slack, over HTTP and Socket Mode: real Bolt, real sockets, the content that ships."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.commands.dispatcher import Dispatcher, build_menu
from newsbot.commands.registry import Command, Context, Menu
from newsbot.content.library import Library
from newsbot.messages.actions import read_token
from newsbot.messages.cards import Button, Buttons, Card, Reply, Table, text
from newsbot.messages.requests import Ask, Place
from newsbot.platforms.slack.timestamps import parse_timestamp
from newsbot.storage.database import Database, DurableEvents
from tests.databases import run_sql
from tests.slack.loopback import LoopbackSlack
from tests.slack.loopback_drivers import Driver, Retry
from tests.slack.loopback_faults import Fault
from tests.slack.loopback_records import Message
from tests.slack.service import Running, Shelf, Transport, running

WITHOUT_FILES = "app_mentions:read,chat:write,commands,im:history,users:read"


@pytest.fixture
async def slack() -> AsyncIterator[LoopbackSlack]:
    """A workspace without the scopes for pictures, so that nothing is posted but answers."""
    async with LoopbackSlack(scopes=WITHOUT_FILES) as server:
        yield server


@pytest.fixture(params=["http", "socket"])
async def bot(request: pytest.FixtureRequest, slack: LoopbackSlack) -> AsyncIterator[Running]:
    """newsbot, in each transport."""
    async with running(slack, request.param) as started:
        yield started


@pytest.fixture
def people(bot: Running) -> Driver:
    return bot.people()


def buttons(message: Message) -> dict[str, str]:
    """The buttons of a message by their labels."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {element["text"]["text"]: element["action_id"] for row in rows for element in row}


def explanation(message: Message) -> str:
    """The button that explains, or leads back from the explanation."""
    return next(token for label, token in buttons(message).items() if label in {"Explain", "Back"})


async def asked(people: Driver, text: str = "cost", user: str = "alice") -> Message:
    answer = await people.command(user, "news", "/deepseek", text)
    assert answer.ok, answer.error
    assert answer.message is not None
    return answer.message


async def test_a_command_is_answered_in_its_acknowledgement_for_everyone(slack: LoopbackSlack, people: Driver) -> None:
    answer = await people.command("alice", "quiet", "/deepseek", "cost")
    assert answer.ok
    assert answer.ack_body is not None
    assert answer.ack_body["response_type"] == "in_channel"
    (message,) = slack.messages("quiet")
    assert "cost" in message.text.lower()
    assert answer.ack_body["unfurl_links"] is False
    assert slack.called("chat.postMessage") == []


async def listed(people: Driver) -> Message:
    """A list of events, which its own buttons change in place."""
    answer = await people.command("alice", "news", "/events", "nvidia 2025")
    assert answer.message is not None, answer.error
    return answer.message


async def test_the_command_alone_shows_the_overview_and_help_is_private(slack: LoopbackSlack, people: Driver) -> None:
    overview = await asked(people, "")
    assert {"Explain", "Numbers", "Sources", "Quiz me", "Delete"} <= set(buttons(overview))
    helped = await people.command("alice", "news", "/deepseek", "help")
    assert helped.ack_body is not None
    assert helped.ack_body["response_type"] == "ephemeral"
    assert "Help" in slack.ephemerals[-1].text


async def test_newsbot_takes_any_words_and_a_near_miss_is_offered(slack: LoopbackSlack, people: Driver) -> None:
    said = await people.command("alice", "news", "/newsbot", "deepseek cost")
    assert said.message is not None
    direct = await asked(people)
    assert said.message.text == direct.text
    missed = await people.command("alice", "news", "/newsbot", "deepsek cost")
    assert missed.ok
    assert missed.ack_body is not None
    mistyped = await people.command("alice", "news", "/deepseek", "“costs”")
    assert mistyped.ok


async def test_a_click_on_ones_own_answer_changes_it_in_place(slack: LoopbackSlack, people: Driver) -> None:
    message = await listed(people)
    before = message.blocks
    assert (await people.click("alice", message, "Older")).ok
    await slack.wait_for(lambda: message.former)
    assert message.blocks != before
    assert message in slack.messages("news")
    assert "Delete" in buttons(message)
    assert slack.ephemerals == []


async def test_details_open_in_place_on_ones_own_answer_and_lead_back(slack: LoopbackSlack, people: Driver) -> None:
    message = await asked(people)
    short = message.blocks
    assert (await people.click("alice", message, "Explain")).ok
    await slack.wait_for(lambda: message.former)
    assert "V3 is the base model" in message.words
    assert "Delete" in buttons(message)
    assert (await people.click("alice", message, "Back")).ok
    await slack.wait_for(lambda: len(message.former) == 2)
    assert [block for block in message.blocks if block["type"] != "actions"] == [
        block for block in short if block["type"] != "actions"
    ]
    assert slack.ephemerals == []


async def test_a_click_on_somebody_elses_answer_is_answered_to_whoever_clicked(
    slack: LoopbackSlack, people: Driver
) -> None:
    message = await asked(people)
    await people.click("bob", message, explanation(message))
    (mine,) = await slack.wait_for(lambda: slack.ephemerals)
    assert mine.ephemeral_to == slack.workspace.user("bob").id
    assert message.former == []
    await people.click("bob", mine, explanation(mine))
    await slack.wait_for(lambda: mine.former)
    assert len(slack.ephemerals) == 1


async def test_a_private_answer_is_shared_where_it_stands(slack: LoopbackSlack, people: Driver) -> None:
    await people.command("alice", "news", "/deepseek", "cost private")
    (mine,) = slack.ephemerals
    await people.click("alice", mine, "Share here")
    (shared,) = await slack.wait_for(lambda: slack.messages("news"))
    assert "Delete" in buttons(shared)
    assert mine.former == []


async def test_whoever_asked_deletes_the_answer_and_others_cannot(slack: LoopbackSlack, people: Driver) -> None:
    message = await asked(people, user="bob")
    slack.world.add_user(slack.workspace, "carol")
    await people.click("carol", message, "Delete")
    (told,) = await slack.wait_for(lambda: slack.ephemerals)
    assert "administrator" in told.text
    assert message in slack.messages("news")
    await people.click("bob", message, "Delete")
    await slack.wait_for(lambda: message not in slack.messages("news"))
    assert slack.ephemerals == [told]


async def test_an_administrator_deletes_anybodys_answer(slack: LoopbackSlack, people: Driver) -> None:
    message = await asked(people, user="bob")
    await people.click("alice", message, "Delete")
    await slack.wait_for(lambda: slack.messages("news") == [])
    assert slack.ephemerals == []


async def test_an_answer_whose_response_url_is_used_up_is_deleted_with_the_bots_token(
    slack: LoopbackSlack, people: Driver
) -> None:
    message = await asked(people)
    slack.faults.add("/response/*", Fault(status=404, error="used_url"))
    await people.click("alice", message, "Delete")
    await slack.wait_for(lambda: slack.messages("news") == [])
    assert len(slack.called("chat.delete")) == 1


def _responses(slack: LoopbackSlack) -> int:
    return len([call for call in slack.calls if call.method.startswith("/response/")])


@pytest.mark.parametrize("fault", [Fault(drop="after"), Fault.broken()], ids=["drop", "broken"])
async def test_an_answer_to_a_press_is_not_repeated_when_it_is_not_known_whether_it_stands(
    slack: LoopbackSlack, people: Driver, fault: Fault
) -> None:
    message = await asked(people)
    fault.hits = 0
    slack.faults.add("/response/*", fault)
    await people.click("bob", message, explanation(message))
    await slack.wait_for(lambda: fault.hits)
    await people.click("bob", message, explanation(message))
    await slack.wait_for(lambda: _responses(slack) == 2)
    await people.mention("alice", "news", "deepseek cost")
    await slack.wait_for(lambda: slack.messages("news")[1:])
    assert _responses(slack) == 2


async def test_a_short_limit_on_an_answer_is_waited_out(slack: LoopbackSlack, people: Driver) -> None:
    message = await listed(people)
    slack.faults.add("/response/*", Fault.rate_limited(1))
    await people.click("alice", message, "Older")
    assert len(await slack.wait_for(lambda: message.former)) == 1


async def test_a_delete_button_names_whoever_asked(slack: LoopbackSlack, people: Driver) -> None:
    message = await asked(people, user="bob")
    assert read_token(buttons(message)["Delete"]).arguments == (slack.workspace.user("bob").id,)


async def test_a_mention_is_answered_in_a_thread_below_it(slack: LoopbackSlack, people: Driver) -> None:
    await people.mention("alice", "news", "how much did deepseek cost?")
    (reply,) = await slack.wait_for(lambda: slack.messages("news"))
    asked_in = slack.workspace.channel("news").messages
    assert reply.thread_ts in asked_in
    await people.mention("alice", "news", "/deepseek cost", thread_ts=reply.thread_ts)
    second = (await slack.wait_for(lambda: slack.messages("news")[1:]))[0]
    assert second.thread_ts == reply.thread_ts
    assert second.metadata is not None
    assert second.args["unfurl_links"] is False


async def test_a_private_answer_to_a_mention_is_whispered(slack: LoopbackSlack, people: Driver) -> None:
    await people.mention("bob", "news", "help")
    (told,) = await slack.wait_for(lambda: slack.ephemerals)
    assert told.ephemeral_to == slack.workspace.user("bob").id
    assert slack.messages("news") == []


async def test_a_direct_message_is_answered_there(slack: LoopbackSlack, people: Driver) -> None:
    await people.direct_message("bob", "deepseek cost")
    room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
    (reply,) = await slack.wait_for(lambda: slack.messages(room))
    assert reply.thread_ts is None
    await people.direct_message("bob", "help")
    assert len(await slack.wait_for(lambda: slack.messages(room)[1:])) == 1


@pytest.mark.parametrize(
    "more",
    [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"edited": {"ts": "1.0"}}, {"channel_type": "channel"}],
    ids=["bot", "edit", "edited", "channel"],
)
async def test_bots_edits_and_channels_without_a_mention_are_not_answered(
    slack: LoopbackSlack, people: Driver, more: dict[str, object]
) -> None:
    room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
    event = {"type": "message", "user": slack.workspace.user("bob").id, "text": "cost", "ts": "1.0"}
    assert (await people.event({**event, "channel": room.id, "channel_type": "im", **more})).ok
    await people.direct_message("bob", "deepseek cost")
    await slack.wait_for(lambda: slack.messages(room))
    assert len(slack.messages(room)) == 1


async def test_the_home_tab_is_filled_and_its_buttons_open_modals(slack: LoopbackSlack, people: Driver) -> None:
    await people.open_home("bob")
    tab = await slack.wait_for(lambda: slack.home("bob"))
    assert tab is not None
    await people.click("bob", tab, "nb1:topic.open:deepseek")
    (modal,) = await slack.wait_for(lambda: slack.views)
    assert modal.body["type"] == "modal"
    await people.click("bob", modal, next(t for t in _tokens(modal.body) if t.startswith("nb1:explain.view")))
    (update,) = await slack.wait_for(lambda: slack.called("views.update"))
    assert update.args["view_id"] == modal.id


def _tokens(view: dict[str, object]) -> list[str]:
    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]  # type: ignore[attr-defined]
    return [element["action_id"] for row in rows for element in row]


async def test_a_form_says_what_is_missing_and_then_is_answered(slack: LoopbackSlack, people: Driver) -> None:
    unclear = await people.command("alice", "news", "/figure")
    assert unclear.message is not None
    await people.click("alice", unclear.message, "Fill in")
    (form,) = await slack.wait_for(lambda: slack.views)
    field = next(block["element"]["action_id"] for block in form.body["blocks"] if block["type"] == "input")
    refused = await people.submit(form, {field: ""})
    assert refused.ok
    assert refused.ack_body is not None
    assert refused.ack_body["response_action"] == "errors"
    before = len(slack.ephemerals)
    assert (await people.submit(form, {field: "deepseek-v3-training-cost"})).ok
    assert not form.open
    await slack.wait_for(lambda: len(slack.messages("news")) + len(slack.ephemerals) > before)
    assert "training" in str((*slack.messages("news"), *slack.ephemerals[before:]))


async def test_a_form_that_slack_does_not_open_is_told(slack: LoopbackSlack, people: Driver) -> None:
    unclear = await people.command("alice", "news", "/figure")
    assert unclear.message is not None
    slack.faults.add("views.open", Fault.refused("expired_trigger_id"))
    await people.click("alice", unclear.message, "Fill in")
    told = await slack.wait_for(lambda: slack.ephemerals[1:])
    assert "did not open" in told[0].text


async def test_a_form_of_the_home_tab_is_answered_in_its_modal(slack: LoopbackSlack, people: Driver) -> None:
    await people.open_home("bob")
    tab = await slack.wait_for(lambda: slack.home("bob"))
    assert tab is not None
    await people.click("bob", tab, "Ask a question")
    (form,) = await slack.wait_for(lambda: slack.views)
    field = next(block["element"]["action_id"] for block in form.body["blocks"] if block["type"] == "input")
    sent = await people.submit(form, {field: "What did DeepSeek cost?"})
    assert sent.ok
    assert sent.ack_body is not None
    assert sent.ack_body["response_action"] == "update"


async def test_a_retried_command_event_or_press_is_handled_once(slack: LoopbackSlack, people: Driver) -> None:
    first = await people.command("alice", "news", "/events", "nvidia 2025")
    again = await people.deliver("slash_commands", first.payload)
    assert again.ok
    assert again.ack_body is None
    mention = await people.mention("alice", "news", "deepseek cost")
    await slack.wait_for(lambda: slack.messages("news")[1:])
    assert (await people.again(mention, Retry(1, "http_timeout"))).ok
    assert first.message is not None
    press = await people.click("alice", first.message, "Older")
    await people.deliver("interactive", press.payload)
    await slack.wait_for(lambda: first.message and first.message.former)
    await people.direct_message("bob", "deepseek cost")  # what was begun before it has ended when this is answered
    room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
    await slack.wait_for(lambda: slack.messages(room))
    assert len(slack.messages("news")) == 2
    assert len(first.message.former) == 1


async def test_two_processes_answer_one_event_once(slack: LoopbackSlack, tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    async with running(slack, "http", url=url) as one, running(slack, "http", url=url) as two:
        mention = await one.people().mention("alice", "news", "deepseek cost")
        await two.people().deliver("events_api", mention.payload)
        await slack.wait_for(lambda: slack.messages("news"))
        await two.people().direct_message("bob", "deepseek cost")
        room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
        await slack.wait_for(lambda: slack.messages(room))
    assert len(slack.messages("news")) == 1


async def test_content_is_answered_while_the_database_is_gone(slack: LoopbackSlack, bot: Running) -> None:
    await run_sql(bot.database, "DROP TABLE handled_events")
    people = bot.people()
    message = await listed(people)
    await people.click("alice", message, "Older")
    await slack.wait_for(lambda: message.former)
    await people.mention("alice", "news", "deepseek cost")
    (second,) = await slack.wait_for(lambda: slack.messages("news")[1:])
    assert "$5.576 million" in str(second.blocks)


async def test_two_hundred_commands_at_once_are_all_answered(slack: LoopbackSlack, people: Driver) -> None:
    answers = await asyncio.gather(*(people.command("alice", "news", "/deepseek", "cost") for _ in range(200)))
    assert [answer.error for answer in answers if not answer.ok] == []
    assert len(slack.messages("news")) == 200


async def test_an_invited_bot_says_once_what_it_is_for(slack: LoopbackSlack, people: Driver) -> None:
    await people.bot_joins("secret", "alice")
    (welcome,) = await slack.wait_for(lambda: slack.messages("secret"))
    assert "I explain AI market events" in welcome.text
    for label in ("What did DeepSeek cost?", "A 3-question quiz", "Preview tomorrow's digest", "Set up a daily digest"):
        assert label in str(welcome.blocks)
    await people.bot_joins("secret", "alice")
    await people.direct_message("bob", "deepseek cost")
    room = slack.world.dm(slack.workspace, slack.workspace.user("bob").id)
    await slack.wait_for(lambda: slack.messages(room))
    assert len(slack.messages("secret")) == 1


async def test_who_is_an_administrator_is_asked_of_slack_at_the_first_command(
    slack: LoopbackSlack, people: Driver
) -> None:
    for user in ("bob", "alice"):
        assert (await people.command(user, "news", "/settings")).ok
    refused, allowed = slack.ephemerals
    assert "Only an admin of this workspace" in refused.text
    assert "Only an admin of this workspace" not in allowed.text


class Hall:
    """A dispatcher with more commands: a long answer, one that waits to be let go, one that notes when and who."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.asked: list[Ask] = []

    def dispatcher(self, shelf: Shelf, database: Database) -> Dispatcher:
        return Dispatcher(shelf, lambda: datetime.now(UTC), lambda: "incident", DurableEvents(database), self.menu)

    def menu(self, library: Library) -> Menu:
        made = build_menu(library).commands.values()
        more = {"long": self.long, "slow": self.slow, "table": self.table, "when": self.when}
        return Menu.of([*made, *(Command((name,), name.title(), answer) for name, answer in more.items())])

    async def when(self, context: Context, ask: Ask) -> Reply:
        del context
        self.asked.append(ask)
        return Reply(Card("When", (text("Just now."),)), private=True)

    async def long(self, context: Context, ask: Ask) -> Reply:
        del context, ask
        return Reply(Card("Long", tuple(text(f"{number} " + "word " * 500) for number in range(12))))

    async def table(self, context: Context, ask: Ask) -> Reply:
        del context, ask
        return Reply(Card("Table", (Table("Two rows", ("a", "b"), (("1", "2"), ("3", "4"))),)))

    async def slow(self, context: Context, ask: Ask) -> Reply:
        del context, ask
        await self.release.wait()
        return Reply(Card("Slow", (text("Here at last."),)))


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_refused_table_is_sent_again_as_text(slack: LoopbackSlack, hall: Hall, transport: Transport) -> None:
    slack.faults.add("chat.postMessage", Fault.refused("invalid_blocks"))
    async with running(slack, transport, dispatcher_of=hall.dispatcher) as bot:
        await bot.people().mention("alice", "news", "/table")
        (reply,) = await slack.wait_for(lambda: slack.messages("news"))
    assert "Two rows" in reply.words
    assert not [block for block in reply.blocks if block["type"] == "table"]


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_slow_command_is_acknowledged_in_time_and_answered_later(
    slack: LoopbackSlack, hall: Hall, transport: Transport
) -> None:
    async with running(slack, transport, dispatcher_of=hall.dispatcher) as bot:
        answer = await bot.people().command("alice", "news", "/slow")
        assert (answer.ok, answer.ack_body) == (True, None)
        assert slack.messages("news") == []
        hall.release.set()
        (late,) = await slack.wait_for(lambda: slack.messages("news"))
        assert "Here at last." in late.text
        assert "Delete" in buttons(late)


async def posted(slack: LoopbackSlack, bot: Running, *tokens: str) -> Message:
    """A card of the bot's own with these buttons, each called as its action."""
    actions = [read_token(token) for token in tokens]
    buttons = Buttons(tuple(Button(action.name, action) for action in actions))
    where = Place("slack", slack.workspace.id, slack.workspace.channel("news").id)
    await bot.service.platform.post(where, Reply(Card("Press", (buttons,))), "")
    return slack.messages("news")[-1]


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_press_has_slacks_own_time(slack: LoopbackSlack, hall: Hall, transport: Transport) -> None:
    async with running(slack, transport, dispatcher_of=hall.dispatcher) as bot:
        press = await bot.people().click("alice", await posted(slack, bot, "nb1:ask.run:when"), "nb1:ask.run:when")
        await slack.wait_for(lambda: hall.asked)
    told = parse_timestamp(press.payload["actions"][0]["action_ts"])
    assert told is not None
    assert hall.asked[0].at == told


@pytest.mark.parametrize("stamp", [None, "", "soon", 3.5, "1000000000.000100", "9999999999.000100"])
async def test_a_press_whose_time_cannot_be_has_ours(slack: LoopbackSlack, hall: Hall, stamp: object) -> None:
    async with running(slack, "http", dispatcher_of=hall.dispatcher) as bot:
        message = await posted(slack, bot, "nb1:ask.run:when")
        press = (await bot.people().click("alice", message, "nb1:ask.run:when")).payload
        changed = {**press["actions"][0], "action_ts": stamp}
        if stamp is None:
            del changed["action_ts"]
        again = {**press, "trigger_id": "another", "actions": [changed]}
        before = datetime.now(UTC)
        assert (await bot.people().deliver("interactive", again)).ok
        await slack.wait_for(lambda: len(hall.asked) == 2)
    at = hall.asked[1].at
    assert at is not None
    assert abs(at - before) < timedelta(seconds=30)  # a wall clock may be put back a little at any time


async def test_presses_that_a_quiz_counts_by_itself_cost_no_claim_and_no_question_to_slack(
    slack: LoopbackSlack, bot: Running, people: Driver
) -> None:
    tokens = ["nb1:quiz.answer:7:1", "nb1:quiz.daily:7:1", "nb1:quiz.skip:7"]
    message = await posted(slack, bot, *tokens)
    for token in tokens:
        press = await people.click("bob", message, token)
        assert (await people.deliver("interactive", press.payload)).ok  # what comes twice is answered once all the same
    await slack.wait_for(lambda: len(slack.ephemerals) >= len(tokens))
    assert await _claims(bot) == 0
    assert slack.called("users.info") == []
    await people.click("alice", message, tokens[0])
    await slack.wait_for(lambda: len(slack.ephemerals) > len(tokens))
    assert len(slack.ephemerals) == len(tokens) + 1


async def test_who_ends_a_quiz_is_asked_of_slack_and_counted_once_everywhere(
    slack: LoopbackSlack, bot: Running, people: Driver
) -> None:
    await people.click("bob", await posted(slack, bot, "nb1:quiz.stop:7"), "nb1:quiz.stop:7")
    await slack.wait_for(lambda: slack.ephemerals)
    assert len(slack.called("users.info")) == 1
    assert await _claims(bot) >= 1


async def _claims(bot: Running) -> int:
    ((count,),) = await run_sql(bot.database, "SELECT count(*) FROM handled_events")
    return int(count)


async def test_the_rest_of_a_long_answer_is_for_whoever_asked(slack: LoopbackSlack, hall: Hall) -> None:
    async with running(slack, "http", dispatcher_of=hall.dispatcher) as bot:
        await bot.people().command("alice", "quiet", "/long")
        await slack.wait_for(lambda: slack.ephemerals)
        assert len(slack.messages("quiet")) == 1
        assert {message.ephemeral_to for message in slack.ephemerals} == {slack.workspace.user("alice").id}


async def test_a_mention_is_acknowledged_while_slack_is_slow_to_tell_who_it_was(
    slack: LoopbackSlack, bot: Running, people: Driver
) -> None:
    fault = slack.faults.add("users.info", Fault(wait=asyncio.Event()))
    assert (await people.mention("alice", "news", "deepseek cost")).ok
    await fault.reached.wait()
    assert slack.messages("news") == []
    assert fault.wait is not None
    fault.wait.set()
    (answer,) = await slack.wait_for(lambda: slack.messages("news"))
    assert "$5.576 million" in str(answer.blocks)
