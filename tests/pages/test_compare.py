from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evidence.comparison.figures import figures
from core.evidence.comparison.table import ComparisonTable
from core.evidence.readings import table
from core.evidence.readings.answered import answers_beside
from core.evidence.readings.filters import parse
from core.evidence.readings.opened import OpenReadings
from core.evidence.readings.table import read_runs
from core.recordings.store import import_runs
from dashboard import compare_controls, data, jobs, readings, slices
from tests.dashboard.small_bundle import write_bundle
from tests.dashboard_fixtures import PageAt, only, place_of
from tests.pages.said import component, words

Open = Callable[..., AppTest]
HELD_OUT = parse('part:"held out"').filter


@pytest.fixture
def open_page(page_at: PageAt, runs: Path, bundles: Path) -> Open:
    """Opens the page with every window read by the named bundles, with a link's parameters."""

    def open_(
        recordings: Path | None = runs,
        *,
        read: tuple[str, ...] = ("small",),
        models: Path = bundles,
        **link: str,
    ) -> AppTest:
        return page_at("compare", recordings, models, read, **link)

    return open_


def test_the_page_shows_the_figures_of_the_held_out_windows(open_page: Open) -> None:
    app = open_page()
    scored = ComparisonTable.open([place_of("small").out]).scored(HELD_OUT)
    expected = {row.metric: row for row in figures(scored)}
    shown = {row["metric"]: row for group in component(app, "base")["groups"] for row in group["rows"]}
    assert set(shown) == set(expected)
    for metric, row in expected.items():
        assert (shown[metric]["text"], shown[metric]["n"]) == (f"{100 * row.value:.1f}", f"{row.n:,}")
    assert f"**{len(scored)} windows** of 1 run that it never saw" in words(app)
    assert component(app, "base")["base"], "baselines stand beside"


def test_a_part_and_a_filter_choose_what_is_scored(open_page: Open) -> None:
    app = open_page(part="everything", filter="operation:pocket")
    assert "of 2 runs" in words(app)
    app.selectbox(key="pick_part").select("validation").run()
    assert app.query_params["part"] == "validation"
    assert "of 1 run that chose its epochs" in words(app)
    app.text_input(key="filter_text").set_value("operation:nowhere").run()
    assert "Nothing to score" in words(app)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (
            {"part": "everything"},
            "(held out, new, validation, trained on), **some of which it learned from**",
        ),
        ({"filter": 'part:"held out","trained on"'}, "(held out, trained on), **some of which it learned"),
        ({"filter": 'part:"held out",validation'}, "(held out, validation), read by"),
        ({"filter": "run:face_002", "part": "everything"}, "1 run that it never saw"),
    ],
)
def test_windows_are_said_to_be_of_the_parts_that_they_are_of(
    open_page: Open, link: dict[str, str], said: str
) -> None:
    assert said in words(open_page(**link))


def test_runs_that_were_learned_from_in_part_are_said_to_flatter() -> None:
    assert "this flatters" in compare_controls._part_words({"partly trained on"}, "window")


@pytest.mark.parametrize("by", ["operation", "position", "confidence", "part"])
def test_figures_by_group_have_a_cell_for_each(open_page: Open, by: str) -> None:
    app = open_page(part="everything", by=by)
    words(app)
    grid = component(app, "cells")
    assert len(grid["cells"]) == len(grid["rows"])
    assert all(len(row) == len(grid["columns"]) for row in grid["cells"])


def test_figures_by_slice(open_page: Open) -> None:
    app = open_page(part="everything", by="slice")
    assert "No slice of this dataset is saved yet" in words(app)
    slices.marks().save_slice("mill", "faces", "operation:face")
    app = open_page(part="everything", by="slice")
    assert [column["label"] for column in component(app, "cells")["columns"]] == ["faces"]


def test_a_slice_that_is_saved_anew_is_scored_anew(open_page: Open) -> None:
    """Though as many windows are in it."""
    slices.marks().save_slice("mill", "some", "run:face_001 row:0-160")
    app = open_page(part="everything", by="slice")
    shown = [component(app, "cells")["cells"]]
    slices.marks().save_slice("mill", "some", "run:pocket_001 row:0-160")
    shown.append(component(app.run(), "cells")["cells"])
    table = ComparisonTable.open([place_of("small").out])
    rows = [len(table.scored(parse(f"run:{run} row:0-160").filter)) for run in ("face_001", "pocket_001")]
    assert rows[0] == rows[1] > 0
    assert shown[0] != shown[1]


def test_the_cells_of_a_confusion_are_its_counts_and_open(open_page: Open) -> None:
    app = open_page(part="everything", section="confusion", head="type")
    grid = component(app, "cells")
    row, column = next(
        (r, c) for r, cells in enumerate(grid["cells"]) for c, cell in enumerate(cells) if cell["text"]
    )
    true, said = grid["rows"][row]["label"], grid["columns"][column]["label"]
    count = int(grid["cells"][row][column]["text"].replace(",", ""))
    app = open_page(part="everything", section="confusion", head="type", cell=f"{true}>{said}")
    assert component(app, "cells")["chosen"] == [row, column]
    assert f"{count:,} token" in words(app)
    assert len(app.dataframe[0].value) == min(count, 1000)


@pytest.mark.parametrize("section", ["calibration", "distances", "lines", "errors", "confusion"])
def test_every_section_opens_by_its_link(open_page: Open, section: str) -> None:
    app = open_page(part="everything", section=section)
    words(app)
    assert app.query_params["section"] == section


def test_a_first_error_is_listed_with_its_place(open_page: Open) -> None:
    found = component(open_page(part="everything", section="errors"), "cells")
    row, column = next(
        (r, c) for r, cells in enumerate(found["cells"]) for c, cell in enumerate(cells) if cell["text"]
    )
    place, head = found["rows"][row]["label"].removeprefix("token "), found["columns"][column]["label"]
    app = open_page(part="everything", section="errors", cell=f"{place}:{head}")
    app.button(key="first_windows_sequences").click().run()
    wanted = parse(app.query_params["filter"]).filter
    assert (wanted.values("first"), wanted.bounds("first_at")) == ((head,), (int(place), int(place)))


def test_another_filter_is_the_other_side(open_page: Open) -> None:
    app = open_page(part="everything", filter="operation:face", vs="filter", vs_filter="operation:pocket")
    assert "Other side, **operation:pocket**" in words(app).replace("\\", "")
    deltas = [row["delta"] for group in component(app, "base")["groups"] for row in group["rows"]]
    assert any(deltas)
    app = open_page(
        part="everything",
        filter="operation:face",
        vs="filter",
        vs_filter="operation:pocket",
        section="differences",
    )
    said = words(app)
    assert "differences** at once" in said
    assert "too few to tell" in said, "two runs a side prove nothing"
    frame = app.dataframe[0].value
    assert frame["Difference"].abs().is_monotonic_decreasing
    assert set(frame["More than chance"]) == {"too few runs"}


def test_another_bundle_is_the_other_side(open_page: Open, bundles: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    for name in ("small", "twin_of_small"):
        write_bundle(models / name)
    app = open_page(
        read=("small", "twin_of_small"), models=models, bundle="small", vs="bundle", vs_bundle="twin_of_small"
    )
    rows = [row for group in component(app, "base")["groups"] for row in group["rows"]]
    assert all(row["delta"]["text"] == "+0.0" for row in rows), "the same weights read the same"
    assert "which is not here" in words(open_page(vs="bundle", vs_bundle="lost"))


def test_a_small_store_is_read_without_being_asked(
    open_page: Open, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda key, title, arguments: started.append(arguments))
    store = tmp_path / "kept"
    import_runs([runs], store)
    app = open_page(recordings=store, read=())
    words(app)
    assert [arguments[0] for arguments in started] == ["read"]
    started.clear()
    monkeypatch.setattr(readings, "ALONE_S", 0.1)
    app = open_page(recordings=store, read=())
    assert not started
    assert "have not been read yet" in words(app)
    assert any(button.label == "Read all windows" for button in app.button)


def cells_of(app: AppTest) -> list[str]:
    """The cells of the confusion on the page that something is in, as the address names them."""
    grid = component(app, "cells")
    names = [row["label"] for row in grid["rows"]]
    filled = (
        (names[r], names[c])
        for r, row in enumerate(grid["cells"])
        for c, cell in enumerate(row)
        if cell["text"]
    )
    return [f"{true}>{said}" for true, said in filled]


@pytest.mark.parametrize("section", ["confusion", "lines"])
def test_no_verdict_is_given_on_what_is_read_with_something_muted(open_page: Open, section: str) -> None:
    link = {"part": "everything", "section": section, "head": "type"}
    cell = cells_of(open_page(**link))[0] if section == "confusion" else ""
    assert any("_agree" in str(button.key) for button in open_page(cell=cell, **link).button)
    place = place_of("small", without=("spindle",))
    read_runs(place.bundle, place.source, place.out, without=place.without)
    cell = cells_of(open_page(read=(), without="spindle", **link))[0] if section == "confusion" else ""
    app = open_page(read=(), without="spindle", cell=cell, **link)
    assert "where nothing is muted" in words(app)
    assert not any("_agree" in str(button.key) for button in app.button)


class StoppedError(Exception):
    """The job that reads was stopped before its end."""


def stop(*_: object) -> None:
    raise StoppedError


def test_parts_put_together_while_the_page_is_drawn(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, runs: Path, bundles: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv(data.BUNDLES_VARIABLE, str(bundles))
    only(monkeypatch, tmp_path, runs)
    place = place_of("small")
    with monkeypatch.context() as stopped, pytest.raises(StoppedError):
        stopped.setattr(table, "_merge", stop)
        read_runs(place.bundle, place.source, place.out)
    answers, opened = readings._answers, []

    def answers_late(key: str, files: tuple[str, ...], found: OpenReadings) -> ComparisonTable:
        """Open the answers; just before, the job that reads the windows ends, and its parts are gone."""
        if not opened:
            read_runs(place.bundle, place.source, place.out)
        opened.append(files)
        return answers(key, files, found)

    monkeypatch.setattr(readings, "_answers", answers_late)
    app = open_page(read=())
    assert "1 run that it never saw" in words(app)
    assert not app.error
    assert len(opened[0]) > 1
    assert opened[-1] == (str(place.out),)


def test_answers_that_are_gone_are_said(open_page: Open) -> None:
    app = open_page()
    answers_beside(place_of("small").out).unlink()
    st.cache_resource.clear()
    said = words(app.run())
    assert "is missing: read the windows again" in said
