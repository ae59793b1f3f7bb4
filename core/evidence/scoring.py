"""A bundle scored on the test windows of a folder of window files."""

from collections.abc import Callable
from typing import Literal

from core.evidence.baselines import operation_baselines, recording_baselines, window_baselines
from core.evidence.baselines.confounds import ambient_answers
from core.evidence.ceilings import place_answers
from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.track_scoring import score_tracks
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle
from core.model.prediction import BatchPrediction
from core.recordings.sequences import Splits
from core.recordings.store import Store
from core.recordings.windows import Windows

Told = Callable[[int, str], None]


def score_bundle(
    bundle: Bundle,
    splits: Splits,
    store: Store | None = None,
    told: Told | None = None,
    *,
    quick: bool = False,
    part: Literal["test", "val"] = "test",
) -> Evaluation:
    """Every metric and baseline of a bundle on the test windows; `told(done, what)` hears four steps.

    The baselines and tracks that need whole runs are added where the `store` that the windows were cut from is given;
    `quick` leaves those baselines out. `part`: the validation windows are for choosing between bundles.

    Raises:
        EvidenceError: the windows were prepared for other inputs or tokens, or a test run was trained on.
    """
    check_windows(bundle, splits, part)
    tell = told or (lambda done, what: None)
    test, manifest = getattr(splits, part), splits.manifest
    tell(0, "free-running")
    free = bundle.predict_windows(test)
    if not bundle.reads_lines:
        return _operations_alone(bundle, splits, test, free, store)
    tell(1, "teacher-forced")
    forced = bundle.teacher_forced(test)
    tell(2, "baselines")
    train = splits.train.take(splits.train.labelled)
    answers = window_baselines(
        train, test, bundle.scheme, len(bundle.operations), free.operation_probabilities
    )
    answers += place_answers(bundle, test)
    if store is not None and not quick:
        answers += recording_baselines(train, test, bundle.scheme, bundle.machine, store.recording)
    tell(3, "tracks and intervals")
    return evaluate(
        test,
        bundle.scheme,
        free,
        forced,
        bundle.operations,
        protocol=manifest.protocol,
        fold=manifest.program or manifest.fold,
        baselines=answers,
        of_runs=None if store is None else lambda truth: score_tracks(bundle, store, test, truth.units),
        length_unit=bundle.machine.length_unit,
        threshold=bundle.calibration.threshold or None,
    )


def _operations_alone(
    bundle: Bundle, splits: Splits, test: Windows, free: BatchPrediction, store: Store | None
) -> Evaluation:
    """What there is to score of a bundle that learned no program lines."""
    train, n_operations = splits.train.take(splits.train.operation_type >= 0), len(bundle.operations)
    answers = operation_baselines(train, test, n_operations)
    ambient = any(bundle.machine.role(name) == "ambient" for name in bundle.machine.side_channels)
    if store is not None and ambient:
        answers.append(ambient_answers(train, test, bundle.machine, store.recording, n_operations))
    return evaluate(
        test,
        bundle.scheme,
        free,
        None,
        bundle.operations,
        protocol=splits.manifest.protocol,
        fold=splits.manifest.program or splits.manifest.fold,
        baselines=answers,
        reads_lines=False,
    )


def check_windows(bundle: Bundle, splits: Splits, part: str) -> None:
    """Refuse windows that a bundle cannot read, or whose runs it has learned from.

    Raises:
        EvidenceError: other inputs or tokens, or another fold or split.
    """
    manifest = splits.manifest
    same = manifest.spec == bundle.inputs and manifest.scheme == bundle.manifest.scheme
    if not same and manifest.protocol == bundle.protocol:
        raise EvidenceError(
            f"The windows in {splits.path} are of another fold or split than the bundle's: score it on the windows "
            "that it was trained with."
        )
    if not same:
        raise EvidenceError(
            f"The windows in {splits.path} were cut for other inputs or tokens than the bundle's: cut them with "
            f"the protocol `{bundle.protocol}` as for its training."
        )
    if manifest.protocol == "seed":
        return
    learned = set(bundle.manifest.runs.get("train", []))
    learned |= set(bundle.manifest.runs.get("val", [])) if part == "test" else set()
    shared = sorted(learned & set(manifest.runs[part]))
    if shared:
        raise EvidenceError(
            f"The bundle was trained on {len(shared)} of the test runs in {splits.path} ({shared[0]} is one): "
            "score it on the fold that it was trained for."
        )
