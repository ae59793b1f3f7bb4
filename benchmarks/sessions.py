"""Several people at once: sessions in real browsers that click through the pages for minutes on end.

`python -m benchmarks.sessions [SESSIONS] [SECONDS] [LINK]`: says how long the server worked on each run of a page, how
long it took from a click until the page stood still (all browsers share the cores with the server), how many errors a
page or its console showed, and what the server's memory did.
"""

import asyncio
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from playwright.async_api import Browser, Error, Page, async_playwright

from dashboard.timing import TIMINGS_VARIABLE
from tests.e2e.conftest import ARGUMENTS, serving

THINK_S = (1.0, 4.0)
# what people click, and how often: pages, steps through windows and runs
BUTTONS = ("Next", "Previous", "Forward one recording", "Back one recording")
SAMPLE_S = 15


@dataclass
class Log:
    """What all sessions did."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mib: list[float] = field(default_factory=list)


async def settle(page: Page) -> None:
    """Wait until the script has run and nothing waits to be drawn."""
    await page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
    await page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')", timeout=60_000)


async def click(page: Page, chance: random.Random) -> bool:
    """Click something that is there; False where nothing could be clicked."""
    links = page.get_by_test_id("stSidebarNavLink")
    buttons = [page.get_by_role("button", name=re.compile(f"^.*{name}")).first for name in BUTTONS]
    there = [button for button in buttons if await button.count() and await button.is_enabled()]
    if there and chance.random() < 0.7:
        await chance.choice(there).click(timeout=10_000)
    else:
        await links.nth(chance.randrange(await links.count())).click(timeout=10_000)
    return True


async def session(browser: Browser, address: str, link: str, number: int, end: float, log: Log) -> None:
    """One person until the end."""
    chance = random.Random(number)
    page = await (await browser.new_context(viewport={"width": 1440, "height": 1000})).new_page()
    page.on("pageerror", lambda error: log.errors.append(f"session {number}: {error}"))
    await page.goto(f"{address}/{link}")
    await settle(page)
    while time.monotonic() < end:
        await asyncio.sleep(chance.uniform(*THINK_S))
        begin = time.monotonic()
        try:
            await click(page, chance)
            await page.wait_for_timeout(50)
            await settle(page)
        except Error as error:
            log.errors.append(f"session {number}: {str(error).splitlines()[0]}")
            continue
        log.took.append(time.monotonic() - begin - 0.05)
        if await page.get_by_test_id("stException").count():
            log.errors.append(f"session {number}: an exception on {page.url}")


def resident_mib(port: int) -> float:
    """Memory of the server that listens on a port, its children not counted."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"--server.port={port}".encode() in (folder / "cmdline").read_bytes():
                status = (folder / "status").read_text()
                return int(status.partition("VmRSS:")[2].split()[0]) / 1024
        except OSError:
            continue
    return float("nan")


async def watch(port: int, end: float, log: Log) -> None:
    """Look at the server's memory every so often."""
    while time.monotonic() < end:
        log.memory_mib.append(resident_mib(port))
        await asyncio.sleep(SAMPLE_S)


async def run(address: str, sessions: int, seconds: float, link: str) -> Log:
    """All sessions side by side."""
    log = Log()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        end = time.monotonic() + seconds
        people = (session(browser, address, link, number, end, log) for number in range(sessions))
        await asyncio.gather(*people, watch(int(address.rpartition(":")[2]), end, log))
        await browser.close()
    return log


def main(sessions: int, seconds: float, link: str) -> None:
    """Start the dashboard, let the sessions loose, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        timings, said = Path(folder) / "timings", Path(folder) / "log"
        places = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", TIMINGS_VARIABLE: str(timings)}
        with serving(said, **places) as address:
            log = asyncio.run(run(address, sessions, seconds, link))
        errors = said.read_text()
        worked = [float(line.rpartition(",")[2]) for line in timings.read_text().splitlines()]
    print(f"{sessions} sessions for {seconds:.0f} s: {len(log.took)} clicks, {len(log.errors)} errors")
    for what, times in (("the server's work", worked), ("until the page stands still", log.took)):
        middle, within = 1000 * median(times), 1000 * quantiles(times, n=20)[-1]
        print(f"{what}: median {middle:.0f} ms, 95 % within {within:.0f} ms, of {len(times)}")
    memory = ", ".join(f"{each:.0f}" for each in log.memory_mib)
    print(f"memory of the server in MiB, every {SAMPLE_S} s: {memory}")
    for error in dict.fromkeys(log.errors):
        print(error)
    if "Traceback" in errors:
        print("the server's last error:", errors[errors.rindex("Traceback") :], sep="\n")


if __name__ == "__main__":
    wanted = dict(enumerate(sys.argv[1:]))
    main(int(wanted.get(0, 10)), float(wanted.get(1, 300)), wanted.get(2, "?data=demo"))
