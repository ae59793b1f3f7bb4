"""The drawing of the machine on a page: what its boards are coloured by, and their values in the rows in view."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.recordings.contrast import Contrast
from core.recordings.machine import Machine
from core.recordings.run_statistics import IN_WORDS, STATISTICS, Floats, Statistic, statistics_of
from core.recordings.traces import Traces
from dashboard import machine_drawing
from dashboard.machine_drawing import BoardValue
from dashboard.machine_layout import Layout, layout

UNLIKE = "unlike"
# rows in view of which statistics are reckoned
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Measure:
    """What boards are coloured by: a statistic of one quantity, or how unlike the other runs they are (no quantity)."""

    statistic: Statistic | None = None
    quantity: str = ""

    @property
    def text(self) -> str:
        """As it stands in an address, `Ax deviation`."""
        return f"{self.quantity} {self.statistic}" if self.statistic else UNLIKE


def quantities(machine: Machine) -> tuple[str, ...]:
    """What the boards measure, in the machine's order."""
    channels = (name for own in machine.board_channels.values() for name in own)
    return tuple(dict.fromkeys(name.partition(".")[2] for name in channels))


def measure_of(text: str | None, machine: Machine) -> Measure:
    """The measure that a text names; the deviation of the first quantity where it names none that there is."""
    own = quantities(machine)
    if text == UNLIKE:
        return Measure()
    quantity, _, statistic = (text or "").rpartition(" ")
    known = next((each for each in STATISTICS if each == statistic), None)
    if known is not None and quantity in own:
        return Measure(known, quantity)
    return Measure("deviation", own[0]) if own else Measure()


@st.cache_resource(max_entries=8, show_spinner=False)
def _layout(machine: str, _machine: Machine) -> Layout:
    return layout(_machine)


@st.cache_data(max_entries=128, show_spinner=False)
def _statistics(digest: str, quantity: str, first: int, last: int, _traces: Traces) -> Floats:
    """Statistics of one quantity of all boards, float64 [boards, S]."""
    channels = [f"{board}.{quantity}" for board in _traces.machine.board_channels]
    return statistics_of(_traces, channels, (first, min(last, first + MOST_ROWS - 1)))


def values_of(traces: Traces, digest: str, measure: Measure, first: int, last: int) -> dict[str, BoardValue]:
    """What the drawing says of each board for a statistic of a quantity in the rows `first` to `last`."""
    machine = traces.machine
    found = _statistics(digest, measure.quantity, first, last, traces)
    column = STATISTICS.index(measure.statistic or "deviation")
    there = set(traces.channels)
    values = {}
    for place, (board, own) in enumerate(machine.board_channels.items()):
        name = f"{board}.{measure.quantity}"
        value = float(found[place, column])
        absent = not there & set(own) if name in own else True
        values[board] = _value(traces, board, None if np.isnan(value) else value, last, absent=absent)
    return values


def unlike_values(traces: Traces, found: Sequence[Contrast], last: int) -> dict[str, BoardValue]:
    """What the drawing says of each board where it is coloured by its channel that is most unlike the other runs."""
    machine, there = traces.machine, set(traces.channels)
    first: dict[str, Contrast] = {}
    for each in found:
        first.setdefault(machine.board(each.channel) or "", each)
    values = {}
    for board, own in machine.board_channels.items():
        most = first.get(board)
        says = f"{most.channel}: {most.words}" if most else ""
        value = abs(most.z) if most else None
        values[board] = _value(traces, board, value, last, absent=not there & set(own), says=says)
    return values


def _value(
    traces: Traces, board: str, value: float | None, last: int, *, absent: bool, says: str = ""
) -> BoardValue:
    if absent:
        return BoardValue(None, "missing")
    stopped = traces.frozen.get(board, traces.n_rows)
    if stopped <= last:
        says = "\n".join(filter(None, (f"It stands still from row {stopped:,} on.", says)))
        return BoardValue(value, "frozen", says)
    return BoardValue(value, "live", says)


def unit_of(machine: Machine, measure: Measure) -> str:
    """The unit of a measure; robust standard deviations have a sign of their own."""
    if measure.statistic is None:
        return "robust standard deviations"
    if measure.statistic == "live":
        return ""
    name = next(
        (n for own in machine.board_channels.values() for n in own if n.endswith(f".{measure.quantity}")),
        None,
    )
    return machine.unit(name) if name else ""


def title_of(measure: Measure) -> str:
    """A measure in words, for the legend."""
    if measure.statistic is None:
        return "Distance from the other runs"
    return f"{measure.quantity}, {IN_WORDS[measure.statistic]}"


def choose_measure(machine: Machine, value: Measure, on_change: Callable[[str], None], *, key: str) -> None:
    """The choice of what boards are coloured by; `on_change` is called with its text."""
    own = quantities(machine)
    kinds = [*STATISTICS, UNLIKE]
    names = {UNLIKE: "distance from the other runs"} | {str(kind): words for kind, words in IN_WORDS.items()}

    def changed() -> None:
        statistic = st.session_state[f"{key}_statistic"]
        quantity = st.session_state.get(f"{key}_quantity", own[0])
        on_change(UNLIKE if statistic == UNLIKE else f"{quantity} {statistic}")

    with st.container(horizontal=True):
        st.selectbox(
            "Boards coloured by",
            kinds,
            index=kinds.index(value.statistic or UNLIKE),
            format_func=lambda kind: names[kind],
            key=f"{key}_statistic",
            on_change=changed,
        )
        st.selectbox(
            "of",
            own,
            index=own.index(value.quantity) if value.quantity in own else 0,
            key=f"{key}_quantity",
            on_change=changed,
            disabled=value.statistic is None,
        )


def show(
    machine: Machine,
    values: dict[str, BoardValue],
    measure: Measure,
    picked: str | None,
    on_pick: Callable[[str], None],
    *,
    key: str,
) -> None:
    """Draw the machine with its boards in the colours of a measure."""
    drawn = _layout(machine.to_toml(), machine)
    drawing = machine_drawing.drawing_of(drawn, values, title_of(measure), unit_of(machine, measure), picked)
    machine_drawing.show(drawing, key, on_pick)
