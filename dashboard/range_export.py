"""The rows in view as a file: raw and derived channels with row, time, program line and operation."""

import io
from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import streamlit as st

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.derived_traces import derived_values
from core.recordings.lanes import BUFFERING, Lane
from core.recordings.traces import Traces
from dashboard import places
from dashboard.components import sentence

Kind = Literal["csv", "parquet"]
LABELS: dict[Kind, str] = {"csv": "CSV", "parquet": "Parquet"}
MIME: dict[Kind, str] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
# cells of a file: a CSV of them has about 100 MB
MOST_CELLS = 10_000_000


class ExportError(ToolmarkError):
    """A range that is too large for a file."""


def table(traces: Traces, channels: Sequence[str], first: int, last: int) -> pa.Table:
    """The rows `first` to `last`, both included: row, seconds, line, operation where there are, then the channels.

    ExportError where they are too many, DerivedError for a derived channel that cannot be reckoned.
    """
    first, last = traces.clamped(first, last, 1)
    if problem := too_large(channels, first, last):
        raise ExportError(problem)
    row = np.arange(first, last + 1)
    columns: dict[str, pa.Array] = {"row": pa.array(row), "seconds": pa.array(traces.seconds[row])}
    columns |= {
        lane.name: _texts(lane, first, last) for lane in traces.lanes if lane.name in ("line", "operation")
    }
    raw = [name for name in channels if not is_derived(name)]
    read = traces.columns.values(raw, first, last) if raw else np.empty((0, len(row)), np.float32)
    values = dict(zip(raw, read, strict=True))
    for name in channels:
        own = values.get(name)
        if own is None:
            own = derived_values(parse(name, traces.machine), traces, first, last)
        columns[name] = pa.array(own, from_pandas=True)
    return pa.table(columns)


def too_large(channels: Sequence[str], first: int, last: int) -> str | None:
    """What is wrong with a range that is too large for a file, in a sentence; None = nothing."""
    rows = last - first + 1
    if rows * (len(channels) + 4) <= MOST_CELLS:
        return None
    most = MOST_CELLS // (len(channels) + 4)
    return f"{rows:,} rows of {len(channels)} channels are too many for a file: show {most:,} rows or fewer."


def _texts(lane: Lane, first: int, last: int) -> pa.Array:
    """The lane's text of each row; none where the controller was still buffering."""
    segments = lane.segments(first, last, last - first + 1)
    empty = lane.kinds.index(BUFFERING) if BUFFERING in lane.kinds else -1
    codes = np.repeat(segments.code, segments.last - segments.first + 1).astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=(codes < 0) | (codes == empty)), pa.array(lane.texts, pa.string())
    )


def as_bytes(found: pa.Table, kind: Kind) -> bytes:
    """A table as the bytes of a file."""
    file = io.BytesIO()
    if kind == "csv":
        pyarrow.csv.write_csv(found, file, pyarrow.csv.WriteOptions(quoting_style="needed"))
    else:
        pq.write_table(found, file, compression="zstd")
    return file.getvalue()


def file_name(run: str, first: int, last: int, kind: Kind) -> str:
    """The name of a file, which tells the run and its rows."""
    return f"{places.plain(run, 'run')}_rows_{first}-{last}.{kind}"


def show(traces: Traces, channels: Sequence[str], first: int, last: int, key: str = "export") -> None:
    """Buttons that make the file when they are pressed, and not before."""
    if not channels:
        st.caption("Show a channel first: what is shown is what the file holds.")
        return
    problem = too_large(channels, first, last)
    for kind, label in LABELS.items():
        st.download_button(
            label,
            data=partial(_file, traces, tuple(channels), first, last, kind),
            file_name=file_name(traces.name, first, last, kind),
            mime=MIME[kind],
            icon=":material/download:",
            key=f"{key}_{kind}",
            on_click="ignore",
            disabled=problem is not None,
        )
    columns = f"{len(channels)} channel{'' if len(channels) == 1 else 's'}"
    st.caption(sentence(problem or f"Rows {first:,} to {last:,}, {columns}, with time, line and operation"))


def _file(traces: Traces, channels: Sequence[str], first: int, last: int, kind: Kind) -> bytes:
    return as_bytes(table(traces, channels, first, last), kind)
