"""Free-running decoding: greedy and beam, held to well-formed lines.

A line is commands first, then letter-number pairs, no command and no letter twice.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.gcode import COMMAND_LETTERS, Heads, Scheme, TokenType
from core.model.decoder import DecoderState, HeadLogits, TokenInput, token_input
from core.model.digits import DigitStrings, digit_strings, no_digits
from core.model.packed import first_tokens

BOS, EOS = 1, 2
Temperatures = dict[str, float]


class StepDecoder(Protocol):
    """What decoding needs of a decoder: the torch module and its ONNX export both have it."""

    def start(self, memory: Tensor, operation: Tensor) -> DecoderState:
        """Prepare a batch of memories `[B, T, H]`."""

    def step(self, tokens: TokenInput, state: DecoderState) -> tuple[HeadLogits, DecoderState]:
        """Read one more token of each line."""

    def next_digit(self, logits: HeadLogits, strings: Tensor, place: int) -> Tensor:
        """Logits of a digit given the digits before it."""


@dataclass(frozen=True)
class Choice:
    """One decoding step for a batch: the classes chosen and the probabilities they were chosen from.

    Classes are `[B]` (digits `[B, D]`), -1 where the head does not apply; probabilities `[B, classes]`
    (digits `[B, D, 10]`) are after temperature and grammar. `numbers` are the best digit strings.
    """

    classes: dict[str, Tensor]
    probabilities: dict[str, Tensor]
    confidence: Tensor
    numbers: DigitStrings

    def select(self, index: Tensor) -> "Choice":
        """Keep (or repeat) the batch rows `index`."""
        return Choice(
            {head: value[index] for head, value in self.classes.items()},
            {head: value[index] for head, value in self.probabilities.items()},
            self.confidence[index],
            DigitStrings(*(value[index] for value in self.numbers)),
        )


@dataclass
class Grammar:
    """What may come next, for a batch of lines being written; all tensors have the batch first."""

    type: Tensor
    letter: Tensor
    letters_left: Tensor
    commands_left: Tensor
    any_letter: Tensor
    slots: int
    legacy: bool
    started: bool = False

    @classmethod
    def start(cls, scheme: Scheme, batch: int) -> "Grammar":
        """Nothing written yet."""
        sizes, legacy = scheme.sizes, scheme.name == "legacy"
        # a command that training never showed can be spelled by its letter, but is not to be guessed
        allowed = [letter not in ("NONE", *COMMAND_LETTERS) for letter in scheme.letters]
        letters = torch.tensor([allowed]).repeat(batch, 1)
        commands = torch.ones(batch, sizes.commands, dtype=torch.bool)
        # in the published scheme the class NONE is the one command that has no class (G2)
        commands[:, 0] = legacy
        zero = torch.zeros(batch, dtype=torch.int64)
        return cls(zero, zero, letters, commands, torch.zeros(batch, dtype=torch.bool), scheme.width, legacy)

    def types(self) -> Tensor:
        """Allowed token types `[B, 4]`."""
        after_letter = self.type == TokenType.PARAM
        started = torch.full_like(after_letter, self.started)
        allowed = torch.zeros(len(self.type), 4, dtype=torch.bool)
        if self.slots <= 0:
            allowed[:, TokenType.SPECIAL] = True
            return allowed
        # the published vocabulary has UNK for a number, and whole words such as "Z0." where a letter is due
        allowed[:, TokenType.SPECIAL] = started & (~after_letter | self.legacy)
        allowed[:, TokenType.COMMAND] = ~after_letter & ~self.any_letter & self.commands_left.any(-1)
        pairs_fit = self.slots >= 2
        allowed[:, TokenType.PARAM] = ~after_letter & self.letters_left.any(-1) & pairs_fit
        allowed[:, TokenType.NUMERIC] = after_letter | self.legacy
        return allowed

    def letters(self, kind: Tensor) -> Tensor:
        """Allowed parameter letters `[B, P]` given the types `kind [B]` just chosen."""
        follows = (self.type == TokenType.PARAM) & (kind == TokenType.NUMERIC)
        own = torch.zeros_like(self.letters_left)
        own[torch.arange(len(own)), self.letter] = True
        return torch.where(follows[:, None], own, self.letters_left)

    def advance(self, choice: dict[str, Tensor]) -> None:
        """Take note of the token just written."""
        kind, rows = choice["type"], torch.arange(len(self.type))
        word = (kind == TokenType.PARAM) | (kind == TokenType.NUMERIC)
        letter = torch.where(word, choice["param_type"], 0)
        self.letters_left[rows, letter] &= ~word
        command = torch.where(kind == TokenType.COMMAND, choice["command"], 0)
        self.commands_left[rows, command] &= kind != TokenType.COMMAND
        self.any_letter = self.any_letter | word
        self.type, self.letter = kind.clamp(min=0), letter
        self.slots, self.started = self.slots - 1, True

    def select(self, index: Tensor) -> "Grammar":
        """Keep (or repeat) the batch rows `index`."""
        return Grammar(
            self.type[index].clone(),
            self.letter[index].clone(),
            self.letters_left[index].clone(),
            self.commands_left[index].clone(),
            self.any_letter[index].clone(),
            self.slots,
            self.legacy,
            self.started,
        )


def _masked(logits: Tensor, allowed: Tensor | None, temperature: float) -> Tensor:
    """Probabilities after temperature; what is not allowed gets none."""
    scaled = logits / temperature
    if allowed is not None:
        scaled = scaled.masked_fill(~allowed, -torch.inf)
    return torch.nan_to_num(scaled.softmax(dim=-1))


def _mask_classes(classes: dict[str, Tensor]) -> dict[str, Tensor]:
    """Set to -1 what does not belong to the chosen type."""
    kind = classes["type"]
    word = (kind == TokenType.PARAM) | (kind == TokenType.NUMERIC)
    number = kind == TokenType.NUMERIC
    return {
        "type": kind,
        "command": torch.where(kind == TokenType.COMMAND, classes["command"], -1),
        "param_type": torch.where(word, classes["param_type"], -1),
        "sign": torch.where(number, classes["sign"], -1),
        "digits": torch.where(number[:, None], classes["digits"], -1),
    }


def choice_confidence(classes: dict[str, Tensor], probabilities: dict[str, Tensor], number: Tensor) -> Tensor:
    """Probability `[B]` of the token: the product over the heads that apply to it.

    `number [B]` is the probability of its digits, counted where it is a number.
    """
    confidence = torch.where(classes["type"] == TokenType.NUMERIC, number, 1.0)
    for head in ("type", "command", "param_type", "sign"):
        chosen = classes[head]
        share = probabilities[head].gather(-1, chosen.clamp(min=0)[:, None]).squeeze(-1)
        confidence = confidence * torch.where(chosen >= 0, share, 1.0)
    return confidence


def choose(decoder: StepDecoder, logits: HeadLogits, grammar: Grammar, temperatures: Temperatures) -> Choice:
    """The best allowed token of the newest position, head by head."""
    allowed = grammar.types()
    kind_p = _masked(logits.type[:, -1], allowed, temperatures.get("type", 1.0))
    kind = kind_p.argmax(dim=-1)
    letters = grammar.letters(kind)
    number_next = bool(allowed[:, TokenType.NUMERIC].any())
    numbers = digit_strings(decoder, logits, temperatures) if number_next else no_digits(logits)
    probabilities = {
        "type": kind_p,
        "command": _masked(logits.command[:, -1], grammar.commands_left, temperatures.get("command", 1.0)),
        "param_type": _masked(logits.param_type[:, -1], letters, temperatures.get("param_type", 1.0)),
        "sign": _masked(logits.sign[:, -1], None, temperatures.get("sign", 1.0)),
        "digits": numbers.distribution,
    }
    best = {head: p.argmax(dim=-1) for head, p in probabilities.items()} | {"digits": numbers.digits[:, 0]}
    classes = _mask_classes(best)
    confidence = choice_confidence(classes, probabilities, numbers.shares[:, 0].prod(dim=-1))
    return Choice(classes, probabilities, confidence, numbers)


def as_heads(classes: dict[str, Tensor]) -> Heads:
    """Classes as the token scheme wants them."""
    return Heads(**{head: value.numpy() for head, value in classes.items()})


@dataclass(frozen=True)
class Decoded:
    """Lines written free-running.

    `tokens [B, L]` int64 with EOS, 0 after it; `token_confidence [B, L]`; `confidence [B]` their product;
    `steps`: the choice at each position.
    """

    tokens: NDArray[np.int64]
    token_confidence: NDArray[np.float32]
    confidence: NDArray[np.float32]
    steps: tuple[Choice, ...]


@torch.inference_mode()
def greedy(
    decoder: StepDecoder,
    memory: Tensor,
    operation: Tensor,
    scheme: Scheme,
    temperatures: Temperatures | None = None,
) -> Decoded:
    """Write a line for each memory `[B, T, H]` given operation probabilities `[B, O]`."""
    batch, temperatures = len(memory), temperatures or {}
    state: DecoderState = decoder.start(memory, operation)
    grammar, tokens = Grammar.start(scheme, batch), first_tokens(scheme, batch)
    previous, finished = np.full(batch, BOS), torch.zeros(batch, dtype=torch.bool)
    ids, confidences, steps = [], [], []
    for _ in range(scheme.width + 1):
        logits, state = decoder.step(tokens, state)
        choice = choose(decoder, logits, grammar, temperatures)
        written = scheme.compose(as_heads(choice.classes), previous)
        ids.append(np.where(finished.numpy(), 0, written))
        confidences.append(torch.where(finished, 1.0, choice.confidence))
        steps.append(choice)
        finished = finished | torch.from_numpy(written == EOS)
        if bool(finished.all()):
            break
        grammar.advance(choice.classes)
        previous = written
        heads = scheme.heads(written[:, None])
        tokens = token_input(torch.from_numpy(written[:, None]), heads)
    return _collect(ids, confidences, steps)


def _collect(ids: list[NDArray[np.int64]], confidences: list[Tensor], steps: list[Choice]) -> Decoded:
    token_confidence = torch.stack(confidences, dim=1).numpy().astype(np.float32)
    return Decoded(np.stack(ids, axis=1), token_confidence, token_confidence.prod(axis=1), tuple(steps))
