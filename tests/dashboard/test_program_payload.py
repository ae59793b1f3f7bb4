"""What the desk of a program is sent: both programs, both paths, and colours that say how far they are apart."""

import numpy as np
import pytest

from core.evidence.run_comparison import Comparison, alone, with_recorded
from core.evidence.run_readback import whole_program
from core.evidence.track_truth import RowTruth
from core.tracking.readback import program_read
from core.tracking.tracker import walked
from core.tracking.verification import Deviation
from dashboard.program_payload import KINDS, Desk, colour_top, deviation_scale, drawn
from dashboard.theme import DARK, LIGHT
from tests.core.tracking.made_programs import KNOWN, PROGRAMS, words
from tests.dashboard.payloads import array_of, header_of

FOUND = walked("run", words(np.arange(300.0)), KNOWN)
READ = program_read(FOUND)


def comparison() -> Comparison:
    position = FOUND.position_mm.copy()
    position[100] += (0.0, 7.0, 0.0)
    lines = [line if line != READ.lines[40] else "G1 X99" for line in FOUND.line]
    truth = RowTruth("turning", tuple(lines), FOUND.number.astype(float), position)
    return with_recorded(FOUND, READ, truth, whole_program(truth, dict(PROGRAMS.timelines[0].listing)))


def desk(own: Comparison, **changes: object) -> bytes:
    said = {"key": "k", "run": "run", "seconds": np.arange(300.0), "confidence": FOUND.confidence}
    return drawn(
        Desk(**said | {"comparison": own, "beside": "Executed", "path_beside": "recorded"} | changes), LIGHT
    )


def test_the_browser_gets_both_programs_and_where_they_differ() -> None:
    own = comparison()
    data = desk(own)
    header = header_of(data)
    kinds = array_of(data, header["arrays"]["kind"], "u1")
    assert [KINDS[kind] for kind in kinds] == [step.kind for step in own.steps]
    (place,) = np.flatnonzero(kinds)
    first, second = (array_of(data, header["arrays"][name], "<i4")[place] for name in ("first", "second"))
    assert header["lines"][0][first] == "G1 X99"
    assert header["lines"][1][second] == READ.lines[40]
    assert header["words"] == {str(place): [[1], [1]]}
    rows = array_of(data, header["arrays"]["rowOfStep"], "<i4")
    assert FOUND.line[rows[place]] == READ.lines[40]


def test_deviations_reach_the_browser_in_mm_with_the_worst_place() -> None:
    data = desk(comparison())
    header = header_of(data)
    by = array_of(data, header["arrays"]["by"], "<f4")
    assert by[100] == pytest.approx(7.0)
    assert header["worst"] == [100]
    shade = array_of(data, header["arrays"]["shade"], "u1")
    assert shade[100] == len(header["scale"]) - 1
    assert shade[99] == 0


def test_a_run_without_truth_stands_alone() -> None:
    data = desk(alone(FOUND, READ), beside="", path_beside="")
    header = header_of(data)
    assert header["lines"] == [[], list(READ.lines)]
    assert np.isnan(array_of(data, header["arrays"]["by"], "<f4")).all()
    assert header["worst"] == []


def test_what_a_verification_found_is_marked() -> None:
    found = (Deviation("line differs", 80, 40, "another line", 3.2),)
    header = header_of(desk(comparison(), found=found, tolerance_mm=2.3))
    assert (header["found"][0]["row"], header["tolerance"]) == (80, 2.3)


@pytest.mark.parametrize(("most", "top"), [(0.0, 1.0), (0.9, 1.0), (1.1, 2.0), (4.0, 5.0), (37.0, 50.0)])
def test_colours_end_at_a_round_number_of_mm(most: float, top: float) -> None:
    assert colour_top(np.full(100, most)) == top
    assert colour_top(np.full(3, np.nan)) == 1.0


def test_the_highest_deviation_stands_out_most_from_either_page() -> None:
    def light(colour: str) -> int:
        return sum(int(colour[place : place + 2], 16) for place in (1, 3, 5))

    for ink, darker in ((LIGHT, True), (DARK, False)):
        scale = [light(colour) for colour in deviation_scale(ink)]
        assert scale == sorted(scale, reverse=darker)
