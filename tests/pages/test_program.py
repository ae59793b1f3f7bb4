"""Program: a run read back, beside what was recorded or intended, and what is said where that cannot be had."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.run_readback import figures
from core.evidence.track_truth import Listing, RowTruth, executed_listings
from core.gcode import canonical
from core.model.bundle import load_bundle
from core.recordings.store import Store, import_runs
from core.tracking.readback import program_lines, program_read
from core.tracking.tracker import track
from core.tracking.verification import verify
from dashboard import data, programs, readbacks
from dashboard.components import percent
from tests.dashboard.payloads import array_of, header_of
from tests.dashboard_fixtures import open_on
from tests.pipeline import Pipeline

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, tmp_path: Path) -> Open:
    """Opens the page on the store of made-up recordings and the small bundle trained on them."""

    def open_(
        recordings: Path | None = pipeline.store, models: Path = pipeline.bundle.parent, **link: str
    ) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models))
        app = open_on(monkeypatch, tmp_path, APP, recordings, 60, **link)
        app.switch_page("../pages/program.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.subheader, *app.code]
    return "\n".join(str(element.value) for element in elements)


def desk(app: AppTest) -> bytes:
    assert not app.exception, app.exception
    (sent,) = desks(app)
    return sent


def desks(app: AppTest) -> list[bytes]:
    """What the desks of the page are sent; other components are sent no bytes."""
    return [own.proto.bytes for own in app.get("bidi_component") if own.proto.bytes]


def metrics(app: AppTest) -> dict[str, str]:
    return {str(own.label): str(own.value) for own in app.metric}


def test_a_run_is_read_back_beside_its_program(open_page: Open, pipeline: Pipeline, own_build: Path) -> None:
    app = open_page(run="face_001")
    header = header_of(desk(app))
    assert header["titles"] == ["Executed (whole program)", "Read back"]
    bundle, run = load_bundle(pipeline.bundle), Store.open(pipeline.store).recording("face_001")
    found = track(bundle, run)
    own = figures(run, found, RowTruth.of(run))
    shown = metrics(app)
    assert shown["Rows with the right line"] == percent(own["row_line"].value)
    assert shown["Lines recovered in order"] == percent(own["lines_in_order"].value)
    assert shown["Median position error"] == f"{own['position'].value:.2f} mm"
    assert f"n = {own['row_line'].n:,} rows" in words(app)
    assert "One run" in words(app) or "single run" in words(app) or "not measured" in words(app)
    assert len(list((own_build / "tracks").iterdir())) == 1


def test_what_was_kept_is_opened_and_not_read_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    before = header_of(desk(open_page(run="face_001")))

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr(readbacks, "track", refuse)
    readbacks._opened.clear()
    assert header_of(desk(open_page(run="face_001")))["lines"] == before["lines"]


def test_the_truth_changes_nothing_of_what_is_read(
    open_page: Open, pipeline: Pipeline, tmp_path: Path
) -> None:
    frame = pd.read_csv(pipeline.runs / "face_001_aligned.csv.gz")
    bare = frame[[name for name in frame if "." in name or name in ("t_console", "spindle")]]
    (tmp_path / "bare").mkdir()
    bare.to_csv(tmp_path / "bare" / "face_001_aligned.csv", index=False)
    with_truth, without = open_page(run="face_001"), open_page(tmp_path / "bare", run="face_001")
    a, b = header_of(desk(with_truth)), header_of(desk(without))
    assert a["lines"][1] == b["lines"][1]
    assert b["lines"][0] == []
    assert "has no G-code" in words(without)
    assert not without.metric


def known(pipeline: Pipeline) -> dict[str, Listing]:
    store = Store.open(pipeline.store)
    return programs.completed(executed_listings(store), load_bundle(pipeline.bundle))


def other_program(pipeline: Pipeline) -> str:
    """A program that the small bundle does not take the run for."""
    found = track(load_bundle(pipeline.bundle), Store.open(pipeline.store).recording("face_001"))
    walked = {found.programs.timelines[one.program].program for one in found.passes}
    return next(name for name in ("A1", "F1", "P1") if name not in walked)


def test_a_known_program_is_verified_from_the_link(open_page: Open, pipeline: Pipeline) -> None:
    name = other_program(pipeline)
    app = open_page(run="face_001", intended=name)
    assert header_of(desk(app))["titles"][0] == f"Intended: {name}"
    said = words(app)
    assert f"deviates from {name}" in said
    assert "First: " in said
    recording = Store.open(pipeline.store).recording("face_001")
    verdict = verify(load_bundle(pipeline.bundle), recording, list(known(pipeline)[name].lines.values()))
    assert f"lines to {verdict.lines_mm:.1f} mm, pace to {verdict.pace_mm:.1f} mm" in said
    assert f"row {verdict.deviations[0].row:,}" in said
    app.button(key="go_first").click().run()
    assert header_of(desk(app))["token"] == 1


def test_a_loaded_file_with_one_moved_line_is_found_at_its_line(open_page: Open, pipeline: Pipeline) -> None:
    found = track(load_bundle(pipeline.bundle), Store.open(pipeline.store).recording("face_001"))
    lines = [canonical(line) for line in program_lines(found)]
    rows = np.bincount(program_read(found).line_of_row, minlength=len(lines))
    at = max((i for i, line in enumerate(lines) if "X" in line), key=lambda i: int(rows[i]))
    text = "(edited)\n" + "\n".join([*lines[:at], "G1 X-9", *lines[at + 1 :]])
    kept = programs.keep("edited.nc", text.encode(), "inch")
    app = open_page(run="face_001", intended=kept.key)
    said = words(app)
    assert "deviates from edited.nc" in said
    assert f"First: line {at + 2}, row" in said
    sent = desk(app)
    header = header_of(sent)
    numbers = array_of(sent, header["arrays"]["number0"], "<i4")
    assert numbers[header["lines"][0].index("G1 X-9")] == at + 2
    assert np.nanmax(array_of(sent, header["arrays"]["by"], "<f4")) > 1


def test_a_program_that_is_not_here_is_said(open_page: Open) -> None:
    app = open_page(run="face_001", intended="Z9")
    assert "Z9, which is not here" in words(app)
    assert header_of(desk(app))["titles"][0].startswith("Executed")


def test_lines_that_rows_show_stand_beside_where_asked(open_page: Open) -> None:
    header = header_of(desk(open_page(run="face_001", beside="rows")))
    assert header["titles"][0] == "Executed (as its rows show)"


def test_the_whole_program_is_that_of_the_runs_that_are_there_now(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(run="face_001")
    before = header_of(desk(app))["lines"][0]
    collected = programs.known

    def shorter(dataset: data.Dataset) -> dict[str, Listing]:
        return {
            name: Listing(dict(list(one.lines.items())[::3]), one.runs)
            for name, one in collected(dataset).items()
        }

    monkeypatch.setattr(programs, "known", shorter)
    app = open_page(run="face_001")
    assert header_of(desk(app))["lines"][0] != before


def test_a_bundle_without_programs_says_so(open_page: Open, bundles: Path) -> None:
    app = open_page(models=bundles, run="face_001")
    assert "This bundle reads no run back" in words(app)
    assert not desks(app)


def test_a_run_that_is_too_short_says_so(open_page: Open, odd_runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "short"
    folder.mkdir()
    (folder / "face_short.csv").write_bytes((odd_runs / "face_short.csv").read_bytes())
    assert "Too short to be read back" in words(open_page(folder, run="face_short"))


def test_no_recordings_is_a_plain_empty_page(open_page: Open, tmp_path: Path) -> None:
    assert "No recordings yet" in words(open_page(None))


def test_a_long_run_is_offered_as_a_job(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(readbacks, "JOB_ROWS", 100)
    monkeypatch.setattr(readbacks.jobs, "start", lambda *args: started.append(args))
    app = open_page(run="face_001")
    assert "has not been read back yet" in words(app)
    next(own for own in app.button if own.label == "Read it back").click().run()
    (_, title, arguments) = started[0]
    assert title == "Reading face_001 back"
    assert arguments[0] == "track"
    assert "--keep" in arguments


def test_the_store_of_imported_runs_may_grow(open_page: Open, pipeline: Pipeline, tmp_path: Path) -> None:
    import_runs([pipeline.runs / "face_001_aligned.csv.gz"], tmp_path / "grown")
    open_page(tmp_path / "grown", run="face_001")
    import_runs([pipeline.runs / "face_002_aligned.csv.gz"], tmp_path / "grown")
    kept = readbacks.place_of(data.datasets()[0], load_bundle(pipeline.bundle), "face_001")
    assert readbacks.opened(kept) is not None
