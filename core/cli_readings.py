"""The verb of `python -m core` that reads every window of many runs into one table: read."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import Annotated

import typer

from core.cli import BundlePath, app, note, progress

SHOWN = 5


@app.command()
def read(
    bundle: BundlePath,
    runs: Annotated[Path, typer.Argument(help="a store, or a folder of recordings")],
    out: Annotated[Path, typer.Option(help="Parquet file of the readings, one row a window")],
    without: Annotated[
        list[str] | None, typer.Option(help="modality, board or channel to do without")
    ] = None,
    stride: Annotated[int, typer.Option(min=1, help="rows between windows")] = 16,
    threads: Annotated[int, typer.Option(min=1, help="threads of torch")] = 1,
) -> None:
    """Read every window of every run into a table, scored where there are labels; interrupted, it goes on."""
    import torch

    from core.evidence.readings.source import RunSource
    from core.evidence.readings.table import read_runs
    from core.model.bundle import load_bundle

    torch.set_num_threads(threads)
    source, model = RunSource.open(runs), load_bundle(bundle)
    with progress("read", len(source.runs)) as advance:
        found = read_runs(
            model,
            source,
            out,
            stride=stride,
            without=without or (),
            advance=lambda done, total, run: advance(done, run, total),
        )
        advance(len(source.runs), "", len(source.runs))
    for sentence in list(found.failures.values())[:SHOWN]:
        note(sentence)
    left_out = f"; {len(found.failures)} could not be read" if found.failures else ""
    typer.echo(f"{len(found.runs) - len(found.failures)} runs{left_out}: {out}")
