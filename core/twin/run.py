"""One run of the twin: a program executed, felt by every board, and logged in the published format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.gcode.arcs import Point
from core.recordings.machine import Machine
from core.twin.constants import constants
from core.twin.controller import BUFFERING, Reports, columns, reports
from core.twin.plant import Plant, State, execute
from core.twin.programs import Program
from core.twin.sensors import ambient, electrical, inertial, magnetic, optical, sound
from core.twin.sensors.samples import Samples, sample_times
from core.twin.session import Faults, Session, rng_of

Floats = NDArray[np.float64]
# published values are interpolated and have more digits than the sensors; so many keep files the same on any machine
DECIMALS = 6
SENSORS: tuple[Callable[[Samples], Mapping[str, Floats]], ...] = (
    inertial.acceleration,
    inertial.rate,
    magnetic.field,
    ambient.pressure,
    ambient.temperature,
    optical.proximity,
    optical.colour,
    sound.level,
)


@dataclass(frozen=True)
class RunOptions:
    """How a run is made. start: machine position in mm; phase: how much later than the shortest start it begins, s;
    clock: wall time of its first row, s; power_on_s: how long the boards have been on; mill: which of all mills.
    """

    seed: int
    start: Point
    phase: float = 0.0
    clock: float = 9 * 3600.0
    power_on_s: float = 1800.0
    session: Session = field(default_factory=Session)
    faults: Faults = field(default_factory=Faults)
    mill: int = 0


def simulate(program: Program, options: RunOptions) -> pd.DataFrame:
    """Execute a program and return the recording: every published column, a row a report of the controller."""
    faults = options.faults
    if faults.edited is not None:
        program = program.edited(faults.edited)
    plant = execute(program, start=options.start, wait=options.phase, passes=faults.passes)
    rows = reports(plant, rng_of(options.seed, "run", "reports"), faults.clock_jitter)
    values = columns(plant, rows, options.clock)
    state = plant.state(rows.logged)
    volts = electrical.currents(state, plant.constants, options.seed)
    values |= volts | {f"{name}_A": each for name, each in volts.items()}
    for name in constants().boards:
        if name not in faults.unplugged:
            values |= _felt(name, plant, rows, options)
    values |= {"gcode_line": rows.number, "gcode_string": [program.lines[n - 1] for n in rows.number]}
    frame = pd.DataFrame(values, index=range(len(rows.time)))
    return _with_rows_dropped(frame, rows, options)


def samples_of(name: str, plant: Plant, state: State, options: RunOptions) -> Samples:
    """What the sensors of a board need to know of the moments at which it takes its samples."""
    return Samples(
        name,
        constants().boards[name],
        state,
        options.session,
        options.faults,
        plant.constants,
        options.mill,
        options.seed,
        options.power_on_s,
    )


def _felt(name: str, plant: Plant, rows: Reports, options: RunOptions) -> dict[str, Any]:
    """The channels of one board on the rows of the log: its samples, joined by straight lines."""
    times = sample_times(name, plant, options.mill, options.seed)
    samples = samples_of(name, plant, plant.state(times), options)
    found: dict[str, Any] = {}
    moments = rows.logged - options.faults.lag_s
    frozen = dict(options.faults.frozen).get(name, np.inf)
    stuck = dict(options.faults.stuck)
    for sensor in SENSORS:
        for quantity, values in sensor(samples).items():
            channel = f"{name}.{quantity}"
            until = min(frozen, stuck.get(channel, np.inf))
            found[channel] = np.interp(np.minimum(moments, until), times, values).round(DECIMALS)
    order = Machine.bantam().quantities
    return {f"{name}.{quantity}": found[f"{name}.{quantity}"] for quantity in order}


def _with_rows_dropped(frame: pd.DataFrame, rows: Reports, options: RunOptions) -> pd.DataFrame:
    if not options.faults.dropped:
        return frame
    rng = rng_of(options.seed, "run", "dropped")
    kept = (rng.random(len(frame)) >= options.faults.dropped) | (rows.phase == BUFFERING)
    left: pd.DataFrame = frame.loc[kept].reset_index(drop=True)
    return left
