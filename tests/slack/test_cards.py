"""Cards as Block Kit: nothing is lost, no limit is broken, nothing from outside can format, link or call people."""

import html
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.actions import VIEWS, Subject
from newsbot.content.cards import answer_card, brief_card, event_card, figure_card, question_card
from newsbot.content.library import Library
from newsbot.content.live import LiveLibrary
from newsbot.content.overviews import sources_card
from newsbot.content.short_cards import open_view_card, short_card
from newsbot.errors import TokenError
from newsbot.messages.actions import Action, Url
from newsbot.messages.budgets import SLACK
from newsbot.messages.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    ChoiceOption,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Rule,
    Table,
    Text,
    text,
)
from newsbot.messages.charts import Chart, Point
from newsbot.messages.fitting import fit
from newsbot.messages.markup import Emphasis, Inline, Link, Mention, Moment, Plain, Strong
from newsbot.messages.requests import Person, Place
from newsbot.platforms.slack.markup import escape, fits_mrkdwn, mrkdwn, paragraph
from newsbot.platforms.slack.render import (
    ACTION_IDS,
    ShownPicture,
    SlackMessage,
    no_pictures,
    notification,
    render_messages,
    token_and_values,
    with_data_of,
)
from tests.messages.strategies import NASTY, cards, inlines
from tests.shipped import CONTENT, read_once, shipped_library
from tests.slack.limits import problems

GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA = Person("slack", "U0ANNA", "Anna")
HERE = Place("slack", "T0TEAM", "C0CHANNEL")
SAID = {
    "help": "/newsbot",
    "help-of-a-topic": "/deepseek help",
    "events": "/events",
    "compared": "/compare v3-run-cost r1-added-cost",
    "not-alike": "/compare v3-run-cost v3-gpu-hours",
    "not-found": "/deepseek costs",
    "sources": "/sources deepseek cost",
    "asked": "/ask what did R1 cost to train",
    "private": "/deepseek cost private",
    "almost": "/compare",
}


@pytest.fixture(scope="module")
def library() -> Library:
    """The content that newsbot ships."""
    return shipped_library(TODAY)


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    """A dispatcher over it."""
    return Dispatcher(LiveLibrary(CONTENT, lambda: TODAY, read_once), lambda: NOW, lambda: "0badcafe")


def drawn(chart: Chart) -> ShownPicture:
    """Every chart has a picture at an address."""
    return {"image_url": f"https://newsbot.example/charts/{len(chart.points)}.png"}


def all_cards(library: Library) -> Iterator[Card]:
    """Every card of content, short and long."""
    for subject in [Subject("brief", "/".join(key)) for key in library.briefs]:
        yield short_card(library, subject)
        yield from (card for view in VIEWS if (card := open_view_card(library, view, subject)))
    yield from (short_card(library, Subject("event", name)) for name in library.events)
    yield from (brief_card(library, *key) for key in library.briefs)
    yield from (figure_card(library, name) for name in library.figures)
    yield from (event_card(library, name) for name in library.events)
    for key, question in library.questions.items():
        yield question_card(library, *key)
        yield from (answer_card(library, question, number) for number in range(len(question.choices)))


def strings(value: Any) -> Iterator[str]:
    """Every text of a payload's blocks as people see it: mrkdwn decoded, addresses of links with their labels."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield html.unescape(re.sub(r"<([^|>]*)\|([^>]*)>", r"\2 \1", value["text"])).replace("*", "")
        elif {"rich_text_section"} == {value.get("type")}:
            yield "".join(element.get("text", "") for element in value["elements"])
            yield from (element["url"] for element in value["elements"] if element["type"] == "link")
        else:
            yield from (found for each in value.values() for found in strings(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in strings(each))
    elif isinstance(value, str):
        yield value


def seen(made: tuple[SlackMessage, ...]) -> str:
    """All that the blocks of these messages show, spaces made one."""
    return " ".join(" ".join(found for each in made for found in strings(each.payload["blocks"])).split())


def told(card: Card) -> Iterator[str]:
    """Every text of a card."""
    yield from (card.title, card.footer)
    for block in card.blocks:
        match block:
            case Text(pieces):
                yield from (piece.text for piece in pieces if isinstance(piece, Plain | Strong | Emphasis | Link))
            case Facts(title, facts):
                yield from (title, *(each for fact in facts for each in (fact.label, fact.value, *fact.notes)))
            case Links(title, items):
                yield from (title, *(each for item in items for each in (item.label, item.detail, item.url)))
            case Table(title, columns, rows):
                yield from (title, *columns, *(cell for row in rows for cell in row))
            case Picture(chart, alt):
                yield from (alt, chart.title)
            case Buttons(items):
                yield from (button.label for button in items)
            case Choice(prompt, _, options):
                yield from (prompt, *(each for option in options for each in (option.label, option.description)))


def check_golden(name: str, value: Any) -> None:
    """The value is what the golden file holds; `NEWSBOT_GOLDEN=write` puts it there."""
    file, written = GOLDEN / f"{name}.json", json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("NEWSBOT_GOLDEN") == "write":
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written, f"{file.name} differs; NEWSBOT_GOLDEN=write makes it anew"


# -- the content that ships ---------------------------------------------------------------------------------------


def test_every_card_of_content_keeps_slacks_limits_in_one_message(library: Library) -> None:
    for card in (*all_cards(library), *(sources_card(library, each, None) for each in library.topics.values())):
        pictured, as_data = render_messages(card, drawn), render_messages(card)
        assert [problem for each in (*pictured, *as_data) for problem in problems(dict(each.payload))] == [], card.title
        is_overview = card.title.startswith("Sources: ")
        assert is_overview or (len(pictured), len(as_data)) == (1, 1), card.title


@pytest.mark.parametrize("shown", [drawn, no_pictures])
def test_every_text_of_a_card_stands_in_its_blocks(library: Library, shown: Callable[[Chart], ShownPicture]) -> None:
    for card in (*all_cards(library), *(sources_card(library, each, None) for each in library.topics.values())):
        shows = seen(render_messages(card, shown))
        texts = told(with_data_of(card, shown))
        assert [each for each in texts if " ".join(each.split()) not in shows] == [], card.title


def test_a_chart_without_a_picture_keeps_its_numbers_unit_date_and_source(library: Library) -> None:
    for figure in (figure for figure in library.figures.values() if figure.chart):
        card = figure_card(library, figure.id)
        chart = next(block.chart for block in card.blocks if isinstance(block, Picture))
        made = render_messages(card)
        assert [each.pictures for each in made] == [(chart,)]
        shown = seen(made)
        wanted = [chart.title, chart.unit, f"as of {chart.as_of}", f"Source: {chart.source}"]
        wanted += [each for point in chart.points for each in (point.label, point.display, point.note)]
        assert [each for each in wanted if each not in shown] == []


def test_a_chart_with_a_picture_has_its_alt_text_and_leaves_nothing_to_do(library: Library) -> None:
    card = brief_card(library, "deepseek", "cost")
    picture = next(block for block in card.blocks if isinstance(block, Picture))
    (made,) = render_messages(card, drawn)
    image = next(block for block in made.payload["blocks"] if block["type"] == "image")
    assert image["alt_text"] == picture.alt
    assert made.pictures == ()


@pytest.mark.parametrize("name", SAID)
async def test_what_people_say_is_answered_as_its_golden_file_has_it(dispatcher: Dispatcher, name: str) -> None:
    made = render_messages((await dispatcher.say(SAID[name], ANNA, HERE)).card, drawn)
    assert [problem for each in made for problem in problems(dict(each.payload))] == []
    check_golden(name, [each.payload for each in made])


def test_cards_of_content_are_as_their_golden_files_have_them(library: Library) -> None:
    cost = short_card(library, Subject("brief", "deepseek/cost"))
    event = short_card(library, Subject("event", next(iter(library.events))))
    question = library.questions["deepseek", "v3-bill"]
    check_golden("brief", render_messages(cost, drawn)[0].payload)
    check_golden("brief-without-picture", render_messages(cost)[0].payload)
    figure = short_card(library, Subject("figure", "v3-gpu-hours"))
    check_golden("figure", render_messages(figure, drawn)[0].payload)
    check_golden("event", render_messages(event, drawn)[0].payload)
    check_golden("question", render_messages(question_card(library, "deepseek", "v3-bill"))[0].payload)
    check_golden("answer", render_messages(answer_card(library, question, 0))[0].payload)


# -- what may not happen ------------------------------------------------------------------------------------------


@given(cards, st.booleans(), st.booleans())
def test_no_card_breaks_a_limit_or_loses_a_word(card: Card, pictured: bool, tables: bool) -> None:
    try:
        made = render_messages(card, drawn if pictured else no_pictures, tables)
    except TokenError:
        assume(False)
    assert [problem for each in made for problem in problems(dict(each.payload))] == []
    whole = with_data_of(card, drawn if pictured else no_pictures)
    if fit(whole, SLACK).losses:
        return
    shown = "".join(seen(made).split())
    for each in told(card):
        if len(each) < 200 and not (each == card.title and len(each) > SLACK.title):
            assert all(word in shown for word in each.split()), each


@given(inlines)
def test_a_paragraph_formats_only_what_is_marked(pieces: tuple[Inline, ...]) -> None:
    for block in paragraph(pieces):
        if block["type"] != "section":
            continue
        without = re.sub(r"<[^>]*>", "", block["text"]["text"])
        strong = sum(isinstance(piece, Strong) and bool(piece.text) for piece in pieces)
        assert without.count("*") == 2 * strong
        assert not re.search(r"[_~`]|^\s*&gt;", without, re.MULTILINE)


@pytest.mark.parametrize(
    "nasty",
    [
        "<!channel>",
        "<!here|x>",
        "<@U0BOSS>",
        "<https://evil.example|bank>",
        "@channel",
        "@here now",
        "*loud*",
        "_lean_",
        "~gone~",
        "`code`",
        "```block```",
        "> quote",
        "line\n> quote",
        ":tada:",
        "&lt;!channel&gt;",
        "<!subteam^S0ALL>",
        "<!date^1^{date}|x>",
    ],
)
def test_text_from_outside_stays_the_text_it_is(nasty: str) -> None:
    button = Button(nasty, Action("brief.open", ("deepseek", "cost")))
    option = Choice(nasty, Action("event.open"), (ChoiceOption(nasty, "1", nasty),))
    blocks = (
        text(f"There is no topic called “{nasty}”."),
        Text((Strong(nasty), Plain(nasty))),
        text(nasty, "small"),
        Facts(nasty, (Fact(nasty, nasty, (nasty,)),)),
        Links(nasty, (LinkItem(nasty, "https://a.example/x?a=1&b=2", nasty),)),
        Table(nasty, (nasty,), ((nasty,),)),
        Buttons((button,)),
        option,
    )
    (made,) = render_messages(Card(nasty, blocks, footer=nasty))
    assert problems(dict(made.payload)) == []
    assert nasty.replace("\n", " ") in seen((made,)).replace("\n", " ")
    for block in made.payload["blocks"]:
        if block["type"] == "section" and block["text"]["type"] == "mrkdwn":
            written = block["text"]["text"]
            assert escape(nasty) not in written or not set(nasty) & set("*_~`"), block
            assert not re.search(r"^\s*&gt;|:tada:|@here|@channel", written, re.MULTILINE), block
    types = {
        element["type"]
        for b in made.payload["blocks"]
        if b["type"] == "rich_text"
        for s in b["elements"]
        for element in s["elements"]
    }
    assert types <= {"text", "link"}


@given(st.lists(NASTY, max_size=60).map("\n\n".join), NASTY)
def test_a_notification_is_never_too_long_and_never_calls(words: str, footer: str) -> None:
    made = notification(words, footer)
    payload = {"text": made, "blocks": [{"type": "divider"}], "unfurl_links": False, "unfurl_media": False}
    assert problems(payload) == []


def test_a_long_notification_keeps_its_beginning_and_its_footer() -> None:
    words = "\n\n".join(["Title", *(f"Paragraph {n}. " + "word " * 60 for n in range(30))])
    said = notification(words, "No advice.")
    assert said.startswith("Title\n\nParagraph 0. ")
    assert said.endswith("…\n\nNo advice.")


def test_a_notification_is_headline_and_first_sentence() -> None:
    card = Card("Title", (text("Small.", "small"), text("It fell 3.5% on the day. It rose later."), text("More.")))
    assert render_messages(card)[0].payload["text"] == "Title\n\nIt fell 3.5% on the day."


def test_moments_and_mentions_are_slacks_own_in_both_kinds_of_text() -> None:
    moment = Moment(datetime(2025, 1, 27, 14, 30, tzinfo=UTC))
    pieces = (Mention("person", "U0ANNA", "Anna"), Plain(" at "), moment, Mention("role", "S0DESK", "dispatcher"))
    wanted = "<@U0ANNA> at <!date^1737988200^{date_short_pretty} {time}|27 January 2025 14:30 UTC><!subteam^S0DESK>"
    assert mrkdwn(pieces) == wanted
    (block,) = paragraph((*pieces, Plain("*")))
    kinds = [element["type"] for element in block["elements"][0]["elements"]]
    assert kinds == ["user", "text", "date", "usergroup", "text"]


def test_a_mention_with_an_id_that_is_none_is_a_name() -> None:
    assert mrkdwn((Mention("person", "U1|x>", "Anna"), Mention("role", "here", "all"))) == "@Anna@all"


def test_formatting_that_mrkdwn_cannot_show_is_rich_text() -> None:
    assert fits_mrkdwn((Plain("so "), Strong("much"), Plain(", at once")))
    assert not fits_mrkdwn((Plain("so"), Strong("much")))
    (block,) = paragraph((Strong("To be exact: "), Plain("one run.")))
    assert block["text"]["text"] == "*To be exact:* one run."


def test_only_the_first_table_of_a_message_is_a_table() -> None:
    table = Table("Prices", ("Day", "Price"), (("Monday", "$1"), ("Tuesday", "")))
    (made,) = render_messages(Card("Two", (table, Table("More", ("Day", "Price"), (("Friday", "$3"),)))))
    kinds = [block["type"] for block in made.payload["blocks"]]
    assert kinds == ["header", "section", "table", "section"]
    assert made.payload["blocks"][-1]["text"]["text"] == "*More*\n(Day, Price)\n• *Friday:* $3"
    (plain,) = render_messages(Card("Two", (table,)), tables=False)
    assert "table" not in [block["type"] for block in plain.payload["blocks"]]


def test_a_table_with_its_heading_still_leaves_fifty_blocks_at_most() -> None:
    table = Table("Prices", ("Day", "Price"), (("Monday", "$1"),))
    made = render_messages(Card("Full", (*(text(f"{n}") for n in range(46)), table, text("last")), footer="End."))
    assert [problem for each in made for problem in problems(dict(each.payload))] == []
    assert sum(len(each.payload["blocks"]) for each in made) == 52


def test_a_card_of_nothing_but_spaces_still_says_something() -> None:
    (made,) = render_messages(Card(" ", ()))
    assert problems(dict(made.payload)) == []


def test_a_number_that_answers_alone_stands_out() -> None:
    (made,) = render_messages(Card("Price", (text("$5.576 million", "lede"), text("A sentence. " * 9, "lede"))))
    assert made.payload["blocks"][1]["text"]["text"] == "*$5.576 million*"
    assert "*" not in made.payload["blocks"][2]["text"]["text"]


def test_short_values_stand_side_by_side() -> None:
    facts = Facts("Now", (Fact("Price", "$1"), Fact("Change", "up 2 %")))
    (made,) = render_messages(Card("Tea", (facts,)))
    section = made.payload["blocks"][1]
    assert section["text"]["text"] == "*Now*"
    assert [field["text"] for field in section["fields"]] == ["*Price*\n$1", "*Change*\nup 2 %"]


def test_every_control_is_read_back_as_what_it_does() -> None:
    does = Action("event.open", ("2025",))
    buttons = (
        Button("Open", does, "primary"),
        Button("Away", Action("post.delete"), "danger"),
        Button("Read", Url("https://a.example")),
        Button("Read it too", Url("https://a.example")),
    )
    choice = Choice("Which?", Action("event.pick"), (ChoiceOption("One", "1"), ChoiceOption("Two", "2")))
    (made,) = render_messages(Card("All", (Buttons(buttons), Rule(), choice)))
    row, _, section = made.payload["blocks"][1:]
    pressed = [token_and_values({**element, "action_ts": "1"}) for element in row["elements"]]
    assert pressed == [(does.token(), ()), ("nb1:post.delete", ()), ("", ()), ("", ())]
    assert [element.get("style") for element in row["elements"]] == ["primary", "danger", None, None]
    select = section["accessory"]
    picked = {"type": select["type"], "action_id": select["action_id"], "selected_option": select["options"][1]}
    assert token_and_values(picked) == ("nb1:event.pick", ("2",))
    assert token_and_values({**picked, "selected_option": None}) == ("nb1:event.pick", ())
    assert all(re.match(ACTION_IDS, each["action_id"]) for each in (*row["elements"], select))


def test_a_choice_that_slack_could_not_hand_back_is_a_line_of_text() -> None:
    options = (ChoiceOption("Short", "1"), ChoiceOption("Long", "x" * 151, "too long"))
    (made,) = render_messages(Card("Pick", (Choice("Which?", Action("event.pick"), options),)))
    assert problems(dict(made.payload)) == []
    assert made.payload["blocks"][-1]["text"]["text"] == "• Long too long"


def test_a_card_too_long_for_one_message_becomes_several_that_each_keep_the_limits() -> None:
    card = Card("Long", tuple(text("word & " * 300) for _ in range(20)), footer="The end.")
    made = render_messages(card)
    assert len(made) > 1
    assert [problem for each in made for problem in problems(dict(each.payload))] == []
    assert "The end." in seen(made[-1:])
    assert seen(made).count("word &") == 20 * 300


def test_a_large_table_is_kept_below_what_slack_takes_written_out() -> None:
    points = tuple(Point(f"Company number {n}", f"{n} billion US dollars", n, n) for n in range(90))
    chart = Chart("ranked-bar", "All of them", "USD", "2025", "Someone", points)
    made = render_messages(Card("Many", (Picture(chart, chart.alt_text()[:2_000]),)))
    assert [problem for each in made for problem in problems(dict(each.payload))] == []
    assert all(point.label in seen(made) for point in points)
    assert [len(each.pictures) for each in made] == [1] * len(made)
