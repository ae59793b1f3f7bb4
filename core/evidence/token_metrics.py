"""How often tokens are right: under teacher forcing, head by head, and free-running."""

from collections.abc import Iterator

import numpy as np

from core.evidence.answers import Answers, Reals
from core.evidence.calibration import bin_sums
from core.evidence.tally import Bools, Ints, Tally, share
from core.evidence.truth import EvidenceError, Truth
from core.gcode.tokens import PAD, UNK, Heads, TokenType
from core.model.targets import with_end


def token_tallies(truth: Truth, answers: Answers) -> Iterator[Tally]:
    """Token and head accuracy given the true tokens before, and token accuracy free-running."""
    if answers.forced is not None and answers.forced.shape != truth.tokens.shape:
        raise EvidenceError(
            f"The teacher-forced tokens of {answers.method} have the shape {answers.forced.shape}, the true "
            f"ones {truth.tokens.shape}; predict with the scheme that the windows were cut for."
        )
    for metric, (right, asked) in token_items(truth, answers).items():
        yield _tally(truth, answers.method, metric, right, asked)
        if metric in answers.forced_confidence:
            yield _calibration(truth, answers.method, metric, right, asked, answers.forced_confidence[metric])


def token_items(truth: Truth, answers: Answers) -> dict[str, tuple[Bools, Bools]]:
    """Metric -> whether each position `[N, T]` is right, and whether it is asked; free-running ones may be wider."""
    found: dict[str, tuple[Bools, Bools]] = {}
    if answers.forced is not None:
        found["token"] = answers.forced == truth.tokens, truth.tokens != PAD
    if answers.forced is not None and answers.forced_heads is not None:
        true, given = head_classes(truth.heads), head_classes(answers.forced_heads)
        asked = where_asked(truth)
        found |= {name: (np.asarray(given[name] == true[name]), asked[name]) for name in asked}
    if answers.tokens is not None:
        target, given_tokens = same_width(truth.tokens, answers.tokens)
        found["token_free"] = np.asarray(given_tokens == target), np.asarray(target != PAD)
    return found


def same_width(target: Ints, given: Ints) -> tuple[Ints, Ints]:
    """Bring truth `[N, T]` and free-running tokens `[N, L]` to one width; what follows the end becomes PAD.

    A position after the prediction's end holds PAD and so never equals a true token.
    """
    width = max(target.shape[1], given.shape[1] + 1)
    missing = width - target.shape[1]
    return np.pad(target, ((0, 0), (0, missing))), with_end(given, width)


def where_asked(truth: Truth) -> dict[str, Bools]:
    """Head -> positions `[N, T]` it is scored at: those where the true token is of the head's kind.

    The parameter type is scored at letters; "number_letter" is the letter that a number says it belongs to.
    """
    kind = truth.heads.type
    numeric: Bools = kind == TokenType.NUMERIC
    asked = {
        "type": truth.tokens != PAD,
        "command": kind == TokenType.COMMAND,
        "param_type": kind == TokenType.PARAM,
        "number_letter": numeric,
        "sign": numeric,
    }
    return asked | {f"digit{place + 1}": numeric for place in range(truth.heads.digits.shape[-1])}


def head_classes(heads: Heads) -> dict[str, Ints]:
    """Head -> classes `[N, T]`; the digits one head each."""
    classes = {
        "type": heads.type,
        "command": heads.command,
        "param_type": heads.param_type,
        "number_letter": heads.param_type,
        "sign": heads.sign,
    }
    return classes | {
        f"digit{place + 1}": heads.digits[..., place] for place in range(heads.digits.shape[-1])
    }


def unknown_tallies(truth: Truth) -> Iterator[Tally]:
    """How much of the truth is UNK: of its content tokens, and of its windows."""
    unknown = truth.tokens == UNK
    content = (truth.heads.type != TokenType.SPECIAL) & (truth.tokens != PAD) | unknown
    yield _tally(truth, "truth", "unk_tokens", unknown, content)
    yield _tally(truth, "truth", "unk_windows", unknown.any(axis=1), np.ones(len(truth), np.bool_))


def _tally(truth: Truth, method: str, metric: str, right: Bools, asked: Bools) -> Tally:
    return share(metric, method, right, asked, truth.unit, len(truth.units))


def _calibration(
    truth: Truth, method: str, head: str, right: Bools, asked: Bools, confidence: Reals
) -> Tally:
    items = np.flatnonzero(asked)
    unit = truth.unit[items // asked.shape[1]]
    sums = bin_sums(confidence.ravel()[items], right.ravel()[items], unit, len(truth.units))
    return Tally(f"ece_{head}", method, "ece", sums)
