"""Tables of ablations in a browser: scored, sorted, and a row opened in Live."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import JOB_MS, Desk, wait_for


def test_a_table_is_scored_sorted_and_opened(desk: Desk) -> None:
    page = desk.open("ablation?ablation=tables")
    page.get_by_role("button", name="Score “One removed”").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.locator(".effects tbody tr").first).to_be_visible(timeout=JOB_MS)
    desk.settle()
    expect(page.get_by_text(re.compile(r"intervals are 95 %, drawn over runs, paired"))).to_be_visible()

    names = page.locator(".effects tbody th.name")
    count = names.count()
    assert count > 2
    header = page.get_by_role("columnheader", name="Removed")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    shown = names.all_inner_texts()
    assert shown == sorted(shown)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert names.all_inner_texts() == shown[::-1]

    # another figure of the same cases, and all of them side by side
    page.get_by_role("radio", name="Every figure").click()
    wait_for(page, "spread=metrics")
    desk.settle()
    expect(page.locator(".grid tbody tr")).to_have_count(count)

    # what a cell is of is taken away in Live
    page.locator(".grid tbody tr").first.locator("td button").first.click()
    wait_for(page, "without=")
    desk.settle()
    expect(page.get_by_role("radio", name="Live")).to_be_checked()
    expect(page.get_by_text(re.compile("^Without", flags=re.I)).first).to_be_visible()
