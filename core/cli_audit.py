"""The verb of `python -m core` that asks whether a figure means what it says: audit."""

# ruff: noqa: PLC0415
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.cli import app, progress


@app.command()
def audit(
    windows: Annotated[Path, typer.Argument(help="a store or a folder of runs; or a folder of window files")],
    json: Annotated[Path | None, typer.Option(help="file of everything that was found")] = None,
    store: Annotated[
        Path | None,
        typer.Option(help="store that the window files were cut from: controller and buffering rows"),
    ] = None,
    protocol: Annotated[
        Literal["run", "blind", "seed"], typer.Option(help="of a store: how its runs are split")
    ] = "run",
) -> None:
    """Look for leaks between the parts of a split, for what names the session, and for weak labels."""
    from core.evidence.audit.audit import audit as looked_at
    from core.evidence.audit.audit_file import write_audit
    from core.evidence.audit.audit_words import to_markdown
    from core.evidence.audit.data import audit_data
    from core.evidence.audit.kept import KeptProbes
    from core.gcode import scheme_from_json
    from core.recordings.sequences import MANIFEST, read_splits

    with progress("audit: runs") as advance:
        data = audit_data(windows, protocol, store, lambda done, of, name: advance(done, name, of))
    scheme = (
        scheme_from_json(read_splits(windows).manifest.scheme) if (windows / MANIFEST).is_file() else None
    )
    kept = KeptProbes(json, data) if json else None
    with progress("audit: probes") as advance:
        found = looked_at(
            data,
            scheme,
            lambda done, of, name: advance(done, name, of),
            kept.known if kept else None,
            kept.add if kept else None,
        )
    if json and kept:
        write_audit(found, json)
        kept.done()
    typer.echo(to_markdown(found))
