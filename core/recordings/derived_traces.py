"""Derived channels as traces to draw, beside those of raw channels."""

import numpy as np
from numpy.typing import NDArray

from core.recordings.derived import Derived, DerivedError, of_rows
from core.recordings.rate import row_rate_hz
from core.recordings.thinning import longest, stretches, thin
from core.recordings.traces import MOST_STRETCHES, Trace, Traces

# a derived channel is reckoned from every row of a view: of more rows it would keep the page waiting
MOST_ROWS = 4_000_000
_NOWHERE = np.empty((0, 2), dtype=np.int64)


def derived_trace(derived: Derived, traces: Traces, first: int, last: int, width: int) -> Trace:
    """A derived channel between two rows, both included, for a picture `width` pixels wide; nothing of it is stuck.

    Raises:
        DerivedError: the run lacks a channel, its rows cannot carry the band, or the view has too many of them.
    """
    first, last = traces.clamped(first, last, 1)
    if last - first + 1 > MOST_ROWS:
        raise DerivedError(
            f"{derived.text} of {last - first + 1:,} rows takes too long: show {MOST_ROWS:,} rows or fewer."
        )
    values = derived_values(derived, traces, first, last)
    hole = np.isnan(values)
    holes = longest(stretches(hole), MOST_STRETCHES) + first
    return Trace(derived.text, thin(values, width, first), holes, _NOWHERE, int(hole.sum()))


def derived_values(derived: Derived, traces: Traces, first: int, last: int) -> NDArray[np.float32]:
    """The values of every row between two rows, both included, float32 [n]; a frozen board has none.

    DerivedError and BandError as of `of_rows`.
    """
    rate = row_rate_hz(traces.seconds, traces.machine.period_s)
    values = of_rows(derived, traces.columns, traces.seconds, rate, (first, last))
    live = min(traces.end_of_life(name) for name in derived.channels)
    values[max(live - first, 0) :] = np.nan
    return values
