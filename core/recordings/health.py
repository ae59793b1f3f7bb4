"""The health report: what is wrong, or worth knowing, in a recording, channel by channel."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.recordings.parts import ControllerColumn
from core.recordings.presence import FROZEN_ROWS, frozen_boards
from core.recordings.recording import Recording, buffering_mask

Severity = Literal["info", "warning", "error"]
# a step of the clock over this many row periods (about 1 s) is a gap
GAP_PERIODS = 4
# one row at the end of the range is a reading; more in a row are a clipped signal
CLIPPED_ROWS = 3
# cells that are looked at together
CELLS = 1 << 22
# quantities that a quiet run rightly holds still: 0.1 kPa steps, nothing near, no change of light
SLOW_MODALITIES = ("pressure", "temperature", "proximity", "colour")


@dataclass(frozen=True)
class Finding:
    """One thing about one run; `channel` is a channel or a board, None = the whole run.

    first_row: where it begins, counted from 0; rows: how many rows it concerns.
    """

    run: str
    channel: str | None
    kind: str
    detail: str
    first_row: int
    rows: int
    severity: Severity

    def to_json(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return asdict(self)


def report(recording: Recording) -> list[Finding]:
    """All findings about a run: first those about the whole run, then boards, then channels."""
    checks: Sequence[Callable[[Recording], Iterable[Finding]]] = (
        _clock,
        _labels,
        _unknown_columns,
        _missing,
        _frozen,
        _channels,
    )
    return [finding for check in checks for finding in check(recording)]


def _clock(recording: Recording) -> Iterable[Finding]:
    run, rows = recording.name, recording.n_rows
    if recording.time_format is None:
        formats = ", ".join(recording.machine.time.formats if recording.machine.time else ())
        detail = f"the clock is in none of the formats {formats}; rows are counted instead"
        yield Finding(run, None, "time_format", detail, 0, rows, "warning")
        return
    if recording.bad_times:
        detail = f"{recording.bad_times} rows have no readable time; it is interpolated"
        yield Finding(run, None, "time_format", detail, 0, recording.bad_times, "warning")
    steps = np.diff(recording.time_s)
    for row in np.flatnonzero((steps > GAP_PERIODS * recording.machine.period_s) | (steps < 0)):
        step = float(steps[row])
        detail = (
            f"{step:.1f} s pass between two rows" if step > 0 else f"the clock goes back by {-step:.1f} s"
        )
        yield Finding(run, None, "gap", detail, int(row) + 1, 1, "warning")


def _labels(recording: Recording) -> Iterable[Finding]:
    run, rows = recording.name, recording.n_rows
    if recording.machine.target is None or recording.machine.target.line_text is None:
        return
    if recording.lines is None:
        yield Finding(run, None, "empty_labels", "the file has no program lines", 0, rows, "info")
        return
    empty = np.array([line is None for line in recording.lines])
    if empty.any():
        detail = f"{int(empty.sum())} of {rows} rows have no program line"
        yield Finding(run, None, "empty_labels", detail, int(empty.argmax()), int(empty.sum()), "warning")
    stretches = _stretches(buffering_mask(recording))
    for first, count in stretches:
        detail = "line numbers race ahead while the controller buffers; these rows have no label"
        yield Finding(run, None, "buffering", detail, first, count, "info")
    for first in _restarts(recording):
        detail = "the program starts again: one recording holds it more than once"
        yield Finding(run, None, "program_twice", detail, first, rows - first, "warning")


def _restarts(recording: Recording) -> list[int]:
    """Rows where, after the program's last line, an earlier one follows that is not left over from before."""
    if recording.line_numbers is None:
        return []
    numbers = recording.line_numbers
    known = np.flatnonzero(np.isfinite(numbers))
    if not len(known):
        return []
    back = np.flatnonzero(np.diff(numbers[known]) < 0) + 1
    from_end = back[numbers[known[back - 1]] == numbers[known].max()]
    executed = ~buffering_mask(recording)[known[from_end - 1]]
    return [int(row) for row in known[from_end[executed]]]


def same_clock(clocks: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Runs that were recorded at the same time: half of the shorter one's clock readings are the other's too.

    clocks: run -> its time cells as written. Such runs share rows of the controller and so their labels; they
    should not stand on two sides of a split.
    """
    runs_at: dict[str, list[str]] = {}
    for run in sorted(clocks):
        for cell in clocks[run]:
            runs_at.setdefault(cell, []).append(run)
    shared = Counter(pair for runs in runs_at.values() for pair in combinations(runs, 2))
    findings = []
    for (first, second), cells in sorted(shared.items()):
        if 2 * cells >= min(len(clocks[first]), len(clocks[second])):
            detail = f"{cells} clock readings are those of {first} too: the two share rows of the controller"
            findings.append(Finding(second, None, "same_clock", detail, 0, cells, "warning"))
    return findings


def _unknown_columns(recording: Recording) -> Iterable[Finding]:
    machine = recording.machine
    groups: dict[tuple[str, bool], int] = {}
    for column in recording.unknown_columns:
        board, dot, quantity = column.partition(".")
        of_board = bool(dot) and quantity in machine.quantities
        name = board if of_board else column
        groups[name, of_board] = groups.get((name, of_board), 0) + 1
    # what the file lacks is what may have been renamed
    boards = {machine.board(channel) for channel in recording.channels}
    there = {machine.column_of(channel) for channel in recording.channels} | set(recording.codes)
    columns = {name for name in machine.columns - there if machine.role(name) not in ("time", "operation")}
    if machine.target:
        columns -= {machine.target.line_text} if recording.lines is not None else set()
        columns -= {machine.target.line_number} if recording.line_numbers is not None else set()
    for (name, of_board), count in groups.items():
        lacking = {
            known.lower(): known for known in (set(machine.board_channels) - boards if of_board else columns)
        }
        close = get_close_matches(name.lower(), lacking, n=1, cutoff=0.4)
        hint = f"; the closest name that the file lacks is {lacking[close[0]]}" if close else ""
        what = f"{count} columns of an unknown board are" if of_board else "an unknown column is"
        detail = f"{what} not read{hint}"
        yield Finding(recording.name, name, "unknown_column", detail, 0, recording.n_rows, "warning")


def _missing(recording: Recording) -> Iterable[Finding]:
    machine, present = recording.machine, set(recording.channels)
    for board, channels in machine.board_channels.items():
        absent = [channel for channel in channels if channel not in present]
        if len(absent) == len(channels):
            yield _absent(recording, board, "the board was not recorded", "info")
        else:
            yield from (
                _absent(recording, name, "the column is not in the file", "warning") for name in absent
            )
    for name in machine.side_channels:
        if name not in present and machine.board(name) is None:
            yield _absent(recording, name, "the column is not in the file", "warning")


def _absent(recording: Recording, name: str, detail: str, severity: Severity) -> Finding:
    return Finding(recording.name, name, "missing", detail, 0, recording.n_rows, severity)


def _frozen(recording: Recording) -> Iterable[Finding]:
    for board, first in frozen_boards(recording).items():
        rows = recording.n_rows - first
        detail = f"all of its channels keep their values for the last {rows} of {recording.n_rows} rows"
        yield Finding(recording.name, board, "frozen", detail, first, rows, "warning")


def _channels(recording: Recording) -> Iterable[Finding]:
    frozen = frozen_boards(recording)
    side = [place for place, name in enumerate(recording.channels) if recording.machine.is_side(name)]
    # some channels at a time: one by one is slow of a wide run, all at once large of a long one
    some = max(1, CELLS // max(recording.n_rows, 1))
    for begin in range(0, len(side), some):
        places = side[begin : begin + some]
        block = np.ascontiguousarray(recording.values[:, places].T)
        for place, values in zip(places, block, strict=True):
            yield from _channel(recording, recording.channels[place], values, frozen)


def _channel(
    recording: Recording, name: str, values: NDArray[np.float32], frozen: Mapping[str, int]
) -> Iterable[Finding]:
    nan = np.isnan(values)
    if nan.any():
        yield _nan(recording, name, nan)
    # what a frozen board shows is said once, of the board
    if nan.all() or recording.machine.board(name) in frozen:
        return
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    yield from _clipped(recording, name, values, low, high)
    if low == high and recording.n_rows >= FROZEN_ROWS:
        slow = recording.machine.modality(name) in SLOW_MODALITIES
        unit = recording.machine.unit(name)
        detail = f"the value is {low:g}{' ' + unit if unit else ''} in the whole run"
        severity: Severity = "info" if slow else "warning"
        yield Finding(recording.name, name, "dead", detail, 0, recording.n_rows, severity)


def _nan(recording: Recording, name: str, nan: NDArray[np.bool_]) -> Finding:
    rows = int(nan.sum())
    detail = f"{rows} of {recording.n_rows} rows have no value"
    return Finding(recording.name, name, "nan", detail, int(nan.argmax()), rows, "warning")


def _clipped(
    recording: Recording, name: str, values: NDArray[np.float32], low: float, high: float
) -> Iterable[Finding]:
    quantity = recording.machine.quantity(name)
    if isinstance(quantity, ControllerColumn):
        return
    minimum = -np.inf if quantity.minimum is None else quantity.minimum
    maximum = np.inf if quantity.maximum is None else quantity.maximum
    if low > minimum and high < maximum:
        return
    for at_end in (values <= minimum, values >= maximum):
        stretches = [stretch for stretch in _stretches(at_end) if stretch[1] >= CLIPPED_ROWS]
        if stretches:
            rows = sum(count for _, count in stretches)
            detail = (
                f"{rows} rows at or beyond the sensor's range ({minimum:g} to {maximum:g} {quantity.unit})"
            )
            severity: Severity = "warning" if low < minimum or high > maximum else "info"
            yield Finding(recording.name, name, "clipped", detail, stretches[0][0], rows, severity)


def _stretches(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first row, number of rows) of every stretch of true rows."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
