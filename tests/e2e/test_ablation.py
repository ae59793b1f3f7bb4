"""Ablation in a real browser: clicks on the matrix, the keyboard, quick toggling, combinations, the links to it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, wait_for

WINDOW = "ablation?run=face_002&row=64"


def button(page: Page, says: str) -> Locator:
    """A cell or a head of the matrix, by the beginning of what it says."""
    return page.locator(f'.matrix button[aria-label^="{says}"]')


def scored(desk: Desk, words: str) -> None:
    """Wait until the test set is scored for what is said, and for nothing else."""
    headline = desk.page.locator(".st-key-of_taken_headline")
    expect(headline.get_by_text(words, exact=True)).to_be_visible()
    expect(headline.get_by_text("With all → so")).to_be_visible()
    expect(headline.get_by_test_id("stProgress")).to_have_count(0)
    desk.settle()


def test_a_cell_a_board_a_column_and_a_modality_are_taken_away_and_given_back(desk: Desk) -> None:
    page = desk.open(WINDOW)
    expect(page.locator(".matrix td button")).to_have_count(16 * 17)
    button(page, "frame_l1.Ax:").click()
    wait_for(page, "without=frame_l1.Ax")
    scored(desk, "Without frame_l1.Ax")
    button(page, "Board frame_l1:").click()
    wait_for(page, "without=frame_l1")
    button(page, "gyro:").click()
    wait_for(page, "without=gyro,frame_l1")
    button(page, "Mx of all boards:").click()
    expect(button(page, "Board frame_l1:")).to_have_attribute("aria-pressed", "true")
    expect(button(page, "magnetometer:")).to_have_attribute("aria-pressed", "mixed")
    desk.settle()
    page.get_by_role("button", name="Give everything back").click()
    expect(button(page, "gyro:")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Nothing is taken away").first).to_be_visible()
    page.wait_for_url(lambda url: "without" not in url)


def test_toggling_quickly_ends_with_the_figures_of_what_is_on_screen(desk: Desk) -> None:
    """Clicks come faster than answers; none is lost, and no figure of an earlier selection stands beside the matrix."""
    page = desk.open(f"{WINDOW}&without=temperature")
    desk.settle()
    for says in ("sound:", "gyro:", "pressure:", "sound:", "colour:", "pressure:", "temperature:"):
        button(page, says).click(no_wait_after=True)
    # the matrix shows every click at once, and what is of a selection before is faded until it is answered
    for says, pressed in (
        ("gyro:", "true"),
        ("colour:", "true"),
        ("sound:", "false"),
        ("temperature:", "false"),
    ):
        expect(button(page, says)).to_have_attribute("aria-pressed", pressed)
    wait_for(page, "without=colour,gyro")
    scored(desk, "Without colour, gyro")
    expect(page.get_by_test_id("stMain")).not_to_have_attribute("data-asked", re.compile(".*"))
    for says in ("gyro:", "colour:"):
        expect(button(page, says)).to_have_attribute("aria-pressed", "true")
    shown = page.locator(".st-key-of_taken_headline").get_by_test_id("stTable").inner_text()
    # the same figures as a fresh page with that link says
    page.reload()
    desk.settle()
    scored(desk, "Without colour, gyro")
    assert page.locator(".st-key-of_taken_headline").get_by_test_id("stTable").inner_text() == shown


def test_the_keyboard_reaches_every_cell(desk: Desk) -> None:
    page = desk.open(WINDOW)
    cell = button(page, "frame_l1.Ax:")
    cell.focus()
    page.keyboard.press("ArrowRight")
    expect(button(page, "frame_l1.Ay:")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(button(page, "frame_l2.Ay:")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for(page, "without=frame_l2.Ay")
    desk.settle()
    # a redraw leaves the focus where it was
    expect(button(page, "frame_l2.Ay:")).to_be_focused()
    expect(button(page, "frame_l2.Ay:")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(button(page, "accelerometer y:")).to_be_focused()
    page.keyboard.press("Space")
    wait_for(page, "without=accelerometer_y")


def test_another_way_keeps_to_this_page(desk: Desk) -> None:
    page = desk.open(f"{WINDOW}&without=sound")
    page.get_by_role("radio", name="Shuffle").click()
    wait_for(page, "way=shuffle", "taken=sound")
    scored(desk, "With sound of another window (seed 0)")
    page.get_by_label("Seed").fill("3")
    page.keyboard.press("Enter")
    wait_for(page, "draw=3")
    scored(desk, "With sound of another window (seed 3)")
    page.get_by_role("link", name="Predict").click()
    expect(page.locator(".tokens tr")).to_have_count(2)
    desk.settle()
    page.get_by_role("link", name="Ablation").click()
    scored(desk, "With sound of another window (seed 3)")
    page.get_by_role("radio", name="Missing").click()
    wait_for(page, "without=sound")
    desk.settle()
    page.get_by_role("link", name="Predict").click()
    expect(page.locator(".tokens tr")).to_have_count(3)


def test_a_combination_is_named_compared_and_opened_by_its_link(desk: Desk) -> None:
    page = desk.open(f"{WINDOW}&without=sound")
    for name, other in (("ears", "gyro:"), ("ears and turns", "colour:")):
        page.get_by_label("Name of what is taken away now").fill(name)
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
        desk.settle()
        button(page, other).click()
        wait_for(page, other.rstrip(":"))
        desk.settle()
    page.get_by_role("button", name="ears", exact=True).click()
    wait_for(page, "combos=ears")
    desk.settle()
    page.get_by_role("button", name="ears and turns", exact=True).click()
    wait_for(page, "combos=ears,ears and turns")
    expect(page.get_by_text("Second less first", exact=True)).to_be_visible()
    desk.settle()
    page.get_by_role("button", name="ears", exact=True).click()
    page.get_by_role("button", name="Open in the matrix").click()
    wait_for(page, "without=gyro,sound")
    scored(desk, "Without gyro, sound")


@pytest.mark.parametrize("desk", [(700, "light"), (1440, "dark")], indirect=True)
def test_nothing_hangs_out_of_the_page(desk: Desk) -> None:
    page = desk.open(f"{WINDOW}&without=gyro")
    scored(desk, "Without gyro")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 1
