"""The walk through the learned programs: at which place each row of a run is, given what its windows say.

A hidden Markov model over places. From row to row the place advances by one; it may stand still or skip a row, waits
at the first place until the program begins, a program that has ended may be followed by the beginning of any, and
seldom anything may follow anything. The filter is a step that needs the last belief alone, so a run can be followed row
by row in bounded memory; the smoother takes the same steps and then walks back (Rabiner 1989, forward and backward
variables).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Programs

Floats = NDArray[np.float32]
LEAST = 1e-30
# how often a walk says how far it is
TOLD_ROWS = 256


@dataclass(frozen=True)
class WalkOptions:
    """Probabilities of a row's step, and how far a window's word counts.

    stay, skip: the place stands still or advances by two. wait: the first place stands still, before the program
    begins. restart: from the last `end_rows` rows of a program to a beginning, `again`: of the same. jump: from
    anywhere to anywhere. begins: how probable it is that a run begins with a program. early: the furthest place that
    sensors may show in the first row of a run that does. temper: what the log probabilities of a window are multiplied
    by for each row of its stride, since neighbouring windows overlap and say much the same.
    """

    stay: float = 0.003
    skip: float = 0.003
    wait: float = 0.8
    restart: float = 0.02
    again: float = 0.9
    jump: float = 1e-7
    begins: float = 0.5
    early: int = 24
    temper: float = 1 / 32
    end_rows: int = 24


@dataclass(frozen=True, eq=False)
class Walk:
    """Steps of a belief `[n_programs, L]`: a probability for each row of each program, 0 behind a program's end.

    allowed `[n_programs]`: the programs that may be walked through; all of them if None.
    """

    programs: Programs
    options: WalkOptions = field(default_factory=WalkOptions)
    allowed: NDArray[np.bool_] | None = None

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which cells are rows of a program, `[n_programs, L]`."""
        lengths = np.diff(self.programs.offsets)
        cells = np.asarray(np.arange(lengths.max(initial=0))[None] < lengths[:, None])
        return cells if self.allowed is None else cells & self.allowed[:, None]

    @cached_property
    def ending(self) -> Floats:
        """Probability `[n_programs, L]` of starting anew."""
        rows_left = self.inside[:, ::-1].cumsum(axis=1)[:, ::-1]
        ends = self.inside & (rows_left <= self.options.end_rows)
        return np.asarray(ends * self.options.restart, dtype=np.float32)

    @cached_property
    def steps(self) -> tuple[Floats, Floats, Floats]:
        """Probabilities `[L]` of standing still, of advancing by one row and by two."""
        length = self.inside.shape[1]
        stay = np.full(length, self.options.stay, dtype=np.float32)
        skip = np.full(length, self.options.skip, dtype=np.float32)
        if length:
            stay[0] = self.options.wait
        return stay, 1 - stay - skip, skip

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """The last row of each program `[n_programs]`."""
        return np.asarray(np.diff(self.programs.offsets) - 1)

    @cached_property
    def first(self) -> Floats:
        """The beginnings of the programs, all alike `[n_programs]`."""
        return np.asarray(self.inside[:, 0] / max(int(self.inside[:, 0].sum()), 1), dtype=np.float32)

    def anywhere(self) -> Floats:
        """Nothing known: every place alike."""
        return np.asarray(self.inside / max(self.inside.sum(), 1), dtype=np.float32)

    def start(self) -> Floats:
        """The first row: where the run begins with a program it waits there, or the sensors are a little early."""
        near = self.inside & (np.arange(self.inside.shape[1]) <= self.options.early)[None]
        weight = near.astype(np.float32)
        weight[:, :1] *= self.options.early
        found = weight / max(float(weight.sum()), LEAST)
        begins = self.options.begins
        return np.asarray(begins * found + (1 - begins) * self.anywhere(), dtype=np.float32)

    def grid(self, log_places: Floats) -> Floats:
        """A window's log probabilities `[P]` on the cells."""
        cells = np.full(self.inside.shape, log_places.min(), dtype=np.float32)
        for row, start in enumerate(self.programs.offsets[:-1].tolist()):
            cells[row, : self.last[row] + 1] = log_places[start : start + self.last[row] + 1]
        return cells

    def advance(self, belief: Floats) -> Floats:
        """The belief a row later."""
        stay, onward, skip = self.steps
        ended = (belief * self.ending).sum(axis=1)
        kept = belief * (1 - self.ending)
        moved = stay * kept
        moved[:, 1:] += (onward * kept)[:, :-1]
        moved[:, 2:] += (skip * kept)[:, :-2]
        # what walks out of a program stays at its end
        moved *= self.inside
        moved[np.arange(len(moved)), self.last] += kept.sum(axis=1) - moved.sum(axis=1)
        moved[:, 0] += self.options.again * ended + (1 - self.options.again) * ended.sum() * self.first
        jump = self.options.jump
        return np.asarray((1 - jump) * moved + jump * self.anywhere(), dtype=np.float32)

    def step(self, belief: Floats | None, weight: Floats) -> Floats:
        """The belief at the next row from that at the last one (None: the first row) and what is heard there."""
        return normed((self.start() if belief is None else self.advance(belief)) * weight)

    def retreat(self, later: Floats) -> Floats:
        """How probable what follows is from each cell, given the same a row later: `advance` the other way."""
        at_end = later[np.arange(len(later)), self.last][:, None]
        ahead = [np.where(self.inside, later, at_end)]
        for step in (1, 2):
            moved = np.broadcast_to(at_end, later.shape).copy()
            moved[:, :-step] = ahead[0][:, step:]
            ahead.append(moved)
        walked = sum(share * part for share, part in zip(self.steps, ahead, strict=True))
        again = self.options.again
        begun = again * later[:, :1] + (1 - again) * float((later[:, 0] * self.first).sum())
        found = (1 - self.ending) * walked + self.ending * begun
        jump = self.options.jump
        anywhere = float((later * self.anywhere()).sum())
        return np.asarray(((1 - jump) * found + jump * anywhere) * self.inside, dtype=np.float32)

    def heard(self, cells: Floats, stride: int) -> Floats:
        """How far each cell agrees with a window's word, the best one 1."""
        tempered = self.options.temper * stride * cells
        return np.asarray(np.exp(tempered - tempered.max()) * self.inside, dtype=np.float32)


def smooth(
    walk: Walk,
    windows: Sequence[Floats | None],
    stride: int,
    told: Callable[[float], None] | None = None,
) -> Floats:
    """Belief `[T, n_programs, L]` at each row from all windows; None where no window is centred on a row.

    told: called now and then with the share of the way there and back that is done.
    """
    ones = walk.inside.astype(np.float32)
    weights = [ones if cells is None else walk.heard(cells, stride) for cells in windows]
    beliefs = np.empty((len(weights), *ones.shape), dtype=np.float32)
    belief = None
    for row, weight in enumerate(weights):
        belief = walk.step(belief, weight)
        beliefs[row] = belief
        if told and row % TOLD_ROWS == 0:
            told(row / (2 * len(weights)))
    later = ones
    for row in range(len(weights) - 2, -1, -1):
        later = normed(walk.retreat(later * weights[row + 1]))
        beliefs[row] = normed(beliefs[row] * later)
        if told and row % TOLD_ROWS == 0:
            told(1 - row / (2 * len(weights)))
    return beliefs


def normed(belief: Floats) -> Floats:
    """The belief with a sum of 1."""
    return np.asarray(belief / max(float(belief.sum()), LEAST), dtype=np.float32)
