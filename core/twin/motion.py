"""The planned motion over time: position, velocity, acceleration and line of the program at any moment."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.twin.planner import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# half width of the difference that velocities are made accelerations by: s
HALF_STEP = 0.004


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A plan as functions of the time since its first move began, in s; positions in the plan's coordinates, mm."""

    plan: Plan

    @cached_property
    def starts(self) -> Floats:
        """When each move begins, and when the last one ends: `[M + 1]`."""
        return np.concatenate([[0.0], np.cumsum(self.plan.seconds)])

    @property
    def duration_s(self) -> float:
        """When the last move ends."""
        return float(self.starts[-1])

    def move_at(self, times: Floats) -> Ints:
        """Index of the move under way; before the first one 0, after the last one the last."""
        last = len(self.plan.length) - 1
        return np.clip(np.searchsorted(self.starts, times, side="right") - 1, 0, last).astype(np.int64)

    def line_at(self, times: Floats) -> Ints:
        """Index of the program line under way, among the lines that the plan was made of."""
        return self._line_of_move[self.move_at(times)]

    def distance_at(self, times: Floats) -> Floats:
        """Path length covered, mm `[T]`."""
        move, within, _ = self._within(times)
        return np.asarray(self._distances[move] + np.minimum(within, self.plan.length[move]))

    def speed_at(self, times: Floats) -> Floats:
        """Speed along the path, mm/s `[T]`."""
        return self._within(times)[2]

    def position_at(self, times: Floats) -> Floats:
        """Position, mm `[T, 3]`."""
        where = self.distance_at(times)
        return np.stack(
            [np.interp(where, self._knot_distance, self._knots[:, axis]) for axis in range(3)], axis=1
        )

    def velocity_at(self, times: Floats) -> Floats:
        """Velocity, mm/s `[T, 3]`."""
        knot = np.clip(
            np.searchsorted(self._knot_distance, self.distance_at(times), side="right") - 1,
            0,
            len(self._directions) - 1,
        )
        return np.asarray(self._directions[knot] * self.speed_at(times)[:, None])

    def acceleration_at(self, times: Floats) -> Floats:
        """Acceleration, mm/s2 `[T, 3]`, as a mean over 8 ms."""
        return (self.velocity_at(times + HALF_STEP) - self.velocity_at(times - HALF_STEP)) / (2 * HALF_STEP)

    def _within(self, times: Floats) -> tuple[Ints, Floats, Floats]:
        """Move, path covered in it and speed at each time; at rest before the first move and after the last."""
        plan, times = self.plan, np.asarray(times, dtype=np.float64)
        move = self.move_at(times)
        since = np.clip(times - self.starts[move], 0.0, plan.seconds[move])
        up, steady, down = plan.up[move], plan.steady[move], plan.down[move]
        entry, cruise, leave, jerk = plan.entry[move], plan.cruise[move], plan.exit[move], plan.jerk[move]
        covered, speed = _ramp(np.minimum(since, up), up, entry, cruise, jerk)
        over = np.clip(since - up, 0.0, steady)
        covered += cruise * over
        last = np.clip(since - up - steady, 0.0, down)
        # the ramp down is the ramp up from the other end
        whole, _ = _ramp(down, down, leave, cruise, jerk)
        left, slow = _ramp(down - last, down, leave, cruise, jerk)
        covered += whole - left
        speed = np.where(last > 0, slow, np.where(over > 0, cruise, speed))
        resting = (times < 0) | (times > self.duration_s)
        return move, covered, np.where(resting, 0.0, speed)

    @cached_property
    def _line_of_move(self) -> Ints:
        return np.array([move.line_index for move in self.plan.moves], dtype=np.int64)

    @cached_property
    def _distances(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self.plan.length)])[:-1]

    @cached_property
    def _knots(self) -> Floats:
        """Every point of the path in order: `[K, 3]`."""
        moves = self.plan.moves
        return np.concatenate([moves[0].points[:1], *(move.points[1:] for move in moves)])

    @cached_property
    def _steps(self) -> Floats:
        return np.asarray(np.linalg.norm(np.diff(self._knots, axis=0), axis=1))

    @cached_property
    def _knot_distance(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self._steps)])

    @cached_property
    def _directions(self) -> Floats:
        """Unit vector of each piece of the path: `[K - 1, 3]`."""
        return np.diff(self._knots, axis=0) / np.maximum(self._steps, 1e-12)[:, None]


def _ramp(since: Floats, whole: Floats, slow: Floats, fast: Floats, jerk: Floats) -> tuple[Floats, Floats]:
    """Path and speed `since` seconds after a ramp of `whole` seconds began at `slow`: jerk first plus, then minus."""
    half = whole / 2
    first, second = np.minimum(since, half), np.maximum(since - half, 0.0)
    top = jerk * half
    middle = slow + jerk * half**2 / 2
    speed = slow + jerk * first**2 / 2
    covered = slow * first + jerk * first**3 / 6
    speed = np.where(second > 0, middle + top * second - jerk * second**2 / 2, speed)
    covered += middle * second + top * second**2 / 2 - jerk * second**3 / 6
    return covered, np.minimum(speed, fast)
