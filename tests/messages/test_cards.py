"""Cards: plain text shows everything, JSON round-trips, fitting keeps to the budget or says what was lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from newsbot.errors import ContentError
from newsbot.messages.actions import Action
from newsbot.messages.budgets import BUDGETS, DISCORD, TERMINAL, Budget, excesses
from newsbot.messages.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    Fact,
    Facts,
    LinkItem,
    Links,
    Picture,
    Reply,
    Table,
    Text,
    text,
)
from newsbot.messages.charts import Chart, Point
from newsbot.messages.codec import card_from_json, card_to_json, reply_from_json, reply_to_json
from newsbot.messages.fitting import fit
from newsbot.messages.forms import Field, Form
from newsbot.messages.markup import plain_text
from newsbot.messages.plain import plain_card
from tests.messages.strategies import budgets, cards

generous = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def shown_words(card: Card) -> str:
    """Every text a card shows, without white space, in reading order."""
    found = [card.title, card.footer]
    for block in card.blocks:
        match block:
            case Text(pieces):
                found.append(plain_text(pieces))
            case Facts(title, items):
                found += [title, *(part for fact in items for part in (fact.label, fact.value, *fact.notes))]
            case Links(title, items):
                found += [title, *(part for item in items for part in (item.label, item.detail, item.url))]
            case Table(title, columns, rows):
                found += [title, *columns, *(cell for row in rows for cell in row)]
            case Buttons(items):
                found += [button.label for button in items]
            case Choice(prompt, _, options):
                found += [
                    prompt,
                    *(part for option in options for part in (option.label, option.description)),
                ]
            case Picture(chart, alt):
                found += [alt, chart.title]
    return "\n".join("".join(part.split()) for part in found)


def chart_titles(card: Card) -> set[str]:
    """Titles that a reader hears as part of the alt text our charts write, which these random cards do not."""
    return {"".join(block.chart.title.split()) for block in card.blocks if isinstance(block, Picture)}


@generous
@given(cards, budgets)
def test_any_card_fits_any_budget_part_by_part(card: Card, budget: Budget) -> None:
    for part in fit(card, budget).parts:
        assert excesses(part, budget) == ()


@generous
@given(cards, budgets)
def test_what_no_part_shows_is_among_the_losses(card: Card, budget: Budget) -> None:
    fitted = fit(card, budget)
    shown = "".join(shown_words(part) for part in fitted.parts).replace("(continued)", "").replace("\n", "")
    if fitted.losses or Picture in budget.degrades:  # a picture's data then stands for its alt text
        return
    for words in shown_words(card).split("\n"):
        # A long text is broken between parts; each of its pieces of 40 signs is still there somewhere.
        for at in range(0, len(words), 40):
            assert words[at : at + 40] in shown or _across_parts(words[at : at + 40], shown)


def _across_parts(words: str, shown: str) -> bool:
    """Whether `words` stands in `shown` cut once, where one part ends and the next begins."""
    return any(words[:cut] in shown and words[cut:] in shown for cut in range(1, len(words)))


@generous
@given(cards, budgets)
def test_every_control_is_in_a_part_or_among_the_losses(card: Card, budget: Budget) -> None:
    fitted = fit(card, budget)
    kept = {action for part in fitted.parts for action in part.actions()}
    if budget.degrades.get(Choice) or budget.degrades.get(Buttons):
        return
    assert set(card.actions()) == kept


@given(cards)
@generous
def test_a_card_round_trips_through_json(card: Card) -> None:
    assert card_from_json(json.loads(json.dumps(card_to_json(card)))) == card
    assert reply_from_json(json.loads(json.dumps(reply_to_json(Reply(card, private=True))))) == Reply(card, True)


@given(cards)
@generous
def test_plain_text_shows_every_word_of_a_card(card: Card) -> None:
    shown = "".join(plain_card(card).split())
    for words in shown_words(card).split("\n"):
        if words and not any(isinstance(block, Picture) for block in card.blocks):
            assert words in shown


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"title": 3, "blocks": []},
        {"title": "x", "blocks": [{"kind": "bomb"}]},
        {"title": "x", "blocks": [], "more": 1},
    ],
)
def test_json_that_is_no_card_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        card_from_json(data)


def test_two_controls_that_do_the_same_are_refused() -> None:
    twice = Buttons((Button("a", Action("x")), Button("b", Action("x"))))
    with pytest.raises(ValueError, match="do the same"):
        Card("title", (twice,))


def test_a_long_card_is_split_in_order_and_loses_nothing() -> None:
    paragraphs = tuple(text(f"paragraph {number} " + "word " * 150) for number in range(12))
    fitted = fit(Card("Long", paragraphs, footer="the end"), DISCORD)
    assert not fitted.losses
    assert [part.title for part in fitted.parts] == ["Long", *["Long (continued)"] * (len(fitted.parts) - 1)]
    assert [block for part in fitted.parts for block in part.blocks] == list(paragraphs)
    assert [part.footer for part in fitted.parts[:-1]] == [""] * (len(fitted.parts) - 1)
    assert fitted.parts[-1].footer == "the end"


def test_a_cut_is_reported_with_the_whole_text() -> None:
    fitted = fit(Card("t", (Buttons((Button("a" * 200, Action("x")),)),)), DISCORD)
    assert [(loss.what, loss.text) for loss in fitted.losses] == [("button label", "a" * 200)]


def test_links_keep_their_numbers_over_several_messages() -> None:
    items = tuple(LinkItem(f"source {n}", f"https://a.example/{n}" + "x" * 300) for n in range(20))
    fitted = fit(Card("t", (Links("Sources", items),)), DISCORD)
    firsts = [block.first for part in fitted.parts for block in part.blocks if isinstance(block, Links)]
    assert len(firsts) > 1
    assert firsts == [
        1 + sum(len(b.items) for p in fitted.parts[:i] for b in p.blocks if isinstance(b, Links))
        for i in range(len(firsts))
    ]


def test_a_picture_a_platform_cannot_show_becomes_its_data_with_date_and_source() -> None:
    chart = Chart("ranked-bar", "Falls", "%", "27 January 2025", "Reuters", (Point("Nvidia", "-17%", -17, -17),))
    (part,) = fit(Card("t", (Picture(chart, chart.alt_text()),)), TERMINAL).parts
    assert part.blocks == (Facts("Falls (%, as of 27 January 2025; Reuters)", (Fact("Nvidia", "-17%"),)),)


def test_a_small_card_fits_every_platform_as_it_is() -> None:
    card = Card("t", (text("words"), Facts("Figures", (Fact("cost", "$1", ("as of 2025",)),))))
    assert all(fit(card, budget).parts == (card,) for budget in BUDGETS)


def test_a_form_says_what_is_wrong_beside_the_field() -> None:
    form = Form("Report", Action("r"), (Field("why", "Reason"), Field("n", "Kind", "choice", choices=(("A", "a"),))))
    assert form.problems({"why": " ", "n": "z"}) == {
        "why": "Reason is needed.",
        "n": "Pick one of the choices for Kind.",
    }
    assert form.problems({"why": "x" * 201, "n": "a"}) == {"why": "Reason may have at most 200 characters."}
    assert form.problems({"why": "typo", "n": "a"}) == {}
