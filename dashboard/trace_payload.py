"""What the viewer of traces gets: a header in JSON, and after it the arrays as they lie in memory.

Traces travel in blocks, each under a key that says what it depends on. The browser keeps the blocks that it has seen,
so that a zoom or a toggle sends only what is new.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.derived import is_derived, parse
from core.recordings.derived_traces import derived_trace
from core.recordings.lanes import Lane
from core.recordings.thinning import EXACT_ROWS, Points
from core.recordings.traces import Trace, Traces, View

Json = dict[str, Any]
# points are chosen for a picture of so many pixels, and lanes for so many stretches
WIDTH = 1200
SEGMENTS = 600
KNOTS = 512
NOWHERE = np.empty((0, 2), dtype=np.int64)
NO_POINTS = Points(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(frozen=True)
class Asked:
    """A block: channels of a run between two rows, with lanes; `digest` tells run and lanes from others."""

    traces: Traces
    digest: str
    channels: tuple[str, ...]
    lanes: tuple[Lane, ...]
    first: int
    last: int

    @property
    def key(self) -> str:
        """What the block depends on, as a short text."""
        parts = [
            self.digest,
            *self.channels,
            *(lane.name for lane in self.lanes),
            f"{self.first}-{self.last}",
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class Packer:
    """Arrays one after the other, each at a multiple of 8 bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._end = 0

    def add(self, values: NDArray[Any], kind: str) -> list[int]:
        """Where an array stands and how many numbers it has, after it was made of a kind such as `<f4`."""
        data = np.ascontiguousarray(values, dtype=kind).tobytes()
        place = self._end
        padded = data + b"\0" * (-len(data) % 8)
        self._parts.append(padded)
        self._end += len(padded)
        return [place, int(values.size)]

    def bytes_with(self, header: Json) -> bytes:
        """The header's length, the header, the arrays."""
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
        begin = 4 + len(text)
        return b"".join((len(text).to_bytes(4, "little"), text, b"\0" * (-begin % 8), *self._parts))


def payload(header: Json, blocks: Iterable[Asked]) -> bytes:
    """The bytes for the viewer: the header with these blocks in it."""
    packer = Packer()
    packed = {block.key: _packed(block, packer) for block in blocks}
    return packer.bytes_with(header | {"blocks": packed})


def _packed(asked: Asked, packer: Packer) -> Json:
    raw = [name for name in asked.channels if not is_derived(name)]
    view = asked.traces.view(raw, asked.first, asked.last, WIDTH)
    traces = [_trace(trace, view, packer) for trace in view.traces]
    traces += [_derived(name, asked.traces, view, packer) for name in asked.channels if is_derived(name)]
    rows = _knots(asked.traces, view.first, view.last)
    return {
        "first": view.first,
        "last": view.last,
        "each": round(view.rows_a_point, 3),
        "knots": {
            "rows": packer.add(rows, "<u4"),
            "seconds": packer.add(asked.traces.seconds[rows], "<f8"),
        },
        "traces": traces,
        "lanes": [_lane(lane, view.first, view.last, packer) for lane in asked.lanes],
    }


def _trace(trace: Trace, view: View, packer: Packer) -> Json:
    every = len(trace.points.rows) == view.last - view.first + 1
    return {
        "name": trace.channel,
        "rows": None if every else packer.add(trace.points.rows, "<u4"),
        "values": packer.add(trace.points.values, "<f4"),
        "holes": packer.add(trace.holes, "<u4"),
        "stuck": packer.add(trace.stuck, "<u4"),
        "missing": trace.missing,
    }


def _derived(name: str, traces: Traces, view: View, packer: Packer) -> Json:
    """A derived channel's trace; where it cannot be reckoned, none and the reason."""
    try:
        own = derived_trace(parse(name, traces.machine), traces, view.first, view.last, WIDTH)
    except ToolmarkError as error:
        return _trace(Trace(name, NO_POINTS, NOWHERE, NOWHERE, 0), view, packer) | {"problem": str(error)}
    return _trace(own, view, packer)


def _knots(traces: Traces, first: int, last: int) -> NDArray[np.int64]:
    """Rows between which the clock is taken to run evenly: all of few, else evenly spread ones and those at gaps."""
    if last - first < KNOTS:
        return np.arange(first, last + 1)
    gaps = traces.gaps.rows
    gaps = gaps[(gaps >= first) & (gaps < last)]
    spread = np.linspace(first, last, KNOTS).round().astype(np.int64)
    return np.unique(np.concatenate((spread, gaps, gaps + 1)))


def _lane(lane: Lane, first: int, last: int, packer: Packer) -> Json:
    segments = lane.segments(first, last, SEGMENTS)
    used = np.unique(segments.code[segments.code >= 0])
    code = np.where(segments.code >= 0, np.searchsorted(used, segments.code), -1)
    # a stretch ends where the next one begins
    return {
        "name": lane.name,
        "title": lane.title,
        "texts": [lane.texts[own] for own in used.tolist()],
        "kinds": [lane.kinds[own] for own in used.tolist()],
        "first": packer.add(segments.first, "<u4"),
        "end": last,
        "code": packer.add(code, "<i2"),
        "merged": packer.add(segments.merged, "<u4") if (segments.merged > 1).any() else None,
    }


def worth_drawing(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Lanes that say more than one thing along the run; lines and operation always."""
    always = ("line", "read", "operation")
    return tuple(lane for lane in lanes if lane.name in always or len(lane.starts) > 1)


def is_exact(traces: Traces, lanes: Sequence[Lane]) -> bool:
    """The block of the whole run holds every row and every stretch of the lanes: there is nothing finer to ask for."""
    return traces.n_rows <= EXACT_ROWS and all(len(lane.starts) <= SEGMENTS for lane in lanes)
