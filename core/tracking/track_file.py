"""A track as one Parquet file, from which it comes back as it was: what was read of each row, and the passes."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.model.bundle import Bundle
from core.recordings.atomic import replacing
from core.tracking.known import TrackingError
from core.tracking.passes import Offsets, Pass
from core.tracking.tracker import Track

FORMAT = "toolmark track 1"
KEY = b"toolmark"
AXES = ("x_mm", "y_mm", "z_mm")


def write_track(track: Track, bundle: Bundle, path: Path, stamp: str = "") -> None:
    """Keep a track; `stamp` tells the recording that it was read from. The file appears whole or not at all."""
    table = pa.table(
        {
            "line": pa.array(track.line).dictionary_encode(),
            "operation": pa.array(track.operation).dictionary_encode(),
            "number": track.number,
            **{name: track.position_mm[:, axis].astype(np.float64) for axis, name in enumerate(AXES)},
            "confidence": track.confidence,
            "phase": track.phase,
        }
    )
    said = {
        "format": FORMAT,
        "run": track.run,
        "bundle": bundle.digest,
        "stamp": stamp,
        "spelled": track.spelled,
        "passes": [_pass_json(one) for one in track.passes],
    }
    table = table.replace_schema_metadata({KEY: json.dumps(said).encode()})
    with replacing(path) as aside:
        pq.write_table(table, aside)


def read_track(path: Path, bundle: Bundle, stamp: str = "") -> Track:
    """The track that `write_track` kept.

    Raises:
        TrackingError: it is no such file, or was read by another bundle or from another recording.
    """
    try:
        table = pq.read_table(path)
        said = json.loads((table.schema.metadata or {})[KEY])
        if (said["format"], said["bundle"], said["stamp"]) != (FORMAT, bundle.digest, stamp):
            raise TrackingError(
                f"{path} is the track of another bundle or recording: read the run back again."
            )
        columns = {name: table[name].to_numpy() for name in ("number", *AXES, "confidence", "phase")}
        return Track(
            run=str(said["run"]),
            line=tuple(table["line"].to_pylist()),
            operation=tuple(table["operation"].to_pylist()),
            number=columns["number"],
            position_mm=np.stack([columns[name] for name in AXES], axis=1),
            confidence=columns["confidence"],
            phase=columns["phase"],
            passes=tuple(_pass_of(one) for one in said["passes"]),
            programs=bundle.programs,
            spelled=bool(said["spelled"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrackingError(f"{path} holds no track ({error}): read the run back again.") from None


def _pass_json(one: Pass) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(Pass):
        value = getattr(one, each.name)
        if isinstance(value, Offsets):
            value = [value.at.tolist(), value.p.tolist()]
        found[each.name] = value
    return found


def _pass_of(said: dict[str, Any]) -> Pass:
    made: dict[str, Any] = {
        name: Offsets(np.array(value[0]), np.array(value[1])) if isinstance(value, list) else value
        for name, value in said.items()
    }
    return Pass(**made)
