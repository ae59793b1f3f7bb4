"""Microphone level: the room, the spindle, the cut and the axes, with a scatter that lasts a few samples."""

import numpy as np
from numpy.typing import NDArray

from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]


def level(samples: Samples) -> dict[str, Floats]:
    """RMS, without a unit `[S]`."""
    known, state = samples.constants.sound, samples.state
    speed = np.linalg.norm(state.velocity, axis=1)
    parts = (
        known.background * np.ones(len(samples)),
        (known.spindle + known.worn * samples.faults.worn) * samples.turning**2,
        known.cutting * state.power,
        known.motion * speed,
    )
    gain = (
        samples.session.loudness
        * samples.board.muffled
        * np.exp(samples.of_mill("RMS").normal(0.0, known.gain))
    )
    loud = np.sqrt(np.sum(np.square(parts), axis=0))
    return {"RMS": np.round(gain * loud * np.exp(_scatter(samples, known.scatter, known.memory)))}


def _scatter(samples: Samples, spread: float, memory: float) -> Floats:
    """A first-order process `[S]` of the given spread."""
    fresh = samples.noise("RMS").normal(0.0, spread * np.sqrt(1.0 - memory**2), len(samples))
    found, value = np.empty(len(samples)), 0.0
    for place, step in enumerate(fresh.tolist()):
        value = memory * value + step
        found[place] = value
    return found
