"""The sections of Compare about confidence and mistakes: what each computes when it is open, and how it is shown."""

from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.comparison import calibrated, mistakes
from core.evidence.comparison.calibrated import Reliability, RiskCoverage
from core.evidence.comparison.mistakes import Distances
from core.evidence.metrics import describe
from core.evidence.readings.filters import Filter
from core.evidence.review.targets import Target
from dashboard import compare_charts, compare_windows, heat_grid, parts, selection, theme
from dashboard.address import Selection
from dashboard.compare_sides import Side
from dashboard.components import counted, percent
from dashboard.heat_grid import Cell
from dashboard.shell import View

NO_LINES = "This bundle reads no lines, only operations."
NAMES = {"operation": "Operation", "line": "Line"}


def sides_of(own: Side, other: Side | None) -> list[Side]:
    """The sides that there are."""
    return [own] if other is None else [own, other]


def _name(head: str) -> str:
    return NAMES.get(head) or describe(head).label


def show_calibration(own: Side, other: Side | None, chosen: Selection) -> None:
    """Reliability of the chosen head with its bins' counts, every ECE, and risk against coverage."""
    errors = _errors(own.key, own)
    if not errors:
        st.info("None of these windows can be scored, so nothing is known of confidence.")
        return
    names = list(errors)
    first = "line" if "line" in names else names[0]
    wanted = chosen.head if chosen.head in names else first
    head = parts.choose("Head", "head", {name: _name(name) for name in names}, wanted, key="pick_sure")
    left, right = st.columns(2, gap="medium")
    with left:
        _show_reliability(own, other, head)
    with right:
        if own.scored.lines is not None:
            _show_coverage(own, other)
    with st.container():
        st.markdown(
            "**Calibration error of every head** :small[ECE in %, 95 % interval over runs; smaller is better]"
        )
        st.dataframe(_errors_frame(errors, _errors(other.key, other) if other else {}), hide_index=True)


def _show_reliability(own: Side, other: Side | None, head: str) -> None:
    found = [(side.name, _reliability(side.key, head, side)) for side in sides_of(own, other)]
    there = [(name, each) for name, each in found if each is not None]
    error = there[0][1].error
    span = (
        f" ({100 * error.low:.1f} to {100 * error.high:.1f})" if error.low is not None and error.high else ""
    )
    what = "free-running" if head == "line" else "given the true tokens before" if head != "operation" else ""
    st.markdown(
        f"**{_name(head)}**: ECE **{100 * error.value:.1f}** %{span}, n = {there[0][1].n:,} :small[{what}]"
    )
    st.echarts_chart(
        compare_charts.reliability(there, theme.ink()),
        height=410,
        key="reliability",
        alt=f"Share right by confidence of {_name(head)}",
    )


def _show_coverage(own: Side, other: Side | None) -> None:
    found = [(side.name, _coverage(side.key, side)) for side in sides_of(own, other)]
    at, threshold = found[0][1].at, found[0][1].threshold
    said = "The bundle has no threshold of its own."
    if at is not None and threshold is not None:
        share, exact = percent(at[0]), percent(at[1])
        said = f"Over the bundle's threshold ({100 * threshold:.0f} %): {share} of lines, {exact} exact"
    st.markdown(f"**Believing only the surest** :small[{said}]")
    st.echarts_chart(
        compare_charts.risk_coverage([each for each in found if each[1].n], theme.ink()),
        height=410,
        key="coverage",
        alt="Share of exact lines among the surest, by how many are believed",
    )


def _errors_frame(errors: dict[str, Reliability], others: dict[str, Reliability]) -> pd.DataFrame:
    rows = []
    for head, each in errors.items():
        low, high = each.error.low, each.error.high
        row: dict[str, Any] = {
            "Head": _name(head),
            "ECE": round(100 * each.error.value, 2),
            "from": None if low is None else round(100 * low, 2),
            "to": None if high is None else round(100 * high, 2),
            "n": each.n,
        }
        if head in others:
            row["ECE, other side"] = round(100 * others[head].error.value, 2)
        rows.append(row)
    return pd.DataFrame(rows)


@st.cache_data(max_entries=16, show_spinner=False)
def _errors(key: tuple[str, str, int], _side: Side) -> dict[str, Reliability]:
    scored = _side.scored
    return {head: calibrated.reliability(scored, head) for head in calibrated.calibrated_heads(scored)}


def _reliability(key: tuple[str, str, int], head: str, side: Side) -> Reliability | None:
    return _errors(key, side).get(head)


@st.cache_data(max_entries=32, show_spinner=False)
def _coverage(key: tuple[str, str, int], _side: Side) -> RiskCoverage:
    return calibrated.risk_coverage(_side.scored)


def show_distances(own: Side, other: Side | None) -> None:
    """How far the lengths are off."""
    found = [(side.name, _distances(side.key, side)) for side in sides_of(own, other)]
    for name, each in found:
        if each.n:
            marks = ", ".join(
                f"**{percent(share)}** within {mm:g} mm" for mm, share in each.marked.to_numpy()
            )
            st.markdown(
                f"{name}: {counted(each.n, 'length')} of the true lines: {marks}; "
                f"of {percent(each.lost / each.n)} the letter was not read at all."
            )
    st.caption("X Y Z R I J K words of the true line, read free-running, in mm of the machine.")
    there = [each for each in found if each[1].n]
    if not there:
        st.info("None of these windows has a length in its line.")
        return
    st.echarts_chart(
        compare_charts.distances(there, theme.ink()),
        height=420,
        key="distances",
        alt="Share of lengths by how far they are off in mm",
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _distances(key: tuple[str, str, int], _side: Side) -> Distances:
    return mistakes.distances(_side.scored)


def show_lines(view: View, own: Side) -> None:
    """The commonest wrong lines, each with its surest window."""
    frame = _wrong_lines(own.key, own)
    if not len(frame):
        st.info("No line was read wrong." if own.scored.lines is not None else NO_LINES)
        return
    wrong = _wrong(own)
    top = frame.iloc[0]
    st.markdown(
        f"**{wrong:,} of {len(own.scored):,}** lines are not exact. The commonest: `{top['line']}` read as "
        f"`{top['read_line'] or 'nothing'}`, {counted(int(top['times']), 'time')} in "
        f"{counted(int(top['runs']), 'run')}."
    )
    st.caption("One row a pair of lines, the most frequent first; the window is its surest. A row opens.")
    filters = {place: _pair_filter(own, frame.iloc[place]) for place in range(len(frame))}
    chosen = compare_windows.show("wrong_lines", frame, filters)
    if chosen is not None:
        _judge(view, frame.iloc[chosen])


def _judge(view: View, row: "pd.Series[Any]") -> None:
    """A verdict on the line that is read as another one, wherever that happens."""
    read = row["read_line"] or ""
    st.caption(f"Of `{row['line']}` read as `{read or 'nothing'}`, all of them:")
    compare_windows.judge(view, Target("line", line=str(row["line"]), read=str(read)), "line")


def _pair_filter(own: Side, row: "pd.Series[Any]") -> Filter:
    read = row["read_line"] if row["read_line"] is not None else "none"
    return (
        own.wanted.with_values("line", [row["line"]])
        .with_values("reads", [read])
        .with_values("exact", ["no"])
    )


def _wrong(side: Side) -> int:
    lines = side.scored.lines
    return 0 if lines is None else int((~lines.exact).sum())


@st.cache_data(max_entries=32, show_spinner=False)
def _wrong_lines(key: tuple[str, str, int], _side: Side) -> pd.DataFrame:
    return mistakes.wrong_lines(_side.scored)


def show_positions(own: Side, chosen: Selection) -> None:
    """Teacher-forced against free-running, position by position, and where lines first go wrong."""
    frame = _positions(own.key, own)
    if not len(frame):
        st.info(NO_LINES if own.scored.lines is None else "None of these windows has a label.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            "**Token by token** :small[with the true ones before, the decoder alone; free-running, as lines are read: "
            "with the learned programs' lines in mind]"
        )
        st.echarts_chart(
            compare_charts.positions(frame, theme.ink()),
            height=310,
            key="positions",
            alt="Token accuracy by position, teacher-forced and free-running",
        )
    with right:
        _show_first(own, chosen)


def _show_first(own: Side, chosen: Selection) -> None:
    found = _first(own.key, own)
    st.markdown(
        f"**Where lines first go wrong** :small[free-running, {counted(int(found['windows'].sum()), 'line')}: "
        "token down, head across; a cell opens its windows]"
    )
    if not len(found):
        st.info("Every line is exact.")
        return
    heads = list(dict.fromkeys(found["head"]))
    places = sorted(set(found["position"].tolist()))
    columns = (found[name].tolist() for name in ("position", "head", "windows"))
    at = {(int(place), str(head)): int(windows) for place, head, windows in zip(*columns, strict=True)}
    most = max(at.values())
    cells = [[_first_cell(at.get((place, head), 0), most, place, head) for head in heads] for place in places]
    place, _, head = (chosen.cell or "").partition(":")
    picked = (places.index(int(place)), heads.index(head)) if _is_first(place, head, at) else None

    def pick(row: int, column: int) -> None:
        selection.change(cell=f"{places[row]}:{heads[column]}")

    rows = [(f"token {each}", "") for each in places]
    heat_grid.show("first_errors", "First errors", "", heads, rows, cells, chosen=picked, pick=pick)
    if picked is not None:
        frame = _first_windows(own.key, int(place), head, own)
        wanted = own.wanted.with_values("first", [head]).with_bounds("first_at", int(place), int(place))
        compare_windows.show("first_windows", frame, wanted)


def _is_first(place: str, head: str, at: dict[tuple[int, str], int]) -> bool:
    return place.isdecimal() and (int(place), head) in at


def _first_cell(count: int, most: int, place: int, head: str) -> Cell:
    title = f"{count:,} lines first go wrong in the {head} of token {place}"
    return Cell(f"{count:,}" if count else "", count / most, "bad", title, pick=count > 0)


@st.cache_data(max_entries=32, show_spinner=False)
def _positions(key: tuple[str, str, int], _side: Side) -> pd.DataFrame:
    return mistakes.by_position(_side.scored)


@st.cache_data(max_entries=32, show_spinner=False)
def _first(key: tuple[str, str, int], _side: Side) -> pd.DataFrame:
    return mistakes.first_errors(_side.scored)


@st.cache_data(max_entries=32, show_spinner=False)
def _first_windows(key: tuple[str, str, int], place: int, head: str, _side: Side) -> pd.DataFrame:
    return mistakes.first_error_windows(_side.scored, place, head)
