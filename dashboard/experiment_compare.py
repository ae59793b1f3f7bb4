"""The chosen trainings compared: where their configurations differ, what each was worth, and the paired differences."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.evaluation import Evaluation
from core.evidence.metrics import MODEL, describe
from core.evidence.paired import FEWEST_RUNS, Difference, difference, unlike
from core.evidence.tally import by_run
from dashboard import components, data, evaluations, trainings
from dashboard.score_table import COMPARED
from dashboard.trainings import Entry

METRICS = tuple(COMPARED)
SEED = "seed"
UNTOLD = "·"
_ALIKE = "The chosen trainings are configured alike in everything that was written down of them."


def configuration(chosen: Sequence[Entry]) -> pd.DataFrame:
    """A row for everything in which the trainings differ, a column each; a dot where nothing tells."""
    said = [entry.training.configuration() if entry.training else {} for entry in chosen]
    names = list(dict.fromkeys(name for each in said for name in each))
    rows = {name: [each.get(name, "") or UNTOLD for each in said] for name in names}
    different = {name: values for name, values in rows.items() if len({*values} - {UNTOLD}) > 1}
    return pd.DataFrame.from_dict(
        different, orient="index", columns=[entry.name for entry in chosen], dtype="str"
    )


def show(chosen: Sequence[Entry]) -> None:
    """Configurations and test figures, side by side."""
    there = [entry for entry in chosen if entry.training is not None]
    if not there:
        return
    _scored(there)
    if len(there) > 1:
        _configurations(there)


def _scored(there: Sequence[Entry]) -> None:
    """What each was worth, and the paired differences."""
    st.subheader("Test figures", anchor=False)
    scored = {entry.name: found for entry in there if (found := trainings.evaluation(entry.path)) is not None}
    if not scored:
        st.caption(
            "None of them was scored on test windows yet: `python -m core evaluate BUNDLE SPLITS --keep --quick`."
        )
        return
    _figures(scored)
    _lines(
        f"{components.escaped(entry.name)} was not scored on test windows yet."
        for entry in there
        if entry.name not in scored
    )
    if len(scored) > 1:
        _differences([entry for entry in there if entry.name in scored], scored)


def _configurations(there: Sequence[Entry]) -> None:
    st.subheader("Where they differ", anchor=False)
    differing = configuration(there)
    if differing.empty:
        st.caption(_ALIKE)
    else:
        st.dataframe(
            differing.rename_axis("What").reset_index(), hide_index=True, height="content", row_height=30
        )
    untold = [entry.name for entry in there if entry.training and not entry.training.preset]
    if untold:
        st.caption(
            f"Nothing tells how {components.listed([*map(components.escaped, untold)])} was configured."
        )


def _figures(scored: dict[str, Evaluation]) -> None:
    rows = []
    for metric in METRICS:
        cells = [_figure(evaluation, metric) for evaluation in scored.values()]
        if any(cells):
            rows.append([describe(metric).label, *cells])
    columns = ["Per cent (95 % interval over runs), n", *(components.escaped(name) for name in scored)]
    st.table(pd.DataFrame(rows, columns=columns), hide_index=True)
    _lines(
        f"{components.escaped(name)}: protocol `{each.protocol}`, {evaluations.scored_on(each, windows=True)}."
        for name, each in scored.items()
    )


def _lines(said: Iterable[str]) -> None:
    """Sentences under one another, as one caption."""
    text = "  \n".join(said)
    if text:
        st.caption(text)


def _figure(evaluation: Evaluation, metric: str) -> str:
    row = evaluation.row(metric)
    if row is None:
        return ""
    span = (
        ""
        if row.low is None or row.high is None
        else f" :gray[:small[{100 * row.low:.1f}–{100 * row.high:.1f}]]"
    )
    return f"**{100 * row.value:.1f}**{span} :gray[:small[n {row.n:,}]]"


def _differences(there: Sequence[Entry], scored: dict[str, Evaluation]) -> None:
    names = [entry.name for entry in there]
    st.subheader("Paired differences", anchor=False)
    against = st.selectbox("To", names, key="experiment_against", width=380, persist_state="session")
    first = next(entry for entry in there if entry.name == against)
    columns: dict[str, dict[str, str]] = {}
    refused = []
    for entry in there:
        if entry.name == against:
            continue
        why = other_windows(first, entry, scored[first.name], scored[entry.name])
        if why:
            refused.append(
                f":material/info: {components.escaped(entry.name)} was scored on other test windows than "
                f"{components.escaped(first.name)} ({why}), so no difference is shown."
            )
        else:
            columns[entry.name] = _column(first, entry)
    _lines(refused)
    if not columns:
        return
    rows = [
        [describe(metric).label, *(column.get(metric, "") for column in columns.values())]
        for metric in METRICS
        if any(metric in column for column in columns.values())
    ]
    head = [f"Points to {components.escaped(first.name)}", *(components.escaped(name) for name in columns)]
    st.table(pd.DataFrame(rows, columns=head), hide_index=True)
    drawn = scored[first.name].counts.runs
    few = f" From {drawn} runs nothing is concluded." if drawn < FEWEST_RUNS else ""
    st.caption(
        f"The same {drawn} runs are drawn on both sides, 95 % interval; **bold** where it leaves out 0. Of "
        f"{len(rows) * len(columns)} intervals about one in twenty would do so by chance. Two trainings that differ in "
        f"their seed alone differ as well: compare several seeds before a change is believed.{few}"
    )


def other_windows(one: Entry, other: Entry, first: Evaluation, second: Evaluation) -> str | None:
    """Why two trainings were scored on other test windows; None where they were on the same.

    Where whole runs are held out, runs and their numbers of windows tell. Under `seed` windows are drawn at random: the
    recordings and the seed of the split have to be the same too, where both are known.
    """
    why = unlike(first, second)
    records = [entry.training.record for entry in (one, other) if entry.training and entry.training.record]
    if why or SEED not in (first.protocol, second.protocol) or len(records) < 2:
        return why
    drawn = {(record.protocol, record.split_seed, record.data_digest) for record in records}
    return "windows drawn otherwise" if len(drawn) > 1 else None


def _column(first: Entry, second: Entry) -> dict[str, str]:
    files = [trainings.figures_file(entry.path) for entry in (first, second)]
    stamps = tuple(data.file_stamp(file) for file in files if file is not None)
    found = _paired(stamps, trainings.evaluation(first.path), trainings.evaluation(second.path))
    return {each.metric: _words(each) for each in found}


@st.cache_data(max_entries=64, show_spinner=False)
def _paired(
    stamps: tuple[str, ...], _first: Evaluation | None, _second: Evaluation | None
) -> list[Difference]:
    if _first is None or _second is None:
        return []
    sides: list[dict[str, Any]] = [
        {tally.metric: tally for tally in by_run(each.units, each.tallies)[1] if tally.method == MODEL}
        for each in (_first, _second)
    ]
    both = [metric for metric in METRICS if metric in sides[0] and metric in sides[1]]
    return [difference(metric, sides[0][metric], sides[1][metric]) for metric in both]


def _words(found: Difference) -> str:
    points = f"{100 * found.points:+.1f}"
    span = (
        ""
        if found.low is None or found.high is None
        else f" :gray[:small[{100 * found.low:+.1f} to {100 * found.high:+.1f}]]"
    )
    return f"**{points}**{span}" if found.real else f"{points}{span}"
