"""The controls of the page Signals: channels, scale, panels, layouts, another run, the reading of the whole run."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.recordings.derived import FORMS
from dashboard import (
    channel_picker,
    components,
    feedback,
    laid_over,
    layouts,
    parts,
    run_traces,
    selection,
    signals_beside,
    signals_view,
)
from dashboard.address import Selection
from dashboard.shell import View
from dashboard.shown_channels import Shown
from dashboard.signals_view import MERGED, STANDARDISED, Run

SCALES = {"raw": "Raw units", STANDARDISED: "Standardised"}
PANELS = {"channel": "By channel", MERGED: "By modality"}
# sets of channels that are one click away, where the machine has these modalities
SETS: dict[str, tuple[str, ...]] = {"Main": (), "Position": ("position",), "Motors": ("motor_current",)}


def choose_over(others: Sequence[str], selected: Selection) -> None:
    """The choice of another run."""
    over = selected.over if selected.over in others else None
    parts.box("Lay over it", "over", others, over, placeholder="No other run")


def choose_channels(run: Run, shown: Shown) -> bool:
    """The choice of channels; nothing of it is drawn while it is closed. Whether it is open."""
    popover = st.popover(
        "Channels", icon=":material/ssid_chart:", key="channels_popover", on_change="rerun", width="content"
    )
    if not popover.open:
        return False
    known = set(run.traces.machine.modalities)
    with popover:
        with st.container(horizontal=True, gap="small"):
            for name, names in SETS.items():
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
        if trouble := feedback.told(signals_view.TROUBLE):
            st.warning(trouble, icon=":material/warning:")
        channel_picker.show(
            run.traces, shown.channels, layouts.load().pinned, signals_view.PICKER, signals_view.picked
        )
    return True


def choose_look(selected: Selection) -> None:
    """Raw or standardised, and what a panel is."""
    parts.choose("Scale", "scale", SCALES, selected.scale)
    parts.choose("Panels", "panels", PANELS, selected.panels)


def choose_layout(selected: Selection, shown: Shown) -> None:
    """The saved layouts: take one, save what is shown as one, delete one."""
    popover = st.popover(
        "Layouts", icon=":material/bookmarks:", key="layouts_popover", on_change="rerun", width="content"
    )
    if not popover.open:
        return
    kept = layouts.load()
    with popover:
        if kept.problem:
            st.warning(kept.problem, icon=":material/warning:")
        for name, layout in kept.named.items():
            _layout_row(name, len(layout.channels), chosen=name == selected.layout)
        if not kept.named:
            st.caption(
                "No layout is saved yet. One keeps the channels, their scale and the panels, for any run."
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Save what is shown as", key="layout_name", max_chars=layouts.LONGEST_NAME)
            saving = ("layout_name", shown.channels)
            st.button("Save", key="save_layout", on_click=signals_view.save_layout, args=saving)


def _layout_row(name: str, channels: int, *, chosen: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.button(
            f"{components.escaped(name)} ({components.counted(channels, 'channel')})",
            key=f"take_{name}",
            type="primary" if chosen else "secondary",
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


def choose_shift(run: Run, over: Run | None, selected: Selection) -> None:
    """By how many rows the other run is shifted: by hand, or so that its lines agree; or each of its lines laid."""
    if over is None:
        return
    by_line = selected.laid == laid_over.BY_LINE
    st.toggle(
        "Line by line",
        key=selection.lead("pick_laid", by_line),
        help="Lay each program line of the other run on the same line of this one, however long either took.",
        on_change=lambda: selection.change(laid=None if by_line else laid_over.BY_LINE),
    )
    if by_line:
        return
    st.number_input(
        "Shift of the other run, rows",
        value=None,
        step=1,
        placeholder="Shift, rows",
        key=selection.lead("pick_shift", selected.shift),
        width=150,
        label_visibility="collapsed",
        help="Rows that the other run is moved to the right. In the picture: drag it with Alt held.",
        on_change=selection.follow,
        args=("shift", "pick_shift"),
    )
    st.button(
        "Align by line",
        icon=":material/align_horizontal_left:",
        key="align",
        help="Shift the other run so that most rows execute the same program line.",
        on_click=lambda: feedback.tell(signals_view.NOTED, signals_beside.align(run, over)),
    )


def choose_reading(view: View, run: Run) -> pd.DataFrame | None:
    """What the model reads along the run: at once where that is known or quick, else when asked."""
    bundle = view.bundle
    if bundle is None or run_traces.why_not_read(bundle, run.traces) is not None:
        return None
    asked = f"read_whole {bundle.digest} {run.digest}"
    wanted = bool(st.session_state.get(asked))
    found = run_traces.readings(view, run.traces, run.digest, wanted=wanted)
    if found is None:
        windows = components.counted(run_traces.n_windows(run.traces), "window")
        st.button(
            "Read the whole run",
            icon=":material/play_arrow:",
            help=f"What the model reads in each of {windows}, as a lane under the true lines.",
            on_click=lambda: st.session_state.update({asked: True}),
        )
    return found
