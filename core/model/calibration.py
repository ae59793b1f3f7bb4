"""Confidence that means something: a temperature for each head, learned on the validation windows."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

GRID = np.exp(np.linspace(np.log(0.1), np.log(5.0), 80))


@dataclass(frozen=True)
class Calibration:
    """Temperatures by head ("operation", "place", "type", ..., "digit1", ...) and the line's `(slope, offset)`.

    A line's confidence is `sigmoid(slope * logit(product of token confidences) + offset)`. `known_share` is how far the
    lines of learned programs are trusted against spelling. `least_fit`: a run whose windows fit the learned programs
    less executes another one. `threshold`: below this confidence a window's line is not to be believed.
    """

    temperatures: dict[str, float] = field(default_factory=dict)
    line: tuple[float, float] = (1.0, 0.0)
    known_share: float = 0.0
    least_fit: float = 0.0
    threshold: float = 0.0

    def line_confidence(self, product: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated confidence of lines from the products of their tokens' confidences."""
        return np.asarray(_logistic(product.astype(np.float64), self.line), dtype=np.float32)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `calibration.json`."""
        return {**asdict(self), "line": list(self.line)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Calibration":
        """The inverse of `to_json`."""
        slope, offset = value["line"]
        return cls(
            temperatures={head: float(heat) for head, heat in value["temperatures"].items()},
            line=(float(slope), float(offset)),
            known_share=float(value.get("known_share", 0.0)),
            least_fit=float(value.get("least_fit", 0.0)),
            threshold=float(value.get("threshold", 0.0)),
        )


def _logistic(share: NDArray[np.float64], line: tuple[float, float]) -> NDArray[np.float64]:
    """Slope and offset applied to the log odds of a share."""
    p = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(1 / (1 + np.exp(-(line[0] * np.log(p / (1 - p)) + line[1]))))


def fit_temperature(logits: Tensor, target: Tensor) -> float:
    """The temperature with the least cross-entropy on `logits [..., K]` where `target [...]` applies (not -1).

    Guo et al. 2017; the minimum is searched on a fine logarithmic grid. 1.0 where the head applies nowhere.
    """
    applies = target >= 0
    if not bool(applies.any()):
        return 1.0
    chosen, wanted = logits[applies], target[applies]
    losses = [float(F.cross_entropy(chosen / float(t), wanted)) for t in GRID]
    return round(float(GRID[int(np.argmin(losses))]), 4)


def fit_line(product: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the line's logistic (Platt 1999) from validation lines that were right or wrong."""
    if right.all() or not right.any():
        return 1.0, 0.0
    p = torch.from_numpy(np.clip(product.astype(np.float64), 1e-6, 1 - 1e-6))
    score, target = torch.log(p / (1 - p)), torch.from_numpy(right.astype(np.float64))
    # the logarithm of the slope: more probable lines never get less confidence
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(weights[0].exp() * score + weights[1], target)
        loss = loss + 1e-4 * weights[0] ** 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    slope, offset = weights.detach().tolist()
    return round(math.exp(slope), 4), round(offset, 4)


def fit_share(known: NDArray[np.float64], spelled: NDArray[np.float64]) -> float:
    """The share of known lines under which the true lines are most probable.

    known, spelled `[N]`: the probability of each true line under either.
    """
    grid = np.linspace(0.0, 0.99, 100)
    likely = [np.log(np.maximum(share * known + (1 - share) * spelled, 1e-12)).mean() for share in grid]
    return round(float(grid[int(np.argmax(likely))]), 4)


def least_sure(confidence: NDArray[np.float32], right: NDArray[np.bool_], share: float) -> float:
    """The lowest confidence at and above which `share` of the lines were right; above 1 where there is none."""
    order = np.argsort(-confidence, kind="stable")
    kept = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(kept >= share)
    return round(float(confidence[order][enough[-1]]), 4) if len(enough) else 1.01
