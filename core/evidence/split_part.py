"""How much a run can prove of a bundle: which part of the bundle's own split it belongs to."""

from typing import Literal

from core.model.bundle import Bundle
from core.recordings.machine import Machine

Part = Literal["trained on", "held out", "validation", "partly trained on", "new"]


def part_of(bundle: Bundle, run: str, machine: Machine) -> Part:
    """Which part of the bundle's own split a run of a machine belongs to; another machine's may have the same name."""
    if machine.name != bundle.machine.name:
        return "new"
    parts = {part for part, runs in bundle.manifest.runs.items() if run in runs}
    if "train" in parts:
        return "trained on" if parts == {"train"} else "partly trained on"
    return "held out" if "test" in parts else "validation" if "val" in parts else "new"
