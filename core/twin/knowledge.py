"""Which channels know what: the answer of an ablation, known beforehand.

The same run is felt twice, once with one thing about the machine changed and every noise as before; a channel that
comes out different knows of it.
"""

from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.recordings.machine import Machine
from core.twin.constants import AXES, Axis, constants
from core.twin.plant import Plant, State, execute
from core.twin.programs import program_for
from core.twin.run import SENSORS, RunOptions, samples_of
from core.twin.sensors import electrical
from core.twin.sensors.samples import sample_times

Floats = NDArray[np.float64]
Cause = Literal["x", "y", "z", "cut", "spindle"]
CAUSES: tuple[Cause, ...] = ("x", "y", "z", "cut", "spindle")
# large enough to be seen through the steps of every sensor: mm, and periods of the change in s
SHIFT_MM, PERIOD_S = 8.0, 6.0


@cache
def channels_that_know(cause: Cause) -> tuple[str, ...]:
    """The channels that an axis' motion (x, y, z), the power of the cut or the spindle's turning changes."""
    program = program_for("adaptive")
    options = RunOptions(seed=1, start=constants().controller.park)
    plant = execute(program, start=options.start)
    known = []
    for name in constants().boards:
        times = sample_times(name, plant, options.mill, options.seed)
        before, after = (_felt(name, state, plant, options) for state in _pair(plant, times, cause))
        known += [f"{name}.{q}" for q in before if not np.array_equal(before[q], after[q])]
    first, second = _pair(plant, np.arange(0.0, plant.end, 0.25), cause)
    volts = [electrical.currents(state, plant.constants, options.seed) for state in (first, second)]
    return (*known, *(name for name in volts[0] if not np.array_equal(volts[0][name], volts[1][name])))


def channels_that_know_nothing() -> tuple[str, ...]:
    """The channels of the boards that nothing of the machine changes: weather, warmth and noise."""
    knowing = {channel for cause in CAUSES for channel in channels_that_know(cause)}
    every = (f"{board}.{q}" for board in constants().boards for q in Machine.bantam().quantities)
    return tuple(channel for channel in every if channel not in knowing)


def _pair(plant: Plant, times: Floats, cause: Cause) -> tuple[State, State]:
    state = plant.state(times)
    return state, _changed(state, cause)


def _changed(state: State, cause: Cause) -> State:
    """The state with one thing changed; an axis sways, so that its place, speed and acceleration all differ."""
    if cause == "cut":
        return replace(state, power=state.power + 20.0)
    if cause == "spindle":
        return replace(state, rpm=0.0 * state.rpm, turns=0.0 * state.turns)
    axis, angle = AXES.index(_axis(cause)), 2.0 * np.pi * state.time / PERIOD_S
    sway = np.zeros((len(state.time), 3))
    sway[:, axis] = SHIFT_MM
    turn = 2.0 * np.pi / PERIOD_S
    return replace(
        state,
        position=state.position + sway * np.sin(angle)[:, None],
        velocity=state.velocity + sway * turn * np.cos(angle)[:, None],
        acceleration=state.acceleration - sway * turn**2 * np.sin(angle)[:, None],
    )


def _axis(cause: Cause) -> Axis:
    return next(axis for axis in AXES if axis == cause)


def _felt(name: str, state: State, plant: Plant, options: RunOptions) -> dict[str, Floats]:
    samples = samples_of(name, plant, state, options)
    return {quantity: values for sensor in SENSORS for quantity, values in sensor(samples).items()}
