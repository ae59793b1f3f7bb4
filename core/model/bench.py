"""Latency, throughput and memory of a bundle on this machine."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core.model.bundle import Bundle
from core.model.decoding import greedy
from core.model.export import OnnxModel, example_input
from core.model.predict import ModelInput, decode, encode, encoded, mixture


@dataclass(frozen=True)
class Timing:
    """One thing that was timed, in milliseconds, and the windows it read."""

    what: str
    windows: int
    median_ms: float
    p95_ms: float


def bench_bundle(bundle: Bundle, repeats: int = 200, onnx: OnnxModel | None = None) -> list[Timing]:
    """Time one window and a batch of 256, stage by stage, on one thread; the ONNX export too if given."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        one, many = example_input(bundle, 1), example_input(bundle, 256)
        read = encode(bundle, one)
        rows = [
            _timed("one window, encoder", repeats, lambda: encode(bundle, one)),
            _timed(
                "one window, decoder, greedy",
                repeats,
                lambda: decode(bundle, read),
            ),
            _timed("one window, both stages, greedy", repeats, lambda: _read(bundle, one)),
            _timed(
                "256 windows, both stages, greedy", max(repeats // 40, 3), lambda: _read(bundle, many), 256
            ),
        ]
        if onnx is not None:
            rows.append(
                _timed(
                    "one window, both stages, greedy, ONNX", repeats, lambda: _read_onnx(onnx, bundle, one)
                )
            )
    finally:
        torch.set_num_threads(threads)
    return rows


def peak_memory_mib() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _read(bundle: Bundle, inputs: ModelInput) -> None:
    decode(bundle, encode(bundle, inputs))


def _read_onnx(model: OnnxModel, bundle: Bundle, inputs: ModelInput) -> None:
    read = encoded(bundle, *model.encode(inputs))
    known, heat = mixture(bundle, read), bundle.calibration.temperatures
    greedy(model, read.memory, read.operation, bundle.scheme, heat, known)


def _timed(what: str, repeats: int, run: Callable[[], object], windows: int = 1) -> Timing:
    for _ in range(3):
        run()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - started))
    return Timing(what, windows, float(np.median(times)), float(np.quantile(times, 0.95)))
