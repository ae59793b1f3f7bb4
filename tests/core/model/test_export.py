from pathlib import Path

import numpy as np
import pytest
import torch

from core import load_bundle
from core.model.decoding import greedy
from core.model.export import ExportError, OnnxModel, example_input, export_bundle
from tests.pipeline import Pipeline


@pytest.mark.parametrize("which", ["pipeline", "seed_pipeline"])
def test_onnx_reads_what_torch_reads(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    made: Pipeline = request.getfixturevalue(which)
    bundle = load_bundle(made.bundle)
    differences = export_bundle(bundle, tmp_path / "onnx", example_input(bundle))
    assert max(differences.values()) < 1e-4
    model, other = OnnxModel(tmp_path / "onnx"), example_input(bundle, batch=7, seed=5)
    with torch.inference_mode():
        memory, logits = bundle.encoder(other.continuous, other.categorical)
    ours = greedy(bundle.decoder, memory, logits.softmax(-1), bundle.scheme)
    their_memory, their_logits, _ = model.encode(other)
    theirs = greedy(model, their_memory, their_logits.softmax(-1), bundle.scheme)
    assert np.array_equal(ours.tokens, theirs.tokens)
    np.testing.assert_allclose(ours.token_confidence, theirs.token_confidence, atol=1e-4)


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"encoder\.onnx"):
        OnnxModel(tmp_path)
