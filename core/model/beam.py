"""Beam search: the most probable well-formed lines, not only the most probable next token."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.gcode import BOS, EOS, Scheme, TokenType
from core.model.decoding import (
    Choice,
    Decoded,
    StepDecoder,
    Temperatures,
    as_heads,
    choice_confidence,
    choose,
    greedy,
)
from core.model.digits import Floats, Ints
from core.model.grammar import Bools, Classes, Grammar
from core.model.mixture import Mixture
from core.model.packed import first_tokens
from core.model.token_parts import token_input

TINY = 1e-12


@dataclass(frozen=True)
class _Beam:
    """The lines of one window that are still being written, best first."""

    score: Floats
    ids: Ints
    confidences: Floats
    finished: Bools
    steps: tuple[Choice, ...]


@torch.inference_mode()
def beam_search(
    decoder: StepDecoder,
    memory: Tensor,
    operation: Tensor,
    scheme: Scheme,
    temperatures: Temperatures | None = None,
    width: int = 4,
    mixture: Mixture | None = None,
) -> Decoded:
    """Write the best line for each memory `[B, T, H]`; the score of a line is its log probability.

    A beam may lose the greedy line on its way, so that one is a candidate too. `steps` are given for one
    memory only.
    """
    first = greedy(decoder, memory, operation, scheme, temperatures, mixture)
    lines = []
    for i in range(len(memory)):
        one = slice(i, i + 1)
        known = mixture.select(np.array([i])) if mixture else None
        beam = _search(decoder, memory[one], operation[one], scheme, temperatures or {}, width, known)
        lines.append(_better(beam, first, i))
    length = max(line.tokens.shape[1] for line in lines)
    tokens = np.zeros((len(lines), length), dtype=np.int64)
    confidences = np.ones((len(lines), length), dtype=np.float32)
    for row, line in enumerate(lines):
        tokens[row, : line.tokens.shape[1]] = line.tokens[0]
        confidences[row, : line.tokens.shape[1]] = line.token_confidence[0]
    steps = lines[0].steps if len(lines) == 1 else ()
    return Decoded(tokens, confidences, confidences.prod(axis=1), steps)


def _better(beam: _Beam, first: Decoded, row: int) -> Decoded:
    """The best line of the beam, or line `row` of the greedy ones where that is more probable."""
    if first.confidence[row] > beam.confidences[0].prod():
        part = slice(row, row + 1)
        return Decoded(first.tokens[part], first.token_confidence[part], first.confidence[part], first.steps)
    confidence = beam.confidences[:1].prod(axis=1)
    return Decoded(beam.ids[:1], beam.confidences[:1], confidence, beam.steps)


def _search(
    decoder: StepDecoder,
    memory: Tensor,
    operation: Tensor,
    scheme: Scheme,
    temperatures: Temperatures,
    width: int,
    mixture: Mixture | None,
) -> _Beam:
    state = decoder.start(memory, operation)
    grammar, tokens = Grammar.start(scheme, 1), first_tokens(scheme, 1)
    beam = _Beam(
        np.zeros(1, dtype=np.float32),
        np.zeros((1, 0), dtype=np.int64),
        np.ones((1, 0), dtype=np.float32),
        np.zeros(1, dtype=bool),
        (),
    )
    for _ in range(scheme.width + 1):
        logits, state = decoder.step(tokens, state)
        choice = choose(decoder, logits, grammar, temperatures, mixture)
        candidates = _candidates(choice, grammar, width)
        beam, chosen, kept, own = _extend(beam, choice, candidates, scheme, width)
        if beam.finished.all():
            break
        state, grammar = state.select(torch.from_numpy(kept)), grammar.select(kept)
        grammar.advance(chosen)
        mixture = mixture.select(kept).after(chosen, own) if mixture else None
        written = beam.ids[:, -1:]
        tokens = token_input(torch.from_numpy(np.where(written == 0, EOS, written)), scheme.heads(written))
    return beam


class _Candidates(NamedTuple):
    """Next tokens `[K]`: their classes, the row of the beam that each continues, the probability of its digits.

    `own` is the probability that the decoder alone gives to the digits.
    """

    classes: Classes
    source: Ints
    number: Floats
    own: Floats


class _Candidate(NamedTuple):
    classes: dict[str, int]
    digits: list[int]
    number: float
    own: float


def _candidates(choice: Choice, grammar: Grammar, width: int) -> _Candidates:
    """Promising next tokens of every line of the beam."""
    found: list[tuple[int, _Candidate]] = []
    for row in range(len(choice.confidence)):
        kinds = np.flatnonzero(choice.probabilities["type"][row] > TINY).tolist()
        found += [(row, c) for kind in kinds for c in _of_type(kind, choice, grammar, row, width)]
    heads = ("type", "command", "param_type", "sign")
    classes = {head: np.array([c.classes[head] for _, c in found]) for head in heads}
    classes["digits"] = np.array([c.digits for _, c in found])
    number = np.array([c.number for _, c in found], dtype=np.float32)
    own = np.array([c.own for _, c in found], dtype=np.float32)
    return _Candidates(classes, np.array([row for row, _ in found]), number, own)


def _of_type(kind: int, choice: Choice, grammar: Grammar, row: int, width: int) -> list[_Candidate]:
    p = {head: value[row] for head, value in choice.probabilities.items()}
    none = {"type": kind, "command": -1, "param_type": -1, "sign": -1}
    no_number = [-1] * choice.numbers.digits.shape[-1]
    if kind == TokenType.SPECIAL:
        return [_Candidate(none, no_number, 1.0, 1.0)]
    if kind == TokenType.COMMAND:
        allowed = p["command"] * grammar.commands_left[row]
        return [_Candidate(none | {"command": c}, no_number, 1.0, 1.0) for c in _top(allowed, width)]
    free = p["param_type"] * grammar.letters_left[row]
    if kind == TokenType.PARAM:
        return [_Candidate(none | {"param_type": c}, no_number, 1.0, 1.0) for c in _top(free, width)]
    follows = int(grammar.type[row]) == TokenType.PARAM
    letter = int(grammar.letter[row]) if follows else int(free.argmax())
    numbers = choice.numbers
    shares = numbers.shares[row].prod(axis=-1).tolist()
    return [
        _Candidate(none | {"param_type": letter, "sign": sign}, digits, share, own)
        for sign in (0, 1)
        for digits, share, own in zip(
            numbers.digits[row].tolist(), shares, numbers.own[row].tolist(), strict=True
        )
    ]


def _top(p: Floats, k: int) -> list[int]:
    return [int(i) for i in np.argsort(-p, kind="stable")[:k] if p[i] > TINY]


def _extend(
    beam: _Beam, choice: Choice, candidates: _Candidates, scheme: Scheme, width: int
) -> tuple[_Beam, Classes, Ints, Floats]:
    """The best `width` continuations, and what the decoder alone thinks of them; finished lines stay as they are."""
    classes, source, number, own_number = candidates
    shown = {head: value[source] for head, value in choice.probabilities.items()}
    confidence = choice_confidence(classes, shown, number)
    alone = {head: value[source] for head, value in choice.own.items()}
    own = choice_confidence(classes, alone, own_number)
    done = beam.finished[source]
    # a finished line has one continuation: itself
    first = np.append(True, source[1:] != source[:-1])
    same = np.where(first, beam.score[source], -np.inf)
    score = np.where(done, same, beam.score[source] + np.log(np.maximum(confidence, TINY)))
    keep = np.argsort(-score, kind="stable")[:width]
    keep = keep[np.isfinite(score[keep])]
    kept, chosen = source[keep], {head: value[keep] for head, value in classes.items()}
    finished = beam.finished[kept]
    previous = beam.ids[kept, -1] if beam.ids.shape[1] else np.full(len(kept), BOS)
    written = np.where(finished, 0, scheme.compose(as_heads(chosen), previous))
    shares = np.where(finished, 1.0, confidence[keep]).astype(np.float32)
    newest = replace(choice.select(kept), classes=chosen, confidence=shares)
    extended = _Beam(
        score[keep].astype(np.float32),
        np.concatenate([beam.ids[kept], written[:, None]], axis=1),
        np.concatenate([beam.confidences[kept], shares[:, None]], axis=1),
        finished | (written == EOS),
        (*(step.select(kept) for step in beam.steps), newest),
    )
    return extended, chosen, kept, own[keep]
