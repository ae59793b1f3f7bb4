import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Desk, wait_for


@pytest.fixture
def compared(reader: Desk) -> Desk:
    """The page, with every window read."""
    reader.open("compare?part=everything")
    return reader


def test_from_the_headline_to_a_head_to_a_cell_to_its_window(compared: Desk) -> None:
    page = compared.page
    page.locator(".scores").get_by_role("button", name="Type", exact=True).first.click()
    wait_for(page, "section=confusion", "head=type")
    compared.settle()
    cell = page.locator(".grid td button").first
    count = int(cell.inner_text().replace(",", ""))
    named = cell.get_attribute("aria-label") or ""
    true, said = re.match(r"(\w+) read as (\w+):", named).groups()  # type: ignore[union-attr]
    cell.click()
    wait_for(page, f"cell={true}>{said}")
    compared.settle()
    expect(page.get_by_text(re.compile(rf"^{count:,} tokens? in [\d,]+ windows?\.$"))).to_be_visible()
    windows = page.get_by_text(re.compile(r"tokens? in [\d,]+ windows?\.$")).inner_text()
    many = re.search(r"in ([\d,]+) window", windows)[1]  # type: ignore[index]
    page.get_by_role("button", name="List in Sequences").click()
    page.wait_for_url(re.compile(r"/sequences\?"))
    compared.settle()
    expect(page.get_by_text(re.compile(rf"^{many} windows? of"))).to_be_visible()
    page.go_back()
    compared.settle()
    compared.open(f"compare?part=everything&section=confusion&head=type&cell={true}>{said}")
    page.get_by_role("button", name="Open in Predict").click()
    page.wait_for_url(re.compile(r"/predict\?"))
    compared.settle()
    found = re.search(r"run=(\w+)&row=(\d+)", page.url)
    assert found
    expect(page.get_by_text(f"Window: rows {found[2]} to")).to_be_visible()
    wait_for(page, "token=given-")
    # and back to the cell that was left
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url(re.compile(r"/compare"))
    wait_for(page, "section=confusion", f"cell={true}>{said}")


def test_sections_and_groups_are_kept_in_the_address(compared: Desk) -> None:
    page = compared.page
    page.get_by_role("radio", name="Operation", exact=True).or_(
        page.get_by_role("button", name="Operation", exact=True)
    ).first.click()
    wait_for(page, "by=operation")
    compared.settle()
    expect(page.locator(".grid tbody tr").first).to_be_visible()
    for name, part in (("Calibration", "calibration"), ("Wrong lines", "lines"), ("First errors", "errors")):
        page.get_by_role("radio", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).first.click()
        wait_for(page, f"section={part}")
        compared.settle()
    expect(page.get_by_text("Where lines first go wrong")).to_be_visible()
