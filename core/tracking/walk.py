"""The walk through the learned programs: at which place each row of a run is, given what its windows say.

A hidden Markov model over places. From row to row the place advances by one; it may stand still or skip a row, a
program that has ended may be followed by the beginning of any, and seldom anything may follow anything. The filter is a
step that needs the last belief alone, so a run can be followed row by row in bounded memory; the smoother takes the
same steps and then walks back (Rabiner 1989, forward and backward variables).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.recordings.programs import Programs

Floats = NDArray[np.float32]
LEAST = 1e-30


@dataclass(frozen=True)
class WalkOptions:
    """Probabilities of a row's step, and how far a window's word counts.

    stay, skip: the place stands still or advances by two. restart: from the last `end_rows` rows of a program to a
    beginning. jump: from anywhere to anywhere. temper: what the log probabilities of a window are multiplied by for
    each row of its stride, since neighbouring windows overlap and say much the same.
    """

    stay: float = 0.003
    skip: float = 0.003
    restart: float = 0.02
    jump: float = 1e-6
    temper: float = 1 / 32
    end_rows: int = 24


@dataclass(frozen=True, eq=False)
class Walk:
    """Steps of a belief `[n_programs, L]`: a probability for each row of each program, 0 behind a program's end."""

    programs: Programs
    options: WalkOptions = field(default_factory=WalkOptions)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which cells are rows of a program, `[n_programs, L]`."""
        lengths = np.diff(self.programs.offsets)
        return np.asarray(np.arange(lengths.max(initial=0))[None] < lengths[:, None])

    @cached_property
    def ending(self) -> Floats:
        """Probability `[n_programs, L]` of starting anew."""
        rows_left = self.inside[:, ::-1].cumsum(axis=1)[:, ::-1]
        ends = self.inside & (rows_left <= self.options.end_rows)
        return np.asarray(ends * self.options.restart, dtype=np.float32)

    def start(self) -> Floats:
        """Nothing known: every place alike."""
        return np.asarray(self.inside / max(self.inside.sum(), 1), dtype=np.float32)

    def grid(self, log_places: Floats, shift: int = 0) -> Floats:
        """A window's log probabilities `[P]` as weights on the cells, `shift` rows further on in their programs."""
        cells = np.full(self.inside.shape, log_places.min(), dtype=np.float32)
        cells[self.inside] = log_places
        if shift:
            cells[:, shift:], cells[:, :shift] = cells[:, :-shift].copy(), log_places.min()
        return cells

    def advance(self, belief: Floats) -> Floats:
        """The belief a row later."""
        options = self.options
        again = float((belief * self.ending).sum())
        kept = belief * (1 - self.ending)
        moved = options.stay * kept
        moved[:, 1:] += (1 - options.stay - options.skip) * kept[:, :-1]
        moved[:, 2:] += options.skip * kept[:, :-2]
        # what walks out of a program stays at its end
        moved *= self.inside
        lost = kept.sum(axis=1) - moved.sum(axis=1)
        last = np.diff(self.programs.offsets) - 1
        moved[np.arange(len(last)), last] += lost
        moved[:, 0] += again / len(moved)
        return np.asarray((1 - options.jump) * moved + options.jump * self.start(), dtype=np.float32)

    def retreat(self, later: Floats) -> Floats:
        """How probable what follows is from each cell, given the same a row later: `advance` the other way."""
        options = self.options
        last = np.diff(self.programs.offsets) - 1
        at_end = later[np.arange(len(last)), last][:, None]
        ahead = [np.where(self.inside, later, at_end)]
        for step in (1, 2):
            shifted = np.broadcast_to(at_end, later.shape).copy()
            shifted[:, :-step] = ahead[0][:, step:]
            ahead.append(shifted)
        weights = (options.stay, 1 - options.stay - options.skip, options.skip)
        onward = sum(weight * part for weight, part in zip(weights, ahead, strict=True))
        walked = (1 - self.ending) * onward + self.ending * later[:, 0].mean()
        anywhere = float((later * self.start()).sum())
        return np.asarray(
            ((1 - options.jump) * walked + options.jump * anywhere) * self.inside, dtype=np.float32
        )

    def heard(self, cells: Floats, stride: int) -> Floats:
        """How far each cell agrees with a window's word, the best one 1."""
        tempered = self.options.temper * stride * cells
        return np.asarray(np.exp(tempered - tempered.max()) * self.inside, dtype=np.float32)


def smooth(walk: Walk, windows: Sequence[Floats | None], stride: int) -> Floats:
    """Belief `[T, n_programs, L]` at each row from all windows; None where no window is centred on a row."""
    ones = walk.inside.astype(np.float32)
    weights = [ones if cells is None else walk.heard(cells, stride) for cells in windows]
    beliefs = np.empty((len(weights), *ones.shape), dtype=np.float32)
    belief = walk.start()
    for row, weight in enumerate(weights):
        belief = _normed((walk.advance(belief) if row else belief) * weight)
        beliefs[row] = belief
    later = ones
    for row in range(len(weights) - 2, -1, -1):
        later = _normed(walk.retreat(later * weights[row + 1]))
        beliefs[row] = _normed(beliefs[row] * later)
    return beliefs


def follow(walk: Walk, windows: Iterable[Floats | None], stride: int) -> Iterable[Floats]:
    """The belief `[n_programs, L]` at each row from the windows up to it, one after the other in bounded memory."""
    belief = walk.start()
    for row, cells in enumerate(windows):
        belief = walk.advance(belief) if row else belief
        if cells is not None:
            belief = _normed(belief * walk.heard(cells, stride))
        yield belief


def _normed(belief: Floats) -> Floats:
    return np.asarray(belief / max(float(belief.sum()), LEAST), dtype=np.float32)
