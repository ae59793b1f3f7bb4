import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ToolmarkError
from core.gcode import GcodeError, ToolpathError, parse_program, positions, toolpath

HALF = math.pi / 2


def ends(*lines: str, **options: object) -> list[list[float]]:
    at: list[list[float]] = positions(lines, units="mm", **options).round(9).tolist()  # type: ignore[arg-type]
    return at


def test_moves_are_modal_and_in_mm() -> None:
    moves = toolpath(["G0 X1 Y2", "Z.5", "G1 X2 F10", "(nothing)", "Y3", "M30"])
    assert [move.kind for move in moves] == ["rapid", "rapid", "feed", "feed"]
    assert [move.line_index for move in moves] == [0, 1, 2, 4]
    assert [move.feed_mm_min for move in moves] == [None, None, 254.0, 254.0]
    assert moves[-1].start == pytest.approx((50.8, 50.8, 12.7))
    assert moves[-1].end == pytest.approx((50.8, 76.2, 12.7))
    assert moves[2].points.tolist() == [list(moves[2].start), list(moves[2].end)]
    assert moves[2].length_mm == pytest.approx(25.4)


def test_every_line_has_a_position_even_without_a_move() -> None:
    at = positions(["", "G0 X1", "M3 S100", "Y1"])
    assert at.tolist() == [[0, 0, 0], [25.4, 0, 0], [25.4, 0, 0], [25.4, 25.4, 0]]
    assert positions([]).shape == (0, 3)


def test_units_change_within_a_program() -> None:
    assert ends("G20 X1", "G21 X1", "Y2") == [[25.4, 0, 0], [1, 0, 0], [1, 2, 0]]
    assert toolpath(["G21 G1 X1 F100"])[0].feed_mm_min == 100


def test_incremental_moves_add_up() -> None:
    assert ends("G91 X1 Y1", "X1", "G90 X1", start=(5, 0, 0)) == [[6, 1, 0], [7, 1, 0], [1, 1, 0]]


def test_g53_is_in_machine_coordinates_for_its_line_alone() -> None:
    at = ends("G0 X1 Z-2", "G53 G0 Z0", "Z-1", work_offset=(40, 10, -25))
    assert at == [[1, 0, -2], [1, 0, 25], [1, 0, -1]]


def test_g53_is_absolute_among_incremental_lines() -> None:
    assert ends("G91 X5", "G53 X1", "X1") == [[5, 0, 0], [1, 0, 0], [2, 0, 0]]


def test_g28_goes_through_its_point_to_the_machines_zero() -> None:
    moves = toolpath(["G1 X5 Y5", "G91 G28 Z2"], units="mm", work_offset=(0, 0, -30))
    assert [move.end for move in moves[1:]] == [(5, 5, 2), (5, 5, 30)]
    assert {move.kind for move in moves[1:]} == {"rapid"}
    assert ends("X5 Y5 Z5", "G28") == [[5, 5, 5], [0, 0, 0]]


def test_axis_words_of_settings_are_no_target() -> None:
    assert ends("X1", "G10 L2 P1 X9", "G4 P1", "G92 X0", "X2", "G92.1", "X2") == [
        *([1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]),
        *([3, 0, 0], [3, 0, 0], [2, 0, 0]),
    ]


def test_an_unknown_start_becomes_known_axis_by_axis() -> None:
    lines = ["G0 X1", "Y2", "G2 X3 R1", "Z3", "X2"]
    at = positions(lines, units="mm", start=None)
    assert np.isnan(at).sum(axis=1).tolist() == [2, 1, 1, 0, 0]
    moves = toolpath(["G0 X1", "Y2", "Z3", "X2"], units="mm", start=None)
    assert [move.line_index for move in moves] == [3]
    assert moves[0].start == (1, 2, 3)


@pytest.mark.parametrize(
    ("line", "through"),
    [
        ("G3 X-1 Y0 R1", (0, 1)),
        ("G2 X-1 Y0 R1", (0, -1)),
        ("G3 X0 Y1 R1", (math.cos(HALF / 2), math.sin(HALF / 2))),
        ("G2 X0 Y1 R1", (1 - math.cos(HALF / 2), 1 - math.sin(HALF / 2))),
        ("G3 X0 Y1 R-1", (1 + math.cos(HALF / 2), 1 + math.sin(HALF / 2))),
        ("G2 X0 Y1 R-1", (-math.cos(HALF / 2), -math.sin(HALF / 2))),
        ("G3 X0 Y1 I-1 J0", (math.cos(HALF / 2), math.sin(HALF / 2))),
        ("G2 X0 Y1 I-1", (-math.cos(HALF / 2), -math.sin(HALF / 2))),
        ("G90.1 G3 X0 Y1 I0 J0", (math.cos(HALF / 2), math.sin(HALF / 2))),
        ("G3 I-1", (-1, 0)),
    ],
)
def test_an_arc_runs_through_its_middle(line: str, through: tuple[float, float]) -> None:
    move = toolpath([line], units="mm", start=(1, 0, 0), chord_tolerance_mm=1e-5)[0]
    assert np.linalg.norm(move.points[:, :2] - through, axis=1).min() < 0.01
    middle = move.points[len(move.points) // 2, :2]
    assert middle == pytest.approx(through, abs=0.02)


@pytest.mark.parametrize(
    ("plane", "start", "end", "centre"),
    [
        ("G17", (1, 0, 0), (0, 1, 5), "I-1"),
        ("G18", (0, 0, 1), (1, 5, 0), "K-1"),
        ("G19", (0, 1, 0), (5, 0, 1), "J-1"),
    ],
)
def test_a_helix_climbs_evenly_in_every_plane(
    plane: str, start: tuple[float, float, float], end: tuple[float, float, float], centre: str
) -> None:
    x, y, z = end
    move = toolpath([f"{plane} G3 X{x} Y{y} Z{z} {centre}"], units="mm", start=start)[0]
    along = end.index(5)
    steps = np.diff(move.points[:, along])
    assert steps == pytest.approx(5 / len(steps))
    in_plane = np.delete(move.points, along, axis=1)
    assert np.linalg.norm(in_plane, axis=1) == pytest.approx(1)
    assert move.length_mm == pytest.approx(math.hypot(HALF, 5), rel=1e-3)
    assert (in_plane >= -1e-9).all()


@given(
    st.floats(0.05, 500),
    st.floats(0.001, math.tau - 0.001),
    st.floats(0, math.tau),
    st.booleans(),
    st.booleans(),
)
def test_arc_points_lie_on_the_circle_and_cover_its_length(
    radius: float, sweep: float, first: float, clockwise: bool, by_radius: bool
) -> None:
    last = first - sweep if clockwise else first + sweep
    start = (radius * math.cos(first), radius * math.sin(first), 0.0)
    x, y = radius * math.cos(last), radius * math.sin(last)
    size = radius if sweep <= math.pi else -radius
    how = f"R{size:.12f}" if by_radius else f"I{-start[0]:.12f} J{-start[1]:.12f}"
    move = toolpath([f"G{2 if clockwise else 3} X{x:.12f} Y{y:.12f} {how}"], units="mm", start=start)[0]
    # Where the chord is nearly the diameter, the radius alone fixes the centre only loosely.
    loose = 1e-4 if by_radius else 1e-7
    assert np.linalg.norm(move.points, axis=1) == pytest.approx(radius, abs=loose * max(1, radius))
    assert move.length_mm <= radius * sweep + loose * max(1, radius)
    sagitta = radius - np.linalg.norm((move.points[:-1] + move.points[1:]) / 2, axis=1).min()
    assert sagitta < 0.0101 + loose * max(1, radius)
    assert move.points[0].tolist() == list(move.start)
    assert move.points[-1].tolist() == list(move.end)


def test_a_radius_short_by_rounding_is_a_half_circle() -> None:
    move = toolpath(["G2 X0 Y0.083 R0.0415"], start=(0, 0, 0))[0]
    short = toolpath(["G2 X0 Y0.083 R0.041"], start=(0, 0, 0))[0]
    assert move.length_mm == pytest.approx(short.length_mm, rel=0.02)
    assert move.length_mm == pytest.approx(math.pi * 0.0415 * 25.4, rel=0.02)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("G2 X10 R4", r"Line 2 \(G2 X10 R4\): the radius of 4.000 mm is too small .* at least 5.000 mm"),
        ("G2 X0 Y0 R4", "full circle"),
        ("G2 X10", "neither R nor a centre"),
        ("G3 X10 I4", "10.000|4.000|6.000"),
        ("G3 X10 I0 J0", "no radius"),
        ("G81 X1 Z-1 R1", "G81 cannot be followed"),
        ("G80 X1", "no motion is in force"),
    ],
)
def test_what_cannot_be_followed_names_the_line(line: str, says: str) -> None:
    with pytest.raises(ToolpathError, match=says) as caught:
        toolpath(["G0 X0", line], units="mm")
    assert caught.value.line_index == 1


def test_text_that_is_not_gcode_names_the_line() -> None:
    with pytest.raises(GcodeError, match="Line 2, column 4"):
        toolpath(["G0 X1", "G1 ?"])


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ToolmarkError, match="furlong"):
        toolpath(["X1"], units="furlong")  # type: ignore[arg-type]


def test_a_parsed_program_can_be_followed() -> None:
    text = "%\nO1 (face)\nN1 G21 G90\nN2 g0x1.y2.\n\nN3 g01z-.5f100 ; down\n/N4 X3\n%\n"
    moves = toolpath(parse_program(text))
    assert [move.end for move in moves] == [(1, 2, 0), (1, 2, -0.5), (3, 2, -0.5)]
    assert [move.line_index for move in moves] == [3, 5, 6]
