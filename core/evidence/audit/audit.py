"""The whole audit of a split: leaks, probes and labels, from the windows to a result that can be kept."""

from collections.abc import Callable
from dataclasses import dataclass

from core.evidence.audit.data import AuditData
from core.evidence.audit.labels import Labels, labels
from core.evidence.audit.leakage import Leakage, leakage
from core.evidence.audit.probes import Probe, probes
from core.gcode.scheme import Scheme

# probes that are done, all, what is being looked at
Told = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Audit:
    """What was found about a split of some runs.

    leakage is None where there is no training or test part; probes are none where there is one run alone;
    controller_inputs: channels of the controller's own state among the windows' inputs; length: rows of a window.
    """

    machine: str
    protocol: str
    runs: int
    length: int
    leakage: Leakage | None
    probes: tuple[Probe, ...]
    labels: Labels
    controller_inputs: tuple[str, ...]


def audit(data: AuditData, scheme: Scheme | None = None, told: Told | None = None) -> Audit:
    """Look for leaks, for what names the session and for weak labels; `scheme`: the vocabulary that is scored with."""
    own = set(data.machine.controller_channels)
    both = len(data.index("train")) and len(data.index("test"))
    return Audit(
        machine=data.machine.name,
        protocol=data.protocol,
        runs=len(set(data.windows.run.tolist())),
        length=data.windows.continuous.shape[1],
        leakage=leakage(data) if both else None,
        probes=probes(data, told),
        labels=labels(data, scheme),
        controller_inputs=tuple(name for name in data.windows.channels if name in own),
    )
