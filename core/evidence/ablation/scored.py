"""A bundle scored on the same windows again and again, each time without something; what was scored once is kept."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from core.evidence.ablation.removal import SEEDED, Removal, removed
from core.evidence.ablation.tested import HELD_OUT, part_to_score
from core.evidence.evaluation import Evaluation, evaluate
from core.evidence.evaluation_file import read_evaluation, write_evaluation
from core.evidence.readings.source import RunSource
from core.evidence.scoring import check_windows
from core.evidence.truth import EvidenceError
from core.model.bundle import Bundle
from core.model.many_windows import read_both
from core.model.predict import Advance
from core.recordings.sequences import MANIFEST, read_splits
from core.recordings.store import INDEX
from core.recordings.window_file import digest
from core.recordings.windows import Windows

NOTHING = Removal(())
# raised when what is scored, or how, changes: what was kept before is then scored again
VERSION = 1
# the same for how random windows and noise are drawn
DRAWN = 2
# so many evaluations stay in memory where they are kept in files as well
MOST_REMEMBERED = 256
MOST_KEYS = 4096


def held_out_windows(bundle: Bundle, path: Path, *, anything: bool = False) -> Windows:
    """The windows that a bundle is to be scored on: the test windows of a folder, or those of recordings held out.

    `anything`: recordings of which nothing is held out are scored all the same.

    Raises:
        ToolmarkError: there is no such folder, or nothing of it is held out.
    """
    if not (path / INDEX).is_file() and (path / MANIFEST).is_file():
        return _checked(bundle, path)
    found = part_to_score(bundle, RunSource.open(path))
    if found.part == HELD_OUT or anything:
        return found.windows()
    if bundle.protocol == "seed":
        raise EvidenceError(
            f"{bundle.manifest.name} was tested on windows of runs that it learned from, and they cannot be drawn "
            f"again from {path}: give the folder of its window files in place of the store."
        )
    raise EvidenceError(
        f"{path} holds none of the runs that {bundle.manifest.name} never saw: give its own store."
    )


def _checked(bundle: Bundle, path: Path) -> Windows:
    splits = read_splits(path)
    check_windows(bundle, splits, "test")
    if splits.manifest.protocol != bundle.protocol:
        raise EvidenceError(
            f"The windows in {path} were cut under the protocol `{splits.manifest.protocol}`, and the bundle was "
            f"trained under `{bundle.protocol}`: cut them as for its training."
        )
    return splits.test


@dataclass(frozen=True, eq=False)
class Ablation:
    """A bundle and the N windows that it is scored on; evaluations are kept in `folder`, if there is one."""

    bundle: Bundle
    windows: Windows
    folder: Path | None = None
    _kept: dict[str, Evaluation] = field(default_factory=dict)
    _keys: dict[Removal, str] = field(default_factory=dict)

    def key(self, removal: Removal) -> str:
        """What tells the evaluation of a removal from all others: bundle, windows, channels and way."""
        if removal not in self._keys:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            self._keys[removal] = self._worked_out(removal)
        return self._keys[removal]

    def _worked_out(self, removal: Removal) -> str:
        mask = removal.mask(self.bundle)
        if not mask.any():
            removal = NOTHING
        drawn = removal.way in SEEDED
        told = [
            VERSION,
            self.bundle.digest,
            self.digest,
            np.packbits(mask).tobytes().hex(),
            removal.way,
            removal.seed if drawn else 0,
            *([DRAWN] if drawn else []),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]

    @cached_property
    def digest(self) -> str:
        """What tells these windows from all others."""
        return digest(self.windows)

    def known(self, removal: Removal) -> Evaluation | None:
        """What was scored before, here or by another process; None where nobody scored it yet."""
        key = self.key(removal)
        found = self._kept.get(key)
        if found is None and self.folder is not None and (self.folder / f"{key}.json").is_file():
            found = read_evaluation(self.folder / f"{key}.json")
            self._remember(key, found)
        return found

    def evaluation(self, removal: Removal = NOTHING, told: Advance | None = None) -> Evaluation:
        """Every metric of the model without what the removal names; scored now, where it was not before.

        `told(done, total)` hears how many windows are done; what it raises ends the scoring, and nothing is kept.
        """
        found = self.known(removal)
        return found if found is not None else self._score(removal, told)

    def _score(self, removal: Removal, told: Advance | None = None) -> Evaluation:
        bundle = self.bundle
        windows = removed(self.windows, bundle, removal)
        free, forced = read_both(bundle, windows, told)
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
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_evaluation(found, self.folder / f"{key}.json")
        self._remember(key, found)

    def _remember(self, key: str, found: Evaluation) -> None:
        self._kept[key] = found
        while self.folder is not None and len(self._kept) > MOST_REMEMBERED:
            # the file is still there
            self._kept.pop(next(iter(self._kept)), None)
