"""What a method answers, the model or a baseline: any part may be missing, and is then not scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.evidence.tally import Ints
from core.evidence.truth import EvidenceError, encode_lines
from core.gcode.tokens import Heads, Scheme
from core.gcode.words import canonical
from core.model.prediction import BatchPrediction, TeacherForced

Reals = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of one method for N windows.

    `operation` `[N, O]` probabilities; `tokens` `[N, L]` free-running, EOS included; `lines` their N texts;
    `confidence` `[N]` of the line, not to be believed below `threshold`; `forced` `[N, T]` the token at each position
    given the true ones before, `forced_heads` the heads' argmaxes there, `forced_confidence` head -> `[N, T]`.
    """

    method: str
    operation: Reals | None = None
    tokens: Ints | None = None
    lines: tuple[str, ...] | None = None
    confidence: Reals | None = None
    threshold: float | None = None
    forced: Ints | None = None
    forced_heads: Heads | None = None
    forced_confidence: Mapping[str, Reals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {len(part) for part in self._parts()}
        if len(lengths) > 1:
            raise EvidenceError(
                f"The parts of {self.method}'s answers have different lengths ({sorted(lengths)}); "
                "predict the same windows in both ways."
            )

    def __len__(self) -> int:
        return max((len(part) for part in self._parts()), default=0)

    def take(self, index: Ints) -> Answers:
        """The answers for some of the windows."""
        heads = self.forced_heads
        return Answers(
            method=self.method,
            operation=None if self.operation is None else self.operation[index],
            tokens=None if self.tokens is None else self.tokens[index],
            lines=None if self.lines is None else tuple(self.lines[i] for i in index),
            confidence=None if self.confidence is None else self.confidence[index],
            threshold=self.threshold,
            forced=None if self.forced is None else self.forced[index],
            forced_heads=None if heads is None else heads.take(index),
            forced_confidence={name: part[index] for name, part in self.forced_confidence.items()},
        )

    def _parts(self) -> list[Reals | Ints | tuple[str, ...]]:
        parts = (self.operation, self.tokens, self.lines, self.confidence, self.forced)
        return [part for part in parts if part is not None]


def model_answers(
    free: BatchPrediction, forced: TeacherForced | None, method: str = "model", threshold: float | None = None
) -> Answers:
    """The model's answers, free-running and under teacher forcing."""
    return Answers(
        method=method,
        operation=free.operation_probabilities,
        tokens=free.tokens,
        lines=free.line,
        confidence=free.confidence,
        threshold=threshold,
        forced=None if forced is None else forced.predicted,
        forced_heads=None if forced is None else forced.heads,
        forced_confidence={} if forced is None else forced.probabilities,
    )


def operation_answers(free: BatchPrediction, method: str = "model") -> Answers:
    """The answers of a model that tells the operation alone, as sure as it is of that."""
    shares = free.operation_probabilities
    return Answers(method, operation=shares, confidence=shares.max(axis=1))


def line_answers(method: str, lines: Sequence[str], scheme: Scheme) -> Answers:
    """The answers of a method that names a line of G-code for each window; "" where it has none."""
    texts = {line: canonical(line) if line else "" for line in set(lines)}
    return Answers(method, tokens=encode_lines(lines, scheme), lines=tuple(texts[line] for line in lines))
