"""A verdict on a page: whether a run matches a program, where it first deviates, how it stands among good runs."""

from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.verification_rates import standing
from core.recordings.recording import Recording
from dashboard import (
    components,
    job_view,
    jobs,
    program_view,
    program_words,
    readbacks,
    theme,
    verdict_chart,
    verifications,
)
from dashboard.program_view import Beside
from dashboard.readbacks import Place
from dashboard.verifications import Verdict


def of_own_program(place: Place, recording: Recording, beside: Beside) -> Verdict | None:
    """The verdict against the program that the run's operation stands for, where no other one was chosen."""
    timeline = place.bundle.programs.timeline(program_view.own_program(recording))
    if beside.intended is not None or beside.listing is None or recording.n_rows >= readbacks.JOB_ROWS:
        return None
    own = program_view.own_intended(recording, beside.listing.completed(timeline))
    try:
        return verifications.verdict(place, recording, own)
    except ToolmarkError:
        return None


def against_intended(place: Place, recording: Recording, beside: Beside) -> Verdict | None:
    """The verdict against the intended program; None, and why, where it cannot be had."""
    if beside.intended is None:
        return None
    try:
        with st.spinner("Holding the run against the program"):
            return verifications.verdict(place, recording, beside.intended)
    except ToolmarkError as error:
        st.error(components.escaped(components.sentence(str(error))), icon=":material/error:")
        return None


def show(place: Place, recording: Recording, beside: Beside, found: Verdict) -> None:
    """The verdict, where it first deviates, and how it stands among good runs."""
    intended = beside.intended
    if intended is None:
        return
    seconds = recording.time_s
    with st.container(border=True):
        icon = ":green[:material/check_circle:]" if found.matches else ":red[:material/error:]"
        st.markdown(f"{icon} {program_words.verdict(found, place.run, intended.name)}")
        if (first := found.first) is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                words = program_words.place(first, intended, seconds[first.row])
                st.markdown(f"First: {words}", width="stretch")
                st.button(
                    "Go there",
                    icon=":material/my_location:",
                    key="go_first",
                    on_click=program_view.jump,
                    args=(first.row,),
                )
        _standing(place, found)
        if len(found.deviations) > 1:
            with st.expander(f"All {len(found.deviations)} deviations"):
                st.dataframe(
                    program_view.deviations_frame(found, intended, seconds),
                    hide_index=True,
                    key="deviations",
                    on_select=program_view.jump_to_selected,
                    selection_mode="single-row",
                )


def _standing(place: Place, found: Verdict) -> None:
    """The score among those of good and of edited runs, or the way to measure these."""
    good = verifications.good_runs(place.bundle)
    if good is None:
        _offer_measuring(place)
        return
    stands = standing(good.trials, place.run, found.lines_mm, found.pace_mm)
    st.caption(f"{program_words.standing(stands, good)} {program_words.rates(good.trials)}")
    with st.expander("The score beside those of good and of edited runs", icon=":material/scatter_plot:"):
        st.echarts_chart(
            verdict_chart.chart(good.trials, place.run, found.lines_mm, found.pace_mm, theme.ink()),
            height=verdict_chart.height(good.trials),
            key="standing",
            alt=f"Scores of held-out runs; {place.run} at {found.lines_mm:.1f} mm and {found.pace_mm:.1f} mm",
        )
        st.caption(program_words.CHART)


def _offer_measuring(place: Place) -> None:
    """Where nobody measured how good runs score under this bundle."""
    job_view.show(
        verifications.job(place.bundle), partial(verifications.measure, place.bundle, place.dataset.path)
    )
    st.caption(
        "How good runs score was not measured for this bundle, so the tolerance is that of other bundles of its kind."
    )
    if place.dataset.is_store and jobs.look(verifications.job(place.bundle)).state in ("none", "done"):
        st.button(
            "Measure it on the held-out runs",
            icon=":material/play_arrow:",
            on_click=verifications.measure,
            args=(place.bundle, place.dataset.path),
        )
