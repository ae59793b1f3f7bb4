"""Which windows of some recordings a bundle is scored on: those that it never saw, else what there is, said so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.errors import ToolmarkError
from core.evidence.readings.source import RunSource
from core.evidence.readings.window_parts import windows_drawn_again
from core.evidence.split_part import Part, part_of
from core.evidence.tally import Bools
from core.evidence.truth import EvidenceError, labelled
from core.model.bundle import Bundle
from core.recordings.recording import Recording
from core.recordings.windows import STRIDE, WINDOW_ROWS, Windows, concat, cut_windows

HELD_OUT: Part = "held out"
# the first of these that there is, is scored: what proves most
ORDER: tuple[Part, ...] = (HELD_OUT, "new", "validation", "partly trained on", "trained on")
# of more runs than this that are no test runs, so many are taken at even distances
MOST_RUNS = 60

# runs that are read, all of them
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Tested:
    """The runs whose windows are scored: all of one part of the bundle's split.

    left_out: runs of the same part beyond MOST_RUNS; masks: run -> its windows that count, where not all do.
    """

    bundle: Bundle
    source: RunSource
    part: Part
    runs: tuple[str, ...]
    left_out: int = 0
    masks: Mapping[str, Bools] = field(default_factory=dict)

    def windows(self, told: Told | None = None) -> Windows:
        """The windows, cut; `told` hears of every run, and what it raises ends the cutting.

        Raises:
            ToolmarkError: a run of the test set cannot be read, or no window has anything to be scored on.
        """
        parts = []
        for done, run in enumerate(self.runs):
            if told:
                told(done, len(self.runs))
            recording = self._recording(run)
            if recording is not None and recording.n_rows >= WINDOW_ROWS:
                own = cut_windows(recording, self.bundle.inputs)
                parts.append(own.take(self.masks[run]) if run in self.masks else own)
        if not parts:
            raise EvidenceError(
                f"No run of {self.source.path} is as long as a window: nothing can be scored."
            )
        whole = concat(parts)
        if self.bundle.reads_lines:
            whole = whole.with_tokens(self.bundle.scheme)
        known = labelled(whole) if self.bundle.reads_lines else whole.operation_type >= 0
        if not np.any(known):
            what = "a line of G-code" if self.bundle.reads_lines else "a known operation"
            raise EvidenceError(f"No window of {self.source.path} has {what}: there is nothing to score.")
        return whole

    def _recording(self, run: str) -> Recording | None:
        """One run; of recordings that are no test set, those that cannot be read are passed over."""
        try:
            return self.source.recording(run)
        except ToolmarkError:
            if self.part == HELD_OUT:
                raise
            return None


def part_to_score(bundle: Bundle, source: RunSource) -> Tested:
    """What of some recordings a bundle is scored on; nothing is read for it but what tells the parts.

    Raises:
        EvidenceError: there is no run at all.
    """
    drawn = windows_drawn_again(bundle, source, STRIDE)
    if drawn:
        masks = {
            run: np.array([part == HELD_OUT for part in parts], np.bool_) for run, parts in drawn.items()
        }
        runs = tuple(run for run in _in_order(bundle, source) if run in masks and masks[run].any())
        return Tested(bundle, source, HELD_OUT, runs, masks=masks)
    parts = {run: part_of(bundle, run, source.machine) for run in _in_order(bundle, source)}
    if bundle.protocol == "seed":
        # runs were not held out, windows were
        parts = {run: "partly trained on" if part == HELD_OUT else part for run, part in parts.items()}
    part = next((part for part in ORDER if part in parts.values()), None)
    if part is None:
        raise EvidenceError(f"{source.path} holds no run: import recordings first.")
    own = [run for run, of in parts.items() if of == part]
    if part == HELD_OUT or len(own) <= MOST_RUNS:
        return Tested(bundle, source, part, tuple(own))
    even = np.linspace(0, len(own) - 1, MOST_RUNS).round().astype(int)
    return Tested(bundle, source, part, tuple(own[place] for place in even), len(own) - MOST_RUNS)


def _in_order(bundle: Bundle, source: RunSource) -> list[str]:
    """The runs of a source: the bundle's test runs first, as it lists them."""
    listed = [run for run in bundle.manifest.runs.get("test", ()) if run in source.digests]
    return list(dict.fromkeys((*listed, *source.runs)))
