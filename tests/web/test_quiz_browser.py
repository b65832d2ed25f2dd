"""The quiz in a real browser: three people play a whole game, keys are enough, and the question is easy to find."""

import re
import signal
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.conftest import Server, enter, visit
from tests.web.test_browser import accessible, act_as, newest, say

NAMES = ("Ada", "Ben", "Chloe")


class Player:
    """One person with a page of their own in the channel `quiz`, and what went wrong on it."""

    def __init__(self, browser: Browser, server: Server, name: str) -> None:
        self.name = name
        self.page = visit(browser)
        self.alerts: list[str] = []
        self.page.on("pageerror", lambda error: self.alerts.append(str(error)))
        self.page.on("console", lambda said: self.alerts.append(said.text) if said.type == "error" else None)
        enter(self.page, server)
        self.page.select_option("#person", name.lower())
        self.page.get_by_role("button", name="#quiz").click()
        self.page.evaluate("document.body.dataset.opened = 'once'")

    def card(self, title: str | re.Pattern[str]) -> Locator:
        """The newest card of that title."""
        return self.page.get_by_role("article", name=title).last

    def sees(self, title: str | re.Pattern[str]) -> Locator:
        """Wait for a card of that title."""
        found = self.card(title)
        expect(found).to_be_visible()
        return found

    def press(self, number: int, letter: str) -> None:
        """Press a choice of a question."""
        self.card(re.compile(f"^Question {number} of 2")).get_by_role("button", name=f"{letter} ·").click()

    def receipts(self) -> list[str]:
        """The titles of the receipts that stand on this page, one after another."""
        return self.page.locator("#messages > li.private h2").all_inner_texts()

    @property
    def was_reloaded(self) -> bool:
        """Whether the page is another one than at first."""
        return bool(self.page.evaluate("document.body.dataset.opened") != "once")


@pytest.fixture
def players(browser: Browser, server: Server) -> Iterator[list[Player]]:
    """Ada, Ben and Chloe. Fails where one of their pages logs an error, other than that the server was away."""
    opened = [Player(browser, server, name) for name in NAMES]
    yield opened
    for player in opened:
        player.page.context.close()
        assert [trouble for trouble in player.alerts if "net::ERR_" not in trouble] == [], player.name


def right_letter(revealed: Locator) -> str:
    """The letter of the right choice, as a reveal tells it."""
    return revealed.locator(".lede").inner_text().removeprefix("The right answer is ")[0]


def counted(chosen: Sequence[str]) -> str:
    """How a reveal counts the answers where these letters were chosen."""
    return f"Answers: {' · '.join(f'{letter} {chosen.count(letter)}' for letter in 'ABCD')}"


def test_three_people_play_a_whole_game_and_the_server_is_killed_in_the_middle(
    players: list[Player], server: Server
) -> None:
    ada, ben, chloe = players
    say(ada.page, "/quiz start questions:2 seconds:10")
    for player in players:
        player.sees(re.compile("^Question 1 of 2 · "))
        expect(player.page.get_by_text("Ada started a quiz: 2 questions, 10 seconds each.")).to_be_visible()
    late = chloe.card(re.compile("^Question 1")).get_by_role("button", name="A ·").element_handle()
    ada.press(1, "A")
    ben.press(1, "B")
    ben.sees("Answer noted")
    ben.press(1, "C")
    ben.sees("Answer changed")
    ada.sees("Answer noted")

    first, *_ = [player.sees("Question 1 of 2: the answer") for player in players]
    late.evaluate("button => button.click()")  # on a page that has not yet heard of the end
    expect(chloe.sees("Too late")).to_contain_text("closed before you pressed")
    rights = [right_letter(first)]
    expect(first).to_contain_text(counted(["A", "C"]))
    for player in players:
        assert player.page.get_by_role("article", name=re.compile("^Question 1 of 2 ·")).count() == 0

    for player in players:
        player.sees(re.compile("^Question 2 of 2 · "))
    for player, letter in zip(players, "ABB", strict=True):
        player.press(2, letter)
        player.sees("Answer noted")
    server.stop(signal.SIGKILL)
    for player in players:
        expect(player.page.locator("#lost")).to_be_visible()
    server.start()
    for player in players:
        expect(player.page.locator("#lost")).to_be_hidden()
    second, *_ = [player.sees("Question 2 of 2: the answer") for player in players]
    rights.append(right_letter(second))
    expect(second).to_contain_text(counted(["A", "B", "B"]))
    ben.card("Question 2 of 2: the answer").get_by_role("button", name="Why?").click()
    expect(ben.sees("Why?")).to_contain_text("You chose B · ")

    assert_the_scores_are_those_of_a_recount(players, rights)
    assert ada.receipts() == ["Answer noted", "Answer noted"]
    assert ben.receipts() == ["Answer noted", "Answer changed", "Answer noted", "Why?"]
    assert chloe.receipts() == ["Too late", "Answer noted"]
    assert not any(player.was_reloaded for player in players)
    assert_everybody_has_what_is_kept_of_them_at_their_disposal(ada, ben, chloe)


def assert_the_scores_are_those_of_a_recount(players: list[Player], rights: list[str]) -> None:
    answers = {"Ada": ["A", "A"], "Ben": ["C", "B"], "Chloe": ["", "B"]}
    for player in players:
        words = player.sees("Final scores").inner_text()
        for name, chosen in answers.items():
            given = len([letter for letter in chosen if letter])
            right = sum(letter == true for letter, true in zip(chosen, rights, strict=True))
            points = r"[1-9]\d*" if right else "0"
            assert re.search(rf"{name}\s+{points} points · {right} of {given} right", words), words


def assert_everybody_has_what_is_kept_of_them_at_their_disposal(ada: Player, ben: Player, chloe: Player) -> None:
    say(ada.page, "/quiz leaderboard")
    for name in NAMES:
        expect(chloe.sees("Leaderboard of this channel, this week")).to_contain_text(name)
    say(ben.page, "/quiz me")
    expect(ben.sees("My score")).to_contain_text("of 2 right")
    assert ada.card("My score").count() == 0

    ben.card("Question 2 of 2: the answer").get_by_role("button", name="Report").click()
    dialog = ben.page.locator("dialog")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.locator(".wrong").first).to_contain_text("needed")
    dialog.locator("select").select_option(label="It is unclear")
    dialog.locator("[name=words]").fill("Which of the two?")
    dialog.get_by_role("button", name="Send").click()
    ben.sees("Thank you")

    say(chloe.page, "/quiz forget-me")
    chloe.sees("Erase all of it?").get_by_role("button", name="Erase all of it").click()
    expect(chloe.sees("Erased")).to_contain_text("Erased: 1 answer, 1 result")
    for player in (ada, ben, chloe):
        expect(player.card("Final scores")).not_to_contain_text("Chloe")
        expect(player.card("Final scores")).to_contain_text("Ada")


# -- one page ---------------------------------------------------------------------------------------------------------


def question_of(page: Page) -> Locator:
    """A question without a time limit, asked on a page."""
    say(page, "/quiz start questions:1 seconds:unlimited")
    question = page.get_by_role("article", name=re.compile("^Question 1 of 1 · "))
    expect(question).to_be_visible()
    return question


def test_a_question_is_answered_and_skipped_by_keys_and_its_end_is_told(page: Page) -> None:
    question = question_of(page)
    choice = question.get_by_role("button", name="D ·")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if choice.evaluate("node => node === document.activeElement"):
            break
    expect(choice).to_be_focused()
    page.keyboard.press("Enter")
    expect(newest(page).locator("h2")).to_have_text("Answer noted")
    expect(choice).to_be_focused()
    assert accessible(page) == []
    page.keyboard.press("Tab")
    expect(question.get_by_role("button", name="Vote to skip")).to_be_focused()
    page.keyboard.press("Enter")
    told = page.get_by_role("status").filter(has_text="Question 1 of 1: the answer")
    expect(told).to_contain_text("The right answer is ")
    expect(page.get_by_role("article", name="Question 1 of 1: the answer")).to_be_focused()
    assert accessible(page) == []
    expect(page.get_by_role("article", name="Final scores")).to_be_visible()
    assert accessible(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_receipts_on_a_phone_leave_a_way_back_to_the_question(page: Page, theme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    question = question_of(page)
    for number, letter in enumerate("ABCD", 1):
        question.get_by_role("button", name=f"{letter} ·").click()
        expect(page.locator("#messages > li.private")).to_have_count(number)
    back = page.get_by_role("button", name="Back to Question 1 of 1")
    expect(back).to_be_visible()
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    back.click()
    expect(question.get_by_role("button", name="A ·")).to_be_in_viewport()
    expect(back).to_be_hidden()


def test_whoever_reads_further_up_is_not_moved_and_is_told_of_what_is_new(
    page: Page, server: Server, browser: Browser
) -> None:
    for number, words in enumerate(("/deepseek cost", "/deepseek nvidia", "/deepseek disruption"), 1):
        say(page, words)
        expect(page.locator(".card")).to_have_count(number)
    expect(page.locator("#scroller")).not_to_have_js_property("scrollTop", 0)
    page.locator("#scroller").hover()
    page.mouse.wheel(0, -10_000)
    expect(page.locator("#scroller")).to_have_js_property("scrollTop", 0)
    other = visit(browser)
    enter(other, server)
    act_as(other, "Ben")
    question_of(other)
    below = page.get_by_role("button", name="New below: Question 1 of 1")
    expect(below).to_be_visible()
    expect(page.locator("#scroller")).to_have_js_property("scrollTop", 0)
    below.click()
    expect(page.get_by_role("article", name=re.compile("^Question 1 of 1"))).to_be_focused()
    expect(page.get_by_role("button", name="Vote to skip")).to_be_in_viewport()
    expect(below).to_be_hidden()
    other.context.close()
