"""The most probable numbers: a beam over the digits of one token."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.model.decoder import HeadLogits

KEPT = 5
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class DigitReader(Protocol):
    """What is needed of a decoder."""

    def next_digit(self, logits: HeadLogits, strings: Ints, place: int) -> Floats:
        """Logits `[B, K, 10]` of the digit at `place`, given the digits before it in `strings [B, K, D]`."""


class DigitStrings(NamedTuple):
    """The best strings of each row, best first: digits `[B, K, D]` and the probability of each digit `[B, K, D]`.

    `distribution [B, D, 10]` is what each digit of the best string was chosen from.
    """

    digits: Ints
    shares: Floats
    distribution: Floats

    def select(self, index: Ints) -> "DigitStrings":
        """Keep (or repeat) the rows `index`."""
        return DigitStrings(self.digits[index], self.shares[index], self.distribution[index])


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float32)


def digit_strings(
    decoder: DigitReader, logits: HeadLogits, temperatures: dict[str, float], k: int = KEPT
) -> DigitStrings:
    """The k most probable digit strings of the newest position."""
    batch, _, n_digits, _ = logits.digits.shape
    rows = np.arange(batch)[:, None]
    digits = np.zeros((batch, k, n_digits), dtype=np.int64)
    shares = np.ones((batch, k, n_digits), dtype=np.float32)
    choices = np.zeros((batch, k, n_digits, 10), dtype=np.float32)
    # all strings begin empty and alike: only the first may be continued
    score = np.full((batch, k), -1e9, dtype=np.float32)
    score[:, 0] = 0.0
    for place in range(n_digits):
        scaled = decoder.next_digit(logits, digits, place) / temperatures.get(f"digit{place + 1}", 1.0)
        p = softmax(scaled)
        total = (score[..., None] + np.log(np.maximum(p, 1e-12))).reshape(batch, -1)
        best = np.argsort(-total, axis=-1, kind="stable")[:, :k]
        score = total[rows, best]
        source, digit = best // 10, best % 10
        digits, shares, choices = digits[rows, source], shares[rows, source], choices[rows, source]
        chosen = np.broadcast_to(p, (batch, k, 10))[rows, source]
        digits[:, :, place], choices[:, :, place] = digit, chosen
        shares[:, :, place] = np.take_along_axis(chosen, digit[..., None], axis=-1)[..., 0]
    return DigitStrings(digits, shares, choices[:, 0])


def no_digits(logits: HeadLogits, k: int = KEPT) -> DigitStrings:
    """Stands in where no number can come next."""
    batch, _, n_digits, _ = logits.digits.shape
    return DigitStrings(
        np.zeros((batch, k, n_digits), dtype=np.int64),
        np.zeros((batch, k, n_digits), dtype=np.float32),
        np.full((batch, n_digits, 10), 0.1, dtype=np.float32),
    )
