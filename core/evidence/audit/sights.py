"""The sights of an audit: what little of a window each probe may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.evidence.audit.data import AuditData
from core.evidence.audit.features import Reals
from core.recordings.presence import boards_of

Kind = Literal["presence", "ambient", "elapsed", "controller", "modality", "board", "channel"]
NAMES: dict[str, str] = {
    "presence": "board presence",
    "ambient": "ambient channels",
    "elapsed": "elapsed time",
    "controller": "controller's own columns",
}


@dataclass(frozen=True, eq=False)
class Sight:
    """What a probe sees: features `[N, F]`, NaN = nothing; `levels` `[N, L]`: how high each channel of it stands.

    channels: those that it sees the values of; each has as many features as the others, its level is the first.
    """

    name: str
    kind: Kind
    features: Reals
    levels: Reals
    channels: tuple[str, ...] = ()


def sights(data: AuditData) -> list[Sight]:
    """Everything that a probe may see, each as small as it can be."""
    features, names = data.measured, data.windows.channels
    place = {name: index for index, name in enumerate(names)}
    present = data.windows.present.astype(np.float32)
    rows = data.windows.start_row.astype(np.float32)[:, None]
    found = [
        Sight(NAMES["presence"], "presence", present, present),
        Sight(NAMES["elapsed"], "elapsed", rows, rows),
    ]
    for name, kind, own in _groups(data):
        seen = features[:, [place[channel] for channel in own]]
        found.append(Sight(name, kind, seen.reshape(len(seen), -1), seen[:, :, 0], tuple(own)))
    if data.controller:
        columns = np.stack(list(data.controller.values()), axis=1)
        found.append(Sight(NAMES["controller"], "controller", columns, columns, tuple(data.controller)))
    for name in names:
        seen = features[:, place[name]]
        if data.machine.is_side(name) and np.isfinite(seen[:, 0]).any():
            found.append(Sight(name, "channel", seen, seen[:, :1], (name,)))
    return found


def _groups(data: AuditData) -> list[tuple[str, Kind, Sequence[str]]]:
    """Channels that are looked at together: the ambient ones, each modality, each board; none of one channel alone.

    What is live in no window is left out.
    """
    machine, names = data.machine, data.windows.channels
    live = np.flatnonzero(np.isfinite(data.measured[:, :, 0]).any(axis=0)).tolist()
    side = [names[place] for place in live if machine.is_side(names[place])]
    ambient = [name for name in side if machine.role(name) == "ambient"]
    found: list[tuple[str, Kind, Sequence[str]]] = [(NAMES["ambient"], "ambient", ambient)] if ambient else []
    for modality in dict.fromkeys(machine.modality(name) for name in side):
        found.append((modality, "modality", [name for name in side if machine.modality(name) == modality]))
    found += [(board, "board", own) for board, own in boards_of(machine, side).items()]
    return [(name, kind, own) for name, kind, own in found if len(own) > 1]
