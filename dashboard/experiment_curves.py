"""Live curves of the chosen trainings: both stages, a panel a figure, redrawn by themselves while one is at work."""

from collections.abc import Sequence

import streamlit as st

from core.training.ledger import STAGES
from dashboard import experiment_chart, parts, theme
from dashboard.address import Selection
from dashboard.experiment_chart import EPOCHS, SECONDS, Curve
from dashboard.trainings import Entry

AXES = {EPOCHS: "Epochs", SECONDS: "Time"}
SMOOTH = {0: "As logged", 3: "Mean of 3", 7: "Mean of 7"}
TITLES = {
    "stage1": (
        "Stage 1: the encoder",
        "learns to restore what was felt, to tell the operation and the place",
    ),
    "stage2": ("Stage 2: the decoder", "learns to spell the line from the frozen encoder's memory"),
}
_STYLE = """<style>
[class*="st-key-curves_stage"] {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 0.5rem 1rem; align-items: start;
}
[class*="st-key-panel_"] { gap: 0; }
</style>"""


def controls(selected: Selection) -> tuple[str, int]:
    """What stands on the axis, and over how many epochs a mean is taken."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        axis = parts.choose("Over", "axis", AXES, selected.axis)
        meaning = "A mean over neighbouring epochs; what was logged stays behind it, faint."
        smooth = parts.choose("Smoothing", "smooth", SMOOTH, selected.smooth, meaning=meaning)
    return axis, smooth


def show(chosen: Sequence[Entry], colours: Sequence[str], axis: str, smooth: int) -> None:
    """Draw the curves as they are by now."""
    st.html(_STYLE)
    for stage in STAGES:
        curves = [
            Curve(entry.name, colour, entry.training.stages[stage])
            for entry, colour in zip(chosen, colours, strict=True)
            if entry.training is not None and stage in entry.training.stages
        ]
        title, meaning = TITLES[stage]
        st.markdown(f"**{title}** :small[{meaning}]")
        if curves:
            _stage(stage, curves, axis, smooth)
        else:
            st.caption("No epoch of it is done yet.")
    st.caption(
        "○ the best epoch on validation windows, whose weights are kept; dashed: the epochs after it; × stopped early. "
        "Validation windows chose the weights, so these figures flatter; what a training is worth stands under "
        "*Test figures*."
    )


def _stage(stage: str, curves: Sequence[Curve], axis: str, smooth: int) -> None:
    ink = theme.ink()
    with st.container(horizontal=True, key=f"curves_{stage}"):
        for panel in experiment_chart.panels(stage, curves):
            with st.container(key=f"panel_{stage}_{panel.column}"):
                decides = " :gray-badge[decides]" if panel.decides else ""
                st.markdown(f":small[{panel.title}]{decides}")
                st.echarts_chart(
                    experiment_chart.chart(panel, curves, axis, smooth, ink),
                    height=experiment_chart.HEIGHT,
                    key=f"curve_{stage}_{panel.column}",
                    alt=f"{panel.title}: "
                    + "; ".join(f"{curve.name}: {experiment_chart.words(curve)}" for curve in curves),
                )
