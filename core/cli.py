"""The verbs of `python -m core`. Heavy modules are imported by the verb that needs them."""

# ruff: noqa: PLC0415
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core import cli_windows
from core.errors import ToolmarkError
from core.progress import ProgressFile

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Toolmark: reads the G-code back from what a machine's sensors felt.",
)
console = Console(stderr=True)
INTERRUPTED = 130

Runs = Annotated[
    list[Path], typer.Argument(help="recordings (tables as .csv, .csv.gz, .parquet ...) or folders of them")
]
BundlePath = Annotated[Path, typer.Argument(help="folder of a bundle")]
SplitsPath = Annotated[Path, typer.Argument(help="folder of window files")]


def main() -> None:
    """Run a verb; bad input ends with one plain sentence and status 1, an interruption with status 130."""
    import core.cli_ablation
    import core.cli_audit
    import core.cli_data
    import core.cli_readings
    import core.cli_report
    import core.cli_runs
    import core.cli_training
    import core.cli_twin  # noqa: F401  (their verbs join the app)

    try:
        app()
    except ToolmarkError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}; give another path.")
    except SystemExit as end:
        # typer turns an interruption into this status
        if end.code == INTERRUPTED:
            console.print("Interrupted; the same command goes on from here.")
        raise


def _fail(sentence: str) -> NoReturn:
    """End with one plain sentence."""
    console.print("Error:", style="bold red", end=" ")
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


def note(sentence: str) -> None:
    """Tell the reader something that is no error."""
    console.print("Note:", style="bold yellow", end=" ")
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Any]:
    """A progress bar on the terminal, and in the file of whoever watches; the value is `advance(done, text)`."""
    told = ProgressFile(what)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[text]}"), console=console) as bar:
        task = bar.add_task(what, total=total, text="")

        def advance(done: int, text: str = "", of: int | None = None) -> None:
            whole = of if of is not None else total
            bar.update(task, completed=done, text=text, total=whole)
            told.tell(done, whole, text)

        yield advance


@app.command()
def windows(
    store: Annotated[Path, typer.Argument(help="folder of the store")],
    out: Annotated[Path, typer.Option(help="folder of the window files")],
    protocol: cli_windows.Protocol = "run",
    folds: cli_windows.Folds = None,
    fold: cli_windows.Fold = 0,
    program: cli_windows.Program = None,
    seed: cli_windows.SplitSeed = 0,
    stride: cli_windows.Stride = 16,
    train_stride: cli_windows.TrainStride = None,
    channels: cli_windows.Channels = None,
    vocabulary: cli_windows.Vocabulary = None,
    in_step: Annotated[bool, typer.Option("--in-step", help="look for no lag of the sensors")] = False,
) -> None:
    """Cut the runs of a store into windows under a protocol."""
    from core.recordings.protocols import cut_store
    from core.recordings.store import Store

    opened = Store.open(store)
    options = cli_windows.window_options(
        lambda: opened.machine,
        protocol=protocol,
        folds=folds,
        fold=fold,
        program=program,
        seed=seed,
        stride=stride,
        train_stride=train_stride,
        channels=channels,
        vocabulary=vocabulary,
        in_step=in_step,
    )
    done = itertools.count(1)
    with progress("windows", len(opened.names)) as advance:
        manifest = cut_store(opened, out, options, lambda name: advance(next(done), name))
    counts = manifest.counts
    typer.echo(f"{protocol}: " + ", ".join(f"{counts[part]} {part}" for part in ("train", "val", "test")))
    left_out = ("without_label", "buffering_rows", "short_runs")
    typer.echo("left out: " + ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in left_out))


@app.command()
def evaluate(
    bundle: BundlePath,
    splits: SplitsPath,
    json: Annotated[Path | None, typer.Option(help="file of the evaluation")] = None,
    store: Annotated[Path | None, typer.Option(help="store, for the baselines that need whole runs")] = None,
    keep: Annotated[bool, typer.Option(help="put the metrics into the bundle")] = False,
    quick: Annotated[bool, typer.Option(help="leave out the baselines that compare whole runs")] = False,
    part: Annotated[
        Literal["test", "val"], typer.Option(help="val to choose between bundles, test to report")
    ] = "test",
) -> None:
    """Score a bundle on the test windows, with every metric, interval and baseline."""
    from core.evidence.evaluation_file import evaluation_json, write_evaluation
    from core.evidence.report import to_markdown
    from core.evidence.scoring import score_bundle
    from core.model.bundle import load_bundle, write_metrics
    from core.recordings.sequences import read_splits
    from core.recordings.store import Store

    model, opened = load_bundle(bundle), read_splits(splits)
    runs = Store.open(store) if store else None
    with progress("evaluate", 4) as advance:
        evaluation = score_bundle(model, opened, runs, advance, quick=quick, part=part)
    if json:
        write_evaluation(evaluation, json)
    if keep:
        if part != "test":
            raise ToolmarkError(
                "A bundle keeps what it reached on test windows: leave out --keep or --part val."
            )
        write_metrics(bundle, evaluation_json(evaluation))
    typer.echo(to_markdown(evaluation, published=True))


@app.command()
def pool(
    evaluations: Annotated[list[Path], typer.Argument(help="evaluations of several folds")],
    json: Annotated[Path, typer.Option(help="file of the pooled evaluation")],
    into: Annotated[Path | None, typer.Option(help="bundle that keeps the pooled metrics")] = None,
) -> None:
    """Pool the evaluations of several folds into one, with intervals over all runs."""
    from core.evidence.evaluation_file import evaluation_json, read_evaluation, write_evaluation
    from core.evidence.pooling import pool as pooled
    from core.evidence.report import to_markdown
    from core.model.bundle import load_bundle, write_metrics

    parts = [read_evaluation(path) for path in evaluations]
    if len({path.read_bytes() for path in evaluations}) < len(parts):
        raise ToolmarkError(
            "The same evaluation is given twice, and its runs would count twice: give it once."
        )
    if into:
        load_bundle(into)
    evaluation = pooled(parts)
    write_evaluation(evaluation, json)
    if into:
        write_metrics(into, evaluation_json(evaluation))
    typer.echo(to_markdown(evaluation, published=True))


@app.command()
def predict(
    bundle: BundlePath,
    run: Annotated[Path, typer.Argument(help="a recording")],
    out: Annotated[Path, typer.Option(help="CSV of the predictions")],
    stride: Annotated[int, typer.Option(min=1, help="rows between windows")] = 16,
    without: Annotated[
        list[str] | None, typer.Option(help="modality, board or channel to do without")
    ] = None,
    beam: Annotated[bool, typer.Option(help="beam search instead of greedy")] = False,
) -> None:
    """Read a recording window by window; its target and controller columns are never looked at."""
    from core.model.bundle import load_bundle
    from core.model.reading import notes_on, predict_run, write_predictions
    from core.recordings.reader import read_recording

    if out.exists() and run.exists() and out.samefile(run):
        raise ToolmarkError(f"{out} is the recording itself and would be lost: give another file for --out.")
    model = load_bundle(bundle)
    recording = read_recording(run, model.machine)
    for sentence in notes_on(model, recording, without or ()):
        note(sentence)
    with progress("predict") as advance:
        rows = predict_run(
            model,
            recording,
            stride=stride,
            without=without or (),
            decoding="beam" if beam else "greedy",
            progress=lambda done, total: advance(done, recording.name, total),
        )
    write_predictions(rows, out)
    typer.echo(f"{len(rows)} windows of {recording.name}: {out}")


@app.command()
def export(
    bundle: BundlePath,
    out: Annotated[Path, typer.Option(help="folder of the ONNX files")],
) -> None:
    """Write both stages as ONNX, checked against torch."""
    from core.model.bundle import load_bundle
    from core.model.export import example_input, export_bundle

    model = load_bundle(bundle)
    differences = export_bundle(model, out, example_input(model))
    typer.echo(f"{out}: largest differences from torch")
    for name, value in differences.items():
        typer.echo(f"  {name}: {value:.2g}")


@app.command()
def bench(
    bundle: BundlePath,
    repeats: Annotated[int, typer.Option(min=1, help="how often each thing is timed")] = 200,
    onnx: Annotated[Path | None, typer.Option(help="folder of an ONNX export, to be timed as well")] = None,
) -> None:
    """Latency, throughput and memory on this machine, on one thread."""
    from core.model.bench import bench_bundle, peak_memory_mib
    from core.model.bundle import load_bundle
    from core.model.export import OnnxModel

    for row in bench_bundle(load_bundle(bundle), repeats, OnnxModel(onnx) if onnx else None):
        rate = 1000 * row.windows / row.median_ms
        typer.echo(
            f"{row.what:<44}{row.median_ms:9.2f} ms median{row.p95_ms:9.2f} ms p95{rate:9.0f} windows/s"
        )
    typer.echo(f"peak memory {peak_memory_mib():.0f} MiB")
