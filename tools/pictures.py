"""Makes the pictures of the docs: a real newsbot, a real browser, the page as people see it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

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
    ("events-dark", "/events nvidia", (1100, 1000), "dark"),
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
            assert server.stdout is not None
            url = next(found[1] for line in server.stdout if (found := re.search(r"Web chat: (http://\S+)", line)))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
                for picture in PICTURES:
                    _take(browser, url, *picture)
                browser.close()
            server.terminate()
    return 0


def _take(browser: Browser, url: str, name: str, said: str, size: tuple[int, int], theme: str) -> None:
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
    page.get_by_role("button", name="#quiz" if theme == "dark" and size[0] > 600 else "#general").click()
    page.fill("#composer-text", said)
    page.press("#composer-text", "Enter")
    page.locator(".card img").last.wait_for()
    page.wait_for_timeout(3_000)  # the chart is drawn and loaded
    page.screenshot(path=TARGET / f"{name}.png")
    context.close()
    print(f"made docs/pictures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
