"""Stage 2: train the decoder on the frozen encoder's cached memory."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.gcode import Heads, Scheme
from core.model.decoder import SensorMultiHeadDecoder
from core.model.decoding import greedy
from core.model.losses import decoder_loss
from core.model.targets import same_lines, teacher_inputs, with_end
from core.model.token_parts import TokenInput, token_input
from core.training.presets import Stage2


@dataclass(frozen=True)
class DecoderData:
    """Cached memory `[V, N, T, H]` (V views of each window), operations `[V, N, O]`, tokens `[N, L]`."""

    memory: Tensor
    operation: Tensor
    tokens: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.tokens)


class DecoderTask:
    """What the loop trains in stage 2."""

    name = "stage2"

    def __init__(
        self,
        model: SensorMultiHeadDecoder,
        scheme: Scheme,
        train: DecoderData,
        val: DecoderData,
        options: Stage2,
    ) -> None:
        self.model, self.scheme, self.options = model, scheme, options
        self.train, self.val, self.size = train, val, len(train)
        self._inputs, self._targets = _tensors(scheme, train.tokens)
        self._val_inputs, self._val_targets = _tensors(scheme, val.tokens)

    def loss(self, index: Tensor) -> Tensor:
        """All heads, teacher-forced, on a view of each window drawn at random."""
        view = torch.randint(len(self.train.memory), (len(index),))
        inputs = TokenInput(*(part[index] for part in self._inputs))
        targets = {head: value[index] for head, value in self._targets.items()}
        logits = self.model(self.train.memory[view, index], self.train.operation[view, index], inputs)
        digits = self.model.digit_logits(logits, targets["digits"])
        return decoder_loss(logits, targets, self.options.focal_gamma, self.options.label_smoothing, digits)

    def validate(self) -> dict[str, float]:
        """Token share teacher-forced, whole lines free-running; the preset names the one that decides."""
        shares = {"token": self._token_share(), "line": self._line_share()}
        return {"score": shares[self.options.score], **shares}

    @torch.inference_mode()
    def _token_share(self) -> float:
        right, scored = 0, 0
        for part in _parts(len(self.val)):
            inputs = TokenInput(*(value[part] for value in self._val_inputs))
            logits = self.model(self.val.memory[0, part], self.val.operation[0, part], inputs)
            digits = self.model.digit_logits(logits, self._val_targets["digits"][part])
            correct = torch.ones_like(inputs.ids, dtype=torch.bool)
            for head in ("type", "command", "param_type", "sign"):
                target = self._val_targets[head][part]
                correct &= (target < 0) | (getattr(logits, head).argmax(-1) == target)
            target = self._val_targets["digits"][part]
            correct &= ((target < 0) | (digits.argmax(-1) == target)).all(dim=-1)
            counted = self._val_targets["type"][part] >= 0
            right += int((correct & counted).sum())
            scored += int(counted.sum())
        return right / max(scored, 1)

    @torch.inference_mode()
    def _line_share(self) -> float:
        right = 0
        for part in _parts(len(self.val)):
            decoded = greedy(self.model, self.val.memory[0, part], self.val.operation[0, part], self.scheme)
            right += int(same_lines(decoded.tokens, with_end(self.val.tokens[part])).sum())
        return right / max(len(self.val), 1)


def _parts(n: int, size: int = 256) -> list[slice]:
    return [slice(start, start + size) for start in range(0, n, size)]


def _tensors(scheme: Scheme, tokens: NDArray[np.int64]) -> tuple[TokenInput, dict[str, Tensor]]:
    """Decoder input `[N, L + 1]` (BOS first) and the classes of each head to be said `[N, L + 1]`."""
    inputs, ends = teacher_inputs(tokens), with_end(tokens)
    heads: Heads = scheme.heads(ends)
    targets = {
        head: torch.from_numpy(getattr(heads, head))
        for head in ("type", "command", "param_type", "sign", "digits")
    }
    return token_input(torch.from_numpy(inputs), scheme.heads(inputs)), targets
