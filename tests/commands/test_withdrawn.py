"""Whoever asks for something that is withdrawn is told why, by a button or by its name."""

import shutil
from datetime import date

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.messages.actions import Action
from newsbot.messages.cards import Reply
from newsbot.messages.plain import plain_card
from newsbot.messages.requests import Click
from tests.commands.conftest import ANNA, CONTENT, HERE, INCIDENT, NOW

SENTENCES = {
    "2020-01-01-something-happened": "This event was told twice.",
    "figure:gone-for-good": "This figure was wrong.",
    "brief:deepseek/old-news": "The overview says it now.",
}


@pytest.fixture(scope="module")
def dispatcher(tmp_path_factory: pytest.TempPathFactory) -> Dispatcher:
    """A dispatcher over the shipped content, from which more has been withdrawn."""
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(CONTENT, folder)
    lines = "".join(f"{name}: {sentence}\n" for name, sentence in SENTENCES.items())
    (folder / "withdrawn.yaml").write_text(lines, encoding="utf-8")
    return Dispatcher(LiveLibrary(folder, lambda: date(2026, 11, 30)), lambda: NOW, lambda: INCIDENT)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        (Action("event.open", ("2020-01-01-something-happened",)), "2020-01-01-something-happened"),
        (Action("figure.open", ("gone-for-good",)), "figure:gone-for-good"),
        (Action("brief.open", ("deepseek", "old-news")), "brief:deepseek/old-news"),
    ],
)
async def test_an_old_button_answers_with_the_sentence(dispatcher: Dispatcher, action: Action, name: str) -> None:
    reply = await dispatcher.click(Click(ANNA, HERE, action))
    assert isinstance(reply, Reply)
    assert SENTENCES[name] in plain_card(reply.card)
    assert reply.private


@pytest.mark.parametrize(
    ("typed", "name"),
    [("/figure gone-for-good", "figure:gone-for-good"), ("/brief deepseek old-news", "brief:deepseek/old-news")],
)
async def test_an_old_name_answers_with_the_sentence(dispatcher: Dispatcher, typed: str, name: str) -> None:
    assert SENTENCES[name] in plain_card((await dispatcher.say(typed, ANNA, HERE)).card)
