"""The columns of a stored run, read from its file when and where they are asked for."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.recordings.assembly import sources
from core.recordings.clock import Clock
from core.recordings.lanes import NOTHING, Lane, line_lane, operation_lane, state_channels, value_lane
from core.recordings.machine import Machine
from core.recordings.recording import Recording, buffering_mask
from core.recordings.run_file import OPERATION, TIME, RunEntry


class RunColumns:
    """The columns of one run's Parquet file; no more is read than the rows and channels that are asked for.

    pyarrow's errors where the file is damaged.
    """

    def __init__(self, file: Path, entry: RunEntry, machine: Machine) -> None:
        self._file, self._entry, self.machine = pq.ParquetFile(file, memory_map=True), entry, machine
        # a Parquet file is read by one thread at a time
        self._lock = Lock()
        names = set(self._file.schema_arrow.names)
        self._names = names
        self._sources = sources(names, machine) if TIME not in names else {n: n for n in names}
        self.channels = tuple(name for name in machine.channels if name in self._sources)
        counts = [self._file.metadata.row_group(g).num_rows for g in range(self._file.num_row_groups)]
        self._ends = np.cumsum(counts, dtype=np.int64)

    @property
    def n_rows(self) -> int:
        """The number of rows, T."""
        return int(self._file.metadata.num_rows)

    def values(self, channels: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
        """Values of channels in the rows `first` to `last`, both included, float32 [C, n]; NaN = no value."""
        columns = [self._sources[name] for name in channels]
        begin, table = self._rows(columns, first, last)
        found = np.empty((len(columns), last - first + 1), dtype=np.float32)
        for place, name in enumerate(columns):
            cells = table.column(name).slice(first - begin, last - first + 1)
            found[place] = cells.to_numpy()
        found[np.isinf(found)] = np.nan
        return found

    def _rows(self, columns: Sequence[str], first: int, last: int) -> tuple[int, pa.Table]:
        low, high = np.searchsorted(self._ends, [first, last], side="right")
        begin = int(self._ends[low - 1]) if low else 0
        groups = list(range(int(low), int(high) + 1))
        with self._lock:
            # the same column twice would be two columns of one name
            return begin, self._file.read_row_groups(groups, columns=list(dict.fromkeys(columns)))

    def _column(self, name: str) -> pa.ChunkedArray:
        with self._lock:
            return self._file.read(columns=[name]).column(name)

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """Seconds from the first row, float64 [T]."""
        if TIME in self._names:
            return np.asarray(self._column(TIME).to_numpy(), dtype=np.float64)
        time = self.machine.time
        if time is None or time.column not in self._names:
            return np.arange(self.n_rows, dtype=np.float64) * self.machine.row_period_s
        clock = Clock(time.formats, self.machine.row_period_s)
        return np.concatenate([clock.seconds(cells) for cells in self._cells(time.column)])

    def _cells(self, column: str) -> list[pd.Series]:
        return [chunk.to_pandas() for chunk in self._column(column).chunks]

    def lanes(self) -> tuple[Lane, ...]:
        """Every lane that the run has."""
        found = [self._lines(), self._operations()]
        for name in state_channels(self.machine, self.channels):
            found.append(value_lane(name, name, self.values((name,), 0, self.n_rows - 1)[0]))
        codes = [name for name in self.machine.categorical if name in self._names]
        found += [value_lane(name, name, self._numbers(name)) for name in codes]
        return tuple(own for own in found if own is not None)

    def _numbers(self, column: str) -> NDArray[np.float64]:
        cells = pc.cast(self._column(column), pa.float64())
        return np.asarray(cells.to_numpy(), dtype=np.float64)

    def _lines(self) -> Lane | None:
        target = self.machine.target
        if target is None or target.line_text not in self._names:
            return None
        texts: dict[str, int] = {}
        parts = []
        for chunk in self._column(str(target.line_text)).chunks:
            coded = chunk if isinstance(chunk, pa.DictionaryArray) else pc.dictionary_encode(chunk)
            words = ["" if word is None else str(word).strip() for word in coded.dictionary.to_pylist()]
            own = [texts.setdefault(word, len(texts)) if word else NOTHING for word in words]
            indices = coded.indices.fill_null(len(own)).to_numpy(zero_copy_only=False)
            parts.append(np.array([*own, NOTHING], dtype=np.int64)[indices])
        return line_lane(np.concatenate(parts), tuple(texts), self._buffering(target.line_number))

    def _buffering(self, column: str | None) -> NDArray[np.bool_]:
        numbers = self._numbers(column) if column is not None and column in self._names else None
        # of a recording nothing is looked at but its line numbers
        bare = Recording(
            self._entry.run,
            self._entry.operation,
            self.machine,
            self.seconds,
            (),
            np.empty((self.n_rows, 0), dtype=np.float32),
            None,
            numbers,
            {},
        )
        return buffering_mask(bare)

    def _operations(self) -> Lane | None:
        by_row = None
        if OPERATION in self._names:
            by_row = np.asarray(self._column(OPERATION).to_numpy(), dtype=np.int64)
        return operation_lane(self.machine, self.n_rows, self._entry.operation, by_row)
