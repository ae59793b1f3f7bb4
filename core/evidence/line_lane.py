"""The lane of what a model reads along a run: window by window, each beside the line that was really executed there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.gcode.scheme import Scheme
from core.model.bundle import Bundle
from core.recordings.lanes import NOTHING, Lane, lane
from core.recordings.recording import Recording
from core.recordings.windows import STRIDE, WINDOW_ROWS, cut_windows

RIGHT, NEAR, WRONG, UNKNOWN = "right", "near", "wrong", "read"


@dataclass(frozen=True, eq=False)
class LineReadings:
    """What a model read in N windows of a run: start_row int64 [N]; line and verdict, N each.

    A verdict is `right`, `near` (a line that fills at most one row less of the window than the true one), `wrong`, or
    `read` where the window has no true line.
    """

    start_row: NDArray[np.int64]
    line: tuple[str, ...]
    verdict: tuple[str, ...]

    def share(self, verdict: str) -> float:
        """The share of a verdict among the windows that have a true line; NaN where none has."""
        known = [own for own in self.verdict if own != UNKNOWN]
        return known.count(verdict) / len(known) if known else float("nan")


def read_lines(
    bundle: Bundle, recording: Recording, progress: Callable[[int, int], None] | None = None
) -> LineReadings:
    """Read every window of a run, a stride apart. ToolmarkError where the bundle reads no lines or the run is short."""
    if not bundle.reads_lines:
        raise ToolmarkError(f"{bundle.path} learned no program lines, only operations.")
    windows = cut_windows(recording, bundle.inputs)
    read = bundle.predict_windows(windows, progress=progress).line
    pairs = zip(read, windows.near.tolist(), strict=True)
    verdicts = tuple(_verdict(bundle.scheme, line, near.split("\n") if near else []) for line, near in pairs)
    return LineReadings(windows.start_row, read, verdicts)


def _verdict(scheme: Scheme, line: str, near: list[str]) -> str:
    if not near:
        return UNKNOWN
    # what the scheme can spell of the true lines, as a reading is spelled
    spelled = [scheme.decode(scheme.encode(own)) for own in near]
    if line == spelled[0]:
        return RIGHT
    return NEAR if line in spelled else WRONG


def readings_lane(readings: LineReadings, n_rows: int) -> Lane:
    """The readings as a lane: the rows around the middle of each window, a stride wide, say what was read there."""
    codes = np.full(n_rows, NOTHING, dtype=np.int64)
    kinds: dict[tuple[str, str], int] = {}
    margin = (WINDOW_ROWS - STRIDE) // 2
    last = len(readings.line) - 1
    for place, start in enumerate(readings.start_row.tolist()):
        own = readings.line[place], readings.verdict[place]
        first = 0 if place == 0 else start + margin
        end = n_rows if place == last else start + margin + STRIDE
        codes[first:end] = kinds.setdefault(own, len(kinds))
    right = readings.share(RIGHT)
    title = "G-code, read" + ("" if np.isnan(right) else f" ({100 * right:.0f} % right)")
    return lane("read", title, codes, [text for text, _ in kinds], [kind for _, kind in kinds])
