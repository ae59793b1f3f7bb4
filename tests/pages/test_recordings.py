import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import guess_table, importing
from tests.dashboard_fixtures import open_on
from tests.strange import drives, german, vibration

PAGE = Path(__file__).parents[2] / "pages" / "recordings.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, runs: Path, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings, or on what is given, with a link's parameters."""

    def open_(recordings: Path | None = runs, **link: str) -> AppTest:
        return open_on(monkeypatch, tmp_path, PAGE, recordings, 60, **link)

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says, without the signs that Markdown escapes."""
    assert not app.exception, app.exception
    elements = [
        *app.markdown,
        *app.caption,
        *app.warning,
        *app.error,
        *app.success,
        *app.info,
        *app.subheader,
    ]
    return "\n".join(element.value for element in elements).replace("\\", "")


def bring(open_page: Open, path: object, **link: str) -> AppTest:
    """The page with the files of a path."""
    app = open_page(view="Bring in", **link)
    return app.text_input(key="incoming_path").input(str(path)).run()


def button(app: AppTest, label: str) -> object:
    return next(each for each in app.button if each.label.startswith(label))


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.button if each.label.startswith(label)).click()
    return app.run()


def finish(app: AppTest) -> AppTest:
    """Wait until the import that runs is over."""
    end = time.monotonic() + 60
    while importing.running() is not None and time.monotonic() < end:
        time.sleep(0.05)
    return app.run()


def test_the_health_of_a_folder(open_page: Open) -> None:
    app = open_page()
    said = words(app)
    assert [metric.value for metric in app.metric][:2] == ["6", "1,104"]
    assert "Boards over runs" in said
    assert len(app.get("echarts_chart")) == 1
    table = app.dataframe[0].value
    assert list(table["run"]) == [
        "adaptive_001",
        "adaptive_002",
        "face_001",
        "face_002",
        "pocket_001",
        "pocket_002",
    ]
    assert "Frozen board" in set(app.dataframe[1].value["kind"])


def test_a_file_that_cannot_be_read_is_the_gravest_finding(open_page: Open, odd_runs: Path) -> None:
    app = open_page(odd_runs)
    assert app.dataframe[1].value["kind"].iloc[0] == "Cannot be read"
    assert "loud" in app.dataframe[2].value["what"].iloc[-1]


def test_findings_can_be_narrowed(open_page: Open) -> None:
    app = open_page()
    before = len(app.dataframe[2].value)
    app.multiselect(key="dataset_kind").select("frozen").run()
    after = app.dataframe[2].value
    assert 0 < len(after) <= before
    assert set(after["kind"]) == {"Frozen board"}


def test_without_recordings_the_way_in_is_named(open_page: Open) -> None:
    said = words(open_page(recordings=None))
    assert "No recordings yet" in said
    assert "Bring in" in said


def test_a_large_folder_is_read_when_asked(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.health.READ_BYTES", 10)
    app = open_page()
    assert not app.metric
    press(app, "Read 6 files")
    assert app.metric[0].value == "6"
    assert "not imported" not in words(app)


def test_a_good_folder_is_imported_and_looked_at(open_page: Open, runs: Path) -> None:
    app = bring(open_page, runs)
    said = words(app)
    assert "**6 files**" in said
    assert "All 6 files fit **Bantam desktop mill**" in said
    finish(press(app, "Import 6 files"))
    assert "6 of 6 files read" in words(app)
    press(app, "Look at it")
    assert app.query_params["data"] == "mill (imported)", "the folder that it came from is called mill too"
    assert app.metric[0].value == "6"


def test_a_mixed_folder_says_which_files_do_not_fit(open_page: Open, runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "both"
    shutil.copytree(runs, folder)
    for file in sorted(drives(tmp_path / "drives", rows=300).iterdir())[:3]:
        shutil.copy(file, folder)
    app = bring(open_page, folder)
    said = words(app)
    assert "6 of 9 files fit **Bantam desktop mill**" in said
    assert "**Gear_1.csv** and 2 more" in said
    assert "no clock 't_console'" in said
    finish(press(app, "Import 6 files"))
    assert "**both** is there: 6 of 6" in words(app)


def test_a_wrong_machine_names_what_is_missing_and_offers_a_guess(open_page: Open, tmp_path: Path) -> None:
    folder = drives(tmp_path / "drives", rows=300)
    app = bring(open_page, folder)
    assert "All 9 files fit **drives**" in words(app), "no known machine fits, so it is guessed"
    app.selectbox(key="incoming_machine").select("bantam").run()
    said = words(app)
    assert "None of 9 files fits **Bantam desktop mill**" in said
    assert "frame_l1.Ax" in said
    assert not any(each.label.startswith("Import") for each in app.button)
    press(app, "Guess the machine")
    assert "All 9 files fit **drives**" in words(app)


def test_broken_files_are_named_and_the_good_ones_come_in(
    open_page: Open, runs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "some broken"
    shutil.copytree(runs, folder)
    whole = (folder / "face_001_aligned.csv.gz").read_bytes()
    (folder / "face_901.csv.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "face_902.csv").write_bytes(bytes(range(256)) * 9)
    (folder / "face_903.csv").write_text("")
    (folder / "face_904.csv").write_text("t_console,spindle\n")
    (folder / "face_905.csv").write_text("t_console,spindle\n14:00:00.000,loud\n14:00:00.250,louder\n")
    app = bring(open_page, folder)
    said = words(app)
    for word in ("truncated or damaged gzip", "binary", "is empty", "header but no rows"):
        assert word in said
    finish(press(app, "Import 7 files"))
    said = words(app)
    assert "6 of 7 files read" in said
    assert "**face_905.csv**: has the text 'loud'" in said


@pytest.mark.parametrize(("name", "word"), [("gone", "does not exist"), ("empty", "no table")])
def test_a_path_to_nothing_says_so(open_page: Open, tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / "empty").mkdir()
    app = bring(open_page, tmp_path / name)
    assert word in app.error[0].value
    assert "2. Machine" not in words(app)


def test_the_guess_is_shown_with_its_evidence(open_page: Open, tmp_path: Path) -> None:
    app = bring(open_page, german(tmp_path / "halle", rows=100))
    editor = next(table.value for table in app.dataframe if "why" in table.value)
    row = editor.set_index("column").loc["Strom X [A]"]
    assert (row["role"], row["modality"], row["unit"]) == ("side", "motor_current", "A")
    assert "strom" in row["why"]


def test_columns_are_corrected_together_and_a_mistake_is_said(open_page: Open, tmp_path: Path) -> None:
    app = bring(open_page, drives(tmp_path / "drives", rows=300))
    app.text_input(key="guess_search").input("current").run()
    app.selectbox(key="guess_all_field").select("board").run()
    app.text_input(key="guess_all_value").input("no name!").run()
    press(app, "Set board of 4")
    said = words(app)
    assert "This is no machine yet" in app.error[0].value
    assert "**CURRENT|1**, board" in said
    assert "3. Import" not in said
    assert button(app, "Save").disabled  # type: ignore[attr-defined]
    press(app, "Undo 4")
    assert "3. Import" in words(app)


def test_only_a_page_of_many_columns_is_drawn(open_page: Open, tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir()
    names = ["time_s", *(f"board{n // 20}.Current_{n % 20}" for n in range(1500))]
    rows = [",".join([f"{0.1 * row:.1f}", *(f"{(row * n) % 7}" for n in range(1500))]) for row in range(60)]
    (folder / "cut_001.csv").write_text("\n".join([",".join(names), *rows]) + "\n")
    app = bring(open_page, folder)
    assert "**1,501 columns**" in words(app)
    editor = next(table.value for table in app.dataframe if "why" in table.value)
    assert len(editor) == guess_table.PAGE


def test_a_saved_machine_is_there_for_the_next_files(
    open_page: Open, tmp_path: Path, own_build: Path
) -> None:
    app = bring(open_page, drives(tmp_path / "drives", rows=300))
    press(app, "Save")
    assert (own_build / "machines" / "drives.toml").is_file()
    app = bring(open_page, drives(tmp_path / "monday", rows=300))
    assert app.selectbox(key="incoming_machine").value == "saved:drives"
    assert "All 9 files fit **drives**" in words(app)


def test_settings_are_taken_over(open_page: Open, tmp_path: Path) -> None:
    app = bring(open_page, vibration(tmp_path / "vib", rows=300))
    app.text_input(key="setting_name").input("Press 4").run()
    app.number_input(key="setting_row_period_s").set_value(0.5).run()
    assert "fit **Press 4**" in words(app)
    app.text_input(key="setting_operation_from").input("(").run()
    assert "regular expression" in app.error[0].value


def test_a_machine_without_g_code_is_imported_and_browsed(open_page: Open, tmp_path: Path) -> None:
    app = bring(open_page, german(tmp_path / "halle", rows=200))
    assert "No G-code" in words(app)
    finish(press(app, "Import 4 files"))
    press(app, "Look at it")
    assert app.query_params["data"] == "halle"
    assert "no G-code" in [metric.value for metric in app.metric]


def test_a_name_that_cannot_be_is_refused(open_page: Open, runs: Path) -> None:
    app = bring(open_page, runs)
    app.session_state["incoming_draft"].name = "demo"
    app.run()
    assert "name of another dataset" in app.error[0].value
    assert button(app, "Import 6").disabled  # type: ignore[attr-defined]
