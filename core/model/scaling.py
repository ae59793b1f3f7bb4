"""Standardisation of channels, learned from the training windows alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scaler:
    """Mean and spread of each channel `[C]` over live training rows; `clip` bounds the standardised values."""

    mean: Array
    scale: Array
    clip: float

    @classmethod
    def fit(cls, continuous: Array, present: NDArray[np.bool_], clip: float = 8.0) -> "Scaler":
        """Learn from windows `[N, T, C]` and their live channels `[N, C]`; a channel never live is left as it is."""
        rows = continuous.shape[1]
        count = present.sum(axis=0) * rows
        total = np.einsum("ntc,nc->c", continuous, present, dtype=np.float64)
        mean = total / np.maximum(count, 1)
        square = np.zeros(continuous.shape[2])
        for start in range(0, len(continuous), 256):
            part = (continuous[start : start + 256] - mean) * present[start : start + 256, None]
            square += np.einsum("ntc,ntc->c", part, part, dtype=np.float64)
        spread = np.sqrt(square / np.maximum(count, 1))
        scale = np.where(spread > 1e-6, spread, 1.0)
        return cls(mean.astype(np.float32), scale.astype(np.float32), clip)

    def apply(self, continuous: Array, present: NDArray[np.bool_]) -> Tensor:
        """Standardise windows `[N, T, C]`; channels that are not live become 0."""
        scaled = (continuous - self.mean) / self.scale
        np.clip(scaled, -self.clip, self.clip, out=scaled)
        scaled *= present[:, None]
        return torch.from_numpy(scaled)


def known_codes(categorical: NDArray[np.int64], sizes: Sequence[int]) -> Tensor:
    """The status codes `[N, T, K]` that an encoder reads; one beyond those that it knows becomes its last."""
    codes = torch.from_numpy(np.array(categorical[..., : len(sizes)]))
    for column, size in enumerate(sizes):
        codes[..., column].clamp_(0, size - 1)
    return codes
