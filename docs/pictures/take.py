"""Take the README's picture of the Predict page: `python docs/pictures/take.py [LINK]`, with the dashboard running."""

import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ADDRESS = "http://127.0.0.1:8501/"
LINK = "predict?run=adaptive_009&row=240&without=proximity"
SIZE = {"width": 1440, "height": 1000}


def take(link: str, picture: Path) -> None:
    """Open a link of the dashboard in Chromium and write the whole page as a picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(ADDRESS + link)
        expect(page.locator(".tokens tr").first).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
        height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        page.set_viewport_size(SIZE | {"height": height})
        page.wait_for_timeout(1000)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else LINK, Path(__file__).with_name("predict.png"))
