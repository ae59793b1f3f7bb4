"""What a removal does to the test set: the headline, every metric with its difference, operation by operation."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evidence.ablation.changes import changes
from core.evidence.ablation.removal import Removal
from core.evidence.ablation.scored import NOTHING, Ablation
from core.evidence.comparison.differences import Difference
from core.evidence.evaluation import Evaluation, MetricRow
from core.evidence.metrics import describe, order
from dashboard import ablation_tests, components, heat_grid, parts, score_rows, selection
from dashboard.ablation_choice import Taken
from dashboard.ablation_tests import Place
from dashboard.clock import by_the_clock
from dashboard.compare_figures import verdict
from dashboard.components import escaped
from dashboard.heat_grid import Cell
from dashboard.score_table import COMPARED

HEADLINES = ("operation", "exact_line", "line_within_row", "token", "token_free", "value_1mm")
BYS = {"all": "Every metric", "operation": "By operation"}
POLL_S = 1.0
# a difference of so many points is shaded as strongly as can be
MOST_POINTS = 0.2
_NOTE = (
    "Points are after less before, with their 95 % interval, paired by run: the same runs are drawn on both sides. "
    "Bold: the interval leaves 0 out."
)


def differences(
    ablation: Ablation, first: Removal, second: Removal, *, by_operation: bool = False
) -> list[Difference]:
    """What changes from one removal to another, both scored before; judged once."""
    sides = [(ablation.key(removal), ablation.known(removal)) for removal in (first, second)]
    (one_key, one), (other_key, other) = sides
    assert one is not None
    assert other is not None
    return _differences((one_key, other_key), by_operation, one, other)


@st.cache_data(max_entries=128, show_spinner=False)
def _differences(
    keys: tuple[str, str], by_operation: bool, _one: Evaluation, _other: Evaluation
) -> list[Difference]:
    return changes(_one, _other, by_operation=by_operation)


def show_headline(place: Place, taken: Taken) -> None:
    """The figures that matter most, at once or as soon as they are scored."""
    found = place.test_set
    if found is None or place.known(NOTHING) is None or place.known(taken.removal) is None:
        _wait(place, taken)
        return
    st.markdown(said(taken))
    st.table(_headline(found.ablation, taken))
    st.caption(
        f"Per cent; n in brackets. {_NOTE}" if taken.names else "Per cent, 95 % interval over runs, n."
    )


def said(taken: Taken) -> str:
    """What the figures are of, as Markdown: they never stand without it."""
    return f"**{escaped(taken.words[:1].upper() + taken.words[1:])}**"


def _headline(ablation: Ablation, taken: Taken) -> pd.DataFrame:
    base = ablation.known(NOTHING)
    assert base is not None
    rows = [(COMPARED[name], row) for name in HEADLINES if (row := base.row(name)) is not None]
    if not taken.names:
        cells = [
            [label, f"**{100 * row.value:.1f}** :small[:gray[{_span(row.low, row.high)}]]", f"{row.n:,}"]
            for label, row in rows
        ]
        return pd.DataFrame(cells, columns=["", "With everything", "n"])
    found = {each.metric: each for each in differences(ablation, NOTHING, taken.removal)}
    cells = [
        [
            f"{label} :small[:gray[({row.n:,})]]",
            f"{100 * row.value:.1f} → **{100 * found[row.metric].other:.1f}**",
            points(found[row.metric]),
        ]
        for label, row in rows
        if row.metric in found
    ]
    return pd.DataFrame(cells, columns=["", "With all → so", "Points"])


def points(each: Difference) -> str:
    """A difference in points with its interval, as Markdown."""
    said = f"{100 * each.delta:+.1f}"
    span = _span(each.low, each.high, signed=True)
    return f"{f'**{said}**' if each.real else said} {f':small[:gray[{span}]]' if span else ''}".strip()


def _span(low: float | None, high: float | None, *, signed: bool = False) -> str:
    if low is None or high is None:
        return ""
    sign = "+" if signed else ""
    return f"{100 * low:{sign}.1f} to {100 * high:{sign}.1f}"


def _wait(place: Place, taken: Taken) -> None:
    """How far the scoring is, or why it failed; the page is drawn anew when it is done."""
    failed = next((one for one in (NOTHING, taken.removal) if place.standing(one).state == "failed"), None)
    if failed is not None:
        st.error(components.sentence(place.standing(failed).sentence), icon=":material/error:")
        st.button(
            "Try again", icon=":material/refresh:", key="forgive", on_click=place.forgive, args=(failed,)
        )
        return
    _progress(place, taken)


@by_the_clock(POLL_S)
def _progress(place: Place, taken: Taken) -> None:
    waited = next((one for one in (NOTHING, taken.removal) if place.known(one) is None), None)
    if waited is None or place.standing(waited).state == "failed":
        selection.rerun()
    standing = place.standing(waited)
    what = "everything" if waited == NOTHING else taken.words
    if standing.state == "none":
        # what was asked for here went out of sight, e.g. too many sessions asked for more
        ablation_tests.ask(place, [taken.removal])
    if standing.state == "working" and standing.what == "runs":
        said = f"Opening the test windows: {standing.done:,} of {standing.total:,} runs"
    elif standing.state == "working":
        said = f"Scoring {what}: {standing.done:,} of {standing.total:,} windows"
    else:
        said = f"Scoring {what} comes next"
    st.progress(standing.share, text=said)


def show(place: Place, taken: Taken, by: str | None) -> None:
    """Every metric, as a whole or operation by operation, as soon as it is scored."""
    chosen = parts.choose("Figures", "by", BYS, by, key="pick_ablation_by", turn=_turn)
    found, base = place.test_set, place.known(NOTHING)
    if found is None or base is None or place.known(taken.removal) is None:
        st.caption("Every metric appears here once the test set is scored.")
    elif chosen == "operation":
        _by_operation(found.ablation, base, taken)
    else:
        _every_metric(found.ablation, base, taken)


def _turn(by: str) -> None:
    selection.change(by=None if by == "all" else by)


def _every_metric(ablation: Ablation, base: Evaluation, taken: Taken) -> None:
    deltas = differences(ablation, NOTHING, taken.removal) if taken.names else []
    names = ("With everything", f"{taken.words[:1].upper()}{taken.words[1:]}" if taken.names else None)
    rows = sorted((row for row in base.table() if row.unit == "share"), key=lambda row: order(row.metric))
    score_rows.show(rows, {}, deltas, names, heads=("So", "Points"))


def _by_operation(ablation: Ablation, base: Evaluation, taken: Taken) -> None:
    """Metrics down, operations across: the value, and under it the points where something is taken away."""
    operations = [name for name in base.operations if any(row.group == name for row in base.rows)]
    metrics = list(dict.fromkeys(row.metric for row in base.table() if row.unit == "share"))
    found: dict[tuple[str, str], Difference] = {}
    if taken.names:
        for each in differences(ablation, NOTHING, taken.removal, by_operation=True):
            found[each.metric, each.group] = each
    cells = [
        [_cell(base, metric, name, found.get((metric, name))) for name in operations] for metric in metrics
    ]
    names = [(describe(metric).label, describe(metric).note) for metric in metrics]
    heat_grid.show("ablation_by_operation", "Figures by operation", "Operation", operations, names, cells)
    st.caption(
        f"{said(taken)}, per cent{', and under it the points to with everything' if taken.names else ''}; hover for "
        "interval and n. An operation has few runs: of fewer than 5 nothing is concluded."
    )


def _cell(base: Evaluation, metric: str, operation: str, delta: Difference | None) -> Cell:
    row = base.row(metric, operation)
    if row is None:
        return Cell("", title="not asked here")
    name = f"{describe(metric).label}, {operation}"
    if delta is None:
        span = _span(row.low, row.high)
        return Cell(
            f"{100 * row.value:.1f}", title=f"{name}: {100 * row.value:.1f} % ({span}), n = {row.n:,}"
        )
    return cell_of(name, delta, f"{100 * delta.other:.1f}", f"{100 * delta.delta:+.1f}")


def cell_of(name: str, delta: Difference, text: str, note: str) -> Cell:
    """A cell of differences: shaded by their size, red where it got worse."""
    worse = (delta.delta < 0) != delta.metric.startswith("ece_")
    span = _span(delta.low, delta.high, signed=True)
    title = (
        f"{name}: {100 * delta.value:.1f} → {100 * delta.other:.1f} %, {100 * delta.delta:+.1f} points ({span}), "
        f"n = {delta.n:,}; more than chance: {verdict(delta)}"
    )
    shade = min(1.0, abs(delta.delta) / MOST_POINTS)
    return Cell(text, shade, "bad" if worse else "good", title, note)


def headline_frame(ablation: Ablation, sides: Sequence[tuple[str, Removal]]) -> pd.DataFrame:
    """A row a removal: its name and each headline metric with its points, as Markdown."""
    base = ablation.known(NOTHING)
    assert base is not None
    columns = [row for name in HEADLINES if (row := base.row(name)) is not None]
    rows = [["**With everything**", *(_value(row) for row in columns)]]
    for name, removal in sides:
        if ablation.known(removal) is None:
            rows.append([name, *([":gray[not yet]"] * len(columns))])
            continue
        found = {each.metric: each for each in differences(ablation, NOTHING, removal)}
        rows.append([name, *(_with_points(found.get(row.metric)) for row in columns)])
    names = [f"{COMPARED[row.metric]} ({row.n:,})" for row in columns]
    return pd.DataFrame(rows, columns=["Combination", *names])


def _value(row: MetricRow) -> str:
    return f"{100 * row.value:.1f} :small[:gray[{_span(row.low, row.high)}]]"


def _with_points(each: Difference | None) -> str:
    return "" if each is None else f"{100 * each.other:.1f} {points(each)}"


def scored_on(place: Place) -> str:
    """What all figures here are scored on: the protocol, the windows, as Markdown."""
    found = place.test_set
    protocol = place.bundle.protocol
    badge = f":{'orange' if protocol == 'seed' else 'blue'}-badge[{protocol} protocol]"
    return f"{badge} :small[:gray[{found.words}]]" if found is not None else badge
