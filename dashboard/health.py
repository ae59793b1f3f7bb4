"""The health of a dataset: what a store says of its runs, or what reading the files of a folder finds."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd
import streamlit as st

from core.recordings.check import FileHealth, read_health
from core.recordings.health import Finding
from core.recordings.machine import Machine
from core.recordings.run_file import RunEntry
from dashboard import data
from dashboard.components import percent
from dashboard.data import Dataset

# a folder of up to this size is read without being asked: a few seconds
READ_BYTES = 12 << 20
# findings that a table is given
SHOWN = 5000
SEVERITIES = ("error", "warning", "info")
# kind of a finding -> its name and what it means to a reader
KINDS = {
    "unreadable": ("Cannot be read", "The file is not in the dataset until it is mended."),
    "time_format": (
        "Clock unreadable",
        "Rows are counted or their times interpolated: durations are a guess.",
    ),
    "gap": ("Gap in time", "Rows are missing or the clock jumped: a window over it mixes two moments."),
    "empty_labels": ("No program lines", "These rows teach no G-code and are not scored."),
    "buffering": ("Controller buffering", "Line numbers race ahead at the start; those rows have no label."),
    "program_twice": ("Program run twice", "One file holds two executions."),
    "same_clock": ("Recorded at the same time", "Two runs share rows: keep them on one side of a split."),
    "unknown_column": ("Unknown column", "The machine file does not describe it, so it is not read."),
    "missing": ("Not recorded", "The board or column is not in the file: its channels are masked."),
    "frozen": (
        "Frozen board",
        "The board stopped answering and repeats its last values: masked from there on.",
    ),
    "nan": ("Empty cells", "Rows without a value are masked."),
    "dead": ("Never changes", "The channel has one value in the whole run: it tells nothing."),
    "clipped": ("At the sensor's limit", "The true value lay outside of the sensor's range."),
}


@dataclass(frozen=True, eq=False)
class Health:
    """The runs of a dataset and what was found about them. unread: runs that nobody has looked into yet."""

    machine: Machine
    entries: tuple[RunEntry, ...]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...] = ()

    @property
    def hours(self) -> float:
        """Hours of recording."""
        return sum(entry.duration_s for entry in self.entries) / 3600

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that occur, in the machine's order."""
        there = {entry.operation for entry in self.entries}
        return tuple(name for name in self.machine.operations if name in there)

    @property
    def labelled(self) -> float:
        """The share of rows that have a program line."""
        rows = sum(entry.rows for entry in self.entries)
        return sum(entry.labelled_rows for entry in self.entries) / rows if rows else 0.0


def duration_words(hours: float) -> str:
    """Hours of recording as people say them."""
    if hours >= 1:
        return f"{hours:.2f} h"
    return f"{60 * hours:.1f} min" if hours >= 1 / 60 else f"{3600 * hours:.0f} s"


def labelled_words(health: Health) -> str:
    """How many rows have a program line; a machine without G-code has none."""
    return percent(health.labelled) if _has_lines(health) else "no G-code"


def _has_lines(health: Health) -> bool:
    return health.machine.target is not None and health.machine.target.line_text is not None


def reading_is_asked(dataset: Dataset) -> bool:
    """A folder so large that reading it takes a while."""
    return not dataset.is_store and sum(_size(file) for file in dataset.files.values()) > READ_BYTES


def health_of(dataset: Dataset, progress: Callable[[float, str], object] | None = None) -> Health:
    """The health of all runs: a store's from its report, a folder's by reading each file once; ToolmarkError."""
    if dataset.is_store:
        store = data.open_store(dataset)
        return Health(store.machine, store.entries, tuple(store.health))
    machine = data.machine_of(dataset)
    described = digest_of(machine)
    found = {}
    for place, (run, file) in enumerate(dataset.files.items()):
        if progress is not None:
            progress(place / len(dataset.files), run)
        found[run] = file_health(file, machine, described)
    return of_files(machine, found)


def of_files(machine: Machine, found: Mapping[str, FileHealth]) -> Health:
    """The health of runs that were read from files; run -> what was found."""
    entries = tuple(each.entry for each in found.values() if each.entry is not None)
    findings = [finding for each in found.values() for finding in each.findings]
    findings += [
        Finding(run, None, "unreadable", each.problem, 0, 0, "error")
        for run, each in found.items()
        if each.problem is not None
    ]
    return Health(machine, entries, tuple(findings))


def digest_of(machine: Machine) -> str:
    """What tells a machine from every other."""
    return sha256(machine.model_dump_json().encode()).hexdigest()


def file_health(path: Path, machine: Machine, described: str) -> FileHealth:
    """What a file would be in a store, read once as long as the file and the machine's digest stay the same."""
    return _file_health(data.file_stamp(path), described, path, machine)


@st.cache_resource(max_entries=2000, show_spinner=False)
def _file_health(stamp: str, described: str, _path: Path, _machine: Machine) -> FileHealth:
    return read_health(_path, _machine)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def kind_name(kind: str) -> str:
    """A kind of finding in plain words."""
    return KINDS[kind][0] if kind in KINDS else kind.replace("_", " ").capitalize()


def runs_table(health: Health) -> pd.DataFrame:
    """One row a run, with what counts of its health; the runs with most problems are told by `problems`."""
    counts = Counter(finding.run for finding in health.findings if finding.severity != "info")
    boards = len(health.machine.board_channels)
    rows = [
        {
            "run": entry.run,
            "operation": entry.operation,
            "program": entry.program,
            "rows": entry.rows,
            "duration": entry.duration_s,
            "labelled": 100 * entry.labelled_rows / entry.rows if entry.rows else None,
            "live": entry.boards - entry.frozen_boards,
            "frozen": entry.frozen_boards,
            "missing": boards - entry.boards,
            "problems": counts[entry.run],
        }
        for entry in health.entries
    ]
    unread = [{"run": f.run, "problems": counts[f.run]} for f in health.findings if f.kind == "unreadable"]
    columns = ["run", "operation", "program", "rows", "duration"]
    columns += [
        *(["labelled"] if _has_lines(health) else []),
        *(["live", "frozen", "missing"] if boards else []),
        "problems",
    ]
    frame = pd.DataFrame([*unread, *rows], columns=columns)
    # what no run has is no column
    return frame.drop(columns=[name for name in ("operation", "program") if frame[name].isna().all()])


def kinds_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """One row a kind and severity: runs concerned, findings, and what it means; the gravest first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.kind), []).append(finding)
    rows = [
        {
            "severity": severity,
            "kind": kind_name(kind),
            "runs": len({finding.run for finding in group}),
            "findings": len(group),
            "what it means": KINDS[kind][1] if kind in KINDS else "",
        }
        for (severity, kind), group in groups.items()
    ]
    frame = pd.DataFrame(rows, columns=["severity", "kind", "runs", "findings", "what it means"])
    order = frame["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    frame = frame.assign(order=order).sort_values(["order", "runs"], ascending=[True, False])
    return frame.drop(columns="order").reset_index(drop=True)


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """One row a finding, the first ones of very many."""
    rows = [
        {
            "severity": finding.severity,
            "run": finding.run,
            "where": finding.channel or "whole run",
            "kind": kind_name(finding.kind),
            "what": finding.detail,
            "from row": finding.first_row,
            "rows": finding.rows,
        }
        for finding in findings[:SHOWN]
    ]
    return pd.DataFrame(rows, columns=["severity", "run", "where", "kind", "what", "from row", "rows"])


def chosen(
    findings: Sequence[Finding], severities: Sequence[str], kinds: Sequence[str], runs: Sequence[str]
) -> list[Finding]:
    """Findings of these severities, kinds and runs; none named = all."""
    return [
        finding
        for finding in findings
        if (not severities or finding.severity in severities)
        and (not kinds or finding.kind in kinds)
        and (not runs or finding.run in runs)
    ]
