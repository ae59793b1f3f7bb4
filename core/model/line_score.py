"""How probable a given line is to a bundle, token by token, as a function of its inputs that gradients can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from core.gcode import EOS
from core.model.predict import Encoded, ModelInput, encoded, head_targets
from core.model.targets import teacher_inputs, with_end
from core.model.token_parts import TokenInput, token_input

if TYPE_CHECKING:
    from core.model.bundle import Bundle

# a probability of 0 has no logarithm
LEAST = 1e-30


def encode_for_gradients(bundle: Bundle, inputs: ModelInput) -> Encoded:
    """Stage 1 with its gradients."""
    memory, operation = bundle.encoder(inputs.continuous, inputs.categorical)
    places = bundle.encoder.place(memory) if bundle.encoder.place_head is not None else None
    return encoded(bundle, memory, operation, places)


def operation_score(bundle: Bundle, inputs: ModelInput, operation: str) -> Tensor:
    """Log probability of an operation, `[B]`."""
    _, logits = bundle.encoder(inputs.continuous, inputs.categorical)
    scores: Tensor = (logits / bundle.calibration.temperatures.get("operation", 1.0)).log_softmax(dim=-1)
    return scores[:, bundle.operations.index(operation)]


@dataclass(frozen=True, eq=False)
class LineScore:
    """Scores one line in any number of inputs.

    given: its tokens as the decoder reads them, BOS first `[1, L]`; classes: head -> those to be said `[L]`, -1 where a
    head does not apply; digits `[1, L, D]`; known `[P, L]`: how probable each place of the learned programs makes a
    line that begins with the first 1, 2, ... L tokens, None where the bundle mixes no known lines in.
    """

    bundle: Bundle
    given: TokenInput
    classes: dict[str, Tensor]
    digits: Tensor
    known: Tensor | None

    @classmethod
    def of(cls, bundle: Bundle, ids: Sequence[int]) -> LineScore:
        """For the line of these token ids; the end is added where it is missing."""
        line = np.array([[token for token in ids if token != EOS]], dtype=np.int64).reshape(1, -1)
        targets, before = with_end(line), teacher_inputs(line)
        classes = {head: each[0] for head, each in head_targets(bundle.scheme, targets).items()}
        digits = torch.from_numpy(bundle.scheme.heads(targets).digits)
        given = token_input(torch.from_numpy(before), bundle.scheme.heads(before))
        return cls(bundle, given, classes, digits, _known(bundle, targets[0]))

    def tokens(self, inputs: ModelInput) -> Tensor:
        """Log probability of each token given those before it, `[B, L]`.

        Spelled by the decoder or known from the learned programs, mixed as decoding mixes them; without the grammar,
        which only sharpens it, and before the line's confidence is calibrated.
        """
        read = encode_for_gradients(self.bundle, inputs)
        spelled = self._spelled(read)
        if self.known is None or read.places is None:
            return spelled
        share = self.bundle.calibration.known_share
        begun = share * (read.places @ self.known) + (1 - share) * spelled.cumsum(dim=1).exp()
        so_far = begun.clamp(min=LEAST).log()
        return so_far.diff(dim=1, prepend=torch.zeros_like(so_far[:, :1]))

    def line(self, inputs: ModelInput) -> Tensor:
        """Log probability of the whole line, `[B]`."""
        return self.tokens(inputs).sum(dim=1)

    def _spelled(self, read: Encoded) -> Tensor:
        """Log probability that the decoder alone gives to each token, `[B, L]`: the heads that apply to it."""
        batch = len(read.memory)
        given = TokenInput(*(part.expand(batch, *part.shape[1:]) for part in self.given))
        logits = self.bundle.decoder(read.memory, read.operation, given)
        of_digits = self.bundle.decoder.digit_logits(logits, self.digits.expand(batch, -1, -1))
        total = read.memory.new_zeros(batch, len(self.classes["type"]))
        for head, wanted in self.classes.items():
            place = int(head.removeprefix("digit")) - 1 if head.startswith("digit") else None
            said = getattr(logits, head) if place is None else of_digits[:, :, place]
            heat = self.bundle.calibration.temperatures.get(head, 1.0)
            shares = (said / heat).log_softmax(dim=-1)
            chosen = wanted.clamp(min=0).expand(batch, -1)[..., None]
            total = total + shares.gather(-1, chosen).squeeze(-1) * (wanted >= 0)
        return total


def _known(bundle: Bundle, line: np.ndarray) -> Tensor | None:
    """How probable each place makes the known lines that begin as `line [L]` does, `[P, L]`."""
    mixes = bundle.encoder.place_head is not None and bundle.calibration.known_share
    if not mixes or bundle.known_tokens is None:
        return None
    known = with_end(bundle.scheme.encode_batch(list(bundle.known_lines.lines)), len(line))
    same = (known[:, : len(line)] == line).cumprod(axis=1)
    return bundle.known_lines.table @ torch.from_numpy(same.astype(np.float32))
