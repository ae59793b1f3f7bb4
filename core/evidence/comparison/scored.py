"""Windows that are scored together: their truth, the bundle's answers, and the tallies of every metric."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.evidence.answers import Answers
from core.evidence.line_metrics import LineScores, scored_tallies
from core.evidence.operation_metrics import operation_tallies
from core.evidence.tally import Ints, Tally, Unit
from core.evidence.token_metrics import token_tallies
from core.evidence.truth import Truth

if TYPE_CHECKING:
    from core.evidence.comparison.table import ComparisonTable


class Window(NamedTuple):
    """One window."""

    run: str
    start_row: int


@dataclass(frozen=True, eq=False)
class Scored:
    """The windows `row` `[N]` of a table; `windows` were looked at, those without a label are left out."""

    table: ComparisonTable
    row: Ints
    windows: int

    def __len__(self) -> int:
        return len(self.row)

    @property
    def everything(self) -> bool:
        """All windows of the table are among these."""
        return len(self.row) == self.table.readings.windows

    @cached_property
    def truth(self) -> Truth:
        """The truth of these windows; its units are the runs that they are of."""
        whole = self.table.truth
        if self.everything:
            return whole
        present, unit = np.unique(whole.unit[self.row], return_inverse=True)
        return replace(
            whole,
            tokens=whole.tokens[self.row],
            heads=whole.heads.take(self.row),
            operation=whole.operation[self.row],
            unit=unit,
            units=tuple(whole.units[place] for place in present.tolist()),
            window=whole.window[self.row],
        )

    @cached_property
    def answers(self) -> Answers:
        """The bundle's answers for these windows, their lines left out."""
        return self.table.answers if self.everything else self.table.answers.take(self.row)

    @cached_property
    def lines(self) -> LineScores | None:
        """How right the lines of these windows are; None where the bundle reads none."""
        whole = self.table.lines
        if whole is None:
            return None
        taken = whole if self.everything else whole.take(self.row)
        # a bundle without a threshold says of no line that it is to be believed
        return taken if self.answers.threshold is not None else replace(taken, sure=None)

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Every metric, as `core.evidence.evaluation` counts it."""
        return self.tallied(self.truth) if len(self) else ()

    def tallied(self, truth: Truth) -> tuple[Tally, ...]:
        """The same with the windows parted into the units of `truth`."""
        found = [*operation_tallies(truth, self.answers)]
        if self.lines is not None:
            found += token_tallies(truth, self.answers)
            found += scored_tallies(self.lines, self.answers.method, truth.unit, len(truth.units))
        return tuple(found)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The runs, each of one operation: what the bootstrap draws."""
        return self.truth.units

    @property
    def runs(self) -> int:
        """How many runs these windows are of."""
        return len({unit.run for unit in self.units})

    def column(self, name: str) -> NDArray[Any]:
        """A column of these windows."""
        return self.table.columns[name][self.row]

    def named(self, name: str) -> NDArray[np.object_]:
        """A column of names of these windows, None where there is none."""
        values = np.array([*self.table.readings.values[name], None], dtype=object)
        return np.asarray(values[self.column(name)], dtype=object)

    def part(self, mask: NDArray[np.bool_]) -> Scored:
        """Some of these windows; bool [N]."""
        return Scored(self.table, self.row[mask], int(mask.sum()))
