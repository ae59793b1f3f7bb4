import numpy as np
import pytest

from core import load_bundle, read_recording
from core.model.bundle import Bundle
from core.model.one_window import attention_over_rows, teacher_forced_tokens
from core.model.predict import window_input
from core.recordings.changes import Change, parse
from core.recordings.recording import RunWindow
from core.recordings.windows import cut_windows
from tests.pipeline import Pipeline

START = 32


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture(scope="module")
def window(pipeline: Pipeline) -> RunWindow:
    return read_recording(pipeline.runs / "face_002_aligned.csv.gz").window(START)


def test_what_is_said_given_the_true_tokens_is_what_is_scored(bundle: Bundle, window: RunWindow) -> None:
    windows = cut_windows(window.recording, bundle.inputs).with_tokens(bundle.scheme)
    windows = windows.take(windows.start_row == START)
    scored = bundle.teacher_forced(windows)
    tokens = teacher_forced_tokens(bundle, window_input(bundle, window), str(windows.gcode[0]))
    there = scored.targets[0] != 0
    assert [token.id for token in tokens] == scored.predicted[0][there].tolist()
    types = [float(token.heads["type"].max()) for token in tokens]
    np.testing.assert_allclose(types, scored.probabilities["type"][0][there], atol=1e-4)


def test_attention_tells_a_share_of_each_row(bundle: Bundle, window: RunWindow) -> None:
    ids = bundle.predict(window).ids
    rows = attention_over_rows(bundle, window_input(bundle, window), ids)
    assert rows.shape == (len(ids), 64)
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-4)


def test_a_later_start_is_the_later_window(bundle: Bundle, window: RunWindow) -> None:
    moved, later = (
        bundle.predict(window, change=Change(shift=5)),
        bundle.predict(window.recording.window(START + 5)),
    )
    assert (moved.line, moved.confidence) == (later.line, later.confidence)


def test_an_offset_reaches_the_model_and_none_does_not(bundle: Bundle, window: RunWindow) -> None:
    read = bundle.predict(window)
    assert bundle.predict(window, change=parse("offset(proximity,40sd)")).operations != read.operations
    assert bundle.predict(window, change=parse("offset(proximity,0)")).operations == read.operations


def test_muted_and_changed_is_muted(bundle: Bundle, window: RunWindow) -> None:
    muted = bundle.predict(window, ["proximity"])
    both = bundle.predict(window, ["proximity"], change=parse("noise(proximity,3sd,1)"))
    assert both.operations == muted.operations


def test_the_line_goes_on_from_its_beginning(bundle: Bundle, window: RunWindow) -> None:
    read = bundle.predict(window)
    begun = bundle.predict(window, prefix=read.line)
    assert begun.line == read.line
    assert begun.confidence == pytest.approx(read.confidence, rel=1e-3)
    assert bundle.predict(window, prefix="G1 X1.5 Y").line.startswith("G1 X1.5 Y")
