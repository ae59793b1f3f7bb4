"""Predictions of a given line, for tests of what is shown of them."""

import numpy as np

from core.gcode import EOS, Scheme
from core.model.prediction import Prediction, TokenPrediction
from dashboard.alignment import true_tokens


def prediction_of(
    scheme: Scheme, line: str, *, confidence: float = 0.8, operation: str = "face", share: float = 0.9
) -> Prediction:
    """A prediction that reads `line`, each token with the same confidence and one alternative."""
    ids = [*scheme.encode(line), EOS]
    tokens = tuple(
        TokenPrediction(
            "EOS" if token.kind == "end" else token.text,
            token.kind,
            confidence,
            (("EOS" if token.kind == "end" else token.text, confidence), ("9", 0.125)),
            {
                "type": np.array([0.1, 0.9], np.float32),
                "command": np.array([0.25, 0.75], np.float32),
                "param_type": np.array([0.4, 0.6], np.float32),
                "sign": np.array([0.3, 0.7], np.float32),
                "digit1": np.eye(10, dtype=np.float32)[4],
            },
            ids[place],
        )
        for place, token in enumerate(true_tokens(scheme, line))
    )
    others = {name: (1 - share) / 2 for name in ("face", "pocket", "adaptive") if name != operation}
    return Prediction(operation, share, {operation: share} | others, line, confidence, tokens, 6.5)
