"""What a bundle is: what it reads, what it learned from, how it was trained."""

import pandas as pd

from core.model.bundle import Bundle
from core.recordings.machine import Machine
from core.recordings.windows import WINDOW_ROWS
from dashboard.components import counted, listed


def facts(bundle: Bundle, machine: Machine) -> pd.DataFrame:
    """Two columns in Markdown: what, and the fact."""
    manifest, inputs = bundle.manifest, bundle.inputs
    own = [name for name in inputs.channels if name in set(bundle.machine.controller_channels)]
    rows = [
        ("Reads", f"{WINDOW_ROWS} rows of {counted(len(inputs.channels), 'channel')}{_beside(bundle, own)}"),
        ("Modalities", listed(_modalities(bundle), 14)),
        ("Says", _says(bundle)),
        ("Learned from", _parts(bundle)),
        ("Trained", _training(bundle)),
        ("Weights", f"{_weights(bundle):,} in two stages; preset {manifest.preset.get('name', 'unknown')}"),
        (
            "Digest",
            f"`{bundle.digest[:12]}`, of data `{manifest.data_digest[:12]}`, code {manifest.code_version}",
        ),
    ]
    missing = [name for name in inputs.channels if name not in set(machine.channels)]
    if missing:
        rows.append(
            ("Lacks here", f"{counted(len(missing), 'channel')}: {listed(missing, 8)}; taken as missing")
        )
    return pd.DataFrame(rows, columns=["Bundle", bundle.manifest.name])


def _beside(bundle: Bundle, own: list[str]) -> str:
    codes = bundle.inputs.categorical
    parts = [f"{counted(len(codes), 'status code')} of the controller"] if codes else []
    parts += [f"among them {listed(own, 4)} of the controller"] if own else []
    return f" and {'; '.join(parts)}" if parts else ", none of them the controller's own"


def _modalities(bundle: Bundle) -> list[str]:
    counts: dict[str, int] = {}
    for channel in bundle.inputs.channels:
        modality = bundle.machine.modality(channel).replace("_", " ")
        counts[modality] = counts.get(modality, 0) + 1
    return [f"{name} {number}" for name, number in counts.items()]


def _says(bundle: Bundle) -> str:
    operations = f"one of {len(bundle.operations)} operations"
    if not bundle.reads_lines:
        return f"{operations}; no program lines were learned"
    known = len(bundle.known_lines.lines)
    spelled = f"a line of G-code, {bundle.scheme.name} in tokens"
    return f"{operations} and {spelled}" + (f"; {known:,} lines are known from programs" if known else "")


def _parts(bundle: Bundle) -> str:
    runs = bundle.manifest.runs
    names = {"train": "", "val": " to choose by", "test": " held out"}
    said = [f"{counted(len(runs[part]), 'run')}{name}" for part, name in names.items() if part in runs]
    fold = "" if bundle.manifest.fold is None else f", fold {bundle.manifest.fold}"
    return f"{', '.join(said)}{fold}, seed {bundle.manifest.seed}"


def _training(bundle: Bundle) -> str:
    manifest = bundle.manifest
    seconds = sum(float(part) for part in manifest.training.get("seconds", {}).values())
    took = f"{seconds / 60:.0f} min, " if seconds else ""
    return f"{took}{manifest.created[:10]}, protocol {manifest.protocol}"


def _data_digest(bundle: Bundle) -> str:
    digest = bundle.manifest.data_digest
    return f", of data `{digest[:12]}`" if digest else ""


def _weights(bundle: Bundle) -> int:
    stages = (bundle.encoder, bundle.decoder)
    return sum(weight.numel() for stage in stages for weight in stage.parameters())
