"""Which channels of a run are unlike the other runs: the ranking, and what it is reckoned from, kept."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import ToolmarkError
from core.recordings.contrast import Contrast, most_different, peers_of
from core.recordings.machine import Machine
from core.recordings.run_statistics import (
    IN_WORDS,
    StatisticsTable,
    kept_table,
    statistics_of,
    table_of,
    table_of_store,
)
from core.recordings.traces import Traces
from dashboard import data, places
from dashboard.data import Dataset

FOLDER = "statistics"
SHOWN = 12


def digest_of(dataset: Dataset) -> str:
    """What tells a dataset, with all of its runs as they are now, from every other."""
    if dataset.is_store:
        return data.open_store(dataset).digest
    stamps = "\n".join(dataset.digest(run) for run in dataset.runs)
    return hashlib.sha256(stamps.encode()).hexdigest()


def run_table(dataset: Dataset) -> StatisticsTable:
    """The statistics of all channels in all runs of a dataset; reckoned once and kept on disk."""
    return _run_table(digest_of(dataset), dataset)


@st.cache_resource(max_entries=4, show_spinner="Comparing all runs, once")
def _run_table(digest: str, _dataset: Dataset) -> StatisticsTable:
    folder = places.build_folder() / FOLDER
    if _dataset.is_store:
        return table_of_store(data.open_store(_dataset), folder)
    channels = data.machine_of(_dataset).side_channels
    return kept_table(folder, digest, _traces_of(_dataset, _dataset.runs), channels, len(_dataset.runs))


def _traces_of(dataset: Dataset, runs: tuple[str, ...]) -> Iterator[Traces]:
    """The traces of runs one after the other; a file that cannot be read is none to compare with."""
    for run in runs:
        try:
            if dataset.is_store:
                yield data.open_store(dataset).traces(run, places.build_folder() / "traces")
            else:
                yield Traces.of(data.recording(dataset, run))
        except ToolmarkError:
            continue


def ranked(
    dataset: Dataset, traces: Traces, rows: tuple[int, int] | None = None, *, ambient: bool = False
) -> tuple[tuple[Contrast, ...], str]:
    """Channels by how far the run lies from the others, and in words what it was compared with.

    rows: compare these rows, both included, with the same rows of the others; None = the whole run. ambient: channels
    that follow the weather and the room count too. ContrastError where there are too few others.
    """
    found, words = _ranked(digest_of(dataset), traces.name, traces.operation, rows, dataset, traces)
    if not ambient:
        found = tuple(each for each in found if traces.machine.role(each.channel) != "ambient")
        words += " Channels of the weather and the room are left out."
    return found, words


@st.cache_data(max_entries=64, show_spinner=False)
def _ranked(
    digest: str,
    run: str,
    operation: str | None,
    rows: tuple[int, int] | None,
    _dataset: Dataset,
    _traces: Traces,
) -> tuple[tuple[Contrast, ...], str]:
    table, machine = run_table(_dataset), _traces.machine
    if rows is not None:
        table = _in_rows(table, machine, run, operation, rows, _dataset)
    peers = peers_of(table, machine, run, operation)
    own = statistics_of(_traces, table.channels, rows)
    found = most_different(own, peers.values, table.channels)
    if rows is None:
        return found, f"Compared with {peers.words}."
    return found, f"Rows {rows[0]:,} to {rows[1]:,}, compared with the same rows of {peers.words}."


def _in_rows(
    table: StatisticsTable,
    machine: Machine,
    run: str,
    operation: str | None,
    rows: tuple[int, int],
    dataset: Dataset,
) -> StatisticsTable:
    """The same table of some rows, of the runs that a run may be compared with and that are long enough."""
    program = machine.programs.get(operation or "")
    alike = {name for name, own in machine.programs.items() if own == program} | {operation or ""}
    kept = [
        name
        for name, kind in zip(table.runs, table.operations, strict=True)
        if name != run and (operation is None or kind in alike)
    ]
    long_enough = (one for one in _traces_of(dataset, tuple(kept)) if one.n_rows > rows[1])
    return table_of(long_enough, table.channels, rows)


def frame(found: tuple[Contrast, ...]) -> pd.DataFrame:
    """The ranking as a table: the channel, what of it is unlike, by how much, its value and the usual one."""
    return pd.DataFrame(
        {
            "channel": [each.channel for each in found],
            "what": [IN_WORDS[each.statistic] for each in found],
            "off": [each.z for each in found],
            "value": [each.value for each in found],
            "usual": [each.usual for each in found],
            "n": [each.others for each in found],
        }
    )


def show(found: tuple[Contrast, ...], words: str, on_pick: Callable[[str], None], *, key: str) -> None:
    """The channels that are most unlike; a click on one picks it."""
    table = frame(found[:SHOWN])

    def picked() -> None:
        event: dict[str, Any] = st.session_state[key]
        rows = event["selection"]["rows"]
        if rows:
            on_pick(str(table["channel"].iloc[rows[0]]))

    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height="content",
        on_select=picked,
        selection_mode="single-row",
        column_config={
            "channel": st.column_config.TextColumn("Channel", pinned=True),
            "what": st.column_config.TextColumn("What is unlike"),
            "off": st.column_config.NumberColumn(
                "Off by", format="%.1f", help="Robust standard deviations from the median of the other runs."
            ),
            "value": st.column_config.NumberColumn("Here", format="%.4g"),
            "usual": st.column_config.NumberColumn("Usually", format="%.4g"),
            "n": st.column_config.NumberColumn("Other runs", format="%d"),
        },
    )
    st.caption(words)
