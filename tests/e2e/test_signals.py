import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk

LINK = "signals?run=face_002&row=64&channels=spindle,frame_l2.Proximity,spindle1.Ax"
WIDE_LEFT = 196


def opened(desk: Desk, link: str = LINK) -> Page:
    page = desk.open(link)
    expect(page.locator(".traces .status")).not_to_be_empty()
    expect(status(page)).to_contain_text(re.compile("row"))
    return page


def status(page: Page) -> Locator:
    return page.locator(".traces .status")


def canvas(page: Page) -> Locator:
    return page.locator(".traces canvas").first


def at(page: Page, share: float, y: float) -> tuple[float, float]:
    """A place in the picture: a share of the axis, and pixels from its top."""
    box = canvas(page).bounding_box()
    assert box
    plot = box["width"] - WIDE_LEFT - 128
    return box["x"] + WIDE_LEFT + share * plot, box["y"] + y


def rows(page: Page) -> tuple[int, int]:
    found = re.search(r"rows=(\d+)-(\d+)", page.url)
    return (int(found[1]), int(found[2])) if found else (0, 191)


def test_the_cursor_reads_every_channel_and_lane(desk: Desk) -> None:
    page = opened(desk)
    page.mouse.move(*at(page, 0.5, 140))
    expect(status(page)).to_contain_text(re.compile(r"row 9[56] · .*read .*face"))


def test_wheel_drag_and_double_click_move_the_view_and_the_address(desk: Desk) -> None:
    page = opened(desk)
    page.mouse.move(*at(page, 0.5, 140))
    page.mouse.wheel(0, -400)
    page.wait_for_url(re.compile(r"rows=\d+-\d+"))
    first, last = rows(page)
    assert 0 < first < 96 < last < 191, "the wheel zooms at the pointer"
    page.mouse.down()
    page.mouse.move(*at(page, 0.3, 140), steps=4)
    page.mouse.up()
    page.wait_for_url(lambda url: f"rows={first}-" not in url)
    assert rows(page)[0] > first, "a drag to the left goes on in time"
    page.mouse.dblclick(*at(page, 0.5, 200))
    page.wait_for_url(lambda url: "rows=" not in url)
    expect(status(page)).to_contain_text("row")


def test_a_copied_link_reopens_the_same_view(desk: Desk) -> None:
    page = opened(desk, f"{LINK}&rows=30-99&a=40&b=80&scale=std")
    words = page.locator(".traces .delta").inner_text()
    assert re.search(r"A row 40, .*B row 80, .*Δ 40 rows", words)
    expect(page.locator(".between tr")).to_have_count(4)
    page.mouse.move(5, 5)
    expect(status(page)).to_contain_text("rows 30 to 98")


def test_the_brush_on_the_overview_zooms(desk: Desk) -> None:
    page = opened(desk)
    page.mouse.move(*at(page, 0.25, 20))
    page.mouse.down()
    page.mouse.move(*at(page, 0.75, 20), steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile(r"rows=\d+-\d+"))
    first, last = rows(page)
    assert abs(first - 48) <= 2
    assert abs(last - 144) <= 2


def test_keys_zoom_move_and_set_cursors(desk: Desk) -> None:
    page = opened(desk)
    page.mouse.click(*at(page, 0.25, 140))
    page.keyboard.press("a")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("b")
    page.wait_for_url(re.compile(r"b=50"))
    assert "a=48" in page.url
    page.keyboard.press("+")
    page.wait_for_url(re.compile(r"rows="))
    before = rows(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: f"rows={before[0]}-" not in url)
    page.keyboard.press("0")
    page.wait_for_url(lambda url: "rows=" not in url)
    page.keyboard.press("f")
    page.wait_for_url(re.compile(r"rows=48-"))
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "&a=" not in url)


def test_a_click_on_the_strip_moves_the_window_and_predict_reads_it(desk: Desk) -> None:
    page = opened(desk)
    page.mouse.click(*at(page, 0.25, 82))
    page.wait_for_url(re.compile(r"row=1[56]\b"))
    desk.settle()
    page.get_by_role("link", name="Predict here").click()
    expect(page.get_by_text(re.compile(r"Window: rows 1[56] to"))).to_be_visible()
    page.wait_for_url(re.compile("run=face_002"))


def test_the_picture_is_downloaded(desk: Desk, tmp_path: Path) -> None:
    page = opened(desk, f"{LINK}&a=40")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("as SVG")).click()
    assert waiting.value.suggested_filename == "face_002_rows_0-191.svg"
    waiting.value.save_as(tmp_path / "picture.svg")
    root = ET.parse(tmp_path / "picture.svg").getroot()
    texts = {element.text for element in root.iter() if element.tag.endswith("text")}
    assert {"face_002", "spindle", "frame_l2.Proximity", "G-code, true", "A"} <= texts
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("as PNG")).click()
    waiting.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes()[:4] == b"\x89PNG"


def test_channels_are_picked_by_text_and_pinned(desk: Desk) -> None:
    page = opened(desk, "signals?run=face_002&channels=spindle")
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("searchbox", name="Filter channels").fill("frame_l2 color")
    expect(page.locator(".picker .chip")).to_have_count(4)
    page.locator(".picker").get_by_role("button", name="frame_l2.ColorG", exact=True).click()
    page.wait_for_url(re.compile("channels=spindle%2Cframe_l2.ColorG"))
    desk.settle()
    page.get_by_role("button", name=re.compile("Pin frame_l2.ColorB")).click()
    expect(page.locator(".traces")).to_have_attribute("aria-label", re.compile("frame_l2.ColorB, spindle"))
    page = opened(desk, "signals?run=face_001&channels=spindle")
    expect(page.locator(".traces")).to_have_attribute("aria-label", re.compile("frame_l2.ColorB, spindle"))
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("button", name="Unpin frame_l2.ColorB").click()
    # it stays where it is, now as any other channel
    page.wait_for_url(re.compile("channels=frame_l2.ColorB%2Cspindle"))


def test_another_run_is_laid_over_and_shifted_by_hand(desk: Desk) -> None:
    page = opened(desk, f"{LINK}&over=face_001&shift=0")
    expect(page.locator(".traces")).to_have_attribute("aria-label", re.compile("face_001 laid over it"))
    page.keyboard.down("Alt")
    page.mouse.move(*at(page, 0.4, 140))
    page.mouse.down()
    page.mouse.move(*at(page, 0.5, 140), steps=4)
    page.mouse.up()
    page.keyboard.up("Alt")
    page.wait_for_url(re.compile(r"shift=(1[89]|20)"))
    desk.settle()
    page.get_by_role("button", name="Align by line").click()
    expect(page.get_by_text("They agree best")).to_be_visible()


@pytest.mark.parametrize("desk", [(900, "light"), (900, "dark"), (1440, "dark")], indirect=True)
def test_it_is_drawn_at_other_sizes_and_in_the_dark(desk: Desk) -> None:
    page = opened(desk, f"{LINK}&panels=modality&over=face_001")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("m => m.scrollWidth - m.clientWidth") <= 1, "the page scrolls sideways"
    colours = canvas(page).evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert colours > 50, "traces, lanes and text are there"
    widths = canvas(page).evaluate("c => [c.width, c.clientWidth * devicePixelRatio]")
    assert abs(widths[0] - widths[1]) <= 1
