"""Free-running decoding, held to well-formed lines.

The decoder's layers are torch (or ONNX); what happens between its steps is small and done in numpy, which costs a
fraction of torch's time for each operation.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.gcode import BOS, EOS, Heads, Scheme, TokenType
from core.model.decoder import DecoderState, HeadLogits
from core.model.digits import (
    DigitStrings,
    Floats,
    Ints,
    digit_strings,
    given_digits,
    no_digits,
    softmax,
)
from core.model.grammar import Bools, Classes, Grammar
from core.model.mixture import Mixture
from core.model.packed import first_tokens
from core.model.prefix import classes_of, refuse_malformed
from core.model.token_parts import TokenInput, token_input

Temperatures = dict[str, float]


class StepDecoder(Protocol):
    """What decoding needs of a decoder: the torch module, its trace and its ONNX export all have it."""

    def start(self, memory: Tensor, operation: Tensor) -> DecoderState:
        """Prepare a batch of memories `[B, T, H]` and operations `[B, O]`."""

    def step(self, tokens: TokenInput, state: DecoderState) -> tuple[HeadLogits, DecoderState]:
        """Read one more token of each line."""

    def next_digit(self, logits: HeadLogits, strings: Ints, place: int) -> Floats:
        """Logits of a digit given the digits before it."""


@dataclass(frozen=True)
class Choice:
    """One decoding step for a batch: the classes chosen and the probabilities they were chosen from.

    Classes are `[B]` (digits `[B, D]`), -1 where the head does not apply; probabilities `[B, classes]`
    (digits `[B, D, 10]`) are after temperature and grammar, and mixed with the known lines where there are any;
    `own` are the decoder's alone. `numbers` are the best digit strings.
    """

    classes: Classes
    probabilities: dict[str, Floats]
    own: dict[str, Floats]
    confidence: Floats
    numbers: DigitStrings

    def select(self, index: Ints) -> "Choice":
        """Keep (or repeat) the batch rows `index`."""
        return Choice(
            {head: value[index] for head, value in self.classes.items()},
            {head: value[index] for head, value in self.probabilities.items()},
            {head: value[index] for head, value in self.own.items()},
            self.confidence[index],
            self.numbers.select(index),
        )


def _masked(logits: Tensor, allowed: Bools | None, temperature: float) -> Floats:
    """Probabilities of the newest position after temperature; what is not allowed gets none."""
    scaled = np.asarray(logits[:, -1].numpy() / temperature, dtype=np.float32)
    if allowed is not None:
        scaled = np.where(allowed, scaled, np.float32(-1e9)).astype(np.float32)
    return softmax(scaled)


def _mask_classes(classes: Classes) -> Classes:
    """Set to -1 what does not belong to the chosen type."""
    kind = classes["type"]
    number = kind == TokenType.NUMERIC
    return {
        "type": kind,
        "command": np.where(kind == TokenType.COMMAND, classes["command"], -1),
        "param_type": np.where((kind == TokenType.PARAM) | number, classes["param_type"], -1),
        "sign": np.where(number, classes["sign"], -1),
        "digits": np.where(number[:, None], classes["digits"], -1),
    }


def choice_confidence(classes: Classes, probabilities: dict[str, Floats], number: Floats) -> Floats:
    """Probability `[B]` of the token: the product over the heads that apply to it.

    `number [B]` is the probability of its digits, counted where it is a number.
    """
    confidence = np.where(classes["type"] == TokenType.NUMERIC, number, np.float32(1))
    rows = np.arange(len(confidence))
    for head in ("type", "command", "param_type", "sign"):
        chosen = classes[head]
        confidence = confidence * np.where(chosen >= 0, probabilities[head][rows, chosen], np.float32(1))
    return confidence


def choose(
    decoder: StepDecoder,
    logits: HeadLogits,
    grammar: Grammar,
    temperatures: Temperatures,
    mixture: Mixture | None = None,
    given: Classes | None = None,
) -> Choice:
    """The best allowed token of the newest position, head by head; or the token `given`, with its probability."""
    allowed = grammar.types()
    own = {"type": _masked(logits.type, allowed, temperatures.get("type", 1.0))}
    probabilities = {"type": mixture.types(own["type"]) if mixture else own["type"]}
    letters = grammar.letters(given["type"] if given else probabilities["type"].argmax(axis=-1))
    for head, left in (("command", grammar.commands_left), ("param_type", letters), ("sign", None)):
        own[head] = _masked(getattr(logits, head), left, temperatures.get(head, 1.0))
        probabilities[head] = mixture.head(head, own[head], own["type"]) if mixture else own[head]
    numbers = no_digits(logits)
    if allowed[:, TokenType.NUMERIC].any():
        sign = np.maximum(given["sign"], 0) if given else probabilities["sign"].argmax(axis=-1)
        known = mixture.numbers(sign, own["sign"], own["type"]) if mixture else None
        numbers = digit_strings(decoder, logits, temperatures, numbers=known)
        if given and (given["type"] == TokenType.NUMERIC).all():
            spelled = given_digits(decoder, logits, given["digits"], temperatures, known)
            numbers = spelled.before(numbers)
    probabilities["digits"] = numbers.distribution
    best = {head: p.argmax(axis=-1) for head, p in probabilities.items()} | {"digits": numbers.digits[:, 0]}
    classes = given or _mask_classes(best)
    confidence = choice_confidence(classes, probabilities, numbers.shares[:, 0].prod(axis=-1))
    return Choice(classes, probabilities, own, confidence, numbers)


def as_heads(classes: Classes) -> Heads:
    """Classes as the token scheme wants them."""
    return Heads(**classes)


@dataclass(frozen=True)
class Decoded:
    """Lines written free-running.

    `tokens [B, L]` int64 with EOS, 0 after it; `token_confidence [B, L]`; `confidence [B]` their product;
    `steps`: the choice at each position.
    """

    tokens: Ints
    token_confidence: Floats
    confidence: Floats
    steps: tuple[Choice, ...]


@torch.inference_mode()
def greedy(
    decoder: StepDecoder,
    memory: Tensor,
    operation: Tensor,
    scheme: Scheme,
    temperatures: Temperatures | None = None,
    mixture: Mixture | None = None,
    prefix: Ints | None = None,
) -> Decoded:
    """Write a line for each memory `[B, T, H]` given operation probabilities `[B, O]`, with known lines in mind.

    Every line begins with the tokens `prefix [P]`, each with the probability that it would have had; PrefixError where
    no line can.
    """
    given = prefix if prefix is not None else np.zeros(0, dtype=np.int64)
    heads = scheme.heads(given)
    batch, temperatures = len(memory), temperatures or {}
    state = decoder.start(memory, operation)
    grammar, tokens = Grammar.start(scheme, batch), first_tokens(scheme, batch)
    previous, finished = np.full(batch, BOS), np.zeros(batch, dtype=bool)
    ids: list[Ints] = []
    confidences: list[Floats] = []
    steps: list[Choice] = []
    for place in range(scheme.width + 1):
        forced = classes_of(heads, place, batch) if place < len(given) else None
        if forced:
            refuse_malformed(grammar, forced, scheme.text(int(given[place])))
        logits, state = decoder.step(tokens, state)
        choice = choose(decoder, logits, grammar, temperatures, mixture, forced)
        written = scheme.compose(as_heads(choice.classes), previous)
        ids.append(np.where(finished, 0, written))
        confidences.append(np.where(finished, np.float32(1), choice.confidence))
        steps.append(choice)
        finished = finished | (written == EOS)
        if finished.all():
            break
        grammar.advance(choice.classes)
        if mixture:
            own = choice_confidence(choice.classes, choice.own, choice.numbers.own[:, 0])
            mixture = mixture.after(choice.classes, own)
        previous = written
        tokens = token_input(torch.from_numpy(written[:, None]), scheme.heads(written[:, None]))
    return _collect(ids, confidences, steps)


def _collect(ids: list[Ints], confidences: list[Floats], steps: list[Choice]) -> Decoded:
    token_confidence: NDArray[np.float32] = np.stack(confidences, axis=1).astype(np.float32)
    return Decoded(np.stack(ids, axis=1), token_confidence, token_confidence.prod(axis=1), tuple(steps))
