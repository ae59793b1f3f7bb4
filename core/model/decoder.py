"""Stage 2: the SensorMultiHeadDecoder, a transformer that spells a G-code line token by token."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.gcode import HeadSizes
from core.model.layers import DecoderLayer, sinusoids
from core.model.token_parts import DigitChain, PartsEmbedding, TokenInput


@dataclass(frozen=True)
class DecoderConfig:
    """Constructor arguments of `SensorMultiHeadDecoder`; the defaults are the published ones.

    `vocab_size` 0 embeds a token as the sum of its heads' embeddings, so that no number is unknown.
    """

    sensor_dim: int = 128
    d_model: int = 192
    n_heads: int = 8
    n_layers: int = 4
    n_operations: int = 9
    n_types: int = 4
    n_commands: int = 6
    n_param_types: int = 10
    n_digits: int = 4
    max_seq_len: int = 32
    dropout: float = 0.3
    vocab_size: int = 668
    memory_position: bool = False
    memory_pool: int = 1
    chained_digits: bool = False


class HeadLogits(NamedTuple):
    """What the decoder says at each position: logits `[B, L, classes]`, digits `[B, L, D, 10]`.

    `hidden [B, L, d_model]` is what the heads read; chained digits are continued from it.
    """

    type: Tensor
    command: Tensor
    param_type: Tensor
    sign: Tensor
    digits: Tensor
    hidden: Tensor


class DecoderState(NamedTuple):
    """What free-running decoding keeps between steps: cross keys/values per layer and the past per layer."""

    cross: list[tuple[Tensor, Tensor]]
    past: list[tuple[Tensor, Tensor]]
    length: int

    def select(self, index: Tensor) -> "DecoderState":
        """Keep (or repeat) the batch rows `index [B']`, as a beam needs."""
        past = [(key[index], value[index]) for key, value in self.past]
        cross = [(key[index], value[index]) for key, value in self.cross]
        return DecoderState(cross, past, self.length)


class SensorMultiHeadDecoder(nn.Module):
    """Transformer decoder over the encoder's memory with one head for each part of a token.

    Heads: type, command, parameter type, sign and digits. The operation's distribution conditions the memory.
    """

    positions: Tensor
    rows: Tensor

    def __init__(
        self,
        sensor_dim: int = 128,
        d_model: int = 192,
        n_heads: int = 8,
        n_layers: int = 4,
        n_operations: int = 9,
        n_types: int = 4,
        n_commands: int = 6,
        n_param_types: int = 10,
        max_seq_len: int = 32,
        dropout: float = 0.3,
        *,
        n_digits: int = 4,
        vocab_size: int = 668,
        memory_position: bool = False,
        memory_pool: int = 1,
        chained_digits: bool = False,
    ) -> None:
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{d_model} is not a multiple of {n_heads} heads")
        self.sizes = HeadSizes(types=n_types, commands=n_commands, param_types=n_param_types, digits=n_digits)
        self.memory_projection = nn.Linear(sensor_dim, d_model)
        self.operation = nn.Linear(n_operations, d_model, bias=False)
        self.token = nn.Embedding(vocab_size, d_model) if vocab_size else None
        self.parts = None if vocab_size else PartsEmbedding(self.sizes, d_model)
        self.register_buffer("positions", sinusoids(max_seq_len, d_model), persistent=False)
        self.register_buffer("rows", sinusoids(256, d_model), persistent=False)
        self.memory_position, self.memory_pool = memory_position, memory_pool
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model)
        self.type_head = nn.Linear(d_model, n_types)
        self.command_head = nn.Linear(d_model, n_commands)
        self.param_type_head = nn.Linear(d_model, n_param_types)
        self.sign_head = nn.Linear(d_model, self.sizes.signs)
        self.digit_head = nn.Linear(d_model, n_digits * 10)
        self.digit_chain = DigitChain(n_digits, d_model) if chained_digits else None

    def start(self, memory: Tensor, operation: Tensor) -> DecoderState:
        """Prepare decoding: memory `[B, T, H]`, operation probabilities `[B, O]`."""
        if self.memory_pool > 1:
            pooled = (memory.shape[0], -1, self.memory_pool, memory.shape[-1])
            memory = memory.reshape(pooled).mean(dim=2)
        x = self.memory_projection(memory) + self.operation(operation)[:, None]
        if self.memory_position:
            x = x + self.rows[: x.shape[1]]
        return DecoderState([layer.cross_attention.keys_values(x) for layer in self._layers()], [], 0)

    def step(self, tokens: TokenInput, state: DecoderState) -> tuple[HeadLogits, DecoderState]:
        """Read more tokens `[B, L]` after those in `state`; L over 1 only at the start (causal mask)."""
        length = state.length + tokens.ids.shape[1]
        logits, past = self.advance(tokens, self.positions[state.length : length], state.cross, state.past)
        return logits, DecoderState(state.cross, past, length)

    def advance(
        self,
        tokens: TokenInput,
        position: Tensor,
        cross: list[tuple[Tensor, Tensor]],
        past: list[tuple[Tensor, Tensor]],
    ) -> tuple[HeadLogits, list[tuple[Tensor, Tensor]]]:
        """`step` with its state in the open: rows `[L, d_model]` of the positional table, keys and values."""
        x = self.dropout(self._embed(tokens) + position)
        longer = []
        for i, layer in enumerate(self._layers()):
            x, keys_values = layer(x, cross[i], past[i] if past else None)
            longer.append(keys_values)
        return self._heads(self.norm(x)), longer

    def forward(self, memory: Tensor, operation: Tensor, tokens: TokenInput) -> HeadLogits:
        """Teacher forcing: tokens `[B, L]` starting with BOS -> logits for the L tokens that follow."""
        return self.step(tokens, self.start(memory, operation))[0]

    def digit_logits(self, logits: HeadLogits, digits: Tensor) -> Tensor:
        """Digit logits `[B, L, D, 10]` given the digits before each one, `digits [B, L, D]` (-1 = none)."""
        if self.digit_chain is None:
            return logits.digits
        added: Tensor = self.digit_chain(logits.hidden, digits)
        return logits.digits + added

    def next_digit(self, logits: HeadLogits, strings: NDArray[np.int64], place: int) -> NDArray[np.float32]:
        """Logits `[B, K, 10]` of the digit at `place` of the newest token, after the digits in `strings [B, K, D]`."""
        own = logits.digits[:, -1, None, place]
        if self.digit_chain is not None:
            own = own + self.digit_chain.at(logits.hidden[:, -1:], torch.from_numpy(strings), place)
        shape = (len(own), strings.shape[1], own.shape[-1])
        return np.broadcast_to(own.numpy(), shape)

    def attention(self, memory: Tensor, operation: Tensor, tokens: TokenInput) -> Tensor:
        """Cross-attention of the last layer, mean over heads: `[B, L, T]`."""
        state = self.start(memory, operation)
        x = self.dropout(self._embed(tokens) + self.positions[: tokens.ids.shape[1]])
        layers = self._layers()
        for i, layer in enumerate(layers[:-1]):
            x, _ = layer(x, state.cross[i], None)
        last = layers[-1]
        normed = last.norm_self(x)
        key, value = last.self_attention.keys_values(normed)
        x = x + last.self_attention(normed, key, value, causal=True)
        weights = last.cross_attention.weights(last.norm_cross(x), state.cross[-1][0]).mean(dim=1)
        return weights.repeat_interleave(self.memory_pool, dim=-1) / self.memory_pool

    def _layers(self) -> list[DecoderLayer]:
        return list(self.layers)  # type: ignore[arg-type]

    def _embed(self, tokens: TokenInput) -> Tensor:
        if self.token is not None:
            return self.token(tokens.ids)  # type: ignore[no-any-return]
        assert self.parts is not None
        return self.parts(tokens)  # type: ignore[no-any-return]

    def _heads(self, hidden: Tensor) -> HeadLogits:
        digits = self.digit_head(hidden).unflatten(-1, (self.sizes.digits, 10))
        return HeadLogits(
            self.type_head(hidden),
            self.command_head(hidden),
            self.param_type_head(hidden),
            self.sign_head(hidden),
            digits,
            hidden,
        )
