"""How long a change of page takes in a real browser, from the click to the last paint, with warm caches.

`python -m benchmarks.pages [LINK]`: starts the dashboard, visits every page once, then changes pages and takes medians.
The last paint is the last change of the page's content after the click, before it stands still for a second; the
rows that a table keeps inside its canvas for screen readers are not painted and do not count.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import ARGUMENTS, serving

ROUNDS = 5
QUIET_MS = 1000
WATCH = """
() => {
  window.lastChange = 0;
  const painted = change => !(change.type === 'childList' && change.target.closest?.('canvas'));
  new MutationObserver(changes => { if (changes.some(painted)) window.lastChange = performance.now(); })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener('click', () => { window.clicked = performance.now(); }, true);
}
"""
STILL = "quiet => performance.now() - window.lastChange > quiet"


def change(page: Page, name: str) -> float:
    """Click a page's link; milliseconds until its content stands still."""
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    page.wait_for_function("() => window.lastChange >= window.clicked")
    page.wait_for_function(STILL, arg=QUIET_MS, timeout=60_000)
    return float(page.evaluate("() => window.lastChange - window.clicked"))


def main(link: str) -> None:
    """Print the median and the slowest of the changes to each page."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "log", TOOLMARK_RECORDINGS="", TOOLMARK_BUNDLES="") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{address}/{link}")
        links = page.get_by_test_id("stSidebarNavLink")
        links.first.wait_for(timeout=60_000)
        names = [text.strip().splitlines()[-1] for text in links.all_inner_texts()]
        page.evaluate(WATCH)
        for name in [*names, *names]:
            change(page, name)
        took: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                took[name].append(change(page, name))
        browser.close()
    for name, times in took.items():
        print(f"{name:<14}{median(times):>7.0f} ms median{max(times):>7.0f} ms at most, of {ROUNDS}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "?data=demo")
