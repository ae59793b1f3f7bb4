"""Where the tool goes: lines of G-code as moves and positions in mm, in the program's coordinates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.gcode.arcs import ArcError, Point, Points
from core.gcode.modal import MM_PER_UNIT, Kind, ModalState, Segment, ToolpathError, Units
from core.gcode.words import Line, parse_numbered

ORIGIN: Point = (0.0, 0.0, 0.0)
UNKNOWN: Point = (float("nan"),) * 3
# Programs are written to 0.0001 inch or 0.001 inch; half a step on both ends of an arc stays below this.
RADIUS_TOLERANCE_MM = 0.05
CHORD_TOLERANCE_MM = 0.01


@dataclass(frozen=True, eq=False)
class Move:
    """One move of the tool: ends in mm, points [P, 3] in mm along it.

    The feed in mm/min is None for a rapid, before any F, and where F is not a feed per minute (G93, G95).
    """

    line_index: int
    start: Point
    end: Point
    kind: Kind
    feed_mm_min: float | None
    points: Points

    @property
    def length_mm(self) -> float:
        """The length of the path along the points."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


def toolpath(
    lines: Sequence[str | Line],
    *,
    units: Units = "inch",
    start: Point | None = ORIGIN,
    work_offset: Point = ORIGIN,
    chord_tolerance_mm: float = CHORD_TOLERANCE_MM,
    radius_tolerance_mm: float = RADIUS_TOLERANCE_MM,
    straighten: bool = False,
) -> list[Move]:
    """Follow a program and return its moves, in order.

    Reads G0 to G3 (R, or I J K; arcs in all planes, helical too), G17 to G19, G20 and G21, G28, G53, G90 and
    G91, G90.1 and G91.1, G92, F. A program begins in `units` and in G1, G90, G17, G94. Tool lengths, cutter
    compensation and the choice of a coordinate system (G54 ...) move nothing.

    Args:
        lines: the program, one entry a line.
        units: the unit before any G20 or G21.
        start: the position in mm before the first line. None where it is not known: then an axis is unknown
            until the program names it, and moves from or to an unknown position are left out.
        work_offset: machine position minus program position in mm, for G53 and G28.
        chord_tolerance_mm: how far the points' chords may lie from an arc.
        radius_tolerance_mm: how far an arc's end points may miss its circle.
        straighten: go straight where an arc is impossible, as in a program some of whose lines are not known.

    Raises:
        GcodeError: where a line is not G-code.
        ToolpathError: naming the line, for an impossible arc or a command that cannot be followed.
    """
    parsed = _parsed(lines)
    return [
        _move(segment, parsed[segment.line_index], chord_tolerance_mm, radius_tolerance_mm, straighten)
        for segments, _ in _walk(parsed, units, start, work_offset)
        for segment in segments
        if segment.known
    ]


def positions(
    lines: Sequence[str | Line],
    *,
    units: Units = "inch",
    start: Point | None = ORIGIN,
    work_offset: Point = ORIGIN,
) -> NDArray[np.float64]:
    """The position [N, 3] in mm at the end of each line; arguments and errors as of `toolpath`.

    The radius of an arc does not matter here and is not checked. NaN where a position is not known.
    """
    ends = [end for _, end in _walk(_parsed(lines), units, start, work_offset)]
    return np.asarray(ends, dtype=np.float64).reshape(-1, 3)


def _parsed(lines: Sequence[str | Line]) -> list[Line]:
    return [
        line if isinstance(line, Line) else parse_numbered(line, number)
        for number, line in enumerate(lines, start=1)
    ]


def _walk(
    lines: Sequence[Line], units: Units, start: Point | None, work_offset: Point
) -> Iterator[tuple[list[Segment], Point]]:
    """Of each line, the pieces of path that it makes and the position at its end."""
    if units not in MM_PER_UNIT:
        raise ToolmarkError(f"There is no unit {units!r}; choose one of {', '.join(MM_PER_UNIT)}.")
    state = ModalState(UNKNOWN if start is None else start, MM_PER_UNIT[units], work_offset)
    for index, line in enumerate(lines):
        segments = state.follow(line, index)
        yield segments, state.position


def _move(
    segment: Segment, line: Line, chord_tolerance: float, radius_tolerance: float, straighten: bool
) -> Move:
    points = np.array([segment.start, segment.end], dtype=np.float64)
    if segment.arc is not None:
        try:
            points = segment.arc.points(
                segment.start, segment.end, chord_tolerance=chord_tolerance, radius_tolerance=radius_tolerance
            )
        except ArcError as error:
            if not straighten:
                raise ToolpathError(str(error), segment.line_index, line) from error
    return Move(segment.line_index, segment.start, segment.end, segment.kind, segment.feed_mm_min, points)
