"""What the page of a program puts together: the run read back, what stands beside it, and the desk that shows both."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.evidence.evaluation import MetricRow
from core.evidence.run_comparison import Comparison, alone, with_intended, with_recorded
from core.evidence.run_readback import figures, shown_program, whole_program
from core.evidence.track_truth import Listing, RowTruth
from core.gcode.modal import Units
from core.recordings.programs import program_of
from core.recordings.recording import Recording
from core.recordings.windows import WINDOW_ROWS
from core.tracking.intended import Intended
from core.tracking.verification import TOLERANCE_MM
from dashboard import address, parts, program_payload, selection, theme
from dashboard.program_payload import Desk
from dashboard.readbacks import ReadBack
from dashboard.verifications import Verdict

WHOLE, ROWS = "whole", "rows"
FROM_ROWS = (
    " This program is put together from rows of runs: a line that no row showed is missing, and with it what it said, "
    "such as a depth. A file knows all lines."
)
_JUMP = "program_jump"
_ROWS = "program_deviation_rows"


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside the run: an intended program, or else the truth, whole or as the run's rows show it."""

    intended: Intended | None
    truth: RowTruth
    listing: Listing | None
    form: str

    @property
    def key(self) -> str:
        """What tells it from every other, beside the same run."""
        own = self.intended.digest if self.intended else self.form
        return f"{own} {self.listing.digest if self.listing else ''}"

    @property
    def words(self) -> tuple[str, str]:
        """What the programs' column and the path are called."""
        if self.intended:
            return f"Intended: {self.intended.name}", "intended"
        if not self.truth.known.any():
            return "", ""
        return (
            "Executed (whole program)" if self.form == WHOLE else "Executed (as its rows show)"
        ), "recorded"


def own_program(recording: Recording) -> str | None:
    """The name of the program that a run executed, as its operation tells."""
    return program_of(recording)


def own_intended(recording: Recording, listing: Listing) -> Intended:
    """The program that a run executed, as something that it can be held against."""
    return Intended.of_listing(program_of(recording) or "", listing.lines)


def own_listing(recording: Recording, listings: Mapping[str, Listing]) -> Listing | None:
    """The whole program that a run executed, as all runs of the dataset showed it."""
    return listings.get(program_of(recording) or "")


def comparison(run_key: str, read: ReadBack, beside: Beside, unit: Units) -> Comparison:
    """The run beside what it is compared with, worked out once."""
    return _comparison(read.key, run_key, beside.key, unit, read, beside)


@st.cache_resource(max_entries=32, show_spinner=False)
def _comparison(
    read_key: str, run_key: str, beside_key: str, unit: Units, _read: ReadBack, _beside: Beside
) -> Comparison:
    track, program = _read.track, _read.program
    if _beside.intended is not None:
        return with_intended(track, program, _beside.intended, unit)
    if not _beside.truth.known.any():
        return alone(track, program)
    if _beside.form == WHOLE and _beside.listing is not None:
        true = whole_program(_beside.truth, _beside.listing.lines)
    else:
        true = shown_program(_beside.truth)
    return with_recorded(track, program, _beside.truth, true)


def scores(run_key: str, recording: Recording, read: ReadBack, beside: Beside) -> dict[str, MetricRow]:
    """The figures of the run, as `python -m core track STORE` reckons them."""
    whole = beside.listing.digest if beside.listing else ""
    return _scores(read.key, run_key, whole, recording, read, beside)


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(
    read_key: str, run_key: str, listing_key: str, _recording: Recording, _read: ReadBack, _beside: Beside
) -> dict[str, MetricRow]:
    whole = tuple(_beside.listing.lines.values()) if _beside.listing else None
    return figures(_recording, _read.track, _beside.truth, whole)


def jump(row: int) -> None:
    """Send the slider to a row; for callbacks."""
    token, _ = st.session_state.get(_JUMP, (0, 0))
    st.session_state[_JUMP] = (token + 1, row)
    selection.change(mark_a=row)


def jump_to_selected() -> None:
    """Send the slider to the deviation that was chosen in the table."""
    rows = st.session_state["deviations"]["selection"]["rows"]
    if rows:
        jump(st.session_state[_ROWS][rows[0]])


def deviations_frame(found: Verdict, intended: Intended, seconds: NDArray[np.float64]) -> pd.DataFrame:
    """All deviations as a table; choosing one sends the slider there."""
    st.session_state[_ROWS] = [one.row for one in found.deviations]
    return pd.DataFrame(
        {
            "row": [one.row for one in found.deviations],
            "time, s": [round(float(seconds[one.row]), 1) for one in found.deviations],
            "line": [
                None if one.intended is None else intended.numbers[one.intended] for one in found.deviations
            ],
            "off by, mm": [round(one.by_mm, 2) for one in found.deviations],
            "what": [one.what for one in found.deviations],
        }
    )


def choose_form(form: str) -> None:
    """The choice of the form of the true program."""
    forms = {WHOLE: "Whole program", ROWS: "Only lines that rows of this run show"}
    parts.choose("What stands beside", "beside", forms, form, turn=_turn_form)


def _turn_form(form: str) -> None:
    selection.change(beside=ROWS if form == ROWS else None)


def caption(beside: Beside, own: Comparison) -> str:
    """What the desk shows and what it leaves out, in words."""
    known = own.deviations.n
    if beside.intended is not None:
        return (
            "Deviation of the path read back from the nearest point of the intended lines at its place, known at "
            f"{known:,} of {len(own.position_mm):,} rows; not while the program moves in machine coordinates (G53 or "
            "G28) or has ended. Between rows the path is taken to be straight, which cuts corners; a run that is read "
            "too early or too late still lies on its path: that shows beside what was recorded."
            + (FROM_ROWS if beside.intended.from_rows else "")
        )
    if not beside.truth.known.any():
        return "The path as it was read back, in mm. Nothing is known to compare it with."
    listing = beside.listing
    whole = (
        f" The whole program is put together from the {listing.runs} runs of this dataset that executed it; lines too "
        "short for a row of any training run cannot be read back."
        if listing is not None and beside.form == WHOLE
        else ""
    )
    return (
        f"Deviation of the path read back from the position that the controller recorded, known at {known:,} of "
        f"{len(own.position_mm):,} rows; not while it buffers or after the program's end. The recorded program and "
        f"position are for comparison alone: the reading never sees them.{whole}"
    )


def rested(row: int, n_rows: int) -> None:
    """The reader has stopped at a row: the window around it is the one that Predict and Signals open."""
    start = address.clamp_row(row - WINDOW_ROWS // 2, 0, max(n_rows - WINDOW_ROWS, 0))
    selection.change(mark_a=row, start_row=start)


def desk(
    run_key: str, recording: Recording, read: ReadBack, beside: Beside, found: Verdict | None, row: int | None
) -> bytes:
    """The bytes of the desk; `row`: where the slider stands when a run is opened."""
    unit: Units = recording.machine.length_unit
    token, _ = st.session_state.get(_JUMP, (0, 0))
    title, path = beside.words
    own = Desk(
        key=f"{read.key} {beside.key} {found is not None}",
        run=recording.name,
        seconds=recording.time_s.astype(np.float64),
        confidence=read.track.confidence,
        comparison=comparison(run_key, read, beside, unit),
        beside=title,
        path_beside=path,
        found=found.deviations if found is not None and beside.intended is not None else (),
        tolerance_mm=TOLERANCE_MM if beside.intended is not None else None,
        row=min(row or 0, recording.n_rows - 1),
        token=token,
    )
    return program_payload.drawn(own, theme.ink())
