"""The verbs of `python -m core` that find what a model lives on: techniques."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import Annotated

import typer

from core.cli import SplitsPath, app, progress


@app.command()
def techniques(
    splits: SplitsPath,
    out: Annotated[Path, typer.Option(help="folder of the trained bundles and their evaluations")],
    seed: Annotated[
        list[int] | None, typer.Option(help="a seed; may be given several times (0, 1 and 2)")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="A1 ... A5 alone; may be given several times")
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="a change to every technique, as stage2.loop.epochs=5")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="threads of torch")] = 2,
    table: Annotated[Path | None, typer.Option(help="CSV of the differences")] = None,
) -> None:
    """Train the published techniques A1 to A5 anew, every seed, and score them; interrupted, it goes on."""
    from core.errors import ToolmarkError
    from core.evidence.ablation.technique_table import to_markdown, write_table
    from core.evidence.ablation.techniques import WORDS, run_trials, techniques, trials

    unknown = [name for name in only or () if name not in WORDS]
    if unknown:
        raise ToolmarkError(f"There is no technique {unknown[0]}: choose among {', '.join(WORDS)}.")
    wanted = trials(seed or (0, 1, 2), only or tuple(WORDS))
    with progress("techniques", len(wanted)) as advance:
        run_trials(splits, out, wanted, threads, lambda done, of, text: advance(done, text, of), change or ())
    found = techniques(out)
    if table:
        write_table(found, table)
    typer.echo(to_markdown(found))
