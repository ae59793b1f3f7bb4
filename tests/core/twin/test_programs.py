import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ToolmarkError
from core.gcode.words import parse_program
from core.recordings.machine import Machine
from core.twin.dialect import Writer, number
from core.twin.programs import FIRST_MOTION_LINE, Program, program_for, program_name

# what the lines of the recordings look like: no padded number, no number without a point but G, M, T and S words
LINE = re.compile(r"^(G53 )?(G[0-3])?( ?[XYZR]-?(\d*\.\d*[1-9]|\d+\.))*( ?F(\d*\.\d*[1-9]|\d+\.))?$")


def test_every_operation_has_its_program_and_the_damaged_ones_repeat_those_of_150025() -> None:
    names = {operation: program_name(operation) for operation in Machine.bantam().operations}
    assert names == Machine.bantam().programs


def test_an_operation_that_the_mill_lacks_is_refused() -> None:
    with pytest.raises(ToolmarkError, match="no operation 'turning'"):
        program_for("turning")


def test_the_motion_begins_in_line_16_and_ends_as_the_recordings_do(program: Program) -> None:
    assert program.first == FIRST_MOTION_LINE
    assert program.motion[0].startswith("G0 X")
    assert program.motion[1:3] == ("Z0.6", "G0 Z0.2")
    assert program.motion[-2:] == ("G53 G0 Z0.", "M30")


def test_every_motion_line_is_in_the_dialect_of_the_recordings(program: Program) -> None:
    wrong = [line for line in program.motion[:-3] if not LINE.match(line)]
    assert not wrong
    parse_program("\n".join(program.lines))


def test_arcs_are_written_by_their_radius(program: Program) -> None:
    if program.name in ("F1", "F2", "P1", "P2"):
        assert sum(" R" in line for line in program.motion) >= 10
    assert not any(re.search(r"[IJK]-?\d", line) for line in program.motion)


@given(variant=st.integers(0, 1 << 30), operation=st.sampled_from(Machine.bantam().operations))
@settings(max_examples=40, deadline=None)
def test_any_variant_is_a_program_that_can_be_followed(variant: int, operation: str) -> None:
    program = program_for(operation, variant)
    points = np.concatenate(
        [move.points for move in program.moves((60.0, 60.0, 0.0)) if move.kind != "rapid"]
    )
    assert len(points) > 20
    # inside the stock and its rim
    assert points[:, :2].min() > -25 and points[:, :2].max() < 115


def test_variants_differ_and_repeat() -> None:
    assert program_for("face", 1) == program_for("face", 1)
    assert program_for("face", 1).lines != program_for("face", 2).lines


def test_an_edited_program_differs_in_one_coordinate_of_one_line(program: Program) -> None:
    edited = program.edited(5)
    changed = [(old, new) for old, new in zip(program.lines, edited.lines, strict=True) if old != new]
    assert len(changed) == 1
    words = [(a, b) for a, b in zip(changed[0][0].split(), changed[0][1].split(), strict=True) if a != b]
    assert len(words) == 1
    assert 2.0 < 25.4 * abs(float(words[0][0][1:]) - float(words[0][1][1:])) < 5.2


@given(value=st.floats(-200, 200))
def test_numbers_are_written_short_and_read_back(value: float) -> None:
    text = number(value)
    assert "." in text and not text.endswith("00") and text != "-0."
    assert abs(float(text) - value) <= 0.5001e-4


def test_words_in_force_are_left_out() -> None:
    writer = Writer()
    writer.cut(1.0, 2.0, feed=22.0)
    writer.cut(1.0, 3.0, feed=22.0)
    writer.cut(1.0, 3.0)
    writer.arc(2.0, 3.0, 0.5, clockwise=True)
    assert writer.lines == ["G1 X1. Y2. F22.", "Y3.", "G2 X2. Y3. R0.5"]
