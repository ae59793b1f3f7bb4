"""The most probable numbers: a beam over the digits of one token."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.model.decoder import HeadLogits
from core.model.mixture import Numbers

KEPT = 5
TINY = 1e-30
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class DigitReader(Protocol):
    """What is needed of a decoder."""

    def next_digit(self, logits: HeadLogits, strings: Ints, place: int) -> Floats:
        """Logits `[B, K, 10]` of the digit at `place`, given the digits before it in `strings [B, K, D]`."""


class DigitStrings(NamedTuple):
    """The best strings of each row, best first: digits `[B, K, D]` and the probability of each digit `[B, K, D]`.

    `distribution [B, D, 10]` is what each digit of the best string was chosen from; `own [B, K]` is the probability
    that the decoder alone gives to each string.
    """

    digits: Ints
    shares: Floats
    distribution: Floats
    own: Floats

    def before(self, others: "DigitStrings") -> "DigitStrings":
        """These strings first, then the others; what digits were chosen from is that of these."""
        return DigitStrings(
            np.concatenate([self.digits, others.digits], axis=1),
            np.concatenate([self.shares, others.shares], axis=1),
            self.distribution,
            np.concatenate([self.own, others.own], axis=1),
        )

    def select(self, index: Ints) -> "DigitStrings":
        """Keep (or repeat) the rows `index`."""
        return DigitStrings(self.digits[index], self.shares[index], self.distribution[index], self.own[index])


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float32)


def digit_strings(
    decoder: DigitReader,
    logits: HeadLogits,
    temperatures: dict[str, float],
    k: int = KEPT,
    numbers: Numbers | None = None,
) -> DigitStrings:
    """The k most probable digit strings of the newest position, with the known lines' numbers if given."""
    batch, _, n_digits, _ = logits.digits.shape
    rows = np.arange(batch)[:, None]
    digits = np.zeros((batch, k, n_digits), dtype=np.int64)
    shares = np.ones((batch, k, n_digits), dtype=np.float32)
    choices = np.zeros((batch, k, n_digits, 10), dtype=np.float32)
    own = np.ones((batch, k), dtype=np.float32)
    known, spelled = numbers.begin(k) if numbers else (None, own)
    # all strings begin empty and alike: only the first may be continued
    score = np.full((batch, k), -1e9, dtype=np.float32)
    score[:, 0] = 0.0
    for place in range(n_digits):
        scaled = decoder.next_digit(logits, digits, place) / temperatures.get(f"digit{place + 1}", 1.0)
        alone = np.broadcast_to(softmax(scaled), (batch, k, 10))
        p = _mixed(numbers, known, spelled * own, alone, place)
        total = (score[..., None] + np.log(np.maximum(p, 1e-12))).reshape(batch, -1)
        best = np.argsort(-total, axis=-1, kind="stable")[:, :k]
        score = total[rows, best]
        source, digit = best // 10, best % 10
        digits, shares, choices = digits[rows, source], shares[rows, source], choices[rows, source]
        digits[:, :, place], choices[:, :, place] = digit, p[rows, source]
        shares[:, :, place] = p[rows, source, digit]
        own = own[rows, source] * alone[rows, source, digit]
        if numbers is not None and known is not None:
            known, spelled = numbers.agreeing(known[rows, source], digit, place), spelled[rows, source]
    return DigitStrings(digits, shares, choices[:, 0], own)


def given_digits(
    decoder: DigitReader,
    logits: HeadLogits,
    given: Ints,
    temperatures: dict[str, float],
    numbers: Numbers | None = None,
) -> DigitStrings:
    """The string `given [B, D]` with the probability of each of its digits, as the only one, K = 1."""
    digits = given[:, None]
    alone_of = np.ones(digits.shape[:2], dtype=np.float32)
    shares, choices = [], []
    known, spelled = numbers.begin(1) if numbers else (None, alone_of)
    for place in range(digits.shape[2]):
        scaled = decoder.next_digit(logits, digits, place) / temperatures.get(f"digit{place + 1}", 1.0)
        alone = softmax(scaled)
        p = _mixed(numbers, known, spelled * alone_of, alone, place)
        digit = digits[:, :, place]
        shares.append(np.take_along_axis(p, digit[..., None], axis=-1)[..., 0])
        choices.append(p[:, 0])
        alone_of = alone_of * np.take_along_axis(alone, digit[..., None], axis=-1)[..., 0]
        if numbers is not None and known is not None:
            known = numbers.agreeing(known, digit, place)
    return DigitStrings(digits, np.stack(shares, axis=-1), np.stack(choices, axis=1), alone_of)


def _mixed(
    numbers: Numbers | None, known: Floats | None, spelled: Floats, alone: Floats, place: int
) -> Floats:
    """Probabilities of a digit `[B, k, 10]`: the decoder's `alone`, and what the known lines say."""
    if numbers is None or known is None:
        return alone
    mass = numbers.said(known, place) + spelled[..., None] * alone
    total = mass.sum(axis=-1, keepdims=True)
    return np.where(total > TINY, mass / np.maximum(total, TINY), alone).astype(np.float32)


def no_digits(logits: HeadLogits, k: int = KEPT) -> DigitStrings:
    """Stands in where no number can come next."""
    batch, _, n_digits, _ = logits.digits.shape
    return DigitStrings(
        np.zeros((batch, k, n_digits), dtype=np.int64),
        np.zeros((batch, k, n_digits), dtype=np.float32),
        np.full((batch, n_digits, 10), 0.1, dtype=np.float32),
        np.zeros((batch, k), dtype=np.float32),
    )
