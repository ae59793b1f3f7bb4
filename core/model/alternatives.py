"""What else the decoder considered, token by token."""

import numpy as np

from core.gcode import BOS, EOS, Scheme, TokenType
from core.model.decoding import Choice, Decoded, as_heads
from core.model.digits import KEPT, Floats
from core.model.prediction import TokenKind, TokenPrediction

# what is ruled out by the grammar, or as good as, is no alternative
LEAST = 5e-5
KINDS: dict[int, TokenKind] = {
    TokenType.COMMAND: "command",
    TokenType.PARAM: "letter",
    TokenType.NUMERIC: "number",
    TokenType.SPECIAL: "end",
}
_Classes = dict[str, int | list[int]]


def token_predictions(scheme: Scheme, decoded: Decoded, row: int = 0) -> tuple[TokenPrediction, ...]:
    """The tokens of line `row` of a batch, up to and with its end, each with its alternatives."""
    previous, predictions = BOS, []
    for position, step in enumerate(decoded.steps):
        token = int(decoded.tokens[row, position])
        predictions.append(
            _prediction(scheme, step, row, token, previous, float(decoded.token_confidence[row, position]))
        )
        previous = token
        if token == EOS:
            break
    return tuple(predictions)


def _prediction(
    scheme: Scheme, step: Choice, row: int, token: int, previous: int, confidence: float
) -> TokenPrediction:
    p = {head: value[row] for head, value in step.probabilities.items()}
    return token_prediction(scheme, p, _numbers(step, row), token, previous, confidence)


def token_prediction(
    scheme: Scheme,
    p: dict[str, Floats],
    numbers: list[tuple[list[int], float]],
    token: int,
    previous: int,
    confidence: float,
) -> TokenPrediction:
    """A token with its alternatives: probabilities of each head `[classes]` (digits `[D, 10]`), the best numbers."""
    ranked = _ranked(scheme, p, numbers, previous)
    others = [(text, share) for text, share in ranked if text != scheme.text(token) and share > LEAST]
    kind = KINDS[max(int(scheme.heads(np.array([token])).type[0]), 0)]
    if kind == "end" and token != EOS:
        kind = "unknown"
    heads = {head: p[head] for head in ("type", "command", "param_type", "sign")}
    heads |= {f"digit{place + 1}": digit for place, digit in enumerate(p["digits"])}
    alternatives = ((scheme.text(token), confidence), *others[: KEPT - 1])
    return TokenPrediction(scheme.text(token), kind, confidence, alternatives, heads, token)


def _numbers(step: Choice, row: int) -> list[tuple[list[int], float]]:
    """The best digit strings and their probabilities."""
    shares = step.numbers.shares[row].prod(axis=-1).tolist()
    return list(zip(step.numbers.digits[row].tolist(), shares, strict=True))


def _ranked(
    scheme: Scheme, p: dict[str, Floats], numbers: list[tuple[list[int], float]], previous: int
) -> list[tuple[str, float]]:
    """The most probable tokens of any type with their probabilities, best first."""
    classes, shares = zip(*_candidates(p, numbers), strict=True)
    batch = {head: np.array([c[head] for c in classes]) for head in classes[0]}
    ids = scheme.compose(as_heads(batch), np.full(len(classes), previous))
    best: dict[str, float] = {}
    for token, share in zip(ids.tolist(), shares, strict=True):
        text = scheme.text(token)
        best[text] = max(best.get(text, 0.0), share)
    return sorted(best.items(), key=lambda item: -item[1])


def _candidates(p: dict[str, Floats], numbers: list[tuple[list[int], float]]) -> list[tuple[_Classes, float]]:
    kind = p["type"].tolist()
    none: _Classes = {
        "type": 0,
        "command": -1,
        "param_type": -1,
        "sign": -1,
        "digits": [-1] * len(p["digits"]),
    }
    found: list[tuple[_Classes, float]] = [(none, kind[TokenType.SPECIAL])]
    for head, of_type in (("command", TokenType.COMMAND), ("param_type", TokenType.PARAM)):
        for best in np.argsort(-p[head])[:KEPT].tolist():
            found.append((none | {"type": int(of_type), head: best}, kind[of_type] * float(p[head][best])))
    letter = int(p["param_type"].argmax())
    share = kind[TokenType.NUMERIC] * float(p["param_type"][letter])
    for sign, sign_share in enumerate(p["sign"].tolist()):
        for digits, digit_share in numbers:
            number: _Classes = {"type": int(TokenType.NUMERIC), "param_type": letter, "sign": sign}
            found.append((none | number | {"digits": digits}, share * sign_share * digit_share))
    return found
