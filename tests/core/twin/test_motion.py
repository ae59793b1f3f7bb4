"""Physics of the motion: the planned speeds cover the path, and no limit of the machine is beaten."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gcode.toolpath import toolpath
from core.twin.constants import constants
from core.twin.motion import Trajectory
from core.twin.planner import plan
from core.twin.programs import Program, work_offset

LIMITS = constants().motion
FINE_S = 0.001


def test_velocity_integrated_over_time_is_the_length_of_the_toolpath(
    program: Program, trajectory: Trajectory
) -> None:
    times = np.arange(0.0, trajectory.duration_s, FINE_S)
    covered = np.linalg.norm(trajectory.velocity_at(times), axis=1).sum() * FINE_S
    # the same program followed twenty times finer than the plan does
    offset = work_offset(program.fixture)
    start = np.subtract(constants().controller.park, offset)
    moves = toolpath(program.motion, start=tuple(start), work_offset=offset, chord_tolerance_mm=1.5e-5)
    assert covered == pytest.approx(sum(move.length_mm for move in moves), rel=1e-3)


def test_velocity_is_the_change_of_position(trajectory: Trajectory) -> None:
    times = np.arange(0.0, trajectory.duration_s, FINE_S)
    position = trajectory.position_at(times)
    summed = position[0] + np.cumsum(trajectory.velocity_at(times) * FINE_S, axis=0)
    assert np.abs(summed[:-1] - position[1:]).max() < 0.1


def test_no_move_is_faster_than_its_feed_or_than_the_axes(trajectory: Trajectory) -> None:
    times = np.arange(0.0, trajectory.duration_s, FINE_S)
    velocity, move = trajectory.velocity_at(times), trajectory.move_at(times)
    feeds = np.array([np.inf if m.feed_mm_min is None else m.feed_mm_min / 60 for m in trajectory.plan.moves])
    rapid = np.array([m.kind == "rapid" for m in trajectory.plan.moves])
    assert (trajectory.speed_at(times) <= np.where(rapid[move], np.inf, feeds[move]) * (1 + 1e-9)).all()
    assert (np.abs(velocity) <= np.array(LIMITS.max_speed) * (1 + 1e-6)).all()


def test_no_ramp_beats_the_jerk_of_an_axis(trajectory: Trajectory) -> None:
    times = np.arange(0.0, trajectory.duration_s, FINE_S)
    speed, move = trajectory.speed_at(times), trajectory.move_at(times)
    same = move[2:] == move[:-2]
    jerk = np.abs(np.diff(speed, 2)) / FINE_S**2
    assert (jerk[same] <= trajectory.plan.jerk[move[2:]][same] * 1.02).all()
    for number, each in enumerate(trajectory.plan.moves):
        steps = np.diff(each.points, axis=0)
        shares = np.abs(steps / np.linalg.norm(steps, axis=1, keepdims=True)).max(axis=0)
        assert (trajectory.plan.jerk[number] * shares <= np.array(LIMITS.max_jerk) * (1 + 1e-9)).all()


def test_arcs_are_taken_within_the_centripetal_limit(trajectory: Trajectory) -> None:
    for number, each in enumerate(trajectory.plan.moves):
        if each.kind.startswith("arc"):
            begin, middle, end = each.points[0], each.points[len(each.points) // 2], each.points[-1]
            a, b, c = (np.linalg.norm(p - q) for p, q in ((begin, middle), (middle, end), (begin, end)))
            half = (a + b + c) / 2
            radius = a * b * c / (4 * np.sqrt(half * (half - a) * (half - b) * (half - c)))
            assert trajectory.plan.cruise[number] ** 2 / radius <= LIMITS.arc_acceleration * 1.01


def test_the_motion_begins_and_ends_at_rest(trajectory: Trajectory) -> None:
    assert trajectory.speed_at(np.array([-1.0, 0.0, trajectory.duration_s + 1.0])).tolist() == [0.0, 0.0, 0.0]
    assert trajectory.distance_at(np.array([trajectory.duration_s])) == pytest.approx(
        trajectory.plan.length.sum()
    )


@given(
    points=st.lists(
        st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(-0.1, 0.6)),
        min_size=2,
        max_size=12,
        unique=True,
    ),
    feed=st.floats(1.0, 60.0),
)
@settings(max_examples=60, deadline=None)
def test_any_path_is_planned_within_its_moves(points: list[tuple[float, float, float]], feed: float) -> None:
    lines = [f"G1 X{x:.4f} Y{y:.4f} Z{z:.4f} F{feed:.2f}" for x, y, z in points]
    moves = toolpath(lines)
    if not any(move.length_mm > 1e-6 for move in moves):
        return
    made = plan(moves, LIMITS)
    assert (made.cruise <= made.moves[0].feed_mm_min / 60 * (1 + 1e-9)).all()
    assert (made.entry <= made.cruise + 1e-9).all() and (made.exit <= made.cruise + 1e-9).all()
    assert made.entry[0] == 0.0 and made.exit[-1] == 0.0
    assert np.array_equal(made.entry[1:], made.exit[:-1])
    ramps = made.up * (made.entry + made.cruise) / 2 + made.down * (made.cruise + made.exit) / 2
    assert np.allclose(ramps + made.steady * made.cruise, made.length, rtol=1e-6, atol=1e-9)
