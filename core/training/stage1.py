"""Stage 1: train the encoder to restore what it was shown, to name the operation and to know the place."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.model.encoder import MMDTAELSTM
from core.model.losses import focal_loss, reconstruction_loss
from core.training.augment import ChannelGroups, drop_groups
from core.training.presets import Stage1


@dataclass(frozen=True)
class EncoderData:
    """Windows ready for the encoder: `[N, T, C]`, `[N, T, K]`, live `[N, C]`, operation `[N]`, known line `[N]`."""

    continuous: Tensor
    categorical: Tensor
    present: Tensor
    operation: Tensor
    line: Tensor

    def __len__(self) -> int:
        return len(self.operation)


class EncoderTask:
    """What the loop trains in stage 1."""

    name = "stage1"

    def __init__(
        self, model: MMDTAELSTM, train: EncoderData, val: EncoderData, groups: ChannelGroups, options: Stage1
    ) -> None:
        self.model, self.train, self.val = model, train, val
        self.groups, self.options, self.size = groups, options, len(train)

    def loss(self, index: Tensor) -> Tensor:
        """Operation, reconstruction and, if asked, line; boards and modalities are taken away at random."""
        data, options = self.train, self.options
        present = drop_groups(data.present[index], self.groups, options.group_dropout)
        clean = data.continuous[index] * present[:, None]
        memory, operation = self.model(clean, data.categorical[index], present)
        loss = focal_loss(operation, data.operation[index], smoothing=options.label_smoothing)
        restored = self.model.reconstruct(memory)
        loss = loss + options.reconstruction_weight * reconstruction_loss(restored, clean, present)
        if options.line_weight:
            line = self.model.locate(memory)
            loss = loss + options.line_weight * focal_loss(
                line, data.line[index], smoothing=options.label_smoothing
            )
        return loss

    def validate(self) -> dict[str, float]:
        """Share of validation windows with the operation (and the line) right, and the reconstruction's error.

        The score is the mean share less a tenth of the error: once every operation is right, the memory that
        holds more of what was felt is still the better one for stage 2.
        """
        right = {"operation": 0, "line": 0}
        error = 0.0
        with torch.inference_mode():
            for start in range(0, len(self.val), 256):
                part = slice(start, start + 256)
                clean, present = self.val.continuous[part], self.val.present[part]
                memory, operation = self.model(clean, self.val.categorical[part], present)
                right["operation"] += int((operation.argmax(-1) == self.val.operation[part]).sum())
                if self.options.line_weight:
                    line = self.model.locate(memory)
                    right["line"] += int((line.argmax(-1) == self.val.line[part]).sum())
                restored = self.model.reconstruct(memory)
                error += float(reconstruction_loss(restored, clean, present)) * len(clean)
        heads = ("operation", "line") if self.options.line_weight else ("operation",)
        shares = {head: right[head] / len(self.val) for head in heads}
        error /= len(self.val)
        return {"score": sum(shares.values()) / len(shares) - 0.1 * error, **shares, "reconstruction": error}


@torch.inference_mode()
def encode(
    model: MMDTAELSTM, data: EncoderData, present: Tensor, batch_size: int = 256
) -> tuple[Tensor, Tensor]:
    """Memory `[N, T, H]` and operation probabilities `[N, O]` with only the `present [N, C]` channels."""
    memories, operations = [], []
    for start in range(0, len(data), batch_size):
        part = slice(start, start + batch_size)
        live = present[part]
        memory, operation = model(data.continuous[part] * live[:, None], data.categorical[part], live)
        memories.append(memory)
        operations.append(F.softmax(operation, dim=-1))
    return torch.cat(memories), torch.cat(operations)
