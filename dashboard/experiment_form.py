"""The form of a new training: which windows, which preset with which changes, which seeds; checked before it begins."""

from pathlib import Path

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.sequences import SplitsManifest
from core.training.presets import PRESETS
from core.training.record import shell
from dashboard import (
    components,
    data,
    experiment_fields,
    experiment_plan,
    experiment_split,
    job_view,
    jobs,
    selection,
    trainings,
)
from dashboard.experiment_plan import (
    QUICK,
    Plan,
    Split,
)
from dashboard.shell import View

NO_DATA = (
    "A training needs recordings: bring some in on the Recordings page, or choose a dataset at the left."
)
_BEGUN = "experiment_begun"


def show(view: View) -> None:
    """Draw the form."""
    if view.dataset is None:
        components.empty_state("No recordings", NO_DATA, icon=":material/database:")
        return
    _quick()
    store = data.open_store(view.dataset) if view.dataset.is_store else None
    machine = data.machine_of(view.dataset)
    st.subheader("1. Windows", anchor=False)
    split, manifest = experiment_split.choose(
        view.dataset, store, sorted(set(machine.programs.values())), machine.name
    )
    st.subheader("2. Configuration", anchor=False)
    presets = _presets(view)
    changes = experiment_fields.show(presets[0], view.selection.changes) if presets else ()
    st.subheader("3. Name and start", anchor=False)
    planned = _named(presets, changes, split)
    if planned and split is not None:
        protocol = manifest.protocol if manifest else split.protocol
        _expected(planned, machine.name, protocol, manifest)
        _start(planned, view.dataset.path, split)


def _quick() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Quick look",
            icon=":material/bolt:",
            on_click=selection.change,
            kwargs={"presets": ("best",), "changes": QUICK},
            help="Small layers and three epochs a stage.",
        )
        st.caption(
            "Over in about a minute on the demo: it shows how a training goes, and its figures are worth nothing."
        )


def _presets(view: View) -> tuple[str, ...]:
    """The presets that are trained, each for itself."""
    wanted = tuple(name for name in view.selection.presets if name in PRESETS) or ("best",)
    key = selection.lead("pick_presets", list(wanted))
    st.multiselect(
        "Preset",
        list(PRESETS),
        key=key,
        on_change=selection.follow,
        args=("presets", key),
        width=430,
        help="`seed` is the published configuration, A1 to A5 the published technique ablation: of several "
        "each is trained.",
    )
    return wanted


def _named(
    presets: tuple[str, ...], changes: tuple[str, ...] | None, split: Split | None
) -> tuple[Plan, ...]:
    """The trainings that the form asks for; none where something is wrong, which is said."""
    if st.session_state.pop(_BEGUN, False):
        # the next training wants a name of its own
        st.session_state["new_name"] = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        base = "quick" if changes == QUICK else presets[0]
        text = st.text_input(
            "Name",
            key="new_name",
            persist_state="session",
            placeholder=experiment_plan.free_name(base),
            width=270,
        )
        seeds = st.text_input(
            "Seeds",
            "0",
            key="new_seeds",
            persist_state="session",
            width=150,
            help="Of weights and batches; several, as 0, 1, 2, are trained one after the other.",
        )
    name = (text or "").strip() or experiment_plan.free_name(base)
    if changes is None or split is None:
        return ()
    try:
        planned = experiment_plan.plans(name, presets, changes, experiment_plan.seeds_of(seeds or ""))
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return ()
    problem = experiment_plan.name_problem(name, [plan.name for plan in planned])
    if problem:
        st.error(problem, icon=":material/error:")
        return ()
    return planned


def _expected(
    planned: tuple[Plan, ...], machine: str, protocol: str, manifest: SplitsManifest | None
) -> None:
    """How long it will take, as far as earlier trainings tell."""
    others = [entry.training for entry in trainings.entries() if entry.training is not None]
    windows = manifest.counts.get("train") if manifest else None
    found = [experiment_plan.expected_s(plan.preset, machine, protocol, windows, others) for plan in planned]
    told = [each for each in found if each is not None]
    if len(told) < len(planned):
        st.caption(
            "How long it takes is told once its first epochs are done: no training of this size is here yet."
        )
        return
    seconds, like = sum(each[0] for each in told), told[0][1]
    each = f", {len(planned)} trainings one after the other" if len(planned) > 1 else ""
    scaled = "" if windows and like.record else ", if there are as many windows to learn from"
    st.caption(
        f"At most about {job_view.duration(seconds)}{each}: at the pace of {components.escaped(like.name)}{scaled}."
    )


def _start(planned: tuple[Plan, ...], source: Path, split: Split) -> None:
    ahead = next((job.title for job in jobs.every() if job.busy), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        # not a callback: what was typed last counts, though the click that left its field is this one
        asked = st.button(
            f"Start {components.counted(len(planned), 'training')}",
            type="primary",
            icon=":material/play_arrow:",
            key="start_training",
        )
        if ahead:
            st.caption(
                f"It will wait until {components.escaped(ahead)} has ended: jobs work one after the other."
            )
    if asked:
        _begin(planned, source, split)
    with st.expander("The same on the command line", icon=":material/terminal:"):
        st.code(
            "\n".join(shell(plan.arguments(source, split)) for plan in planned),
            language=None,
            wrap_lines=True,
        )


def _begin(planned: tuple[Plan, ...], source: Path, split: Split) -> None:
    for plan in planned:
        experiment_plan.start(plan, source, split)
    st.session_state[_BEGUN] = True
    names = tuple(plan.name for plan in planned)
    selection.change(lab=None, trainings=names[: trainings.MOST])
    st.rerun()
