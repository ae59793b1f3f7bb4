"""Pressure and temperature: the day's weather and the room, the boards warming up, the spindle warming two of them."""

import numpy as np
from numpy.typing import NDArray

from core.twin.sensors.inertial import quantised
from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]


def pressure(samples: Samples) -> dict[str, Floats]:
    """Pressure in kPa `[S]`."""
    known = samples.constants.ambient
    offset = samples.of_mill("Pressure").normal(0.0, known.board_pressure)
    drift = known.pressure_drift * (samples.power_on_s + samples.state.time) / 3600.0
    noise = samples.noise("Pressure").normal(0.0, known.pressure_noise, len(samples))
    values = samples.session.pressure + offset + drift + noise
    return {"Pressure": quantised(values, known.pressure_step)}


def temperature(samples: Samples) -> dict[str, Floats]:
    """Temperature in degC `[S]`."""
    known = samples.constants.ambient
    offset = samples.of_mill("Temperature").normal(0.0, known.board_temperature)
    warm = 1.0 - np.exp(-(samples.power_on_s + samples.state.time) / known.self_heating_time)
    noise = samples.noise("Temperature").normal(0.0, known.temperature_noise, len(samples))
    values = samples.session.temperature + offset + (known.self_heating + samples.board.heat) * warm + noise
    return {"Temperature": quantised(values, known.temperature_step)}
