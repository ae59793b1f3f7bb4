"""Ways to take channels away from windows: each leaves something else of what a channel knew."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.evidence.tally import Bools, Ints
from core.model.bundle import Bundle
from core.model.predict import ModelInput, windows_input
from core.recordings.recording import RunWindow
from core.recordings.windows import Windows, as_windows

Way = Literal["missing", "mean", "hold", "shuffle", "noise", "offset"]
WAYS: tuple[Way, ...] = get_args(Way)
# the ways that draw something at random
SEEDED: tuple[Way, ...] = ("shuffle", "noise")
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
        own[:] = bundle.scaler.mean[mask] + bundle.scaler.scale[mask] * _noise(windows, mask, removal.seed)
    values[:, :, mask] = own
    return replace(windows, continuous=values)


def removed_input(
    bundle: Bundle, window: RunWindow, removal: Removal, donors: Windows | None = None
) -> ModelInput:
    """One window of a recording as the encoder reads it without what the removal names.

    What is drawn at random is drawn as for the same window among others, so that both are read alike.
    """
    return windows_input(
        bundle, removed(as_windows(window, bundle.inputs), bundle, removal, donors), slice(0, 1)
    )


def _generator(seed: int, run: str, start_row: int) -> np.random.Generator:
    """Random numbers of one window's own: whatever else is scored, it is given the same."""
    return np.random.default_rng((seed, zlib.crc32(run.encode()), start_row))


def _generators(windows: Windows, seed: int) -> Iterator[np.random.Generator]:
    for run, start in zip(windows.run.tolist(), windows.start_row.tolist(), strict=True):
        yield _generator(seed, run, start)


def _noise(windows: Windows, mask: Bools, seed: int) -> NDArray[np.float32]:
    """White noise `[N, T, M]`; that of a channel is the same whatever else is taken away."""
    shape = windows.continuous.shape[1:]
    drawn = (one.standard_normal(shape, np.float32)[:, mask] for one in _generators(windows, seed))
    return np.stack(list(drawn))


def _shuffled(windows: Windows, mask: Bools, donors: Windows, seed: int) -> Windows:
    """Every window with the masked channels of a window of another run, where there is another run."""
    donor = _donors(windows, donors, seed)
    values, present = windows.continuous.copy(), windows.present.copy()
    values[:, :, mask] = donors.continuous[donor][:, :, mask]
    present[:, mask] = donors.present[donor][:, mask]
    return replace(windows, continuous=values, present=present)


def _donors(windows: Windows, donors: Windows, seed: int) -> Ints:
    """The donor of each window, `[N]`."""
    every = np.arange(len(donors))
    others = {run: every[donors.run != run] for run in set(windows.run.tolist())}
    chosen = []
    for run, generator in zip(windows.run.tolist(), _generators(windows, seed), strict=True):
        among = others[run] if len(others[run]) else every
        chosen.append(int(among[generator.integers(len(among))]))
    return np.array(chosen, np.int64)
