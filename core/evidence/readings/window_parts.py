"""Which windows a bundle of the protocol `seed` was scored on: its split by windows, drawn again.

A bundle keeps the runs of each part, and its evaluation how many windows of each run were scored, but not the windows.
The split depends on the number of windows and their operations alone, so it can be drawn again where the same runs are
there, and is believed only where it gives the very runs and counts that the bundle names.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from core.errors import ToolmarkError
from core.evidence.evaluation_file import evaluation_from_json
from core.evidence.metrics import MODEL
from core.evidence.readings.source import RunSource
from core.model.bundle import Bundle
from core.recordings.recording import RunWindow
from core.recordings.splits import split_windows
from core.recordings.windows import WINDOW_ROWS

# run -> the part of each of its windows, in their order
WindowParts = Mapping[str, Sequence[str]]
WORDS = {"train": "trained on", "val": "validation", "test": "held out"}


def windows_drawn_again(bundle: Bundle, source: RunSource, stride: int) -> WindowParts:
    """The part of every window; nothing where the bundle holds out runs, or its split cannot be drawn again."""
    if bundle.protocol != "seed" or source.machine.name != bundle.machine.name:
        return {}
    if set(source.runs) < {run for runs in bundle.manifest.runs.values() for run in runs}:
        return {}
    operations = _operations(source, stride)
    runs = np.repeat(list(operations), [len(own) for own in operations.values()])
    kinds = np.array([kind for own in operations.values() for kind in own], np.int64)
    # the seed of the split is not kept: it is 0 unless somebody asked for another, who often asks for it throughout
    for seed in dict.fromkeys((0, bundle.manifest.seed)):
        try:
            split = split_windows(kinds, seed)
        except ToolmarkError:
            return {}
        masks = {part: getattr(split, part) for part in WORDS}
        drawn = {part: sorted(set(runs[mask].tolist())) for part, mask in masks.items()}
        same_runs = all(drawn[part] == sorted(bundle.manifest.runs.get(part, ())) for part in WORDS)
        if same_runs and _same_counts(bundle, runs[masks["test"]].tolist()):
            said = np.select(list(masks.values()), list(WORDS.values()), "")
            return {run: said[runs == run].tolist() for run in operations}
    return {}


def _operations(source: RunSource, stride: int) -> dict[str, list[int]]:
    """Run -> the operation of each of its windows."""
    found = {}
    for run in source.runs:
        try:
            recording = source.recording(run)
        except ToolmarkError:
            continue
        starts = range(0, recording.n_rows - WINDOW_ROWS + 1, stride)
        if starts:
            own = [RunWindow(recording, start, WINDOW_ROWS).operation for start in starts]
            found[run] = [recording.machine.operation_id(name) for name in own]
    return found


def _same_counts(bundle: Bundle, test: Sequence[str]) -> bool:
    """Whether as many windows of each run were scored as its evaluation says; without one nothing speaks against it."""
    try:
        evaluation = evaluation_from_json(bundle.metrics)
    except ToolmarkError:
        return True
    tally = next((t for t in evaluation.tallies if (t.method, t.metric) == (MODEL, "operation")), None)
    if tally is None or evaluation.counts.without_label:
        return True
    scored: Counter[str] = Counter()
    for unit, asked in zip(evaluation.units, tally.asked, strict=True):
        scored[unit.run] += int(asked)
    return scored == Counter(test)
