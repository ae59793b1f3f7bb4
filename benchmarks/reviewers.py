"""Several reviewers at once, in real browsers, and the server killed with -9 in the middle: is anything lost?

`python -m benchmarks.reviewers [REVIEWERS] [SECONDS]`: each reviewer walks the windows of the store by keys; what a
page confirmed is written down. After the kill every confirmed verdict is looked for in the file.
"""

import asyncio
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from playwright.async_api import Browser, Error, async_playwright

from benchmarks.sessions import settle
from core.evidence.review.verdicts import VERDICTS, Verdicts
from dashboard.reviewer import COOKIE
from tests.e2e.conftest import ARGUMENTS, ROOT, kill_server, serving

LINK = "review?data=store&bundle=bantam&queue=all"
# looks at the page, a twentieth of a second apart, until a reviewer gives up
PATIENCE = 400
KEPT = re.compile(r"(\S+) rows (\d+) to \d+: (.+), kept \d\d:\d\d:\d\d")
Confirmed = tuple[str, str, int, str]


@dataclass
class Log:
    """What the pages confirmed, and how long each key took until then."""

    confirmed: set[Confirmed] = field(default_factory=set)
    took: list[float] = field(default_factory=list)
    ready: int = 0
    errors: list[str] = field(default_factory=list)


async def review(browser: Browser, address: str, name: str, log: Log, number: int) -> None:
    """One reviewer, until the server is gone."""
    context = await browser.new_context(viewport={"width": 1440, "height": 1000})
    await context.add_cookies([{"name": COOKIE, "value": name, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}/{LINK}", timeout=180_000)
    await page.get_by_role("button", name=name).wait_for(timeout=180_000)
    log.ready += 1
    last = ""
    try:
        for turn in range(10_000):
            verdict = VERDICTS[(turn + number) % len(VERDICTS)]
            # a key that comes while the page is drawn goes nowhere
            await settle(page)
            begin = time.monotonic()
            await page.locator("body").press(str(VERDICTS.index(verdict) + 1))
            words = page.locator(".st-key-last_given p").first
            for _ in range(PATIENCE):
                said = await words.inner_text() if await words.count() else ""
                if said != last and KEPT.search(said):
                    break
                await asyncio.sleep(0.05)
            found = KEPT.search(said)
            if found is None or said == last:
                continue
            last = said
            log.confirmed.add((name, found[1].split()[-1], int(found[2]), found[3]))
            log.took.append(time.monotonic() - begin)
    except Error:
        return


async def run(address: str, reviewers: int, seconds: float) -> Log:
    """All reviewers side by side; the server is killed once they have worked for so long."""
    log = Log()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        people = [
            asyncio.create_task(review(browser, address, f"reviewer{number}", log, number))
            for number in range(reviewers)
        ]
        while log.ready < reviewers and not all(person.done() for person in people):
            await asyncio.sleep(0.2)
        await asyncio.sleep(seconds)
        kill_server(address.rpartition(":")[2])
        # what a page shows now it was told before
        await asyncio.sleep(2)
        for person in people:
            person.cancel()
        ended = await asyncio.gather(*people, return_exceptions=True)
        log.errors += [
            f"reviewer{n}: {error!r}"[:300] for n, error in enumerate(ended) if isinstance(error, Exception)
        ]
        await browser.close()
    return log


def main(reviewers: int, seconds: float) -> None:
    """Start the dashboard on a copy of what was read, let the reviewers work, kill it, and look what is there."""
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        shutil.copytree(ROOT / "build" / "readings", build / "readings")
        places = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", "TOOLMARK_BUILD": str(build)}
        with serving(Path(folder) / "log", **places) as address:
            log = asyncio.run(run(address, reviewers, seconds))
        kept = Verdicts(build / "marks.sqlite").entries()
    there = {(entry.reviewer, entry.target.run, entry.target.start_row, entry.verdict) for entry in kept}
    lost = log.confirmed - there
    print(
        f"{reviewers} reviewers, killed after {seconds:.0f} s: {len(log.confirmed)} verdicts confirmed by the pages"
    )
    print(f"in the file afterwards: {len(kept)}; confirmed and lost: {len(lost)}")
    if len(log.took) > 1:
        middle, within = 1000 * median(log.took), 1000 * quantiles(log.took, n=20)[-1]
        print(
            f"key to confirmation on screen: median {middle:.0f} ms, 95 % within {within:.0f} ms, of {len(log.took)}"
        )
    print(*log.errors, sep="\n")
    for one in sorted(lost):
        print("lost:", one)


if __name__ == "__main__":
    wanted = dict(enumerate(sys.argv[1:]))
    main(int(wanted.get(0, 10)), float(wanted.get(1, 60)))
