"""The verbs of `python -m core` that find what a model lives on: ablate; techniques, retrain, published, trials."""

# ruff: noqa: PLC0415
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.cli import BundlePath, SplitsPath, app, progress

if TYPE_CHECKING:
    from core.evidence.ablation.removal import Way
    from core.evidence.ablation.scored import Ablation
    from core.evidence.ablation.shapley import Shapley
    from core.evidence.ablation.trials import Trial


TrialsOut = Annotated[Path, typer.Option(help="folder of the trained bundles and their evaluations")]
Seeds = Annotated[list[int] | None, typer.Option(help="a seed; may be given several times (0, 1 and 2)")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="a change to every trial, as stage2.loop.epochs=5")
]
TrialsFile = Annotated[Path | None, typer.Option(help="file of the finished trials, as Ablation shows it")]
Threads = Annotated[int, typer.Option(min=1, help="threads of torch")]
ALL_SEEDS = (0, 1, 2)


@app.command()
def techniques(
    splits: SplitsPath,
    out: TrialsOut,
    seed: Seeds = None,
    only: Annotated[
        list[str] | None, typer.Option(help="A1 ... A5 alone; may be given several times")
    ] = None,
    change: Changes = None,
    threads: Threads = 2,
    table: Annotated[Path | None, typer.Option(help="CSV of the differences")] = None,
) -> None:
    """Train the published techniques A1 to A5 anew, every seed, and score them; interrupted, it goes on."""
    from core.errors import ToolmarkError
    from core.evidence.ablation.results import collect
    from core.evidence.ablation.technique_table import to_markdown, write_table
    from core.evidence.ablation.techniques import WORDS
    from core.evidence.ablation.trials import technique_trials

    unknown = [name for name in only or () if name not in WORDS]
    if unknown:
        raise ToolmarkError(f"There is no technique {unknown[0]}: choose among {', '.join(WORDS)}.")
    _run(
        "techniques", splits, out, technique_trials(seed or ALL_SEEDS, only or tuple(WORDS)), threads, change
    )
    found = collect(out)
    if table:
        write_table(found, table)
    typer.echo(to_markdown(found))


@app.command()
def retrain(
    splits: SplitsPath,
    out: TrialsOut,
    without: Annotated[
        list[str] | None,
        typer.Option(help="a modality to leave out; may be given several times (every one in turn)"),
    ] = None,
    removed_only: Annotated[
        bool, typer.Option("--removed-only", help="train full models alone, and only remove at inference")
    ] = False,
    preset: Annotated[str, typer.Option(help="best, or seed: the published configuration")] = "best",
    seed: Seeds = None,
    change: Changes = None,
    threads: Threads = 2,
    table: Annotated[Path | None, typer.Option(help="CSV of what each modality costs")] = None,
) -> None:
    """Train without each modality, beside the full model with it removed at inference; interrupted, it goes on."""
    from core.evidence.ablation.modality_table import to_markdown, write_table
    from core.evidence.ablation.results import collect
    from core.evidence.ablation.trials import modalities_of, trials_without

    modalities = without or modalities_of(splits)
    trials = trials_without(seed or ALL_SEEDS, preset, () if removed_only else modalities)
    _run("retrain", splits, out, trials, threads, change, modalities)
    found = collect(out)
    if table:
        write_table(found, table)
    typer.echo(to_markdown(found))


def _run(
    what: str,
    splits: Path,
    out: Path,
    wanted: "Sequence[Trial]",
    threads: int,
    change: list[str] | None,
    removed: "Sequence[str]" = (),
) -> None:
    """Run trials and show how far they are."""
    from core.evidence.ablation.trials import run_trials

    with progress(what, len(wanted)) as advance:
        run_trials(
            splits,
            out,
            wanted,
            threads,
            lambda done, of, text: advance(done, text, of),
            change or (),
            removed,
        )


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
    json: Annotated[
        Path | None, typer.Option(help="file of everything scored, as Ablation shows it; what it holds stays")
    ] = None,
    anything: Annotated[
        bool, typer.Option("--any", help="score recordings of which nothing is held out all the same")
    ] = False,
    threads: Threads = 2,
) -> None:
    """Score a bundle without each modality, board or pair of them; with --results an interrupted one goes on."""
    import torch

    from core.evidence.ablation.cases import cases, kinds_named, modalities, named
    from core.evidence.ablation.scored import Ablation, held_out_windows
    from core.evidence.ablation.table import effects, score_cases, to_markdown, write_table
    from core.evidence.ablation.table_file import ablated, part_scored, write_ablated
    from core.model.bundle import load_bundle

    torch.set_num_threads(threads)
    model = load_bundle(bundle)
    wanted = (named(without, way),) if without else cases(model, kinds_named(table or ["modality"]), way)
    for case in wanted:
        case.removal(model).mask(model)
    ablation = Ablation(model, held_out_windows(model, windows, anything=anything), results)
    with progress("ablate", len(wanted)) as advance:
        scores = score_cases(ablation, wanted, lambda done, of, text: advance(done, text, of))
    found = effects(scores)
    write_table(found, out)
    typer.echo(to_markdown(found))
    # what is done is kept before the long part begins
    for values in (None, *((_shapley(ablation, way, tolerance, shapley),) if shapley else ())):
        if json:
            part = part_scored(model, windows)
            write_ablated(ablated(ablation, way, modalities(model), scores, values, part), json)


def _shapley(ablation: "Ablation", way: "Way", tolerance: float, out: Path) -> "Shapley":
    """Shapley values of the modalities, written and said."""
    from core.evidence.ablation import shapley as values

    with progress("shapley") as advance:
        game = values.shapley(
            ablation,
            way,
            tolerance=tolerance / 100,
            told=lambda done, half, of: advance(done, f"± {100 * half:.1f} points", of),
        )
    values.write_table(game, out)
    typer.echo(values.to_markdown(game))
    return game


@app.command()
def published(
    splits: SplitsPath,
    out: TrialsOut,
    seed: Seeds = None,
    change: Changes = None,
    threads: Threads = 2,
    json: TrialsFile = None,
) -> None:
    """Run both published tables again, techniques and modalities, every seed; interrupted, it goes on."""
    from core.evidence.ablation.trials import published_trials

    _run("published", splits, out, published_trials(seed or ALL_SEEDS), threads, change)
    trials([out], json)


@app.command()
def trials(
    folders: Annotated[
        list[Path],
        typer.Argument(
            help="folder of trials, or a file of them; of several, each a fold, the runs are pooled"
        ),
    ],
    json: TrialsFile = None,
    techniques: Annotated[Path | None, typer.Option(help="CSV of the techniques")] = None,
    modalities: Annotated[Path | None, typer.Option(help="CSV of the modalities")] = None,
) -> None:
    """Tables of the trials that are finished, beside the published figures, and why they differ."""
    from core.evidence.ablation import modality_table, technique_table
    from core.evidence.ablation.published_words import explained
    from core.evidence.ablation.results import pooled
    from core.evidence.ablation.trial_file import read_trials, write_trials

    found = pooled([read_trials(folder) for folder in folders])
    if json:
        write_trials(found, json)
    if techniques:
        technique_table.write_table(found, techniques)
    if modalities:
        modality_table.write_table(found, modalities)
    parts = [technique_table.to_markdown(found), modality_table.to_markdown(found)]
    parts.append("\n".join(f"- {sentence}" for sentence in explained(found)))
    typer.echo("\n\n".join(part for part in parts if part))
