"""Lanes: what was going on in each row of a run, as stretches; thinned where there are more than fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.recordings.machine import Machine
from core.recordings.recording import Recording, buffering_mask, line_codes

Codes = NDArray[np.int64]
NOTHING = -1
BUFFERING = "buffering"
# a number with more values than this is a trace, not a state
MOST_STATES = 64
# a view of more stretches than this is drawn from the coarse lane
MOST_STRETCHES, COARSE = 1 << 17, 1 << 16


class Segments(NamedTuple):
    """Stretches of a lane in a view: first and last row int64 [S]; code int64 [S], -1 = nothing; how many stretches
    each stands for, int64 [S]: where it is more than one, `code` is that of the first.
    """

    first: Codes
    last: Codes
    code: Codes
    merged: Codes


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane of a run of `n_rows` rows.

    starts: first row of each stretch, int64 [S], the first is 0; codes: what each stretch is, int64 [S], a place in
    `texts`, -1 = nothing; kinds: of each text what it is to be coloured as, e.g. `line` or `buffering`; coarse: the
    lane thinned to COARSE stretches, where it has so many that a view from afar would take long.
    """

    name: str
    title: str
    n_rows: int
    starts: Codes
    codes: Codes
    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    coarse: Segments | None = None

    def segments(self, first: int, last: int, most: int) -> Segments:
        """The stretches between two rows, both shown; about `most` of them at the most.

        Neighbours that are shorter than their share of the view are put together; a longer one always stays alone.
        """
        low = max(int(np.searchsorted(self.starts, first, side="right")) - 1, 0)
        high = int(np.searchsorted(self.starts, last, side="right"))
        if high - low > MOST_STRETCHES and self.coarse is not None:
            return thinned(_between(self.coarse, first, last), most)
        starts = np.maximum(self.starts[low:high], first)
        ends = np.append(starts[1:] - 1, last)
        own = Segments(starts, ends, np.asarray(self.codes[low:high]), np.ones(len(starts), dtype=np.int64))
        return thinned(own, most)

    def at(self, row: int) -> str | None:
        """The text of a row; None where there is nothing."""
        code = int(self.codes[np.searchsorted(self.starts, row, side="right") - 1])
        return None if code == NOTHING else self.texts[code]


def thinned(own: Segments, most: int) -> Segments:
    """About `most` stretches at the most: neighbours shorter than their share of all rows are put together."""
    if len(own.first) <= most:
        return own
    share = -(-int(own.last[-1] - own.first[0] + 1) * 2 // most)
    short = own.last - own.first + 1 < share
    part = (own.first - own.first[0]) // share
    joins = short[1:] & short[:-1] & (part[1:] == part[:-1])
    begins = np.concatenate(([0], np.flatnonzero(~joins) + 1))
    ends = np.append(begins[1:], len(own.first)) - 1
    return Segments(own.first[begins], own.last[ends], own.code[begins], np.add.reduceat(own.merged, begins))


def _between(own: Segments, first: int, last: int) -> Segments:
    low = int(np.searchsorted(own.last, first))
    high = int(np.searchsorted(own.first, last, side="right"))
    cut = Segments(*(part[low:high] for part in own))
    return cut._replace(first=np.maximum(cut.first, first), last=np.minimum(cut.last, last))


def run_lengths(codes: Codes) -> tuple[Codes, Codes]:
    """Codes int64 [T] as stretches: the first row and the code of each."""
    starts = np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1)) if len(codes) else codes[:0]
    return starts.astype(np.int64), codes[starts]


def lane(
    name: str, title: str, codes: Codes, texts: Sequence[str], kinds: Sequence[str] | str = "state"
) -> Lane:
    """A lane from the code of each row, int64 [T]."""
    starts, own = run_lengths(codes)
    every = (kinds,) * len(texts) if isinstance(kinds, str) else tuple(kinds)
    return Lane(name, title, len(codes), starts, own, tuple(texts), every)


def value_lane(name: str, title: str, values: NDArray[np.floating]) -> Lane | None:
    """A lane of a number that holds for a while, [T]; None where it never says anything, or changes all the time."""
    known = np.isfinite(values)
    if not known.any():
        return None
    kinds, codes = np.unique(values[known], return_inverse=True)
    if len(kinds) > MOST_STATES:
        return None
    every = np.full(len(values), NOTHING, dtype=np.int64)
    every[known] = codes
    return lane(name, title, every, [f"{kind:g}" for kind in kinds.tolist()])


def line_lane(codes: Codes, texts: Sequence[str], buffering: NDArray[np.bool_]) -> Lane:
    """The program lines of a run; rows in which the controller was still buffering are marked as such."""
    every = np.where(buffering, len(texts), codes)
    kinds = ["line"] * len(texts) + [BUFFERING]
    return lane("line", "G-code, true", every, [*texts, BUFFERING], kinds)


def operation_lane(
    machine: Machine, n_rows: int, operation: str | None, by_row: NDArray[np.int64] | None
) -> Lane | None:
    """The operation of each row; None where it is not known at all."""
    if by_row is not None:
        return lane("operation", "Operation", by_row, machine.operations, "operation")
    if operation is None:
        return None
    return lane("operation", "Operation", np.zeros(n_rows, dtype=np.int64), (operation,), "operation")


def lanes_of(recording: Recording) -> tuple[Lane, ...]:
    """Every lane that a recording has: lines, operation, the controller's numbers that hold for a while, its codes."""
    machine = recording.machine
    found: list[Lane | None] = []
    if recording.lines is not None:
        texts, codes = line_codes(recording.lines)
        found.append(line_lane(codes, texts, buffering_mask(recording)))
    found.append(operation_lane(machine, recording.n_rows, recording.operation, recording.row_operations))
    for name in state_channels(machine, recording.channels):
        found.append(value_lane(name, name, recording.channel(name)))
    found += [value_lane(name, name, codes) for name, codes in recording.codes.items()]
    return tuple(own for own in found if own is not None)


def state_channels(machine: Machine, channels: Sequence[str]) -> tuple[str, ...]:
    """The controller's numbers that hold for a while, such as a feed: not its position, and not the line counter."""
    counter = machine.target.line_number if machine.target else None
    position = {*machine.program_position, counter, "line"}
    own = set(machine.controller_channels)
    return tuple(
        name
        for name in channels
        if name in own and name not in position and machine.modality(name) != "position"
    )
