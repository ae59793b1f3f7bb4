"""The verbs of `python -m core` that bring recordings in: describe, import, health."""

# ruff: noqa: PLC0415
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import Runs, app, note, progress
from core.errors import ToolmarkError

if TYPE_CHECKING:
    from core.recordings.describe import ColumnGuess
    from core.recordings.store import Store

# of more columns than this only those are printed that a person should look at
SHOWN, UNSURE = 300, 0.5


@app.command()
def describe(
    runs: Runs,
    out: Annotated[Path, typer.Option(help="machine file to write")],
    name: Annotated[str | None, typer.Option(help="name of the machine; its folder's if none")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace the machine file")] = False,
) -> None:
    """Guess what each column of recordings is, say why, and write a machine file to correct and import with."""
    from core.recordings.atomic import write_text
    from core.recordings.describe import commented_toml, guess

    if out.exists() and not overwrite:
        raise ToolmarkError(f"{out} is there already: give another file for --out, or --overwrite.")
    proposal = guess(runs, name=name)
    typer.echo(f"{len(proposal.files)} files; {'; '.join(proposal.seen)}")
    shown = [column for column in proposal.columns if column.confidence < UNSURE]
    typer.echo("\n".join(_table(proposal.columns if len(proposal.columns) <= SHOWN else shown[:SHOWN])))
    roles = Counter(column.role for column in proposal.columns)
    typer.echo(
        f"{len(proposal.columns)} columns: " + ", ".join(f"{n} {role}" for role, n in roles.most_common())
    )
    for sentence in proposal.problems:
        note(sentence)
    write_text(out, commented_toml(proposal))
    if proposal.wrong:
        first = proposal.wrong[0]
        where = ", ".join(part for part in (first.column, first.field) if part)
        raise ToolmarkError(
            f"{out} is to be corrected before it can be used: {where + ': ' if where else ''}{first.sentence}"
        )
    typer.echo(
        f"machine file: {out}; correct what is wrong, then: python -m core import RUNS --machine {out}"
    )


def _table(columns: "Iterable[ColumnGuess]") -> list[str]:
    rows = [("column", "role", "board", "modality", "unit", "sure", "why")]
    rows += [
        (one.name, one.role, one.board, one.modality, one.unit, f"{one.confidence:.0%}", one.evidence)
        for one in columns
    ]
    widths = [min(32, max(len(row[place]) for row in rows)) for place in range(6)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[6]])
        for row in rows
    ]


@app.command("import")
def import_(
    runs: Runs,
    out: Annotated[Path, typer.Option(help="folder of the store")],
    machine: Annotated[
        Path | None, typer.Option(help="machine file; else the folder's machine.toml, else the Bantam mill")
    ] = None,
) -> None:
    """Read recordings into a columnar store and report their health."""
    from core.recordings.machine import Machine
    from core.recordings.store import ImportFailedError, Store, import_runs, machine_beside

    described = Machine.load(machine) if machine else machine_beside(runs)
    with progress("import") as advance:
        at = [0, 0]

        def file(done: int, total: int, name: str) -> None:
            at[:] = done, total
            advance(done, name, total)

        def rows(name: str, read: int, share: float) -> None:
            advance(at[0], f"{name}: {read:,} rows, {share:.0%}", at[1])

        failed: ImportFailedError | None = None
        try:
            store = import_runs(runs, out, described, file, rows)
            advance(len(store.names), "", len(store.names))
        except ImportFailedError as error:
            failed = error
    if failed is not None:
        if len(failed.failures) < failed.files:
            _summary(Store.open(out), out)
        for sentence in list(failed.failures.values())[1:]:
            note(sentence)
        raise failed
    _summary(store, out)
    _check_unknown(store)


@app.command()
def health(
    store: Annotated[Path, typer.Argument(help="folder of the store")],
    run: Annotated[str | None, typer.Option(help="only this run")] = None,
    all_: Annotated[bool, typer.Option("--all", help="also what is only worth knowing")] = False,
) -> None:
    """What is wrong with the runs of a store, run by run."""
    from core.recordings.store import Store

    opened = Store.open(store)
    names = opened.names if run is None else (opened.entry(run).run,)
    found = [one for one in opened.health if one.run in names and (all_ or one.severity != "info")]
    for one in sorted(found, key=lambda finding: finding.run):
        where = f" {one.channel}" if one.channel else ""
        typer.echo(f"{one.run}{where}: {one.kind}: {one.detail} (row {one.first_row}, {one.rows} rows)")
    typer.echo(f"{len(found)} findings about {len({one.run for one in found})} of {len(names)} runs")


def _summary(store: "Store", out: Path) -> None:
    index = store.index
    typer.echo(f"{len(index)} runs, {int(index.rows.sum())} rows in {out} (digest {store.digest[:12]})")
    kinds = Counter(finding.kind for finding in store.health)
    for kind, count in kinds.most_common():
        typer.echo(f"  {count:6d}  {kind}")
    typer.echo(f"health report: {out / 'health.json'}")


def _check_unknown(store: "Store") -> None:
    strange = [finding for finding in store.health if finding.kind == "unknown_column"]
    if strange:
        first, n_runs = strange[0], len({finding.run for finding in strange})
        raise ToolmarkError(
            f"{n_runs} of the imported runs have columns that the machine file does not describe, and they were left "
            f"out; the first, {first.channel} in {first.run}: {first.detail}."
        )
