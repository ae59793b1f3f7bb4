"""Every metric that is reported: its name, what it means, and its tally for a method's answers."""

from dataclasses import dataclass

from core.evidence.answers import Answers
from core.evidence.line_metrics import line_tallies
from core.evidence.operation_metrics import operation_tallies
from core.evidence.tally import Tally
from core.evidence.token_metrics import token_tallies, unknown_tallies
from core.evidence.truth import Truth

MODEL = "model"
TRUTH = "truth"


@dataclass(frozen=True)
class Metric:
    """One metric: how it is called in tables, and one sentence of what it counts."""

    name: str
    label: str
    note: str


# noise in a bin counts as error, and drawing runs again adds noise
_ECE = "ECE, 15 equal bins; drawn again it comes out larger, so its interval leans upwards"
_FIXED = (
    Metric("operation", "Operation of a window", "argmax of the window's probabilities"),
    Metric("operation_run", "Operation of a run", "argmax of the mean probabilities of the run's windows"),
    Metric("token", "Token, teacher-forced", "content tokens and EOS, given the true tokens before"),
    Metric("token_free", "Token, free-running", "content tokens and EOS, position by position"),
    Metric("type", "Type", "teacher-forced, every position up to and with EOS"),
    Metric("command", "Command", "teacher-forced, where the true token is a command"),
    Metric("param_type", "Parameter type", "teacher-forced, where the true token is a letter"),
    Metric("number_letter", "Letter of a number", "teacher-forced, where the true token is a number"),
    Metric("sign", "Sign", "teacher-forced, where the true token is a number"),
    Metric("value_exact", "Value exact", "free-running X Y Z R I J K words of the true line, to the step"),
    Metric("value_1mm", "Value within 1 mm", "free-running X Y Z R I J K words of the true line"),
    Metric("structure", "Structure", "free-running: commands and letters right, in order"),
    Metric("exact_line", "Exact line", "free-running: every token right and the end in its place"),
    Metric(
        "line_within_row", "Line within a row", "free-running: the line is the top one or a row behind it"
    ),
    Metric(
        "answered",
        "Windows with a line to be believed",
        "confidence over the threshold of the validation runs",
    ),
    Metric("answered_right", "Exact line where it is to be believed", "of the windows over the threshold"),
    Metric("row_line", "Line of a row", "of a run that was read back: every labelled row"),
    Metric(
        "row_line_within_row",
        "Line of a row within a row",
        "the line was executed between the rows before and after",
    ),
    Metric("position", "Median position error", "mm, every labelled row of the runs that were read back"),
    Metric("run_position", "Runs with a median error up to 5 mm", "share of the runs that were read back"),
    Metric(
        "lines_in_order", "Executed lines read back in order", "longest common subsequence, mean of the runs"
    ),
    Metric(
        "program",
        "Likeness of the program read back",
        "to all lines of the true one, by insertions and deletions",
    ),
    Metric("unk_tokens", "UNK among true tokens", "share of the truth that the vocabulary lacks"),
    Metric("unk_windows", "Windows with UNK in the truth", "share of windows"),
    Metric("ece_operation", "Calibration error of the operation", _ECE),
    Metric("ece_row", "Calibration error of a row's line", _ECE),
    Metric("ece_line", "Calibration error of the line", f"{_ECE}; against the exact line"),
)
_BY_NAME = {metric.name: metric for metric in _FIXED}


def describe(name: str) -> Metric:
    """The metric of that name; digits and the heads' calibration errors are named as they come."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith("digit"):
        return Metric(
            name, f"Digit {name.removeprefix('digit')}", "teacher-forced, where the true token is a number"
        )
    head = describe(name.removeprefix("ece_")) if name.startswith("ece_") else None
    return Metric(name, f"Calibration error of {head.label.lower()}" if head else name, _ECE)


def order(name: str) -> tuple[int, int, str]:
    """Sort key of the tables' order: digits after the sign, the heads' calibration errors at the end."""
    names = list(_BY_NAME)
    if name in _BY_NAME:
        return names.index(name), 0, ""
    if name.startswith("digit"):
        return names.index("sign"), int(name.removeprefix("digit")), ""
    return len(names), 0, name


def tallies(truth: Truth, answers: Answers, length_unit: str = "inch") -> list[Tally]:
    """Every metric that applies to the answers, which are for the truth's windows in their order."""
    return [
        *operation_tallies(truth, answers),
        *token_tallies(truth, answers),
        *line_tallies(truth, answers, length_unit),
    ]


def truth_tallies(truth: Truth) -> list[Tally]:
    """What is to be known of the truth itself."""
    return list(unknown_tallies(truth))
