"""The held-out runs of a bundle read back and scored, whole and in parts, beside the clock and what a lag costs."""

from collections.abc import Callable, Sequence

import numpy as np

from core.evidence.evaluation import Counts, Evaluation, from_tallies
from core.evidence.tally import Tally, Unit
from core.evidence.track_metrics import Tracked, track_tallies
from core.evidence.track_truth import RowTruth, executed_programs, part_of
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle
from core.recordings.programs import Programs, program_of
from core.recordings.protocols import learn_places
from core.recordings.recording import Recording
from core.recordings.store import Store
from core.recordings.windows import WINDOW_ROWS, Windows, cut_runs
from core.tracking.anchor import anchored
from core.tracking.passes import IN_STEP, STEP, Offsets, Pass
from core.tracking.readback import program_lines
from core.tracking.rows import RowsRead, read_rows
from core.tracking.tracker import Track, track

PART_ROWS = 200
PARTS = 3
WHOLE, PART = "track", f"track of {PART_ROWS} rows"
CLOCK, UNSYNCED = "clock by row", f"place known, lag not, {PART_ROWS} rows"

Told = Callable[[int, int, str], None]


def score_tracks(
    bundle: Bundle,
    store: Store,
    test: Windows,
    units: Sequence[Unit],
    told: Told | None = None,
) -> list[Tally]:
    """Read the runs of the units back and score them; empty where the bundle has learned no programs.

    test: their windows, which know the true place; what the parts could reach at best is worked out from it.
    """
    if not bundle.programs.n_places:
        return []
    scored: dict[str, list[tuple[Unit, Tracked]]] = {WHOLE: [], CLOCK: [], PART: [], UNSYNCED: []}
    for done, unit in enumerate(units):
        if told:
            told(done, len(units), unit.run)
        recording = store.recording(unit.run)
        truth = RowTruth.of(recording)
        scored[WHOLE].append((unit, tracked(track(bundle, recording), truth, whole=True)))
        scored[CLOCK] += [(unit, read) for read in _by_clock(bundle.programs, recording, truth)]
        felt = _felt(test, unit.run)
        for first in _starts(unit.run, recording.n_rows):
            rows = slice(first, first + PART_ROWS)
            part = part_of(recording, first, PART_ROWS)
            scored[PART].append((unit, tracked(track(bundle, part), truth.part(rows))))
            scored[UNSYNCED] += [
                (unit, read) for read in _unsynced(bundle, recording, truth.part(rows), felt, first)
            ]
    lines = executed_programs(store)
    entries = {entry.run: entry.program or entry.operation or "" for entry in store.entries}
    programs = {unit.run: lines.get(entries[unit.run], ()) for unit in units}
    length = bundle.machine.length_unit
    return [
        tally
        for method, reads in scored.items()
        if reads
        for tally in track_tallies(method, reads, units, programs, length)
    ]


def evaluate_tracks(bundle: Bundle, store: Store, told: Told | None = None) -> Evaluation:
    """Read the held-out runs of a bundle back and score them: the tracks of `score_bundle` without its windows.

    Raises:
        EvidenceError: the store lacks runs that the bundle was tested on.
    """
    runs = bundle.manifest.runs.get("test", [])
    missing = sorted(set(runs) - set(store.names))
    if missing or not runs:
        raise EvidenceError(
            f"{store.path} lacks {len(missing)} of the {len(runs)} runs that {bundle.path} was not trained on "
            f"({missing[0] if missing else 'there are none'}): import the recordings that it was cut from."
        )
    units = [Unit(name, bundle.machine.operation_id(store.entry(name).operation)) for name in sorted(runs)]
    places = learn_places(store, bundle.manifest.runs["train"], of=sorted(runs))
    test = cut_runs(store.recordings(sorted(runs)), bundle.inputs, places=places)
    labelled = test.take(test.labelled)
    counts = Counts(len(test), len(labelled), len(test) - len(labelled), int(labelled.tied.sum()), len(units))
    everything = score_tracks(bundle, store, test, units, told=told)
    folds = () if bundle.manifest.fold is None else (bundle.manifest.fold,)
    return from_tallies(
        bundle.protocol, folds, bundle.scheme.name, bundle.operations, counts, tuple(units), everything
    )


def tracked(found: Track, truth: RowTruth, whole: bool = False) -> Tracked:
    """A track beside the truth; `whole`: the program that was read back counts too."""
    return Tracked(
        truth=truth,
        line=found.line,
        number=found.number,
        position_mm=found.position_mm,
        operation=found.operation,
        confidence=found.confidence,
        program=program_lines(found) if whole else None,
    )


def _starts(run: str, rows: int) -> list[int]:
    """First rows of parts, the same at every call."""
    if rows < PART_ROWS + 1:
        return []
    generator = np.random.default_rng([len(run), *run.encode()])
    return sorted(generator.integers(0, rows - PART_ROWS + 1, PARTS).tolist())


def _by_clock(programs: Programs, recording: Recording, truth: RowTruth) -> list[Tracked]:
    """The rows looked up by their number alone, operation and start given; none where the program was not learned."""
    timeline = programs.timeline(program_of(recording))
    if timeline is None:
        return []
    same = np.array(timeline.run_operations) == recording.operation
    starts = timeline.starts[same & np.isfinite(timeline.starts)]
    start = float(np.median(starts)) if len(starts) else 0.0
    at = Offsets(np.array([start]), np.ones(1))
    rows = read_rows(Pass(0, len(truth) - 1, 0, at, at, IN_STEP), timeline)
    return [_read(rows, truth)]


def _unsynced(
    bundle: Bundle, recording: Recording, truth: RowTruth, felt: float | None, first: int
) -> list[Tracked]:
    """What could be read of a part if the windows told its place without fault, but not how late the sensors are."""
    programs = bundle.programs
    name = program_of(recording)
    if felt is None or name not in programs.index:
        return []
    index = programs.index[name]
    timeline = programs.timelines[index]
    middle = round((felt - float(programs.offsets[index]) + first) / STEP) * STEP
    at = Offsets(np.array([middle]), np.ones(1))
    one = Pass(0, len(truth) - 1, index, at, at, IN_STEP)
    laid = anchored([one], [timeline], [recording.operation or ""], programs.lags, None)
    return [_read(read_rows(laid[0], timeline), truth)]


def _read(rows: RowsRead, truth: RowTruth) -> Tracked:
    return Tracked(truth, rows.lines, rows.number, rows.position_mm)


def _felt(test: Windows, run: str) -> float | None:
    """The place less the row that the sensors of a run show in its first pass; None where it is not known."""
    own = (test.run == run) & np.isfinite(test.place)
    if not own.any():
        return None
    centre = test.start_row[own] + (WINDOW_ROWS - 1) / 2
    return float(np.median((test.place[own] - centre)[: max(int(own.sum()) // 3, 1)]))
