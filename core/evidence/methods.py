"""What each method of an evaluation is allowed to see, so that its figures can be read."""

from dataclasses import dataclass
from typing import Literal

from core.evidence.evaluation import Evaluation, MetricRow
from core.evidence.metrics import MODEL, TRUTH

# sensors: reads the sensors as the model does; blind: sees no sensor that follows the cut; told: is given part of the
# truth that nobody has in use; bound: what could be reached at best; whole: of runs as a whole or of parts of them
Kind = Literal["model", "sensors", "blind", "told", "bound", "whole", "truth"]


@dataclass(frozen=True)
class Method:
    """A method, how it is called in tables, and one sentence of what it sees."""

    name: str
    label: str
    kind: Kind
    note: str


_METHODS = (
    Method(MODEL, "Model", "model", "the bundle, one window at a time"),
    Method(TRUTH, "Truth", "truth", "what the labels themselves are like"),
    Method(
        "nearest run", "Nearest run", "sensors", "the training run that warps best onto the run's sensors"
    ),
    Method("random", "Random", "blind", "a guess among all classes"),
    Method("majority", "Majority", "blind", "always the most frequent class or line of the training runs"),
    Method(
        "board presence", "Board presence", "blind", "only which channels are live, not one value of them"
    ),
    Method("ambient", "Ambient alone", "blind", "only the window's mean pressures and temperatures: the day"),
    Method(
        "line of the predicted operation",
        "Line of the read operation",
        "blind",
        "the most frequent line of the operation that the model read",
    ),
    Method(
        "line of the true operation",
        "Line of the true operation",
        "told",
        "is given the operation; the most frequent line of it",
    ),
    Method(
        "prefix lookup",
        "Prefix lookup",
        "told",
        "is given the operation and, teacher-forced, the true tokens before; a table, no sensor",
    ),
    Method(
        "prefix lookup with position",
        "Prefix lookup by row",
        "told",
        "is given the operation, the window's row and, teacher-forced, the true tokens before; no sensor",
    ),
    Method("clock", "Clock", "told", "is given the operation and the window's row in the run; no sensor"),
    Method(
        "clock by row", "Clock by row", "whole", "is given the operation and each row's number; no sensor"
    ),
    Method(
        "place known, lag not",
        "Place known, lag not",
        "bound",
        "is given the sensors' place in the program; how late they are, nothing tells",
    ),
    Method(
        "place known, lag not, 200 rows",
        "Place known, lag not, 200 rows",
        "whole",
        "the same for 200 rows from a random start",
    ),
    Method("track", "Whole run read back", "whole", "the bundle and all rows of the run at once"),
    Method("track of 200 rows", "200 rows read back", "whole", "the bundle and 200 rows from a random start"),
)
_BY_NAME = {method.name: method for method in _METHODS}
_ORDER = {method.name: place for place, method in enumerate(_METHODS)}


def describe_method(name: str) -> Method:
    """The method of that name; one that is not known is shown under its own name."""
    return _BY_NAME.get(name, Method(name, name.capitalize(), "sensors", ""))


def best_of(evaluation: Evaluation, metric: str, *kinds: Kind) -> MetricRow | None:
    """The largest figure of a metric among the methods of some kinds; None where none was scored."""
    rows = [
        row
        for method in evaluation.methods
        if describe_method(method).kind in kinds
        and (row := evaluation.row(metric, method=method)) is not None
    ]
    return max(rows, key=lambda row: row.value, default=None)


def method_order(name: str) -> int:
    """Sort key of the tables' order: the model, what sees sensors, what sees none, what is told, bounds, whole runs."""
    return _ORDER.get(name, len(_ORDER))
