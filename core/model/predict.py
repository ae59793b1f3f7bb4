"""From windows to operations and lines: what the model reads, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import ToolmarkError
from core.gcode import Heads, Scheme
from core.model.beam import beam_search
from core.model.decoding import Decoded, Temperatures, greedy
from core.model.mixture import Mixture
from core.model.scaling import known_codes
from core.model.targets import teacher_inputs, with_end
from core.model.token_parts import TokenInput, token_input
from core.recordings.changes import Change
from core.recordings.inputs import prepare
from core.recordings.recording import RunWindow
from core.recordings.windows import Windows

if TYPE_CHECKING:
    from core.model.bundle import Bundle

Ints = NDArray[np.int64]
BATCH = 256
UNCHANGED = Change()
Advance = Callable[[int, int], None]


class InputError(ToolmarkError):
    """Windows that a bundle cannot read."""


class ModelInput(NamedTuple):
    """What the encoder reads: standardised `[N, T, C]`, codes `[N, T, K]`, live channels `[N, C]`."""

    continuous: Tensor
    categorical: Tensor
    present: Tensor


class Encoded(NamedTuple):
    """Memory `[N, T, H]`, operation probabilities `[N, O]` and, where learned, those of places `[N, P]`.

    All after temperature.
    """

    memory: Tensor
    operation: Tensor
    places: Tensor | None = None


def window_input(
    bundle: Bundle, window: RunWindow, without: Sequence[str] = (), change: Change = UNCHANGED
) -> ModelInput:
    """One window as the encoder reads it: first changed, then without what it is to do without."""
    window = change.moved(window) if change.shift else window
    prepared, rows = prepare(window.recording, bundle.inputs), window.rows
    present = np.asarray(prepared.live[rows].all(axis=0), dtype=bool)[None] & _kept(bundle, without)
    values = prepared.values[rows]
    if change.additions:
        values = values + change.added(prepared, rows, bundle.inputs.channels, bundle.machine)
    return model_input(bundle, values[None], prepared.categorical[rows][None], present)


def windows_input(bundle: Bundle, windows: Windows, part: slice, without: Sequence[str] = ()) -> ModelInput:
    """A slice of the windows as the encoder reads them."""
    if windows.continuous.shape[2] != len(bundle.inputs.channels):
        raise InputError(
            f"The windows have {windows.continuous.shape[2]} channels and the bundle reads "
            f"{len(bundle.inputs.channels)}: cut them for its protocol, `{bundle.protocol}`."
        )
    present = windows.present[part] & _kept(bundle, without)
    return model_input(bundle, windows.continuous[part], windows.categorical[part], present)


def model_input(
    bundle: Bundle,
    continuous: NDArray[np.float32],
    categorical: NDArray[np.int64],
    present: NDArray[np.bool_],
) -> ModelInput:
    """Prepared values `[N, T, C]`, codes `[N, T, K]` and live channels `[N, C]` as the encoder reads them."""
    codes = known_codes(categorical, bundle.encoder.categorical_dims)
    return ModelInput(bundle.scaler.apply(continuous, present), codes, torch.from_numpy(present))


def _kept(bundle: Bundle, without: Sequence[str]) -> NDArray[np.bool_]:
    names = [without] if isinstance(without, str) else without
    removed = bundle.machine.resolve(names) if names else frozenset()
    return np.array([channel not in removed for channel in bundle.inputs.channels])


@torch.inference_mode()
def encode(bundle: Bundle, inputs: ModelInput) -> Encoded:
    """Stage 1."""
    memory, logits = bundle.encoder(inputs.continuous, inputs.categorical)
    said = bundle.encoder.place(memory) if bundle.encoder.place_head is not None else None
    return encoded(bundle, memory, logits, said)


def encoded(bundle: Bundle, memory: Tensor, operation: Tensor, places: Tensor | None) -> Encoded:
    """What stage 1 said as logits, after temperature."""
    heat = bundle.calibration.temperatures
    shares = (operation / heat.get("operation", 1.0)).softmax(dim=-1)
    at = (places / heat.get("place", 1.0)).softmax(dim=-1) if places is not None else None
    return Encoded(memory, shares, at)


def mixture(bundle: Bundle, read: Encoded) -> Mixture | None:
    """The known lines that the places speak for, beside what the decoder will spell; None where none were learned."""
    if read.places is None or bundle.known_tokens is None or not bundle.calibration.known_share:
        return None
    shares = bundle.known_lines.shares(read.places).numpy()
    return Mixture.start(bundle.known_tokens, shares, bundle.calibration.known_share)


def decode(
    bundle: Bundle, encoded: Encoded, decoding: str = "greedy", beam: int = 4, prefix: Ints | None = None
) -> Decoded:
    """Stage 2, free-running; greedy decoding can be given the line's first tokens, `prefix [P]`."""
    temperatures, known = bundle.calibration.temperatures, mixture(bundle, encoded)
    memory, operation, _ = encoded
    if decoding == "greedy":
        decoder = bundle.traced if len(memory) == 1 else bundle.decoder
        return greedy(decoder, memory, operation, bundle.scheme, temperatures, known, prefix)
    if decoding == "beam":
        return beam_search(bundle.decoder, memory, operation, bundle.scheme, temperatures, beam, known)
    raise ValueError(f'decoding is "greedy" or "beam", not {decoding!r}')


@torch.inference_mode()
def logits_given(
    bundle: Bundle, encoded: Encoded, inputs: NDArray[np.int64], targets: NDArray[np.int64]
) -> dict[str, Tensor]:
    """Logits of every head at every position; digits one by one as "digit1", "digit2", ..."""
    tokens: TokenInput = token_input(torch.from_numpy(inputs), bundle.scheme.heads(inputs))
    logits = bundle.decoder(encoded.memory, encoded.operation, tokens)
    digits = bundle.decoder.digit_logits(logits, torch.from_numpy(bundle.scheme.heads(targets).digits))
    named = {head: getattr(logits, head) for head in ("type", "command", "param_type", "sign")}
    return named | {f"digit{place + 1}": digits[:, :, place] for place in range(digits.shape[2])}


@torch.inference_mode()
def operation_logits(bundle: Bundle, windows: Windows) -> Tensor:
    """What stage 1 says of the operation, raw, `[N, O]`."""
    inputs = [windows_input(bundle, windows, part) for part in batches(len(windows), BATCH)]
    return torch.cat([bundle.encoder(data.continuous, data.categorical)[1] for data in inputs])


class ForcedLogits(NamedTuple):
    """Raw logits and targets of each head, teacher-forced, operation logits `[N, O]`, place logits `[N, P]`."""

    heads: dict[str, Tensor]
    targets: dict[str, Tensor]
    operation: Tensor
    places: Tensor | None


def forced_logits(bundle: Bundle, windows: Windows) -> ForcedLogits:
    """What calibration is fitted on."""
    targets, inputs = with_end(windows.tokens), teacher_inputs(windows.tokens)
    answers, operations, places = [], [], []
    for part in batches(len(windows), BATCH):
        data = windows_input(bundle, windows, part)
        with torch.inference_mode():
            memory, logits = bundle.encoder(data.continuous, data.categorical)
            if bundle.encoder.place_head is not None:
                places.append(bundle.encoder.place(memory))
        operations.append(logits)
        read = Encoded(memory, logits.softmax(dim=-1))
        answers.append(logits_given(bundle, read, inputs[part], targets[part]))
    heads = {head: torch.cat([answer[head] for answer in answers]) for head in answers[0]}
    said = torch.cat(places) if places else None
    return ForcedLogits(heads, head_targets(bundle.scheme, targets), torch.cat(operations), said)


def head_targets(scheme: Scheme, targets: NDArray[np.int64]) -> dict[str, Tensor]:
    """The classes to be said, by head name ("digit1", ... one by one), `[N, L]`, -1 where none."""
    heads = scheme.heads(targets)
    named = {h: torch.from_numpy(getattr(heads, h)) for h in ("type", "command", "param_type", "sign")}
    digits = torch.from_numpy(heads.digits)
    return named | {f"digit{place + 1}": digits[..., place] for place in range(digits.shape[-1])}


def argmax_heads(
    logits: dict[str, Tensor], temperatures: Temperatures
) -> tuple[Heads, dict[str, NDArray[np.float32]]]:
    """The likeliest class of every head at every position `[N, L]`, and the probability of each."""
    best, shares = {}, {}
    for head, values in logits.items():
        p = (values / temperatures.get(head, 1.0)).softmax(dim=-1).amax(dim=-1)
        best[head], shares[head] = values.argmax(dim=-1).numpy(), p.numpy()
    digits = np.stack([best[head] for head in best if head.startswith("digit")], axis=-1)
    heads = Heads(best["type"], best["command"], best["param_type"], best["sign"], digits)
    return heads, shares


def applicable(heads: Heads) -> Heads:
    """Heads with -1 where the said type does not use them."""
    kind = heads.type
    word, number = kind >= 2, kind == 3
    return Heads(
        kind,
        np.where(kind == 1, heads.command, -1),
        np.where(word, heads.param_type, -1),
        np.where(number, heads.sign, -1),
        np.where(number[..., None], heads.digits, -1),
    )


def batches(n: int, size: int) -> Iterator[slice]:
    """Slices of `size` of N windows."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
