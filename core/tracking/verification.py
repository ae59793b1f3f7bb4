"""Was the intended program executed? What a run was read back as, held against a G-code file.

Three things are compared. The text: the lines of the learned program that the run walked through, and the intended
ones, aligned; lines that no training run was seen at, too short for a row of their own, are held against the path
instead. The passes: a run that leaves out a part of its program, or walks through another one. The pace: whether
stretches of the run stay where the whole run is; a line left out or another feed moves what follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from core.gcode import canonical, parse_line, positions
from core.gcode.modal import Units
from core.model.bundle import Bundle
from core.recordings.programs import Timeline
from core.recordings.recording import Recording
from core.recordings.windows import cut_windows
from core.tracking.known import SAME_PROGRAM, Known, share_of
from core.tracking.pace import Drift, drifts
from core.tracking.tracker import Track, TrackOptions, walked
from core.tracking.words import listen

# deviations up to this many mm are not told from what good runs show: of the lines, and of the pace
TOLERANCE_MM, PACE_MM = 2.3, 6.0
# a pass that comes this near to the end of its program has ended, and has begun this near to its beginning
END_ROWS = 24
# a run that is read as another program is off by this at least
ELSEWHERE_MM = 100.0


@dataclass(frozen=True)
class Deviation:
    """One place where the run and the program differ.

    row: of the run; intended: index of the line in the file, None where it has none; by_mm: how far apart they are.
    """

    kind: str
    row: int
    intended: int | None
    what: str
    by_mm: float


@dataclass(frozen=True, eq=False)
class Verdict:
    """What was found: the largest deviation of the lines and of the pace, and all over the tolerance, by row."""

    track: Track
    operation: str
    lines_mm: float
    pace_mm: float
    deviations: tuple[Deviation, ...]

    @property
    def matches(self) -> bool:
        """Whether nothing is off by more than the tolerance."""
        return not self.deviations


def verify(
    bundle: Bundle, recording: Recording, intended: Sequence[str], options: TrackOptions | None = None
) -> Verdict:
    """Hold a run against the program that it should have executed; only its side channels are looked at.

    intended: lines of G-code.

    Raises:
        GcodeError, ToolpathError: the program cannot be followed.
        TrackingError: the bundle has learned no programs.
    """
    options = options or TrackOptions()
    known = Known.of(bundle)
    windows = cut_windows(recording, bundle.inputs, stride=options.stride)
    words = listen(bundle, windows, recording.n_rows, options.stride)
    found = walked(recording.name, words, known, options.walk)
    unit: Units = "inch" if bundle.machine.length_unit == "inch" else "mm"
    plan = Plan.of(intended, unit)
    lines, pace = compared(found, plan, drifts(found, words, options.walk.temper * words.stride))
    over = [one for one in lines if one.by_mm > TOLERANCE_MM] + [one for one in pace if one.by_mm > PACE_MM]
    operation = max(dict.fromkeys(found.operation), key=list(found.operation).count)
    return Verdict(
        track=found,
        operation=operation,
        lines_mm=max((one.by_mm for one in lines), default=0.0),
        pace_mm=max((one.by_mm for one in pace), default=0.0),
        deviations=tuple(sorted(over, key=lambda one: one.row)),
    )


def compared(found: Track, plan: "Plan", steps: Sequence[Drift]) -> tuple[list[Deviation], list[Deviation]]:
    """Every deviation of the lines that were read back, and of the pace, however small."""
    return [*_text(found, plan), *_passes(found)], list(_pace(steps))


@dataclass(frozen=True, eq=False)
class Plan:
    """An intended program: canonical lines, where each ends `[N, 3]` in mm, the feed in force (NaN: none), its unit."""

    lines: tuple[str, ...]
    ends: NDArray[np.float64]
    feeds: NDArray[np.float64]
    unit: Units

    @classmethod
    def of(cls, lines: Sequence[str], unit: Units) -> "Plan":
        """Follow the lines of a program."""
        kept = tuple(text for line in lines if (text := canonical(line)))
        return cls(kept, positions(kept, units=unit, start=None), _feeds(kept), unit)


def _feeds(lines: Sequence[str]) -> NDArray[np.float64]:
    feeds, feed = np.full(len(lines), np.nan), np.nan
    for i, line in enumerate(lines):
        values = [float(word.value) for word in parse_line(line).parameters if word.letter == "F"]
        feed = values[-1] if values else feed
        feeds[i] = feed
    return feeds


def _text(found: Track, plan: Plan) -> Iterator[Deviation]:
    """The lines that each pass executed beside the intended ones."""
    wanted = frozenset(plan.lines)
    for one in found.passes:
        timeline = found.programs.timelines[one.program]
        share = share_of(timeline, wanted)
        if share < SAME_PROGRAM:
            what = f"program {timeline.program} was executed, {100 * share:.0f} % of whose lines are intended"
            yield Deviation("another program", one.first, None, what, ELSEWHERE_MM)
            continue
        yield from _lines(found, one.first, one.last, timeline, plan)


def _lines(found: Track, first: int, last: int, timeline: Timeline, plan: Plan) -> Iterator[Deviation]:
    rows = found.number[first : last + 1]
    low, high = int(rows.min()), int(rows.max())
    numbers = np.array([number for number in timeline.listing if low <= number <= high])
    lines = [canonical(timeline.listing[int(number)]) for number in numbers]
    whole = low == int(timeline.numbers.min()) and high == int(timeline.numbers.max())
    executed = Plan.of(lines, plan.unit)
    path = found.position_mm[first : last + 1]
    row_of = first + np.array([int(np.abs(rows - number).argmin()) for number in numbers])
    for op in Levenshtein.opcodes(list(plan.lines), lines):
        a, b = slice(op.src_start, op.src_end), slice(op.dest_start, op.dest_end)
        outside = (op.dest_start == 0 or op.dest_start == len(lines)) and not whole
        if op.tag == "equal" or (outside and op.tag == "delete"):
            continue
        at = int(row_of[min(op.dest_start, len(lines) - 1)])
        if op.tag in ("insert", "replace"):
            pairs = op.tag == "replace" and b.stop - b.start == a.stop - a.start
            yield from _not_intended(executed, b, plan, a.start, row_of, pairs=pairs)
        if op.tag == "delete":
            room = _room(numbers, op.dest_start)
            yield from _not_executed(plan, a, path, at, room)


def _room(numbers: NDArray[np.int64], at: int) -> int:
    """How many lines that were never seen lie before the learned line `at`."""
    if not 0 < at < len(numbers):
        return 0
    return int(numbers[at] - numbers[at - 1]) - 1


def _not_intended(
    executed: Plan, lines: slice, plan: Plan, before: int, row_of: NDArray[np.int64], *, pairs: bool
) -> Iterator[Deviation]:
    """Executed lines that the program lacks at their place; `pairs`: it has as many others there, one for each."""
    for i in range(lines.start, lines.stop):
        j = min(before + i - lines.start, len(plan.lines) - 1) if pairs else before
        near = plan.ends[j : j + 1] if pairs else plan.ends[max(before - 2, 0) : before + 3]
        by = float(_apart(near, executed.ends[i]).min(initial=ELSEWHERE_MM))
        feed = _slower(executed, i, plan, min(j, len(plan.lines) - 1))
        stead = f"in place of {plan.lines[j]}" if pairs else "which the program does not have there"
        what = f"{executed.lines[i]} was executed, {stead}"
        yield Deviation("line differs", int(row_of[i]), j, what, max(by, feed))


def _not_executed(
    plan: Plan, lines: slice, path: NDArray[np.float64], row: int, room: int
) -> Iterator[Deviation]:
    """Intended lines that were not executed: where their end lies from the path that was walked."""
    for i in range(lines.start, lines.stop):
        by = float(_apart(path, plan.ends[i]).min(initial=ELSEWHERE_MM))
        if room < lines.stop - lines.start:
            # there is no room for lines that were merely never seen: its whole way was left out
            by = max(by, float(_apart(plan.ends[i], plan.ends[max(i - 1, 0)])))
        yield Deviation("line missing", row, i, f"{plan.lines[i]} was not executed", by)


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance in mm of positions `[..., 3]`; an axis that either does not know does not count."""
    return np.asarray(np.sqrt((np.nan_to_num(one - other) ** 2).sum(axis=-1)))


def _slower(executed: Plan, i: int, plan: Plan, j: int) -> float:
    """How far behind another feed leaves the tool over a line, in mm."""
    if np.isnan(executed.feeds[i]) or np.isnan(plan.feeds[j]) or executed.feeds[i] == plan.feeds[j]:
        return 0.0
    # a feed holds for all lines after it
    way = _apart(executed.ends[max(i, 1) :], executed.ends[max(i, 1) - 1 : -1])
    return float(way.sum() * abs(1 - plan.feeds[j] / executed.feeds[i]))


def _passes(found: Track) -> Iterator[Deviation]:
    """Passes that follow each other without the one having ended and the other begun."""
    for before, after in pairwise(found.passes):
        last = len(found.programs.timelines[before.program]) - 1
        ended = found.phase[before.last] >= last - END_ROWS
        begun = found.phase[after.first] <= END_ROWS
        if ended and begun and before.program == after.program:
            continue
        gap = found.position_mm[after.first] - found.position_mm[before.last]
        by = max(float(np.linalg.norm(np.nan_to_num(gap))), 2 * TOLERANCE_MM)
        what = "the run jumps to another place of its program"
        yield Deviation("jump", after.first, None, what, by)


def _pace(steps: Sequence[Drift]) -> Iterator[Deviation]:
    """Stretches that are elsewhere in the program than the rest of their pass."""
    for one in steps:
        what = f"from here the run is {abs(one.rows):.1f} rows {'ahead' if one.rows > 0 else 'behind'}"
        yield Deviation("pace", one.row, None, what, one.by_mm)
