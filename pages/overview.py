"""Overview: what data and model this is, what the honest number is, and what to distrust."""

import streamlit as st

from core.evidence.caveats import caveats
from core.evidence.protocol_words import PROTOCOLS
from dashboard import (
    bundle_facts,
    components,
    data,
    doubts,
    evaluations,
    health_view,
    parts,
    places,
    score_chart,
    score_table,
    selection,
    shell,
    theme,
)
from dashboard.evaluations import Scored
from dashboard.health import Health
from dashboard.shell import View

NO_RECORDINGS = "Import recordings (`.csv`, `.csv.gz` or `.parquet`, a run a file) on the Recordings page."
NOT_EVALUATED = """
Nobody has scored this bundle yet. The first command cuts the windows that it never saw, the second scores them and
keeps the figures in the bundle.
"""
EVALUATE = (
    "python -m core windows STORE --out build/splits --protocol run",
    "python -m core evaluate BUNDLE build/splits --store STORE --keep",
)


def show_ladder(ladder: tuple[Scored, ...]) -> None:
    """The protocols under one another: what each step costs."""
    st.subheader("What the figures are worth", anchor=False)
    st.caption(
        "From the protocol that flatters most to the hardest; intervals are 95 %, drawn over runs. Grey bar: the best "
        "baseline that sees no more than the model. Ring: the best that is told the operation or the window's row."
    )
    with st.container(border=True):
        st.echarts_chart(
            score_chart.chart(ladder, theme.ink()),
            height=score_chart.height(ladder),
            key="ladder",
            alt=f"Accuracy by protocol: {score_chart.words(ladder)}",
        )


def choose_protocol(view: View, ladder: tuple[Scored, ...]) -> Scored:
    """The protocol whose figures are shown in full."""
    names = [each.protocol for each in ladder]
    own = next((each.protocol for each in ladder if each.own), names[0])
    wanted = view.selection.figures if view.selection.figures in names else own
    if len(names) > 1:
        parts.choose("Protocol", "figures", {name: name for name in names}, wanted, titled=True)
    return next(each for each in ladder if each.protocol == wanted)


def show_figures(view: View, ladder: tuple[Scored, ...]) -> Scored:
    """The model and every baseline under one protocol, then head by head, then everything."""
    one = choose_protocol(view, ladder)
    st.caption(f"**{one.protocol}**: {PROTOCOLS.get(one.protocol, '')}. Per cent; {evaluations.about(one)}.")
    st.table(score_table.methods_table(one.evaluation), border="horizontal", hide_index=True)
    if one.own and st.button(
        "Where it fails: head by head, cell by cell, window by window",
        icon=":material/compare_arrows:",
        type="tertiary",
        key="where_it_fails",
    ):
        st.switch_page(places.ROOT / "pages" / "compare.py")
    gone = evaluations.strangers(one, view.dataset.runs if view.dataset else ())
    if gone:
        st.caption(
            f"{components.counted(gone, 'scored run')} behind these figures cannot be looked at here: "
            "not in this dataset."
        )
    with st.expander("Head by head", icon=":material/table_rows:", on_change="rerun") as heads:
        if heads.open:
            st.table(score_table.heads_table(one.evaluation), border="horizontal", hide_index=True)
    with st.expander(
        "Every metric, method and operation", icon=":material/table_view:", on_change="rerun"
    ) as every:
        if every.open:
            st.dataframe(score_table.every_figure(one.evaluation), hide_index=True, height=430)
    return one


def show_doubts(view: View, one: Scored | None, found: Health | None) -> None:
    """What in the figures and in the recordings calls for doubt."""
    st.subheader("What to distrust", anchor=False)
    reasons = caveats(one.evaluation if one else None, view.bundle if one is None or one.own else None)
    with st.container(border=True):
        doubts.show(reasons, doubts.of_recordings(found) if found else [])


def show_recordings(found: Health) -> None:
    """What is loaded, and which boards were live when."""
    st.subheader("What is loaded", anchor=False)
    health_view.figures(found)
    health_view.board_matrix(found, "overview")


view = shell.open_page(
    "Overview", "What data and model is this, what is the honest number, and what should be distrusted?"
)
selection.hold(view.selection)
if view.dataset is None:
    if not any(dataset.files for dataset in data.datasets()):
        components.empty_state("No recordings yet", NO_RECORDINGS)
    st.stop()
ladder = evaluations.scored(data.machine_of(view.dataset), view.bundle)
one = None
if ladder:
    show_ladder(ladder)
    one = show_figures(view, ladder)
elif view.bundle:
    components.empty_state("No figures yet", NOT_EVALUATED, EVALUATE, icon=":material/query_stats:")
of_doubts = st.container()
found = health_view.read(view.dataset)
with of_doubts:
    show_doubts(view, one, found)
if found:
    show_recordings(found)
if view.bundle:
    st.subheader("What the bundle is", anchor=False)
    st.table(
        bundle_facts.facts(view.bundle, data.machine_of(view.dataset)), border="horizontal", hide_index=True
    )
