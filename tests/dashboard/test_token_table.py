from pathlib import Path

import pytest

from core.gcode import SpelledScheme
from dashboard.alignment import true_tokens
from dashboard.token_table import FRONTEND, Json, Reading, table_of
from tests.dashboard.predictions import prediction_of

SCHEME = SpelledScheme(("G0", "G1", "M30"))
TRUTH = true_tokens(SCHEME, "G1 X1.575 Y0.25")


def table(*lines: str, truth: bool = True) -> Json:
    readings = [
        Reading(f"reading {n}", "a note", prediction_of(SCHEME, line)) for n, line in enumerate(lines)
    ]
    return table_of(TRUTH if truth else None, "fills 12 of 64 rows", readings)


def column(found: Json, text: str) -> int:
    return next(
        place for place, cell in enumerate(found["rows"][0]["cells"]) if cell and cell["text"] == text
    )


def test_truth_stands_above_what_was_read() -> None:
    found = table("G1 X1.575 Y0.25")
    assert [row["kind"] for row in found["rows"]] == ["truth", "read"]
    assert [cell["text"] for cell in found["rows"][0]["cells"]] == ["G1", "X", "1.575", "Y", "0.25", "end"]
    assert {cell["verdict"] for cell in found["rows"][1]["cells"]} == {"same"}
    assert found["words"] == [0, 1, 1, 2, 2, 3], "a letter and its number are one word"


def test_mismatches_are_said_in_words() -> None:
    found = table("G1 X1.6 F22")
    cells = found["rows"][1]["cells"]
    said = {cell["says"] for cell in cells if cell}
    assert {"0.025 too high", "missing", "extra"} <= said
    assert "0.025 too high" in cells[column(found, "1.575")]["label"], "screen readers hear it too"


def test_a_token_has_its_confidence_alternatives_and_heads() -> None:
    cell = table("G1 X1.6 Y0.25")["rows"][1]["cells"][2]
    assert cell["confidence"] == pytest.approx(0.8)
    assert cell["alternatives"] == [["1.6", 0.8], ["9", 0.125]]
    assert cell["truth"] == "1.575"
    heads = dict(cell["heads"])
    assert heads["digit 1: 4"] == pytest.approx(1)
    assert heads["sign −"] == pytest.approx(0.7)
    assert "command" not in heads, "a number has no command"


def test_muting_shows_what_changed_against_the_first_reading() -> None:
    found = table("G1 X1.575 Y0.25", "G1 X1.5 Z2")
    changed = {cell["text"]: cell.get("changed") for cell in found["rows"][2]["cells"] if cell}
    assert changed["1.5"] == "was 1.575"
    assert changed["Z"] == "new"
    assert changed[""] == "gone"
    assert changed["G1"] is None


def test_without_truth_nothing_is_called_wrong() -> None:
    found = table("G1 X1.6", truth=False)
    assert [row["kind"] for row in found["rows"]] == ["read"]
    assert {cell["verdict"] for cell in found["rows"][0]["cells"]} == {"no truth"}
    assert not any(cell["says"] for cell in found["rows"][0]["cells"])


def test_an_empty_line_is_an_end_alone() -> None:
    found = table("")
    assert found["rows"][1]["cells"][-1]["text"] == "end"
    assert found["rows"][1]["cells"][0]["says"] == "missing"


def test_the_least_sure_token_is_open_at_first() -> None:
    row, place = map(int, table("G1 X1.6")["pinned"].split(":"))
    assert "alternatives" in table("G1 X1.6")["rows"][row]["cells"][place]


@pytest.mark.parametrize("name", ["tokens.js", "tokens.css"])
def test_the_browser_side_writes_text_never_markup(name: str) -> None:
    source = Path(FRONTEND / name).read_text(encoding="utf-8")
    assert "innerHTML" not in source
    assert "http" not in source, "nothing is fetched from elsewhere"
