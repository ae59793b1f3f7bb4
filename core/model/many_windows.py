"""Many windows at once: read free-running, said given the true tokens, or both with one look at the sensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.model.decoding import Decoded
from core.model.predict import (
    BATCH,
    Advance,
    InputError,
    applicable,
    argmax_heads,
    batches,
    decode,
    encode,
    logits_given,
    windows_input,
)
from core.model.prediction import BatchPrediction, TeacherForced
from core.model.runner_up import second_lines
from core.model.targets import teacher_inputs, with_end
from core.recordings.windows import Windows

if TYPE_CHECKING:
    from core.model.bundle import Bundle

Number = TypeVar("Number", np.int64, np.float32)
Ints = NDArray[np.int64]
Logits = dict[str, Tensor]


def predict_windows(
    bundle: Bundle,
    windows: Windows,
    without: Sequence[str] = (),
    *,
    decoding: str = "greedy",
    batch_size: int = BATCH,
    progress: Advance | None = None,
    second: bool = False,
) -> BatchPrediction:
    """Read many windows free-running, with `second` their second lines too (of greedy decoding alone).

    `progress(done, total)` is told after every batch.
    """
    operations, decoded = [], []
    others: list[NDArray[np.int64]] = []
    for part in batches(len(windows), batch_size):
        encoded = encode(bundle, windows_input(bundle, windows, part, without))
        operations.append(encoded.operation.numpy())
        if bundle.reads_lines:
            decoded.append(decode(bundle, encoded, decoding))
        if bundle.reads_lines and second:
            others.append(_pad(second_lines(bundle.scheme, decoded[-1]), bundle.scheme.width + 1, 0))
        if progress:
            progress(min(part.stop, len(windows)), len(windows))
    answer = _batch_prediction(bundle, operations, decoded)
    return replace(answer, second=np.concatenate(others)) if others else answer


def teacher_forced(
    bundle: Bundle,
    windows: Windows,
    without: Sequence[str] = (),
    *,
    batch_size: int = BATCH,
    progress: Advance | None = None,
) -> TeacherForced:
    """What the decoder says at every position, given the true tokens before it."""
    _refuse_without_lines(bundle)
    targets, inputs = with_end(windows.tokens), teacher_inputs(windows.tokens)
    answers = []
    for part in batches(len(windows), batch_size):
        encoded = encode(bundle, windows_input(bundle, windows, part, without))
        answers.append(logits_given(bundle, encoded, inputs[part], targets[part]))
        if progress:
            progress(min(part.stop, len(windows)), len(windows))
    return _forced(bundle, targets, inputs, answers)


def read_both(
    bundle: Bundle, windows: Windows, progress: Advance | None = None
) -> tuple[BatchPrediction, TeacherForced | None]:
    """The same as `predict_windows` and `teacher_forced`, to the last digit, with stage 1 run once for both.

    `progress(done, total)` is told of the windows that are done, one that was read in one of the two ways being half
    done; what it raises ends the reading there.
    """
    tell = progress or (lambda done, total: None)
    targets, inputs = with_end(windows.tokens), teacher_inputs(windows.tokens)
    operations, decoded = [], []
    answers: list[Logits] = []
    for part in batches(len(windows), BATCH):
        tell(part.start, len(windows))
        encoded = encode(bundle, windows_input(bundle, windows, part))
        operations.append(encoded.operation.numpy())
        if bundle.reads_lines:
            tell(part.start, len(windows))
            decoded.append(decode(bundle, encoded))
            tell((part.start + part.stop) // 2, len(windows))
            answers.append(logits_given(bundle, encoded, inputs[part], targets[part]))
    tell(len(windows), len(windows))
    free = _batch_prediction(bundle, operations, decoded)
    return free, _forced(bundle, targets, inputs, answers) if answers else None


def _refuse_without_lines(bundle: Bundle) -> None:
    if not bundle.reads_lines:
        raise InputError(
            f"{bundle.path} learned no program lines, only operations: there are no tokens to score."
        )


def _forced(bundle: Bundle, targets: Ints, inputs: Ints, answers: Sequence[Logits]) -> TeacherForced:
    logits = {head: torch.cat([answer[head] for answer in answers]) for head in answers[0]}
    heads, probabilities = argmax_heads(logits, bundle.calibration.temperatures)
    predicted = bundle.scheme.compose(applicable(heads), inputs)
    predicted[targets == 0] = 0
    return TeacherForced(targets, predicted, heads, probabilities)


def _batch_prediction(
    bundle: Bundle, operations: list[NDArray[np.float32]], decoded: list[Decoded]
) -> BatchPrediction:
    width = bundle.scheme.width + 1
    if not bundle.reads_lines:
        return BatchPrediction.of_operations(np.concatenate(operations), width)
    tokens = np.concatenate([_pad(batch.tokens, width, 0) for batch in decoded])
    product = np.concatenate([batch.confidence for batch in decoded])
    return BatchPrediction(
        operation_probabilities=np.concatenate(operations),
        tokens=tokens,
        line=tuple(bundle.scheme.decode_batch(tokens)),
        confidence=bundle.calibration.line_confidence(product),
        token_confidence=np.concatenate([_pad(batch.token_confidence, width, 1.0) for batch in decoded]),
    )


def _pad(array: NDArray[Number], width: int, value: float) -> NDArray[Number]:
    return np.pad(array, ((0, 0), (0, width - array.shape[1])), constant_values=value)
