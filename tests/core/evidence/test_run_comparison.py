"""A run beside what was recorded or intended: nothing differs from itself, and what was moved is found in mm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.path_deviation import PlannedPath, from_positions, from_program, nearest
from core.evidence.run_comparison import rapid_lines, with_intended, with_recorded, worst_rows
from core.evidence.run_readback import shown_program, whole_program
from core.evidence.track_truth import Listing, RowTruth
from core.gcode.difference import difference
from core.tracking.intended import Intended
from core.tracking.readback import ProgramRead, program_read
from core.tracking.tracker import walked
from tests.core.tracking.made_programs import KNOWN, PROGRAMS, words

FOUND = walked("run", words(np.arange(300.0)), KNOWN)
READ = program_read(FOUND)
LISTING = dict(PROGRAMS.timelines[0].listing)


def truth(position: np.ndarray | None = None) -> RowTruth:
    own = FOUND.position_mm if position is None else position
    return RowTruth("turning", FOUND.line, FOUND.number.astype(float), own)


@given(st.lists(st.tuples(*[st.floats(-500, 500)] * 3), min_size=1, max_size=30))
def test_a_path_does_not_deviate_from_itself(points: list[tuple[float, float, float]]) -> None:
    path = np.array(points)
    found = from_positions(path, path, np.ones(len(path), bool))
    assert (found.by_mm == 0).all()
    assert found.n == len(path)
    pieces = np.stack([path[:-1], path[1:]], axis=1) if len(path) > 1 else np.stack([path, path], axis=1)
    assert nearest(path, pieces)[1].max() < 1e-6


def test_a_run_that_did_what_was_recorded_shows_no_difference() -> None:
    for true in (shown_program(truth()), whole_program(truth(), LISTING)):
        found = with_recorded(FOUND, READ, truth(), true)
        assert {step.kind for step in found.steps} == {"same"}
        assert np.nanmax(found.deviations.by_mm) == 0
        assert worst_rows(found.deviations.by_mm) == []


def test_a_position_that_was_read_wrongly_is_off_by_its_distance() -> None:
    moved = FOUND.position_mm.copy()
    moved[120] += (3.0, 4.0, 0.0)
    found = with_recorded(FOUND, READ, truth(moved), shown_program(truth(moved)))
    assert found.deviations.by_mm[120] == pytest.approx(5.0)
    assert worst_rows(found.deviations.by_mm) == [120]


def test_lines_between_the_rows_come_from_other_runs() -> None:
    rows = FOUND.number != 60
    some = replace(
        truth(), lines=tuple(line if kept else None for line, kept in zip(FOUND.line, rows, strict=True))
    )
    true = whole_program(some, LISTING)
    assert 60 in true.numbers
    assert [number for number, shown in zip(true.numbers, true.shown, strict=True) if not shown] == [60]
    assert all(
        true.lines[place] == line for place, line in zip(true.line_of_row, some.lines, strict=True) if line
    )


def test_a_program_that_is_gone_through_twice_stands_there_twice() -> None:
    twice = walked("run", words(np.r_[np.arange(300.0), np.arange(300.0)]), KNOWN)
    own = RowTruth("turning", twice.line, twice.number.astype(float), twice.position_mm)
    true = whole_program(own, LISTING)
    assert list(true.lines) == 2 * list(LISTING.values())
    found = with_recorded(twice, program_read(twice), own, true)
    assert {step.kind for step in found.steps} == {"same"}
    assert (np.diff(found.row_of_step) >= 0).all()


def test_a_line_that_was_changed_is_named_by_its_words() -> None:
    same = with_intended(FOUND, READ, Intended.of_listing("A", LISTING), "inch")
    assert {step.kind for step in same.steps} == {"same"}
    assert same.deviations.n == 0, "a path whose Y and Z are never named is not known"
    number = 60
    found = with_intended(FOUND, READ, Intended.of_listing("A", LISTING | {number: "G1 X6.4"}), "inch")
    step = next(step for step in found.steps if step.kind != "same")
    assert (step.kind, step.words) == ("changed", ((1,), (1,)))
    assert READ.lines[step.second or 0] == LISTING[number]


def test_rows_of_a_moved_line_are_off_by_as_much_as_the_line_was_moved() -> None:
    lines = ["G0 X0 Y0 Z0", "G1 X10", "Y10", "X0"]
    rows = np.repeat(np.arange(1, 4), 11)
    share = np.tile(np.arange(11) / 10, 3)[:, None]
    corners = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]])
    path = corners[rows - 1] * (1 - share) + corners[rows] * share
    read = ProgramRead(tuple(lines), (1, 2, 3, 4), rows)
    for edited, most in ((lines, 0.0), ([*lines[:2], "Y15", "X0"], 5.0)):
        intended = Intended.of_listing("A", dict(enumerate(edited, start=1)))
        steps = difference(intended.lines, read.lines)
        found = from_program(path, read, steps, intended, "mm")
        assert found.n == len(path)
        assert found.by_mm.max() == pytest.approx(most)
        assert found.by_mm[:11].max() == pytest.approx(0.0)


def test_way_in_machine_coordinates_is_not_judged() -> None:
    path = PlannedPath.of(["G0 X1 Y1 Z1", "G1 X2", "G53 G0 Z0", "G0 X0 Y0", "G0 Z1", "G1 X1"], "mm")
    assert path.judged.tolist() == [False, True, False, False, False, True]
    assert set(path.line.tolist()) == {1, 5}


def test_an_impossible_arc_goes_straight() -> None:
    assert PlannedPath.of(["G0 X0 Y0 Z0", "G2 X1 Y1"], "mm").pieces.shape == (1, 2, 3)


def test_rapids_end_where_lines_were_never_seen() -> None:
    lines = ["G0 X1", "Y1", "Y2", "G1 X3", "X4"]
    assert rapid_lines(lines, [1, 2, 3, 4, 5]).tolist() == [True, True, True, False, False]
    assert rapid_lines(lines, [1, 2, 7, 8, 9]).tolist() == [True, True, False, False, False]


def test_a_listing_is_completed_only_where_training_runs_agree() -> None:
    timeline = PROGRAMS.timelines[0]
    some = {number: line for number, line in LISTING.items() if number % 2}
    found = Listing(some, 2).completed(timeline)
    assert (found.lines, found.learned) == (LISTING, len(LISTING) - len(some))
    other = Listing(some | {11: "G1 X99"}, 2)
    assert other.completed(timeline) is other
    assert other.completed(None) is other
