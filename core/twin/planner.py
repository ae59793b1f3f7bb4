"""The controller's look-ahead planner: how fast each move is run, limited by feed, axes, corners and jerk.

As in TinyG, a move speeds up, cruises and slows down; every change of speed is an S-curve of constant jerk, first
plus, then minus, that begins and ends without acceleration. So a change from v0 to v1 takes 2 sqrt(|v1 - v0| / j) and
covers the mean speed times that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.gcode.toolpath import Move
from core.twin.constants import Motion

Floats = NDArray[np.float64]
NEWTON_STEPS, BISECTIONS = 30, 60
# speed at which even a full turn back is taken, so that no plan stands still: mm/s
CREEP = 0.05
SHORTEST = 1e-9


@dataclass(frozen=True, eq=False)
class Plan:
    """The moves of a program with their speeds; every array is `[M]`, one entry a move.

    length mm; jerk mm/s3; entry, cruise, exit mm/s; up, steady, down: seconds of the three parts.
    """

    moves: tuple[Move, ...]
    length: Floats
    jerk: Floats
    entry: Floats
    cruise: Floats
    exit: Floats

    @cached_property
    def up(self) -> Floats:
        """Seconds of the first part, in which the move speeds up."""
        return _ramp_time(self.cruise - self.entry, self.jerk)

    @cached_property
    def down(self) -> Floats:
        """Seconds of the last part, in which it slows down."""
        return _ramp_time(self.cruise - self.exit, self.jerk)

    @cached_property
    def steady(self) -> Floats:
        """Seconds at cruising speed."""
        ramps = _ramp_length(self.entry, self.cruise, self.jerk) + _ramp_length(
            self.exit, self.cruise, self.jerk
        )
        return np.maximum(self.length - ramps, 0.0) / self.cruise

    @cached_property
    def seconds(self) -> Floats:
        """Seconds of each move."""
        return self.up + self.steady + self.down


def plan(moves: Sequence[Move], limits: Motion) -> Plan:
    """Plan moves (mm, feeds in mm/min) from rest to rest; moves without length are left out."""
    moves = tuple(move for move in moves if move.length_mm > SHORTEST)
    length = np.array([move.length_mm for move in moves])
    nominal = np.array([_nominal(move, limits) for move in moves])
    jerk = np.array([_along(move, limits.max_jerk) for move in moves])
    corner = np.zeros(len(moves) + 1)
    for place in range(1, len(moves)):
        speed = _corner_speed(moves[place - 1], moves[place], limits)
        corner[place] = min(speed, nominal[place - 1], nominal[place])
    for place in range(len(moves) - 1, -1, -1):
        corner[place] = min(corner[place], _reachable(corner[place + 1], length[place], jerk[place]))
    for place in range(len(moves)):
        corner[place + 1] = min(corner[place + 1], _reachable(corner[place], length[place], jerk[place]))
    entry, leave = corner[:-1], corner[1:]
    return Plan(moves, length, jerk, entry, _cruise(entry, leave, nominal, length, jerk), leave)


def _nominal(move: Move, limits: Motion) -> float:
    """The speed that feed, axes and the radius of an arc allow, mm/s."""
    speed = _along(move, limits.max_speed)
    if move.kind != "rapid" and move.feed_mm_min is not None:
        speed = min(speed, move.feed_mm_min / 60)
    curvature = _curvature(move)
    return min(speed, math.sqrt(limits.arc_acceleration / curvature)) if curvature > 0 else speed


def _along(move: Move, of_axes: tuple[float, float, float]) -> float:
    """The limit along a move that keeps every axis within its own."""
    steps = np.diff(move.points, axis=0)
    shares = np.abs(steps) / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), SHORTEST)
    return float((np.asarray(of_axes) / np.maximum(shares.max(axis=0), SHORTEST)).min())


def _curvature(move: Move) -> float:
    """Turn per length, 1/mm; 0 for a straight move."""
    if len(move.points) <= 2:
        return 0.0
    steps = np.diff(move.points, axis=0)
    units = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    turns = np.arccos(np.clip((units[1:] * units[:-1]).sum(axis=1), -1, 1))
    # the chords' ends lie on the arc: one more turn than there are angles between them
    return float(turns.sum() * len(steps) / len(turns)) / move.length_mm


def _corner_speed(before: Move, after: Move, limits: Motion) -> float:
    """Speed at which the corner may be taken: that of a circle that cuts it by the junction deviation."""
    first, second = _unit(before.points[-2:]), _unit(after.points[:2])
    cosine = float(np.clip(first @ second, -1.0, 1.0))
    half = math.sqrt((1.0 + cosine) / 2.0)
    if half > 1.0 - 1e-9:
        return math.inf
    square = limits.junction_acceleration * limits.junction_deviation * half / (1.0 - half)
    return max(math.sqrt(square), CREEP)


def _unit(points: Floats) -> Floats:
    step = points[1] - points[0]
    return np.asarray(step / np.linalg.norm(step))


def _reachable(speed: float, length: float, jerk: float) -> float:
    """The highest speed that is reached from another within a length: (v0 + v1) sqrt((v1 - v0) / j) = length."""
    # dv^3 + 4 v0 dv^2 + 4 v0^2 dv = j length^2 grows with dv; Newton from above never passes the root
    target = jerk * length * length
    gain: float = target ** (1 / 3)
    for _ in range(NEWTON_STEPS):
        excess = gain * (2 * speed + gain) ** 2 - target
        step = excess / ((2 * speed + gain) * (2 * speed + 3 * gain))
        gain -= step
        if step < 1e-9 * (gain + 1e-12):
            break
    return speed + gain


def _cruise(entry: Floats, leave: Floats, nominal: Floats, length: Floats, jerk: Floats) -> Floats:
    """The highest speed, up to the nominal one, for which both ramps fit into the move."""
    low, high = np.maximum(entry, leave), nominal.copy()
    fits = _ramp_length(entry, high, jerk) + _ramp_length(leave, high, jerk) <= length
    low = np.where(fits, high, np.minimum(low, high))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        fits = _ramp_length(entry, middle, jerk) + _ramp_length(leave, middle, jerk) <= length
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low


def _ramp_time(change: Floats, jerk: Floats) -> Floats:
    return np.asarray(2.0 * np.sqrt(np.maximum(change, 0.0) / jerk))


def _ramp_length(slow: Floats, fast: Floats, jerk: Floats) -> Floats:
    return (slow + fast) / 2 * _ramp_time(fast - slow, jerk)
