"""Signals: the traces of a run, what the machine was doing under them, another run laid over them."""

from dataclasses import replace

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.line_lane import LineReadings
from core.recordings.derived import FORMS
from dashboard import (
    channel_picker,
    components,
    data,
    layouts,
    reading,
    run_traces,
    selection,
    shell,
    shown_channels,
    signals_view,
)
from dashboard.selection import Selection
from dashboard.shell import View
from dashboard.signals_view import MERGED, STANDARDISED, Run

NO_RECORDINGS = """
There is nothing to look at yet. Import recordings (`.csv`, `.csv.gz` or `.parquet`, a run a file) on
the Recordings page or with the first command, or start Toolmark on a folder of them; then load this page again.
"""
IMPORT = ("python -m core import RUNS --out build/store", "TOOLMARK_RECORDINGS=RUNS make run")
SCALES = {"raw": "Raw units", STANDARDISED: "Standardised"}
PANELS = {"channel": "By channel", MERGED: "By modality"}


def choose_run(view: View) -> str | None:
    """The name of the run that is looked at; the first one shown is one that the bundle never saw."""
    if view.dataset is None:
        return None
    machine, bundle = data.machine_of(view.dataset), view.bundle
    parts = {run: reading.part_of(bundle, run, machine) if bundle else None for run in view.dataset.runs}
    unseen = next((run for run, part in parts.items() if part == "held out"), None)
    run = selection.choose(view.selection.run, view.dataset.runs, unseen)
    components.pick_run({run: part if part != "new" else None for run, part in parts.items()}, run)
    return run


def open_run(view: View, name: str | None) -> Run:
    """The run's traces; where there is none, say why and end the page."""
    if view.dataset is None:
        selection.hold(view.selection)
        if not any(dataset.files for dataset in data.datasets()):
            components.empty_state("No recordings yet", NO_RECORDINGS, IMPORT)
        st.stop()
    if name is None:
        selection.hold(view.selection)
        components.empty_state(
            "This recording is not here",
            f"The link names **{view.selection.run}**, which the dataset **{view.dataset.name}** does not hold: "
            "choose a recording above.",
            icon=":material/link_off:",
        )
        st.stop()
    try:
        return Run(run_traces.traces(view.dataset, name), view.dataset.digest(name))
    except ToolmarkError as error:
        selection.hold(replace(view.selection, run=name))
        st.error(components.sentence(str(error)), icon=":material/error:")
        st.stop()


def open_over(view: View, selected: Selection, run: Run) -> Run | None:
    """The run that is laid over; None, and why, where the link names one that is not here."""
    if selected.over is None or view.dataset is None:
        return None
    if selected.over not in view.dataset.runs:
        st.caption(
            f"The link lays {components.escaped(selected.over)} over this run, which the dataset does not hold."
        )
        return None
    try:
        return Run(run_traces.traces(view.dataset, selected.over), view.dataset.digest(selected.over))
    except ToolmarkError as error:
        st.warning(components.sentence(str(error)), icon=":material/warning:")
        return None


def choose_over(view: View, run: Run, selected: Selection) -> None:
    """The choice of another run, and by how many rows it is shifted."""
    others = [name for name in (view.dataset.runs if view.dataset else ()) if name != run.traces.name]
    over = selected.over if selected.over in others else None
    of_run, of_shift = st.columns([2.2, 1], vertical_alignment="bottom")
    with of_run:
        st.selectbox(
            "Lay over it",
            others,
            index=selection.begin("pick_over", over, others),
            placeholder="No other run",
            key="pick_over",
            on_change=selection.follow,
            args=("over", "pick_over"),
        )
    with of_shift:
        st.number_input(
            "Shift, rows",
            value=None,
            step=1,
            placeholder="0",
            key=selection.lead("pick_shift", selected.shift),
            disabled=over is None,
            help="Rows that the other run is moved to the right. In the picture: drag it with Alt held.",
            on_change=selection.follow,
            args=("shift", "pick_shift"),
        )


def choose_channels(run: Run, selected: Selection, shown: shown_channels.Shown) -> None:
    """The choice of channels; nothing of it is drawn while it is closed."""
    with (
        popover := st.popover("Channels", icon=":material/ssid_chart:", key="channels_popover", on_change="rerun", width="content"
        )
    ):
        if not popover.open:
            return
        sets = {"Main": (), "Position": ("position",), "Motors": ("motor_current",)}
        known = set(run.traces.machine.modalities)
        with st.container(horizontal=True, gap="small"):
            for name, names in sets.items():
                if known.issuperset(names):
                    st.button(name, key=f"set_{name}", on_click=signals_view.set_channels, args=(names,))
            st.text_input(
                "Add a derived channel",
                key="derived",
                placeholder="rms(frame_l2.Ax,16)",
                label_visibility="collapsed",
                help="Of channels or of derived ones: " + ", ".join(f"`{form}`" for form in FORMS.values()),
                on_change=signals_view.add_derived,
                args=("derived", run.traces.machine),
            )
        if trouble := signals_view.trouble():
            st.warning(trouble, icon=":material/warning:")
        channel_picker.show(
            run.traces, shown.channels, layouts.load().pinned, signals_view.PICKER, signals_view.picked
        )


def choose_look(selected: Selection) -> None:
    """Raw or standardised, and what a panel is."""
    st.segmented_control(
        "Scale",
        list(SCALES),
        format_func=SCALES.__getitem__,
        key=selection.lead("pick_scale", selected.scale if selected.scale in SCALES else "raw"),
        required=True,
        label_visibility="collapsed",
        on_change=selection.follow,
        args=("scale", "pick_scale"),
    )
    st.segmented_control(
        "Panels",
        list(PANELS),
        format_func=PANELS.__getitem__,
        key=selection.lead("pick_panels", selected.panels if selected.panels in PANELS else "channel"),
        required=True,
        label_visibility="collapsed",
        on_change=selection.follow,
        args=("panels", "pick_panels"),
    )


def choose_layout(selected: Selection, shown: shown_channels.Shown) -> None:
    """The saved layouts: take one, save what is shown as one, delete one."""
    with (
        popover := st.popover("Layouts", icon=":material/bookmarks:", key="layouts_popover", on_change="rerun", width="content"
        )
    ):
        if not popover.open:
            return
        kept = layouts.load()
        if kept.problem:
            st.warning(kept.problem, icon=":material/warning:")
        for name, layout in kept.named.items():
            with st.container(horizontal=True, vertical_alignment="center", wrap=False):
                st.button(
                    f"{components.escaped(name)} ({components.counted(len(layout.channels), 'channel')})",
                    key=f"take_{name}",
                    type="primary" if name == selected.layout else "secondary",
                    on_click=signals_view.take_layout,
                    args=(name,),
                    width="stretch",
                )
                st.button(
                    "Delete",
                    icon=":material/delete:",
                    type="tertiary",
                    key=f"delete_{name}",
                    on_click=signals_view.delete_layout,
                    args=(name,),
                )
        if not kept.named:
            st.caption(
                "No layout is saved yet. A layout keeps the channels, their scale and the panels, for any run."
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Save what is shown as", key="layout_name", max_chars=layouts.LONGEST_NAME)
            st.button(
                "Save",
                key="save_layout",
                on_click=signals_view.save_layout,
                args=("layout_name", shown.channels),
            )


def choose_reading(view: View, run: Run) -> LineReadings | None:
    """What the model reads along the run: at once where that is quick, else when asked."""
    bundle = view.bundle
    if bundle is None or run_traces.why_not_read(bundle, run.traces) is not None:
        return None
    asked = f"read_whole {bundle.digest} {run.digest}"
    found = run_traces.readings(bundle, run.traces, run.digest, wanted=bool(st.session_state.get(asked)))
    if found is None:
        count = run_traces.n_windows(run.traces)
        if st.button(
            "Read the whole run",
            icon=":material/play_arrow:",
            help=f"{count:,} windows, with {view.folder.name if view.folder else 'the bundle'}",
        ):
            st.session_state[asked] = True
            st.rerun(scope="fragment")
    return found


@st.fragment
def desk(view: View, run: Run) -> None:
    """The traces and everything that changes them: none of it draws the page again."""
    selected = replace(selection.read().selection, run=run.traces.name)
    shown = signals_view.shown_now(run.traces, selected)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        choose_channels(run, selected, shown)
        choose_look(selected)
        choose_layout(selected, shown)
        read = choose_reading(view, run)
        st.page_link("../pages/predict.py", label="Predict here", icon=":material/troubleshoot:")
    say(run, selected, shown, view)
    over = open_over(view, selected, run)
    readings = (read, view.bundle.digest) if read is not None and view.bundle else None
    signals_view.show(signals_view.picture(run, over, selected, shown, readings), selected)
    selection.hold(
        replace(
            selected,
            dataset=view.selection.dataset,
            bundle=view.selection.bundle,
            protocol=view.selection.protocol,
        )
    )


def say(run: Run, selected: Selection, shown: shown_channels.Shown, view: View) -> None:
    """What of a link or of a click could not be followed."""
    if trouble := signals_view.trouble():
        st.warning(trouble, icon=":material/warning:")
    if shown.unknown:
        names = components.escaped(components.listed(shown.unknown))
        st.caption(
            f"{view.dataset.name if view.dataset else 'This machine'} has no channel, board or modality called {names}."
        )
    for problem in shown.problems:
        st.caption(components.escaped(problem))
    if shown.left_out:
        st.caption(
            f"{components.counted(shown.left_out, 'channel')} beyond the {shown_channels.MOST} that fit are not drawn."
        )
    if selected.span and selected.span[0] >= run.traces.n_rows:
        st.caption(
            f"The link shows rows {selected.span[0]:,} to {selected.span[1]:,}, but the run has {run.traces.n_rows:,}."
        )
    if selected.layout and selected.layout not in layouts.load().named:
        st.caption(f"No layout is called {components.escaped(selected.layout)} here.")


view = shell.open_page("Signals", "What did the sensors feel while this line ran?")
of_run, of_over = st.columns([1, 1.3])
with of_run:
    name = choose_run(view)
run = open_run(view, name)
with of_over:
    choose_over(view, run, replace(view.selection, run=name))
signals_view.forget_blocks()
desk(view, run)
