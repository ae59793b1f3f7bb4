"""Ways to take channels away from windows: each leaves something else of what a channel knew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from core.errors import ToolmarkError
from core.evidence.tally import Bools, Ints
from core.model.bundle import Bundle
from core.recordings.windows import Windows

Way = Literal["missing", "mean", "hold", "shuffle", "noise", "offset"]
WAYS: tuple[Way, ...] = get_args(Way)
WORDS: dict[Way, str] = {
    "missing": "As if the channels were not there: 0 after scaling, which is the mean of the training windows.",
    "mean": "Each channel stands still at its own mean of the window: its level stays, every change is gone.",
    "hold": "Each channel stands still at the window's first row, as a frozen board would.",
    "shuffle": "The channels come from another window, drawn at random: real values that belong to another cut.",
    "noise": "White noise with the mean and the spread of the training windows: values that know nothing.",
    "offset": "The window's own mean is taken off: every change stays, the level, and with it the day, is gone.",
}


class RemovalError(ToolmarkError):
    """Something that cannot be taken away."""


@dataclass(frozen=True)
class Removal:
    """What is taken away and how: names of modalities, boards or channels; `seed` is of `shuffle` and `noise`."""

    names: tuple[str, ...]
    way: Way = "missing"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise RemovalError(f"Nothing can be removed by “{self.way}”: choose one of {', '.join(WAYS)}.")

    def mask(self, bundle: Bundle) -> Bools:
        """Which of the bundle's channels are meant, `[C]`.

        Raises:
            ToolmarkError: a name that the machine lacks, or names that stand for nothing that the bundle reads.
        """
        meant = bundle.machine.resolve(list(self.names)) if self.names else frozenset()
        mask = np.array([channel in meant for channel in bundle.inputs.channels], np.bool_)
        if self.names and not mask.any():
            raise RemovalError(
                f"{bundle.manifest.name} reads nothing of {', '.join(self.names)}: remove something that it reads."
            )
        return mask


def kept_alone(bundle: Bundle, names: Sequence[str], way: Way = "missing") -> Removal:
    """The removal of everything that the bundle reads but these."""
    kept = bundle.machine.resolve(list(names))
    others = tuple(channel for channel in bundle.inputs.channels if channel not in kept)
    return Removal(others, way)


def removed(windows: Windows, bundle: Bundle, removal: Removal, donors: Windows | None = None) -> Windows:
    """The windows without what the removal names; what is absent in a window stays absent.

    `donors`: the windows that `shuffle` draws from, else the windows themselves.
    """
    mask = removal.mask(bundle)
    if not mask.any():
        return windows
    if removal.way == "missing":
        return replace(windows, present=windows.present & ~mask)
    if removal.way == "shuffle":
        return _shuffled(windows, mask, windows if donors is None else donors, removal.seed)
    values = windows.continuous.copy()
    own = values[:, :, mask]
    if removal.way == "mean":
        own[:] = own.mean(axis=1, keepdims=True)
    elif removal.way == "hold":
        own[:] = own[:, :1]
    elif removal.way == "offset":
        own += bundle.scaler.mean[mask] - own.mean(axis=1, keepdims=True)
    else:
        noise = np.random.default_rng(removal.seed).standard_normal(own.shape, np.float32)
        own[:] = bundle.scaler.mean[mask] + bundle.scaler.scale[mask] * noise
    values[:, :, mask] = own
    return replace(windows, continuous=values)


def _shuffled(windows: Windows, mask: Bools, donors: Windows, seed: int) -> Windows:
    """Every window with the masked channels of a window of another run, where there is another run."""
    donor = _donors(windows, donors, np.random.default_rng(seed))
    values, present = windows.continuous.copy(), windows.present.copy()
    values[:, :, mask] = donors.continuous[donor][:, :, mask]
    present[:, mask] = donors.present[donor][:, mask]
    return replace(windows, continuous=values, present=present)


def _donors(windows: Windows, donors: Windows, generator: np.random.Generator) -> Ints:
    """The donor of each window, `[N]`: drawn anew while it is of the window's own run."""
    chosen = generator.integers(0, len(donors), len(windows))
    several = len(np.unique(donors.run)) > 1
    own = donors.run[chosen] == windows.run
    while several and own.any():
        chosen[own] = generator.integers(0, len(donors), int(own.sum()))
        own = donors.run[chosen] == windows.run
    return np.asarray(chosen, np.int64)
