"""Geometry of circular moves: the centre from a radius, the sweep, points along it. Lengths in mm."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float, float]
Planar = tuple[float, float]
Points = NDArray[np.float64]

# A controller takes a radius that misses by rounding; relative to large radii this share is rounding too.
RELATIVE_TOLERANCE = 1e-3
# However coarse the tolerance, an arc keeps its shape.
COARSEST_STEP = math.pi / 4


class ArcError(ValueError):
    """An arc that no circle fulfils; the message says why, the caller knows the line."""


@dataclass(frozen=True)
class Arc:
    """A circular or helical move.

    `plane` holds the axis indices (first, second, along the helix). The circle is given by `radius`
    (negative: the arc of more than half a turn) or by the `centre` in the plane.
    """

    plane: tuple[int, int, int]
    clockwise: bool
    radius: float | None = None
    centre: Planar | None = None

    def points(self, start: Point, end: Point, *, chord_tolerance: float, radius_tolerance: float) -> Points:
        """Points [P, 3] from start to end, no chord further than `chord_tolerance` from the circle.

        Raises:
            ArcError: where the end points do not lie on one circle within `radius_tolerance`.
        """
        first, second, along = self.plane
        a, b = (start[first], start[second]), (end[first], end[second])
        centre = self._centre(a, b, radius_tolerance)
        before, after = math.dist(a, centre), math.dist(b, centre)
        if min(before, after) <= 0:
            raise ArcError("the arc has no radius; its centre lies on an end point")
        if abs(before - after) > max(radius_tolerance, RELATIVE_TOLERANCE * before):
            raise ArcError(
                f"the end is {after:.3f} mm from the arc's centre and the start {before:.3f} mm; "
                f"correct the end point or I, J, K"
            )
        sweep = self._sweep(a, b, centre)
        count = max(1, math.ceil(abs(sweep) / _largest_step(max(before, after), chord_tolerance)))
        share = np.linspace(0.0, 1.0, count + 1)
        angle = math.atan2(a[1] - centre[1], a[0] - centre[0]) + sweep * share
        radius = before + (after - before) * share
        points = np.empty((count + 1, 3))
        points[:, first] = centre[0] + radius * np.cos(angle)
        points[:, second] = centre[1] + radius * np.sin(angle)
        points[:, along] = start[along] + (end[along] - start[along]) * share
        points[0], points[-1] = start, end
        return points

    def _centre(self, a: Planar, b: Planar, tolerance: float) -> Planar:
        if self.centre is not None:
            return self.centre
        if self.radius is None:
            raise ArcError("the arc has neither R nor a centre; add R, or I and J")
        return _centre_from_radius(a, b, self.radius, self.clockwise, tolerance)

    def _sweep(self, a: Planar, b: Planar, centre: Planar) -> float:
        """The signed angle from start to end; the same point twice is a full turn."""
        turn = math.atan2(b[1] - centre[1], b[0] - centre[0]) - math.atan2(a[1] - centre[1], a[0] - centre[0])
        sweep = (-turn if self.clockwise else turn) % math.tau
        if sweep < 1e-9 or math.tau - sweep < 1e-9:
            sweep = math.tau
        return -sweep if self.clockwise else sweep


def _centre_from_radius(a: Planar, b: Planar, radius: float, clockwise: bool, tolerance: float) -> Planar:
    half = math.dist(a, b) / 2
    if half == 0:
        raise ArcError("a full circle cannot be given by R; give its centre by I and J")
    size = abs(radius)
    if half - size > max(tolerance, RELATIVE_TOLERANCE * size):
        raise ArcError(
            f"the radius of {size:.3f} mm is too small for end points {2 * half:.3f} mm apart; "
            f"it must be at least {half:.3f} mm"
        )
    height = math.sqrt(max(size * size - half * half, 0.0))
    # Seen from start to end, the centre of a counter-clockwise arc under half a turn lies on the left.
    side = 1.0 if clockwise == (radius < 0) else -1.0
    left = (-(b[1] - a[1]) / (2 * half), (b[0] - a[0]) / (2 * half))
    return (a[0] + b[0]) / 2 + side * height * left[0], (a[1] + b[1]) / 2 + side * height * left[1]


def _largest_step(radius: float, tolerance: float) -> float:
    if tolerance >= radius:
        return COARSEST_STEP
    return min(COARSEST_STEP, 2 * math.acos(1 - tolerance / radius))
