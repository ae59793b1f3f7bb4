from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.gcode import GcodeError, Word, canonical, parse_line, parse_program
from tests.core.gcode.conftest import lines


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("G1 X1.575 Y0.25", "G1 X1.575 Y0.25"),
        ("X.5", "X0.5"),
        ("X-.125", "X-0.125"),
        ("Z0.", "Z0"),
        ("F22.", "F22"),
        ("g01", "G1"),
        ("g01x1y2", "G1 X1 Y2"),
        ("G1 X +1.50", "G1 X1.5"),
        ("Z-0.0", "Z0"),
        ("G92.10", "G92.1"),
        ("S12000", "S12000"),
        ("G53 G0 Z0.", "G53 G0 Z0"),
        ("(face) G0 (rapid) X1 ; done", "G0 X1"),
        ("N120 G1 X1 *57", "G1 X1"),
        ("/G1 X1", "G1 X1"),
        ("/2 G1 X1", "G1 X1"),
        ("O1000 (NAME)", ""),
        ("\tM30\r\n", "M30"),
        ("", ""),
        ("%", ""),
        ("% program", ""),
        ("; only words X1", ""),
    ],
)
def test_real_writing_has_one_canonical_text(written: str, text: str) -> None:
    assert canonical(written) == text


def test_line_keeps_what_stands_around_the_words() -> None:
    line = parse_line("/N010 G1 X1 (a) F5 ; b")
    assert (line.number, line.comment, line.block_delete, line.program) == (10, "a b", True, None)
    assert parse_line("N3 T2*101").checksum == 101
    assert parse_line("O7 (face)").program == 7


def test_commands_and_parameters_keep_their_order() -> None:
    line = parse_line("F5 G53 X1 G0 M3 S100 T02")
    assert line.commands == ("G53", "G0", "M3", "T2")
    assert line.parameters == (Word("F", Decimal(5)), Word("X", Decimal(1)), Word("S", Decimal(100)))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("G1 X1.2.3", 8),
        ("G1 X", 4),
        ("G1 XY2", 4),
        ("1.5", 1),
        ("G1 (open", 4),
        ("  #1=3", 3),
        ("G1 X[1+2]", 4),
        ("G-1", 1),
        ("G1 N5", 4),
        ("N1.5 G1", 1),
        ("G1*5 X2", 6),
        ("G1 X1e", 6),
        ("G1 Xé", 4),
        ("G1\nX2", 3),
        ("X" + "1" * 30, 1),
        ('{"sr":1}', 1),
    ],
)
def test_what_is_not_gcode_is_refused_with_its_column(text: str, column: int) -> None:
    with pytest.raises(GcodeError) as caught:
        parse_line(text)
    assert caught.value.column == column
    assert caught.value.text == text
    assert f"olumn {column} of" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_program_has_a_line_for_each_line_of_the_text() -> None:
    text = "\ufeff%\nO1 (face)\r\nG0 X1\r\n\rG1 Y2\n%\n"
    assert [line.text for line in parse_program(text)] == ["", "", "G0 X1", "", "G1 Y2", ""]
    assert parse_program("") == []


def test_program_error_names_line_and_column() -> None:
    with pytest.raises(GcodeError, match="Line 3, column 4"):
        parse_program("%\nG0 X1\nG1 ?\n")


@given(lines())
def test_canonical_text_reads_back_as_the_same_words(text: str) -> None:
    line = parse_line(text)
    again = parse_line(line.text)
    assert again.words == line.words
    assert again.text == line.text


@given(st.text(max_size=30) | st.text("GXYNO0123.-+ ();*/%", max_size=20))
@example("X1\x0b")
def test_any_text_is_read_or_refused_at_a_column_inside_it(text: str) -> None:
    try:
        parse_line(text)
    except GcodeError as error:
        assert 1 <= error.column <= len(text)


def test_all_recorded_lines_are_read(recorded_lines: list[str]) -> None:
    assert len(recorded_lines) > 2000
    for text in recorded_lines:
        assert parse_line(text).words
