"""From the files of the windows to what the two stages are trained on."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.model.scaling import Scaler, known_codes
from core.recordings.windows import Windows
from core.training.stage1 import EncoderData


@dataclass(frozen=True, eq=False)
class KnownLines:
    """The distinct lines of the training windows: targets of stage 1's auxiliary head."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, windows: Windows) -> "KnownLines":
        """All labels of the windows, in alphabetical order."""
        return cls(tuple(sorted(set(windows.gcode.tolist()) - {""})))

    def classes(self, windows: Windows) -> NDArray[np.int64]:
        """Class `[N]` of each window's label, -1 for a line that is not known."""
        index = {line: place for place, line in enumerate(self.lines)}
        return np.array([index.get(line, -1) for line in windows.gcode.tolist()], dtype=np.int64)


def encoder_data(
    windows: Windows, scaler: Scaler, known: KnownLines, categorical_dims: tuple[int, ...]
) -> EncoderData:
    """Standardise windows and put them into tensors."""
    return EncoderData(
        continuous=scaler.apply(windows.continuous, windows.present),
        categorical=known_codes(windows.categorical, categorical_dims),
        present=torch.from_numpy(windows.present),
        operation=torch.from_numpy(windows.operation_type),
        line=torch.from_numpy(known.classes(windows)),
    )
