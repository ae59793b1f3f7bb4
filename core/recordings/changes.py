"""What if the sensors had felt something else: a window moved by rows, noise or an offset on some of its channels.

A change is written as text, so that a link can carry it: `shift(-1);noise(proximity,0.5sd,7);offset(x_motor,0.2)`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote, unquote
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from core.errors import ToolmarkError
from core.recordings.inputs import Prepared
from core.recordings.machine import Machine
from core.recordings.recording import RunWindow

Kind = Literal["noise", "offset"]
MOST = 1e9
_SHIFT = re.compile(r"shift\(([+-]?\d{1,9})\)")
_ADDED = re.compile(r"(noise|offset)\(([^,()]+),([^,()]+?)(sd)?(?:,(\d{1,9}))?\)")


class ChangeError(ToolmarkError):
    """A change that cannot be understood or made."""


@dataclass(frozen=True)
class Addition:
    """Something added to the values of a channel, or of every channel of a board or a modality.

    noise: Gaussian, of standard deviation `amount`, the same for the same `seed`; offset: `amount` on every row of the
    window. `in_sd` measures the amount in standard deviations of each channel over its run, else in the channel's unit.
    """

    kind: Kind
    name: str
    amount: float
    in_sd: bool = False
    seed: int = 0

    @property
    def text(self) -> str:
        """The addition as it is written; `parse` reads it back."""
        seed = f",{self.seed}" if self.kind == "noise" else ""
        return f"{self.kind}({quote(self.name, safe='')},{self.amount!r}{'sd' if self.in_sd else ''}{seed})"

    def values(self, channel: str, spread: float, rows: int) -> NDArray[np.float32]:
        """What is added to one channel, float32 [rows]; `spread` is the channel's standard deviation."""
        size = self.amount * (spread if self.in_sd else 1.0)
        if self.kind == "offset":
            return np.full(rows, size, dtype=np.float32)
        # of the channel's name: another channel's noise does not depend on which channels come before it
        noise = np.random.default_rng([self.seed, crc32(channel.encode())]).standard_normal(rows)
        return (size * noise).astype(np.float32)


@dataclass(frozen=True)
class Change:
    """A window changed: `shift` rows later in its run, then the additions."""

    shift: int = 0
    additions: tuple[Addition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shift or self.additions)

    @property
    def text(self) -> str:
        """The change as it is written; "" for none. `parse` reads it back."""
        shift = [f"shift({self.shift})"] if self.shift else []
        return ";".join([*shift, *(each.text for each in self.additions)])

    def having(self, wanted: Addition) -> "Change":
        """With this addition in place of one of its kind to the same name; an amount of 0 takes that away."""
        kept = tuple(e for e in self.additions if (e.kind, e.name) != (wanted.kind, wanted.name))
        return replace(self, additions=(*kept, wanted) if wanted.amount else kept)

    def moved(self, window: RunWindow) -> RunWindow:
        """The window that begins `shift` rows later.

        Raises:
            RecordingError: the run has no such window.
        """
        return window.recording.window(window.start_row + self.shift, window.length)

    def added(
        self, prepared: Prepared, rows: slice, channels: Sequence[str], machine: Machine
    ) -> NDArray[np.float32]:
        """What the additions put on the prepared values of the rows, float32 [T, C]; 0 where a channel is not live.

        Raises:
            ChangeError: a name of whose channels none is among `channels`.
            MachineError: a name that the machine does not have.
        """
        live = prepared.live[rows]
        added = np.zeros(live.shape, dtype=np.float32)
        for addition in self.additions:
            for column in _columns(addition, channels, machine):
                spread = _spread(prepared, column) if addition.in_sd else 1.0
                added[:, column] += addition.values(channels[column], spread, len(live)) * live[:, column]
        return added


def parse(text: str) -> Change:
    """Read a change as `Change.text` writes it.

    Raises:
        ChangeError: naming the part that cannot be read.
    """
    change = Change()
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        if shift := _SHIFT.fullmatch(part):
            change = replace(change, shift=int(shift[1]))
        else:
            change = replace(change, additions=(*change.additions, _addition(part)))
    return change


def _addition(text: str) -> Addition:
    found = _ADDED.fullmatch(text)
    if found is None:
        raise ChangeError(
            f"“{text}” is no change: write shift(ROWS), noise(CHANNEL,SD,SEED) or offset(CHANNEL,AMOUNT), with "
            "`sd` behind an amount that counts standard deviations."
        )
    kind: Kind = "noise" if found[1] == "noise" else "offset"
    try:
        amount = float(found[3])
    except ValueError:
        amount = math.nan
    if not abs(amount) <= MOST or (kind == "noise" and amount < 0):
        raise ChangeError(f"“{found[3]}” in “{text}” is no amount: write a number such as 0.5.")
    return Addition(kind, unquote(found[2]), amount, found[4] is not None, int(found[5] or 0))


def _columns(addition: Addition, channels: Sequence[str], machine: Machine) -> list[int]:
    named = machine.resolve([addition.name])
    columns = [column for column, name in enumerate(channels) if name in named]
    if not columns:
        raise ChangeError(f"The model does not read {addition.name}: a change of it changes nothing.")
    units = {machine.unit(channels[column]) for column in columns}
    if not addition.in_sd and len(units) > 1:
        raise ChangeError(
            f"The channels of {addition.name} have different units ({', '.join(sorted(units))}): give the amount in "
            "standard deviations."
        )
    return columns


def _spread(prepared: Prepared, column: int) -> float:
    values = prepared.values[:, column][prepared.live[:, column]]
    return float(values.std()) if len(values) else 0.0
