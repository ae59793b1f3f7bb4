"""What could be had without the sensors on the scored windows: learned from the training windows of the same table.

The training windows are those that the table holds, one every stride; a bundle that was trained with a smaller stride
saw more of them, so these figures may differ a little from those of its evaluation.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.evidence.answers import Answers
from core.evidence.baselines.frequency import majority_answers, operation_line_answers, random_answers
from core.evidence.baselines.lookup import PrefixLookup, clock_answers
from core.evidence.comparison.scored import Scored
from core.evidence.metrics import tallies
from core.evidence.readings.filters import Filter
from core.gcode.heads import EOS, PAD
from core.gcode.words import canonical
from core.recordings.windows import Windows

LEARNED = Filter().with_values("part", ["trained on"])
# so many windows are looked up at once within a second; larger sets are for `python -m core evaluate`
MOST_WINDOWS = 12_000


def baselines(scored: Scored, length_unit: str = "inch") -> Mapping[str, Mapping[str, float]] | None:
    """Method -> metric -> value on the scored windows; None where nothing was learned, or there are too many windows.

    Calibration errors are left out: a table is never less than sure.
    """
    learned = scored.table.scored(LEARNED)
    if (
        not len(learned)
        or not len(scored)
        or len(learned) + len(scored) > MOST_WINDOWS
        or scored.lines is None
    ):
        return None
    if np.isin(scored.row, learned.row).any():
        return None
    train, test = _windows(learned), _windows(scored)
    truth = replace(scored.truth, lines=_lines(test), near=_near(scored))
    found = {}
    for answers in _answers(scored, train, test):
        counted = tallies(truth, answers, length_unit)
        found[answers.method] = {
            tally.metric: float(tally.statistic(tally.sums.sum(axis=0, keepdims=True))[0])
            for tally in counted
            if tally.asked.sum() and tally.kind == "share" and tally.metric != "line_within_row"
        }
    return found


def _answers(scored: Scored, train: Windows, test: Windows) -> list[Answers]:
    scheme, operations = scored.table.scheme, len(scored.table.operations)
    shares = scored.answers.operation
    assert shares is not None
    read = shares.argmax(axis=1)
    return [
        random_answers(train, test, scheme, operations, 0),
        majority_answers(train, test, scheme, operations),
        operation_line_answers(train, read, scheme, "line of the predicted operation"),
        operation_line_answers(train, test.operation_type, scheme),
        PrefixLookup.fit(train, with_position=False).answers(test, scheme),
        PrefixLookup.fit(train, with_position=True).answers(test, scheme),
        clock_answers(train, test, scheme),
    ]


def _windows(scored: Scored) -> Windows:
    """The windows without their sensors, which these methods do not see."""
    n, truth = len(scored), scored.truth
    tokens = np.where(truth.tokens == EOS, PAD, truth.tokens)[:, :-1].astype(np.int64)
    lines = scored.named("line")
    return Windows(
        continuous=np.zeros((n, 0, 0), np.float32),
        categorical=np.zeros((n, 0, 0), np.int64),
        tokens=tokens,
        operation_type=truth.operation,
        run=scored.named("run").astype(np.str_),
        start_row=scored.column("start_row").astype(np.int64),
        gcode=np.array([line or "" for line in lines.tolist()], np.str_),
        present=np.zeros((n, 0), np.bool_),
        near=np.full(n, "", np.str_),
        top_rows=np.zeros(n, np.int64),
        tied=np.zeros(n, np.bool_),
        place=np.full(n, np.nan, np.float32),
        lag=np.full(n, np.nan, np.float32),
        synced=np.full(n, "", np.str_),
        synced_near=np.full(n, "", np.str_),
        channels=(),
    )


def _lines(windows: Windows) -> tuple[str, ...]:
    texts = {text: canonical(text) if text else "" for text in set(windows.gcode.tolist())}
    return tuple(texts[text] for text in windows.gcode.tolist())


def _near(scored: Scored) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The table does not keep which lines are near, so nothing is within a row here."""
    return ((),) * len(scored)
