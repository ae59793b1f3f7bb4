"""Where the tool was in each row of a run, for display: as the controller reported it, else by the program's lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.gcode import GcodeError, ToolpathError, canonical, parse_line, positions
from core.gcode.modal import KINDS, MM_PER_UNIT
from core.recordings.lanes import BUFFERING, Lane
from core.recordings.traces import Traces

# lines at which a program ends: the controller then goes back to its own units and origin
PROGRAM_ENDS = frozenset({"M2", "M30"})
# positions of a run that are kept; more would be drawn on the same pixels
MOST_POINTS = 6000
# rows of a run that are looked at
MOST_ROWS = 4_000_000
Source = Literal["controller", "program"]


class ToolPositionsError(ToolmarkError):
    """A run of which nobody knows where its tool was."""


@dataclass(frozen=True, eq=False)
class ToolPositions:
    """The tool's path: rows int64 [P], ascending; position_mm float32 [P, 3] in the program's coordinates.

    rapid: bool [P], the move to this point from the one before was a rapid. source: what the positions are from.
    every: rows of the run that each point stands for, on average.
    """

    rows: NDArray[np.int64]
    position_mm: NDArray[np.float32]
    rapid: NDArray[np.bool_]
    source: Source
    every: float

    def at(self, row: int) -> NDArray[np.float32]:
        """Where the tool was at a row, float32 [3]: on the way from the last known point to the next."""
        return np.array(
            [np.interp(row, self.rows, self.position_mm[:, axis]) for axis in range(3)], dtype=np.float32
        )


def tool_positions(traces: Traces, most: int = MOST_POINTS) -> ToolPositions:
    """The path of the tool in a run.

    The controller's own position where the machine file names its channels; they are its state and never an input of a
    model. Else the ends of the program's lines, which leave out what happened within a line. Rows at a program's end
    are left out. ToolPositionsError where neither is known.
    """
    lines = next((lane for lane in traces.lanes if lane.name == "line"), None)
    n_rows = min(traces.n_rows, MOST_ROWS)
    kinds = _kinds(lines, n_rows)
    own = traces.machine.program_position
    if own and set(own) <= set(traces.channels):
        found, source = _reported(traces, n_rows), "controller"
    elif lines is not None:
        found, source = _by_lines(lines, n_rows, traces), "program"
    else:
        raise ToolPositionsError(
            f"{traces.name} holds neither the controller's position nor program lines: its path cannot be drawn."
        )
    rows = np.flatnonzero(np.isfinite(found).all(axis=1) & (kinds != _ENDED))
    if len(rows) < 2:
        raise ToolPositionsError(
            f"{traces.name} has no known position of the tool: its path cannot be drawn."
        )
    rows = _thinned(rows, found, kinds, most)
    return ToolPositions(
        rows,
        found[rows],
        kinds[rows] == _RAPID,
        "controller" if source == "controller" else "program",
        n_rows / len(rows),
    )


_CUT, _RAPID, _ENDED = 0, 1, 2


def _reported(traces: Traces, n_rows: int) -> NDArray[np.float32]:
    """The controller's position of each row in mm, float32 [T, 3]; an axis that it does not have is at 0."""
    found = np.zeros((n_rows, 3), dtype=np.float32)
    own = traces.machine.program_position
    values = traces.columns.values(own, 0, n_rows - 1)
    for axis, name in enumerate(own):
        found[:, axis] = values[axis] * (MM_PER_UNIT["inch"] if traces.machine.unit(name) == "inch" else 1.0)
    return found


def _by_lines(lines: Lane, n_rows: int, traces: Traces) -> NDArray[np.float32]:
    """The position at the end of the line of each stretch of rows, at its last row, float32 [T, 3]; NaN elsewhere."""
    texts = [_text(lines, code) for code in lines.codes.tolist()]
    try:
        ends = positions([text or "" for text in texts], units=traces.machine.length_unit, start=None)
    except (GcodeError, ToolpathError) as error:
        raise ToolPositionsError(f"The program of {traces.name} cannot be followed: {error}") from None
    last = np.append(lines.starts[1:], lines.n_rows) - 1
    found = np.full((n_rows, 3), np.nan, dtype=np.float32)
    known = np.array([text is not None for text in texts]) & (last < n_rows)
    found[last[known]] = ends[known]
    return found


def _text(lines: Lane, code: int) -> str | None:
    return None if code < 0 or lines.kinds[code] == BUFFERING else lines.texts[code]


def _kinds(lines: Lane | None, n_rows: int) -> NDArray[np.int8]:
    """Of each row whether the tool cut, moved rapidly, or the program had ended, int8 [T]."""
    kinds = np.zeros(n_rows, dtype=np.int8)
    if lines is None:
        return kinds
    commands = [_commands(text) for text in lines.texts]
    motion = _CUT
    stretches = []
    for code in lines.codes.tolist():
        own: Sequence[str] = () if _text(lines, code) is None else commands[code]
        moves = [name for name in own if name in KINDS]
        if moves:
            motion = _RAPID if moves[-1] == "G0" else _CUT
        stretches.append(_ENDED if PROGRAM_ENDS & set(own) else motion)
    lengths = np.diff(np.append(lines.starts, lines.n_rows))
    return np.repeat(np.array(stretches, dtype=np.int8), lengths)[:n_rows]


def _commands(text: str) -> tuple[str, ...]:
    try:
        return parse_line(canonical(text)).commands
    except GcodeError:
        return ()


def _thinned(
    rows: NDArray[np.int64], position: NDArray[np.float32], kinds: NDArray[np.int8], most: int
) -> NDArray[np.int64]:
    """Rows at which the tool had moved on, or began to move in another way; evenly chosen where they are too many."""
    own = position[rows]
    moved = np.concatenate(
        ([True], (own[1:] != own[:-1]).any(axis=1) | (kinds[rows][1:] != kinds[rows][:-1]))
    )
    # where the tool stood, its first and its last row stay
    kept = rows[moved | np.concatenate((moved[1:], [True]))]
    if len(kept) > most:
        kept = kept[np.unique(np.linspace(0, len(kept) - 1, most).astype(np.int64))]
    return kept
