"""The machine while it executes: what moves, turns and cuts at any moment of a recording."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from core.gcode.arcs import Point
from core.twin.constants import Constants, constants
from core.twin.motion import Trajectory
from core.twin.planner import plan
from core.twin.programs import Program, work_offset
from core.twin.stock import power_of_passes, steps

Floats = NDArray[np.float64]
GRID_S = 0.05


@dataclass(frozen=True, eq=False)
class State:
    """The machine at times `[T]` (s since the recording began).

    position mm, velocity mm/s, acceleration mm/s2 `[T, 3]` in machine coordinates; rpm; turns of the spindle so far;
    power: of the cut, W.
    """

    time: Floats
    position: Floats
    velocity: Floats
    acceleration: Floats
    rpm: Floats
    turns: Floats
    power: Floats


@dataclass(frozen=True, eq=False)
class Pass:
    """One execution of the program; times in s since the recording began.

    begin: the controller takes the program up; motion: the first move starts; still: the last one ends; end: M30.
    """

    begin: float
    motion: float
    trajectory: Trajectory
    constants: Constants

    @property
    def still(self) -> float:
        """When the last move ends."""
        return self.motion + self.trajectory.duration_s

    @property
    def end(self) -> float:
        """When M30 is reached."""
        return self.still + self.constants.controller.spin_down_dwell


@dataclass(frozen=True, eq=False)
class Plant:
    """A machine that executes a program once or more; `power` holds the cutting power of each pass on its steps."""

    program: Program
    passes: tuple[Pass, ...]
    power: tuple[Floats, ...]
    constants: Constants

    @property
    def end(self) -> float:
        """When the last M30 is reached, s."""
        return self.passes[-1].end

    def pass_at(self, times: Floats) -> NDArray[np.int64]:
        """Which pass each time belongs to."""
        begins = [each.begin for each in self.passes]
        return np.clip(np.searchsorted(begins, times, side="right") - 1, 0, None).astype(np.int64)

    def state(self, times: Floats) -> State:
        """The machine at times `[T]`, s."""
        which = self.pass_at(times)
        shape = (len(times), 3)
        position, velocity, acceleration = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for number, each in enumerate(self.passes):
            rows = which == number
            local = times[rows] - each.motion
            position[rows] = each.trajectory.position_at(local)
            velocity[rows] = each.trajectory.velocity_at(local)
            acceleration[rows] = each.trajectory.acceleration_at(local)
        grid, rpm, turns, power = self._spindle
        return State(
            times,
            position + np.asarray(work_offset(self.program.fixture)),
            velocity,
            acceleration,
            np.interp(times, grid, rpm),
            np.interp(times, grid, turns),
            np.interp(times, grid, power),
        )

    @cached_property
    def _spindle(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Times, speed, turns and cutting power on a grid that covers the recording."""
        spindle = self.constants.spindle
        grid = np.arange(-2.0, self.end + 20.0, GRID_S)
        power, wanted = np.zeros(len(grid)), np.zeros(len(grid))
        for each, watts in zip(self.passes, self.power, strict=True):
            at = each.motion + steps(each.trajectory, self.constants.cutting)
            power += np.interp(grid, at, watts, left=0.0, right=0.0)
            wanted[(grid >= each.begin + spindle.start_delay) & (grid < each.still)] = spindle.speed
        rpm = _first_order(wanted, spindle.time_constant) * (1.0 - spindle.slip * power)
        return grid, rpm, np.cumsum(rpm) / 60.0 * GRID_S, power


def execute(program: Program, *, start: Point, wait: float = 0.0, passes: int = 1) -> Plant:
    """Run a program from a machine position, `wait` s later than the shortest start; twice with two passes."""
    known = constants()
    begin = 0.0
    done: list[Pass] = []
    trajectories: list[Trajectory] = []
    for number in range(passes):
        trajectory = trajectory_of(program, start if number == 0 else _end(trajectories[0], program))
        trajectories.append(trajectory)
        each = Pass(begin, begin + known.controller.spin_up_dwell + wait, trajectory, known)
        done.append(each)
        begin = each.end + known.controller.idle_rows * known.controller.idle_period
    power = tuple(power_of_passes(program, trajectories[0], known.cutting, passes))
    sized = tuple(_fitted(watts, each.trajectory, known) for watts, each in zip(power, done, strict=True))
    return Plant(program, tuple(done), sized, known)


@lru_cache(maxsize=32)
def trajectory_of(program: Program, start: Point) -> Trajectory:
    """The planned motion of a program from a machine position, mm; kept, since runs repeat programs."""
    return Trajectory(plan(program.moves(start), constants().motion))


def end_position(program: Program) -> Point:
    """Where the machine stands after the program, machine coordinates in mm."""
    return _end(trajectory_of(program, constants().controller.park), program)


def _end(trajectory: Trajectory, program: Program) -> Point:
    last = trajectory.plan.moves[-1].end
    x, y, z = (here + shift for here, shift in zip(last, work_offset(program.fixture), strict=True))
    return x, y, z


def _fitted(watts: Floats, trajectory: Trajectory, known: Constants) -> Floats:
    """The power of a pass that began elsewhere: counted from its end, where all passes are alike."""
    wanted = len(steps(trajectory, known.cutting))
    return np.concatenate([np.zeros(max(wanted - len(watts), 0)), watts[max(len(watts) - wanted, 0) :]])


def _first_order(wanted: Floats, time_constant: float) -> Floats:
    keep = np.exp(-GRID_S / time_constant)
    found, value = np.empty(len(wanted)), 0.0
    for place, target in enumerate(wanted.tolist()):
        value = keep * value + (1.0 - keep) * target
        found[place] = value
    return found
