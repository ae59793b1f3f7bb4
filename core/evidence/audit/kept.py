"""Probes that an audit has done so far, kept beside its file until it is whole: one that was stopped goes on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from core.evidence.audit.audit_file import FORMAT, probe_json, probe_of
from core.evidence.audit.data import AuditData
from core.evidence.audit.probes import Probe, Sighted
from core.recordings.atomic import write_text

# probes between two writes: what is lost with them is a few seconds' work
EVERY = 20


class KeptProbes:
    """The probes of an audit that is being made; those of other windows are not believed."""

    def __init__(self, out: Path, data: AuditData) -> None:
        self.path = out.with_name(f"{out.name}.part")
        self._key = _digest(data)
        self._probes = dict(self._read())
        self._new = 0

    @property
    def known(self) -> Mapping[Sighted, Probe]:
        """Kind and name -> probe, of those that were done before."""
        return dict(self._probes)

    def add(self, probe: Probe) -> None:
        """Keep one more."""
        self._probes[probe.kind, probe.name] = probe
        self._new += 1
        if self._new % EVERY == 0:
            entries = [probe_json(each) for each in self._probes.values()]
            write_text(self.path, json.dumps({"format": FORMAT, "of": self._key, "probes": entries}))

    def done(self) -> None:
        """The audit is whole: nothing need be kept beside it."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[Sighted, Probe]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if (content["format"], content["of"]) != (FORMAT, self._key):
                return {}
            found = [probe_of(entry) for entry in content["probes"]]
            return {(probe.kind, probe.name): probe for probe in found}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def _digest(data: AuditData) -> str:
    """What tells these windows from all others: what probes are made from."""
    state = hashlib.sha256(data.protocol.encode())
    # which channels are looked at together, and as what, is the machine's to say
    state.update("\0".join(data.windows.channels).encode() + data.machine.to_toml().encode())
    for array in (data.measured, data.windows.present, data.windows.operation_type, data.windows.start_row):
        state.update(array.tobytes())
    for texts in (data.windows.run, data.windows.gcode, data.part):
        state.update("\0".join(texts.tolist()).encode())
    for name, values in data.controller.items():
        state.update(name.encode() + values.tobytes())
    return state.hexdigest()
