"""A real bundle, small and untrained: it answers nonsense, in well-formed lines, through the product's own code."""

from pathlib import Path

import numpy as np
import torch

from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.evaluation_file import evaluation_json
from core.gcode import LegacyScheme, SpelledScheme, legacy_vocabulary
from core.model.bundle import FORMAT, Bundle, BundleManifest, load_bundle, save_bundle, write_metrics
from core.model.calibration import Calibration
from core.model.decoder import SensorMultiHeadDecoder
from core.model.encoder import MMDTAELSTM
from core.model.scaling import Scaler
from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.programs import Programs
from core.recordings.reader import read_recording
from core.recordings.windows import concat, cut_windows
from tests.synthetic import program


def write_bundle(path: Path, protocol: str = "run") -> Path:
    """Write an untrained bundle for the Bantam mill, the same weights every time; `seed` has the published tokens."""
    machine = Machine.bantam()
    inputs = inputs_for(protocol, machine)
    lines = [line for operation in machine.operations for line in program(operation)]
    published = protocol == "seed"
    scheme = LegacyScheme(legacy_vocabulary(lines[:40])) if published else SpelledScheme.fit(lines)
    channels, operations = len(inputs.channels), len(machine.operations)
    codes = [len(machine.categorical[name]) for name in inputs.categorical]
    encoder = {
        "continuous_dim": channels,
        "categorical_dims": codes,
        "hidden_dim": 8,
        "n_operations": operations,
    }
    decoder = {
        "sensor_dim": 8,
        "d_model": 8,
        "n_heads": 2,
        "n_layers": 1,
        "n_operations": operations,
        "n_types": scheme.sizes.types,
        "n_commands": scheme.sizes.commands,
        "n_param_types": scheme.sizes.param_types,
        "n_digits": scheme.sizes.digits,
        "vocab_size": len(scheme.vocabulary) if isinstance(scheme, LegacyScheme) else 0,
    }
    manifest = BundleManifest(
        format=FORMAT,
        name=path.name,
        protocol=protocol,
        fold=0,
        seed=0,
        operations=machine.operations,
        encoder=encoder,
        decoder=decoder,
        scheme=scheme.to_json(),
        inputs=inputs.to_json(),
        machine=machine.name,
        preset={},
        data_digest="",
        splits_digest="",
        runs={"train": ["adaptive_001", "pocket_001"], "val": ["pocket_002"], "test": ["face_002"]},
        code_version="test",
        created="2026-01-01T00:00:00",
        training={},
    )
    torch.manual_seed(7)
    stages = MMDTAELSTM(**encoder), SensorMultiHeadDecoder(**decoder)
    scaler = Scaler(np.zeros(channels, np.float32), np.ones(channels, np.float32), 8.0)
    save_bundle(path, manifest, machine, scaler, *stages, Calibration(), Programs())
    return path


def write_evaluation_into(path: Path, runs: Path) -> Evaluation:
    """Score a bundle on a folder of runs and put the figures into it."""
    bundle: Bundle = load_bundle(path)
    windows = concat([cut_windows(read_recording(file), bundle.inputs) for file in sorted(runs.iterdir())])
    windows = windows.with_tokens(bundle.scheme)
    free, forced = bundle.predict_windows(windows), bundle.teacher_forced(windows)
    evaluation = evaluate(windows, bundle.scheme, free, forced, bundle.operations, protocol=bundle.protocol)
    write_metrics(path, evaluation_json(evaluation))
    return evaluation
