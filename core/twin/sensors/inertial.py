"""Acceleration and angular rate: gravity and mounting, the axes' motion, the spindle's lines, noise.

The spindle turns 200 times a second and the boards look four times a second, so its lines come back aliased: to the
eye a noise whose spread follows the cut.
"""

import numpy as np
from numpy.typing import NDArray

from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]
MM_S2_PER_G = 9806.65
# board axis -> how much of the machine's X, Y and Z it points along: the boards' x points down
ALONG = {"x": (0.0, 0.0, -1.0), "y": (0.0, 1.0, 0.0), "z": (1.0, 0.0, 0.0)}
# the bed's and the tool's motion as seen from the frame: the bed moves against Y
SENSE = np.array([1.0, -1.0, 1.0])


def acceleration(samples: Samples) -> dict[str, Floats]:
    """Ax, Ay, Az in g `[S]`."""
    known = samples.constants.inertial
    lean, side = np.radians(samples.board.tilt)
    gravity = {
        "x": -known.gravity * np.cos(lean) * np.cos(side),
        "y": known.gravity * np.sin(lean),
        "z": known.gravity * np.sin(side),
    }
    carried = np.asarray(samples.board.carried) - known.frame_reaction * SENSE
    motion = samples.state.acceleration * carried / MM_S2_PER_G
    found = {}
    for axis, along in ALONG.items():
        rng = samples.noise(f"A{axis}")
        values = gravity[axis] + motion @ np.asarray(along) + vibration(samples, axis)
        values += rng.normal(0.0, known.acceleration_noise, len(samples))
        found[f"A{axis}"] = quantised(values, known.acceleration_step)
    return found


def vibration(samples: Samples, axis: str) -> Floats:
    """The spindle's turning, tooth-passing and bearing lines on one axis of a board, g `[S]`."""
    known, spindle = samples.constants.inertial, samples.constants.spindle
    rng = samples.of_mill(f"lines.{axis}")
    # how much of each line this axis of this board gets, and when it peaks
    shares, phases = rng.uniform(0.4, 1.0, 3), rng.uniform(0.0, 1.0, 3)
    orders = (1.0, spindle.flutes, spindle.bearing_order)
    sizes = (
        known.rotation_vibration * samples.turning,
        known.tooth_vibration * samples.state.power,
        known.worn_vibration * samples.turning * samples.faults.worn,
    )
    lines = [
        share * size * np.sin(2.0 * np.pi * (order * samples.state.turns + phase))
        for share, size, order, phase in zip(shares, sizes, orders, phases, strict=True)
    ]
    return np.asarray(samples.board.gain * np.sum(lines, axis=0))


def rate(samples: Samples) -> dict[str, Floats]:
    """Gx, Gy, Gz in deg/s `[S]`: a bias, the mill rocking on its feet as the axes speed up, vibration, noise."""
    known = samples.constants.inertial
    pushed = samples.state.acceleration / 1000.0
    # an axis pushes the mill about the horizontal axis across it; nothing turns it about Z but X and Y together
    rocking = {"x": pushed[:, 0] - pushed[:, 1], "y": pushed[:, 0], "z": pushed[:, 1]}
    found = {}
    for axis, push in rocking.items():
        bias = samples.of_mill(f"G{axis}").normal(0.0, known.rate_bias)
        values = bias + known.rate_per_acceleration * push
        values = values + known.rate_per_vibration * vibration(samples, axis)
        values = values + samples.noise(f"G{axis}").normal(0.0, known.rate_noise, len(samples))
        found[f"G{axis}"] = quantised(values, known.rate_step)
    return found


def quantised(values: Floats, step: float) -> Floats:
    """Values rounded to whole steps of the sensor."""
    return np.asarray(np.round(values / step) * step)
