"""Program in a real browser, on the demo: the slider, the diff, a file that was edited in one coordinate."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, serving

RUN = "program?data=demo&bundle=twin&run=pocket_003"


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "server.log"
    places = {"TOOLMARK_RECORDINGS": "", "TOOLMARK_BUNDLES": "", "TOOLMARK_BUILD": str(log.parent / "build")}
    with serving(log, **places) as address:
        yield address


def now(page: Page) -> str:
    return page.locator(".desk .head .now").inner_text()


def test_the_slider_moves_both_tools_without_asking_the_server(demo: Desk) -> None:
    page = demo.open(RUN)
    slider = page.locator(".desk input[type=range]")
    slider.fill("150")
    expect(page.locator(".desk .head .now")).to_contain_text("Row 150 of 291")
    expect(page.locator(".desk .nowlines code")).to_have_count(2)
    expect(page.locator(".desk .line.now")).to_have_count(1)
    # the row is kept in the address once the reader rests, and the ways out open the window around it
    page.wait_for_url(re.compile("row=118&a=150"))
    demo.settle()
    expect(page.locator(".desk .head .now")).to_contain_text("Row 150 of 291")
    page.get_by_role("link", name="Predict here").click()
    page.wait_for_url(re.compile(r"predict\?.*run=pocket_003.*row=118"))


def test_a_click_on_a_line_takes_the_slider_there(demo: Desk) -> None:
    page = demo.open(f"{RUN}&a=0")
    line = page.locator(".desk .line").nth(6)
    row = line.locator(".row").inner_text()
    line.click()
    expect(page.locator(".desk .head .now")).to_contain_text(f"Row {row} of 291")
    expect(line).to_have_class(re.compile("now"))


def test_play_goes_through_the_run_and_stops(demo: Desk) -> None:
    page = demo.open(RUN)
    page.get_by_role("button", name="▶").click()
    expect(page.locator(".desk .head .now")).to_contain_text(re.compile(r"Row [1-9]\d? of 291"))
    page.get_by_role("button", name="❚❚").click()
    expect(page.get_by_role("button", name="▶")).to_be_visible()
    # the frame that was under way when it stopped is still drawn
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    stopped = now(page)
    page.wait_for_timeout(300)
    assert now(page) == stopped


def test_one_changed_coordinate_is_found_in_a_loaded_file(demo: Desk, tmp_path: Path) -> None:
    page = demo.open(RUN)
    with page.expect_download() as download:
        page.get_by_role("button", name="Program (.nc)").click()
    download.value.save_as(tmp_path / "read.nc")
    lines = (tmp_path / "read.nc").read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if i > 60 and line.startswith("X"))
    lines[at] = re.sub(r"X(-?[\d.]+)", lambda found: f"X{float(found[1]) + 0.3:.4f}", lines[at])
    edited, bad = tmp_path / "edited.nc", tmp_path / "bad.nc"
    edited.write_text("\n".join(lines))
    bad.write_text("G0 X1\nG1 Xa\n")
    page.get_by_role("button", name="Load a .nc").click()
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_test_id("stAlert")).to_contain_text("Line 2")
    page.locator("input[type=file]").set_input_files(edited)
    page.wait_for_url(re.compile("intended=file-edited"))
    demo.settle()
    expect(page.get_by_text(f"First: line {at + 1}, row")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go there").click()
    demo.settle()
    now_line = page.locator(".desk .line.now")
    expect(now_line).to_have_class(re.compile("k1"))
    expect(now_line.locator(".number").first).to_have_text(str(at + 1))
    expect(now_line.locator("b")).to_have_count(2)
    # the only place that differs stays in view, the rest is folded
    page.get_by_label("Only differences").check()
    expect(page.locator(".desk .fold")).to_have_count(2)
    # a copied link verifies again
    demo.open(page.url.removeprefix(f"{demo.server}/"))
    expect(page.get_by_text(f"First: line {at + 1}, row")).to_be_visible()


def test_keys_go_from_difference_to_difference(demo: Desk) -> None:
    page = demo.open(f"{RUN}&intended=P2")
    expect(page.get_by_text("deviates from P2")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".desk .where")).to_contain_text(re.compile(r"place \d+ of"))
    first = page.locator(".desk .where").inner_text()
    page.keyboard.press("j")
    expect(page.locator(".desk .where")).not_to_have_text(first)
    page.keyboard.press("k")
    expect(page.locator(".desk .where")).to_have_text(first)
