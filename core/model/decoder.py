"""Stage 2: the SensorMultiHeadDecoder, a transformer that spells a G-code line token by token."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from core.gcode import Heads, HeadSizes


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


class TokenInput(NamedTuple):
    """Tokens as the decoder reads them: ids `[B, L]` and their heads (classes shifted by one, 0 = none)."""

    ids: Tensor
    type: Tensor
    command: Tensor
    param_type: Tensor
    sign: Tensor
    digits: Tensor


def token_input(ids: Tensor, heads: Heads) -> TokenInput:
    """Pack token ids `[B, L]` and the heads of the same tokens for the decoder."""
    parts = (heads.type, heads.command, heads.param_type, heads.sign, heads.digits)
    return TokenInput(ids, *(torch.as_tensor(part) + 1 for part in parts))


class _Attention(nn.Module):
    """Multi-head attention that can be given ready keys and values."""

    def __init__(self, d_model: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads, self.dropout = n_heads, dropout
        self.query = nn.Linear(d_model, d_model)
        self.key_value = nn.Linear(d_model, 2 * d_model)
        self.out = nn.Linear(d_model, d_model)

    def split(self, x: Tensor) -> Tensor:
        """`[B, L, d]` -> `[B, heads, L, d / heads]`."""
        return x.view(x.shape[0], x.shape[1], self.n_heads, -1).transpose(1, 2)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        key, value = self.key_value(x).chunk(2, dim=-1)
        return self.split(key), self.split(value)

    def forward(self, x: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(
            self.split(self.query(x)), key, value, dropout_p=dropout, is_causal=causal
        )
        return self.out(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def weights(self, x: Tensor, key: Tensor) -> Tensor:
        """Attention `[B, heads, L, T]` of the positions `x` over the keys."""
        query = self.split(self.query(x))
        return (query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])).softmax(dim=-1)


class _Layer(nn.Module):
    """Pre-norm transformer decoder layer."""

    def __init__(self, d_model: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.norm_self, self.norm_cross, self.norm_ff = (nn.LayerNorm(d_model) for _ in range(3))
        self.self_attention = _Attention(d_model, n_heads, dropout)
        self.cross_attention = _Attention(d_model, n_heads, dropout)
        self.feed_forward = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Dropout(dropout), nn.Linear(4 * d_model, d_model)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, cross: tuple[Tensor, Tensor], past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """One layer over positions `x [B, L, d]`; `past` are the keys and values of earlier positions."""
        normed = self.norm_self(x)
        key, value = self.self_attention.keys_values(normed)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        x = x + self.dropout(self.self_attention(normed, key, value, causal=past is None))
        x = x + self.dropout(self.cross_attention(self.norm_cross(x), *cross, causal=False))
        x = x + self.dropout(self.feed_forward(self.norm_ff(x)))
        return x, (key, value)


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


def sinusoids(length: int, d_model: int) -> Tensor:
    """Positional encoding of Vaswani et al. 2017, section 3.5: `[length, d_model]`."""
    position = torch.arange(length, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10_000.0) / d_model))
    table = torch.zeros(length, d_model)
    table[:, 0::2], table[:, 1::2] = torch.sin(position * rate), torch.cos(position * rate)
    return table


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
        self.sizes = HeadSizes(types=n_types, commands=n_commands, param_types=n_param_types, digits=n_digits)
        self.memory_projection = nn.Linear(sensor_dim, d_model)
        self.operation = nn.Linear(n_operations, d_model, bias=False)
        self.token = nn.Embedding(vocab_size, d_model) if vocab_size else None
        self.parts = None if vocab_size else _PartsEmbedding(self.sizes, d_model)
        self.register_buffer("positions", sinusoids(max_seq_len, d_model), persistent=False)
        self.register_buffer("rows", sinusoids(256, d_model), persistent=False)
        self.memory_position, self.memory_pool = memory_position, memory_pool
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(_Layer(d_model, n_heads, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model)
        self.type_head = nn.Linear(d_model, n_types)
        self.command_head = nn.Linear(d_model, n_commands)
        self.param_type_head = nn.Linear(d_model, n_param_types)
        self.sign_head = nn.Linear(d_model, self.sizes.signs)
        self.digit_head = nn.Linear(d_model, n_digits * 10)
        self.digit_chain = _DigitChain(n_digits, d_model) if chained_digits else None

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

    def _layers(self) -> list[_Layer]:
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


class _PartsEmbedding(nn.Module):
    """A token as the sum of the embeddings of its type, command, letter, sign and digits."""

    place: Tensor

    def __init__(self, sizes: HeadSizes, d_model: int) -> None:
        super().__init__()
        self.of_type = nn.Embedding(sizes.types + 1, d_model)
        self.of_command = nn.Embedding(sizes.commands + 1, d_model, padding_idx=0)
        self.of_param_type = nn.Embedding(sizes.param_types + 1, d_model, padding_idx=0)
        self.of_sign = nn.Embedding(sizes.signs + 1, d_model, padding_idx=0)
        self.of_digits = nn.Embedding(11 * sizes.digits, d_model)
        self.register_buffer("place", 11 * torch.arange(sizes.digits), persistent=False)

    def forward(self, tokens: TokenInput) -> Tensor:
        digits = self.of_digits(tokens.digits + self.place).sum(dim=-2)
        applies = (tokens.digits[..., :1] > 0).to(digits.dtype)
        return (  # type: ignore[no-any-return]
            self.of_type(tokens.type)
            + self.of_command(tokens.command)
            + self.of_param_type(tokens.param_type)
            + self.of_sign(tokens.sign)
            + digits * applies
        )


class _DigitChain(nn.Module):
    """Lets each digit know the digits before it, so that a number is one choice and not several."""

    def __init__(self, n_digits: int, d_model: int, width: int = 64) -> None:
        super().__init__()
        self.n_digits = n_digits
        self.hidden = nn.Linear(d_model, n_digits * width)
        self.previous = nn.Embedding(n_digits * 10, n_digits * width)
        self.out = nn.Parameter(torch.zeros(n_digits, width, 10))

    def forward(self, hidden: Tensor, digits: Tensor) -> Tensor:
        """hidden `[B, L, d]`, digits `[B, L, D]` (-1 = none) -> logits to add `[B, L, D, 10]`."""
        return torch.stack([self.at(hidden, digits, place) for place in range(self.n_digits)], dim=2)

    def at(self, hidden: Tensor, digits: Tensor, place: int) -> Tensor:
        """What the digit at `place` hears of those before it: logits to add `[B, L, 10]`."""
        width = self.out.shape[1]
        part = slice(place * width, (place + 1) * width)
        heard = F.linear(hidden, self.hidden.weight[part], self.hidden.bias[part])
        if place:
            before = digits[..., :place]
            rows = before.clamp(min=0) + 10 * torch.arange(place)
            said = F.embedding(rows, self.previous.weight[:, part])
            heard = heard + (said * (before >= 0).to(said.dtype)[..., None]).sum(dim=-2)
        return (torch.relu(heard) @ self.out[place]).expand(-1, digits.shape[1], -1)
