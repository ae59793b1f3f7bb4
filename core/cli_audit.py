"""The verb of `python -m core` that asks whether a figure means what it says: audit."""

# ruff: noqa: PLC0415
import json as encoder
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.cli import app, progress


@app.command()
def audit(
    windows: Annotated[Path, typer.Argument(help="folder of window files; or a store of runs")],
    json: Annotated[Path | None, typer.Option(help="file of everything that was found")] = None,
    store: Annotated[
        Path | None,
        typer.Option(help="store that the window files were cut from: controller and buffering rows"),
    ] = None,
    protocol: Annotated[
        Literal["run", "seed", "blind"], typer.Option(help="of a store: how its runs are split")
    ] = "run",
) -> None:
    """Look for leaks between the parts of a split, for what names the session, and for weak labels."""
    from core.evidence.audit.audit import audit as looked_at
    from core.evidence.audit.audit_file import audit_json, to_markdown
    from core.evidence.audit.data import audit_data
    from core.gcode import scheme_from_json
    from core.recordings.atomic import write_text
    from core.recordings.sequences import MANIFEST, read_splits

    with progress("audit: runs") as advance:
        data = audit_data(windows, protocol, store, lambda done, of, name: advance(done, name, of))
    scheme = (
        scheme_from_json(read_splits(windows).manifest.scheme) if (windows / MANIFEST).is_file() else None
    )
    with progress("audit: probes") as advance:
        found = looked_at(data, scheme, lambda done, of, name: advance(done, name, of))
    if json:
        write_text(json, encoder.dumps(audit_json(found), indent=1))
    typer.echo(to_markdown(found))
