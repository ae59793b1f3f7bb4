"""One window at full depth: the line with its alternatives, what is said given the true tokens, where it looks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.gcode import EOS
from core.model.alternatives import token_prediction, token_predictions
from core.model.digits import Floats, softmax
from core.model.predict import (
    UNCHANGED,
    InputError,
    ModelInput,
    applicable,
    argmax_heads,
    decode,
    encode,
    logits_given,
    window_input,
)
from core.model.prediction import Prediction, TokenPrediction
from core.model.prefix import prefix_tokens
from core.model.targets import teacher_inputs, with_end
from core.model.token_parts import token_input
from core.recordings.changes import Change
from core.recordings.recording import RunWindow

if TYPE_CHECKING:
    from core.model.bundle import Bundle


def predict_window(
    bundle: Bundle,
    window: RunWindow,
    without: Sequence[str] = (),
    decoding: str = "greedy",
    beam: int = 4,
    *,
    change: Change = UNCHANGED,
    prefix: str = "",
) -> Prediction:
    """Read one window of a recording; the target and controller columns are never looked at.

    Args:
        bundle: the model.
        window: rows of a recording.
        without: modalities, boards or channels that the model is to do without.
        decoding: "greedy" or "beam".
        beam: width of the beam.
        change: what is different in the window.
        prefix: the beginning of the line, which greedy decoding then goes on from: "G1 X1.575 Y".

    Raises:
        ChangeError, RecordingError: a change that cannot be made of this window.
        GcodeError, PrefixError: a beginning that no line of this model can have.
    """
    return read_input(bundle, window_input(bundle, window, without, change), decoding, beam, prefix)


def read_input(
    bundle: Bundle, inputs: ModelInput, decoding: str = "greedy", beam: int = 4, prefix: str = ""
) -> Prediction:
    """Read the input of one window, as `window_input` makes it; the latency is that of both stages."""
    given = prefix_tokens(bundle.scheme, prefix) if prefix and bundle.reads_lines else None
    started = time.perf_counter()
    encoded = encode(bundle, inputs)
    decoded = decode(bundle, encoded, decoding, beam, given) if bundle.reads_lines else None
    latency_ms = 1000 * (time.perf_counter() - started)
    shares = encoded.operation[0].tolist()
    best = int(np.argmax(shares))
    operations = dict(zip(bundle.operations, shares, strict=True))
    if decoded is None:
        return Prediction(
            bundle.operations[best], shares[best], operations, "", 0.0, (), latency_ms, sure=False
        )
    confidence = float(bundle.calibration.line_confidence(decoded.confidence)[0])
    return Prediction(
        operation=bundle.operations[best],
        operation_confidence=shares[best],
        operations=operations,
        line=bundle.scheme.decode(decoded.tokens[0].tolist()),
        confidence=confidence,
        tokens=token_predictions(bundle.scheme, decoded),
        latency_ms=latency_ms,
        sure=confidence >= bundle.calibration.threshold,
    )


def teacher_forced_tokens(bundle: Bundle, inputs: ModelInput, line: str) -> tuple[TokenPrediction, ...]:
    """What the decoder says at each position of the true line, given the true tokens before it.

    One a true token, the end included; each digit given the true digits before it. As token accuracy is scored
    (`core.model.predict.teacher_forced`): the decoder alone, without known lines and held to no grammar.

    Raises:
        InputError: the bundle reads no lines.
        GcodeError, TokenError: a line that its scheme has no tokens for.
    """
    if not bundle.reads_lines:
        raise InputError(f"{bundle.path} learned no program lines: no tokens can be given.")
    tokens = bundle.scheme.encode_batch([line])
    targets, before = with_end(tokens), teacher_inputs(tokens)
    logits = logits_given(bundle, encode(bundle, inputs), before, targets)
    heads, _ = argmax_heads(logits, bundle.calibration.temperatures)
    predicted = bundle.scheme.compose(applicable(heads), before)[0]
    shares = _shares(bundle, {head: said.numpy()[0] for head, said in logits.items()})
    return tuple(
        _token_at(
            bundle, {head: p[place] for head, p in shares.items()}, int(predicted[place]), int(previous)
        )
        for place, previous in enumerate(before[0, : int((targets[0] != 0).sum())])
    )


def _shares(bundle: Bundle, logits: dict[str, Floats]) -> dict[str, Floats]:
    """Probabilities of every head at every position `[L, classes]`, the digits together `[L, D, 10]`."""
    heat = bundle.calibration.temperatures
    shares = {head: softmax(said / heat.get(head, 1.0)) for head, said in logits.items()}
    digits = np.stack([shares.pop(head) for head in logits if head.startswith("digit")], axis=1)
    return shares | {"digits": digits}


def _token_at(bundle: Bundle, p: dict[str, Floats], token: int, previous: int) -> TokenPrediction:
    best = p["digits"].argmax(axis=-1).tolist()
    numbers = [(best, float(p["digits"].max(axis=-1).prod()))]
    confidence = _confidence(bundle, p, token)
    return token_prediction(bundle.scheme, p, numbers, token, previous, confidence)


def _confidence(bundle: Bundle, p: dict[str, Floats], token: int) -> float:
    """Probability of a token: the product over the heads that apply to it."""
    heads = bundle.scheme.heads(np.array([token]))
    share = 1.0
    for head in ("type", "command", "param_type", "sign"):
        chosen = int(getattr(heads, head)[0])
        share *= float(p[head][chosen]) if chosen >= 0 else 1.0
    for place, digit in enumerate(heads.digits[0].tolist()):
        share *= float(p["digits"][place, digit]) if digit >= 0 else 1.0
    return share


@torch.inference_mode()
def attention_over_rows(bundle: Bundle, inputs: ModelInput, ids: Sequence[int]) -> NDArray[np.float32]:
    """Where the decoder looked while it wrote each token of a line, `[L, T]`; each row adds up to 1.

    ids `[L]`: the tokens written, the end included or not. Cross-attention of the last layer, mean over its heads. It
    tells which rows' memory was mixed in, not what of them mattered: the encoder has already carried each row's content
    to its neighbours, and a weight says nothing of the value that it weighs (Jain & Wallace 2019).
    """
    encoded = encode(bundle, inputs)
    written = [token for token in ids if token != EOS]
    given = teacher_inputs(np.array([written], dtype=np.int64).reshape(1, -1))[:, : len(ids)]
    tokens = token_input(torch.from_numpy(given), bundle.scheme.heads(given))
    weights = bundle.decoder.attention(encoded.memory, encoded.operation, tokens)
    return np.asarray(weights[0].numpy(), dtype=np.float32)
