"""Which values of a recording are real: a missing column, a NaN and a frozen board are all absent."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.recordings.machine import Machine
from core.recordings.recording import Recording

# A live board never repeats all of its values for so long (Bantam runs: 3 rows at most; frozen, 15 up).
FROZEN_ROWS = 10
# fewer quantities than this cannot tell a frozen board from a quiet one
FROZEN_QUANTITIES = 3
BLOCK_ROWS = 1 << 12


def live_rows(recording: Recording, channels: Sequence[str], *, frozen: bool = True) -> NDArray[np.bool_]:
    """Where a value can be trusted: bool [T, C].

    False where the file lacks the channel, where the value is NaN and, unless `frozen` is off, from the row
    on where the channel's board stops changing for the rest of the run.
    """
    live = np.isfinite(recording.matrix(channels))
    return live & ~frozen_rows(recording, channels) if frozen else live


def frozen_rows(recording: Recording, channels: Sequence[str]) -> NDArray[np.bool_]:
    """Rows where a channel's board only repeats itself: bool [T, C]."""
    start = frozen_boards(recording)
    boards = [recording.machine.board(channel) for channel in channels]
    first = np.array([start.get(board or "", recording.n_rows) for board in boards], dtype=np.int64)
    frozen: NDArray[np.bool_] = np.arange(recording.n_rows)[:, None] >= first[None, :]
    return frozen


def frozen_boards(recording: Recording) -> dict[str, int]:
    """Board -> its first row of the stretch, up to the end, in which none of its quantities changes."""
    frozen = {}
    for board, columns in _boards(recording).items():
        if len(columns) < FROZEN_QUANTITIES:
            continue
        start = _last_change(recording.values, columns)
        if recording.n_rows - start >= FROZEN_ROWS:
            frozen[board] = start
    return frozen


def boards_of(machine: Machine, channels: Iterable[str]) -> dict[str, list[str]]:
    """Board -> those of the channels that it measures; channels of no board are left out."""
    boards: dict[str, list[str]] = {}
    for name in channels:
        board = machine.board(name)
        if board is not None:
            boards.setdefault(board, []).append(machine.channel(name))
    return boards


def missing_boards(recording: Recording, channels: Iterable[str]) -> tuple[str, ...]:
    """Boards of these channels of which the recording has none."""
    have = set(recording.channels)
    boards = boards_of(recording.machine, channels)
    return tuple(board for board, names in boards.items() if not have & set(names))


def _boards(recording: Recording) -> dict[str, list[int]]:
    boards: dict[str, list[int]] = {}
    for column, channel in enumerate(recording.channels):
        board = recording.machine.board(channel)
        if board is not None:
            boards.setdefault(board, []).append(column)
    return boards


def _last_change(values: NDArray[np.float32], columns: Sequence[int]) -> int:
    """The first row after the last change of any of the columns; 0 where nothing ever changes. NaN equals NaN."""
    # from the end, as a live board changes there: no more than a block of a long run is looked at
    for end in range(len(values), 1, -BLOCK_ROWS):
        begin = max(end - BLOCK_ROWS - 1, 0)
        block = values[begin:end, columns]
        before, after = block[:-1], block[1:]
        changed = ((before != after) & ~(np.isnan(before) & np.isnan(after))).any(axis=1)
        rows = np.flatnonzero(changed)
        if len(rows):
            return begin + int(rows[-1]) + 2
    return 0
