"""The verbs of `python -m core` about the twin and beyond one machine: twin, demo, likeness, transfer."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.cli import BundlePath, app, progress


@app.command()
def twin(
    out: Annotated[Path, typer.Option(help="folder of the recordings")],
    runs: Annotated[int, typer.Option(min=1, help="runs of each operation")] = 3,
    seed: Annotated[int, typer.Option(help="the same seed writes the same bytes")] = 0,
    operation: Annotated[list[str] | None, typer.Option(help="only this one; may be repeated")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME=SHARE, as frozen=0.2; or `recorded` for the rates of the real mill"),
    ] = None,
    days: Annotated[
        Literal["shared", "by-operation", "none"],
        typer.Option(help="shared: all operations each day; by-operation: each on its own, as recorded"),
    ] = "shared",
    varied: Annotated[bool, typer.Option("--varied", help="every run executes a program of its own")] = False,
    mill: Annotated[int, typer.Option(help="another number is another mill of the same make")] = 0,
) -> None:
    """Write recordings of the twin, a simulated mill, in the published CSV format."""
    from core.recordings.machine import Machine
    from core.twin.fleet import Fleet, write
    from core.twin.session import FaultRates

    operations = tuple(operation) if operation else Machine.bantam().operations
    fleet = Fleet(runs, seed, operations, days, FaultRates.parse(fault or []), varied, mill)
    with progress("twin", len(fleet)) as advance:
        for done, path in enumerate(write(fleet, out), start=1):
            advance(done, path.name)
    typer.echo(f"{len(fleet)} runs of the simulated mill in {out}")


@app.command()
def likeness(
    store: Annotated[Path, typer.Argument(help="folder of a store")],
    other: Annotated[Path, typer.Argument(help="folder of the store to compare it with")],
    out: Annotated[Path | None, typer.Option(help="CSV of every channel")] = None,
) -> None:
    """Compare the channels of two stores: range, spread, step, dead channels, autocorrelation."""
    from core.evidence.likeness import likeness as compared
    from core.recordings.store import Store

    found = compared(Store.open(store), Store.open(other))
    if out:
        found.table.to_csv(out, index=False, float_format="%.5g")
    typer.echo(f"1: {found.names[0]}, 2: {found.names[1]}; medians over boards")
    typer.echo(found.by_quantity().to_string(index=False, float_format="%.3g"))
    typer.echo("\nthe channels that differ most")
    typer.echo(found.worst().to_string(index=False, float_format="%.3g"))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="folder of the store")],
    described: Annotated[Path, typer.Option(help="file that says which runs")] = Path("assets/demo.toml"),
) -> None:
    """Make the recordings of the demo: runs of the twin that its bundle never saw."""
    from core.twin.demo import make_demo

    with progress("demo") as advance:
        store = make_demo(described, out, lambda done, total: advance(done, "", total))
    typer.echo(f"{len(store.names)} runs of the simulated mill in {out}")


@app.command()
def transfer(
    bundle: BundlePath,
    store: Annotated[Path, typer.Argument(help="store of another machine's recordings, e.g. the twin's")],
    json: Annotated[Path | None, typer.Option(help="file of the evaluation")] = None,
) -> None:
    """Score a bundle on recordings of another machine: trained on the twin, read on the mill, or the other way."""
    from core.evidence.evaluation_file import write_evaluation
    from core.evidence.report import to_markdown
    from core.evidence.transfer import transfer as transferred
    from core.model.bundle import load_bundle
    from core.recordings.store import Store

    evaluation = transferred(load_bundle(bundle), Store.open(store))
    if json:
        write_evaluation(evaluation, json)
    typer.echo(to_markdown(evaluation))
