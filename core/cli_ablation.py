"""The verbs of `python -m core` that find what a model lives on: ablate, techniques."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.cli import BundlePath, SplitsPath, app, progress


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


@app.command()
def ablate(
    bundle: BundlePath,
    windows: Annotated[
        Path, typer.Argument(help="folder of window files; or a store, whose held-out runs are scored")
    ],
    out: Annotated[Path, typer.Option(help="CSV of what every removal costs")],
    table: Annotated[
        list[str] | None,
        typer.Option(help="modality, kept, board or pair, in turn; may be given several times"),
    ] = None,
    way: Annotated[
        Literal["missing", "mean", "hold", "shuffle", "noise", "offset"],
        typer.Option(help="how it is removed"),
    ] = "missing",
    without: Annotated[
        list[str] | None, typer.Option(help="modality, board or channel: all of them removed at once")
    ] = None,
    shapley: Annotated[Path | None, typer.Option(help="CSV of the modalities' Shapley values")] = None,
    tolerance: Annotated[
        float,
        typer.Option(min=0.01, help="points that half the sampling interval of a Shapley value may have"),
    ] = 1.0,
    results: Annotated[
        Path | None, typer.Option(help="folder that keeps each evaluation, to go on from")
    ] = None,
    anything: Annotated[
        bool, typer.Option("--any", help="score recordings of which nothing is held out all the same")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="threads of torch")] = 2,
) -> None:
    """Score a bundle without each modality, board or pair of them; with --results an interrupted one goes on."""
    import torch

    from core.evidence.ablation.cases import cases, kinds_named, named
    from core.evidence.ablation.scored import Ablation, held_out_windows
    from core.evidence.ablation.table import effects, score_cases, to_markdown, write_table
    from core.model.bundle import load_bundle

    torch.set_num_threads(threads)
    model = load_bundle(bundle)
    wanted = (named(without, way),) if without else cases(model, kinds_named(table or ["modality"]), way)
    for case in wanted:
        case.removal.mask(model)
    ablation = Ablation(model, held_out_windows(model, windows, anything=anything), results)
    with progress("ablate", len(wanted)) as advance:
        scored = score_cases(ablation, wanted, lambda done, of, text: advance(done, text, of))
    found = effects(ablation, scored)
    write_table(found, out)
    typer.echo(to_markdown(found))
    if shapley:
        from core.evidence.ablation import shapley as values

        with progress("shapley") as advance:
            game = values.shapley(
                ablation,
                way,
                tolerance=tolerance / 100,
                told=lambda done, half, of: advance(done, f"± {100 * half:.1f} points", of),
            )
        values.write_table(game, shapley)
        typer.echo(values.to_markdown(game))
