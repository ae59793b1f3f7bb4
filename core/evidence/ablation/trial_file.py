"""Finished trials in one small file."""

from pathlib import Path

from core.evidence.ablation.results import Result, Results, collect
from core.evidence.ablation.trials import Trial
from core.evidence.sums_file import read_sums, write_sums
from core.evidence.truth import EvidenceError

FORMAT = "toolmark trials 1"


def write_trials(found: Results, path: Path) -> None:
    """Write finished trials, a line each."""
    every = [({**vars(each.trial), "removed": each.removed}, each.evaluation) for each in found.every]
    write_sums(path, FORMAT, {"machine": found.machine, "changes": list(found.changes)}, every)


def read_trials(path: Path) -> Results:
    """Finished trials, of their folder or of a file that `write_trials` wrote.

    Raises:
        EvidenceError: there is none, or the file is something else or damaged.
    """
    if path.is_dir():
        return collect(path)
    told, every = read_sums(path, FORMAT)
    try:
        found = tuple(
            Result(
                Trial(str(own["technique"]), int(own["seed"]), str(own["without"])),
                evaluation,
                str(own["removed"]),
            )
            for own, evaluation in every
        )
        return Results(str(told["machine"]), found, tuple(told["changes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"{path} is damaged ({error!r}): collect the trials again.") from error
