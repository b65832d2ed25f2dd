"""`/ask`: tables of questions as people put them, and what must never be answered."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.messages.cards import Button, Buttons, Card, Reply
from newsbot.messages.codec import card_to_json
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Person, Place
from newsbot.messages.short import VISIBLE, visible_characters
from tests.content.questions import ANSWERED, UNANSWERED
from tests.content.scoring import Outcome, Row, judge, keys_of, read_table, refuses

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 30)  # on which the tables were written
ANNA = Person("terminal", "1", "Anna")
ALONE, TOGETHER = Place("terminal", "", "here"), Place("slack", "T1", "C1")


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    live = LiveLibrary(ROOT / "content", lambda: DAY)
    return Dispatcher(live, lambda: datetime(2026, 11, 30, 12, tzinfo=UTC), lambda: "id")


async def ask(dispatcher: Dispatcher, question: str, where: Place = TOGETHER) -> Reply:
    return await dispatcher.say(f"/ask {question}", ANNA, where)


def buttons(card: Card) -> list[Button]:
    return [button for block in card.blocks if isinstance(block, Buttons) for button in block.items]


# For each table the least precision and recall, in per cent, and the most answers to what should be refused.
FLOORS = {
    "ask_dev.tsv": (98, 98, 0),
    "ask_own.tsv": (98, 97, 0),
    "ask_fresh1.tsv": (98, 96, 0),
    "ask_fresh2.tsv": (96, 92, 0),
    "ask_fresh3.tsv": (92, 87, 1),
    "ask_fresh4.tsv": (95, 85, 0),
}


@pytest.mark.parametrize("table", FLOORS)
async def test_a_table_of_questions_is_answered_to_its_floor(dispatcher: Dispatcher, table: str) -> None:
    precision, recall, most_false = FLOORS[table]
    judged: list[tuple[Row, Outcome]] = []
    for row in read_table(ROOT / "tests" / "content" / table):
        reply = await ask(dispatcher, row.question)
        assert visible_characters(reply.card) <= VISIBLE, row.question
        judged.append((row, judge(row, dict(card_to_json(reply.card)))))
    count = Counter(outcome for _, outcome in judged)
    expecting = [outcome for row, outcome in judged if row.expects_an_answer and outcome != "refused rightly"]
    false = [row for row, outcome in judged if row.kind == "no-answer" and outcome == "wrong"]
    failed = "\n".join(
        f"{outcome}: {row.question}" for row, outcome in judged if outcome.startswith(("wrong", "refused w"))
    )
    assert 100 * count["right"] >= precision * (count["right"] + count["wrong"]), failed
    assert 100 * expecting.count("right") >= recall * len(expecting), failed
    assert len(false) <= most_false, failed


@pytest.mark.parametrize(("question", "right"), ANSWERED)
async def test_a_question_opens_what_answers_it(dispatcher: Dispatcher, question: str, right: tuple[str, ...]) -> None:
    card = dict(card_to_json((await ask(dispatcher, question)).card))
    assert not refuses(card), question
    _, opened = keys_of(card)
    assert any(key.partition(":")[2].startswith(right) for key in opened), opened


@pytest.mark.parametrize("question", UNANSWERED)
async def test_a_question_about_something_else_gets_no_answer(dispatcher: Dispatcher, question: str) -> None:
    reply = await ask(dispatcher, question)
    assert reply.private
    assert not keys_of(dict(card_to_json(reply.card)))[0] or refuses(dict(card_to_json(reply.card)))


@pytest.mark.parametrize(
    "question",
    [
        "when was nvidia founded",  # what is known of DeepSeek
        "who founded nvidia",
        "how many customers does openai have",
        "what is microsoft's market share",
        "did meta fire people",  # no slip of "five"
        "who is the ceo of microsoft",
        "is openai down",
        "interest rates",
        "how much did nvidia lose on 3 may 2023",
        "when is the next nvidia earnings call",
    ],
)
async def test_a_question_is_not_answered_with_what_only_shares_its_words(
    dispatcher: Dispatcher, question: str
) -> None:
    card = dict(card_to_json((await ask(dispatcher, question)).card))
    assert refuses(card), card["title"]


@pytest.mark.parametrize(
    ("question", "opens"),
    [
        ("is deepseek run by the communist party", "brief:deepseek/geopolitics"),
        ("difference between v3 and r1", "brief:deepseek/overview"),
        ("how many dollars did nvidia shed on jan 27", "brief:deepseek/nvidia"),  # of the year when it happened
        ("how much did micron make last quarter", "figure:micron-revenue-q3"),  # the newest quarter there is
        ("what is an s-1 filing", "brief:listings/filings"),
    ],
)
async def test_words_that_people_use_find_what_they_ask_for(dispatcher: Dispatcher, question: str, opens: str) -> None:
    card = dict(card_to_json((await ask(dispatcher, question)).card))
    assert not refuses(card)
    assert opens in keys_of(card)[0]


async def test_no_answer_offers_the_nearest_topic_and_says_so_to_the_asker_alone(dispatcher: Dispatcher) -> None:
    reply = await ask(dispatcher, "how much did Mistral lose on Nvidia")
    assert reply.private
    assert reply.card.title in ("I have no sourced answer to that", "Not sure. Closest:")
    assert 1 <= len(buttons(reply.card)) <= 3


async def test_an_answer_is_short_dated_and_sourced(dispatcher: Dispatcher) -> None:
    for question in (
        "how much did nvidia lose on deepseek day",
        "why did oracle jump",
        "what is HBM",
        "what is deepseek",
    ):
        card = (await ask(dispatcher, question)).card
        shown = plain_card(card)
        assert "https://" in shown, question
        assert "202" in shown, question
        assert len(buttons(card)) <= 5, question
        assert all(len(button.label) <= 25 for button in buttons(card)), question


async def test_a_question_in_another_language_is_told_so(dispatcher: Dispatcher) -> None:
    for question in ("was kostet DeepSeek und wer zahlt das", "сколько стоил deepseek", "combien a coûté le modèle"):
        reply = await ask(dispatcher, question)
        assert reply.card.title == "I have no sourced answer to that"
        assert "English only" in plain_card(reply.card)


async def test_a_claim_is_checked_with_its_verdict_and_can_be_shared(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.say("/check R1 cost $6 million to train", ANNA, TOGETHER)
    assert reply.private
    assert "misattributed" in reply.card.title
    share = next(button for button in buttons(reply.card) if button.label == "Share as reply")
    shared = await dispatcher.click_token(share.does.token(), ANNA, TOGETHER)  # type: ignore[union-attr]
    assert isinstance(shared, Reply)
    assert not shared.private
    assert not shared.replaces
    assert shared.card.title == reply.card.title


@pytest.mark.parametrize(
    "said",
    [
        "R1 cost $900 million to train",
        "Nvidia lost $300 billion because of DeepSeek",
        "OpenAI owns Microsoft",
        "Tesla has caught up with the US in AI",
    ],
)
async def test_no_verdict_is_given_that_the_content_does_not_hold(dispatcher: Dispatcher, said: str) -> None:
    for command in ("check", "ask"):
        reply = await dispatcher.say(f"/{command} {said}", ANNA, TOGETHER)
        assert " — " not in reply.card.title, (command, said)


async def test_a_pasted_sentence_is_read_as_a_claim_where_nobody_else_reads(dispatcher: Dispatcher) -> None:
    reply = await dispatcher.say("Microsoft owns OpenAI.", ANNA, ALONE)
    assert reply.card.title.endswith("false")
    assert any(button.label == "Share as reply" for button in buttons(reply.card))
