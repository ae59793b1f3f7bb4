"""What the windows of a run say of program, place and operation, before they are put together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.model.bundle import Bundle
from core.model.predict import encode, windows_input
from core.recordings.windows import WINDOW_ROWS, Windows

Floats = NDArray[np.float32]
# the centre of a window of 64 rows lies between its 32nd and 33rd
CENTRE = (WINDOW_ROWS - 1) / 2
BATCH = 256
LEAST = 1e-9
# a window in which fewer channels are live says nothing: the motors' currents alone do not tell where a program is
FEWEST = 10


@dataclass(frozen=True, eq=False)
class Words:
    """What the windows of a run say.

    places: log probabilities `[N, P]`; operations: log probabilities `[N, O]`; first: the row each window begins at.
    """

    places: Floats
    operations: Floats
    first: NDArray[np.int64]
    n_rows: int
    stride: int

    @property
    def centres(self) -> NDArray[np.float64]:
        """The row that each window is centred on, `[N]`."""
        return (self.first + CENTRE).astype(np.float64)


def listen(
    bundle: Bundle, windows: Windows, n_rows: int, stride: int, told: Callable[[int], None] | None = None
) -> Words:
    """What the windows of one run say; one in which next to nothing is live says nothing.

    told: called with the number of windows that have been read.
    """
    places: list[Floats] = []
    operations: list[Floats] = []
    for start in range(0, len(windows), BATCH):
        inputs = windows_input(bundle, windows, slice(start, start + BATCH))
        read = encode(bundle, inputs)
        assert read.places is not None
        mute = inputs.present.sum(dim=1, keepdim=True) < FEWEST
        for found, into in ((read.places, places), (read.operation, operations)):
            said = torch.where(mute, 1 / found.shape[1], found)
            into.append(torch.log(said + LEAST).numpy())
        if told:
            told(min(start + BATCH, len(windows)))
    return Words(np.concatenate(places), np.concatenate(operations), windows.start_row, n_rows, stride)
