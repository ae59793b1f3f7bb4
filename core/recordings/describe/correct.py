"""Takes corrections of a proposal, cell by cell."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from core.recordings.describe.proposal import CHANNEL_ROLES, CellProblem, ColumnGuess, Proposal, Settings
from core.recordings.describe.traits import time_format_of


def proposal_with(
    proposal: Proposal,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Proposal:
    """A proposal with corrections: column -> field -> value, and settings -> value.

    What cannot be stands in `wrong` of the new proposal, cell by cell; nothing is raised for it.
    """
    misfits = []
    known = {field.name for field in fields(ColumnGuess)} - {"name", "evidence", "confidence", "samples"}
    columns = {column.name: column for column in proposal.columns}
    for name, cells in (changes or {}).items():
        if name not in columns:
            misfits.append(
                CellProblem(name, "", f"there is no column {name!r}: choose one of the files' columns.")
            )
            continue
        for place in set(cells) - known:
            misfits.append(
                CellProblem(name, place, f"{place!r} cannot be set: choose {', '.join(sorted(known))}.")
            )
        fitting = _completed(columns[name], {place: cells[place] for place in cells if place in known})
        evidence = "as corrected" if _differs(columns[name], fitting) else columns[name].evidence
        columns[name] = replace(columns[name], **fitting, evidence=evidence)
        if evidence == "as corrected":
            columns[name] = replace(columns[name], confidence=1.0)
    own = {field.name for field in fields(Settings)}
    wrong = sorted(set(settings or {}) - own)
    misfits += [
        CellProblem("", place, f"there is no setting {place!r}: choose {', '.join(sorted(own))}.")
        for place in wrong
    ]
    chosen = replace(proposal.settings, **{k: v for k, v in (settings or {}).items() if k in own})
    chosen = _with_told(chosen, proposal, columns, settings or {})
    return replace(proposal, columns=tuple(columns.values()), settings=chosen, misfits=tuple(misfits))


def _completed(column: ColumnGuess, cells: Mapping[str, Any]) -> dict[str, Any]:
    """A column that becomes a channel has some modality."""
    fitting = dict(cells)
    if fitting.get("role") in CHANNEL_ROLES and not column.modality and "modality" not in fitting:
        fitting["modality"] = "controller" if fitting["role"] == "controller" else "signal"
    return fitting


def _with_told(
    settings: Settings, before: Proposal, columns: Mapping[str, ColumnGuess], told: Mapping[str, Any]
) -> Settings:
    """Settings that follow from another clock or another column of the operation, unless they are told as well."""
    known = {one.name: one.role for one in before.columns}
    for one in columns.values():
        if one.role == known[one.name]:
            continue
        if one.role == "operation" and "operations" not in told:
            settings = replace(settings, operations=one.values)
        if one.role == "time" and "time_formats" not in told:
            form = time_format_of(pd.Series(one.samples, dtype="str"))[1]
            settings = replace(settings, time_formats=(form or "seconds",))
    return settings


def _differs(column: ColumnGuess, cells: Mapping[str, Any]) -> bool:
    return any(getattr(column, place) != value for place, value in cells.items())
