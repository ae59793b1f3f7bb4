"""Magnetic field: the earth's, and that of the moving iron and motors as dipoles; the ripple of turning motors."""

import numpy as np
from numpy.typing import NDArray

from core.twin.constants import Vector
from core.twin.sensors.inertial import quantised
from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]
# what no axis carries
STILL: Vector = (0.0, 0.0, 0.0)


def field(samples: Samples) -> dict[str, Floats]:
    """Mx, My, Mz in counts `[S]`; the board's own axes are turned by its mounting."""
    known = samples.constants.magnetic
    magnets = samples.constants.magnets
    sources = (
        (magnets.spindle, magnets.spindle_carried, magnets.spindle_points, known.spindle_moment),
        (magnets.bed, magnets.bed_carried, magnets.bed_points, known.bed_moment),
        (magnets.carriage, magnets.carriage_carried, magnets.carriage_points, known.carriage_moment),
    )
    total = np.zeros((len(samples), 3))
    for at, carried, points, size in sources:
        moment = size * np.asarray(points) / np.linalg.norm(points)
        total += dipole(_away(samples, at, carried), moment, known.nearest)
    ripple = _ripple(samples)
    missed = samples.noise("missed").random(len(samples)) < known.missed
    found = {}
    for place, axis in enumerate("xyz"):
        earth = samples.of_mill(f"M{axis}").normal(0.0, known.earth) + samples.session.field(
            samples.name, axis
        )
        noise = samples.noise(f"M{axis}").normal(0.0, 1.0, len(samples)) * np.hypot(known.noise, ripple)
        # the board's x points down: see `inertial.ALONG`
        turned = (-total[:, 2], total[:, 1], total[:, 0])[place]
        found[f"M{axis}"] = quantised(np.where(missed, 0.0, earth + turned + noise), 1.0)
    return found


def dipole(away: Floats, moment: Floats, nearest: float) -> Floats:
    """Field `[S, 3]` of a dipole at `away` `[S, 3]` mm from it: (3 (m r) r - m) / d3, r the unit vector."""
    distance = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), nearest)
    unit = away / distance
    return np.asarray((3.0 * unit * (unit @ moment)[:, None] - moment) / distance**3)


def _ripple(samples: Samples) -> Floats:
    """Spread of the field of turning motors at the board, counts `[S]`."""
    known, magnets = samples.constants.magnetic, samples.constants.magnets
    motors = (
        (magnets.x_motor, STILL),
        (magnets.y_motor, STILL),
        (magnets.carriage, magnets.carriage_carried),
    )
    spread = np.zeros(len(samples))
    for axis, (at, carried) in enumerate(motors):
        distance = np.maximum(np.linalg.norm(_away(samples, at, carried), axis=1), known.nearest)
        spread += known.motor_ripple * np.abs(samples.state.velocity[:, axis]) / distance
    return spread


def _away(samples: Samples, at: Vector, carried: Vector) -> Floats:
    """From something on the machine to the board, mm `[S, 3]`."""
    return np.asarray(samples.place - (np.asarray(at) + np.asarray(carried) * samples.state.position))
