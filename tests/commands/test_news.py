"""`/news sources`: what to do about the sources of news, before anything else; one in full by its name."""

from datetime import timedelta

import pytest

from newsbot.commands.dispatcher import Dispatcher
from newsbot.content.live import LiveLibrary
from newsbot.messages.budgets import BUDGETS, excesses
from newsbot.messages.cards import Card
from newsbot.messages.fitting import fit
from newsbot.messages.plain import plain_card
from newsbot.news.sources import Source
from newsbot.news.states import SourceStatus, State
from newsbot.news.views import NewestItem, SourcesView, SourceView
from tests.commands.conftest import ANNA, HERE, NOW


def view(id_: str, state: State = "ok", reason: str = "", fix: str = "", **of_source: str) -> SourceView:
    hour = timedelta(hours=1)
    status = SourceStatus(state, reason, fix, since=NOW - 3 * hour, succeeded_at=NOW - hour, newest_at=NOW - 49 * hour)
    source = Source(id_, of_source.pop("name", f"The {id_}"), f"https://{id_}.test/", agent="newsbot/1", **of_source)  # type: ignore[arg-type]
    return SourceView(source, status, NOW + hour)


class Newsroom:
    """Sources as they are given."""

    def __init__(self, *views: SourceView, is_polled: bool = True) -> None:
        self.view = SourcesView(views, is_polled)

    async def sources(self) -> SourcesView:
        """All of them."""
        return self.view

    async def newest(self, source: str) -> NewestItem | None:
        """One whose title tries to do harm."""
        return NewestItem("@everyone \u202e<!channel> [a](http://x.test)", NOW) if source == "lab" else None


async def said(live: LiveLibrary, newsroom: Newsroom | None, words: str) -> Card:
    dispatcher = Dispatcher(live, lambda: NOW, lambda: "0badcafe", news=newsroom)
    reply = await dispatcher.say(words, ANNA, HERE)
    assert reply.private
    for budget in BUDGETS:
        fitted = fit(reply.card, budget)
        assert not fitted.losses
        assert not [part for part in fitted.parts if excesses(part, budget)]
    return reply.card


async def test_what_is_to_be_done_comes_first_with_its_sentence_and_its_fix(live: LiveLibrary) -> None:
    card = await said(
        live,
        Newsroom(view("lab"), view("press", "blocked", "It refuses newsbot (403).", "Set another agent.")),
        "/news sources",
    )
    told = plain_card(card)
    assert card.tone == "warning"
    assert "2 sources: 1 ok, 1 blocked." in told
    for words in ("The press", "blocked", "It refuses newsbot (403).", "Set another agent."):
        assert told.index(words) < told.index("The lab") or words == "The press"
    assert "1 hour ago" in told
    assert "2 days 1 hour ago" in told


async def test_the_word_news_alone_says_the_same(live: LiveLibrary) -> None:
    newsroom = Newsroom(view("lab"))
    assert await said(live, newsroom, "/news") == await said(live, newsroom, "/news sources")


async def test_sources_that_are_off_share_their_reason(live: LiveLibrary) -> None:
    off = [
        view(f"lab-{n}", "off", "No contact is set.", "Set news.contact.", off="No contact is set.") for n in range(9)
    ]
    told = plain_card(await said(live, Newsroom(*off), "/news sources"))
    assert told.count("No contact is set.") == 1
    assert "and 5 more" in told


async def test_it_is_said_where_nobody_reads_them(live: LiveLibrary) -> None:
    assert "Nobody reads them" in plain_card(await said(live, Newsroom(view("a"), is_polled=False), "/news"))
    assert "Nobody reads them" not in plain_card(await said(live, Newsroom(view("a")), "/news"))
    assert "There are no sources" in plain_card(await said(live, Newsroom(), "/news"))


async def test_hundreds_of_sources_fit_every_platform(live: LiveLibrary) -> None:
    many = [view(f"lab-{n}", name=f"{'A long name ' * 5}{n}") for n in range(300)]
    bad = [view(f"bad-{n}", "unreachable", "x" * 300, "y" * 300) for n in range(300)]
    told = plain_card(await said(live, Newsroom(*bad, *many), "/news sources"))
    assert "and 292 more" in told
    assert "270 more that go well" in told


@pytest.mark.parametrize("words", ["/news sources lab", "/news sources The lab", "/news sources source:LAB"])
async def test_one_source_is_told_in_full_by_its_name(live: LiveLibrary, words: str) -> None:
    newsroom = Newsroom(view("lab", "moved", "It moved.", "Enter the new address."), view("press"))
    card = await said(live, newsroom, words)
    told = plain_card(card)
    assert card.title == "The lab"
    for part in ("It moved.", "Enter the new address.", "newsbot/1", "https://lab.test/", "read again"):
        assert part in told
    assert "\u202e" not in told


async def test_a_name_that_nothing_has_offers_the_nearest(live: LiveLibrary) -> None:
    told = plain_card(await said(live, Newsroom(view("openai", name="OpenAI")), "/news sources opnai"))
    assert "There is no source called" in told
    assert "OpenAI" in told


async def test_a_newsbot_that_keeps_nothing_says_so(live: LiveLibrary) -> None:
    assert "newsbot run --news" in plain_card(await said(live, None, "/news sources"))
