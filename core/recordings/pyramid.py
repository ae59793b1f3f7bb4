"""The pyramid of a long run: its extremes in ever larger buckets, kept beside it so that any view is quick to draw.

It is a folder of plain arrays, opened without reading them: a view touches the slices that it draws.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.atomic import replacing_folder
from core.recordings.clock_gaps import Gaps, clock_gaps
from core.recordings.lanes import COARSE, MOST_STRETCHES, Lane, Segments
from core.recordings.machine import Machine
from core.recordings.presence import FROZEN_QUANTITIES, FROZEN_ROWS
from core.recordings.thinning import Buckets, bucketed, merged

VERSION = 1
# a run of more rows is drawn from its pyramid, and its columns are never opened as a whole
LONG_ROWS = 200_000
# rows of a bucket of the first level, and buckets of one of the next
FACTOR = 16
# the coarsest level has this many buckets or fewer
TOP_BUCKETS = 4096
DESCRIPTION, SECONDS, SPREADS, GAPS = "traces.json", "seconds.npy", "spreads.npy", "gaps.npz"
# of a channel's values where it is live: least, largest, mean, standard deviation
SPREAD_COLUMNS = 4


class PyramidError(ToolmarkError):
    """A pyramid that is missing, damaged, or another run's."""


class Columns(Protocol):
    """What a pyramid is built from."""

    @property
    def machine(self) -> Machine:
        """The machine that the run was recorded on."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the run has."""

    @property
    def n_rows(self) -> int:
        """The number of rows, T."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Seconds from the first row, float64 [T]."""

    def values(self, channels: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
        """Values of channels in the rows `first` to `last`, float32 [C, n]."""

    def lanes(self) -> tuple[Lane, ...]:
        """Every lane that the run has."""


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A run's extremes, clock and lanes.

    levels: bucket size in rows -> float32 [C, 3, B] of least, largest and missing rows, the finest first;
    seconds: float64 [T]; spreads: float64 [C, 4] of least, largest, mean and standard deviation where live;
    frozen: board -> first row of the stretch, up to the end, in which it only repeats itself.
    """

    channels: tuple[str, ...]
    levels: dict[int, NDArray[np.float32]]
    seconds: NDArray[np.float64]
    spreads: NDArray[np.float64]
    lanes: tuple[Lane, ...]
    frozen: dict[str, int]
    gaps: Gaps

    def buckets(self, channel: str, first: int, last: int, width: int) -> tuple[Buckets, int, int]:
        """`width` buckets at the most, of one channel between two rows; their size and first row.

        They begin at a multiple of their size, so that a view that is moved keeps its shape.
        """
        finest = min(self.levels)
        fit = [size for size in self.levels if (last - first + 1) // size >= 2 * width]
        size = max(fit, default=finest)
        factor = max(-(-(last // size - first // size + 1) // width), 1)
        begin = first // size // factor * factor
        own = self.levels[size][self.channels.index(channel), :, begin : last // size + 1]
        return merged(Buckets(*own), factor), size * factor, begin * size


def build(
    folder: Path, columns: Columns, digest: str, advance: Callable[[int, int], None] | None = None
) -> Pyramid:
    """Write the pyramid of a run into `folder`, which is replaced; no more than one channel is held at a time.

    digest: what the traces depend on, so that another run's pyramid is not taken for it; advance: called with the
    number of channels done and of all.
    """
    last_changes: dict[str, int] = {}
    with replacing_folder(folder) as aside:
        levels = _empty_levels(aside, len(columns.channels), columns.n_rows)
        spreads = np.full((len(columns.channels), SPREAD_COLUMNS), np.nan)
        for place, name in enumerate(columns.channels):
            if advance is not None:
                advance(place, len(columns.channels))
            values = columns.values((name,), 0, columns.n_rows - 1)[0]
            last_changes[name] = _last_change(values)
            spreads[place] = spread(values[: max(last_changes[name], 1)])
            buckets, finer = bucketed(values, FACTOR), FACTOR
            for size, level in levels.items():
                if size > finer:
                    buckets, finer = merged(buckets, size // finer), size
                level[place] = buckets
        for level in levels.values():
            level.flush()
        np.save(aside / SECONDS, columns.seconds)
        np.save(aside / SPREADS, spreads)
        np.savez(aside / GAPS, **clock_gaps(columns.seconds)._asdict())
        _write_description(aside, columns, digest, list(levels), _frozen(columns, last_changes))
    return open_pyramid(folder, digest)


def _empty_levels(
    folder: Path, channels: int, n_rows: int
) -> dict[int, np.memmap[Any, np.dtype[np.float32]]]:
    levels, size = {}, FACTOR
    while True:
        shape = (channels, 3, -(-n_rows // size))
        levels[size] = np.lib.format.open_memmap(
            folder / _level(size), mode="w+", dtype=np.float32, shape=shape
        )
        if shape[2] <= TOP_BUCKETS:
            return levels
        size *= FACTOR


def _level(size: int) -> str:
    return f"level_{size}.npy"


def spread(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Least, largest, mean and standard deviation of values float32 [n], float64 [4]; NaN where there are none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.full(SPREAD_COLUMNS, np.nan)
    mean = float(known.mean(dtype=np.float64))
    # the mean is taken off first: a small spread around a large value is lost in the squares otherwise
    away = known - np.float32(mean)
    deviation = float(np.sqrt(max(np.square(away).mean(dtype=np.float64), 0.0)))
    return np.array([known.min(), known.max(), mean, deviation], dtype=np.float64)


def _last_change(values: NDArray[np.float32]) -> int:
    """The first row after the last change; NaN equals NaN."""
    before, after = values[:-1], values[1:]
    changed = np.flatnonzero((before != after) & ~(np.isnan(before) & np.isnan(after)))
    return int(changed[-1]) + 2 if len(changed) else 0


def _frozen(columns: Columns, last_changes: dict[str, int]) -> dict[str, int]:
    """As `presence.frozen_boards` has it, from the last change of each channel."""
    boards: dict[str, list[int]] = {}
    for name, row in last_changes.items():
        board = columns.machine.board(name)
        if board is not None:
            boards.setdefault(board, []).append(row)
    return {
        board: max(rows)
        for board, rows in boards.items()
        if len(rows) >= FROZEN_QUANTITIES and columns.n_rows - max(rows) >= FROZEN_ROWS
    }


def _write_description(
    folder: Path, columns: Columns, digest: str, sizes: list[int], frozen: dict[str, int]
) -> None:
    lanes = columns.lanes()
    for own in lanes:
        np.save(folder / f"lane_{own.name}.npy", np.stack([own.starts, own.codes]))
        if len(own.starts) > MOST_STRETCHES:
            np.save(folder / f"coarse_{own.name}.npy", np.stack(own.segments(0, columns.n_rows - 1, COARSE)))
    described = {
        "version": VERSION,
        "digest": digest,
        "rows": columns.n_rows,
        "channels": columns.channels,
        "sizes": sizes,
        "frozen": frozen,
        "lanes": [{"name": o.name, "title": o.title, "texts": o.texts, "kinds": o.kinds} for o in lanes],
    }
    (folder / DESCRIPTION).write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")


def open_pyramid(folder: Path, digest: str) -> Pyramid:
    """Open a pyramid; PyramidError where there is none for the run with this digest, or it is damaged."""
    try:
        said = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if (said["version"], said["digest"]) != (VERSION, digest):
            raise PyramidError(f"{folder} was made of another run: it is made again.")
        levels = {size: np.load(folder / _level(size), "r", allow_pickle=False) for size in said["sizes"]}
        return Pyramid(
            channels=tuple(said["channels"]),
            levels=levels,
            seconds=np.load(folder / SECONDS, "r", allow_pickle=False),
            spreads=np.load(folder / SPREADS, allow_pickle=False),
            lanes=tuple(_lane(folder, said["rows"], own) for own in said["lanes"]),
            frozen={board: int(row) for board, row in said["frozen"].items()},
            gaps=_gaps(folder),
        )
    except FileNotFoundError:
        raise PyramidError(
            f"{folder} holds no traces: they are made when the run is first looked at."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PyramidError(f"{folder} is damaged ({error}): it is made again.") from None


def _gaps(folder: Path) -> Gaps:
    with np.load(folder / GAPS, allow_pickle=False) as own:
        return Gaps(own["rows"], own["seconds"])


def _lane(folder: Path, n_rows: int, said: dict[str, Any]) -> Lane:
    starts, codes = np.load(folder / f"lane_{said['name']}.npy", "r", allow_pickle=False)
    coarse = folder / f"coarse_{said['name']}.npy"
    thin = Segments(*np.load(coarse, allow_pickle=False)) if coarse.is_file() else None
    texts, kinds = tuple(said["texts"]), tuple(said["kinds"])
    return Lane(said["name"], said["title"], n_rows, starts, codes, texts, kinds, thin)
