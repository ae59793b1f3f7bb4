"""The published tables of techniques and modalities, run again: the figure printed there beside ours."""

from collections.abc import Sequence

import streamlit as st

from core.evidence.ablation.published_words import WHOLE, explained
from core.evidence.ablation.results import figure
from core.evidence.ablation.techniques import Technique, techniques
from core.evidence.ablation.trials import FULL
from core.evidence.evaluation import ALL
from core.evidence.metrics import describe
from core.evidence.published import MODALITIES, PROTOCOL, TECHNIQUES
from dashboard import (
    ablation_kept,
    ablation_pick,
    ablation_retrained,
    components,
    data,
    effect_rows,
    parts,
    selection,
)
from dashboard.ablation_kept import KeptTrials
from dashboard.ablation_sheets import lost, share
from dashboard.effect_rows import Mark, Row, Shape, Table, Text
from dashboard.shell import View

BASE = FULL["seed"]
FIRST = ("token", "operation")
COMMANDS = (
    "python -m core windows build/store --out build/seed --protocol seed --vocabulary VOCABULARY",
    "python -m core published build/seed --out build/trials/seed",
    "python -m core published build/splits --out build/trials/run",
)


def show(view: View) -> None:
    """Draw it."""
    found = _found(view)
    if not found:
        words = (
            "The published tables are of five techniques and of four modalities left out. None of these trainings is "
            "finished: fifteen of techniques and twelve without a modality under each protocol, "
            "some 15 minutes each on one core. The commands go on where they were stopped; what is done appears here."
        )
        components.empty_state("Not run again yet", words, COMMANDS, icon=":material/model_training:")
        selection.hold(view.selection)
        return
    known = sorted(found, key=lambda name: name != PROTOCOL)
    protocol = view.selection.figures if view.selection.figures in found else known[0]
    labels = {name: f"Protocol {name}" for name in known}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        parts.choose("Protocol", "figures", labels, protocol)
        kept = found[protocol]
        metric = ablation_pick.metric(view.selection, kept.of.metrics, FIRST)
        group = ablation_pick.group(view.selection, kept.of.operations)
    if view.selection.figures not in (None, *found):
        st.warning(
            f"These tables were not run again under the protocol {components.escaped(view.selection.figures or '')}: "
            f"{protocol} is shown.",
            icon=":material/warning:",
        )
    _draw(kept, metric, group)
    selection.hold(view.selection)


def _found(view: View) -> dict[str, KeptTrials]:
    """Protocol -> its trials: of the machine that is looked at, or else of another one, which is then named."""
    machine = data.machine_of(view.dataset).name if view.dataset else ""
    every = [each for each in ablation_kept.trials() if each.of.of("A1") or BASE in each.of.bases]
    own = [each for each in every if each.of.machine == machine] or every[:1]
    return (
        {each.of.protocol: each for each in reversed(every) if each.of.machine == own[0].of.machine}
        if own
        else {}
    )


def _draw(kept: KeptTrials, metric: str, group: str) -> None:
    printed = metric == "token" and group == ALL
    said = describe(metric)
    st.caption(
        f"{said.label}: {said.note}; per cent. Trained anew on {kept.of.machine} in the published "
        f"configuration, all seeds pooled, intervals 95 % over runs and seeds.{ablation_retrained.changed_words(kept)}"
        f"{'' if printed else ' Nothing was published of this figure.'}"
    )
    rows = _techniques(kept, metric, group)
    st.subheader("Techniques", anchor=False)
    if rows:
        effect_rows.show("techniques", table(rows, printed=printed))
        _left([name for name in TECHNIQUES if name not in {row.name for row in rows}], "technique")
    else:
        st.caption(f"No technique is trained under `{kept.of.protocol}` yet.")
    st.subheader("Modalities", anchor=False)
    losses = ablation_retrained.rows_of(kept, BASE, metric, group)
    whole = figure(kept.of.of(BASE), metric, group)
    if losses:
        if whole is not None:
            beside = f"; published {WHOLE:.2f}" if printed else ""
            st.markdown(f"{ablation_retrained.whole_words(BASE, whole)}{beside}.")
        ablation_retrained.draw("published_modalities", losses, printed=printed)
        _left([name for name in MODALITIES if name not in {row.name for row in losses}], "modality")
    else:
        st.caption(f"No model is trained without a modality under `{kept.of.protocol}` yet.")
    st.subheader("Why they differ", anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in _explained(kept.stamp, kept)))
    st.caption(f"From {components.escaped(kept.path.name)}; `python -m core trials` writes all of it as CSV.")


@st.cache_data(max_entries=32, show_spinner=False)
def _explained(stamp: str, _kept: KeptTrials) -> list[str]:
    return explained(_kept.of)


def _techniques(kept: KeptTrials, metric: str, group: str) -> tuple[Technique, ...]:
    return _reached((kept.stamp, metric, group), kept)


@st.cache_data(max_entries=64, show_spinner=False)
def _reached(key: tuple[str, str, str], _kept: KeptTrials) -> tuple[Technique, ...]:
    _, metric, group = key
    return techniques(_kept.of, metric, group)


def _left(names: Sequence[str], what: str) -> None:
    if names:
        st.caption(f"Not finished yet, {what}: {', '.join(names)}.")


def table(rows: Sequence[Technique], *, printed: bool) -> Table:
    """A row a technique: what it reached, each seed's own value, the difference to A1, what was published."""
    legend: dict[Shape, str] = {"dot": "all seeds pooled, 95 % interval", "seed": "each seed"}
    columns = ["%", "Seeds", "n", "To A1, points", "Relative, %"]
    if printed:
        legend["diamond"] = "published"
        columns.append("Published, %")
    return Table("Technique", tuple(columns), tuple(_row(e, printed=printed) for e in rows), 1, legend)


def _row(each: Technique, *, printed: bool) -> Row:
    reached, differs = each.figure, each.against
    value, low, high = (100 * x if x is not None else None for x in vars(reached.interval).values())
    between = "" if low is None or high is None else f"{low:.1f} to {high:.1f}"
    single = " · ".join(f"{100 * one:.1f}" for one in reached.single)
    cells = [
        Text(f"{value:.2f}", between, value, strong=True),
        Text(single, by=max(reached.single) - min(reached.single), title="each seed's own value"),
        Text(f"{reached.n:,}", by=reached.n),
        lost(differs, 2),
        share(differs.relative, 2) if differs else Text(),
    ]
    marks = [Mark("dot", 100 * reached.interval.value, low, high)]
    marks += [Mark("seed", 100 * one) for one in reached.single]
    if printed and each.published is not None:
        cells.append(Text(f"{each.published:.2f}", by=each.published))
        marks.append(Mark("diamond", each.published))
    return Row(each.name, f"{each.name}: {each.words}", tuple(cells), tuple(marks), open=False)
