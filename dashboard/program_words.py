"""What the page of a program says: how a run was read back, how well, and how it stands against a program."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.evidence.evaluation import Evaluation, MetricRow
from core.evidence.metrics import describe
from core.evidence.track_scoring import WHOLE
from core.evidence.verification_rates import GOOD, Standing, Trial
from core.recordings.recording import Recording
from core.tracking.intended import Intended
from core.tracking.tracker import Track
from core.tracking.verification import PACE_MM, TOLERANCE_MM, Deviation
from dashboard import evaluations
from dashboard.components import counted, escaped, listed, percent
from dashboard.verifications import Good, Verdict


@dataclass(frozen=True)
class Figure:
    """One figure: its name, value, what it was scored on, what held-out runs reach, and what it means."""

    label: str
    value: str
    scored: str
    reached: str
    means: str


# metric -> the words on the page and what one of the items that it is scored on is
_FIGURES = {
    "lines_in_order": ("Lines recovered in order", "line"),
    "position": ("Median position error", "row"),
    "row_line": ("Rows with the right line", "row"),
}


CHART = (
    "A dot is a held-out run against its own program (blue) or against one that was edited on purpose, or an edited "
    "run against its program (grey); in brackets how many. A triangle lies beyond the scale."
)


def how(found: Track, recording: Recording) -> str:
    """How the run was read back, in a sentence."""
    if found.spelled:
        said = (
            "No learned program fits, so each line was spelled from the sensors: most are likely to be wrong."
        )
    else:
        parts = [
            f"**{escaped(found.programs.timelines[one.program].program)}** in rows {one.first:,} to {one.last:,}"
            for one in found.passes
        ]
        said = f"Read back as {listed(parts, 4)}"
        late = found.lag
        if abs(late) >= 0.5:
            said += f"; the sensors are taken to be {abs(late):.1f} rows {'late' if late > 0 else 'early'}"
        said += "."
    operation = max(dict.fromkeys(found.operation), key=list(found.operation).count)
    if recording.operation is None:
        return f"{said} Operation: {escaped(operation)}."
    right = "the true one" if operation == recording.operation else f"truth: {escaped(recording.operation)}"
    return f"{said} Operation: {escaped(operation)} ({right})."


def figures(own: Mapping[str, MetricRow], lines: int, evaluation: Evaluation | None) -> list[Figure]:
    """The figures of a run; `lines`: how many its rows show."""
    found = []
    for metric, (label, item) in _FIGURES.items():
        row = own.get(metric)
        if row is None:
            continue
        n = lines if metric == "lines_in_order" else row.n
        more = ""
        if metric == "row_line" and "row_line_within_row" in own:
            more = f"; {percent(own['row_line_within_row'].value)} within a row"
        found.append(
            Figure(
                label,
                _value(row),
                f"this run, n = {counted(n, item)}{more or (' that its rows show' if item == 'line' else '')}",
                _reached(evaluation, metric),
                f"{describe(metric).label}: {describe(metric).note}.",
            )
        )
    return found


def _value(row: MetricRow) -> str:
    return f"{row.value:.2f} mm" if row.unit == "mm" else percent(row.value)


def _reached(evaluation: Evaluation | None, metric: str) -> str:
    """What the bundle's evaluation says of the same figure."""
    row = evaluation.row(metric, method=WHOLE) if evaluation else None
    if evaluation is None or row is None:
        return "not measured"
    scale, digits = (1.0, 2) if row.unit == "mm" else (100.0, 1)
    span = ""
    if row.low is not None and row.high is not None:
        span = f" ({scale * row.low:.{digits}f} to {scale * row.high:.{digits}f})"
    return f"{_value(row)}{span}"


def reached_on(evaluation: Evaluation) -> str:
    """What the figures of held-out runs were scored on."""
    where = evaluations.scored_on(evaluation)
    return f"Held-out runs: {where}, with 95 % intervals over runs. A single run has no interval."


def against(found: Verdict, name: str) -> Figure:
    """The verdict against the run's own program as a figure."""
    tolerance = f"tolerance {TOLERANCE_MM:g} and {PACE_MM:g} mm"
    return Figure(
        f"Against its own program, {name}",
        "matches" if found.matches else counted(len(found.deviations), "deviation"),
        f"lines {found.lines_mm:.1f} mm, pace {found.pace_mm:.1f} mm ({tolerance})",
        "",
        "The largest deviation of the lines that were read back and of the pace of the run. The program is the one "
        "that the recording's operation names, as the runs of this dataset showed it.",
    )


def verdict(found: Verdict, run: str, name: str) -> str:
    """The verdict in one sentence."""
    run, name = escaped(run), escaped(name)
    worst = f"lines to {found.lines_mm:.1f} mm, pace to {found.pace_mm:.1f} mm"
    if found.matches:
        return f"**{run} matches {name}**: {worst}, which is not told from a good run."
    count = counted(len(found.deviations), "deviation")
    return (
        f"**{run} deviates from {name}** in {count}: {worst} (tolerance {TOLERANCE_MM:g} and {PACE_MM:g} mm)."
    )


def place(one: Deviation, intended: Intended, seconds: float) -> str:
    """Where a deviation is: line of the file, row and time, and what it is."""
    line = f"line {intended.numbers[one.intended]}, " if one.intended is not None else ""
    return f"{line}row {one.row:,}, {seconds:.1f} s: {escaped(one.what)} ({one.by_mm:.1f} mm)"


def standing(found: Standing, source: Good) -> str:
    """Where the run's scores stand among good runs."""
    other, own = (
        ("other ", " It was itself one of them and is left out of this count.") if found.own else ("", "")
    )
    return (
        f"Of {found.n} {other}held-out good runs ({source.source}), off by as much or more: {found.lines} in their "
        f"lines, {found.pace} in their pace.{own}"
    )


def rates(trials: tuple[Trial, ...]) -> str:
    """How often the tolerance cries wolf, and the least edit that it finds nearly always."""

    def share(kind: str) -> tuple[int, int]:
        of_kind = [trial.alarm for trial in trials if trial.kind == kind]
        return sum(of_kind), len(of_kind)

    wolf, n = share(GOOD)
    said = f"At this tolerance {wolf} of {n} good runs are called deviating"
    least, least_n = share("moved 1 mm")
    more, more_n = share("moved 2.5 mm")
    if least_n and more_n:
        said += f"; a line moved by 1 mm is found in {least} of {least_n} runs, "
        said += f"one moved by 2.5 mm in {more} of {more_n}"
    return f"{said}. What is smaller than that, a match does not rule out."
