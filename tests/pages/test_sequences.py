import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.readings.sql import DEFAULT_SORT
from dashboard import jobs, places, readings, sequence_table, slices
from tests.dashboard_fixtures import PageAt, view_of

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(page_at: PageAt, runs: Path, bundles: Path) -> Open:
    """Opens the page on recordings and a bundle, all windows read unless told otherwise, with a link's parameters."""

    def open_(
        recordings: Path | None = runs, models: Path | None = bundles, *, read: bool = True, **link: str
    ) -> AppTest:
        return page_at(
            "sequences", recordings, models, ("",) if read and recordings and models else (), **link
        )

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader, *app.code]
    return "\n".join(element.value for element in elements)


def component(app: AppTest, part: str) -> dict[str, Any]:
    """What a component of ours was given; `part` is a key that only its data has."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(one for one in found if part in one)


def shown(app: AppTest) -> Any:
    return app.dataframe[0].value


def test_every_window_is_listed_and_counted(open_page: Open, runs: Path) -> None:
    app = open_page()
    said = words(app)
    assert "windows** of 6 runs" in said
    frame = shown(app)
    assert set(frame.columns) >= {"run", "start_row", "result", "line", "read_line", "tags"}
    lanes = component(app, "lanes")
    assert [lane["run"] for lane in lanes["lanes"]] == sorted(lane["run"] for lane in lanes["lanes"])
    assert sum(lane["windows"] for lane in lanes["lanes"]) == len(frame)
    groups = {group["field"]: group for group in component(app, "groups")["groups"]}
    assert sum(item["n"] for item in groups["operation"]["items"]) == len(frame)
    assert groups["confidence"]["kind"] == "bins"


def test_a_link_with_a_filter_a_sort_and_a_window_opens_that_view(open_page: Open) -> None:
    app = open_page(filter="operation:face result:wrong", sort="-confidence", run="face_002", row="64")
    frame = shown(app)
    assert set(frame.operation) == {"face"}
    assert frame.confidence.is_monotonic_decreasing
    assert app.text_input(key="filter_text").value == "result:wrong operation:face"
    assert "**face\\_002** rows 64 to 127" in words(app)
    assert app.query_params["filter"] == "operation:face result:wrong"


def test_writing_a_filter_lists_what_it_leaves(open_page: Open) -> None:
    app = open_page()
    app.text_input(key="filter_text").set_value("run:face_001 row:0-32").run()
    assert shown(app).start_row.tolist() == [0, 16, 32]
    assert app.query_params["filter"] == "run:face_001 row:0-32"
    app.text_input(key="filter_text").set_value("").run()
    assert set(shown(app).operation) == {"adaptive", "face", "pocket"}


def test_next_and_previous_walk_through_the_filtered_windows(open_page: Open) -> None:
    app = open_page(filter="run:face_001,pocket_001 row:0-16", run="face_001", row="16")
    assert app.button(key="row_previous").disabled is False
    app.button(key="row_next").click().run()
    assert (app.query_params["run"], app.query_params["row"]) == ("pocket_001", "0")
    app.button(key="row_previous").click().run()
    app.button(key="row_previous").click().run()
    assert (app.query_params["run"], app.query_params["row"]) == ("face_001", "0")
    assert app.button(key="row_previous").disabled


def test_a_table_whose_drawing_was_cut_short_is_drawn_again(open_page: Open) -> None:
    app = open_page(run="face_002", row="16")
    app.session_state[f"{sequence_table.KEY}_{DEFAULT_SORT}"] = {
        "selection": {"rows": [1], "columns": [], "cells": []}
    }
    app.run()
    assert " of 51" in words(app)


def test_windows_that_the_bundle_learned_from_are_told_and_left_out(open_page: Open) -> None:
    app = open_page()
    assert "of runs that it learned from" in words(app)
    app.button(key="held_out_only").click().run()
    assert app.query_params["filter"] == 'part:"held out"'
    assert "of runs that it learned from" not in words(app)


def test_sorting_is_of_the_whole_table(open_page: Open) -> None:
    app = open_page()
    app.selectbox(key="pick_sort").select("confidence").run()
    assert shown(app).confidence.is_monotonic_increasing
    app.button(key="turn_sort").click().run()
    assert app.query_params["sort"] == "-confidence"
    assert shown(app).confidence.is_monotonic_decreasing


def test_a_slice_is_saved_found_by_other_pages_and_deleted(open_page: Open) -> None:
    app = open_page(filter="operation:face")
    app.text_input(key="save_name").set_value("faces").run()
    app.button(key="save_slice").click().run()
    assert app.query_params["slice"] == "faces"
    assert [(one.name, one.filter) for one in slices.marks().slices("mill")] == [("faces", "operation:face")]
    app = open_page(read=False, slice="faces")
    assert set(shown(app).operation) == {"face"}
    app.button(key="unslice_faces").click().run()
    assert slices.marks().slices("mill") == ()


def test_a_slice_that_is_not_here_is_said(open_page: Open) -> None:
    assert "has no slice lost" in words(open_page(slice="lost"))


def test_a_tag_is_given_by_hand_and_filtered_by(open_page: Open) -> None:
    slices.marks().tag("mill", [("pocket_001", 0)], "odd one")
    app = open_page(filter="run:face_001 row:0-32", run="face_001", row="16")
    app.selectbox(key="tag_name").select("odd one").run()
    app.button(key="tag_this").click().run()
    assert slices.marks().tags("mill")[0] == ("face_001", 16, "odd one")
    app.button(key="tag_all").click().run()
    assert len(slices.marks().tags("mill")) == 4
    app.text_input(key="filter_text").set_value('tag:"odd one" operation:face').run()
    assert shown(app).start_row.tolist() == [0, 16, 32]
    assert all("odd one" in tags for tags in shown(app).tags)
    app.button(key="untag_all").click().run()
    assert slices.marks().tags("mill") == (("pocket_001", 0, "odd one"),)


def test_nothing_left_says_why_and_leads_out(open_page: Open) -> None:
    app = open_page(filter="operation:fce confidence:0-1")
    said = words(app)
    assert "No window is left" in said
    assert "No window has operation:fce; there are adaptive, face, pocket" in said.replace("\\", "")
    app.button(key="drop_operation").click().run()
    assert app.query_params["filter"] == "confidence:0-1"
    assert len(shown(app))


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ({"filter": "colour:red"}, "nothing to filter by"),
        ({"sort": "beauty"}, "nothing to sort by"),
        ({"page": "x"}, "not a row number"),
        ({"data": "elsewhere"}, "elsewhere"),
        ({"bundle": "lost"}, "lost"),
    ],
)
def test_a_link_that_cannot_be_followed_is_said(open_page: Open, link: dict[str, str], word: str) -> None:
    assert word in words(open_page(**link))


def test_a_page_or_a_run_that_is_not_there_shows_what_is(open_page: Open) -> None:
    assert len(shown(open_page(page="999")))
    assert len(shown(open_page(run="nobody_001", row="64")))


def test_a_run_without_labels_is_listed_unscored(open_page: Open, odd_runs: Path) -> None:
    app = open_page(recordings=odd_runs)
    assert set(shown(app).result) == {"no label"}
    said = words(app)
    assert "windows** of 1 run" in said
    assert "exact line" not in said


def test_windows_that_nobody_read_are_offered(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(jobs, "start", lambda key, title, arguments: started.append((title, arguments)))
    app = open_page(read=False)
    said = words(app)
    assert "have not been read yet" in said
    assert "6 runs are read window by window" in said
    next(button for button in app.button if button.label == "Read all windows").click().run()
    ((title, arguments),) = started
    assert title == "Read all windows of mill with small"
    assert arguments[0] == "read"
    assert Path(arguments[arguments.index("--out") + 1]).parent == places.build_folder() / "readings"


def test_runs_that_came_since_are_told(open_page: Open, runs: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(runs, tmp_path / "mine" / "mill")
    open_page(recordings=mine)
    shutil.copy(mine / "face_001_aligned.csv.gz", mine / "face_009_aligned.csv.gz")
    readings._source.clear()
    app = open_page(recordings=mine, read=False)
    assert "1 run came or changed since these windows were read" in words(app)
    assert app.button(key="read_rest")


def test_muting_asks_for_another_reading(open_page: Open) -> None:
    assert "without proximity" in words(open_page(without="proximity"))


def test_no_recordings_and_no_bundle(open_page: Open) -> None:
    assert "No recordings yet" in words(open_page(recordings=None))
    assert "python -m core train" in words(open_page(models=None))


def test_another_page_has_the_readings_of_a_run(open_page: Open) -> None:
    open_page()
    view = view_of()
    found = readings.readings_of(view, "face_002")
    assert found is not None
    assert found.start_row.tolist() == list(range(0, 16 * len(found), 16))
    assert readings.readings_of(view, "nobody") is None
