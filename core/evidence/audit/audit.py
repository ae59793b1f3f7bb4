"""The whole audit of a split: leaks, probes and labels, from the windows to a result that can be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.evidence.audit.data import AuditData
from core.evidence.audit.labels import Labels, labels
from core.evidence.audit.leakage import Leakage, leakage
from core.evidence.audit.levels import Levels, levels
from core.evidence.audit.probes import Found, Probe, Sighted, Told, probes
from core.evidence.bootstrap import Interval
from core.gcode.scheme import Scheme
from core.recordings.inputs import InputSpec


@dataclass(frozen=True, eq=False)
class Audit:
    """What was found about a split of some runs.

    leakage is None where there is no training or test part, and `unsplit` says why; probes are none where fewer than
    FEWEST_RUNS runs or two operations are known; controller_inputs: channels of the controller's own state among the
    inputs; length: rows of a window; left_out: run -> why it has no windows. inputs: what a model sees of the probed
    windows, None = they are as it sees them.
    """

    machine: str
    protocol: str
    runs: int
    operations: int
    length: int
    leakage: Leakage | None
    probes: tuple[Probe, ...]
    labels: Labels
    levels: Levels
    controller_inputs: tuple[str, ...]
    inputs: InputSpec | None = None
    left_out: Mapping[str, str] | None = None
    unsplit: str = ""
    made: str = ""

    @property
    def unjudged(self) -> tuple[str, ...]:
        """What these runs were too few for."""
        split = ("what test and training share",) if self.leakage is None else ()
        return split + (() if self.probes else ("what names the session",))

    def probe(self, name: str | None) -> Probe | None:
        """The probe of a name."""
        return next((probe for probe in self.probes if probe.name == name), None)

    def seen(self, probe: Probe) -> Interval | None:
        """How well what a model sees of it tells the operation: its inputs may leave channels out, or levels.

        None = a model does not see it.
        """
        if self.inputs is None:
            return probe.operation
        if probe.kind == "presence":
            return probe.operation
        if not set(probe.channels) & set(self.inputs.channels):
            return None
        return probe.moving if self.inputs.remove_run_offset else probe.operation


def audit(
    data: AuditData,
    scheme: Scheme | None = None,
    told: Told | None = None,
    known: Mapping[Sighted, Probe] | None = None,
    found: Found | None = None,
) -> Audit:
    """Look for leaks, for what names the session and for weak labels; `scheme`: the vocabulary that is scored with.

    `known` probes are not made again, and `found` hears of every other one.
    """
    own = set(data.machine.controller_channels)
    seen = data.windows.channels if data.inputs is None else data.inputs.channels
    both = len(data.index("train")) and len(data.index("test"))
    kinds = set(data.windows.operation_type[data.asked].tolist())
    return Audit(
        machine=data.machine.name,
        protocol=data.protocol,
        runs=len(set(data.windows.run.tolist())),
        operations=len(kinds),
        length=data.windows.continuous.shape[1],
        leakage=leakage(data) if both else None,
        probes=probes(data, told, known, found),
        labels=labels(data, scheme),
        levels=levels(data),
        controller_inputs=tuple(name for name in seen if name in own),
        inputs=data.inputs,
        left_out=data.left_out,
        unsplit=data.unsplit,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
    )
