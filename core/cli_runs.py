"""The verbs of `python -m core` that read whole runs back: track, verify, rates."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.cli import BundlePath, app, note, progress
from core.errors import ToolmarkError

if TYPE_CHECKING:
    from core.model.bundle import Bundle
    from core.tracking.verification import Verdict

RunOrStore = Annotated[Path, typer.Argument(help="a recording; or a store, whose held-out runs are scored")]


@app.command()
def track(
    bundle: BundlePath,
    run: RunOrStore,
    out: Annotated[Path | None, typer.Option(help="CSV of the rows")] = None,
    program: Annotated[Path | None, typer.Option(help="G-code file of the program read back")] = None,
    library: Annotated[
        list[str] | None, typer.Option(help="a program that may be met: its name, or its G-code file")
    ] = None,
    mode: Annotated[
        Literal["auto", "known", "open"], typer.Option(help="walk through learned programs, or spell lines")
    ] = "auto",
    stride: Annotated[int, typer.Option(min=1, help="rows between windows")] = 4,
    online: Annotated[
        bool, typer.Option(help="row by row, as it would be said while the run is made")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="of a store: file of the evaluation")] = None,
    of: Annotated[str | None, typer.Option(help="of a store: the one run that is read back")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Parquet file of the whole track, as the dashboard keeps it")
    ] = None,
    stamp: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Read a whole run back, row by row; its target and controller columns are never looked at."""
    from core.model.bundle import load_bundle
    from core.model.reading import notes_on
    from core.recordings.reader import read_recording
    from core.recordings.store import Store
    from core.tracking.follower import followed
    from core.tracking.readback import write_program, write_trace
    from core.tracking.track_file import write_track
    from core.tracking.tracker import TrackOptions
    from core.tracking.tracker import track as read_back

    model, options = load_bundle(bundle), TrackOptions(stride, tuple(library or ()), mode)
    if run.is_dir() and of is None:
        _score(bundle, run, json)
        return
    if online and mode == "open":
        raise ToolmarkError(
            "While a run is made, only learned programs are followed: leave out --online or --mode open."
        )
    if out is None and keep is None:
        raise ToolmarkError("A run that is read back needs a file for its rows: give --out TRACE.csv.")
    for target in (out, program, keep):
        if target is not None and target.exists() and run.exists() and target.samefile(run):
            raise ToolmarkError(f"{target} is the recording itself and would be lost: give another file.")
    recording = read_recording(run, model.machine) if of is None else Store.open(run).recording(of)
    for sentence in notes_on(model, recording):
        note(sentence)
    if online:
        found = followed(model, recording, stride=stride, library=options.library)
    else:
        with progress("track") as advance:
            found = read_back(
                model, recording, options, lambda done, total: advance(done, "windows read and walked", total)
            )
    if out is not None:
        write_trace(found, out)
    if keep is not None:
        write_track(found, model, keep, stamp)
    if program is not None:
        write_program(found, program)
    named = [
        f"{found.programs.timelines[one.program].program} in rows {one.first} to {one.last}"
        for one in found.passes
    ]
    what = "no learned program fits, so the lines are spelled" if found.spelled else ", ".join(named)
    typer.echo(f"{recording.name}: {what or 'followed row by row'}; {len(found)} rows in {out or keep}")


def _score(bundle: Path, store: Path, json: Path | None) -> None:
    """Read the held-out runs of a store back and print how well."""
    from core.evidence.evaluation_file import write_evaluation
    from core.evidence.report import tracks_to_markdown
    from core.evidence.track_scoring import evaluate_tracks
    from core.model.bundle import load_bundle
    from core.recordings.store import Store

    with progress("track") as advance:
        evaluation = evaluate_tracks(
            load_bundle(bundle), Store.open(store), lambda done, total, name: advance(done, name, total)
        )
    if json:
        write_evaluation(evaluation, json)
    typer.echo(tracks_to_markdown(evaluation))


@app.command()
def verify(
    bundle: BundlePath,
    run: RunOrStore,
    program: Annotated[Path | None, typer.Option(help="the intended G-code file")] = None,
    json: Annotated[Path | None, typer.Option(help="of a store: file of the trials")] = None,
    keep: Annotated[bool, typer.Option(help="of a store: put the trials into the bundle")] = False,
) -> None:
    """Hold a run against the program that it should have executed; status 3 where it deviates."""
    from core.model.bundle import load_bundle
    from core.model.reading import notes_on
    from core.recordings.reader import read_recording
    from core.tracking.intended import Intended
    from core.tracking.verification import verify as held_against

    model = load_bundle(bundle)
    if run.is_dir():
        _trials(model, run, json, keep)
        return
    if program is None:
        raise ToolmarkError("A run is held against its intended program: give --program INTENDED.nc.")
    recording = read_recording(run, model.machine)
    for sentence in notes_on(model, recording):
        note(sentence)
    intended = Intended.read(program, model.machine.length_unit)
    verdict = held_against(model, recording, intended.lines)
    typer.echo(f"operation: {verdict.operation}")
    for one in verdict.deviations:
        line = intended.numbers[one.intended] if one.intended is not None else None
        where = f"line {line} of {program.name}" if line is not None else "no line"
        typer.echo(f"row {one.row}, {where}: {one.what} ({one.by_mm:.1f} mm)")
    _score_words(model, recording.name, verdict)
    if verdict.deviations:
        raise typer.Exit(3)
    typer.echo(
        f"{recording.name} matches {program.name}: lines to {verdict.lines_mm:.1f} mm, pace to {verdict.pace_mm:.1f} mm"
    )


def _trials(model: "Bundle", store: Path, json: Path | None, keep: bool) -> None:
    """Hold the held-out runs of a store against their own programs and against edited ones."""
    from core.evidence.verification_rates import KEPT, made_by, trials, write_trials
    from core.evidence.verification_rates import rates as table
    from core.recordings.store import Store

    with progress("verify") as advance:
        found = trials(
            model,
            Store.open(store),
            model.manifest.runs["test"],
            lambda done, total, name: advance(done, name, total),
        )
    for path in (json, model.path / KEPT if keep else None):
        if path is not None:
            write_trials(found, path, made_by(model))
    typer.echo(table(found))


def _score_words(model: "Bundle", run: str, verdict: "Verdict") -> None:
    """Where a run stands among good runs, as far as the bundle knows any."""
    from core.evidence.truth import EvidenceError
    from core.evidence.verification_rates import KEPT, made_by, read_trials, standing

    if not (model.path / KEPT).is_file():
        return
    try:
        good = read_trials(model.path / KEPT, made_by(model))
    except EvidenceError as error:
        note(str(error))
        return
    found = standing(good, run, verdict.lines_mm, verdict.pace_mm)
    own = ", this one left out" if found.own else ""
    typer.echo(
        f"of {found.n} good runs{own}, off by as much or more: {found.lines} in their lines "
        f"({verdict.lines_mm:.1f} mm), {found.pace} in their pace ({verdict.pace_mm:.1f} mm)"
    )


@app.command()
def rates(
    trials: Annotated[
        list[Path], typer.Argument(help="files of trials that `verify` wrote for several folds")
    ],
) -> None:
    """How often `verify` finds edits and how often it cries wolf, over the trials of several folds."""
    from core.evidence.verification_rates import rates as table
    from core.evidence.verification_rates import read_trials

    typer.echo(table([one for path in trials for one in read_trials(path)]))
