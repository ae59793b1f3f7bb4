"""The most probable numbers: a beam over the digits of one token."""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from core.model.decoder import HeadLogits

KEPT = 5


class DigitReader(Protocol):
    """What is needed of a decoder."""

    def next_digit(self, logits: HeadLogits, strings: Tensor, place: int) -> Tensor:
        """Logits `[B, K, 10]` of the digit at `place`, given the digits before it in `strings [B, K, D]`."""


class DigitStrings(NamedTuple):
    """The best strings of each row, best first: digits `[B, K, D]` and the probability of each digit `[B, K, D]`.

    `distribution [B, D, 10]` is what each digit of the best string was chosen from.
    """

    digits: Tensor
    shares: Tensor
    distribution: Tensor


def digit_strings(
    decoder: DigitReader, logits: HeadLogits, temperatures: dict[str, float], k: int = KEPT
) -> DigitStrings:
    """The k most probable digit strings of the newest position."""
    batch, _, n_digits, _ = logits.digits.shape
    digits = torch.zeros(batch, k, n_digits, dtype=torch.int64)
    shares = torch.ones(batch, k, n_digits)
    choices = torch.zeros(batch, k, n_digits, 10)
    # all strings begin empty and alike: only the first may be continued
    score = torch.full((batch, k), -torch.inf)
    score[:, 0] = 0.0
    for place in range(n_digits):
        scaled = decoder.next_digit(logits, digits, place) / temperatures.get(f"digit{place + 1}", 1.0)
        p = scaled.softmax(dim=-1)
        total = (score[..., None] + torch.log(p.clamp(min=1e-12))).flatten(1)
        score, best = total.topk(k, dim=-1)
        source, digit = best // 10, best % 10
        rows = source[..., None].expand(-1, -1, n_digits)
        digits, shares = digits.gather(1, rows), shares.gather(1, rows)
        choices = choices.gather(1, rows[..., None].expand(-1, -1, -1, 10))
        digits[:, :, place] = digit
        chosen = p.gather(1, source[..., None].expand(-1, -1, 10))
        shares[:, :, place] = chosen.gather(-1, digit[..., None]).squeeze(-1)
        choices[:, :, place] = chosen
    return DigitStrings(digits, shares, choices[:, 0])


def no_digits(logits: HeadLogits, k: int = KEPT) -> DigitStrings:
    """Stands in where no number can come next."""
    batch, _, n_digits, _ = logits.digits.shape
    return DigitStrings(
        torch.zeros(batch, k, n_digits, dtype=torch.int64),
        torch.zeros(batch, k, n_digits),
        torch.full((batch, n_digits, 10), 0.1),
    )
