"""Token arrays as the decoder reads and says them."""

import numpy as np
from numpy.typing import NDArray

PAD, BOS, EOS = 0, 1, 2


def with_end(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Content tokens `[N, L]` (0 = PAD) -> what is to be said `[N, L + 1]`: the tokens, EOS, PAD."""
    ends = np.zeros((len(tokens), tokens.shape[1] + 1), dtype=np.int64)
    ends[:, :-1] = tokens
    ends[np.arange(len(tokens)), (tokens != PAD).sum(axis=1)] = EOS
    return ends


def teacher_inputs(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Content tokens `[N, L]` -> what is given under teacher forcing `[N, L + 1]`: BOS and the tokens."""
    return np.concatenate([np.full((len(tokens), 1), BOS), tokens], axis=1)
