"""Magnetic field: the earth's, and that of the moving iron and motors as dipoles; the ripple of turning motors."""

import numpy as np
from numpy.typing import NDArray

from core.twin.sensors.inertial import quantised
from core.twin.sensors.samples import Samples

Floats = NDArray[np.float64]
# the moving magnets at machine position 0 0 0 (mm), the axes that carry them, and where their moments point
SPINDLE = ((0.0, 60.0, 100.0), (1.0, 0.0, 1.0), (0.0, 0.3, 1.0))
BED = ((80.0, 115.0, -12.0), (0.0, -1.0, 0.0), (0.2, 1.0, 0.0))
CARRIAGE = ((0.0, 85.0, 120.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.3))
# where the motors of X, Y and Z are, and which axes carry them
MOTORS = (
    ((-15.0, 132.0, 72.0), (0.0, 0.0, 0.0)),
    ((80.0, 160.0, 20.0), (0.0, 0.0, 0.0)),
    CARRIAGE[:2],
)
# nothing is nearer to a sensor than its own housing: mm
NEAREST = 18.0


def field(samples: Samples) -> dict[str, Floats]:
    """Mx, My, Mz in counts `[S]`; the board's own axes are turned by its mounting."""
    known = samples.constants.magnetic
    moments = (known.spindle_moment, known.bed_moment, known.carriage_moment)
    total = np.zeros((len(samples), 3))
    for (at, carried, moment), size in zip((SPINDLE, BED, CARRIAGE), moments, strict=True):
        source = np.asarray(at) + np.asarray(carried) * samples.state.position
        total += dipole(samples.place - source, size * np.asarray(moment) / np.linalg.norm(moment))
    ripple = _ripple(samples, known.motor_ripple)
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


def dipole(away: Floats, moment: Floats) -> Floats:
    """Field `[S, 3]` of a dipole at `away` `[S, 3]` mm from it: (3 (m r) r - m) / d3, r the unit vector."""
    distance = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), NEAREST)
    unit = away / distance
    return np.asarray((3.0 * unit * (unit @ moment)[:, None] - moment) / distance**3)


def _ripple(samples: Samples, size: float) -> Floats:
    """Spread of the field of turning motors at the board, counts `[S]`."""
    spread = np.zeros(len(samples))
    for axis, (at, carried) in enumerate(MOTORS):
        source = np.asarray(at) + np.asarray(carried) * samples.state.position
        distance = np.maximum(np.linalg.norm(samples.place - source, axis=1), NEAREST)
        spread += size * np.abs(samples.state.velocity[:, axis]) / distance
    return spread
