"""How often a verification finds what was changed, and how often it cries wolf: measured on held-out runs."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.evidence.bootstrap import interval
from core.evidence.edits import moved, other_feed, skipped, slower, without_rows
from core.evidence.track_truth import executed_programs
from core.evidence.truth import EvidenceError
from core.gcode import positions
from core.model.bundle import Bundle
from core.recordings.atomic import write_text
from core.recordings.programs import program_of
from core.recordings.recording import Recording
from core.recordings.store import Store
from core.tracking.verification import PACE_MM, TOLERANCE_MM, verify

# mm by which one line's end is moved
STEPS_MM = (1.0, 2.5, 5.0, 10.0)
GOOD = "good run"
FORMAT = "toolmark verification 1"
# the file of a bundle that its trials are kept in, beside what its checksums cover
KEPT = "verification.json"
CUT_ROWS, SLOW_ROWS, SLOWER = 8, 96, 1.25

Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Trial:
    """One run held against one program: the kind of edit, the scores in mm, the operation that was recognised."""

    run: str
    kind: str
    lines_mm: float
    pace_mm: float
    operation: str
    true_operation: str

    @property
    def alarm(self) -> bool:
        """Whether the verification found anything."""
        return self.lines_mm > TOLERANCE_MM or self.pace_mm > PACE_MM


def trials(bundle: Bundle, store: Store, runs: Sequence[str], told: Told | None = None) -> list[Trial]:
    """Every run against its own program and against edited ones, and edited runs against the program."""
    programs = executed_programs(store)
    found = []
    for done, name in enumerate(runs):
        if told:
            told(done, len(runs), name)
        recording = store.recording(name)
        own = program_of(recording)
        if own is not None and own in programs:
            found += _of_run(bundle, recording, programs, own)
    return found


def _of_run(
    bundle: Bundle, recording: Recording, programs: Mapping[str, tuple[str, ...]], own: str
) -> list[Trial]:
    generator = np.random.default_rng(list(recording.name.encode()))
    lines = programs[own]
    unit = bundle.machine.length_unit
    ends = positions(lines, units=unit, start=None)
    made = {f"moved {step:g} mm": moved(lines, generator, step, unit) for step in STEPS_MM}
    made |= {
        "changed feed": other_feed(lines, generator),
        "skipped line": skipped(lines, ends, generator, STEPS_MM[1]),
    }
    others = [name for name in sorted(programs) if name != own]
    texts = {kind: edited for kind, edited in made.items() if edited is not None}
    texts |= {GOOD: lines, "another program": programs[str(generator.choice(others))]}
    first = int(generator.integers(64, max(recording.n_rows - 64 - SLOW_ROWS, 65)))
    edited = {
        f"run without {CUT_ROWS} of its rows": without_rows(recording, first, CUT_ROWS),
        f"run {SLOWER:g} times slower for {SLOW_ROWS} rows": slower(recording, first, SLOW_ROWS, SLOWER),
    }
    cases = [(kind, recording, text) for kind, text in texts.items()]
    cases += [(kind, run, lines) for kind, run in edited.items()]
    return [_trial(bundle, recording, kind, run, text) for kind, run, text in cases]


def _trial(bundle: Bundle, recording: Recording, kind: str, run: Recording, lines: Sequence[str]) -> Trial:
    verdict = verify(bundle, run, lines)
    return Trial(
        recording.name, kind, verdict.lines_mm, verdict.pace_mm, verdict.operation, recording.operation or ""
    )


def rates(found: Sequence[Trial]) -> str:
    """The share of alarms of each kind of trial as a Markdown table, with its 95 % interval over runs."""
    kinds = sorted({trial.kind for trial in found}, key=lambda kind: (kind != GOOD, kind))
    rows = ["| held against each other | alarms | 95 % interval | n |", "| --- | --- | --- | --- |"]
    for kind in kinds:
        of_kind = [(trial.run, trial.alarm) for trial in found if trial.kind == kind]
        rows.append(f"| {kind} | {_share(of_kind)} |")
    good = [trial for trial in found if trial.kind == GOOD]
    for hurt in (True, False):
        named = [(t.run, _damaged(t.operation)) for t in good if _damaged(t.true_operation) == hurt]
        what = "damage run" if hurt else "sound run"
        rows.append(f"| {what} recognised as damaged | {_share(named)} |" if named else "")
    return "\n".join(row for row in rows if row) + "\n"


def _share(cases: Sequence[tuple[str, bool]]) -> str:
    names = sorted({run for run, _ in cases})
    sums = np.zeros((len(names), 2))
    for run, hit in cases:
        sums[names.index(run)] += (hit, 1)
    found = interval(sums)
    low, high = (f"{100 * end:.1f}" if end is not None else "-" for end in (found.low, found.high))
    return f"{100 * found.value:.1f} | {low} to {high} | {len(cases)}"


def _damaged(operation: str) -> bool:
    return operation.startswith("damage")


def made_by(bundle: Bundle) -> str:
    """What tells a bundle's verifications from another's: its weights and what it learned of programs."""
    known = hashlib.sha256((bundle.path / "weights.safetensors").read_bytes())
    known.update(bundle.programs.to_bytes())
    return known.hexdigest()[:16]


def write_trials(found: Sequence[Trial], path: Path, made: str = "") -> None:
    """Write trials as JSON, so that those of several folds can be read together; `made`: by which bundle."""
    said = {"format": FORMAT, "made_by": made, "trials": [asdict(one) for one in found]}
    write_text(path, json.dumps(said, indent=1) + "\n")


def read_trials(path: Path, made: str | None = None) -> list[Trial]:
    """The trials that `write_trials` wrote; EvidenceError for anything else, or where another bundle made them."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise KeyError("format")
        found = [Trial(**one) for one in content["trials"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceError(
            f"{path} holds no trials of a verification ({error}): verify a store again."
        ) from None
    if made is not None and content.get("made_by") != made:
        raise EvidenceError(f"{path} holds the trials of another bundle: verify the store again.")
    return found


@dataclass(frozen=True)
class Standing:
    """Where a run stands among other good runs: how many there are, and how many score as much or more.

    own: the run itself was one of those that were held against their programs; it is left out of the others.
    """

    n: int
    lines: int
    pace: int
    own: bool


def standing(good: Sequence[Trial], run: str, lines_mm: float, pace_mm: float) -> Standing:
    """Where the scores of a run stand among those of good runs against their own programs."""
    others = [trial for trial in good if trial.kind == GOOD and trial.run != run]
    return Standing(
        len(others),
        sum(trial.lines_mm >= lines_mm for trial in others),
        sum(trial.pace_mm >= pace_mm for trial in others),
        any(trial.run == run for trial in good),
    )
