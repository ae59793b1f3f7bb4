"""Motor currents: Hall sensors on the supply, of which the load moves little."""

import numpy as np
from numpy.typing import NDArray

from core.twin.constants import AXES, Constants
from core.twin.plant import State
from core.twin.session import rng_of

Floats = NDArray[np.float64]


def currents(state: State, constants: Constants, seed: int) -> dict[str, Floats]:
    """spindle, x_motor, y_motor, z_motor in V, one value a row of the log `[T]`."""
    known = constants.electrical
    rows = len(state.time)
    noise = rng_of(seed, "run", "spindle").normal(0.0, known.spindle_noise, rows)
    found = {"spindle": known.spindle + known.spindle_per_watt * state.power + noise}
    for place, axis in enumerate(AXES):
        load = known.axis_per_speed * np.abs(state.velocity[:, place])
        load = load + known.axis_per_acceleration * np.abs(state.acceleration[:, place])
        noise = rng_of(seed, "run", f"{axis}_motor").normal(0.0, known.axis_noise, rows)
        found[f"{axis}_motor"] = known.axis + load + noise
    return found
