"""A board's own samples: when they are taken, and everything a sensor needs to know of that moment."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.twin.constants import Board, Constants
from core.twin.plant import Plant, State
from core.twin.session import Faults, Session, rng_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples `[S]` of one board in one run.

    mill, seed: of the machine and of the run, for the generators; power_on_s: how long the board has been on when the
    recording begins. `state.time` is when each sample was taken.
    """

    name: str
    board: Board
    state: State
    session: Session
    faults: Faults
    constants: Constants
    mill: int
    seed: int
    power_on_s: float

    def __len__(self) -> int:
        return len(self.state.time)

    def noise(self, quantity: str) -> np.random.Generator:
        """The generator of one channel's noise in this run."""
        return rng_of(self.seed, "run", f"{self.name}.{quantity}")

    def of_mill(self, quantity: str) -> np.random.Generator:
        """The generator of what is particular to this channel on this mill, the same in all runs."""
        return rng_of(self.mill, "mill", f"{self.name}.{quantity}")

    @cached_property
    def place(self) -> Floats:
        """Where the board is in the machine's frame, mm `[S, 3]`."""
        return np.asarray(self.board.at) + np.asarray(self.board.carried) * self.state.position

    @cached_property
    def turning(self) -> Floats:
        """Speed of the spindle as a share of full speed `[S]`."""
        return self.state.rpm / self.constants.spindle.speed


def sample_times(name: str, plant: Plant, mill: int, seed: int) -> Floats:
    """When a board takes its samples: its own period and phase, from before the recording to after its end, s."""
    known = plant.constants.sampling
    period = known.period + float(rng_of(mill, "mill", name, "period").uniform(-1, 1)) * known.period_spread
    rng = rng_of(seed, "run", name, "times")
    end = plant.end + (plant.constants.controller.idle_rows + 2) * plant.constants.controller.idle_period
    count = int((end + 2.0) / period) + 2
    return np.sort(-1.0 + (np.arange(count) + rng.random()) * period + rng.normal(0, known.jitter, count))
