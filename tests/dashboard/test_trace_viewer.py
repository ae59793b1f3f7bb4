from dataclasses import replace

import numpy as np
import pytest

from core.recordings.recording import Recording
from core.recordings.traces import Traces
from dashboard import theme, trace_payload, trace_viewer
from dashboard.trace_payload import SEGMENTS, worth_drawing
from dashboard.trace_viewer import Over, Picture
from tests.dashboard.payloads import array_of, header_of, values_of

# bytes of a picture of twelve channels of 3,500 rows, with the script that goes with it
MOST_BYTES = 250_000


def picture_of(recording: Recording, *channels: str, **changes: object) -> Picture:
    traces = Traces.of(recording)
    return replace(Picture(traces, "a", channels, worth_drawing(traces.lanes)), **changes)


def drawn(picture: Picture, known: set[str] | None = None) -> bytes:
    return trace_viewer.drawn(picture, theme.LIGHT, 1, set() if known is None else known)


def lengthened(recording: Recording, rows: int) -> Recording:
    """The recording again and again, until it has so many rows."""
    times = -(-rows // recording.n_rows)
    steps = np.tile(np.diff(recording.time_s, prepend=recording.time_s[0] - 0.25), times)[:rows]
    return replace(
        recording,
        time_s=np.cumsum(steps),
        values=np.tile(recording.values, (times, 1))[:rows],
        lines=(recording.lines * times)[:rows],
        line_numbers=np.tile(recording.line_numbers, times)[:rows],
        codes={name: np.tile(own, times)[:rows] for name, own in recording.codes.items()},
    )


def test_every_value_arrives_as_it_is(recording: Recording) -> None:
    data = drawn(picture_of(recording, "spindle", "frame_l2.Ax"))
    header = header_of(data)
    assert header["detail"] is None, "the whole run holds every row"
    for channel in ("spindle", "frame_l2.Ax"):
        np.testing.assert_array_equal(values_of(data, header["whole"], channel), recording.channel(channel))
    block = header["blocks"][header["whole"]]
    np.testing.assert_allclose(array_of(data, block["knots"]["seconds"], "<f8"), recording.time_s)
    line = next(lane for lane in block["lanes"] if lane["name"] == "line")
    code, first = array_of(data, line["code"], "<i2"), array_of(data, line["first"], "<u4")
    row = int(np.searchsorted(first, 40, side="right")) - 1
    assert line["texts"][code[row]] == recording.lines[40]


def test_twelve_channels_of_3500_rows_fit(recording: Recording) -> None:
    long = lengthened(recording, 3500)
    picture = picture_of(long, *long.channels[:12])
    script = len(trace_viewer._script().encode()) + len((trace_viewer.FRONTEND / "traces.css").read_bytes())
    assert len(drawn(picture)) + script < MOST_BYTES


def test_what_the_browser_has_is_not_sent_again(recording: Recording) -> None:
    known: set[str] = set()
    picture = picture_of(recording, "spindle")
    first = drawn(picture, known)
    toggled = drawn(replace(picture, standardised=True, marks=(3, 9)), known)
    assert header_of(toggled)["blocks"] == {}
    assert header_of(toggled)["whole"] == header_of(first)["whole"]
    assert (header_of(toggled)["scale"], header_of(toggled)["view"]["b"]) == ("std", 9)
    assert list(header_of(drawn(replace(picture, channels=("spindle", "x_motor")), known))["blocks"])


def test_a_zoom_into_a_long_run_brings_its_rows(recording: Recording) -> None:
    long = lengthened(recording, trace_payload.EXACT_ROWS + 500)
    known: set[str] = set()
    whole = header_of(drawn(picture_of(long, "spindle"), known))
    assert whole["blocks"][whole["whole"]]["each"] > 1, "thinned, and it says so"
    data = drawn(picture_of(long, "spindle", span=(1000, 1999)), known)
    header = header_of(data)
    assert list(header["blocks"]) == [header["detail"]]
    np.testing.assert_array_equal(
        values_of(data, header["detail"], "spindle"), long.channel("spindle")[1000:2000]
    )
    assert all(lane["first"][1] <= SEGMENTS for lane in whole["blocks"][whole["whole"]]["lanes"])


def test_what_is_no_measurement_is_told(recording: Recording) -> None:
    panels = header_of(drawn(picture_of(recording, "spindle1.Ax", "xa_motor.Ax", "minus(spindle,x_motor)")))[
        "panels"
    ]
    frozen, missing, derived = panels
    assert frozen["traces"][0]["frozen"] is not None
    assert "frozen" in frozen["note"]
    assert (missing["traces"], missing["note"]) == ([], "g · not in this run")
    assert (derived["traces"][0]["unit"], derived["traces"][0]["mean"]) == ("V", None)


def test_a_derived_channel_that_cannot_be_reckoned_says_why(recording: Recording) -> None:
    data = drawn(picture_of(recording, "band(spindle,1,90)"))
    header = header_of(data)
    assert "cannot be seen" in header["blocks"][header["whole"]]["traces"][0]["problem"]


def test_panels_of_a_modality(recording: Recording) -> None:
    channels = ("frame_l2.Ax", "spindle2.Ax", "spindle", "x_motor")
    panels = header_of(drawn(picture_of(recording, *channels, merged=True)))["panels"]
    assert [panel["title"] for panel in panels] == ["Accelerometer x", "Motor current"]
    assert [trace["short"] for trace in panels[0]["traces"]] == ["frame_l2", "spindle2"]
    assert len({trace["colour"] for trace in panels[0]["traces"]}) == 2


@pytest.mark.parametrize(("shift", "extent"), [(-30, [-30, 192]), (50, [0, 242])])
def test_another_run_is_laid_over(recording: Recording, shift: int, extent: list[int]) -> None:
    other = Traces.of(recording)
    header = header_of(drawn(picture_of(recording, "spindle", over=Over(other, "b", shift))))
    assert header["extent"] == extent
    assert header["over"]["whole"] in header["blocks"]
    assert len(header["blocks"]) == 2
