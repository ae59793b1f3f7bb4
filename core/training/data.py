"""From the files of the windows to what the two stages are trained on."""

import torch

from core.model.scaling import Scaler, known_codes
from core.recordings.windows import Windows
from core.training.stage1 import EncoderData


def encoder_data(windows: Windows, scaler: Scaler, categorical_dims: tuple[int, ...]) -> EncoderData:
    """Standardise windows and put them into tensors."""
    return EncoderData(
        continuous=scaler.apply(windows.continuous, windows.present),
        categorical=known_codes(windows.categorical, categorical_dims),
        present=torch.from_numpy(windows.present),
        operation=torch.from_numpy(windows.operation_type),
        place=torch.from_numpy(windows.place),
    )


def learned_from(windows: Windows, *, lines: bool) -> Windows:
    """The windows that are learned from: those with a label, or, where no line is read, of a known operation."""
    return windows.take(windows.labelled if lines else windows.operation_type >= 0)
