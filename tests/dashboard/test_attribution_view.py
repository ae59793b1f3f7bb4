import numpy as np

from core.model.bundle import Bundle
from core.recordings.recording import Recording
from dashboard import attribution_view, reading_card, theme, trace_chart, window_view
from dashboard.attribution_view import Found, Why
from dashboard.row_strips import Strip


def found(groups: dict[str, float], gap: float | None = 0.02) -> Found:
    return Found("the line G1 X1", groups, None, -0.1, -14.0, gap)


def test_the_choice_is_kept_in_the_address_and_nonsense_is_left_out() -> None:
    why = Why("occlusion", "operation", "board", "changed")
    assert attribution_view.read(why.text) == why
    assert attribution_view.read("witchcraft-line-moon") == Why()
    assert attribution_view.read(None) == Why()


def test_the_gap_is_told_with_what_it_is_a_part_of() -> None:
    words = attribution_view.summary(found({"sound": 1.0}))
    assert "90.5" in words
    assert "1 in 1,200,000" in words
    assert "+13.90" in words
    assert "0.02, 0.14\N{NO-BREAK SPACE}% of it (completeness gap)" in words
    assert "gap" not in attribution_view.summary(found({"sound": 1.0}, None))


def test_the_largest_stand_first_and_the_rest_is_counted() -> None:
    groups = {f"c{n}": (-1) ** n * n / 10 for n in range(40)}
    frame, left = attribution_view.frame_of(found(groups))
    assert frame["name"].tolist()[:3] == ["c39", "c38", "c37"]
    assert len(frame) == attribution_view.MOST
    assert "15 more" in left
    assert "1 without any part" in left


def test_a_strip_lies_under_the_panels_and_shades_them(recording: Recording, bundle: Bundle) -> None:
    window = recording.window(64)
    label = window_view.true_label(window)
    panels = window_view.panels(window, window_view.liveliness(recording), ["motor_current"])
    segments = window_view.lane(window, label)
    frame = window_view.trace_frame(window, panels, segments)
    strip = Strip("Attention", "while writing X", np.repeat([0.0, 1 / 32], 32), theme.PREDICTION, shades=True)
    spec = trace_chart.chart(frame, panels, segments, (), theme.LIGHT, [strip])
    assert len(spec["grid"]) == len(spec["xAxis"]) == len(spec["yAxis"]) == 3
    areas = [series["markArea"]["data"] for series in spec["series"][1:] if "markArea" in series]
    assert [[area[0]["xAxis"], area[1]["xAxis"]] for area in areas[0]] == [[96, 128]]
    assert trace_chart.height(panels, [strip]) > trace_chart.height(panels)
    assert strip.column in spec["dataset"]["source"]
    assert reading_card.ALSO
