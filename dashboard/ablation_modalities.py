"""Each modality left out once: a background job scores them, and the table fills from what is kept."""

import streamlit as st

from core.evidence.ablation.cases import Case, cases
from core.evidence.ablation.scored import NOTHING, Ablation
from core.evidence.metrics import describe
from dashboard import ablation_choice, ablation_jobs, heat_grid, job_view, jobs, selection
from dashboard.ablation_choice import LABELS, Taken
from dashboard.ablation_figures import HEADLINES, cell_of, differences
from dashboard.ablation_tests import SECONDS_A_WINDOW, START_S, Place
from dashboard.heat_grid import Cell
from dashboard.score_table import COMPARED

POLL_S = 1.5


def show(place: Place, taken: Taken) -> None:
    """The table as far as it is scored, and the job that fills it."""
    found = place.test_set
    if found is None:
        st.caption("The table appears once the test windows are open.")
        return
    every = cases(place.bundle, ("modality",), taken.way)
    left = [case for case in every if place.known(case.removal(place.bundle)) is None]
    job = _job(place, taken)
    with st.container(horizontal=True, vertical_alignment="center", key="leave_out"):
        st.button(
            "Leave out each modality once",
            icon=":material/grid_off:",
            key="leave_each_out",
            disabled=not left or jobs.look(job).busy,
            on_click=_start,
            args=(place, taken),
        )
        st.caption(_words(found.ablation, every, left, taken))
    if jobs.look(job).busy:
        _filling(place, taken)
    else:
        job_view.show(job, lambda: _start(place, taken))
        _table(found.ablation, every, taken)


def _words(ablation: Ablation, every: tuple[Case, ...], left: list[Case], taken: Taken) -> str:
    said = f"{len(every) - len(left)} of {len(every)} modalities are scored"
    took = len(left) * len(ablation.windows) * SECONDS_A_WINDOW + START_S
    more = (
        f"; the others take about {job_view.duration(took)} on one core and go on when this page is left"
        if left
        else ""
    )
    return f"{said}, each removed by *{LABELS[taken.way].lower()}*{more}."


def _job(place: Place, taken: Taken) -> str:
    """The same job as fills the table of this name on Tables."""
    return ablation_jobs.key_of(place, taken.way, "modality")


def _start(place: Place, taken: Taken) -> None:
    ablation_jobs.start(place, taken.way, ["modality"])


@st.fragment(run_every=POLL_S)
def _filling(place: Place, taken: Taken) -> None:
    """Progress and the table, drawn anew while the job is under way; at its end the page is drawn once more."""
    job, found = _job(place, taken), place.test_set
    if not jobs.look(job).busy or found is None:
        selection.rerun()
    job_view.show(job, lambda: _start(place, taken))
    _table(found.ablation, cases(place.bundle, ("modality",), taken.way), taken)


def _table(ablation: Ablation, every: tuple[Case, ...], taken: Taken) -> None:
    """A row a modality, the costliest first; a click takes just that modality away."""
    base = ablation.known(NOTHING)
    scored = [case for case in every if ablation.known(case.removal(ablation.bundle)) is not None]
    if base is None or not scored:
        return
    metrics = [name for name in HEADLINES if base.row(name) is not None]
    found = {
        case.names[0]: {
            each.metric: each for each in differences(ablation, NOTHING, case.removal(ablation.bundle))
        }
        for case in scored
    }
    first = "exact_line" if "exact_line" in metrics else metrics[0]
    names = sorted(found, key=lambda name: found[name][first].delta)
    cells: list[list[Cell]] = []
    for name in names:
        row = []
        for metric in metrics:
            each = found[name].get(metric)
            said = f"without {name.replace('_', ' ')}, {describe(metric).label}"
            span = (
                ""
                if each is None or each.low is None
                else f"{100 * each.low:+.1f} to {100 * (each.high or 0):+.1f}"
            )
            row.append(
                Cell("") if each is None else cell_of(said, each, f"{100 * each.delta:+.1f}", span, pick=True)
            )
        cells.append(row)

    def pick(row: int, _column: int) -> None:
        ablation_choice.put([names[row]], taken.way)

    heat_grid.show(
        "modalities_alone",
        "Points lost or won without each modality",
        "Without",
        [COMPARED[metric] for metric in metrics],
        [(name.replace("_", " "), f"without {name}") for name in names],
        cells,
        pick=pick,
    )
    st.caption(
        "Points to the whole model with their 95 % interval, paired by run; "
        f"{len(ablation.windows):,} windows, protocol {ablation.bundle.protocol}, n by hovering; the costliest in "
        f"{COMPARED[first].lower()} first. A click takes that modality away above. The model is not trained anew: what "
        "it can read elsewhere is not missed."
    )
