"""How long the server works on a change on Predict: `python -m benchmarks.predict [LINK]`.

Starts the dashboard, opens a window in a real browser, makes every kind of change some times and reads what the server
took from TOOLMARK_TIMINGS: the whole page, with all heads and alternatives, read anew. Then the attribution of the
window over all channels, by integrated gradients and by occlusion, of windows that nobody asked about before.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import ARGUMENTS, serving

TIMES = 8
MUTED = ("sound", "gyro", "colour", "pressure")
PREFIXES = ("G1", "G1 X1", "G0 X2.5", "X1.5 Y", "G1 X0.5 Y")


def settled(page: Page) -> None:
    """Wait until the server has nothing to do for the page."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)


def took(page: Page, log: Path, act: Callable[[], None]) -> float:
    """Milliseconds of the server's longest run of the page after an act, once the page stands still."""
    before = log.read_text().count("\n")
    act()
    page.wait_for_timeout(700)
    settled(page)
    rows = log.read_text().splitlines()[before:]
    return 1000 * max((float(row.rpartition(",")[2]) for row in rows), default=float("nan"))


def mute(page: Page, name: str) -> None:
    """Add a modality to those that the model does without."""
    field = page.get_by_label("Mute for the model").last
    field.fill(name)
    field.press("Enter")


def begin(page: Page, words: str) -> None:
    """Force the beginning of the line."""
    field = page.get_by_placeholder("G1 X1.575 Y")
    field.fill(words)
    field.press("Enter")


def main(link: str) -> None:
    """Print the median and the longest of each kind of change."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "timings.csv"
        log.touch()
        kept = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", "TOOLMARK_TIMINGS": str(log)}
        with serving(Path(folder) / "log", **kept) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(f"{address}/predict{link}")
            page.locator(".tokens tr").first.wait_for(timeout=90_000)
            settled(page)
            for key in "KJKJ":
                took(page, log, lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
            report(page, log)
            browser.close()


def report(page: Page, log: Path) -> None:
    """Make the changes and print what each took."""

    def every(name: str, acts: list[Callable[[], None]]) -> None:
        times = [took(page, log, act) for act in acts]
        print(f"{name:<44}{median(times):>7.0f} ms median{max(times):>7.0f} ms at most, of {len(times)}")

    every("start a row later", [lambda: page.keyboard.press("K")] * TIMES)
    every("mute a modality", [lambda name=name: mute(page, name) for name in MUTED])  # type: ignore[misc]
    every("force a beginning", [lambda words=words: begin(page, words) for words in PREFIXES])  # type: ignore[misc]
    every("back to the original", [page.get_by_role("button", name="Back to the original").click])
    page.locator("h1").first.click()
    every("the next window", [lambda: page.keyboard.press("N")] * TIMES)
    page.get_by_role("radio", name="What it rests on").click()
    settled(page)
    every("a window and its integrated gradients", [lambda: page.keyboard.press("P")] * 4)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "?data=demo")
