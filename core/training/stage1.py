"""Stage 1: train the encoder to restore what it was shown, to name the operation and to know the place."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.model.encoder import MMDTAELSTM
from core.model.losses import focal_loss, place_loss, reconstruction_loss
from core.recordings.programs import Programs
from core.training.augment import ChannelGroups, Partners, drop_groups, swap_boards
from core.training.offsets import PartOffsets
from core.training.presets import Stage1

NEAR_ROWS = 2.0


@dataclass(frozen=True)
class EncoderData:
    """Windows ready for the encoder: `[N, T, C]`, `[N, T, K]`, live `[N, C]`, operation `[N]`, place `[N]`."""

    continuous: Tensor
    categorical: Tensor
    present: Tensor
    operation: Tensor
    place: Tensor

    def __len__(self) -> int:
        return len(self.operation)


class EncoderTask:
    """What the loop trains in stage 1."""

    name = "stage1"

    def __init__(
        self,
        model: MMDTAELSTM,
        train: EncoderData,
        val: EncoderData,
        groups: ChannelGroups,
        programs: Programs,
        options: Stage1,
        offsets: PartOffsets | None = None,
    ) -> None:
        self.model, self.train, self.val, self.offsets = model, train, val, offsets
        self.groups, self.options, self.size = groups, options, len(train)
        self.partners = Partners(train.place.numpy(), train.operation.numpy())
        self.program_of = torch.from_numpy(programs.program_of)

    def loss(self, index: Tensor) -> Tensor:
        """Operation, reconstruction and, if asked, place; boards are swapped and taken away at random."""
        options = self.options
        clean, present = self._seen(index)
        memory, operation = self.model(clean, self.train.categorical[index])
        loss = focal_loss(operation, self.train.operation[index], smoothing=options.label_smoothing)
        restored = self.model.reconstruct(memory)
        loss = loss + options.reconstruction_weight * reconstruction_loss(restored, clean, present)
        if self.model.place_head is not None:
            said = self.model.place(memory)
            place = place_loss(said, self.train.place[index], self.program_of, options.place_spread)
            loss = loss + options.place_weight * place
        return loss

    def _seen(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Rows and live channels of training windows as the encoder is shown them."""
        data, options = self.train, self.options
        rows, present = self._offset(index), data.present[index]
        if options.swap_boards:
            partner = self.partners.draw(index)
            other = (self._offset(partner), data.present[partner])
            rows, present = swap_boards((rows, present), other, self.groups, options.swap_boards)
        present = drop_groups(present, self.groups, options.group_dropout)
        return rows * present[:, None], present

    def _offset(self, index: Tensor) -> Tensor:
        """Rows `[B, T, C]`, some of them less the offset of a part of their run in place of the whole run's."""
        rows = self.train.continuous[index]
        if self.offsets is None:
            return rows
        return rows - self.offsets.draw(index, self.options.part_offsets)[:, None]

    def validate(self) -> dict[str, float]:
        """Share of validation windows with the operation (and the place, to two rows) right, and the restoring error.

        The score is the mean share less a tenth of the error: once every operation is right, the memory that
        holds more of what was felt is still the better one for stage 2.
        """
        right = {"operation": 0, "place": 0}
        error, placed = 0.0, int(torch.isfinite(self.val.place).sum())
        with torch.inference_mode():
            for start in range(0, len(self.val), 256):
                part = slice(start, start + 256)
                clean, present = self.val.continuous[part], self.val.present[part]
                memory, operation = self.model(clean, self.val.categorical[part])
                right["operation"] += int((operation.argmax(-1) == self.val.operation[part]).sum())
                if self.model.place_head is not None:
                    off = self.model.place(memory).argmax(-1) - self.val.place[part]
                    right["place"] += int((off.abs() <= NEAR_ROWS).sum())
                error += float(reconstruction_loss(self.model.reconstruct(memory), clean, present)) * len(
                    clean
                )
        shares = {"operation": right["operation"] / len(self.val)}
        if self.model.place_head is not None and placed:
            shares["place"] = right["place"] / placed
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
        memory, operation = model(data.continuous[part] * live[:, None], data.categorical[part])
        memories.append(memory)
        operations.append(F.softmax(operation, dim=-1))
    return torch.cat(memories), torch.cat(operations)
