"""What stands beside the traces: the machine, the toolpath, spectra, figures of the rows in view, and files of them."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.recordings.derived import is_derived
from core.recordings.overlay import lay_over
from core.recordings.run_statistics import IN_WORDS, STATISTICS, statistics_of
from core.recordings.traces import Traces
from dashboard import (
    contrast_view,
    machine_view,
    range_export,
    selection,
    shown_channels,
    spectrum_view,
    toolpath_view,
)
from dashboard.address import Selection
from dashboard.components import sentence
from dashboard.data import Dataset
from dashboard.signals_view import Run
from dashboard.spectrum_view import Part
from dashboard.toolpath_drawing import Looked

# figures are reckoned of no more rows in view than this
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Look:
    """What is being looked at, for what stands beside the traces: both ends of the rows in view, the pinned row."""

    dataset: Dataset
    run: Run
    over: Run | None
    selected: Selection
    channels: tuple[str, ...]
    first: int
    last: int
    cursor: int | None

    @property
    def traces(self) -> Traces:
        """The traces of the run."""
        return self.run.traces

    @property
    def there(self) -> tuple[str, ...]:
        """The channels that are shown and that the run has."""
        return tuple(n for n in self.channels if shown_channels.state(self.traces, n) != "missing")


def show(look: Look) -> None:
    """The choice of what stands beside the traces, and that; nothing is reckoned of what is not chosen."""
    chosen = st.segmented_control(
        "Beside the traces", list(_PANELS), key="signals_beside", label_visibility="collapsed"
    )
    if chosen is not None:
        _PANELS[chosen](look)


def _machine(look: Look) -> None:
    machine = look.traces.machine
    if not machine.board_channels:
        st.caption("This machine has no sensor boards to draw.")
        return
    measure = machine_view.measure_of(look.selected.statistic, machine)
    machine_view.choose_measure(
        machine, measure, lambda text: selection.change(statistic=text), key="signals_measure"
    )
    if measure.statistic is None:
        try:
            found, words = contrast_view.ranked(look.dataset, look.traces)
        except ToolmarkError as error:
            st.caption(sentence(str(error)))
            return
        values = machine_view.unlike_values(look.traces, found, look.last)
        st.caption(words)
    else:
        values = machine_view.values_of(look.traces, look.run.digest, measure, look.first, look.last)
    machine_view.show(
        machine, values, measure, look.selected.board, partial(_pick_board, look), key="signals_machine"
    )


def _pick_board(look: Look, board: str) -> None:
    selection.change(board=board, channels=(board,), layout=None)


def _unlike(look: Look) -> None:
    whole = st.segmented_control(
        "Rows", ["Whole run", "Rows in view"], default="Whole run", required=True, key="unlike_rows"
    )
    rows = None if whole == "Whole run" else (look.first, look.last)
    try:
        found, words = contrast_view.ranked(look.dataset, look.traces, rows)
    except ToolmarkError as error:
        st.caption(sentence(str(error)))
        return
    st.button(
        "Show the 8 most different",
        icon=":material/ssid_chart:",
        on_click=lambda: selection.change(channels=tuple(each.channel for each in found[:8]), layout=None),
    )
    contrast_view.show(found, words, partial(_add, look), key="unlike_table")


def _add(look: Look, channel: str) -> None:
    if channel not in look.channels:
        selection.change(channels=(*look.channels, channel), layout=None)


def _toolpath(look: Look) -> None:
    colour = toolpath_view.choose_colour(
        look.there, st.session_state.get("toolpath_colour"), "toolpath_colour"
    )
    selected = look.selected
    toolpath_view.show(
        look.traces,
        look.run.digest,
        Looked(look.first, look.last, look.cursor, selected.mark_a, selected.mark_b),
        colour,
        lambda row, mark: selection.change(**{f"mark_{mark}": row}),
        key="signals_toolpath",
    )


def _spectrum(look: Look) -> None:
    if not look.there:
        st.caption("Show a channel first.")
        return
    channel = st.selectbox("Channel", look.there, key="spectrum_channel", width=320)
    part = Part(look.traces, look.run.digest, look.first, look.last)
    of_spectrum, of_time = st.columns(2)
    with of_spectrum:
        spectrum_view.show_spectrum(channel, part, _over(look), key="signals_spectrum")
    with of_time:
        spectrum_view.show_spectrogram(channel, part, key="signals_spectrogram")


def _over(look: Look) -> Part | None:
    if look.over is None:
        return None
    shift = 0 if look.selected.laid else look.selected.shift or 0
    first, last = look.over.traces.clamped(max(look.first - shift, 0), max(look.last - shift, 0))
    return Part(look.over.traces, look.over.digest, first, last)


def _figures(look: Look) -> None:
    raw = [name for name in look.there if not is_derived(name)]
    if not raw:
        st.caption("Show a channel first.")
        return
    last = min(look.last, look.first + MOST_ROWS - 1)
    table = _table(look.run.digest, tuple(raw), look.first, last, look.traces)
    st.dataframe(
        table,
        key="signals_figures",
        hide_index=True,
        height="content",
        column_config={"Channel": st.column_config.TextColumn(pinned=True)}
        | {IN_WORDS[each].capitalize(): st.column_config.NumberColumn(format="%.5g") for each in STATISTICS},
    )
    cut = "" if last == look.last else f" Of more rows than {MOST_ROWS:,} the first are taken."
    st.caption(f"Rows {look.first:,} to {last:,}; frozen and missing values do not count.{cut}")


@st.cache_data(max_entries=64, show_spinner=False)
def _table(digest: str, channels: tuple[str, ...], first: int, last: int, _traces: Traces) -> pd.DataFrame:
    found = statistics_of(_traces, channels, (first, last))
    table = pd.DataFrame(found, columns=[IN_WORDS[each].capitalize() for each in STATISTICS])
    table.insert(0, "Channel", channels)
    table.insert(1, "Unit", [_traces.machine.unit(name) for name in channels])
    return table


def _files(look: Look) -> None:
    range_export.show(look.traces, look.there, look.first, look.last, key="signals_export")


_PANELS = {
    "Machine": _machine,
    "Most different": _unlike,
    "Toolpath": _toolpath,
    "Spectrum": _spectrum,
    "Figures": _figures,
    "Files": _files,
}


def align(run: Run, over: Run) -> str:
    """Shift the run that is laid over so that most rows execute the same line; says how well they then agree."""
    here, other = run.traces.recording, over.traces.recording
    if here is None or other is None:
        return "Runs this long are not aligned by their lines: shift the other run by hand."
    try:
        found = lay_over(here, other)
    except ToolmarkError as error:
        return sentence(str(error))
    selection.change(shift=found.shift or None)
    return found.words
