"""ONNX: both stages written out, checked against torch, and run by the same decoding code.

Three graphs: `encoder.onnx` (memory, operation, place), `decoder_start.onnx` (the memory's keys and values, once a
line) and `decoder_step.onnx` (one token with cached keys and values); where digits are chained, also
`decoder_digits.onnx`. Batch and the number of past tokens are free.
"""

import logging
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import ToolmarkError
from core.model.bundle import Bundle
from core.model.decoder import DecoderState, HeadLogits, SensorMultiHeadDecoder
from core.model.decoding import greedy
from core.model.digits import KEPT
from core.model.encoder import MMDTAELSTM
from core.model.layers import sinusoids
from core.model.packed import PackedStart, PackedStep, empty_past, first_tokens
from core.model.predict import ModelInput, encode, encoded, mixture
from core.model.token_parts import TokenInput
from core.recordings.windows import WINDOW_ROWS

ENCODER, START, STEP = "encoder.onnx", "decoder_start.onnx", "decoder_step.onnx"
CHAIN = "decoder_digits.onnx"
DESCRIPTIONS = ("bundle.json", "machine.toml", "calibration.json", "programs.npz")
TOLERANCE = 1e-3
STEP_INPUTS = ("ids", "type", "command", "param_type", "sign", "digits", "position", "cross", "past")
LOGITS = ("type_logits", "command_logits", "param_type_logits", "sign_logits", "digit_logits", "hidden")


class ExportError(ToolmarkError):
    """An export that does not agree with torch, or a folder that is no export."""


class _Chain(nn.Module):
    """What each digit hears of those before it: hidden `[B, 1, d]`, strings `[B, K, D]` -> `[B, K, D, 10]`."""

    def __init__(self, decoder: SensorMultiHeadDecoder) -> None:
        super().__init__()
        self.chain = decoder.digit_chain

    def forward(self, hidden: Tensor, strings: Tensor) -> Tensor:
        assert self.chain is not None
        added: Tensor = self.chain(hidden, strings)
        return added


def export_bundle(bundle: Bundle, out: Path, example: ModelInput) -> dict[str, float]:
    """Write the three graphs and the bundle's descriptions to `out` and compare them with torch.

    Returns:
        The largest absolute difference of each output on the example windows.

    Raises:
        ExportError: a difference over 1e-3, or another line read.
    """
    _check_out(out)
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        differences = _write_checked(bundle, aside, example)
        shutil.rmtree(out, ignore_errors=True)
        os.replace(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return differences


def _check_out(out: Path) -> None:
    """Only nothing, an empty folder or a former export may be replaced."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportError(f"{out} is a file: give a folder for the export.")
    strangers = sorted({path.name for path in out.iterdir()} - {ENCODER, START, STEP, CHAIN, *DESCRIPTIONS})
    if strangers:
        raise ExportError(
            f"{out} holds other files ({strangers[0]} is one): give a new folder for the export."
        )


def _write_checked(bundle: Bundle, aside: Path, example: ModelInput) -> dict[str, float]:
    _export_encoder(bundle.encoder, aside / ENCODER, example)
    read = encode(bundle, example)
    _export_decoder(bundle, aside, read.memory, read.operation)
    differences = check_export(bundle, OnnxModel(aside), example)
    for name in DESCRIPTIONS:
        if (bundle.path / name).is_file():
            shutil.copyfile(bundle.path / name, aside / name)
    return differences


class OnnxModel:
    """An export that decodes like the torch model: it can stand in for encoder and decoder."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        for name in (ENCODER, START, STEP):
            if not (folder / name).is_file():
                raise ExportError(f"{folder} has no {name}: export the bundle with `python -m core export`.")
        self._encoder, self._start, self._step = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in (ENCODER, START, STEP)
        )
        chain = folder / CHAIN
        self._chain = (
            onnxruntime.InferenceSession(str(chain), options, providers=["CPUExecutionProvider"])
            if chain.is_file()
            else None
        )
        self._step_names = {node.name for node in self._step.get_inputs()}
        past = next(node for node in self._step.get_inputs() if node.name == "past")
        layers, _, _, heads, _, size = past.shape
        self._empty = (int(layers), int(heads), int(size))
        position = next(node for node in self._step.get_inputs() if node.name == "position")
        self._positions = _positions(int(position.shape[1]))

    def encode(self, inputs: ModelInput) -> tuple[Tensor, Tensor, Tensor | None]:
        """Memory `[B, T, H]`, logits of the operation `[B, O]` and, where learned, of the place `[B, P]`."""
        named = {"continuous": inputs.continuous, "categorical": inputs.categorical}
        wanted = {node.name for node in self._encoder.get_inputs()}
        memory, logits, *places = self._encoder.run(
            None, {k: v.numpy() for k, v in named.items() if k in wanted}
        )
        said = torch.from_numpy(places[0]) if places else None
        return torch.from_numpy(memory), torch.from_numpy(logits), said

    def start(self, memory: Tensor, operation: Tensor) -> DecoderState:
        """As `SensorMultiHeadDecoder.start`; all layers in one tensor."""
        (cross,) = self._start.run(None, {"memory": memory.numpy(), "operation": operation.numpy()})
        layers, heads, size = self._empty
        past = np.zeros((layers, 2, len(memory), heads, 0, size), dtype=np.float32)
        return DecoderState([(torch.from_numpy(cross), torch.from_numpy(past))], [], 0)

    def step(self, tokens: TokenInput, state: DecoderState) -> tuple[HeadLogits, DecoderState]:
        """As `SensorMultiHeadDecoder.step`, one token at a time."""
        ((cross, past),) = state.cross
        values = dict(zip(STEP_INPUTS[:6], (part.numpy() for part in tokens), strict=True))
        values |= {"position": self._positions[state.length : state.length + 1], "cross": cross.numpy()}
        values["past"] = past.numpy()
        *logits, longer = self._step.run(None, {k: v for k, v in values.items() if k in self._step_names})
        return (
            HeadLogits(*(torch.from_numpy(part) for part in logits)),
            DecoderState([(cross, torch.from_numpy(longer))], [], state.length + 1),
        )

    def next_digit(self, logits: HeadLogits, strings: NDArray[np.int64], place: int) -> NDArray[np.float32]:
        """As `SensorMultiHeadDecoder.next_digit`."""
        own = np.asarray(logits.digits[:, -1, None, place].numpy(), dtype=np.float32)
        if self._chain is None:
            return np.broadcast_to(own, (len(own), strings.shape[1], 10))
        given = {"hidden": logits.hidden[:, -1:].numpy(), "strings": strings}
        (added,) = self._chain.run(None, given)
        return np.asarray(own + added[:, :, place], dtype=np.float32)


def example_input(bundle: Bundle, batch: int = 4, seed: int = 0) -> ModelInput:
    """Windows of standard normal noise `[B, 64, C]`: enough to compare two implementations of one model."""
    generator = torch.Generator().manual_seed(seed)
    n_channels, n_codes = len(bundle.inputs.channels), len(bundle.encoder.categorical_dims)
    continuous = torch.randn(batch, WINDOW_ROWS, n_channels, generator=generator)
    return ModelInput(
        continuous,
        torch.zeros(batch, WINDOW_ROWS, n_codes, dtype=torch.int64),
        torch.ones(batch, n_channels, dtype=torch.bool),
    )


def check_export(bundle: Bundle, model: OnnxModel, example: ModelInput) -> dict[str, float]:
    """Largest absolute difference between torch and ONNX of memory, operation, place and token confidence."""
    ours, theirs = encode(bundle, example), encoded(bundle, *model.encode(example))
    line = greedy(bundle.decoder, ours.memory, ours.operation, bundle.scheme, None, mixture(bundle, ours))
    other = greedy(model, theirs.memory, theirs.operation, bundle.scheme, None, mixture(bundle, theirs))
    if not np.array_equal(line.tokens, other.tokens):
        raise ExportError("The ONNX decoder reads another line than torch: the export was not written.")
    differences = {
        "memory": _difference(ours.memory.numpy(), theirs.memory.numpy()),
        "operation": _difference(ours.operation.numpy(), theirs.operation.numpy()),
        "token_confidence": _difference(line.token_confidence, other.token_confidence),
    }
    if ours.places is not None and theirs.places is not None:
        differences["place"] = _difference(ours.places.numpy(), theirs.places.numpy())
    worst = max(differences, key=lambda name: differences[name])
    if differences[worst] > TOLERANCE:
        raise ExportError(
            f"ONNX and torch differ by {differences[worst]:.2g} in {worst}: the export was not written."
        )
    return differences


class _WithPlaces(nn.Module):
    """The encoder with all that it says."""

    def __init__(self, encoder: MMDTAELSTM) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, continuous: Tensor, categorical: Tensor) -> tuple[Tensor, ...]:
        memory, logits = self.encoder(continuous, categorical)
        return memory, logits, self.encoder.place(memory)


def _export_encoder(encoder: MMDTAELSTM, path: Path, example: ModelInput) -> None:
    inputs: Mapping[str, Any] = {"continuous": example.continuous, "categorical": example.categorical}
    batch = torch.export.Dim("batch", min=1, max=4096)
    shapes = {name: {0: batch} for name in inputs}
    outputs = ["memory", "operation_logits"]
    module: nn.Module = encoder
    if encoder.place_head is not None:
        module, outputs = _WithPlaces(encoder), [*outputs, "place_logits"]
    _export(module, tuple(inputs.values()), path, list(inputs), outputs, shapes)


def _export_decoder(bundle: Bundle, folder: Path, memory: Tensor, operation: Tensor) -> None:
    batch = torch.export.Dim("batch", min=1, max=4096)
    with torch.inference_mode():
        state = bundle.decoder.start(memory, operation)
        cross = torch.stack([torch.stack(pair) for pair in state.cross])
    _export(
        PackedStart(bundle.decoder),
        (memory, operation),
        folder / START,
        ["memory", "operation"],
        ["cross"],
        {"memory": {0: batch}, "operation": {0: batch}},
    )
    written = torch.export.Dim("written", min=0, max=256)
    tokens = first_tokens(bundle.scheme, len(memory))
    values = (*tokens, bundle.decoder.positions[:1].clone(), cross.clone(), empty_past(cross, 3).clone())
    shapes: dict[str, dict[int, Any]] = {name: {0: batch} for name in STEP_INPUTS[:6]}
    shapes |= {"position": {}, "cross": {2: batch}, "past": {2: batch, 4: written}}
    _export(PackedStep(bundle.decoder), values, folder / STEP, list(STEP_INPUTS), [*LOGITS, "longer"], shapes)
    if bundle.decoder.digit_chain is not None:
        d_model, n_digits = bundle.decoder.positions.shape[1], bundle.decoder.sizes.digits
        _export_chain(bundle, folder / CHAIN, batch, d_model, n_digits)


def _export_chain(bundle: Bundle, path: Path, batch: Any, d_model: int, n_digits: int) -> None:
    hidden, strings = torch.randn(4, 1, d_model), torch.zeros(4, KEPT, n_digits, dtype=torch.int64)
    shapes = {"hidden": {0: batch}, "strings": {0: batch}}
    _export(_Chain(bundle.decoder), (hidden, strings), path, ["hidden", "strings"], ["added"], shapes)


def _export(
    module: nn.Module,
    values: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    shapes: dict[str, Any],
) -> None:
    # the exporter warns of its own internals and of torchvision, which is not needed
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            values,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _positions(d_model: int, length: int = 64) -> NDArray[np.float32]:
    return np.asarray(sinusoids(length, d_model).numpy(), dtype=np.float32)


def _difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float(np.abs(a - b).max())
