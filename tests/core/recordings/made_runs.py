"""Made-up runs of four channels, for the tests of statistics."""

import numpy as np

from core.recordings.machine import Machine
from core.recordings.recording import Recording
from core.recordings.traces import Traces

MILL = Machine.bantam()
CHANNELS = ("frame_l2.Ax", "frame_l2.Ay", "frame_l2.Az", "x_motor")


def run_of(
    name: str, seed: int, loud: float = 1.0, rows: int = 100, frozen_from: int | None = None
) -> Traces:
    values = np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)
    values[:, 1] *= loud
    if frozen_from is not None:
        values[frozen_from:, :3] = values[frozen_from, :3]
    recording = Recording(name, "face", MILL, np.arange(rows) / 4, CHANNELS, values, None, None, {})
    return Traces.of(recording)
