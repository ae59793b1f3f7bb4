"""What a model adds to methods that see less, and what each step of the ladder of protocols costs."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.evidence.audit.against import METRICS, Gain, Step, gains, steps
from core.evidence.evaluation import Evaluation
from core.evidence.methods import Kind, describe_method
from core.evidence.metrics import MODEL, describe
from core.evidence.paired import Difference
from core.evidence.protocol_words import PROTOCOLS
from dashboard import evaluations, interval_panels, theme
from dashboard.components import counted
from dashboard.evaluations import Scored

KIND_WORDS: dict[Kind, str] = {
    "sensors": "reads the sensors",
    "blind": "sees no cut",
    "told": "is told part of the truth",
    "bound": "what could be reached",
}
SCHEMES = {
    "legacy": "a vocabulary of whole numbers, the rest UNK",
    "spelled": "numbers spelled digit by digit",
}


def show_baselines(scored: Sequence[Scored], protocol: str) -> None:
    """What the model adds to every baseline under a protocol."""
    one = next((each for each in scored if each.protocol == protocol), None)
    if one is None:
        there = ", ".join(each.protocol for each in scored)
        beside = f" There are figures under {there}: choose it at the top." if there else ""
        st.info(
            f"No model of this machine was scored under protocol {protocol}, so there is nothing to compare.{beside} "
            "`python -m core evaluate` scores one.",
            icon=":material/info:",
        )
        return
    found = gains(one.evaluation)
    st.caption(
        f"The model less each method, in points, the same runs drawn for both; {evaluations.about(one)}. Blue: the "
        "model reads more than chance could make; red: less; grey: it may be chance."
    )
    st.markdown("\n".join(f"- :small[{sentence}]" for sentence in _sentences(found)))
    metrics = [name for name in METRICS if any(name in gain.by_metric for gain in found)]
    lines = [(describe_method(gain.method).label, gain.by_metric) for gain in found]
    with st.container(border=True):
        st.echarts_chart(
            interval_panels.chart(lines, metrics, theme.ink()),
            height=interval_panels.height(len(lines)),
            key="audit_gains",
            alt=f"What the model adds to {counted(len(found), 'method')}",
        )
    with st.expander("The figures", icon=":material/table_rows:", on_change="rerun") as figures:
        if figures.open:
            st.table(_gain_table(one.evaluation, found, metrics), border="horizontal", hide_index=True)


def _sentences(found: Sequence[Gain]) -> list[str]:
    """What the model does not add, in words: methods that do as well without what it has."""
    said = []
    for gain in found:
        method = describe_method(gain.method)
        for metric in ("operation", "exact_line"):
            own = gain.by_metric.get(metric)
            if own is None or own.low is None or (own.real and own.points > 0) or method.kind == "bound":
                continue
            figure = (
                f"{100 * own.first:.1f}\N{NO-BREAK SPACE}% against {100 * own.second:.1f}\N{NO-BREAK SPACE}%"
            )
            verdict = _ahead(own) if own.real else "does as well, as far as can be told"
            said.append(
                f"**{method.label}**, which {_sees(method.kind, method.note)}, {verdict} in "
                f"“{describe(metric).label.lower()}”: {figure} of the model, n = {own.n:,}."
            )
    return said


def _ahead(own: Difference) -> str:
    low, high = own.low or 0.0, own.high or 0.0
    return f"is ahead by {-100 * own.points:.1f} points ({-100 * high:.1f} to {-100 * low:.1f})"


def _sees(kind: Kind, note: str) -> str:
    return f"{KIND_WORDS.get(kind, 'sees something else')} ({note})"


def _gain_table(evaluation: Evaluation, found: Sequence[Gain], metrics: Sequence[str]) -> pd.DataFrame:
    rows = [["**Model**", *(_value(evaluation, name) for name in metrics), ""]]
    for gain in found:
        method = describe_method(gain.method)
        cells = [_cell(gain.by_metric, name) for name in metrics]
        rows.append([method.label, *cells, f":small[{method.note}]"])
    return pd.DataFrame(rows, columns=["Method", *(describe(name).label for name in metrics), "What it sees"])


def _value(evaluation: Evaluation, metric: str) -> str:
    row = evaluation.row(metric, method=MODEL)
    return f"**{100 * row.value:.1f}**" if row else ""


def _cell(by_metric: Mapping[str, Difference], metric: str) -> str:
    own = by_metric.get(metric)
    if own is None:
        return ":gray[·]"
    return f"{100 * own.first:.1f} :gray[:small[model {interval_panels.words(own)}]]"


def show_ladder(scored: Sequence[Scored]) -> None:
    """What each step from the protocol that flatters most to the hardest costs, and where the designs differ."""
    if len(scored) < 2:
        have = f"under {scored[0].protocol} alone" if scored else "under no protocol"
        st.info(
            f"A model of this machine was scored {have}: a step needs two protocols. `python -m core windows STORE "
            "--protocol blind`, `train` and `evaluate` make another.",
            icon=":material/info:",
        )
        return
    found = steps([each.evaluation for each in scored])
    st.caption(
        "Each protocol less the one before it, in points, with the 95 % interval over the runs of both, the same runs "
        "drawn for both. These are different models: a cost holds for the designs below as they were trained."
    )
    metrics = [name for name in METRICS if any(name in step.by_metric for step in found)]
    lines = [(f"{step.before.protocol} → {step.after.protocol}", step.by_metric) for step in found]
    with st.container(border=True):
        st.echarts_chart(
            interval_panels.chart(lines, metrics, theme.ink()),
            height=interval_panels.height(len(lines)) + 20,
            key="audit_steps",
            alt="; ".join(_step_words(step) for step in found),
        )
    st.table(_step_table(found, metrics), border="horizontal", hide_index=True)
    st.markdown(
        "**What was trained and scored** :small[where a step changes more than the protocol, it is said]"
    )
    st.table(_designs(scored), border="horizontal", hide_index=True)


def _step_words(step: Step) -> str:
    own = ", ".join(
        f"{describe(name).label} {interval_panels.words(d)}" for name, d in step.by_metric.items()
    )
    return f"{step.before.protocol} to {step.after.protocol}: {own}"


def _step_table(found: Sequence[Step], metrics: Sequence[str]) -> pd.DataFrame:
    rows = []
    for step in found:
        cells = [_cost(step.by_metric.get(name)) for name in metrics]
        also = _also(step)
        rows.append([f"{step.before.protocol} → {step.after.protocol}", *cells, f":small[{also}]"])
    names = [describe(name).label for name in metrics]
    return pd.DataFrame(rows, columns=["Step", *names, "What else changes"])


def _cost(own: Difference | None) -> str:
    """The points of a step; bold where they are more than chance."""
    if own is None:
        return ":gray[·]"
    points, _, span = interval_panels.words(own).partition(" ")
    return f"{f'**{points}**' if own.real else points} :gray[:small[{span}]]"


def _also(step: Step) -> str:
    """What changes beside the protocol, as far as the two evaluations tell."""
    said = []
    if step.before.scheme != step.after.scheme:
        said.append(
            f"the tokens: {SCHEMES.get(step.before.scheme, step.before.scheme)}, then "
            f"{SCHEMES.get(step.after.scheme, step.after.scheme)}"
        )
    if step.before.counts.models != step.after.counts.models:
        said.append(f"models a run: {step.before.counts.models:g}, then {step.after.counts.models:g}")
    runs = max(step.before.counts.runs, step.after.counts.runs)
    if step.shared < runs:
        said.append(f"{step.shared} of {runs} runs were scored under both")
    return "; ".join(said) or "nothing else that the evaluations tell"


def _designs(scored: Sequence[Scored]) -> pd.DataFrame:
    rows = []
    for each in scored:
        counts = each.evaluation.counts
        seeds = "one training seed" if counts.models == 1 else f"{counts.models:g} models a run"
        rows.append(
            {
                "Protocol": f"**{each.protocol}**",
                "Split and inputs": PROTOCOLS.get(each.protocol, ""),
                "Tokens": SCHEMES.get(each.evaluation.scheme, each.evaluation.scheme),
                "Preset": each.preset or "not recorded in its file",
                "Scored on": f"{evaluations.scored_on(each.evaluation, windows=True)}; {seeds}",
                "From": each.source,
            }
        )
    return pd.DataFrame(rows)
