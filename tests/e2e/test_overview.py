"""The first page: the ladder of protocols, the figures, the doubts; and the way from page to page."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Desk


def test_the_first_page_says_what_is_loaded_and_what_it_is_worth(desk: Desk) -> None:
    page = desk.open("")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator(".st-key-ladder canvas").first).to_be_visible()
    expect(page.get_by_role("cell", name="Model", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="What to distrust")).to_be_visible()
    expect(page.locator(".st-key-overview_matrix canvas").first).to_be_visible()


def test_a_page_is_changed_and_the_selection_goes_along(desk: Desk) -> None:
    page = desk.open("predict?run=face_002&row=64")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    desk.settle()
    expect(page).to_have_url(re.compile("run=face_002"))
    page.get_by_role("link", name="Predict").click()
    expect(page.get_by_text("rows 64 to 127")).to_be_visible()


def test_runs_are_turned_by_keys_and_what_lay_in_rows_of_the_other_is_forgotten(desk: Desk) -> None:
    page = desk.open("predict?run=face_001&row=32&a=40")
    page.keyboard.press("Shift+N")
    expect(page).to_have_url(re.compile("run=face_002"))
    expect(page).not_to_have_url(re.compile("a=40"))
    page.keyboard.press("Shift+P")
    expect(page).to_have_url(re.compile("run=face_001"))


@pytest.mark.parametrize("desk", [(900, "dark"), (1440, "light")], indirect=True)
def test_nothing_sticks_out_of_the_page(desk: Desk) -> None:
    page = desk.open("")
    width = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert width <= 0
