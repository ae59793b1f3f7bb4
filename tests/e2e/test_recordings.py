import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk
from tests.strange import drives, german

BRING_IN = "recordings?view=Bring+in"


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a select box; it is scrolled to first, as its list closes when the page scrolls."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)
    box.click()
    page.get_by_role("option", name=option).click()


def look_into(desk: Desk, path: Path) -> Page:
    """The page with the files of a path."""
    page = desk.open(BRING_IN)
    field = page.get_by_role("textbox", name="Folder or file")
    field.fill(str(path))
    field.press("Enter")
    expect(page.get_by_role("heading", name="2. Machine")).to_be_visible()
    return desk.settle()


def bring(desk: Desk, files: int) -> Page:
    """Import, and wait until it is done."""
    page = desk.page
    page.get_by_role("button", name=f"Import {files} file").click()
    expect(page.get_by_text("is there:")).to_be_visible()
    return desk.settle()


def shown(page: Page) -> str:
    return page.get_by_test_id("stMain").inner_text()


def test_health_is_drawn_as_a_matrix(desk: Desk) -> None:
    page = desk.open("recordings")
    matrix = page.locator(".st-key-dataset_matrix canvas").first
    expect(matrix).to_be_visible()
    box = matrix.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    expect(page.get_by_text(re.compile(r"(live|not recorded|frozen[\w ]*): "))).to_be_visible()


def test_a_good_folder_comes_in_and_is_looked_at_on_every_page(
    desk: Desk, runs: Path, tmp_path: Path
) -> None:
    shutil.copytree(runs, tmp_path / "good")
    page = look_into(desk, tmp_path / "good")
    expect(page.get_by_text("All 6 files fit")).to_be_visible()
    page.get_by_text("Health before the import").click()
    expect(page.get_by_text("6 of 6 files were read to their end")).to_be_visible()
    bring(desk, 6)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="Boards over runs")).to_be_visible()
    page.wait_for_url(re.compile("data=good"))
    desk.settle()
    page.get_by_role("link", name="Predict").click()
    expect(page.get_by_role("heading", name="Predict")).to_be_visible()
    desk.settle()
    expect(page.get_by_role("combobox", name=re.compile("Dataset"))).to_have_value(re.compile("good"))
    expect(page.locator(".tokens tr").first).to_be_visible()


def test_a_mixed_folder_names_the_strangers(desk: Desk, runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(runs, folder)
    for file in sorted(drives(tmp_path / "drives", rows=300).iterdir())[:2]:
        shutil.copy(file, folder)
    page = look_into(desk, folder)
    expect(page.get_by_text("6 of 8 files fit")).to_be_visible()
    expect(
        page.get_by_text("Gear_1.csv and Gear_2.csv: is no recording of Bantam desktop mill")
    ).to_be_visible()
    assert "no clock 't_console'" in shown(page)
    bring(desk, 6)
    assert "6 of 6 files read" in shown(page)


def test_a_wrong_machine_is_told_and_the_guess_is_the_way_on(desk: Desk, tmp_path: Path) -> None:
    page = look_into(desk, drives(tmp_path / "drives", rows=300))
    choose(page, "These files are of", "Bantam mill")
    expect(page.get_by_text("None of 9 files fits")).to_be_visible()
    expect(page.get_by_text("frame_l1.Ax")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)
    page.get_by_role("button", name="Guess the machine").click()
    expect(page.get_by_text("All 9 files fit")).to_be_visible()


def test_broken_files_are_named_and_the_good_ones_come_in(desk: Desk, runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(runs, folder)
    whole = (folder / "face_001_aligned.csv.gz").read_bytes()
    (folder / "face_901.csv.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "face_902.csv").write_bytes(bytes(range(256)) * 9)
    (folder / "face_903.csv").write_text("")
    (folder / "face_905.csv").write_text("t_console,spindle\n14:00:00.000,loud\n14:00:00.250,louder\n")
    page = look_into(desk, folder)
    for word in ("truncated or damaged gzip", "binary data", "is empty"):
        expect(page.get_by_text(word)).to_be_visible()
    bring(desk, 7)
    expect(page.get_by_text("has the text 'loud'")).to_be_visible()
    assert "6 of 7 files read" in shown(page)


def test_a_column_is_corrected_in_the_table(desk: Desk, tmp_path: Path) -> None:
    page = look_into(desk, german(tmp_path / "halle", rows=120))
    table = page.get_by_test_id("stDataFrame").nth(1)
    table.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(800)
    box = table.bounding_box()
    assert box
    # the board of the first column
    page.mouse.dblclick(box["x"] + 395, box["y"] + 52)
    cell = page.locator("textarea.gdg-input")
    expect(cell).to_be_focused()
    page.wait_for_timeout(500)
    page.keyboard.type("no name!", delay=20)
    expect(cell).to_have_value("no name!")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is no machine yet")).to_be_visible()
    assert "'no name!' is no plain name" in shown(page)
    page.get_by_role("button", name="Undo 1 correction").click()
    expect(page.get_by_text("All 4 files fit")).to_be_visible()


def test_an_upload_comes_in(desk: Desk, tmp_path: Path) -> None:
    folder = german(tmp_path / "halle", rows=120)
    page = desk.open(BRING_IN)
    page.get_by_role("radio", name="Upload").or_(page.get_by_role("button", name="Upload")).first.click()
    page.locator("input[type=file]").set_input_files(sorted(folder.iterdir())[:2])
    expect(page.get_by_text("All 2 files fit")).to_be_visible()
    desk.settle()
    bring(desk, 2)
    assert "2 of 2 files read" in shown(page)


@pytest.mark.parametrize("desk", [(900, "dark")], indirect=True)
def test_nothing_is_wider_than_a_narrow_window(desk: Desk, tmp_path: Path) -> None:
    page = look_into(desk, drives(tmp_path / "a machine with quite a long name of its own", rows=300))
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    for name in ("Set all", "Save", "Download", "Import 9"):
        box = page.get_by_role("button", name=name).first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 900
