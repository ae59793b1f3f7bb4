"""What stands beside the traces, in a real browser: the machine, the toolpath, spectra and files."""

import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk

LINK = "signals?run=face_002&channels=frame_l2.Ax,x_motor"


def opened(desk: Desk, panel: str, link: str = LINK) -> Page:
    page = desk.open(link)
    expect(page.locator(".traces .status")).to_contain_text("row")
    page.get_by_role("radio", name=panel, exact=True).click()
    return desk.settle()


def board(page: Page, name: str) -> Locator:
    return page.locator(f".board[data-board={name}]")


def picture(canvas: Locator) -> str:
    """What is drawn, once it is."""
    return str(
        canvas.evaluate("async c => { await new Promise(r => setTimeout(r, 200)); return c.toDataURL() }")
    )


def test_a_board_is_read_and_picked_on_the_machine(desk: Desk) -> None:
    page = opened(desk, "Machine")
    board(page, "spindle2").hover()
    expect(page.locator(".machine .says")).to_contain_text(re.compile(r"spindle2: \d"))
    board(page, "spindle1").focus()
    expect(page.locator(".machine .says")).to_contain_text("stands still from row")
    board(page, "spindle2").click()
    page.wait_for_url(re.compile("board=spindle2"))
    expect(board(page, "spindle2")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    board(page, "frame_l2").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("board=frame_l2"))
    expect(board(page, "spindle2")).to_have_attribute("aria-pressed", "false")


def test_the_toolpath_follows_the_traces_keeps_its_camera_and_sets_cursors(desk: Desk) -> None:
    page = opened(desk, "Toolpath")
    path, said = page.locator(".path canvas"), page.locator(".path .status")
    expect(said).to_contain_text("Point at the path")
    page.locator(".path button", has_text="Top").click()
    path.focus()
    page.keyboard.press("ArrowDown")
    before = picture(path)
    traces = page.locator(".traces canvas").first
    traces.scroll_into_view_if_needed()
    box = traces.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 140)
    expect(said).to_contain_text(re.compile(r"row \d+ · .* X -?\d+\.\d\d .* mm"))
    page.mouse.move(1, 1)
    expect(said).to_contain_text("Point at the path")
    # a cursor set elsewhere draws the path anew: it is seen as before
    page.locator(".traces").focus()
    page.keyboard.press("a")
    page.wait_for_url(re.compile(r"[?&]a=\d+"))
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "&a=" not in url)
    desk.settle()
    assert picture(path) == before
    path.scroll_into_view_if_needed()
    box = path.bounding_box()
    assert box
    for share in range(20, 80, 2):
        page.mouse.move(box["x"] + box["width"] * share / 100, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(40)
        if "row" in said.inner_text():
            page.mouse.click(box["x"] + box["width"] * share / 100, box["y"] + box["height"] * 0.5)
            break
    page.wait_for_url(re.compile(r"[?&]a=\d+"))


def test_the_rows_in_view_are_downloaded(desk: Desk, tmp_path: Path) -> None:
    page = opened(desk, "Files", f"{LINK}&rows=20-60")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "face_002_rows_20-60.csv"
    download.value.save_as(tmp_path / "rows.csv")
    frame = pd.read_csv(tmp_path / "rows.csv")
    assert list(frame.columns) == ["row", "seconds", "line", "operation", "frame_l2.Ax", "x_motor"]
    assert frame["row"].tolist() == list(range(20, 61))


@pytest.mark.parametrize("desk", [(1440, "light"), (900, "dark")], indirect=True)
def test_spectra_are_drawn_at_any_size(desk: Desk) -> None:
    page = opened(desk, "Spectrum", f"{LINK}&over=face_001")
    expect(page.get_by_role("img", name=re.compile("Power density of frame_l2.Ax"))).to_be_visible()
    expect(page.get_by_text(re.compile("face_001: .*Mean of")).first).to_be_visible()
