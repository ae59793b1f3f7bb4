"""Two programs side by side: the steps make the one out of the other, and name the words that differ."""

from hypothesis import given
from hypothesis import strategies as st

from core.gcode.difference import applied, changed_words, difference

LINE = st.sampled_from(
    ["G1 X1", "G1 X2", "G1 X1 Y2", "Y3", "Z0.5", "G0 X1 Y1 Z1", "G2 X3 Y4 R1", "M30", "F20"]
)
PROGRAM = st.lists(LINE, max_size=40)


@given(PROGRAM, PROGRAM)
def test_the_steps_make_one_program_out_of_the_other(first: list[str], second: list[str]) -> None:
    steps = difference(first, second)
    assert applied(steps, first, second) == second
    assert applied([step for step in steps if step.kind == "same"], first, second) == [
        second[step.second] for step in steps if step.kind == "same" and step.second is not None
    ]
    assert [step.first for step in steps if step.first is not None] == list(range(len(first)))
    assert [step.second for step in steps if step.second is not None] == list(range(len(second)))


@given(PROGRAM)
def test_a_program_does_not_differ_from_itself(lines: list[str]) -> None:
    assert all(step.kind == "same" and step.first == step.second for step in difference(lines, lines))


@given(PROGRAM, PROGRAM)
def test_a_changed_line_differs_in_the_words_that_are_named(first: list[str], second: list[str]) -> None:
    for step in difference(first, second):
        if step.kind != "changed" or step.first is None or step.second is None:
            continue
        own, other = step.words
        assert own or other
        kept = [word for place, word in enumerate(first[step.first].split()) if place not in own]
        assert kept == [word for place, word in enumerate(second[step.second].split()) if place not in other]


def test_a_moved_coordinate_an_inserted_and_a_deleted_line() -> None:
    steps = difference(["G1 X1", "Y2 Z3", "X4", "M30"], ["G1 X1", "Y2.5 Z3", "M30", "M5"])
    assert [step.kind for step in steps] == ["same", "changed", "missing", "same", "extra"]
    assert steps[1].words == ((0,), (0,))


def test_lines_with_nothing_in_common_are_not_one_changed_line() -> None:
    assert [step.kind for step in difference(["G53 Z0"], ["X1 Y2"])] == ["missing", "extra"]


def test_words_that_only_one_line_has_are_named() -> None:
    assert changed_words("X1 Y2", "G1 X1 Y2 F30") == ((), (0, 3))
