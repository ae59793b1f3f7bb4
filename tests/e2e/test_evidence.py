"""The researcher's way: mute, compare, name, link, table, cancel and go on, on the demo and on real recordings."""

import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, Place, wait_for

# a test set is opened, and a table of all modalities scored, while the test waits
PATIENCE_MS = 240_000


def button(page: Page, says: str) -> Locator:
    return page.locator(f'.matrix button[aria-label^="{says}"]')


def scored(desk: Desk, words: str) -> str:
    """Wait until the test set is scored for what is said; its table."""
    headline = desk.page.locator(".st-key-of_taken_headline")
    expect(headline.get_by_text(words, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(headline.get_by_text("With all → so")).to_be_visible(timeout=PATIENCE_MS)
    desk.settle()
    return headline.get_by_test_id("stTable").inner_text()


def kept(place: Place) -> dict[Path, int]:
    """The evaluations that are kept, and when each was written."""
    return {file: file.stat().st_mtime_ns for file in (place.build / "ablations").glob("*.json")}


def test_mute_name_compare_link(visitor: Desk, place: Place) -> None:
    page = visitor.open(f"ablation?{place.link}")
    button(page, "gyro:").click()
    wait_for(page, "without=gyro")
    scored(visitor, "Without gyro")
    for name, more in (("turns", "sound:"), ("turns and ears", "temperature:")):
        page.get_by_label("Name of what is taken away now").fill(name)
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
        visitor.settle()
        button(page, more).click()
        wait_for(page, more.rstrip(":"))
        visitor.settle()
    for name in ("turns", "turns and ears"):
        page.get_by_role("button", name=name, exact=True).click()
        wait_for(page, f"combos={'turns' if name == 'turns' else 'turns,turns and ears'}")
        visitor.settle()
    expect(page.get_by_text("Second less first", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    shown = scored(visitor, "Without gyro, temperature, sound")

    # the link says the same in a browser that knows nothing of it
    context = page.context.browser.new_context(viewport={"width": 1440, "height": 1000})  # type: ignore[union-attr]
    other = Desk(context.new_page(), place.address)
    other.open(page.url.removeprefix(f"{place.address}/"))
    for says in ("gyro:", "sound:", "temperature:"):
        expect(button(other.page, says)).to_have_attribute("aria-pressed", "true")
    assert scored(other, "Without gyro, temperature, sound") == shown
    expect(other.page.get_by_text("Second less first", exact=True)).to_be_visible()
    context.close()
    assert not other.complaints


def wait_until_kept(page: Page, place: Place, many: int) -> None:
    """Wait until so many evaluations are kept."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while len(kept(place)) < many:
        assert time.monotonic() < end, "nothing was scored"
        page.wait_for_timeout(200)


def test_a_table_is_cancelled_and_goes_on_where_it_was(visitor: Desk, place: Place) -> None:
    before = kept(place)
    page = visitor.open(f"ablation?ablation=tables&way=hold&{place.link}")
    page.get_by_role("button", name="Score “One removed”").click()
    # the whole model, which Live may have scored, and something that was removed
    wait_until_kept(page, place, len(before) + 2)
    page.get_by_role("button", name="Cancel").click()
    again = page.get_by_role("button", name="Go on")
    expect(again).to_be_visible(timeout=PATIENCE_MS)
    # the page is drawn once more when a job has ended
    visitor.settle()
    half = kept(place)
    again.click()
    wait_until_kept(page, place, len(half) + 1)
    # nothing is scored a second time
    assert {file: kept(place)[file] for file in half} == half
    page.get_by_role("button", name="Cancel").click()
    expect(again).to_be_visible(timeout=PATIENCE_MS)
