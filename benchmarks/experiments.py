"""What Experiments takes with a hundred trainings, and how soon a new epoch is on the page.

`python -m benchmarks.experiments`: a hundred copies of the shipped bundle of the twin, each with its figures.
"""

import csv
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

from core.locks import locked
from tests.e2e.conftest import ARGUMENTS, ROOT, serving

TRAININGS, ROUNDS, EPOCHS = 100, 7, 8
TWIN = ROOT / "assets" / "models" / "twin"


def made(build: Path) -> None:
    """The folders of the trainings; the weights are not looked at and left out."""
    for number in range(TRAININGS):
        folder = build / "trainings" / f"mine-{number:03d}"
        shutil.copytree(TWIN, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.npz"))


def server_ms(timings: Path) -> list[float]:
    """How long the server worked on each run of the page."""
    rows = (row.rpartition(",") for row in timings.read_text(encoding="utf-8").splitlines())
    return [1000 * float(seconds) for page, _, seconds in rows if page == "Experiments"]


def new_epoch_s(page: Page, training: Path) -> float:
    """Seconds from a new row of a log until the page says so."""
    log = training / "training" / "stage2.csv"
    rows = list(csv.reader(log.open()))
    rows.append([str(len(rows)), *rows[-1][1:]])
    aside = log.with_suffix(".part")
    with aside.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    begin = time.monotonic()
    aside.replace(log)
    expect(page.locator(".training-name small")).to_contain_text(f"stage 2: {len(rows) - 1}")
    return time.monotonic() - begin


def main() -> None:
    """Print the medians and the slowest."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build, timings = Path(folder) / "build", Path(folder) / "timings"
        made(build)
        places = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", "TOOLMARK_BUILD": str(build)}
        with serving(Path(folder) / "log", **places, TOOLMARK_TIMINGS=str(timings)) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            # what any first page takes is not what the trainings do
            page.goto(f"{address}/?data=demo&bundle=twin")
            expect(page.get_by_role("heading", name="Overview")).to_be_visible()
            expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            for _ in range(ROUNDS):
                page.goto(f"{address}/experiments?data=demo&bundle=twin&trainings=mine-000")
                expect(page.locator(".training-name")).to_have_count(1)
                expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            took = server_ms(timings)
            rest = took[1:]
            print(
                f"{TRAININGS} trainings: first {took[0]:.0f} ms, then {median(rest):.0f} ms ({max(rest):.0f})"
            )
            training = build / "trainings" / "mine-000"
            with locked(training / "training" / "lock"):
                page.reload()
                expect(page.locator(".training-name small")).to_contain_text("running")
                late = [new_epoch_s(page, training) for _ in range(EPOCHS)]
            print(f"a new epoch is on the page after {median(late):.1f} s ({max(late):.1f})")
            browser.close()


if __name__ == "__main__":
    main()
