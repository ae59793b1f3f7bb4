"""A bundle scored on the same windows again and again, each time without something; what was scored once is kept."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from core.evidence.ablation.removal import Removal, removed
from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.evaluation_file import read_evaluation, write_evaluation
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle
from core.recordings.sequences import digest, read_splits
from core.recordings.store import INDEX, Store
from core.recordings.windows import Windows, concat, cut_windows

NOTHING = Removal(())
# raised when what is scored, or how, changes: what was kept before is then scored again
VERSION = 1


def held_out_windows(bundle: Bundle, path: Path) -> Windows:
    """The windows that a bundle is to be scored on: the test windows of a folder, or those of a store's held-out runs.

    Raises:
        ToolmarkError: there is no such folder, or none of its runs is held out.
    """
    if not (path / INDEX).is_file():
        return _checked(bundle, path)
    store = Store.open(path)
    if bundle.protocol == "seed":
        raise EvidenceError(
            f"{bundle.manifest.name} was tested on windows of runs that it learned from: give the folder of its window "
            "files in place of the store."
        )
    runs = [run for run in bundle.manifest.runs.get("test", ()) if run in store.names]
    if not runs or store.machine.name != bundle.machine.name:
        raise EvidenceError(
            f"{path} holds none of the runs that {bundle.manifest.name} never saw: give its own store."
        )
    cut = concat([cut_windows(store.recording(run), bundle.inputs) for run in runs])
    return cut.with_tokens(bundle.scheme) if bundle.reads_lines else cut


def _checked(bundle: Bundle, path: Path) -> Windows:
    splits = read_splits(path)
    if splits.manifest.spec != bundle.inputs or splits.manifest.scheme != bundle.manifest.scheme:
        raise EvidenceError(
            f"The windows in {path} were cut for other inputs or tokens than the bundle's: cut them with the protocol "
            f"`{bundle.protocol}` as for its training."
        )
    return splits.test


@dataclass(frozen=True, eq=False)
class Ablation:
    """A bundle and the N windows that it is scored on; evaluations are kept in `folder`, if there is one."""

    bundle: Bundle
    windows: Windows
    folder: Path | None = None
    _kept: dict[str, Evaluation] = field(default_factory=dict)

    def key(self, removal: Removal) -> str:
        """What tells the evaluation of a removal from all others: bundle, windows, channels and way."""
        mask = removal.mask(self.bundle)
        if not mask.any():
            removal = NOTHING
        told = [
            VERSION,
            self.bundle.digest,
            self.digest,
            np.packbits(mask).tobytes().hex(),
            removal.way,
            removal.seed,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]

    @cached_property
    def digest(self) -> str:
        """What tells these windows from all others."""
        return digest(self.windows)

    def known(self, removal: Removal) -> Evaluation | None:
        """What was scored before, here or by another process; None where nobody scored it yet."""
        key = self.key(removal)
        if key not in self._kept and self.folder is not None and (self.folder / f"{key}.json").is_file():
            self._kept[key] = read_evaluation(self.folder / f"{key}.json")
        return self._kept.get(key)

    def evaluation(self, removal: Removal = NOTHING) -> Evaluation:
        """Every metric of the model without what the removal names; scored now, where it was not before."""
        found = self.known(removal)
        return found if found is not None else self._score(removal)

    def _score(self, removal: Removal) -> Evaluation:
        bundle = self.bundle
        windows = removed(self.windows, bundle, removal)
        free = bundle.predict_windows(windows)
        forced = bundle.teacher_forced(windows) if bundle.reads_lines else None
        found = evaluate(
            windows,
            bundle.scheme,
            free,
            forced,
            bundle.operations,
            protocol=bundle.protocol,
            fold=bundle.manifest.fold,
            length_unit=bundle.machine.length_unit,
            threshold=bundle.calibration.threshold or None,
            reads_lines=bundle.reads_lines,
        )
        self._keep(self.key(removal), found)
        return found

    def _keep(self, key: str, found: Evaluation) -> None:
        self._kept[key] = found
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_evaluation(found, self.folder / f"{key}.json")
