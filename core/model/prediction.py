"""What the model answers: for one window, for many windows, and under teacher forcing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.gcode.tokens import Heads

TokenKind = Literal["command", "letter", "number", "end", "unknown"]


@dataclass(frozen=True, eq=False)
class TokenPrediction:
    """One emitted token.

    `alternatives` are best first, the chosen one leads; `heads` maps a head to its probabilities `[classes]`; `id` is
    the token in the bundle's scheme.
    """

    text: str
    kind: TokenKind
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    heads: dict[str, NDArray[np.float32]]
    id: int = 0


@dataclass(frozen=True, eq=False)
class Prediction:
    """One window read: the operation and the line, each with its confidence, and the token trace.

    `sure`: the line is to be believed, its confidence is over the bundle's threshold. A bundle that learned no program
    lines gives an empty line without tokens.
    """

    operation: str
    operation_confidence: float
    operations: dict[str, float]
    line: str
    confidence: float
    tokens: tuple[TokenPrediction, ...]
    latency_ms: float
    sure: bool = True

    @property
    def ids(self) -> tuple[int, ...]:
        """The tokens in the bundle's scheme."""
        return tuple(token.id for token in self.tokens)


@dataclass(frozen=True, eq=False)
class BatchPrediction:
    """Many windows read free-running.

    `operation_probabilities` `[N, O]`; `tokens` `[N, L]` (0 = PAD, EOS included); `line` N canonical texts;
    `confidence` `[N]` of the line; `token_confidence` `[N, L]`; `second` `[N, L]` the tokens of the second
    lines (see `core.model.runner_up`) where they were asked for, those of the line where there is none.
    """

    operation_probabilities: NDArray[np.float32]
    tokens: NDArray[np.int64]
    line: tuple[str, ...]
    confidence: NDArray[np.float32]
    token_confidence: NDArray[np.float32]
    second: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def of_operations(cls, probabilities: NDArray[np.float32], width: int) -> BatchPrediction:
        """The answers of a bundle that reads no lines; `width` is L."""
        n = len(probabilities)
        return cls(
            operation_probabilities=probabilities,
            tokens=np.zeros((n, width), dtype=np.int64),
            line=("",) * n,
            confidence=np.zeros(n, dtype=np.float32),
            token_confidence=np.ones((n, width), dtype=np.float32),
        )


@dataclass(frozen=True, eq=False)
class TeacherForced:
    """The decoder's answer at every position, given the true tokens before it.

    `targets` `[N, L+1]` (content and EOS, 0 = PAD); `predicted` `[N, L+1]` token ids composed with the true
    previous token; `heads` the argmax of each head `[N, L+1]`; `probabilities` maps a head ("type",
    "command", "param_type", "sign", "digit1"...) to the confidence of its argmax `[N, L+1]`.
    """

    targets: NDArray[np.int64]
    predicted: NDArray[np.int64]
    heads: Heads
    probabilities: dict[str, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.targets)
