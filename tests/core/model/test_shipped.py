"""The bundles that come with the project open, and read a recording of their own machine."""

from pathlib import Path

import pytest

from core import load_bundle
from core.evidence.evaluation_file import evaluation_from_json
from core.recordings.reader import recording_from_frame
from core.recordings.recording import Recording
from tests.synthetic import run_frame

MODELS = Path(__file__).resolve().parents[3] / "assets" / "models"


@pytest.mark.parametrize("name", sorted(path.name for path in MODELS.iterdir()))
def test_it_opens_reads_and_carries_its_figures(name: str) -> None:
    model = load_bundle(MODELS / name)
    run: Recording = recording_from_frame(
        run_frame("face", 100, 1), "face_001", model.machine, Path("face_001.csv")
    )
    read = model.predict(run.window(start_row=16))
    assert read.operation in model.operations
    assert read.line
    assert evaluation_from_json(dict(model.metrics)).row("operation") is not None
