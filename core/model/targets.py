"""Token arrays as the decoder reads and says them."""

import numpy as np
from numpy.typing import NDArray

PAD, BOS, EOS = 0, 1, 2


def with_end(tokens: NDArray[np.int64], width: int | None = None) -> NDArray[np.int64]:
    """What is to be said: each row closed with EOS at its first EOS or PAD, `[N, L]` -> `[N, width or L + 1]`."""
    n, length = tokens.shape
    width = max(width or 0, length + 1)
    padded = np.zeros((n, width), np.int64)
    padded[:, :length] = tokens
    end = ((padded == EOS) | (padded == PAD)).argmax(axis=1)
    column = np.arange(width)
    padded[column > end[:, None]] = PAD
    padded[np.arange(n), end] = EOS
    return padded


def teacher_inputs(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Content tokens `[N, L]` -> what is given under teacher forcing `[N, L + 1]`: BOS and the tokens."""
    return np.concatenate([np.full((len(tokens), 1), BOS), tokens], axis=1)
