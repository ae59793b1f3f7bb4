"""Tokens as the decoder reads them, and the digits of a number as it says them."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.gcode import Heads, HeadSizes


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


class PartsEmbedding(nn.Module):
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
        """`[B, L, d_model]`."""
        digits = self.of_digits(tokens.digits + self.place).sum(dim=-2)
        applies = (tokens.digits[..., :1] > 0).to(digits.dtype)
        return (  # type: ignore[no-any-return]
            self.of_type(tokens.type)
            + self.of_command(tokens.command)
            + self.of_param_type(tokens.param_type)
            + self.of_sign(tokens.sign)
            + digits * applies
        )


class DigitChain(nn.Module):
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
