"""The verbs of `python -m core` that train: train, calibrate, experiment, trainings, promote."""

# ruff: noqa: PLC0415
import sys
from pathlib import Path
from typing import Annotated

import typer

from core import cli_windows
from core.cli import BundlePath, SplitsPath, app, progress
from core.errors import ToolmarkError

PresetName = Annotated[str, typer.Option(help="best, seed, or A1 ... A5 of the technique ablation")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="a change to the preset, as stage1.loop.epochs=20")
]
Seed = Annotated[int, typer.Option(help="seed of weights and batches")]
Threads = Annotated[int, typer.Option(min=1, help="threads of torch")]
Initial = Annotated[
    Path | None, typer.Option("--from", help="bundle whose weights are begun with, e.g. one of the twin")
]


@app.command()
def train(
    splits: SplitsPath,
    out: Annotated[Path, typer.Option(help="folder of the bundle")],
    preset: PresetName = "best",
    change: Changes = None,
    stage: Annotated[int | None, typer.Option(help="1 or 2: only that stage")] = None,
    seed: Seed = 0,
    threads: Threads = 2,
    initial: Initial = None,
) -> None:
    """Train both stages into a bundle; interrupted, the same command goes on."""
    from core.training.loop import Progress as Epoch
    from core.training.preset_fields import checked
    from core.training.presets import preset_named, with_changes
    from core.training.train import train as train_bundle

    chosen = checked(with_changes(preset_named(preset), change or []))
    if stage not in (None, 1, 2):
        raise ToolmarkError(f"There is no stage {stage}: choose 1 or 2.")
    with progress("train") as advance:

        def listen(epoch: Epoch) -> None:
            text = (
                f"{epoch.stage}: loss {epoch.loss:.3f}, validation {epoch.score:.4f}, best {epoch.best:.4f}"
            )
            advance(epoch.epoch, text, epoch.epochs)

        stages = (1, 2) if stage is None else (stage,)
        train_bundle(splits, out, chosen, seed, stages, threads, listen, initial)
    if stage == 1 and (out / "training" / "encoder.pt").exists():
        typer.echo(f"stage 1 is done: {out / 'training'}; go on with --stage 2")
    else:
        typer.echo(f"bundle: {out}")


@app.command()
def calibrate(bundle: BundlePath, splits: SplitsPath) -> None:
    """Fit the confidence of a bundle again, on the validation windows that it was trained with."""
    from core.model.bundle import load_bundle, write_calibration
    from core.recordings.sequences import read_splits
    from core.training.calibrate import calibrate as fitted

    model, opened = load_bundle(bundle), read_splits(splits)
    if set(opened.manifest.runs["val"]) != set(model.manifest.runs["val"]):
        raise ToolmarkError(
            f"{splits} has other validation runs than {bundle} was trained with: give its own windows."
        )
    found = fitted(model, opened.val.take(opened.val.labelled) if model.reads_lines else opened.val)
    write_calibration(bundle, found)
    typer.echo(f"{bundle}: threshold {found.threshold}, least fit of a known program {found.least_fit}")


@app.command()
def experiment(
    source: Annotated[
        Path, typer.Argument(help="folder of recordings, a store, or a folder of window files")
    ],
    out: Annotated[Path, typer.Option(help="folder of the bundle")],
    kept: Annotated[
        Path, typer.Option(help="folder of the windows that are cut, shared by experiments")
    ] = Path("build/experiments"),
    protocol: cli_windows.Protocol = "run",
    folds: cli_windows.Folds = None,
    deal: Annotated[
        int | None, typer.Option(help="without a file of folds: deal the runs into so many")
    ] = None,
    fold: cli_windows.Fold = 0,
    program: cli_windows.Program = None,
    split_seed: cli_windows.SplitSeed = 0,
    stride: cli_windows.Stride = 16,
    train_stride: cli_windows.TrainStride = None,
    channels: cli_windows.Channels = None,
    vocabulary: cli_windows.Vocabulary = None,
    preset: PresetName = "best",
    change: Changes = None,
    seed: Seed = 0,
    threads: Threads = 2,
    initial: Initial = None,
) -> None:
    """Cut windows, train both stages and score the bundle; what is there is kept, and interrupted it goes on."""
    from core.evidence.experiment import Experiment, run_experiment
    from core.recordings.store import machine_beside
    from core.training.preset_fields import checked
    from core.training.presets import preset_named, with_changes

    options = cli_windows.window_options(
        lambda: machine_beside([source]),
        protocol=protocol,
        folds=folds,
        fold=fold,
        program=program,
        seed=split_seed,
        stride=stride,
        train_stride=train_stride,
        channels=channels,
        vocabulary=vocabulary,
    )
    if folds and deal:
        raise ToolmarkError("The folds are either in a file or dealt: leave out --folds or --deal.")
    chosen = checked(with_changes(preset_named(preset), change or []))
    with progress("experiment") as advance:
        run_experiment(
            Experiment(
                source=source,
                kept=kept,
                out=out,
                options=options,
                preset=chosen,
                seed=seed,
                threads=threads,
                initial=initial,
                deal=deal or 0,
                # as it was asked for: the same words go on with it
                command=tuple(sys.argv[1:]),
            ),
            lambda done, of, text: advance(done, text, of),
        )
    typer.echo(f"bundle: {out}")


@app.command()
def trainings(
    folders: Annotated[list[Path], typer.Argument(help="folders that are looked through for trainings")],
) -> None:
    """List every training in some folders: state, preset, epochs, best validation score, time."""
    from core.training.ledger import find, is_training, open_training

    paths = [path for root in folders for path in ([root] if is_training(root) else find(root))]
    typer.echo(
        f"{'training':<40}{'state':<14}{'preset':<20}{'protocol':<10}{'seed':>5}  epochs, best validation"
    )
    for path in paths:
        found = open_training(path)
        stages = "; ".join(
            f"{name}: {log.done}{f' of {log.planned}' if log.planned else ''}, {log.score:.4f}, {log.seconds:.0f} s"
            for name, log in found.stages.items()
        )
        named, seed = str(found.preset.get("name", "")), "" if found.seed is None else found.seed
        typer.echo(f"{path!s:<40}{found.state:<14}{named:<20}{found.protocol or '':<10}{seed:>5}  {stages}")


@app.command()
def promote(
    bundle: BundlePath,
    into: Annotated[Path, typer.Option(help="folder of the promoted bundles")] = Path("build/bundles"),
    name: Annotated[str | None, typer.Option(help="name of the copy; that of the folder if none")] = None,
    dataset: Annotated[str, typer.Option(help="dataset whose first choice it becomes")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="take the copy away again")] = False,
) -> None:
    """Copy a bundle to where the dashboard finds it, as the first choice for a dataset; nothing is written over."""
    from core.training import promotion

    name = name or bundle.resolve().name
    if undo:
        promotion.undo(into, name)
        typer.echo(f"{name} is no longer in {into}; its training stays.")
        return
    typer.echo(f"bundle: {promotion.promote(bundle, into, name, dataset)}")
