import json

from core.recordings.recording import Recording
from dashboard import theme, trace_chart, window_view

INK = theme.LIGHT


def traces_of(
    recording: Recording, muted: tuple[str, ...] = ()
) -> tuple[trace_chart.Spec, tuple[window_view.Panel, ...]]:
    window = recording.window(64)
    segments = window_view.lane(window, window_view.true_label(window))
    panels = window_view.panels(window, window_view.liveliness(recording), ["proximity", "sound"])
    frame = window_view.trace_frame(window, panels, segments)
    return trace_chart.chart(frame, panels, segments, muted, INK), panels


def test_traces_and_lane_share_one_axis_of_rows(recording: Recording) -> None:
    spec, panels = traces_of(recording)
    assert len(spec["grid"]) == len(panels) + 1
    assert {(axis["min"], axis["max"]) for axis in spec["xAxis"]} == {(64, 128)}
    assert {(grid["left"], grid["right"]) for grid in spec["grid"]} == {(trace_chart.LEFT, trace_chart.RIGHT)}
    assert spec["axisPointer"]["link"] == [{"xAxisIndex": "all"}]
    bottom = spec["grid"][-1]["top"] + spec["grid"][-1]["height"]
    assert bottom < trace_chart.height(panels), "the lane lies on the chart"


def test_every_series_draws_a_column_of_the_table(recording: Recording) -> None:
    spec, _ = traces_of(recording)
    columns = set(spec["dataset"]["source"].columns)
    assert {series["encode"]["y"] for series in spec["series"]} <= columns
    assert not any("." in name for name in columns), "the chart reads a dot as a path"


def test_text_of_the_lane_is_cut_to_its_stretch(recording: Recording) -> None:
    spec, _ = traces_of(recording)
    for start, end in spec["series"][0]["markArea"]["data"]:
        assert start["label"]["width"] < (end["xAxis"] - start["xAxis"]) * trace_chart._WIDE
        assert start["label"]["overflow"] == "truncate"


def test_a_muted_panel_says_so(recording: Recording) -> None:
    spec, _ = traces_of(recording, ("sound",))
    below = {title["text"]: title.get("subtext") for title in spec["title"]}
    assert below["Sound"] == "muted for the model"
    assert "live" in below["Proximity"]


def test_without_the_table_a_chart_is_plain_json(recording: Recording) -> None:
    spec, _ = traces_of(recording)
    json.dumps(spec | {"dataset": None}, allow_nan=False)
