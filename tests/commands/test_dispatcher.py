"""The dispatcher: every command answers, free text is read with patience, no error reaches a person raw."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.commands.dispatcher import Dispatcher, build_menu
from newsbot.commands.registry import Command, Context, Menu
from newsbot.content.actions import REPORT_NUMBER
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.errors import StorageUnavailable
from newsbot.messages.actions import Action
from newsbot.messages.cards import Buttons, Card, Reply, text
from newsbot.messages.forms import Form, Problems
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Ask, Click, Person, Submit, Suggest
from newsbot.storage.database import Database, DurableEvents
from tests.commands.conftest import ANNA, BERT, HERE, INCIDENT, NOW


def labels(reply: Reply) -> list[str]:
    """The buttons of a reply."""
    return [b.label for block in reply.card.blocks if isinstance(block, Buttons) for b in block.items]


async def pressed(dispatcher: Dispatcher, token: str, who: Person = ANNA) -> Reply:
    """The reply to a press of the button behind a token."""
    answered = await dispatcher.click_token(token, who, HERE)
    assert isinstance(answered, Reply)
    return answered


async def title_of(dispatcher: Dispatcher, said: str) -> str:
    return (await dispatcher.say(said, ANNA, HERE)).card.title


# -- every command answers ----------------------------------------------------------------------------------------


async def test_every_brief_of_every_topic_answers_by_name_alias_and_title(dispatcher: Dispatcher) -> None:
    library = dispatcher.context.library
    for (topic, name), brief in library.briefs.items():
        expected = library.filled_text(brief.title)
        for called in (name, *brief.aliases, expected, name.upper(), f"  {name} "):
            assert await title_of(dispatcher, f"/{topic} {called}") == expected, called
        assert await title_of(dispatcher, f"/brief {topic} {name}") == expected
        ask = Ask(ANNA, HERE, ("brief",), {"topic": topic, "brief": name})
        assert (await dispatcher.answer(ask)).card.title == expected
        assert (await dispatcher.answer(Ask(ANNA, HERE, (topic, name)))).card.title == expected


async def test_every_figure_answers_by_name_and_label(dispatcher: Dispatcher) -> None:
    library = dispatcher.context.library
    for name, figure in library.figures.items():
        newest = library.newest(name).label
        assert await title_of(dispatcher, f"/figure {name}") == newest
        assert await title_of(dispatcher, f"/figures {figure.label}") == newest


@pytest.mark.parametrize(
    "said",
    [
        "/deepseek cost",
        "/deepseek price",
        "/deepseek training-cost",
        "/deepseek Training Cost",
        "/deepseek training_cost",
        "/DEEPSEEK COST",
        "deepseek cost",
        "/newsbot /deepseek cost",
        "/newsbot deepseek cost",
        "/newsbot newsbot deepseek cost",
        "“deepseek” ‘cost’",
        '/deepseek "training cost"',
        "\u200b/deepseek\u00a0 cost\u202e",
        "/ｄｅｅｐｓｅｅｋ cost",
        "/brief deepseek cost",
        "/brief topic:deepseek brief:cost",
        "/brief deepseek brief=price",
        "/brief --topic=deepseek --brief=cost",
        '"/deepseek cost"',
        "“/deepseek cost”",
        "/deepseek/cost",
        "/deepseek:cost",
    ],
)
async def test_the_cost_brief_is_found_however_it_is_written(dispatcher: Dispatcher, said: str) -> None:
    reply = await dispatcher.say(said, ANNA, HERE)
    assert "$5.576 million" in plain_card(reply.card)
    assert not reply.private


async def test_a_topic_alone_shows_its_overview(dispatcher: Dispatcher) -> None:
    library = dispatcher.context.library
    for topic in library.topics:
        assert await title_of(dispatcher, f"/{topic}") == library.filled_text(library.briefs_of(topic)[0].title)
        assert await title_of(dispatcher, f"/brief {topic}") == library.filled_text(library.briefs_of(topic)[0].title)


async def test_every_command_answers_help(dispatcher: Dispatcher) -> None:
    for path, command in dispatcher.context.menu.commands.items():
        for said in (f"/{' '.join(path)} help", f"/help {' '.join(path)}", f"/newsbot help {' '.join(path)}"):
            reply = await dispatcher.say(said, ANNA, HERE)
            assert reply.private
            if path != ("newsbot",):
                assert reply.card.title.startswith(f"Help: /{path[0]}"), said
                assert command.summary.rstrip(".") in plain_card(reply.card)


@pytest.mark.parametrize("said", ["", "   ", "/", "/newsbot", "newsbot", "help", "/help", "/newsbot help", "\u200b"])
async def test_nothing_and_help_show_what_newsbot_can_do(dispatcher: Dispatcher, said: str) -> None:
    reply = await dispatcher.say(said, ANNA, HERE)
    assert reply.card.title == "What newsbot can do"
    for root in dispatcher.context.menu.roots:
        assert f"/{root}" in plain_card(reply.card)


async def test_a_question_is_quoted_with_its_sources(dispatcher: Dispatcher) -> None:
    for said in ("/ask what did R1 cost to train", "what did R1 cost to train?", "/newsbot what did R1 cost to train"):
        shown = plain_card((await dispatcher.say(said, ANNA, HERE)).card)
        assert "$294,000" in shown
        assert "https://" in shown


async def test_a_question_without_an_answer_says_so_and_makes_nothing_up(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.say("/ask what is the capital of France", ANNA, HERE)
    assert reply.private
    assert reply.card.title == "I have no sourced answer to that"


async def test_sources_of_a_brief_a_topic_and_the_way_they_are_picked(dispatcher: Dispatcher) -> None:
    brief = plain_card((await dispatcher.say("/sources deepseek cost", ANNA, HERE)).card)
    topic = plain_card((await dispatcher.say("/sources deepseek", ANNA, HERE)).card)
    assert "https://arxiv.org/abs/2412.19437" in brief
    assert "All 9 sources" in brief
    assert "https://" in topic
    assert "DeepSeek" in plain_card((await dispatcher.say("/sources", ANNA, HERE)).card)


# -- what was meant -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("/deepseek costs", "cost"),
        ("/deepseek geopoltics", "geopolitics"),
        ("/depseek cost", "/deepseek cost"),
        ("/deepseak", "/deepseek"),
        ("/figur v3-run-cost", "/figure v3-run-cost"),
        ("/figure v3-run-costs", "One training run of V3, at rental prices"),
        ("/brief depseek", "DeepSeek"),
        ("/brief deepseek markts", "markets"),
        ("/geopolitics", "/deepseek geopolitics"),
    ],
)
async def test_a_typo_gets_the_nearest_names_as_buttons_that_work(
    dispatcher: Dispatcher, said: str, offered: str
) -> None:
    reply = await dispatcher.say(said, ANNA, HERE)
    assert reply.private
    assert offered in labels(reply)
    for action in reply.card.actions():
        answered = await pressed(dispatcher, action.token())
        assert answered.card.tone == "neutral"


async def test_an_unknown_topic_and_an_unknown_command_are_said_plainly(dispatcher: Dispatcher) -> None:
    assert "There is no topic called “coffee”." in plain_card((await dispatcher.say("/brief coffee", ANNA, HERE)).card)
    assert "There is no command “/zzzz”." in plain_card((await dispatcher.say("/zzzz", ANNA, HERE)).card)
    gone = await dispatcher.answer(Ask(ANNA, HERE, ("coffee", "price")))
    assert "any more" in plain_card(gone.card)


async def test_a_command_without_what_it_needs_says_what(dispatcher: Dispatcher) -> None:
    assert "needs name" in plain_card((await dispatcher.say("/figure", ANNA, HERE)).card)
    assert "needs topic" in plain_card((await dispatcher.say("/brief", ANNA, HERE)).card)
    assert "needs question" in plain_card((await dispatcher.answer(Ask(ANNA, HERE, ("ask",)))).card)


async def test_a_command_that_lacks_something_can_be_filled_in_as_a_form(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.say("/figure", ANNA, HERE)
    form = await dispatcher.click_token(next(reply.card.actions()).token(), ANNA, HERE)
    assert isinstance(form, Form)
    assert [(field.name, field.required) for field in form.fields] == [("name", True)]
    wrong = await dispatcher.submit(Submit(ANNA, HERE, form.action, {"name": " "}))
    assert isinstance(wrong, Problems)
    assert "needed" in wrong.by_field["name"]
    right = await dispatcher.submit(Submit(ANNA, HERE, form.action, {"name": "v3-run-cost", "stray": "x"}))
    assert isinstance(right, Reply)
    assert "$5.576 million" in plain_card(right.card)


@pytest.mark.parametrize("action", [Action("form.run"), Action("form.run", ("none",)), Action("bomb", ("ask",))])
async def test_a_forged_form_is_refused(dispatcher: Dispatcher, action: Action) -> None:
    reply = await dispatcher.submit(Submit(ANNA, HERE, action, {"name": "x"}))
    assert isinstance(reply, Reply)
    assert reply.card.title == "That button doesn't work"


# -- privacy and buttons ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["yes", "y", "Y", "ja", "Ja", "1", "true", "TRUE", "on", "yep", "sí", "oui"])
async def test_private_takes_what_people_type_for_yes(dispatcher: Dispatcher, said: str) -> None:
    for typed in (f"/deepseek cost private:{said}", f"/deepseek cost private {said}"):
        reply = await dispatcher.say(typed, ANNA, HERE)
        assert reply.private
        assert reply.card.title == (await dispatcher.say("/deepseek cost", ANNA, HERE)).card.title


@pytest.mark.parametrize("said", ["no", "n", "Nein", "0", "false", "off"])
async def test_private_takes_what_people_type_for_no(dispatcher: Dispatcher, said: str) -> None:
    assert not (await dispatcher.say(f"/deepseek cost private:{said}", ANNA, HERE)).private


@pytest.mark.parametrize("said", ["maybe", "2", "private", "yesno", "y e s", "please"])
async def test_private_refuses_what_is_neither_and_shows_nothing(dispatcher: Dispatcher, said: str) -> None:
    reply = await dispatcher.say(f'/deepseek cost private:"{said}"', ANNA, HERE)
    assert reply.private
    assert "isn't a yes or a no" in plain_card(reply.card)
    assert "$5.576 million" not in plain_card(reply.card)
    yes, no = next(block for block in reply.card.blocks if isinstance(block, Buttons)).items
    for button, is_private in ((yes, True), (no, False)):
        assert isinstance(button.does, Action)
        answered = await dispatcher.click(Click(ANNA, HERE, button.does))
        assert isinstance(answered, Reply)
        assert answered.private is is_private


@pytest.mark.parametrize(
    "said", ["/deepseek cost private", "/deepseek cost private:yes", "/brief deepseek cost --private"]
)
async def test_a_private_answer_can_be_shared(dispatcher: Dispatcher, said: str) -> None:
    reply = await dispatcher.say(said, ANNA, HERE)
    assert reply.private
    assert labels(reply)[-1] == "Share here"
    *_, share = reply.card.actions()
    shared = await pressed(dispatcher, share.token())
    assert not shared.private
    assert "$5.576 million" in plain_card(shared.card)


async def test_every_button_of_every_card_fits_its_token_and_answers(dispatcher: Dispatcher) -> None:
    library = dispatcher.context.library
    seen: set[Action] = set()
    waiting = [action for topic in library.topics for action in (Action("topic.open", (topic,)),)]
    waiting += [Action("figure.open", (name,)) for name in library.figures]
    waiting += [Action("event.open", (name,)) for name in library.events]
    while waiting:
        action = waiting.pop()
        if action in seen:
            continue
        seen.add(action)
        if action.name == REPORT_NUMBER and action.arguments:
            assert isinstance(await dispatcher.click_token(action.token(), BERT, HERE), Form)
            continue
        reply = await pressed(dispatcher, action.token(), BERT)
        assert reply.card.tone in {"neutral", "good", "warning"}
        assert reply.card.title not in {"That didn't work", "Not found", "Gone"}, action
        waiting += reply.card.actions()
    assert {action.name for action in seen} >= {"brief.open", "topic.open", "figure.open", "event.open", "check.answer"}


async def test_a_self_check_answers_its_own_clicker_and_cites(dispatcher: Dispatcher) -> None:
    library = dispatcher.context.library
    for (topic, name), question in library.questions.items():
        right = question.choices.index(question.answer)
        for number in range(len(question.choices)):
            reply = await pressed(dispatcher, Action("check.answer", (topic, name, str(number))).token(), BERT)
            assert reply.private
            assert reply.card.title == ("Right." if number == right else "Not quite.")
            assert "https://" in plain_card(reply.card) or "http://" in plain_card(reply.card)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "nb1",
        "nb9:brief.open:deepseek:cost",
        "nb1:bomb",
        "nb1:brief.open",
        "nb1:brief.open:deepseek",
        "nb1:brief.open:deepseek:none",
        "nb1:brief.open:coffee:cost",
        "nb1:figure.open:none",
        "nb1:event.open:none",
        "nb1:topic.open:none",
        "nb1:check.answer:deepseek:none:0",
        "nb1:check.answer:deepseek",
        "nb1:check.ask:deepseek:none",
        "nb1:ask.run",
        "nb1:ask.run:coffee/price",
        "nb1:ask.run:newsbot:words",
        "nb1:sources.open",
        "nb1:%ff",
        "nb1:" + "x" * 5_000,
    ],
)
async def test_old_damaged_and_forged_buttons_get_a_polite_answer(dispatcher: Dispatcher, token: str) -> None:
    reply = await pressed(dispatcher, token, BERT)
    assert reply.card.title not in {"That didn't work", ""}
    assert INCIDENT not in plain_card(reply.card)


@pytest.mark.parametrize("number", ["-1", "4", "99", "٣", "x", "", "0" * 50])
async def test_a_forged_choice_is_refused(dispatcher: Dispatcher, number: str) -> None:
    (topic, name), *_ = dispatcher.context.library.questions
    reply = await dispatcher.click(Click(BERT, HERE, Action("check.answer", (topic, name, number))))
    assert isinstance(reply, Reply)
    assert reply.card.title in {"That button doesn't work", "Right.", "Not quite."}
    assert INCIDENT not in plain_card(reply.card)


# -- nasty input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "x" * 10_000,
        "/deepseek " + "cost " * 2_000,
        "مرحبا كيف حالك",
        "👩‍👩‍👧‍👦🔥🔥🔥",
        "/👩‍👩‍👧‍👦",
        "\x00\x1b[31m\x07/deepseek\x08 cost",
        "/deepseek \u202ecost\u202c",
        "'; DROP TABLE content; --",
        'NEAR("a" "b") OR title:*',
        "/ask \"' OR 1=1",
        "@everyone <@123> <!channel>",
        "/brief topic: brief:",
        "private",
        "/private",
        "/ask private",
        "\ud800",
    ],
)
async def test_nasty_input_gets_a_clear_answer(dispatcher: Dispatcher, said: str) -> None:
    reply = await dispatcher.say(said, BERT, HERE)
    shown = plain_card(reply.card)
    assert shown.strip()
    assert INCIDENT not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 20_000


async def test_ten_thousand_characters_are_refused_with_their_number(dispatcher: Dispatcher) -> None:
    assert "10,000 characters" in plain_card((await dispatcher.say("x" * 10_000, BERT, HERE)).card)


_desks: list[Dispatcher] = []


@pytest.fixture(autouse=True)
def _one_dispatcher(dispatcher: Dispatcher) -> None:
    _desks[:] = [dispatcher]


@given(st.text(max_size=200))
async def test_no_text_at_all_breaks_the_dispatcher(said: str) -> None:
    reply = await _desks[0].say(said, BERT, HERE)
    assert INCIDENT not in plain_card(reply.card)


@given(st.text(max_size=60))
async def test_no_text_after_a_command_breaks_the_dispatcher(said: str) -> None:
    for root in ("deepseek", "brief", "figure", "ask", "sources", "newsbot", "help"):
        reply = await _desks[0].say(f"/{root} {said}", BERT, HERE)
        assert INCIDENT not in plain_card(reply.card)
        _desks[0].complete(f"/{root} {said}")


# -- completion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/dee", "/deepseek"),
        ("/deepseek co", "/deepseek cost"),
        ("/deepseek pri", "/deepseek cost"),
        ("/brief deeps", "/brief deepseek"),
        ("/brief deepseek geo", "/brief deepseek geopolitics"),
        ("/figure v3-run", "/figure v3-run-cost"),
        ("/sources deepseek nv", "/sources deepseek nvidia"),
        ("/fig", "/figure"),
    ],
)
def test_half_a_text_is_completed(dispatcher: Dispatcher, typed: str, expected: str) -> None:
    assert expected in [suggestion.value for suggestion in dispatcher.complete(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        *(("/d", "/digest"), ("/de", "/deepseek"), ("/q", "/quiz"), ("/h", "/help"), ("/a", "/ask")),
        *(("/deepseek c", "/deepseek cost"), ("/deepseek n", "/deepseek nvidia"), ("/fi", "/figure")),
        ("/figure one training run", "/figure v3-run-cost"),
        ("/compare v3-run-cost vs r1-add", "/compare v3-run-cost vs r1-added-cost"),
        ("/compare v3-run-cost r1-add", "/compare v3-run-cost r1-added-cost"),
    ],
)
def test_the_first_completion_is_what_was_meant(dispatcher: Dispatcher, typed: str, first: str) -> None:
    assert dispatcher.complete(typed)[0].value == first


@pytest.mark.parametrize("typed", ["/deepseek", "/deepseek price", "/brief deepseek cost", "/figure v3-run-cost"])
def test_what_is_complete_stands_first_so_that_enter_sends_it(dispatcher: Dispatcher, typed: str) -> None:
    assert dispatcher.complete(typed)[0].value == typed
    assert [each.value for each in dispatcher.complete(f"{typed} ")][:1] in ([typed], [])


def test_everyday_commands_come_before_topics_and_say_what_they_do(dispatcher: Dispatcher) -> None:
    found = dispatcher.complete("/")
    names = [each.value for each in found]
    topics = [names.index(f"/{topic}") for topic in ("deepseek", "nvidia")]
    assert set(names[: min(topics)]) >= {"/ask", "/digest", "/quiz", "/help"}
    assert max(topics) < names.index("/sources")
    assert not [each for each in found if each.label.casefold() == each.value.lstrip("/")]
    below = dispatcher.complete("/digest ")
    assert ("/digest subscribe", "Set up a digest in this channel") in [(each.value, each.label) for each in below]


def test_options_are_completed_by_kind(dispatcher: Dispatcher) -> None:
    def values(path: tuple[str, ...], option: str, typed: str, **options: str) -> list[str]:
        return [s.value for s in dispatcher.suggest(Suggest(ANNA, HERE, path, option, typed, options))]

    assert values(("brief",), "topic", "dee") == ["deepseek"]
    assert values(("brief",), "brief", "cos", topic="deepseek")[0] == "cost"
    assert values(("brief",), "brief", "cos", topic="none") == []
    assert "v3-run-cost" in values(("figure",), "name", "training run")
    assert values(("deepseek", "cost"), "private", "y") == ["yes"]
    assert values(("ask",), "question", "why") == []
    assert values(("none",), "x", "y") == []
    assert len(values(("figure",), "name", "")) <= 25


# -- the dispatcher's own promises ------------------------------------------------------------------------------------


def menu_with(*commands: Command) -> object:
    """A menu maker that adds commands to the real ones."""

    def build(library: Library) -> Menu:
        return Menu.of([*build_menu(library).commands.values(), *commands])

    return build


async def test_an_error_gives_a_short_id_that_is_in_the_log(
    live: LiveLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(context: Context, ask: Ask) -> Reply:
        raise ZeroDivisionError("the secret of the machine")

    async def no_storage(context: Context, ask: Ask) -> Reply:
        raise StorageUnavailable("The database cannot be used at the moment. Try again in a minute.")

    commands = (Command(("break",), "Break", broken), Command(("store",), "Store", no_storage))
    dispatcher = Dispatcher(live, lambda: NOW, lambda: INCIDENT, menu_of=menu_with(*commands))  # type: ignore[arg-type]
    shown = plain_card((await dispatcher.say("/break", BERT, HERE)).card)
    assert INCIDENT in shown
    assert "secret" not in shown
    assert INCIDENT in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "Try again in a minute" in plain_card((await dispatcher.say("/store", BERT, HERE)).card)


async def test_a_command_with_effects_is_carried_out_once_for_an_event(live: LiveLibrary, database: Database) -> None:
    done: list[str] = []

    async def act(context: Context, ask: Ask) -> Reply:
        done.append(ask.event_id)
        return Reply(Card("Done", (text("It is done."),)))

    command = Command(("act",), "Act", act, effects=True)
    dispatcher = Dispatcher(live, lambda: NOW, lambda: INCIDENT, DurableEvents(database), menu_with(command))  # type: ignore[arg-type]
    assert (await dispatcher.say("/act", ANNA, HERE, "Ev1")).card.title == "Done"
    again = await dispatcher.say("/act", ANNA, HERE, "Ev1")
    assert again.private
    assert "carried out once" in plain_card(again.card)
    await dispatcher.say("/act", ANNA, HERE, "Ev2")
    assert done == ["Ev1", "Ev2"]


async def test_an_admin_command_refuses_others(live: LiveLibrary) -> None:
    async def act(context: Context, ask: Ask) -> Reply:
        return Reply(Card("Done", ()))

    command = Command(("manage",), "Manage", act, admin=True)
    dispatcher = Dispatcher(live, lambda: NOW, lambda: INCIDENT, menu_of=menu_with(command))  # type: ignore[arg-type]
    assert (await dispatcher.say("/manage", ANNA, HERE)).card.title == "Done"
    assert (await dispatcher.say("/manage", BERT, HERE)).card.title == "Not allowed"


async def test_a_new_topic_is_reachable_as_soon_as_the_library_changes(live: LiveLibrary) -> None:
    class Shelf:
        current = live.current

    shelf = Shelf()
    dispatcher = Dispatcher(shelf, lambda: NOW, lambda: INCIDENT)
    assert (await dispatcher.say("/brief tea", BERT, HERE)).card.title == "Not found"
    old = live.current
    topic = old.topics["deepseek"].model_copy(update={"id": "tea", "title": "Tea", "aliases": ()})
    briefs = {
        ("tea", name): brief.model_copy(update={"topic": "tea"})
        for (owner, name), brief in old.briefs.items()
        if owner == "deepseek"
    }
    questions = {("tea", name): q.model_copy(update={"topic": "tea"}) for (_, name), q in old.questions.items()}
    shelf.current = replace(
        old,
        topics={**old.topics, "tea": topic},
        briefs={**old.briefs, **briefs},
        questions={**old.questions, **questions},
        cards={},
    )
    assert "$5.576 million" in plain_card((await dispatcher.say("/tea cost", BERT, HERE)).card)


def test_two_commands_of_one_path_are_refused() -> None:
    async def act(context: Context, ask: Ask) -> Reply:
        return Reply(Card("Done", ()))

    with pytest.raises(ValueError, match="two commands"):
        Menu.of([Command(("a",), "A", act), Command(("a",), "A", act)])
