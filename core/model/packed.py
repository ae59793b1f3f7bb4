"""The decoder with its state in plain tensors, as tracing and ONNX want it, and traced for single windows."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.gcode import BOS, Scheme
from core.model.decoder import DecoderState, HeadLogits, SensorMultiHeadDecoder
from core.model.token_parts import TokenInput, token_input


class PackedStart(nn.Module):
    """Keys and values of the memory, all layers in one tensor `[layers, 2, B, heads, T, d / heads]`."""

    def __init__(self, decoder: SensorMultiHeadDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, memory: Tensor, operation: Tensor) -> Tensor:
        """Memory `[B, T, H]`, operation probabilities `[B, O]`."""
        state = self.decoder.start(memory, operation)
        return torch.stack([torch.stack(pair) for pair in state.cross])


class PackedStep(nn.Module):
    """One token; `position [1, d_model]` is its row of the positional table."""

    def __init__(self, decoder: SensorMultiHeadDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self,
        ids: Tensor,
        type: Tensor,  # noqa: A002
        command: Tensor,
        param_type: Tensor,
        sign: Tensor,
        digits: Tensor,
        position: Tensor,
        cross: Tensor,
        past: Tensor,
    ) -> tuple[Tensor, ...]:
        """The parts of one token `[B, 1]`; the logits of all heads, hidden, and the longer past."""
        tokens = TokenInput(ids, type, command, param_type, sign, digits)
        logits, pasts = self.decoder.advance(
            tokens, position, [(c[0], c[1]) for c in cross.unbind(0)], [(p[0], p[1]) for p in past.unbind(0)]
        )
        return (*logits, torch.stack([torch.stack(pair) for pair in pasts]))


def first_tokens(scheme: Scheme, batch: int) -> TokenInput:
    """BOS for every line of the batch: `[B, 1]`."""
    ids = torch.full((batch, 1), BOS)
    return token_input(ids, scheme.heads(ids.numpy()))


def empty_past(cross: Tensor, length: int = 0) -> Tensor:
    """Keys and values of no token yet, `[layers, 2, B, heads, 0, d / heads]`, for those of the memory."""
    return cross.new_zeros((*cross.shape[:4], length, cross.shape[5]))


class TracedDecoder:
    """A decoder whose steps run without Python between the layers: less than half the time for one window.

    The same numbers as the module's own; it can stand in for it in decoding.
    """

    def __init__(self, decoder: SensorMultiHeadDecoder, scheme: Scheme, sensor_dim: int) -> None:
        self._decoder = decoder
        memory = torch.zeros(1, 64, sensor_dim)
        operation = torch.zeros(1, decoder.operation.in_features)
        # the tracer warns of shapes that Python sees, which are not among the results
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trace: Callable[..., Any] = torch.jit.trace
            self._start = trace(PackedStart(decoder), (memory, operation), check_trace=False)
            cross = self._start(memory, operation)
            values = (*first_tokens(scheme, 1), decoder.positions[:1], cross, empty_past(cross, 2))
            self._step = trace(PackedStep(decoder), values, check_trace=False)

    def start(self, memory: Tensor, operation: Tensor) -> DecoderState:
        """As `SensorMultiHeadDecoder.start`; all layers in one tensor."""
        cross = self._start(memory, operation)
        return DecoderState([(cross, empty_past(cross))], [], 0)

    def step(self, tokens: TokenInput, state: DecoderState) -> tuple[HeadLogits, DecoderState]:
        """As `SensorMultiHeadDecoder.step`, one token at a time."""
        ((cross, past),) = state.cross
        position = self._decoder.positions[state.length : state.length + 1]
        *logits, longer = self._step(*tokens, position, cross, past)
        return HeadLogits(*logits), DecoderState([(cross, longer)], [], state.length + 1)

    def next_digit(self, logits: HeadLogits, strings: NDArray[np.int64], place: int) -> NDArray[np.float32]:
        """As `SensorMultiHeadDecoder.next_digit`."""
        return self._decoder.next_digit(logits, strings, place)
