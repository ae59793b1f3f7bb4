"""What a reader should distrust, in sentences with their figures: made from an evaluation and from its bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.evidence.evaluation import ALL, Evaluation, MetricRow
from core.evidence.methods import best_of, describe_method
from core.evidence.metrics import MODEL, TRUTH, describe
from core.model.bundle import Bundle

Weight = Literal["grave", "warning", "note"]
WEIGHTS: tuple[Weight, ...] = ("grave", "warning", "note")
# above these a figure is worth a sentence
UNKNOWN, TIED, CALIBRATION, WIDTH, GAP = 0.05, 0.1, 0.05, 0.08, 0.03


@dataclass(frozen=True)
class Caveat:
    """One reason for doubt: what is so, with its figures, and what follows from it."""

    weight: Weight
    sentence: str
    because: str


def caveats(evaluation: Evaluation | None, bundle: Bundle | None = None) -> list[Caveat]:
    """Every reason to doubt a bundle's figures, the gravest first; of an evaluation alone without the bundle."""
    found = list(_of_bundle(bundle)) if bundle else []
    if evaluation is not None:
        for rule in RULES:
            found += rule(evaluation)
    return sorted(found, key=lambda caveat: WEIGHTS.index(caveat.weight))


def against_baselines(evaluation: Evaluation) -> list[Caveat]:
    """The reasons for doubt that methods give which read lines better, the gravest first."""
    found = [caveat for rule in BASELINES for caveat in rule(evaluation)]
    return sorted(found, key=lambda caveat: WEIGHTS.index(caveat.weight))


def words(row: MetricRow) -> str:
    """A figure in per cent with its interval, "94.8 % (90.3 to 98.0)"."""
    span = (
        f" ({100 * row.low:.1f} to {100 * row.high:.1f})"
        if row.low is not None and row.high is not None
        else ""
    )
    return f"{100 * row.value:.1f} %{span}"


def _of_bundle(bundle: Bundle) -> Iterator[Caveat]:
    runs = bundle.manifest.runs
    test = set(runs.get("test", ()))
    shared = test & set(runs.get("train", ()))
    if shared:
        yield Caveat(
            "grave",
            f"{_share_words(len(shared), len(test))} test runs are training runs too.",
            "Windows were split at random: a test window shares rows with training windows, so memory scores as skill.",
        )
    own = set(bundle.machine.controller_channels) & set(bundle.inputs.channels)
    if own:
        yield Caveat(
            "grave",
            f"{len(own)} of the {len(bundle.inputs.channels)} inputs are the controller's own state.",
            "The controller's position is the answer to most lines: no sensor is needed to read it.",
        )


def _share_words(part: int, whole: int) -> str:
    return f"All {whole}" if part == whole else f"{part} of the {whole}"


def _confounds(evaluation: Evaluation) -> Iterator[Caveat]:
    """What names the session tells the operation."""
    model, usual = evaluation.row("operation"), evaluation.row("operation", method="majority")
    if model is None or usual is None:
        return
    for method in ("ambient", "board presence"):
        row = evaluation.row("operation", method=method)
        if row is None or row.low is None or row.low <= (usual.high or usual.value) or row.value < 0.5:
            continue
        yield Caveat(
            "grave" if row.value >= model.value - 0.05 else "warning",
            f"The operation can be told without the cut: {words(row)} by {describe_method(method).note}. "
            f"The model has {words(model)}.",
            "Runs of one operation were recorded together, so whatever names the session names the operation.",
        )


def _better_without(evaluation: Evaluation) -> Iterator[Caveat]:
    """A method that knows no more than the model reads a line better."""
    model = evaluation.row("exact_line")
    if model is None:
        return
    for method in evaluation.methods:
        row = evaluation.row("exact_line", method=method)
        if row and describe_method(method).kind in ("sensors", "blind") and row.value > model.value:
            yield Caveat(
                "warning",
                f"{describe_method(method).label} reads {words(row)} of lines exactly, the model {words(model)}.",
                f"It sees no more than the model does: {describe_method(method).note}.",
            )


def _told(evaluation: Evaluation) -> Iterator[Caveat]:
    """A table without sensors reads the line better, given part of the truth."""
    model, best = evaluation.row("exact_line"), best_of(evaluation, "exact_line", "told")
    if model and best and best.value > model.value:
        yield Caveat(
            "note",
            f"Without any sensor, {describe_method(best.method).label.lower()} reads {words(best)} of lines exactly, "
            f"the model {words(model)}.",
            f"It {describe_method(best.method).note}. Runs of a program keep time, so the clock says much.",
        )


def _truth(evaluation: Evaluation) -> Iterator[Caveat]:
    unknown = evaluation.row("unk_windows", method=TRUTH)
    if unknown and unknown.value > UNKNOWN:
        yield Caveat(
            "grave",
            f"{words(unknown)} of windows have a token in their truth that the vocabulary lacks.",
            "Such a token counts as right when the model says that it does not know: no value is read.",
        )
    tied = evaluation.counts.tied / max(evaluation.counts.scored, 1)
    if tied > TIED:
        yield Caveat(
            "note",
            f"{100 * tied:.0f} % of windows show two lines for as many rows each; the first one counts as the truth.",
            "Reading the other one counts as wrong, so no exact line can reach 100 %; within a row counts both.",
        )


def _forced(evaluation: Evaluation) -> Iterator[Caveat]:
    forced, free = evaluation.row("token"), evaluation.row("token_free")
    if forced and free and forced.value - free.value > GAP:
        yield Caveat(
            "note",
            f"Tokens are {words(forced)} right when the true ones before are given, {words(free)} when they are not.",
            "In use nobody knows the true ones: the free-running figure is the one that counts.",
        )


def _calibration(evaluation: Evaluation) -> Iterator[Caveat]:
    for name in ("ece_operation", "ece_line"):
        row = evaluation.row(name)
        if row and row.value > CALIBRATION:
            yield Caveat(
                "warning",
                f"{describe(name).label}: {words(row)}.",
                "A confidence is off by so much on the mean: do not read it as a probability.",
            )


def _spread(evaluation: Evaluation) -> Iterator[Caveat]:
    row = evaluation.row("exact_line") or evaluation.row("operation")
    if row and row.low is not None and row.high is not None and row.high - row.low > WIDTH:
        yield Caveat(
            "note",
            f"The interval of “{describe(row.metric).label.lower()}” is {100 * (row.high - row.low):.0f} points wide.",
            f"Windows of a run fail together, so {evaluation.counts.runs} runs count, not {row.n:,} windows.",
        )
    if evaluation.counts.models == 1:
        yield Caveat(
            "note",
            "Every run was read by one model alone.",
            "Another seed gives another figure; the interval covers the runs, not the training.",
        )


def _left_out(evaluation: Evaluation) -> Iterator[Caveat]:
    row = evaluation.row("operation")
    if evaluation.protocol == "program" and row:
        yield Caveat(
            "note",
            f"Operations of a program that was left out are read right in {words(row)} of windows.",
            "Such an operation has no training run, so the model has no name for it.",
        )


def _weakest(evaluation: Evaluation) -> Iterator[Caveat]:
    rows = [
        row
        for name in evaluation.operations
        if (row := evaluation.row("exact_line", name)) is not None and row.group != ALL
    ]
    whole = evaluation.row("exact_line", method=MODEL)
    worst = min(rows, key=lambda row: row.value, default=None)
    if worst and whole and worst.value < whole.value - 0.1:
        yield Caveat(
            "note",
            f"Lines of {worst.group} are read exactly in {words(worst)} of {worst.n:,} windows, of all in "
            f"{words(whole)}.",
            "The mean hides which programs can be read.",
        )


# what other methods read better than the model
BASELINES = (_better_without, _told)
RULES = (_confounds, *BASELINES, _truth, _forced, _calibration, _spread, _left_out, _weakest)
