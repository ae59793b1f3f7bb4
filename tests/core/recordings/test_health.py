from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.recordings.health import Finding, report, same_clock
from core.recordings.recording import Recording
from tests.synthetic import run_frame

Make = Callable[..., Recording]


@pytest.fixture
def found(make_recording: Make) -> Callable[[pd.DataFrame, str], list[Finding]]:
    def find(frame: pd.DataFrame, kind: str) -> list[Finding]:
        return [finding for finding in report(make_recording(frame)) if finding.kind == kind]

    return find


Find = Callable[[pd.DataFrame, str], list[Finding]]


def test_a_missing_board_and_a_missing_column(found: Find) -> None:
    missing = {f.channel: f.severity for f in found(run_frame().drop(columns="frame_l2.Gx"), "missing")}
    assert missing["frame_b1"] == "info"
    assert missing["frame_l2.Gx"] == "warning"
    assert "frame_l2" not in missing
    assert len(missing) == 13


def test_a_frozen_board(found: Find) -> None:
    (frozen,) = found(run_frame(), "frozen")
    assert (frozen.channel, frozen.first_row, frozen.rows) == ("spindle1", 6, 194)


def test_a_dead_channel(found: Find) -> None:
    dead = {f.channel: f.severity for f in found(run_frame().assign(spindle=0.0), "dead")}
    assert dead["spindle"] == "warning"
    assert dead["frame_l2.Pressure"] == "info"
    assert not any(str(channel).startswith("spindle1.") for channel in dead)


def test_a_clipped_channel(found: Find) -> None:
    frame = run_frame()
    frame["frame_l2.Proximity"] = np.linspace(10, 300, 200).clip(max=255)
    frame["frame_l2.Pressure"] = 0.0
    frame.loc[5, "frame_l2.Ax"] = 4.0
    clipped = {f.channel: f for f in found(frame, "clipped")}
    assert set(clipped) == {"frame_l2.Proximity", "frame_l2.Pressure"}
    near = clipped["frame_l2.Proximity"]
    assert (near.severity, near.first_row) == ("info", int((frame["frame_l2.Proximity"] < 255).sum()))
    assert near.first_row + near.rows == 200
    assert clipped["frame_l2.Pressure"].severity == "warning"


def test_nan(found: Find) -> None:
    frame = run_frame()
    frame.loc[10:19, "spindle"] = np.nan
    frame["x_motor"] = np.nan
    nan = {f.channel: (f.first_row, f.rows) for f in found(frame, "nan")}
    assert nan == {"spindle": (10, 10), "x_motor": (0, 200)}


def test_gaps_of_the_clock(found: Find) -> None:
    frame = run_frame()
    seconds = np.arange(200) * 0.257
    seconds[100:] += 5
    seconds[150:] -= 2
    frame["t_console"] = [f"10:{int(s // 60):02d}:{s % 60:06.3f}" for s in seconds]
    gaps = {f.first_row: f.detail for f in found(frame, "gap")}
    assert set(gaps) == {100, 150}
    assert gaps[100].startswith("5.3 s pass")
    assert gaps[150].startswith("the clock goes back by 1.7 s")


def test_an_unknown_time_format(found: Find) -> None:
    assert found(run_frame().assign(t_console="noon"), "time_format")[0].rows == 200
    frame = run_frame()
    frame.loc[3, "t_console"] = "?"
    assert found(frame, "time_format")[0].rows == 1


def test_buffering_rows_and_a_second_run(found: Find) -> None:
    once, twice = run_frame(), run_frame(rows=260, twice=True)
    assert [(f.first_row, f.rows) for f in found(once, "buffering")] == [(0, 8)]
    assert [(f.first_row, f.rows) for f in found(twice, "buffering")] == [(0, 8), (130, 8)]
    assert not found(once, "program_twice")
    assert [f.first_row for f in found(twice, "program_twice")] == [130]


def test_empty_labels(found: Find) -> None:
    frame = run_frame()
    frame.loc[30:39, "gcode_string"] = None
    assert [(f.first_row, f.rows) for f in found(frame, "empty_labels")] == [(30, 10)]
    assert (
        found(run_frame().drop(columns=["gcode_line", "gcode_string"]), "empty_labels")[0].severity == "info"
    )


def test_a_renamed_board_is_named_once_with_its_likeness(found: Find) -> None:
    frame = run_frame().rename(columns=lambda name: name.replace("frame_l2.", "frame_L2."))
    (finding,) = found(frame, "unknown_column")
    assert finding.channel == "frame_L2"
    assert "17 columns" in finding.detail
    assert "frame_l2" in finding.detail
    renamed = run_frame().rename(columns={"gcode_line": "gcode_lines"})
    assert "gcode_line" in found(renamed, "unknown_column")[0].detail


def test_a_good_run_of_one_row_is_reported_on(make_recording: Make) -> None:
    assert report(make_recording(run_frame(rows=1, buffering=0)))


def test_runs_with_the_same_clock() -> None:
    cells = [f"10:00:{second:02d}" for second in range(60)]
    clocks = {"a": frozenset(cells[:40]), "b": frozenset(cells[10:]), "c": frozenset(cells[-20:])}
    assert [(f.run, f.rows) for f in same_clock(clocks)] == [("b", 30), ("c", 20)]
    assert not same_clock({"a": frozenset(cells[:10]), "b": frozenset(cells[9:20])})


def test_the_real_runs(real_runs: dict[str, Recording]) -> None:
    findings = [finding for run in real_runs.values() for finding in report(run)]
    twice = [finding.run for finding in findings if finding.kind == "program_twice"]
    assert twice == ["face150025_009", "pocket150025_006"]
    kinds = Counter(finding.kind for finding in findings)
    assert kinds["buffering"] == 115
    assert kinds["gap"] == 7
    assert not kinds["nan"] + kinds["empty_labels"] + kinds["time_format"] + kinds["unknown_column"]
    assert not [f for f in findings if f.kind == "frozen" and f.run == "face_003" and f.rows < 10]
