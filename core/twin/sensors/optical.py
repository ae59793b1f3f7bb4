"""Proximity and colour, both from one optical chip: a saturating function of a distance, and light and shadow."""

import numpy as np
from numpy.typing import NDArray

from core.twin.constants import AXES
from core.twin.sensors.inertial import quantised
from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]
# at this share of missed samples the chip misses every other one: it is read twice as often as it measures
EVERY_OTHER = 0.5


def proximity(samples: Samples) -> dict[str, Floats]:
    """Proximity, 0 to 255 counts `[S]`: halves where the surface is as far as the half distance."""
    known, board = samples.constants.optical, samples.board
    distance = np.full(len(samples), board.near)
    if board.faces is not None:
        distance += board.slope * samples.state.position[:, AXES.index(board.faces)]
    values = known.full_scale / (1.0 + (np.maximum(distance, 0.0) / known.half_distance) ** 2)
    values += samples.noise("Proximity").normal(0.0, known.proximity_noise, len(samples))
    values = np.clip(values, 0.0, known.full_scale)
    return {"Proximity": quantised(np.where(unseen(samples), 0.0, values), 1.0)}


def colour(samples: Samples) -> dict[str, Floats]:
    """ColorR, ColorG, ColorB, ColorA in counts `[S]`: the room's light, a flickering lamp, the gantry's shadow."""
    known, board = samples.constants.optical, samples.board
    away = np.hypot(samples.place[:, 0] - samples.state.position[:, 0], samples.place[:, 1] - known.gantry)
    shadow = board.shade * np.exp(-((away / (2.0 * known.shadow_width)) ** 2))
    lamp = np.sin(2.0 * np.pi * known.flicker_rate * samples.state.time)
    light = known.light * board.light * samples.session.light * (1.0 - shadow)
    light = light * (1.0 + known.flicker * lamp)
    missed = unseen(samples)
    found = {}
    for name, share in (("R", known.red), ("G", known.green), ("B", known.blue), ("A", 1.0)):
        tint = 1.0 + samples.of_mill(f"Color{name}").normal(0.0, known.tint)
        noise = 1.0 + samples.noise(f"Color{name}").normal(0.0, known.light_noise, len(samples))
        values = np.maximum(light * share * tint * noise, 0.0)
        found[f"Color{name}"] = quantised(np.where(missed, 0.0, values), 1.0)
    return found


def unseen(samples: Samples) -> NDArray[np.bool_]:
    """Samples at which the chip had no new measurement and the board wrote 0."""
    rng, share = samples.noise("unseen"), samples.board.unseen
    if share == EVERY_OTHER:
        return np.asarray((np.arange(len(samples)) + int(rng.integers(2))) % 2 == 0)
    return np.asarray(rng.random(len(samples)) < share)
