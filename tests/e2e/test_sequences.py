import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, wait_for

HEAD, ROW = 28, 28


@pytest.fixture
def listing(reader: Desk) -> Desk:
    """The page, with every window read."""
    reader.open("sequences")
    return reader


def click_cell(page: Page, row: int, x: int) -> None:
    grid = page.locator(".dvn-scroller").first
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": x, "y": HEAD + ROW * row + ROW // 2 if row >= 0 else HEAD // 2})


def test_a_row_opens_in_predict_and_back_leads_to_the_list(reader: Desk) -> None:
    page = reader.open("sequences?filter=operation:face&sort=-confidence")
    click_cell(page, 2, 330)
    wait_for(page, "run=face", "row=")
    reader.settle()
    expect(page.locator(".st-key-chosen_window")).to_contain_text("3 of")
    run = re.search(r"run=(face_\d+)&row=(\d+)", page.url)
    assert run
    page.get_by_role("button", name="Open in Predict").click()
    page.wait_for_url(re.compile(r"/predict\?"))
    reader.settle()
    expect(page.get_by_text(f"Window: rows {run[2]} to")).to_be_visible()
    page.get_by_role("link", name="Sequences").click()
    page.wait_for_url(re.compile(r"/sequences"))
    wait_for(page, "filter=operation:face", f"run={run[1]}")


def test_a_head_sorts_the_whole_table_and_keys_walk_it(listing: Desk) -> None:
    page = listing.page
    click_cell(page, -1, 345)
    wait_for(page, "sort=confidence")
    listing.settle()
    click_cell(page, -1, 345)
    wait_for(page, "sort=-confidence")
    listing.settle()
    click_cell(page, 0, 330)
    wait_for(page, "row=")
    listing.settle()
    expect(page.locator(".st-key-chosen_window")).to_contain_text(re.compile(r"(?<!\d)1 of"))
    before = page.url
    page.locator("body").press("n")
    page.wait_for_url(lambda url: url != before)
    expect(page.locator(".st-key-chosen_window")).to_contain_text(re.compile(r"(?<!\d)2 of"))


def test_a_facet_filters_and_is_cleared(listing: Desk) -> None:
    page = listing.page
    facet = page.get_by_role("group", name="Operation", exact=True).get_by_role(
        "button", name=re.compile("pocket")
    )
    facet.click()
    wait_for(page, "filter=operation:pocket")
    listing.settle()
    expect(facet).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("searchbox", name="Filter")).to_have_value("operation:pocket")
    page.get_by_role("button", name="Clear Operation").click()
    page.wait_for_url(lambda url: "filter" not in url)


def test_a_drag_over_confidence_asks_for_a_range(listing: Desk) -> None:
    page = listing.page
    bins = page.locator(".bins").last
    bins.scroll_into_view_if_needed()
    box = bins.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.48 * box["width"], box["y"] + 20, steps=4)
    page.mouse.up()
    wait_for(page, "filter=purity:-0.5")


def test_a_click_on_the_lanes_chooses_the_window(listing: Desk) -> None:
    page = listing.page
    page.get_by_role("button", name="Three lanes").click()
    canvas = page.locator(".lanes .scroll canvas")
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 17 * 1.5)
    expect(page.locator(".lanes .tip")).to_be_visible()
    expect(page.locator(".lanes .tip")).to_contain_text("read")
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 17 * 1.5)
    wait_for(page, "run=", "row=")
    listing.settle()
    run = re.search(r"run=([a-z_0-9]+)", page.url)
    assert run
    expect(page.locator(".st-key-chosen_window")).to_contain_text(run[1])


def test_a_slice_is_saved_and_taken_again(reader: Desk) -> None:
    page = reader.open("sequences?filter=operation:adaptive")
    page.get_by_role("button", name="Slices", exact=True).click()
    name = page.get_by_role("textbox", name="Save the filter as")
    name.fill("all of adaptive")
    name.press("Enter")
    reader.settle()
    page.get_by_role("button", name="Save", exact=True).click()
    wait_for(page, "slice=all of adaptive")
    page = reader.open("sequences")
    page.get_by_role("button", name="Slices", exact=True).click()
    page.get_by_role("button", name="all of adaptive").click()
    wait_for(page, "filter=operation:adaptive")
    page = reader.open("sequences?slice=all of adaptive")
    expect(page.get_by_role("searchbox", name="Filter")).to_have_value("operation:adaptive")


def test_a_tag_is_given_and_becomes_a_facet(reader: Desk) -> None:
    page = reader.open("sequences?filter=run:face_001&run=face_001&row=16")
    page.get_by_role("button", name="Tag", exact=True).click()
    box = page.get_by_role("combobox", name="Tag", exact=True)
    box.fill("look again")
    box.press("Enter")
    reader.settle()
    page.locator(".st-key-tag_this button").click()
    facet = page.get_by_role("group", name="Tag", exact=True).get_by_role(
        "button", name=re.compile("look again")
    )
    expect(facet).to_be_visible()
    page.keyboard.press("Escape")
    facet.click()
    wait_for(page, 'tag:"look again"')
    expect(page.get_by_text("1 window of 1 run")).to_be_visible()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_filtered_is_exported(reader: Desk, kind: str) -> None:
    page = reader.open("sequences?filter=operation:pocket row:0-32")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.locator(f".st-key-export_{kind} button").click()
    path = download.value.path()
    found = pd.read_csv(path) if kind == "csv" else pd.read_parquet(path)
    assert set(found.operation) == {"pocket"}
    assert set(found.start_row) == {0, 16, 32}


def test_an_empty_filter_leads_out(reader: Desk) -> None:
    page = reader.open("sequences?filter=run:nobody operation:face")
    expect(page.get_by_text("No window has run:nobody")).to_be_visible()
    page.get_by_role("button", name="Without run").click()
    expect(page.locator(".lanes .scroll canvas")).to_be_visible()


@pytest.mark.parametrize("desk", [(900, "light"), (900, "dark"), (1440, "dark")], indirect=True)
def test_nothing_is_cut_off_at_other_sizes(reader: Desk) -> None:
    page = reader.open("sequences?run=face_002&row=64")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("m => m.scrollWidth - m.clientWidth") <= 1, "the page scrolls sideways"
    canvas = page.locator(".lanes .scroll canvas")
    painted = canvas.evaluate(
        "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert painted > 20, "more than one flat colour"
    grid = page.get_by_test_id("stDataFrame").bounding_box()
    assert grid
    assert grid["width"] > 500
