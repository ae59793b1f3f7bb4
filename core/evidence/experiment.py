"""A whole experiment: recordings to windows, windows to a bundle, the bundle scored; what is there is kept."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.evidence.evaluation_file import evaluation_json
from core.evidence.scoring import score_bundle
from core.evidence.truth import EvidenceError
from core.locks import patiently
from core.model.bundle import load_bundle, write_metrics
from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.sequences import MANIFEST, read_splits
from core.recordings.splits import deal_folds
from core.recordings.store import INDEX, Store, import_runs, machine_beside
from core.training.loop import Listener, Progress
from core.training.presets import Preset
from core.training.record import read
from core.training.train import train

# done, of how many, what is being done
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Experiment:
    """What is to be done: windows cut under `options` of `source` (recordings, a store, or a folder of windows).

    deal: how many folds the runs are dealt into, 0 = as the options say; kept: the folder of stores and windows that
    experiments share; out: the folder of the bundle; command: the
    arguments of `python -m core` that go on with it.
    """

    source: Path
    kept: Path
    out: Path
    options: WindowOptions
    preset: Preset
    seed: int = 0
    threads: int = 2
    initial: Path | None = None
    deal: int = 0
    command: tuple[str, ...] = ()


def run_experiment(experiment: Experiment, told: Told | None = None) -> Path:
    """Cut windows, train, score; killed and called again, it goes on with the last whole epoch.

    Raises:
        ToolmarkError: the recordings cannot be cut so, or another training works in the folder.
    """
    tell = told or (lambda done, of, text: None)
    splits = windows_of(experiment, tell)
    preset, out = experiment.preset, experiment.out
    planned = (preset.stage1.loop.epochs, preset.stage2.loop.epochs)
    if not _trained(experiment, splits):
        tell(0, sum(planned) + 1, "reading the windows")
        train(
            splits,
            out,
            preset,
            experiment.seed,
            threads=experiment.threads,
            listener=_listener(planned, tell),
            initial=experiment.initial,
            command=experiment.command,
        )
    bundle = load_bundle(out)
    if not bundle.metrics:
        tell(sum(planned), sum(planned) + 1, "scoring the test windows")
        write_metrics(out, evaluation_json(score_bundle(bundle, read_splits(splits), quick=True)))
    tell(sum(planned) + 1, sum(planned) + 1, "")
    return out


def _trained(experiment: Experiment, splits: Path) -> bool:
    """Whether the folder holds what this experiment trains; a bundle of anything else is not written over."""
    record = read(experiment.out)
    if record is None:
        if (experiment.out / "bundle.json").exists():
            raise EvidenceError(
                f"{experiment.out} holds a bundle of which nothing tells how it was trained: give another folder."
            )
        return False
    same = (
        record.preset == experiment.preset.to_json()
        and record.seed == experiment.seed
        and record.windows == read_splits(splits).manifest.digests
    )
    if not same:
        raise EvidenceError(f"{experiment.out} holds another training than this one: give another folder.")
    return bool(record.finished)


def _listener(planned: Sequence[int], tell: Told) -> Listener:
    def listen(epoch: Progress) -> None:
        before = planned[0] if epoch.stage == "stage2" else 0
        text = f"stage {epoch.stage[-1]}, epoch {epoch.epoch} of at most {epoch.epochs}, validation {epoch.score:.4f}"
        tell(before + epoch.epoch, sum(planned) + 1, text)

    return listen


def windows_of(experiment: Experiment, told: Told) -> Path:
    """The folder of windows: the source itself if it is one; else cut from it, once for all that ask for the same."""
    source = experiment.source
    if (source / MANIFEST).is_file():
        return source
    store = _store(experiment, told)
    options = experiment.options
    if experiment.deal:
        runs = {entry.run: entry.operation for entry in store.entries}
        options = replace(options, folds=deal_folds(runs, experiment.deal))
    folder = experiment.kept / "windows" / f"{options.protocol}-{_key(store, options)}"
    if (folder / MANIFEST).is_file():
        return folder
    done = iter(range(1, 2 * len(store.names) + 1))
    with patiently(folder.with_suffix(".lock")) as own:
        if own is None:
            raise EvidenceError(f"Another command cuts these windows at this moment: wait for {folder}.")
        cut_store(
            store,
            folder,
            options,
            lambda name: told(next(done), len(store.names), f"cutting windows, {name}"),
        )
    return folder


def _store(experiment: Experiment, told: Told) -> Store:
    """The store of the recordings; a folder of files is imported first, and again only what has changed in it."""
    source = experiment.source
    if (source / INDEX).is_file():
        return Store.open(source)
    if not source.is_dir():
        raise EvidenceError(f"There are no recordings at {source}: give a folder of recordings or a store.")
    name = f"{source.name}-{hashlib.sha256(str(source.absolute()).encode()).hexdigest()[:8]}"
    out, machine = experiment.kept / "recordings" / name, machine_beside([source])
    return import_runs(
        [source], out, machine, lambda done, of, run: told(done, of, f"reading the recordings, {run}")
    )


def _key(store: Store, options: WindowOptions) -> str:
    """What windows depend on, as a digest."""
    folds = sorted(options.folds.items()) if options.folds else None
    vocabulary = sorted(options.vocabulary.items()) if options.vocabulary else None
    said = [
        store.digest,
        options.protocol,
        options.seed,
        options.stride,
        options.train_stride,
        folds,
        options.fold if folds else None,
        options.program,
        list(options.channels) if options.channels else None,
        vocabulary,
        options.in_step,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
