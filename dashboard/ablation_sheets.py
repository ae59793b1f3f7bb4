"""Tables of ablations as they are drawn: on one scale, side by side, pairs as a matrix, Shapley values."""

import math
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.evidence.ablation.cases import Kind
from core.evidence.ablation.modality_table import Modality
from core.evidence.ablation.shapley import frame as shapley_frame
from core.evidence.ablation.table import Effect, effects, frame
from core.evidence.bootstrap import Interval
from core.evidence.evaluation import ALL
from core.evidence.metrics import describe, order
from core.evidence.paired import Difference, leaves_out_zero
from dashboard import effect_rows, heat_grid
from dashboard.ablation_kept import Kept
from dashboard.data import file_stamp
from dashboard.effect_rows import Mark, Row, Shape, Table, Text
from dashboard.heat_grid import Cell

# a difference of so many points is shaded as strongly as can be
MOST_POINTS = 0.2
PLAIN_MINUS = "\N{MINUS SIGN}"
Open = Callable[[Kind, tuple[str, ...]], None]


def label_of(names: Sequence[str]) -> str:
    """Names of modalities or boards as people read them."""
    return " + ".join(name.replace("_", " ") for name in names)


def effects_of(
    kept: Kept, kinds: tuple[Kind, ...], metrics: tuple[str, ...] | None, groups: tuple[str, ...]
) -> list[Effect]:
    """The effects of some kinds of cases, worked out once."""
    return _effects((file_stamp(kept.path), kinds, metrics, groups), kept)


@st.cache_data(max_entries=96, show_spinner=False)
def _effects(
    key: tuple[str, tuple[Kind, ...], tuple[str, ...] | None, tuple[str, ...]], _kept: Kept
) -> list[Effect]:
    _, kinds, metrics, groups = key
    return effects(_kept.of.scores.of(*kinds), metrics, groups)


def signed(points: float, digits: int = 1) -> str:
    """A difference in points with its sign; what rounds to none has none."""
    said = f"{100 * points:+.{digits}f}"
    return said[1:] if not said.strip("+-0.") else said.replace("-", PLAIN_MINUS)


def span(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval of points."""
    return "" if low is None or high is None else f"{signed(low, digits)} to {signed(high, digits)}"


def share(relative: float, digits: int = 1) -> Text:
    """A relative difference as a cell; empty where the whole model has none of it."""
    return Text() if math.isnan(relative) else Text(signed(relative, digits), by=relative)


def starred(points: float, *, real: bool) -> str:
    """A difference in a cell, with a star where its interval leaves 0 out."""
    return f"{signed(points)}{'*' if real else ''}"


def one_figure(
    kept: Kept, kind: Kind, metric: str, group: str, retrained: Mapping[str, Modality], open_: Open
) -> None:
    """A row a case: the figure without it, points and relative change, beside training without where there is that."""
    found = effects_of(kept, (kind,), (metric,), (group,))
    if not found:
        st.info("Nothing was asked of this figure and operation.")
        return
    found = sorted(found, key=lambda each: each.points.value, reverse=kind == "kept")
    beside = {name: row for name, row in retrained.items() if row.retrained} if kind == "modality" else {}
    columns = ["%", "Points", "Relative, %", *(["Trained without, points"] if beside else []), "n"]
    legend: dict[Shape, str] = {"dot": "removed at inference from this model, points and 95 % interval"}
    if kind == "kept":
        legend = {"dot": "everything else removed at inference, points and 95 % interval"}
    if beside:
        seeds = next(iter(beside.values())).retrained
        legend["ring"] = f"trained without it, {len(seeds.figure.seeds) if seeds else 0} seeds, other models"
    cases = {str(place): each.case for place, each in enumerate(found)}
    rows = tuple(_row(str(place), each, beside) for place, each in enumerate(found))
    effect_rows.show(
        f"effects_{kind}",
        Table("Kept alone" if kind == "kept" else "Removed", tuple(columns), rows, 2, legend),
        lambda key: open_(cases[key].kind, cases[key].names),
    )


def _row(key: str, each: Effect, beside: Mapping[str, Modality]) -> Row:
    points, name = each.points, label_of(each.case.names)
    title = (
        f"{name}: {100 * each.whole:.1f} to {100 * each.without:.1f} %, {signed(points.value)} points "
        f"({span(points.low, points.high)}); n = {each.n:,}, "
        f"{each.runs} runs"
    )
    cells = [
        Text(f"{100 * each.without:.1f}", by=each.without),
        Text(signed(points.value), span(points.low, points.high), points.value, each.real),
        share(each.relative),
    ]
    marks = [Mark("dot", 100 * points.value, *_hundred(points.low, points.high))]
    if beside:
        loss = beside[each.case.names[0]].retrained if each.case.names[0] in beside else None
        cells.append(lost(loss.against if loss else None))
        if loss:
            own = loss.against
            marks.append(Mark("ring", 100 * own.points, *_hundred(own.low, own.high)))
    return Row(key, name, (*cells, Text(f"{each.n:,}", by=each.n)), tuple(marks), title)


def _hundred(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return None if low is None else 100 * low, None if high is None else 100 * high


def lost(found: Difference | None, digits: int = 1) -> Text:
    """A difference as a cell: points, their interval, set off where it leaves 0 out."""
    if found is None:
        return Text()
    words = span(found.low, found.high, digits)
    return Text(signed(found.points, digits), words, found.points, found.real)


def side_by_side(kept: Kept, kind: Kind, metrics: Sequence[str], groups: Sequence[str], open_: Open) -> None:
    """A matrix of points: a row a case, a column a figure, or an operation where only one figure is asked for."""
    found = effects_of(kept, (kind,), tuple(metrics), tuple(groups))
    across = groups if len(metrics) == 1 else sorted(metrics, key=order)
    at = {(each.case, each.group if len(metrics) == 1 else each.metric): each for each in found}
    first = {each.case: each.points.value for each in reversed(found)}
    if len(metrics) == 1:
        first |= {each.case: each.points.value for each in found if each.group == ALL}
    cases = sorted(first, key=lambda case: first[case], reverse=kind == "kept")
    names = [name if len(metrics) == 1 else describe(name).label for name in across]

    def pick(row: int, _column: int) -> None:
        open_(cases[row].kind, cases[row].names)

    heat_grid.show(
        f"side_by_side_{kind}",
        "Points to the whole model",
        "only" if kind == "kept" else "without",
        names,
        [(label_of(case.names), label_of(case.names)) for case in cases],
        [[_cell(at.get((case, name))) for name in across] for case in cases],
        pick=pick,
    )


def _cell(each: Effect | None) -> Cell:
    if each is None:
        return Cell("", title="not asked here")
    points = each.points
    title = (
        f"{label_of(each.case.names)}, {describe(each.metric).label}, {each.group}: {100 * each.whole:.1f} to "
        f"{100 * each.without:.1f} %, {signed(points.value)} points ({span(points.low, points.high)}), relative "
        f"{share(each.relative).text or '-'} %; n = {each.n:,}, {each.runs} runs"
    )
    shade = min(1.0, abs(points.value) / MOST_POINTS)
    tone = "bad" if points.value < 0 else "good"
    return Cell(starred(points.value, real=each.real), shade, tone, title, pick=True)


def pairs(kept: Kept, metric: str, group: str, open_: Open) -> None:
    """Every two modalities: upper right what both cost, lower left their interaction, between them each alone."""
    found = {each.case.names: each for each in effects_of(kept, ("modality", "pair"), (metric,), (group,))}
    names = [name for name in kept.of.modalities if (name,) in found]
    if not names:
        st.info("Nothing was asked of this figure and operation.")
        return

    def key(row: int, column: int) -> tuple[str, ...]:
        first, second = sorted((row, column))
        return (names[first],) if row == column else (names[first], names[second])

    def pick(row: int, column: int) -> None:
        open_("pair", key(row, column))

    cells = [
        [_pair(found.get(key(row, column)), below=row > column) for column in range(len(names))]
        for row in range(len(names))
    ]
    said = [(label_of([name]), label_of([name])) for name in names]
    heat_grid.show("pairs", "Pairs of modalities", "", [label for label, _ in said], said, cells, pick=pick)


def _pair(each: Effect | None, *, below: bool) -> Cell:
    if each is None:
        return Cell("", title="not scored")
    if not below or each.case.kind == "modality":
        return _cell(each)
    both: Interval | None = each.interaction
    if both is None:
        return Cell("", title="the interaction needs each alone")
    real = leaves_out_zero(both.low, both.high)
    title = (
        f"{label_of(each.case.names)}: both together {signed(each.points.value)} points, {signed(both.value)} beyond "
        f"what each costs alone ({span(both.low, both.high)})"
    )
    shade = min(1.0, abs(both.value) / MOST_POINTS)
    tone = "bad" if both.value < 0 else "good"
    return Cell(starred(both.value, real=real), shade, tone, title, pick=True)


def _share(value: float, total: float) -> str:
    """What a value is of the total, in per cent."""
    return f"{100 * value / total:.0f}".replace("-", "\N{MINUS SIGN}") if total else ""


def shapley(kept: Kept, metric: str, open_: Open) -> None:
    """A row a modality: its value with the interval over runs and orders, and half that of the orders alone."""
    game = kept.of.shapley
    assert game is not None
    values = game.of(metric)
    if not values:
        st.info(f"{describe(metric).label} is not among the figures that are shared out.")
        return
    total = game.total[metric]
    rows = tuple(
        Row(
            each.player,
            label_of([each.player]),
            (
                Text(
                    signed(each.interval.value),
                    span(each.interval.low, each.interval.high),
                    each.interval.value,
                    leaves_out_zero(each.interval.low, each.interval.high),
                ),
                Text(f"± {100 * each.sampling:.1f}", by=each.sampling),
                Text(_share(each.interval.value, total), by=each.interval.value),
            ),
            (Mark("dot", 100 * each.interval.value, *_hundred(each.interval.low, each.interval.high)),),
        )
        for each in values
    )
    legend: dict[Shape, str] = {"dot": "Shapley value, points, 95 % over runs and orders"}
    columns = ("Points", "of which sampling", "Share, %")
    effect_rows.show(
        "shapley", Table("Modality", columns, rows, 1, legend), lambda name: open_("modality", (name,))
    )
    st.caption(
        f"{game.orders} sampled orders. All modalities together less none: {signed(total)} points, which the values "
        "add up to. *Of which sampling*: half the 95 % interval that drawing orders, not runs, leaves."
    )


def open_names(kept: Kept, kind: Kind, names: tuple[str, ...]) -> tuple[str, ...]:
    """What is taken away for a case, as names for the address."""
    if kind == "kept":
        return tuple(name for name in kept.of.modalities if name not in names)
    return names


def csv_of(kept: Kept, sheet: str, kinds: tuple[Kind, ...]) -> bytes:
    """A table with every figure and operation: as the command wrote it, or else made from the sums."""
    written = kept.path.with_name(f"{kept.path.stem}-{sheet}.csv")
    if written.is_file():
        return written.read_bytes()
    if sheet == "shapley" and kept.of.shapley is not None:
        return shapley_frame(kept.of.shapley).to_csv(index=False).encode()
    return frame(effects(kept.of.scores.of(*kinds))).to_csv(index=False).encode()
