"""An intended program keeps the numbers of its file's lines."""

from pathlib import Path

import pytest

from core.errors import ToolmarkError
from core.tracking.intended import Intended

TEXT = "(part)\n\nG0 X1 Y1\n; cut\ng1 x2.50 F10\nM30\n"


def test_lines_are_canonical_and_numbered_as_in_the_file() -> None:
    found = Intended.of_text("part.nc", TEXT, "inch")
    assert found.lines == ("G0 X1 Y1", "G1 X2.5 F10", "M30")
    assert found.numbers == (3, 5, 6)


def test_comments_and_spelling_make_no_other_program() -> None:
    assert (
        Intended.of_text("a", TEXT, "mm").digest
        == Intended.of_text("b", "(b)\n(c)\nG0X1Y1\n\nG1X2.5F10 (d)\nM30", "mm").digest
    )


def test_lines_of_other_numbers_are_another_program() -> None:
    assert Intended.of_text("a", TEXT, "mm").digest != Intended.of_text("a", f"(new)\n{TEXT}", "mm").digest


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"(a)\nG1 Xa Y2\n", "Line 2, column 4"),
        (b"(a)\n\nG1 X1\nG81 X1 Z-1 R1\n", "Line 4 \\(G81"),
        (b"(only a comment)\n", "no line of G-code"),
        (b"G1 X1\xff\xfe", "no text"),
    ],
)
def test_what_is_no_program_is_said_with_its_line(content: bytes, said: str) -> None:
    with pytest.raises(ToolmarkError, match=said):
        Intended.of_bytes("bad.nc", content, "inch")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolmarkError, match="cannot be read"):
        Intended.read(tmp_path / "none.nc", "inch")
