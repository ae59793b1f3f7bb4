"""The four protocols put to work: from a store of runs to window files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.gcode import LegacyScheme, Scheme, SpelledScheme, legacy_vocabulary
from core.recordings.inputs import InputSpec, inputs_for
from core.recordings.placing import Placing
from core.recordings.programs import Programs
from core.recordings.sequences import SplitsManifest, write_splits
from core.recordings.splits import SplitError, split_runs, split_windows
from core.recordings.store import Store
from core.recordings.windows import STRIDE, WINDOW_ROWS, Places, Windows, cut_runs

Told = Callable[[str], None]


@dataclass(frozen=True)
class WindowOptions:
    """How windows are cut from a store.

    train_stride: rows between training windows under the protocols by run; validation and test windows are always
    cut at `stride`. channels: the seed's 155. vocabulary: the published tokens; learned from the training windows
    where none is given. folds, fold, program: see `split_runs`. in_step: no lag of the sensors is looked for.
    """

    protocol: str = "run"
    seed: int = 0
    stride: int = STRIDE
    train_stride: int = STRIDE
    folds: Mapping[str, int] | None = field(default=None, repr=False)
    fold: int = 0
    program: str | None = None
    channels: Sequence[str] | None = None
    vocabulary: Mapping[str, int] | None = field(default=None, repr=False)
    in_step: bool = False


def cut_store(
    store: Store, out: str | Path, options: WindowOptions, told: Told | None = None
) -> SplitsManifest:
    """Cut all runs of a store under a protocol and write train/val/test window files and splits.json.

    Scheme and vocabulary are learned from the training windows alone. `told` hears the name of each run.
    """
    if not any(entry.operation for entry in store.entries):
        raise SplitError(
            f"No run in {store.path} has an operation, so there is nothing to tell apart: name the `operations` in the "
            "machine file, and what tells them (`operation_from` or `operation_column`), and import again."
        )
    spec = inputs_for(options.protocol, store.machine, options.channels)
    parts, programs = (_at_random if options.protocol == "seed" else _by_run)(store, spec, options, told)
    counts = _counts(store, parts)
    scheme = _scheme(parts, programs, options)
    manifest = SplitsManifest(
        protocol=options.protocol,
        fold=options.fold if options.folds is not None and options.protocol != "seed" else None,
        program=options.program,
        seed=options.seed,
        stride=options.stride,
        length=WINDOW_ROWS,
        scheme=scheme.to_json(),
        inputs=spec.to_json(),
        operations=store.machine.operations,
        machine=store.machine.name,
        machine_toml=store.machine.to_toml(),
        data_digest=store.digest,
        counts=counts,
        created_with=_release(),
    )
    tokens = {part: windows.with_tokens(scheme) for part, windows in parts.items()}
    return write_splits(out, tokens, manifest, programs)


def _at_random(
    store: Store, spec: InputSpec, options: WindowOptions, told: Told | None
) -> tuple[dict[str, Windows], Programs]:
    places = learn_places(store, store.names, in_step=options.in_step)
    windows = cut_runs(store.recordings(), spec, stride=options.stride, progress=told, places=places)
    split = split_windows(windows.operation_type, options.seed)
    return {part: windows.take(getattr(split, part)) for part in ("train", "val", "test")}, places.programs


def learn_places(
    store: Store, train: Sequence[str], *, of: Sequence[str] | None = None, in_step: bool = False
) -> Places:
    """Programs, starts and lags from the training runs alone, and where the runs `of` (all) are in them."""
    # lags are a matter of the recordings and not of what a model may see: all side channels are compared
    felt = inputs_for("run", store.machine)
    placing = Placing.learn(store.recordings(train), felt, in_step=in_step)
    found = {run.name: placing.place(run, felt) for run in store.recordings(of)}
    return Places(placing.programs, {name: placed for name, placed in found.items() if placed is not None})


def _by_run(
    store: Store, spec: InputSpec, options: WindowOptions, told: Told | None
) -> tuple[dict[str, Windows], Programs]:
    if options.protocol == "program" and options.program is None:
        known = ", ".join(sorted(set(store.machine.programs.values())))
        raise SplitError(f"The protocol `program` leaves one program out: name it ({known}).")
    operations = [entry.operation for entry in store.entries]
    split = split_runs(
        store.names,
        operations,
        seed=options.seed,
        folds=options.folds,
        fold=options.fold,
        programs=store.machine.programs,
        program=options.program if options.protocol == "program" else None,
    )
    places = learn_places(store, split.train, in_step=options.in_step)
    strides = {"train": options.train_stride, "val": options.stride, "test": options.stride}
    parts = {
        part: cut_runs(
            store.recordings(getattr(split, part)), spec, stride=stride, progress=told, places=places
        )
        for part, stride in strides.items()
    }
    return parts, places.programs


def _scheme(parts: Mapping[str, Windows], programs: Programs, options: WindowOptions) -> Scheme:
    """Tokens learned from the training lines; only the room for them is that of the longest line there is.

    A line that never is a window's label may still be one of a learned program, and so be read.
    """
    lines = _lines(parts["train"])
    if options.protocol == "seed":
        return LegacyScheme(dict(options.vocabulary or legacy_vocabulary(lines)))
    said = set(programs.line_of).union(*map(_lines, parts.values()))
    return SpelledScheme.fit(lines).with_room_for(said)


def _lines(windows: Windows) -> list[str]:
    return [str(line) for line in windows.gcode[windows.labelled].tolist()]


def _counts(store: Store, parts: Mapping[str, Windows]) -> dict[str, int]:
    """What was cut and what will be left out of training and scoring."""
    counts: dict[str, Any] = {part: len(windows) for part, windows in parts.items()}
    # without any line the operation is what is learned and scored
    lines = any(windows.labelled.any() for windows in parts.values())
    left_out = [~w.labelled if lines else w.operation_type < 0 for w in parts.values()]
    counts["without_label"] = sum(int(mask.sum()) for mask in left_out)
    counts["buffering_rows"] = sum(entry.buffering_rows for entry in store.entries)
    counts["short_runs"] = sum(entry.rows < WINDOW_ROWS for entry in store.entries)
    return {name: int(count) for name, count in counts.items()}


def _release() -> str:
    try:
        return f"toolmark {version('toolmark')}"
    except PackageNotFoundError:
        return "toolmark"
