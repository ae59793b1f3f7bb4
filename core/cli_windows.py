"""The options of the verbs that cut windows, and what they ask for."""

# ruff: noqa: PLC0415
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.recordings.machine import Machine
    from core.recordings.protocols import WindowOptions

Protocol = Annotated[str, typer.Option(help="seed, run, blind or program")]
Folds = Annotated[Path | None, typer.Option(help="CSV of run, operation, fold")]
Fold = Annotated[int, typer.Option(help="the fold that tests; the next one validates")]
Program = Annotated[str | None, typer.Option(help="the program left out (protocol program)")]
SplitSeed = Annotated[int, typer.Option(help="seed of a split at random")]
Stride = Annotated[int, typer.Option(min=1, help="rows between windows")]
TrainStride = Annotated[int | None, typer.Option(min=1, help="rows between training windows")]
Channels = Annotated[Path | None, typer.Option(help="list of channels, one a line")]
Vocabulary = Annotated[Path | None, typer.Option(help="published vocabulary or its corpus")]


def window_options(
    machine: Callable[[], "Machine"],
    *,
    protocol: str,
    folds: Path | None,
    fold: int,
    program: str | None,
    seed: int,
    stride: int,
    train_stride: int | None,
    channels: Path | None,
    vocabulary: Path | None,
    in_step: bool = False,
) -> "WindowOptions":
    """What is asked for, with the files that it names read; the machine is asked for where channels are named."""
    from core.gcode import load_vocabulary
    from core.recordings.inputs import read_channels
    from core.recordings.protocols import WindowOptions
    from core.recordings.splits import read_folds

    return WindowOptions(
        protocol=protocol,
        seed=seed,
        stride=stride,
        train_stride=train_stride or stride,
        folds=read_folds(folds) if folds else None,
        fold=fold,
        program=program,
        channels=read_channels(channels, machine()) if channels else None,
        vocabulary=load_vocabulary(vocabulary) if vocabulary else None,
        in_step=in_step,
    )
