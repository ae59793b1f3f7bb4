"""A verification holds lines, passes and pace against the intended program."""

from dataclasses import replace

import numpy as np
import pytest

from core.tracking.pace import drifts
from core.tracking.tracker import walked
from core.tracking.verification import PACE_MM, TOLERANCE_MM, Deviation, Plan, compared
from tests.core.tracking.made_programs import KNOWN, PROGRAMS, words

LINES = list(PROGRAMS.timelines[0].listing.values())
TEMPER = 4 / 32


def held(lines: list[str], places: np.ndarray | None = None) -> list[Deviation]:
    said = words(np.arange(300.0) if places is None else places)
    found = walked("run", said, KNOWN)
    text, pace = compared(found, Plan.of(lines, "inch"), drifts(found, said, TEMPER))
    return [one for one in text if one.by_mm > TOLERANCE_MM] + [one for one in pace if one.by_mm > PACE_MM]


def test_the_program_that_was_executed_matches() -> None:
    assert held(LINES) == []


def test_a_moved_line_is_named_with_its_distance() -> None:
    edited = [*LINES[:50], "G1 X6.2", *LINES[51:]]
    found = held(edited)
    assert [one.intended for one in found] == [50]
    assert found[0].by_mm == pytest.approx(0.2 * 25.4)
    assert LINES[50] in found[0].what


def test_a_line_left_out_of_the_file_is_found() -> None:
    lines = [*LINES[:50], *LINES[53:]]
    assert [one.kind for one in held(lines)] == ["line differs"] * 3


def test_a_line_added_to_the_file_is_found_as_not_executed() -> None:
    found = held([*LINES[:50], "G1 X1 Y3", *LINES[50:]])
    assert [one.kind for one in found] == ["line missing"]


def test_another_program_and_another_feed_are_found() -> None:
    assert held(list(PROGRAMS.timelines[1].listing.values()))[0].kind == "another program"
    timeline = PROGRAMS.timelines[0]
    listing = dict(timeline.listing) | {10: f"{timeline.listing[10]} F20"}
    programs = replace(PROGRAMS, timelines=(replace(timeline, listing=listing), PROGRAMS.timelines[1]))
    found = walked("run", words(np.arange(300.0)), replace(KNOWN, programs=programs))
    text, _ = compared(found, Plan.of([f"{LINES[0]} F25", *LINES[1:]], "inch"), [])
    assert max(one.by_mm for one in text) > TOLERANCE_MM


def test_rows_left_out_of_the_run_move_what_follows() -> None:
    kept = np.r_[0:140, 150:300].astype(float)
    found = held(LINES, kept)
    assert {one.kind for one in found} & {"pace", "jump"}
