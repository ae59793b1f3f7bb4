"""Take the pictures of the pages: `python docs/pictures/take.py [NAME...]`, with the dashboard running on port 8501.

The real recordings are looked for in the dataset `store`; the readings that Sequences shows and the audit under `run`
must have been made.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

ADDRESS = "http://127.0.0.1:8501/"
READING = "data=store&bundle=bantam&run=adaptive_009&row=240"
TRACES = "channels=spindle2.Ax,rms(spindle2.Ax,16),frame_l2.Proximity,spindle2.My,y_bed__3.RMS&a=100&b=180"


@dataclass(frozen=True)
class Picture:
    """A page: its link, what is there once it is drawn, how high it is taken (None = whole), what is clicked before."""

    link: str
    ready: str
    height: int | None = None
    click: str | None = None
    scheme: Any = "light"


PICTURES = {
    "overview": Picture("?data=store&bundle=bantam", ".st-key-ladder canvas", 1500),
    "sequences": Picture(
        "sequences?data=store&bundle=bantam&filter=part:%22held+out%22", ".st-key-table_box canvas", 1100
    ),
    "signals": Picture(f"signals?{READING}&{TRACES}", ".st-key-traces canvas, canvas"),
    "machine": Picture(
        f"signals?{READING}&channels=spindle2.Ax,frame_l2.Proximity", "canvas", click="Machine", scheme="dark"
    ),
    "review": Picture("review?data=store&bundle=bantam&queue=confident", ".st-key-verdict_queue button"),
    "compare": Picture("compare?data=store&bundle=bantam&vs=muted&vs_without=magnetometer", ".scores table"),
    "confusion": Picture(
        "compare?data=store&bundle=bantam&section=confusion&head=digit3&cell=6>5", ".grid td button", 1300
    ),
    "program": Picture("program?data=store&bundle=bantam&run=damagepocket_003&a=113", ".desk .line"),
    "ablation": Picture(f"ablation?{READING}&way=shuffle&taken=magnetometer", ".scores td", 1420),
    "ablation_tables": Picture(
        "ablation?data=store&bundle=bantam&ablation=tables&table=pair", ".grid td button"
    ),
    "published_tables": Picture("ablation?data=store&bundle=bantam&ablation=published", ".effects tbody tr"),
    "audit": Picture(
        "audit?data=store&bundle=bantam&figures=run&finding=probes&sight=frame_l2.Pressure",
        ".st-key-audit_levels canvas",
    ),
    "predict": Picture(f"predict?{READING}&without=proximity", ".tokens tr"),
}


def take(browser: Browser, picture: Picture, file: Path) -> None:
    """Open a page and write it as a picture."""
    size = {"width": 1440, "height": 1000}
    page = browser.new_page(viewport=size, color_scheme=picture.scheme)  # type: ignore[arg-type]
    page.goto(ADDRESS + picture.link)
    expect(page.locator(picture.ready).first).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    if picture.click:
        page.get_by_role("button", name=picture.click, exact=True).or_(
            page.get_by_role("radio", name=picture.click, exact=True)
        ).first.click()
        page.wait_for_timeout(3000)
    whole = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": 1440, "height": picture.height or whole})  # type: ignore[arg-type]
    page.wait_for_timeout(2000)
    page.screenshot(path=file)
    page.close()


def main(names: list[str]) -> None:
    """Take the named pictures, or all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in names or PICTURES:
            take(browser, PICTURES[name], Path(__file__).with_name(f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
