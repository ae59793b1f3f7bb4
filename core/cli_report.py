"""The verb of `python -m core` that hands over what is known of a bundle: report."""

# ruff: noqa: PLC0415
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import BundlePath, app, progress
from core.errors import ToolmarkError

if TYPE_CHECKING:
    from core.evidence.audit.audit import Audit
    from core.evidence.comparison.scored import Scored
    from core.evidence.evaluation import Evaluation
    from core.evidence.readings.table import Readings
    from core.evidence.review.listing import Desk
    from core.model.bundle import Bundle

    # run, start row, tag
    Tags = tuple[tuple[str, int, str], ...]


@app.command()
def report(
    bundle: BundlePath,
    out: Annotated[Path, typer.Option(help="HTML file of the report")],
    source: Annotated[
        Path | None,
        typer.Argument(
            help="window files to be scored, or an evaluation's JSON; else what the bundle carries"
        ),
    ] = None,
    readings: Annotated[Path | None, typer.Option(help="Parquet of `python -m core read`")] = None,
    only: Annotated[str, typer.Option("--filter", help="windows of the readings, as on Sequences")] = "",
    tags: Annotated[
        Path | None, typer.Option(help="SQLite file of tags given by hand, for a filter of them")
    ] = None,
    verdicts: Annotated[Path | None, typer.Option(help="SQLite file of verdicts")] = None,
    dataset: Annotated[
        str, typer.Option(help="whose tags and verdicts, where the file has those of several")
    ] = "",
    audit: Annotated[
        Path | None, typer.Option(help="JSON of `python -m core audit` of the recordings, under its protocol")
    ] = None,
) -> None:
    """Write what is known of a bundle as one HTML file that opens offline."""
    from core.evidence.document.writing import Report, to_html
    from core.model.bundle import load_bundle
    from core.recordings.atomic import write_text

    if out.suffix.lower() not in (".html", ".htm"):
        raise ToolmarkError(f"{out} is no HTML file: end its name with .html.")
    model = load_bundle(bundle)
    with progress("report", 3) as advance:
        evaluation = _evaluation(model, source)
        advance(1, "windows")
        table = _described(model, readings) if readings else None
        windows = _windows(readings, only, _tags(tags, dataset)) if readings else None
        desk = _desk(model, verdicts, dataset, table) if verdicts else None
        advance(2, "drawing")
        if evaluation is None and windows is None and desk is None:
            raise ToolmarkError(
                f"{bundle} was never evaluated: give its window files, an evaluation, or its readings."
            )
        about = f"{only or 'Every window'}, of {readings.name}" if readings else ""
        command = f"python -m core {shlex.join(sys.argv[1:])}"
        audited = _audit(model, audit) if audit else None
        whole = Report(
            model, evaluation, windows, about, desk, audited=audited, dataset=dataset, command=command
        )
        write_text(out, to_html(whole))
        advance(3)
    typer.echo(f"{out}: {out.stat().st_size / 1024:.0f} kB")


def _evaluation(model: "Bundle", source: Path | None) -> "Evaluation | None":
    from core.evidence.evaluation_file import evaluation_from_json, read_evaluation
    from core.evidence.scoring import score_bundle
    from core.recordings.sequences import read_splits

    if source is None:
        return evaluation_from_json(dict(model.metrics)) if model.metrics else None
    return score_bundle(model, read_splits(source)) if source.is_dir() else read_evaluation(source)


def _audit(model: "Bundle", path: Path) -> "Audit":
    """The audit of a file; it must be of the machine that the bundle reads."""
    from core.evidence.audit.audit_file import read_audit

    found = read_audit(path)
    if found.machine != model.machine.name:
        raise ToolmarkError(
            f"{path} audits recordings of {found.machine}, and {model.path} reads {model.machine.name}: audit its runs."
        )
    return found


def _described(model: "Bundle", path: Path) -> "Readings":
    """What the readings were made from; they must be this bundle's."""
    from core.evidence.readings.table import described, made_from

    found = described(path)
    if found is None:
        raise ToolmarkError(
            f"{path} is no table of readings of this version: make it with `python -m core read`."
        )
    about = found.about
    if found.made != made_from(model, int(about["stride"]), about["without"]):
        raise ToolmarkError(f"{path} was read by another bundle: read the runs again with this one.")
    return found


def _windows(path: Path, only: str, tags: "Tags") -> "Scored":
    from core.evidence.comparison.confusion import rows_of_cell
    from core.evidence.comparison.table import ComparisonTable
    from core.evidence.readings.filters import parse

    parsed = parse(only)
    if parsed.problems:
        raise ToolmarkError(parsed.problems[0])
    table = ComparisonTable.open([path])
    table.readings.cell = lambda name: rows_of_cell(table.scored(), name)
    return table.scored(parsed.filter, table.readings.hand(tags))


def _tags(path: Path | None, dataset: str) -> "Tags":
    """The tags that were given by hand to windows of a dataset; none without a file of them."""
    from core.evidence.readings.marks import Marks

    if path is None:
        return ()
    if not path.is_file():
        raise ToolmarkError(f"There are no tags at {path}: give the marks.sqlite of a dashboard.")
    if not dataset:
        raise ToolmarkError(f"Say with --dataset whose tags of {path} are meant.")
    return Marks(path).tags(dataset)


def _desk(model: "Bundle", path: Path, dataset: str, table: "Readings | None") -> "Desk":
    from core.evidence.review.listing import Desk
    from core.evidence.review.verdicts import Verdicts

    if not path.is_file():
        raise ToolmarkError(f"There are no verdicts at {path}: give the marks.sqlite of a dashboard.")
    kept = Verdicts(path)
    names = kept.datasets()
    if dataset and dataset not in names:
        raise ToolmarkError(
            f"{path} has no verdict on {dataset}; there are {', '.join(names) or 'none at all'}."
        )
    if not dataset and len(names) > 1:
        raise ToolmarkError(f"{path} has verdicts on {', '.join(names)}: choose one with --dataset.")
    chosen = dataset or (names[0] if names else "")
    return Desk(kept, chosen, model.digest, table.runs if table else None)
