"""Makes the pictures of the docs: a real newsbot, a real browser, the page as people see it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
]
# Each picture: its name, what is said, the size of the window, the theme.
PICTURES = (
    ("cost-light", "/deepseek cost", (1100, 1000), "light"),
    ("cost-phone-dark", "/deepseek cost", (390, 844), "dark"),
    ("events-dark", "/events nvidia 2025", (1100, 1000), "dark"),
)


def main() -> int:
    """Make every picture; returns the exit code."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("The pictures need Chromium (Debian and Ubuntu: apt install chromium).", file=sys.stderr)
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        (Path(data) / "newsbot.yaml").write_text(f"data: {data}\n", encoding="utf-8")
        environment = {**os.environ, "NEWSBOT_CONFIG": data, "PORT": "0"}
        command = [sys.executable, "-m", "newsbot", "run", "--only", "web"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            try:
                assert server.stdout is not None
                url = next(found[1] for line in server.stdout if (found := re.search(r"Web chat: (http://\S+)", line)))
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
                    for picture in PICTURES:
                        _take(browser, url, *picture)
                    _take_looks(browser, url)
                    _take_quiz(browser, url)
                    browser.close()
            finally:
                server.terminate()
    return 0


def _take(browser: Browser, url: str, name: str, said: str, size: tuple[int, int], theme: str) -> None:
    page = _opened(browser, url, "ada", "#ai-news" if theme == "dark" and size[0] > 600 else "#general", size, theme)
    _say(page, said)
    page.locator(".card").last.wait_for()
    _wait_for_charts(page)
    _shoot(page, name)
    page.context.close()


def _take_looks(browser: Browser, url: str) -> None:
    """An answer as Discord and as Slack show it."""
    page = _opened(browser, url, "chloe", "#general", (860, 1600), "light")
    _say(page, "/deepseek cost")
    answer = page.locator("#messages > li").last
    answer.locator(".card img").wait_for()
    for platform in ("Discord", "Slack"):
        answer.get_by_role("button", name=re.compile("^More about")).click()
        answer.get_by_role("button", name=f"As {platform} shows it").click()
        look = answer.get_by_role("region", name=f"As {platform} shows it").locator(".look")
        look.locator("img").wait_for()
        _wait_for_charts(page)
        name = f"cost-{platform.lower()}"
        look.screenshot(path=TARGET / f"{name}.png")
        print(f"made docs/pictures/{name}.png")
    page.context.close()


def _take_quiz(browser: Browser, url: str) -> None:
    """A game of three: its first question as Ada sees it, and the final scores on Ben's phone."""
    ada = _opened(browser, url, "ada", "#quiz", (1000, 690), "light")
    ben, chloe = (_opened(browser, url, who, "#quiz", (390, 844), "dark") for who in ("ben", "chloe"))
    _say(ada, "/quiz start nvidia questions:2 seconds:10")
    for number in (1, 2):
        for page, letter in ((ada, "A"), (ben, "B"), (chloe, "C")):
            page.get_by_role("heading", name=f"Question {number} of 2 ·").wait_for(timeout=60_000)
            asked = page.locator("#messages > li .card").filter(has_text="Vote to skip").last
            asked.get_by_role("button", name=f"{letter} ·").click()
        if number == 1:
            ada.get_by_role("heading", name="Answer noted").wait_for()
            ada.mouse.move(5, 5)
            ada.wait_for_timeout(500)
            _shoot(ada, "quiz-question")
    ben.get_by_role("heading", name="Final scores").wait_for(timeout=60_000)
    ben.wait_for_timeout(500)
    _shoot(ben, "quiz-scores-phone-dark")
    for page in (ada, ben, chloe):
        page.context.close()


def _opened(browser: Browser, url: str, who: str, channel: str, size: tuple[int, int], theme: str) -> Page:
    """The page of a person in a channel."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1.5,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="UTC",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#composer-text:focus")
    page.select_option("#person", who)
    page.get_by_role("button", name=channel).click()
    return page


def _wait_for_charts(page: Page) -> None:
    """Wait until every chart is drawn and loaded, and what moves stands still."""
    for image in page.locator("img").all():
        image.evaluate("image => { image.loading = 'eager'; image.decoding = 'sync'; }")
        expect(image).not_to_have_js_property("naturalWidth", 0, timeout=30_000)
    page.wait_for_timeout(500)


def _say(page: Page, words: str) -> None:
    page.fill("#composer-text", words)
    page.press("#composer-text", "Enter")


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=TARGET / f"{name}.png")
    print(f"made docs/pictures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
