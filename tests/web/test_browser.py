"""The web chat in a real browser: what a person sees, types, clicks and finds again."""

import re
import signal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Server, enter, visit

COST = "The famous training bill is one run of V3"


def say(page: Page, words: str) -> None:
    page.fill("#composer-text", words)
    page.press("#composer-text", "Enter")


def newest(page: Page):  # type: ignore[no-untyped-def] # playwright's own type says no more
    return page.locator("#messages > li").last


def act_as(page: Page, name: str) -> None:
    page.select_option("#person", label=name)
    expect(page.locator("#person option:checked")).to_have_text(name)


def accessible(page: Page) -> list[str]:
    """What axe finds wrong, by rule and the first place."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def test_a_stranger_types_is_completed_sees_the_chart_and_reads_on(page: Page) -> None:
    page.keyboard.type("/deepseek co", delay=5)
    expect(page.locator("#palette li").first).to_contain_text("/deepseek cost")
    page.keyboard.press("Tab")
    assert page.input_value("#composer-text") == "/deepseek cost "
    page.keyboard.press("Enter")
    card = newest(page).locator(".card")
    expect(card.locator("h2")).to_contain_text(COST)
    expect(card).to_contain_text("$5.576 million")
    expect(card).to_contain_text("$294,000")
    picture = card.locator("img")
    expect(picture).to_have_attribute("alt", re.compile("2,664,000.*Source"))
    expect(picture).to_have_js_property("naturalWidth", 1600)
    card.locator("summary").click()
    expect(card.locator("table")).to_contain_text("2,664,000")

    card.get_by_role("button", name="Explain").click()
    expect(card).to_contain_text("V3 is the base model")  # in place: that message is one's own
    card.get_by_role("button", name="Back").click()
    expect(card.get_by_role("button", name="Explain")).to_be_visible()
    assert page.locator(".card").count() == 1


def test_a_card_with_its_picture_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    asked = ["deepseek cost", "deepseek", "nvidia", "nvidia losses", "ai-capex", "listings", "training-costs"]
    for at, words in enumerate([*asked, "openai-money", "export-controls", "figure capex-plans"], 1):
        say(page, f"/{words}")
        expect(page.locator(".card")).to_have_count(at)
        card = newest(page).locator(".card")
        for picture in card.locator("img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=30_000)
        box = card.bounding_box()
        assert box is not None
        assert box["height"] <= 1_100, words


def test_two_people_check_themselves_and_each_sees_only_their_own_answer(page: Page) -> None:
    say(page, "/deepseek cost")
    quiz_me(page)
    newest(page).get_by_role("button", name="B", exact=True).click()
    expect(newest(page)).to_contain_text(re.compile("Right|Not quite"))
    mine = page.locator("#messages > li").count()
    act_as(page, "Ben")
    expect(page.locator("#messages > li")).to_have_count(2)
    quiz_me(page)
    newest(page).get_by_role("button", name="A", exact=True).click()
    expect(newest(page)).to_contain_text("Based on")
    act_as(page, "Ada (admin)")
    expect(page.locator("#messages > li")).to_have_count(mine)


def quiz_me(page: Page) -> None:
    """Open the question of the public card, for the presser alone."""
    page.locator(".card").first.get_by_role("button", name="Quiz me").click()
    expect(newest(page)).to_contain_text("only you can see this")
    expect(newest(page)).to_contain_text("Quiz me")


def test_a_pick_from_somebody_elses_answer_opens_privately(page: Page) -> None:
    say(page, "/deepseek cost")
    expect(page.locator("#messages > li")).to_have_count(2)
    act_as(page, "Ben")
    page.locator(".card select").select_option(label="Who can afford AI")
    expect(page.locator("#messages > li")).to_have_count(3)
    expect(newest(page)).to_contain_text("only you can see this")
    expect(newest(page).locator("h2")).to_contain_text("Good models get cheaper")
    expect(page.locator(".card h2").first).to_contain_text(COST)


def test_a_reload_and_a_killed_server_lose_nothing(page: Page, server: Server) -> None:
    say(page, "/deepseek cost")
    expect(newest(page).locator("h2")).to_contain_text(COST)
    page.reload()
    expect(newest(page).locator("h2")).to_contain_text(COST)
    server.stop(signal.SIGKILL)
    expect(page.locator("#lost")).to_be_visible()
    server.start()
    expect(page.locator("#lost")).to_be_hidden()
    newest(page).locator(".card").get_by_role("button", name="Explain").click()
    expect(newest(page)).to_contain_text("V3 is the base model")


def test_what_others_say_appears_by_itself(page: Page, server: Server, browser: Browser) -> None:
    other = visit(browser)
    enter(other, server)
    say(other, "/deepseek nvidia")
    expect(newest(page).locator("h2")).to_contain_text("Nvidia lost more dollars")
    say(other, "/deepseek help")
    expect(newest(other)).to_contain_text("only you can see this")
    other.context.close()


def test_everything_works_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.type("/dee", delay=5)
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#composer-text")).to_have_attribute("aria-activedescendant", "completion-0")
    page.keyboard.press("Enter")  # takes the first row
    expect(page.locator("#composer-text")).to_have_value("/deepseek ")
    expect(page.locator("#palette li").nth(1)).to_contain_text("/deepseek overview")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#composer-text")).to_have_attribute("aria-activedescendant", "completion-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(newest(page).locator(".card")).to_be_visible()
    button = newest(page).get_by_role("button", name="Explain")
    for _ in range(60):
        if button.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    outline = button.evaluate("node => getComputedStyle(node).outlineStyle + getComputedStyle(node).outlineWidth")
    assert outline == "solid3px"
    page.keyboard.press("Enter")
    expect(newest(page).get_by_role("button", name="Share here")).to_be_visible()


def test_a_form_is_filled_in_and_says_what_is_wrong(page: Page) -> None:
    say(page, "/figure")
    newest(page).get_by_role("button", name="Fill in").click()
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    assert accessible(page) == []
    dialog.get_by_role("button", name="Ask").click()
    expect(dialog.locator(".wrong")).to_contain_text("needed")
    dialog.locator("input").fill("v3-run-cost")
    dialog.get_by_role("button", name="Ask").click()
    expect(dialog).to_be_hidden()
    expect(newest(page).locator("h2")).to_contain_text("One training run of V3")


def test_an_event_is_picked_from_a_list(page: Page) -> None:
    say(page, "/events deepseek")
    expect(newest(page).locator("select")).to_be_visible()
    newest(page).locator("select").select_option(index=1)
    expect(newest(page).locator(".card")).to_contain_text("Sources")


def test_an_answer_can_be_deleted_by_whoever_asked(page: Page) -> None:
    say(page, "/deepseek cost")
    page.get_by_role("button", name=f"Delete {COST}").click()
    expect(page.locator("#messages > li")).to_have_count(1)
    page.reload()
    expect(page.locator("#messages > li")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 375])
def test_the_page_is_accessible_in_both_themes_and_fits_a_phone(page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    assert accessible(page) == []
    for words in ("/deepseek cost", "/nothing-like-it", "/events", "/deepseek help", "/compare v3-run-cost gpt4-cost"):
        say(page, words)
        expect(page.locator("#composer-text")).to_have_value("")
    expect(newest(page).locator("h2")).to_contain_text("These two can’t be compared")
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#composer-text").fill("/")
    expect(page.locator("#palette")).to_be_visible()
    assert accessible(page) == []


def test_what_people_type_never_becomes_markup(page: Page) -> None:
    say(page, "<img src=x onerror=alert(1)> **bold** </li>")
    expect(page.locator(".said")).to_have_text("<img src=x onerror=alert(1)> **bold** </li>")
    assert page.locator("#messages img").count() == 0


def test_pictures_keep_words_readable_when_the_server_says_no(page: Page) -> None:
    page.route("**/api/say", lambda route: route.fulfill(status=500, json={"error": "Something broke here."}))
    say(page, "/deepseek cost")
    expect(newest(page)).to_contain_text("Something broke here.")


@pytest.mark.parametrize("width", [1100, 375])
def test_what_other_platforms_show_stands_behind_the_dots_with_its_json_one_press_further(
    page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    say(page, "/deepseek cost")
    answer = newest(page)
    expect(answer.locator(".card img")).to_be_visible()
    menu = answer.locator(".menu")
    expect(menu).to_be_hidden()
    answer.get_by_role("button", name=re.compile("^More about")).click()
    expect(menu).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    for platform in ("Discord", "Slack"):
        answer.get_by_role("button", name=re.compile("^More about")).click()
        menu.get_by_role("button", name=f"As {platform} shows it").click()
        expect(menu).to_be_hidden()
        shown = answer.get_by_role("region", name=f"As {platform} shows it")
        look = shown.locator(".look")
        expect(look).to_contain_text(COST)
        expect(look).to_contain_text("$5.576 million")
        expect(look).not_to_contain_text("**")
        expect(look.locator("img").first).to_have_js_property("naturalWidth", 1600)
        assert look.locator("a").count() > 0
        json = shown.locator("pre")
        expect(json).to_be_hidden()
        shown.get_by_role("button", name="JSON").click()
        expect(json).to_contain_text('"components"' if platform == "Discord" else '"blocks"')
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(answer.locator(".preview")).to_have_count(1)  # one look at a time
    answer.get_by_role("button", name=re.compile("^More about")).click()
    menu.get_by_role("button", name="As Slack shows it").click()
    expect(answer.locator(".preview")).to_have_count(0)


def test_a_look_shows_what_people_typed_as_it_is(page: Page) -> None:
    nasty = "<b>bold</b> **stars** _lines_ `code` [a](https://a.example) &amp; \\* <@123>"
    say(page, f"/figure {nasty}")
    answer = newest(page)
    said = answer.locator(".card").inner_text().splitlines()
    sentence = next(line for line in said if "stars" in line)
    for platform in ("Discord", "Slack"):
        answer.get_by_role("button", name=re.compile("^More about")).click()
        answer.get_by_role("button", name=f"As {platform} shows it").click()
        shown = answer.get_by_role("region", name=f"As {platform} shows it").locator(".look")
        expect(shown).to_contain_text(sentence)
        expect(shown.locator(".look-body strong, .look-body em, .look-body code, .look-body a")).to_have_count(0)


def test_the_first_minute_is_a_question_a_quiz_and_a_digest_one_press_each(page: Page) -> None:
    starters = page.locator("#starters button")
    names = ["What did DeepSeek cost?", "A 3-question quiz", "Preview tomorrow's digest", "Set up a daily digest"]
    expect(starters).to_have_text(names)
    starters.first.click()
    expect(newest(page)).to_contain_text("$5.576 million")
    act_as(page, "Ben")
    expect(starters).to_have_text(names[:3])


def test_the_theme_button_says_what_it_does(page: Page) -> None:
    button = page.locator("#theme")
    expect(button).to_have_text("Dark")
    button.click()
    expect(button).to_have_text("Light")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
