from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import load_bundle, read_recording
from core.gcode import parse_line
from core.model.bundle import Bundle
from core.model.reading import predict_run
from core.recordings.machine import MachineError
from core.recordings.sequences import read_splits
from core.recordings.windows import cut_windows
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture(scope="module")
def run_file(pipeline: Pipeline) -> Path:
    return pipeline.runs / "face_002_aligned.csv.gz"


def test_a_window_is_read_with_confidence_and_alternatives(bundle: Bundle, run_file: Path) -> None:
    run = read_recording(run_file)
    prediction = bundle.predict(run.window(start_row=32))
    assert prediction.operation in bundle.operations
    assert sum(prediction.operations.values()) == pytest.approx(1, abs=1e-4)
    assert prediction.operation_confidence == max(prediction.operations.values())
    assert prediction.tokens[-1].kind == "end"
    assert 0 < prediction.confidence < 1
    parse_line(prediction.line)
    assert max(len(token.alternatives) for token in prediction.tokens) > 1
    for token in prediction.tokens:
        texts = [text for text, _ in token.alternatives]
        assert texts[0] == token.text
        assert len(set(texts)) == len(texts) <= 5
        assert token.alternatives[0][1] == pytest.approx(token.confidence)
        assert sum(share for _, share in token.alternatives) <= 1.001
        for name, shares in token.heads.items():
            assert shares.sum() == pytest.approx(1, abs=1e-3) or name in ("command", "param_type"), name


def test_the_tokens_spell_the_line(bundle: Bundle, run_file: Path) -> None:
    prediction = bundle.predict(read_recording(run_file).window(start_row=64))
    spelled = "".join(token.text for token in prediction.tokens[:-1])
    assert spelled == prediction.line.replace(" ", "")


def test_one_window_and_many_are_read_alike(bundle: Bundle, run_file: Path) -> None:
    run = read_recording(run_file)
    windows = cut_windows(run, bundle.inputs)
    many = bundle.predict_windows(windows)
    for row, start in enumerate(windows.start_row.tolist()):
        one = bundle.predict(run.window(start))
        assert one.line == many.line[row]
        assert one.confidence == pytest.approx(float(many.confidence[row]), abs=1e-4)


def test_target_and_controller_columns_are_never_looked_at(
    bundle: Bundle, run_file: Path, tmp_path: Path
) -> None:
    frame = pd.read_csv(run_file)
    known = bundle.machine.side_channels
    bare = frame[[column for column in frame if column in known or column == "t_console"]]
    assert len(bare.columns) < len(frame.columns) - 10
    bare.to_csv(tmp_path / "face_002_aligned.csv", index=False)
    full = predict_run(bundle, read_recording(run_file))
    assert predict_run(bundle, read_recording(tmp_path / "face_002_aligned.csv")) == full


def test_a_muted_modality_is_the_same_as_a_missing_one(
    bundle: Bundle, run_file: Path, tmp_path: Path
) -> None:
    frame = pd.read_csv(run_file)
    muted = bundle.machine.resolve(["proximity", "frame_l2"])
    frame.drop(columns=[column for column in frame if column in muted]).to_csv(tmp_path / "face_002.csv")
    without = bundle.predict(read_recording(run_file).window(48), without=["proximity", "frame_l2"])
    lacking = bundle.predict(read_recording(tmp_path / "face_002.csv").window(48))
    assert without.line == lacking.line
    assert without.confidence == pytest.approx(lacking.confidence, abs=1e-5)


def test_an_unknown_modality_is_refused_with_the_known_ones(bundle: Bundle, run_file: Path) -> None:
    with pytest.raises(MachineError, match="proximity"):
        bundle.predict(read_recording(run_file).window(0), without=["proxymity"])


def test_beam_is_at_least_as_confident_as_greedy(bundle: Bundle, run_file: Path) -> None:
    window = read_recording(run_file).window(48)
    greedy, beam = bundle.predict(window), bundle.predict(window, decoding="beam")
    assert beam.confidence >= greedy.confidence - 1e-5
    assert beam.tokens[-1].kind == "end"


@pytest.mark.parametrize("protocol", ["pipeline", "seed_pipeline"])
def test_teacher_forcing_composes_tokens_from_the_heads(
    protocol: str, request: pytest.FixtureRequest
) -> None:
    made: Pipeline = request.getfixturevalue(protocol)
    bundle, windows = load_bundle(made.bundle), read_splits(made.splits).test
    forced = bundle.teacher_forced(windows)
    assert forced.targets.shape == (len(windows), bundle.scheme.width + 1)
    assert forced.predicted.shape == forced.targets.shape
    assert not forced.predicted[forced.targets == 0].any()
    for shares in forced.probabilities.values():
        assert ((shares > 0) & (shares <= 1.0001)).all()
    assert np.isin(forced.heads.type, [0, 1, 2, 3]).all()
