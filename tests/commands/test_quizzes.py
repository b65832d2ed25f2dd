"""`/quiz`: started in words or a form, joined, answered, skipped, stopped; boards; and everyone's right to their own.

Through the real dispatcher, the real service and a real database; games move on as they do in a running newsbot.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.commands.dispatcher import Dispatcher, build_menu
from newsbot.commands.parser import understand
from newsbot.commands.registry import PRIVATE, Context
from newsbot.content.live import LiveLibrary
from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, WEB
from newsbot.messages.cards import Buttons, Card, Reply, Text
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Form, Problems
from newsbot.messages.markup import Code
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Ask, Click, Person, Place, Submit, Suggest
from newsbot.platforms.discord.commands import command_list
from newsbot.quizzes.rules.game import Game
from newsbot.quizzes.rules.scoring import Result
from newsbot.storage.database import Database, DurableEvents
from newsbot.storage.records import ResultRecord
from newsbot.storage.transaction import Transaction
from tests.databases import copy_migrated
from tests.quizzes.house import ADA, BEN, CHLOE, QUIZ, Clock, Process

GENERAL = replace(QUIZ, channel="general")


class House:
    """A newsbot with a quiz: what people say and press goes through the dispatcher."""

    def __init__(self, database: Database, live: LiveLibrary) -> None:
        self.database, self.live, self.clock = database, live, Clock()
        self.process = Process(database, live.current, self.clock)
        self.dispatcher = Dispatcher(
            live, self.clock, lambda: "0badcafe", DurableEvents(database), quizzes=self.process.quizzes
        )

    async def say(self, words: str, who: Person = ADA, where: Place = QUIZ) -> Reply:
        """The reply to a free text."""
        return checked(await self.dispatcher.say(words, who, where))

    async def press(self, action: Action, who: Person = BEN, where: Place = QUIZ, event_id: str = "") -> Reply | Form:
        """What a button leads to, by way of its token."""
        pressed = await self.dispatcher.click_token(action.token(), who, where, event_id=event_id)
        return pressed if isinstance(pressed, Form) else checked(pressed)

    async def note(self, action: Action, who: Person = BEN, where: Place = QUIZ) -> str:
        """The private words that a button leads to."""
        pressed = await self.press(action, who, where)
        assert isinstance(pressed, Reply)
        assert pressed.private
        return plain_card(pressed.card)

    async def game(self) -> Game:
        """The game of the channel."""
        found = await self.process.quizzes.current(QUIZ)
        assert found is not None
        return found

    async def started(self, words: str = "/quiz start 3 30 deepseek", who: Person = ADA) -> Game:
        """A game whose first question stands."""
        reply = await self.say(words, who)
        assert not reply.private, plain_card(reply.card)
        await self.process.run(1)
        return await self.game()

    async def send(self, form: Form, who: Person = ADA, **changed: str) -> Reply | Problems:
        """What a form is answered with, sent as it opened but for what was changed."""
        values = {each.name: each.value for each in form.fields} | changed
        answered = await self.dispatcher.submit(Submit(who, QUIZ, form.action, values, at=self.clock()))
        return answered if isinstance(answered, Problems) else checked(answered)


@pytest.fixture
async def house(live: LiveLibrary, tmp_path: Path) -> AsyncIterator[House]:
    """A newsbot with a quiz on SQLite."""
    copy_migrated(tmp_path / "newsbot.db")
    database = Database(f"sqlite:///{tmp_path / 'newsbot.db'}")
    yield House(database, live)
    await database.close()


def checked(reply: Reply) -> Reply:
    """The reply, where its card is one whole message on every platform and nothing broke."""
    for budget in BUDGETS:
        fitted = fit(reply.card, budget)
        assert (len(fitted.parts), fitted.losses) == (1, ()), (reply.card.title, budget.name)
    for action in reply.card.actions():
        action.token()
    assert "0badcafe" not in plain_card(reply.card), plain_card(reply.card)
    return reply


def labelled(card: Card, label: str) -> Action:
    """The action of the button whose label begins so."""
    rows = (block for block in card.blocks if isinstance(block, Buttons))
    found = next(button.does for row in rows for button in row.items if button.label.startswith(label))
    assert isinstance(found, Action)
    return found


def choice(game: Game, number: int) -> Action:
    """The button of a choice of the question that a game is at."""
    return Action("quiz.answer", (str(game.id), str(game.number), str(number)))


# -- starting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/quiz start", {}),
        ("/quiz start 3", {"questions": "3"}),
        (
            "/quiz start deepseek 5 30 hard",
            {"topic": "deepseek", "questions": "5", "seconds": "30", "difficulty": "hard"},
        ),
        ("quiz start openai unlimited", {"topic": "openai", "seconds": "unlimited"}),
        (
            "quiz start questions:3 seconds:unlimited thread",
            {"questions": "3", "seconds": "unlimited", "thread": "yes"},
        ),
        (
            "quiz start 10 hard questions on deepseek, 20 seconds each in a thread",
            {"questions": "10", "difficulty": "hard", "topic": "deepseek,", "seconds": "20 seconds", "thread": "yes"},
        ),
        ("/trivia play 30s 4 questions easy", {"seconds": "30s", "questions": "4 questions", "difficulty": "easy"}),
        ("/quiz start 2 minutes 4", {"seconds": "2 minutes", "questions": "4"}),
        (
            "/quiz new topic:nvidia difficulty=hard --thread",
            {"topic": "nvidia", "difficulty": "hard", "thread": "yes"},
        ),
        ("/quiz start nonsense", {"topic": "nonsense"}),
    ],
)
def test_a_game_is_told_in_words_in_any_order(live: LiveLibrary, words: str, expected: dict[str, str]) -> None:
    library = live.current
    understood = understand(words, Context(library, build_menu(library)))
    assert understood.path == ("quiz", "start")
    assert understood.options == expected


async def test_everybody_sees_who_started_a_game_and_how_it_is_played(house: House) -> None:
    reply = await house.say("/quiz start deepseek 3 30 medium")
    assert (reply.private, reply.card.title) == (False, "Quiz")
    shown = plain_card(reply.card)
    assert "Ada started a quiz: 3 medium questions on DeepSeek, 30 seconds each." in shown
    assert "only you see what you chose. You can change your mind once. /quiz stop ends it." in shown
    game = await house.game()
    assert (len(game.questions), game.seconds, game.starter) == (3, 30, "ada")
    assert {(each.topic, each.difficulty) for each in game.questions} == {("deepseek", "medium")}


async def test_without_a_wish_a_game_has_five_questions_of_thirty_seconds(house: House) -> None:
    assert "5 questions, 30 seconds each." in plain_card((await house.say("/quiz start")).card)
    assert ((await house.game()).seconds, len((await house.game()).questions)) == (30, 5)


async def test_a_game_without_a_time_limit_and_without_a_thread_that_was_wished_for_says_so(house: House) -> None:
    shown = plain_card((await house.say("/quiz start 2 unlimited thread")).card)
    assert "2 questions, no time limit." in shown
    assert "Threads aren't available here" in shown
    assert (await house.game()).seconds is None


async def test_a_game_of_fewer_questions_than_wished_for_says_so(house: House) -> None:
    shown = plain_card((await house.say("/quiz start nvidia 20 hard")).card)
    count = len((await house.game()).questions)
    assert count < 20
    assert f"There are no more than {count} of that kind." in shown


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("/quiz start 0", ["A quiz has 1 to 20 questions."]),
        ("/quiz start 21", ["A quiz has 1 to 20 questions."]),
        ("/quiz start 999999", ["A quiz has 1 to 20 questions."]),
        ("/quiz start 3 9", ["Each question takes 10 to 300 seconds, or “unlimited”"]),
        ("/quiz start 3 301", ["Each question takes 10 to 300 seconds"]),
        ("/quiz start 3 0", ["Each question takes 10 to 300 seconds"]),
        ("/quiz start seconds:soon", ["Each question takes 10 to 300 seconds"]),
        ("/quiz start difficulty:brutal", ["Questions are easy, medium or hard."]),
        ("/quiz start questions:５", ["A quiz has 1 to 20 questions."]),
        ("/quiz start dipseek", ["There is no topic called “dipseek”.", "Topics are DeepSeek"]),
        ("/quiz start questions:x seconds:y", ["A quiz has", "Each question takes"]),
    ],
)
async def test_what_cannot_be_is_answered_with_what_can(house: House, words: str, sentences: list[str]) -> None:
    if "５" in words:  # a full-width digit that a platform sends unread
        reply = checked(await house.dispatcher.answer(Ask(ADA, QUIZ, ("quiz", "start"), {"questions": "５"})))
    else:
        reply = await house.say(words)
    assert reply.private
    assert all(sentence in plain_card(reply.card) for sentence in sentences)
    form = await house.press(labelled(reply.card, "Fill in"), ADA)
    assert isinstance(form, Form)
    assert await house.process.quizzes.current(QUIZ) is None


async def test_a_topic_that_was_mistyped_is_one_press_away(house: House) -> None:
    reply = await house.say("/quiz start dipseek 2 20")
    started = await house.press(labelled(reply.card, "DeepSeek"), ADA)
    assert isinstance(started, Reply)
    assert "2 questions on DeepSeek, 20 seconds each" in plain_card(started.card)


async def test_a_form_holds_the_five_wishes_and_says_beside_a_field_what_is_wrong(house: House) -> None:
    card = (await house.say("/quiz")).card
    form = await house.press(labelled(card, "Start a quiz"), ADA)
    assert isinstance(form, Form)
    assert [(field.name, field.value) for field in form.fields] == [
        ("topic", ""),
        ("questions", "5"),
        ("seconds", "30"),
        ("difficulty", ""),
        ("thread", "no"),
    ]
    assert (form.title, form.submit_label) == ("Start a quiz in this channel", "Start")
    problems = await house.send(form, questions="50", seconds="5")
    assert isinstance(problems, Problems)
    assert set(problems.by_field) == {"questions", "seconds"}
    started = await house.send(form, topic="nvidia", questions="2", seconds="unlimited", difficulty="easy")
    assert isinstance(started, Reply)
    assert "Ada started a quiz: 2 easy questions on Nvidia, no time limit." in plain_card(started.card)


async def test_where_newsbot_cannot_post_no_game_begins_and_the_way_out_is_told(house: House) -> None:
    """This process posts nothing on Discord."""
    there = Place("discord", "1", "2")
    reply = await house.say("/quiz start 3 20", where=there)
    assert (reply.private, reply.card.title) == (True, "newsbot can't post here")
    again = labelled(reply.card, "Try again")
    assert again.arguments == ("quiz/start", "questions=3", "seconds=20")


async def test_a_second_start_offers_to_join_or_to_stop(house: House) -> None:
    game = await house.started()
    reply = await house.say("/quiz start", BEN)
    assert reply.private
    assert "A channel can play one game at a time. It's on question 1 of 3." in plain_card(reply.card)
    assert [action.token() for action in reply.card.actions()] == [
        f"nb1:quiz.join:{game.id}",
        f"nb1:quiz.stop:{game.id}",
    ]


async def test_a_game_that_arrives_twice_begins_once(house: House) -> None:
    for _ in range(2):
        reply = checked(await house.dispatcher.answer(Ask(ADA, QUIZ, ("quiz", "start"), {}, "event-1", house.clock())))
    assert reply.card.title == "Done already"
    assert (await house.game()).number == 0


def test_what_everybody_plays_has_no_private_option(live: LiveLibrary) -> None:
    quizzes = build_menu(live.current).roots["quiz"]
    with_private = {command.path[1] for command in quizzes if PRIVATE in command.options}
    assert with_private == {"leaderboard"}


def test_discord_takes_the_commands_as_they_are(live: LiveLibrary) -> None:
    (quiz,) = (each for each in command_list(build_menu(live.current)).payload if each["name"] == "quiz")
    names = [each["name"] for each in quiz["options"]]
    assert names[:2] == ["overview", "start"]
    start = {each["name"]: each for each in quiz["options"][1]["options"]}
    assert (start["questions"]["type"], start["seconds"]["type"], start["thread"]["type"]) == (4, 3, 5)
    assert quiz["default_member_permissions"] is None


# -- playing ---------------------------------------------------------------------------------------------------------


async def test_a_press_gets_a_private_receipt_and_one_change_of_mind(house: House) -> None:
    game = await house.started()
    letters = [f"{letter} · {words}" for letter, words in zip("ABCD", game.question.choices, strict=True)]
    assert f"You chose {letters[1]}. You can change it once" in await house.note(choice(game, 1))
    assert f"You chose {letters[2]} now." in await house.note(choice(game, 2))
    assert f"It stays {letters[2]}." in await house.note(choice(game, 0))
    assert "Nothing was counted" in await house.note(choice(game, 0), where=GENERAL)


async def test_an_event_that_arrives_twice_is_no_second_answer(house: House) -> None:
    game = await house.started()
    for _ in range(2):
        await house.press(choice(game, 1), event_id="press-1")
    (kept,) = await house.database.read(lambda tx: tx.games.answers(game.id, 0))
    assert (kept.choice, kept.is_changed) == (1, False)


forged = st.sampled_from(
    ["-1", "0", "4", "99", "2147483648", "9" * 15, "9" * 40, "1.0", " 1", "x", "", "١", "²", "0x1", "1e3", "\x00"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(["answer", "skip", "join", "stop", "daily", "export"]), st.lists(forged, max_size=4))
async def test_no_forged_button_counts_or_breaks_anything(house: House, name: str, arguments: list[str]) -> None:
    click = Click(CHLOE, QUIZ, Action(f"quiz.{name}", tuple(arguments)), at=house.clock())
    reply = await house.dispatcher.click(click)
    assert isinstance(reply, Reply)
    assert reply.private
    assert "0badcafe" not in plain_card(reply.card), (name, arguments)
    assert reply.card.tone == "warning"


async def test_who_joins_gets_a_private_copy_whose_buttons_count(house: House) -> None:
    game = await house.started()
    reply = await house.press(Action("quiz.join", (str(game.id),)))
    assert isinstance(reply, Reply)
    assert reply.private
    assert game.question.text in plain_card(reply.card)
    assert "Closes at 12:00:30 UTC." in plain_card(reply.card)
    assert "You chose A" in await house.note(labelled(reply.card, "A · "))


async def test_who_joins_between_questions_is_told_to_wait_and_after_the_end_that_it_is_over(house: House) -> None:
    await house.say("/quiz start 2 10")
    game = await house.game()
    join = Action("quiz.join", (str(game.id),))
    assert "The first question is coming up." in await house.note(join)
    await house.process.run(1)
    await house.note(choice(await house.game(), 0))
    await house.process.run(13)
    assert (await house.game()).phase == "pausing"
    assert "The next question is coming up." in await house.note(join)
    await house.process.run(20)
    assert (await house.game()).ending == "finished"
    assert "The final scores are coming up." in await house.note(join)
    await house.process.run(30)
    assert "This game has ended" in await house.note(join)
    assert "This game has ended" in await house.note(choice(game, 0))


async def test_a_question_is_skipped_by_command_and_by_button(house: House) -> None:
    game = await house.started()
    skip = Action("quiz.skip", (str(game.id), "0"))
    assert "Only the person who started the game" in plain_card((await house.say("/quiz skip", CHLOE)).card)
    await house.note(choice(game, 1), BEN)
    assert "1 of 2 votes needed" in plain_card((await house.say("/quiz skip", ADA)).card)
    assert "belongs to a game in another channel" in await house.note(skip, BEN, GENERAL)
    assert "Here comes the answer." in await house.note(skip, BEN)
    assert "No question is open" in await house.note(skip, BEN)
    await house.process.run(1)
    assert any("the answer" in title for title in await house.process.titles())


async def test_to_skip_where_nobody_plays_offers_a_start(house: House) -> None:
    reply = await house.say("/quiz skip")
    assert "No game is on in this channel." in plain_card(reply.card)
    assert isinstance(await house.press(labelled(reply.card, "Start a quiz")), Form)


async def test_a_game_is_stopped_by_whoever_may_and_everybody_sees_by_whom(house: House) -> None:
    game = await house.started(who=BEN)
    stop = Action("quiz.stop", (str(game.id),))
    assert "Only the person who started the game" in await house.note(stop, CHLOE)
    reply = await house.press(stop, BEN)
    assert isinstance(reply, Reply)
    assert not reply.private
    assert plain_card(reply.card) == "Quiz\n\nBen stopped the quiz. The final scores follow."
    assert "over already" in await house.note(stop, BEN)
    await house.process.run(20)
    assert (await house.process.titles())[-1] == "Final scores"
    assert "This game has ended" in await house.note(stop, BEN)


async def test_an_admin_stops_a_game_by_command_and_a_button_stops_no_game_of_another_channel(house: House) -> None:
    game = await house.started(who=BEN)
    await house.say("/quiz start", BEN, GENERAL)
    stop = Action("quiz.stop", (str(game.id),))
    assert "played in another channel" in await house.note(stop, ADA, GENERAL)
    assert (await house.game()).ending == ""
    assert not (await house.say("/quiz stop", ADA)).private
    assert (await house.say("/quiz stop", ADA, replace(QUIZ, channel="ai-news"))).private


async def test_what_goes_on_is_told_with_buttons_and_else_what_there_is_to_do(house: House) -> None:
    card = (await house.say("/quiz")).card
    for label in ("Question of the day", "Leaderboard", "My score"):
        opened = await house.press(labelled(card, label))
        assert isinstance(opened, Reply)
    await house.started()
    shown = (await house.say("/quiz")).card
    assert "It's on question 1 of 3." in plain_card(shown)
    assert {action.name for action in shown.actions()} == {"quiz.join", "quiz.stop"}


# -- the question of the day ----------------------------------------------------------------------------------------


async def test_the_question_of_the_day_is_public_and_its_answers_are_private(house: House) -> None:
    reply = await house.say("/quiz daily")
    assert not reply.private
    assert reply.card.title == "Question of the day · 24 November 2026"
    assert "until the question closes." in await house.note(labelled(reply.card, "B · "))
    assert (await house.say("/quiz daily", BEN)).card == reply.card
    assert "Closes 25 November 2026 09:00 UTC." in plain_card(reply.card)
    sealed = await house.note(labelled(reply.card, "Sealed"))
    assert "Seal: " in sealed
    assert "Salt: " not in sealed


async def test_the_next_question_of_the_day_closes_the_one_before_and_tells_its_results(house: House) -> None:
    first = (await house.say("/quiz daily")).card
    await house.note(labelled(first, "B · "))
    house.clock.at += timedelta(days=1)
    second = (await house.say("/quiz daily")).card
    assert "Last question: " in plain_card(second)
    assert "of 1 " in plain_card(second)
    closed = await house.note(labelled(first, "A · "))
    assert "This question of the day is closed. Your answer B · " in closed
    opened = await house.note(labelled(first, "Sealed"))
    assert "Salt: " in opened
    late = await house.press(labelled(first, "A · "))
    assert isinstance(late, Reply)
    assert "You chose B · " in await house.note(labelled(late.card, "Show the answer"))
    assert "You did not answer. The right answer is " in await house.note(labelled(late.card, "Show the answer"), CHLOE)


async def test_a_question_of_a_preview_is_told_to_be_none(house: House) -> None:
    assert "one that is shown in a preview is not" in await house.note(Action("quiz.daily", ("0123456789abcdef", "1")))


# -- scores ----------------------------------------------------------------------------------------------------------


async def played(house: House, *players: Person, channel: Place = QUIZ) -> None:
    """A game of one question that all of these answered rightly."""
    await house.say("/quiz start 1 10 deepseek", ADA, channel)
    await house.process.run(1)
    game = await house.process.quizzes.current(channel)
    assert game is not None
    for who in players:
        await house.note(choice(game, game.question.right), who, channel)
    await house.process.run(40)


async def test_a_leaderboard_is_of_a_time_and_of_a_channel_or_of_all(house: House) -> None:
    await played(house, BEN)
    await played(house, CHLOE, channel=GENERAL)
    here = await house.say("/quiz leaderboard")
    assert (here.private, here.card.title) == (False, "Leaderboard of this channel, this week")
    assert "Ben: " in plain_card(here.card)
    assert "Chloe" not in plain_card(here.card)
    server = (await house.say("/quiz top server month")).card
    assert server.title == "Leaderboard of this server, this month"
    assert "Chloe: " in plain_card(server)
    assert (await house.say("/quiz board workspace all")).card.title == "Leaderboard of this server, of all time"
    house.clock.at += timedelta(days=14)
    assert "Nobody has played here this week." in plain_card((await house.say("/quiz leaderboard")).card)
    assert (await house.say("/quiz leaderboard private")).private
    assert "The time span is week, month or all." in plain_card((await house.say("/quiz leaderboard fortnight")).card)


async def test_who_hides_is_off_the_boards_until_they_show_themselves(house: House) -> None:
    await played(house, BEN, CHLOE)
    assert "Leaderboards leave you out" in plain_card((await house.say("/quiz hide-me", BEN)).card)
    assert "you are hidden" in plain_card((await house.say("/quiz me", BEN)).card)
    assert "Ben" not in plain_card((await house.say("/quiz leaderboard")).card)
    await played(house, BEN, CHLOE)
    podium = (await house.process.words())[-1]
    assert "Somebody: " in podium
    assert "Ben" not in podium
    assert "show you again" in plain_card((await house.say("/quiz show-me", BEN)).card)
    assert "Ben: " in plain_card((await house.say("/quiz leaderboard")).card)


async def test_ones_own_figures_are_for_oneself(house: House) -> None:
    assert "Answers: none yet" in plain_card((await house.say("/quiz me", BEN)).card)
    await played(house, BEN)
    reply = await house.say("/quiz me", BEN)
    assert reply.private
    assert "1 of 1 right (100%)" in plain_card(reply.card)
    assert "Streak: 1 day, at best 1 day" in plain_card(reply.card)


# -- what is kept ----------------------------------------------------------------------------------------------------


async def test_nothing_is_erased_before_a_second_press_and_then_it_is_told_exactly_what_was(house: House) -> None:
    await played(house, BEN, CHLOE)
    await house.say("/quiz report deepseek/r1-base unclear", BEN)
    asked = (await house.say("/quiz forget-me", BEN)).card
    assert "It cannot be undone." in plain_card(asked)
    assert "1 of 1 right" in plain_card((await house.say("/quiz me", BEN)).card)
    told = await house.note(labelled(asked, "Erase all of it"), BEN)
    assert "Erased: 1 answer, 1 result, 0 votes to skip, 1 report, and whether you hide from leaderboards." in told
    assert "You played in 1 game. Answers and final scores in channels will be updated without you." in told
    assert "stays there until somebody deletes it" in told
    assert "Receipts that only you could see are the platform's copies" in told
    assert "Ben" not in plain_card((await house.say("/quiz leaderboard all")).card)
    await house.process.run(10)
    assert "Ben" not in "\n".join(await house.process.words())
    again = await house.note(Action("quiz.forget"), BEN)
    assert "Erased: 0 answers, 0 results, 0 votes to skip, 0 reports" in again
    assert "You played in" not in again


async def test_an_export_comes_in_parts_that_together_are_all_of_it(house: House) -> None:
    game = await house.started()
    rows = [row_of(game, n) for n in range(2_000)]
    pages = [rows[start : start + 500] for start in range(0, 2_000, 500)]

    def add_results(tx: Transaction) -> None:
        for page in pages:
            tx.games.add_results(page)

    await house.database.write(add_results)
    reply = await house.dispatcher.say("/quiz export-me", BEN, QUIZ)
    texts, cards = codes(reply.card), 1
    while (onward := next(reply.card.actions(), None)) is not None:
        pressed = await house.dispatcher.click_token(onward.token(), BEN, QUIZ)
        assert isinstance(pressed, Reply)
        assert pressed.private
        assert len(fit(pressed.card, WEB).parts) == 1
        reply, cards = pressed, cards + 1
        texts += codes(reply.card)
    assert cards > 1
    given = [each for group in json.loads("\n".join(texts))["answers"] for each in group["given"]]
    assert [each["chosen"] for each in given] == [row.chosen for row in rows]


def row_of(game: Game, number: int) -> ResultRecord:
    """One of many results of Ben's."""
    at = game.since + timedelta(seconds=number)
    kept = Result("ben", "Ben", QUIZ, "deepseek/r1-base", f"choice {number}", True, 15, at)
    return ResultRecord(game.id, number, *(getattr(kept, name) for name in Result.__slots__))


def codes(card: Card) -> list[str]:
    """The texts of a card that are to be copied."""
    texts = (block for block in card.blocks if isinstance(block, Text))
    return [piece.text for block in texts for piece in block.pieces if isinstance(piece, Code)]


async def test_a_part_of_an_export_that_no_longer_fits_to_the_others_begins_again(house: House) -> None:
    reply = await house.press(Action("quiz.export", ("2", "00000000")))
    assert isinstance(reply, Reply)
    assert "has changed since that part was shown" in plain_card(reply.card)
    begun = await house.press(labelled(reply.card, "Begin again"))
    assert isinstance(begun, Reply)
    assert begun.card.title == "All that is kept about you in quizzes"


async def test_a_question_is_reported_by_the_button_of_its_answer(house: House) -> None:
    await played(house, BEN)
    answer = next(card for card in await house.process.cards() if card.title.endswith("the answer"))
    form = await house.press(labelled(answer, "Report"))
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["reason", "words"]
    assert form.submit_label == "Send"
    reply = await house.send(form, BEN, reason="outdated", words="It  says\x00 2024.")
    assert isinstance(reply, Reply)
    assert reply.private
    assert "The people who look after the questions will read it." in plain_card(reply.card)
    (kept,) = await house.database.read(lambda tx: tx.players.reports(10))
    assert ("quiz/report", f"question={kept.question}") == labelled(answer, "Report").arguments
    assert (kept.reason, kept.words, kept.player.id) == ("outdated", "It  says 2024.", "ben")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("/quiz report deepseek/r1-base wrong it is not on the card", "Thank you"),
        ("/quiz report deepseek/r1-base", "This command needs reason"),
        ("/quiz report wrong", "Press “Report” below an answer"),
        ("/quiz report question:deepseek/none-such wrong", "There is no such question any more."),
        ("/quiz report question:deepseek/r1-base reason:silly", "wrong, outdated, unclear, typo or other"),
    ],
)
async def test_a_question_is_reported_in_words(house: House, words: str, sentence: str) -> None:
    assert sentence in plain_card((await house.say(words)).card)


# -- everywhere ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *("/quiz", "/quiz start", "/quiz stop", "/quiz skip", "/quiz daily", "/quiz leaderboard", "/quiz me"),
        *("/quiz hide-me", "/quiz show-me", "/quiz forget-me", "/quiz export-me", "/quiz report a/b wrong"),
    ],
)
async def test_a_newsbot_that_keeps_nothing_says_so(dispatcher: Dispatcher, words: str) -> None:
    reply = await dispatcher.say(words, ADA, QUIZ)
    assert reply.private
    assert "stores nothing" in plain_card(reply.card)


@pytest.mark.parametrize("words", ["", " start", " stop", " daily", " leaderboard", " skip"])
async def test_where_there_is_no_channel_a_quiz_says_so(house: House, words: str) -> None:
    reply = await house.say(f"/quiz{words}", where=replace(QUIZ, channel=""))
    assert "A quiz is played in a channel. Start it there." in plain_card(reply.card)


def test_values_complete_as_they_are_typed(live: LiveLibrary) -> None:
    dispatcher = Dispatcher(live, Clock(), lambda: "0badcafe")
    assert {"/quiz start", "/quiz stop"} <= {each.value for each in dispatcher.complete("/quiz st")}
    assert "/quiz start hard" in [each.value for each in dispatcher.complete("/quiz start ha")]
    assert "/quiz start deepseek" in [each.value for each in dispatcher.complete("/quiz start deep")]
    assert "/quiz start unlimited" in [each.value for each in dispatcher.complete("/quiz start unl")]
    found = dispatcher.suggest(Suggest(ADA, QUIZ, ("quiz", "start"), "topic", "deep"))
    assert [each.value for each in found] == ["deepseek"]
