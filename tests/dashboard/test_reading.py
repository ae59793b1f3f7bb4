from dataclasses import replace

import pytest

from core.evidence.ablation.cases import modalities
from core.evidence.split_part import part_of
from core.model.bundle import Bundle
from core.recordings.windows import WindowLabel
from core.twin.fleet import twin_machine
from dashboard import reading
from dashboard.components import listed, percent, sentence
from dashboard.window_view import Absent
from tests.dashboard.predictions import prediction_of
from tests.dashboard.test_alignment import SCHEME

LABEL = WindowLabel("G1 X1.5", 12, True, ("G1 X1.5", "G1 X2"))


def test_the_verdict_gives_confidence_and_measured_latency() -> None:
    words = reading.verdict_words(
        SCHEME, prediction_of(SCHEME, "G1 X1.5", confidence=0.625), LABEL, "held out"
    )
    assert "exact line" in words
    assert "held out" in words
    assert "Read `G1 X1.5`" in words
    assert "true `" not in words, "the line that is right is not written twice"
    assert "62.5\N{NO-BREAK SPACE}% sure" in words
    assert "6.5 ms" in words


def test_a_line_within_a_row_is_not_called_wrong() -> None:
    words = reading.verdict_words(SCHEME, prediction_of(SCHEME, "G1 X2"), LABEL, "trained on")
    assert "right within a row" in words
    assert "not the true line" not in words
    assert "quarter of a second" in reading.verdict_help(SCHEME, prediction_of(SCHEME, "G1 X2"), LABEL, "new")
    assert reading.verdict_help(SCHEME, prediction_of(SCHEME, "G1 X3"), LABEL, "new") == reading.PARTS["new"]


@pytest.mark.parametrize(
    ("runs", "part"),
    [
        ({"train": ["face_001"], "test": []}, "trained on"),
        ({"train": [], "val": ["face_001"]}, "validation"),
        ({"train": [], "test": ["face_001"]}, "held out"),
        ({"train": ["face_001"], "test": ["face_001"]}, "partly trained on"),
        ({"train": ["face_002"]}, "new"),
    ],
)
def test_a_run_that_was_learned_from_is_told_apart(
    bundle: Bundle, runs: dict[str, list[str]], part: str
) -> None:
    split = replace(bundle, manifest=bundle.manifest.model_copy(update={"runs": runs}))
    assert part_of(split, "face_001", bundle.machine) == part
    # a run of another machine that happens to have the same name
    assert part_of(split, "face_001", twin_machine()) == "new"


def test_the_label_tells_how_firm_it_is() -> None:
    assert reading.label_note(LABEL, 64) == "fills 12 of 64 rows, tied, first counts"
    assert reading.label_note(WindowLabel(None, 0, False, ()), 64) == "no label"


def test_muting_is_told_beside_the_unmuted() -> None:
    read = prediction_of(SCHEME, "G1 X1", confidence=0.9)
    without = prediction_of(SCHEME, "G1 X2", confidence=0.4, operation="pocket", share=0.5)
    words = reading.change_words(read, without, "without motor current", (1, 4))
    assert "Without motor current: **the line becomes `G1 X2`** instead of `G1 X1`" in words
    assert "1 of 4 tokens flips" in words
    assert "90.0\N{NO-BREAK SPACE}% → 40.0\N{NO-BREAK SPACE}%" in words
    assert "face → pocket" in words
    assert "stays `G1 X1`" in reading.change_words(read, read, "without sound", (0, 4))


def test_the_operation_is_judged_in_words() -> None:
    read = prediction_of(SCHEME, "G1 X1")
    assert "right" in reading.operation_words(read, "face")
    assert "the run is pocket" in reading.operation_words(read, "pocket")
    assert "no truth" in reading.operation_words(read, None)


def test_absent_boards_are_named() -> None:
    words = reading.absent_words(Absent(("frame_l1",), ("spindle1",), ("x_motor",), 10, 45))
    assert all(part in words for part in ("10 of the 45", "frame_l1", "Frozen", "spindle1", "x_motor"))
    assert "All 45" in reading.absent_words(Absent((), (), (), 45, 45))


def test_only_what_the_bundle_reads_can_be_muted(bundle: Bundle) -> None:
    assert "proximity" in modalities(bundle)
    assert "position" not in modalities(bundle)
    known, unknown = reading.mutable(bundle, ("proximity", "spindle1", "position", "nonsense"))
    assert known == ("proximity", "spindle1")
    assert unknown == ("position", "nonsense")


def test_figures_in_words() -> None:
    assert [percent(share) for share in (0, 0.0001, 0.5, 0.99951, 1)] == [
        "0.0\N{NO-BREAK SPACE}%",
        "< 0.1\N{NO-BREAK SPACE}%",
        "50.0\N{NO-BREAK SPACE}%",
        "> 99.9\N{NO-BREAK SPACE}%",
        "100.0\N{NO-BREAK SPACE}%",
    ]
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefgh"), 4) == "a, b, c and 5 more"
    assert sentence("gone") == "gone."


def test_a_line_below_the_threshold_is_said_not_to_be_believed() -> None:
    doubtful = replace(prediction_of(SCHEME, "G1 X2"), sure=False)
    assert "too little to believe" in reading.verdict_words(SCHEME, doubtful, LABEL, "held out")
    assert "too little" not in reading.verdict_words(
        SCHEME, prediction_of(SCHEME, "G1 X2"), LABEL, "held out"
    )
