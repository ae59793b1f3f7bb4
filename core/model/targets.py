"""Token arrays as the decoder reads and says them."""

import numpy as np
from numpy.typing import NDArray

from core.gcode import BOS, EOS, PAD


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


def same_lines(written: NDArray[np.int64], truth: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the tokens `written [N, L']` are those of `truth [N, L]` to the end, `[N]`; L' is at most L."""
    padded = np.zeros_like(truth)
    padded[:, : written.shape[1]] = written
    return np.asarray((padded == truth).all(axis=1), dtype=bool)
