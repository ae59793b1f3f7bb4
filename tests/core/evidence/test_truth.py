from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.evidence.tally import Unit
from core.evidence.truth import EvidenceError, encode_lines, truth_of
from core.gcode.tokens import EOS, PAD, SpelledScheme
from core.model.targets import with_end
from core.recordings.windows import Windows


def test_end_closes_a_row_wherever_it_stops() -> None:
    rows = np.array([[7, 8, 0], [7, EOS, 9], [7, 8, 9], [0, 7, 8]])
    closed = [[7, 8, EOS, PAD], [7, EOS, PAD, PAD], [7, 8, 9, EOS], [EOS, PAD, PAD, PAD]]
    assert with_end(rows).tolist() == closed


def test_windows_without_a_label_are_not_scored(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(["G1 X1", "", "M30"], runs=["b_1", "b_1", "a_1"], operations=[1, 1, 0])
    truth = truth_of(windows, scheme)
    assert truth.window.tolist() == [0, 2]
    assert truth.units == (Unit("a_1", 0), Unit("b_1", 1))
    assert truth.unit.tolist() == [1, 0]


def test_files_without_texts_are_scored_by_their_tokens(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(["g1x1.5750", "M30"])
    bare = replace(windows, gcode=np.array(["", ""]), near=np.array(["", ""]))
    assert truth_of(bare, scheme).lines == ("G1 X1.575", "M30")


def test_truth_is_canonical_and_knows_its_neighbours(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    windows = make_windows(["g01 x.5"], near=["g01 x.5\nM30"])
    truth = truth_of(windows, scheme)
    assert truth.lines == ("G1 X0.5",)
    assert truth.near == ((tuple(scheme.encode("G1 X0.5")), tuple(scheme.encode("M30"))),)


def test_targets_for_other_windows_are_refused(
    scheme: SpelledScheme, make_windows: Callable[..., Windows]
) -> None:
    with pytest.raises(EvidenceError, match="3 windows, not the 1"):
        truth_of(make_windows(["M30"]), scheme, np.zeros((3, 8), np.int64))


def test_an_empty_line_is_its_end_alone(scheme: SpelledScheme) -> None:
    tokens = encode_lines(["", "M30"], scheme, width=4)
    assert tokens.tolist() == [[EOS, 0, 0, 0], [scheme.encode("M30")[0], EOS, 0, 0]]
