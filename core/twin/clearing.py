"""The three kinds of clearing as parametric CAM: adaptive, pocket and face. Inches, and inches a minute.

The shapes follow what the recorded programs do: a helix down and a spiral out, or rounded loops from the rim inwards
(adaptive); half circles of growing radius, or rounded rectangles joined by S-bends (pocket); sweeps joined by half
circles (face).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.twin.dialect import Writer

CLEARANCE, APPROACH, LEAD_STEPS = 0.6, 0.2, 8
# the lead-in at the end of which the tool is in the cut
LEAD_RADIUS = 0.025


@dataclass(frozen=True)
class Clearing:
    """What all clearing has in common: where, how deep, how wide a step, how fast.

    low, high: corners (x, y) of the region of the tool's centre; top, bottom: heights; chord: length of a straight
    piece of a curve; plunge and feed.
    """

    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (3.41, 3.41)
    top: float = 0.1
    bottom: float = 0.0
    step: float = 0.15
    chord: float = 0.08
    plunge: float = 7.3
    feed: float = 22.0

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        raise NotImplementedError

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of the region."""
        return (self.low[0] + self.high[0]) / 2, (self.low[1] + self.high[1]) / 2

    @property
    def reach(self) -> float:
        """The largest radius of a circle inside the region."""
        return min(self.high[0] - self.low[0], self.high[1] - self.low[1]) / 2


@dataclass(frozen=True)
class Round(Clearing):
    """A round pocket, entered by a helix. entry: its radius; pitch: how far it goes down in a turn."""

    entry: float = 0.12
    pitch: float = 0.05

    def write_helix(self, to: Writer) -> None:
        """From above the middle down to the bottom; ends at the angle 0."""
        x, y = self.middle
        depth = self.top + 0.5 * self.pitch - self.bottom
        turns = depth / self.pitch
        begin = -math.tau * turns
        at = (x + self.entry * math.cos(begin), y + self.entry * math.sin(begin))
        _descend(to, at, self.bottom + depth, self.plunge)
        pieces = max(8, math.ceil(turns * math.tau * self.entry / self.chord))
        for piece in range(1, pieces + 1):
            angle = begin * (1.0 - piece / pieces)
            z = self.bottom + depth * (1.0 - piece / pieces)
            to.cut(x + self.entry * math.cos(angle), y + self.entry * math.sin(angle), z)


@dataclass(frozen=True)
class Spiral(Round):
    """Adaptive clearing of a round pocket: the helix, then a spiral outwards."""

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        x, y = self.middle
        self.write_helix(to)
        turns = max(self.reach - self.entry, 0.0) / self.step
        for px, py in _spiral((x, y), self.entry, self.reach, turns, self.chord):
            to.cut(px, py, feed=self.feed)
        for px, py in _circle((x, y), self.reach, turns, self.chord):
            to.cut(px, py)
        _lead_out(to, (px, py), self.bottom, self.top)


@dataclass(frozen=True)
class Loops(Clearing):
    """Adaptive clearing of a square from its rim inwards: rounded loops that grow rounder towards the middle."""

    roundness: float = 0.35

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        turns = (self.reach - 0.1) / self.step
        path = list(self._path(turns))
        (x, y), following = path[0], path[1]
        away = (x - following[0], y - following[1])
        length = math.hypot(*away)
        lead = (x + 0.25 * away[0] / length, y + 0.25 * away[1] / length)
        _descend(to, lead, self.bottom + 0.025, self.plunge)
        _ramp(to, lead, (x, y), self.bottom + 0.025, self.bottom, self.feed)
        for px, py in path[1:]:
            to.cut(px, py, feed=self.feed)
        _lead_out(to, (px, py), self.bottom, self.bottom + 0.025)

    def _path(self, turns: float) -> Iterator[tuple[float, float]]:
        """A loop around the middle whose reach shrinks steadily: points about a chord apart."""
        x, y = self.middle
        angle, last = 0.0, math.tau * turns
        while angle < last:
            share = angle / last
            reach = self.reach + (0.1 - self.reach) * share
            # exponent 2 is a circle, a large one a square
            exponent = 2.0 + (1 - share) * 2.0 / self.roundness
            radius = reach * _superellipse(angle, exponent)
            yield x + radius * math.cos(angle), y + radius * math.sin(angle)
            angle += self.chord / radius * (1.0 + 2.0 * abs(math.cos(2.0 * angle)))
        yield x + 0.1, y


@dataclass(frozen=True)
class Rings(Round):
    """A round pocket: the helix, then half circles of a radius that grows by half a step each time."""

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        self.write_helix(to)
        x, y = self.middle
        here, side = x + self.entry, 1.0
        radius = self.entry + self.step / 2
        while radius < self.reach:
            there = x - side * radius
            to.arc(there, y, abs(here - there) / 2, clockwise=False, feed=self.feed)
            here, side, radius = there, -side, radius + self.step / 2
        for _ in range(2):
            there = x - side * self.reach
            to.arc(there, y, abs(here - there) / 2, clockwise=False)
            here, side = there, -side
        _lead_out(to, (here, y), self.bottom, self.top)


@dataclass(frozen=True)
class Rectangles(Clearing):
    """A square pocket: rounded rectangles from the rim inwards, joined by S-bends of two arcs."""

    corner: float = 0.071

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        (left, front), (right, back) = self.low, self.high
        middle = (left + right) / 2
        begin = (middle + 0.3, front - 0.1)
        _descend(to, begin, self.bottom + 0.025, self.plunge)
        _ramp(to, begin, (middle, front), self.bottom + 0.025, self.bottom, self.feed)
        at, corner = middle, self.corner
        while right - left > 3 * self.step:
            self._rectangle(to, (left, front, right, back), corner, at)
            onwards = front + self.step
            if right - left - 2 * self.step <= 3 * self.step:
                break
            bend = self.step / 2
            to.arc(at - bend * 1.5, front + bend, _bend_radius(bend * 1.5, bend), clockwise=True)
            to.arc(at - bend * 3.0, onwards, _bend_radius(bend * 1.5, bend), clockwise=False)
            at -= bend * 3.0
            left, right, back = left + self.step, right - self.step, back - self.step
            front, corner = onwards, max(self.corner / 5, 0.0128)
            at = max(at, left + corner + 0.05)
        _lead_out(to, (at, front), self.bottom, self.bottom + 0.025)

    def _rectangle(
        self, to: Writer, rim: tuple[float, float, float, float], corner: float, at: float
    ) -> None:
        left, front, right, back = rim
        to.cut(left + corner, front, feed=self.feed)
        to.arc(left, front + corner, corner, clockwise=True)
        to.cut(left, back - corner)
        to.arc(left + corner, back, corner, clockwise=True)
        to.cut(right - corner, back)
        to.arc(right, back - corner, corner, clockwise=True)
        to.cut(right, front + corner)
        to.arc(right - corner, front, corner, clockwise=True)
        to.cut(at, front)


@dataclass(frozen=True)
class Sweeps(Clearing):
    """Facing: sweeps along X, joined by half circles in two quarter arcs each."""

    def write(self, to: Writer) -> None:
        """Write the motion lines."""
        (left, front), (right, back) = self.low, self.high
        begin = right + 0.04
        _descend(to, (begin, front), self.bottom + 0.025, self.plunge)
        _ramp(to, (begin, front), (right, front), self.bottom + 0.025, self.bottom, self.feed)
        y, forwards, radius = front, False, self.step / 2
        while True:
            to.cut(right if forwards else left, y, feed=self.feed)
            if y + self.step > back + 1e-9:
                break
            edge = right if forwards else left
            bulge = edge + (radius if forwards else -radius)
            to.arc(bulge, y + radius, radius, clockwise=not forwards)
            to.arc(edge, y + self.step, radius, clockwise=not forwards)
            y, forwards = y + self.step, not forwards
        _lead_out(to, (right if forwards else left, y), self.bottom, self.bottom + 0.025)


def _descend(to: Writer, at: tuple[float, float], height: float, plunge: float) -> None:
    to.rapid(*at)
    to.rapid(z=CLEARANCE)
    to.rapid(z=APPROACH)
    to.cut(z=height, feed=plunge)


def _ramp(
    to: Writer, begin: tuple[float, float], end: tuple[float, float], high: float, low: float, feed: float
) -> None:
    """Down along a quarter of a circle, so that the tool enters the cut flat."""
    for piece in range(1, LEAD_STEPS + 1):
        angle = 0.5 * math.pi * piece / LEAD_STEPS
        share = math.sin(angle) ** 2
        x, y = begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share
        to.cut(x, y, low + (high - low) * (1.0 - math.sin(angle)), feed=feed)


def _lead_out(to: Writer, at: tuple[float, float], bottom: float, top: float) -> None:
    """Out of the cut: up along a quarter of a circle, then to the clearance."""
    for piece in range(1, LEAD_STEPS + 1):
        angle = 0.5 * math.pi * piece / LEAD_STEPS
        x = at[0] - LEAD_RADIUS * math.sin(angle)
        to.cut(x, at[1], bottom + (top - bottom) * (1.0 - math.cos(angle)))
    to.rapid(z=CLEARANCE)


def _spiral(
    middle: tuple[float, float], inner: float, outer: float, turns: float, chord: float
) -> Iterator[tuple[float, float]]:
    angle, last = 0.0, math.tau * turns
    while angle < last:
        radius = inner + (outer - inner) * angle / last
        angle = min(angle + chord / radius, last)
        radius = inner + (outer - inner) * angle / last
        yield middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)


def _circle(
    middle: tuple[float, float], radius: float, turns: float, chord: float
) -> Iterator[tuple[float, float]]:
    pieces = math.ceil(math.tau * radius / chord)
    for piece in range(1, pieces + 1):
        angle = math.tau * (turns + piece / pieces)
        yield middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)


def _superellipse(angle: float, exponent: float) -> float:
    """Radius of the unit superellipse at an angle."""
    total: float = abs(math.cos(angle)) ** exponent + abs(math.sin(angle)) ** exponent
    return float(total ** (-1.0 / exponent))


def _bend_radius(along: float, across: float) -> float:
    """Radius of an arc that begins along one axis and ends `along` and `across` further."""
    return (along**2 + across**2) / (2 * across)
