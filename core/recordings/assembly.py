"""Puts a recording together from the parts of its table: channels, labels, clock and operation."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.recordings.clock import Clock, Times, parse_times
from core.recordings.machine import Machine
from core.recordings.recording import Recording, RecordingError
from core.recordings.resample import Resampler, Rows, joined

# numpy's kinds: integers and floats, not bool
NUMBER_KINDS = "iuf"
COUNTED = "row number"


class Assembly:
    """One run that is being read; `where` stands in error messages.

    keep: columns whose cells are kept as they stand, unless they are a channel's.
    """

    def __init__(
        self, machine: Machine, names: Sequence[str], where: str, *, keep: Collection[str] = ()
    ) -> None:
        there = set(names)
        self._machine, self._names, self._where = machine, tuple(names), where
        self._sources = sources(there, machine)
        target = machine.target
        self._text = target.line_text if target and target.line_text in there else None
        number = target.line_number if target and target.line_number in there else None
        self._codes = [code for code in machine.categorical if code in there]
        self._numbers = ([number] if number else []) + self._codes
        self._has_number = number is not None
        self._operation = machine.operation_column if machine.operation_column in there else None
        self._said: Counter[str] = Counter()
        self._lines: dict[str, int] = {}
        self._parts: list[Rows] = []
        self._cells: list[pd.Series] = []
        channels = set(self._sources.values())
        self._kept: dict[str, list[pd.Series]] = {name: [] for name in keep if name not in channels}
        self._clock = Clock(machine.time.formats, machine.row_period_s) if machine.time else None
        self._resampler = self._for_resampling() if machine.resample_s else None
        self._scale, self._offset = self._conversion()
        self._n_rows = 0

    @property
    def operation(self) -> str | None:
        """What most rows of the operation's column say; None without such a column."""
        return self._said.most_common(1)[0][0] if self._said else None

    def add(self, frame: pd.DataFrame) -> None:
        """The next rows, all of the machine's columns as they stand in the file."""
        values = self._values(frame)
        labels = self._codes_of_lines(frame)
        numbers = np.empty((len(frame), len(self._numbers)))
        for place, column in enumerate(self._numbers):
            numbers[:, place] = self._column(frame, column)
        for column, cells in self._kept.items():
            cells.append(frame[column])
        rows = Rows(self._seconds(frame), values, labels, numbers, self._operations(frame))
        self._n_rows += len(frame)
        self._parts.append(rows if self._resampler is None else self._resampler.add(rows))

    def kept(self) -> dict[str, pd.Series]:
        """The cells of the columns that are no channels."""
        return {name: _concatenated(cells) for name, cells in self._kept.items()}

    def recording(self, name: str, operation: str | None, source: Path | None) -> Recording:
        """The run, once all of its rows are there."""
        last = self._resampler.finish() if self._resampler is not None else None
        parts = [*self._parts, last] if last is not None else self._parts
        rows = joined(parts)
        self._parts.clear()
        times = self._times(rows)
        texts = np.array([None, *self._lines], dtype=object)
        return Recording(
            name=name,
            operation=operation,
            machine=self._machine,
            time_s=times.time_s,
            channels=tuple(self._sources),
            values=rows.values,
            lines=tuple(texts[rows.text + 1].tolist()) if self._text is not None else None,
            line_numbers=rows.numbers[:, 0] if self._has_number else None,
            codes={code: rows.numbers[:, place + self._has_number] for place, code in enumerate(self._codes)},
            source=source,
            row_operations=rows.operation if (rows.operation != rows.operation[:1]).any() else None,
            time_format=times.format,
            bad_times=times.bad,
            unknown_columns=tuple(name for name in self._names if name not in self._machine.columns),
        )

    def _for_resampling(self) -> Resampler:
        conversions = [self._machine.conversion(channel) for channel in self._sources]
        bins = ["mean" if own is None else own.bin for own in conversions]
        return Resampler(self._machine.resample_s or 1, bins)

    def _conversion(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        conversions = [self._machine.conversion(channel) for channel in self._sources]
        scale = [1.0 if own is None else own.scale for own in conversions]
        offset = [0.0 if own is None else own.offset for own in conversions]
        return np.array(scale), np.array(offset)

    def _values(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        columns = list(self._sources.values())
        chosen = frame[columns]
        # a number that float32 cannot hold becomes infinite, and so no value
        with np.errstate(over="ignore"):
            if all(kind.kind in NUMBER_KINDS for kind in chosen.dtypes):
                exact = chosen.to_numpy(dtype=self._kind, na_value=np.nan)
            else:
                exact = np.column_stack([self._column(frame, name).astype(self._kind) for name in columns])
            if self._kind is np.float64:
                exact = exact * self._scale + self._offset
            values = np.require(exact, np.float32, ["C", "W"])
        values[np.isinf(values)] = np.nan
        return values

    @property
    def _kind(self) -> type[np.float32] | type[np.float64]:
        converted = (self._scale != 1).any() or (self._offset != 0).any()
        return np.float64 if converted else np.float32

    def _column(self, frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
        cells = frame[column]
        if cells.dtype.kind in NUMBER_KINDS:
            return cells.to_numpy(dtype=np.float64, na_value=np.nan)
        numbers = pd.to_numeric(cells.astype("str"), errors="coerce")
        wrong = np.flatnonzero((numbers.isna() & cells.notna()).to_numpy())
        if len(wrong):
            row = int(wrong[0])
            raise RecordingError(
                f"{self._where} has the text {str(cells.iloc[row])[:40]!r} in the number column {column!r}, "
                f"row {self._n_rows + row + 1} after the header: correct or empty that cell."
            )
        return numbers.to_numpy(dtype=np.float64)

    def _codes_of_lines(self, frame: pd.DataFrame) -> NDArray[np.int64]:
        if self._text is None:
            return np.full(len(frame), -1, dtype=np.int64)
        cells = frame[self._text]
        codes, kinds = pd.factorize(cells.astype("str").where(cells.notna(), ""))
        own = [
            self._lines.setdefault(text, len(self._lines)) if text else -1 for text in map(_stripped, kinds)
        ]
        return np.array([*own, -1], dtype=np.int64)[codes]

    def _operations(self, frame: pd.DataFrame) -> NDArray[np.int64]:
        if self._operation is None:
            return np.full(len(frame), -1, dtype=np.int64)
        cells = frame[self._operation]
        codes, kinds = pd.factorize(cells.astype("str").where(cells.notna()))
        names = [_stripped(kind) for kind in kinds]
        self._said.update(dict(zip(names, np.bincount(codes[codes >= 0], minlength=len(names)), strict=True)))
        return np.array([*map(self._machine.operation_id, names), -1], dtype=np.int64)[codes]

    def _seconds(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        time = self._machine.time
        if time is None or self._clock is None:
            rows = self._n_rows + np.arange(len(frame), dtype=np.float64)
            return rows * self._machine.row_period_s
        if self._resampler is not None:
            return self._clock.seconds(frame[time.column])
        self._cells.append(frame[time.column])
        return np.empty(len(frame))

    def _times(self, rows: Rows) -> Times:
        time = self._machine.time
        if time is None or self._clock is None:
            return Times(rows.time_s, COUNTED, 0)
        if self._resampler is not None:
            return Times(rows.time_s, self._clock.format, self._clock.bad)
        return parse_times(_concatenated(self._cells), time.formats, self._machine.row_period_s)


def sources(there: set[str], machine: Machine) -> dict[str, str]:
    """Channel -> the column of the file that holds it: its own, else one that repeats it."""
    found = {alias_of: alias for alias, alias_of in machine.aliases.items() if alias in there}
    found |= {name: column for name in machine.channels if (column := machine.column_of(name)) in there}
    return {name: found[name] for name in machine.channels if name in found}


def _stripped(cell: object) -> str:
    return str(cell).strip()


def _concatenated(cells: list[pd.Series]) -> pd.Series:
    if len(cells) == 1:
        return cells[0]
    kinds = {series.dtype.kind for series in cells}
    if len(kinds) > 1 and not kinds <= set(NUMBER_KINDS):
        # what is text in one part is text in all
        cells = [series.astype("str").where(series.notna()) for series in cells]
    return pd.concat(cells, ignore_index=True)
