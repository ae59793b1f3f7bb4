"""How long the researcher waits on Ablation: `python -m benchmarks.ablation [LINK]`.

Starts the dashboard with nothing scored, takes modalities away with clicks in a real browser, and reads what the server
took from TOOLMARK_TIMINGS: the whole page with the window read anew. Then how long until the test set's figures stand
there, for what nobody scored yet and for what is known, and how long the command takes that leaves out each modality
once. Processor seconds stand beside it: they do not depend on what else the machine is doing.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import ARGUMENTS, ROOT, serving

LINK = "?data=store&bundle=bantam&run=adaptive_009&row=240"
NEW = ("sound", "gyro", "colour", "pressure", "magnetometer")
PATIENCE_MS = 300_000


def settled(page: Page) -> None:
    """Wait until the server has nothing to do for the page."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=PATIENCE_MS)


def click(page: Page, modality: str) -> None:
    """Take a modality away, or give it back."""
    page.locator(f'.matrix button[aria-label^="{modality}:"]').first.click()


def said(page: Page, words: str) -> None:
    """Wait until the figures of the test set are those of what is said."""
    headline = page.locator(".st-key-of_taken_headline")
    expect(headline.get_by_text(words, exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    expect(headline.get_by_test_id("stTable")).to_be_visible(timeout=PATIENCE_MS)


def server_ms(log: Path, before: int) -> float:
    """The server's longest run of the page since so many were written down."""
    rows = log.read_text().splitlines()[before:]
    return 1000 * max((float(row.rpartition(",")[2]) for row in rows), default=float("nan"))


def report(name: str, values: list[float], unit: str) -> None:
    """One line: the median, the longest, how many."""
    print(
        f"{name:<64}{median(values):>8.2f} {unit} median{max(values):>8.2f} {unit} at most, of {len(values)}"
    )


def toggles(page: Page, log: Path) -> None:
    """Take each modality away and give it back; then the same again, when all is known."""
    for title in ("nobody scored yet", "known"):
        server, shown, window = [], [], []
        for modality in NEW:
            before, begin = log.read_text().count("\n"), time.perf_counter()
            click(page, modality)
            page.locator(".st-key-of_taken_window").get_by_text(f"Without {modality}:").wait_for(
                timeout=PATIENCE_MS
            )
            window.append(time.perf_counter() - begin)
            said(page, f"Without {modality}")
            shown.append(time.perf_counter() - begin)
            settled(page)
            server.append(server_ms(log, before))
            click(page, modality)
            said(page, "With everything")
            settled(page)
            page.wait_for_timeout(500)
        report(f"a toggle, {title}: server time of the whole page", server, "ms")
        report(f"a toggle, {title}: click to the window's change on screen", window, "s ")
        report(f"a toggle, {title}: click to the test set's figures on screen", shown, "s ")


def leave_one_out(bundle: str, data: str, folder: Path) -> None:
    """The command that scores a bundle without each modality, nothing known before."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "core", "ablate", bundle, data, "--results", str(folder / "results")]
    subprocess.run(
        [*command, "--out", str(folder / "table.csv")], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = time.perf_counter() - begin
    print(f"{'each modality left out once, by the command':<64}{took:>8.2f} s, {used:.2f} s of processors")


def main(link: str) -> None:
    """Print what each takes."""
    asked = {name: values[0] for name, values in parse_qs(link.lstrip("?")).items()}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "timings.csv"
        log.touch()
        environment = {"TOOLMARK_TIMINGS": str(log), "TOOLMARK_BUILD": str(Path(folder) / "build")}
        environment |= {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": ""}
        with serving(Path(folder) / "log", **environment) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(f"{address}/ablation{link}")
            said(page, "With everything")
            settled(page)
            click(page, "temperature")
            said(page, "Without temperature")
            click(page, "temperature")
            said(page, "With everything")
            settled(page)
            toggles(page, log)
            browser.close()
        leave_one_out(f"assets/models/{asked['bundle']}", f"build/{asked['data']}", Path(folder))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else LINK)
