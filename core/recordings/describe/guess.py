"""Guesses a machine from recordings of it, and takes corrections."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from core.recordings.clock import Clock
from core.recordings.describe.evidence import FAST, judged, time_format
from core.recordings.describe.naming import GENERAL, find_operations
from core.recordings.describe.proposal import CHANNEL_ROLES, ColumnGuess, Proposal, Settings
from core.recordings.describe.sample import Sample, take_sample
from core.recordings.describe.settle import INCH_MM, settle
from core.recordings.describe.sniff import Sniffed, sniff
from core.recordings.describe.traits import Traits, traits_of
from core.recordings.parts import SUFFIXES_OF_TABLES, FileFormat
from core.recordings.recording import RecordingError

T = TypeVar("T")

# files whose header is looked at, and files of which rows are looked at
HEADERS, SAMPLED, MOST_SAMPLED = 300, 5, 40
# folders within folders that are looked into
DEEPEST = 3
DEFAULT_PERIOD_S = 0.1
# rows that come faster are brought to this period, and a run keeps so many rows
FAST_S, RESAMPLED_S, ROWS_KEPT = 0.02, 0.1, 256


def guess(paths: Sequence[str | Path], *, name: str | None = None) -> Proposal:
    """Propose a machine for some recordings, or folders of them, of one machine.

    Only headers and a sample of rows are read. RecordingError where there is no file, or none that is a table.
    """
    files = find_files(paths)
    looked, problems = _sniffed(files)
    alike, strangers = _alike(looked)
    problems += strangers
    first = alike[0][1]
    samples = _samples(alike, problems)
    cells = _cells(samples)
    units = first.units
    headless = not first.form.header
    traits = {column: traits_of(blocks) for column, blocks in cells.items()}
    columns = {
        column: judged(column, own, units.get(column), headless=headless) for column, own in traits.items()
    }
    naming = find_operations([file for file, _ in alike], first.form.suffixes)
    columns, notes = settle(columns, traits, named_runs=bool(naming.operation_from))
    settings = Settings(
        name=name or _machine_name(files),
        operation_from=naming.operation_from,
        operation_in=naming.operation_in,
        name_suffix=naming.suffix,
        operations=naming.operations or _operations(columns),
        program_position=_program_position(columns),
        length_unit=_length_unit(columns, traits),
    )
    settings, columns, doubts = _with_clock(settings, columns, traits, units, samples[0])
    seen = (*first.notes, naming.why)
    return Proposal(
        tuple(files),
        first.form,
        tuple(columns.values()),
        settings,
        (*problems, *notes, *doubts),
        seen,
        samples[0].rows,
    )


def find_files(paths: Sequence[str | Path]) -> list[Path]:
    """The tables among files and folders; a folder's own, else those of its folders."""
    found: list[Path] = []
    for path in map(Path, paths):
        try:
            if not path.exists():
                raise RecordingError(f"{path} does not exist: give recordings or folders of them.")
            found += _in_folder(path) if path.is_dir() else [path]
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            raise RecordingError(
                f"{path} cannot be looked through ({reason}): give a folder of recordings."
            ) from None
    if not found:
        raise RecordingError(
            f"There is no table ({', '.join(SUFFIXES_OF_TABLES)}) in {', '.join(map(str, paths))}."
        )
    return sorted(dict.fromkeys(found))


def _in_folder(folder: Path, deeper: int = DEEPEST) -> list[Path]:
    entries = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")]
    files = [entry for entry in entries if entry.is_file()]
    for endings in (FileFormat().suffixes, SUFFIXES_OF_TABLES):
        found = [file for file in files if file.name.lower().endswith(endings)]
        if found:
            return found
    folders = [entry for entry in entries if not entry.is_symlink() and entry.is_dir()] if deeper else []
    return [file for inner in folders for file in _in_folder(inner, deeper - 1)]


def _sniffed(files: Sequence[Path]) -> tuple[list[tuple[Path, Sniffed]], list[str]]:
    found, problems = [], []
    for file in spread(files, HEADERS):
        try:
            found.append((file, sniff(file)))
        except RecordingError as error:
            problems.append(str(error))
    if not found:
        raise RecordingError(problems[0])
    return found, problems


def _alike(looked: Sequence[tuple[Path, Sniffed]]) -> tuple[list[tuple[Path, Sniffed]], list[str]]:
    """The files of the kind that most are of, and a sentence about each other kind."""
    kinds: list[tuple[set[str], list[tuple[Path, Sniffed]]]] = []
    for file, one in looked:
        own = set(one.names)
        for place, (names, group) in enumerate(kinds):
            same_form = (one.form.delimiter, one.form.header) == (
                group[0][1].form.delimiter,
                group[0][1].form.header,
            )
            if (
                same_form
                and 2 * len(own & names) >= min(len(own), len(names))
                and (one.form.header or own == names)
            ):
                group.append((file, one))
                kinds[place] = (names | own, group)
                break
        else:
            kinds.append((own, [(file, one)]))
    kinds.sort(key=lambda kind: -len(kind[1]))
    problems = []
    for names, group in kinds[1:]:
        lacking = sorted(kinds[0][0] - names)[:3]
        file = group[0][0]
        problems.append(
            f"{len(group)} of {len(looked)} files are of another kind, the first {file.name}: "
            f"it lacks {', '.join(map(repr, lacking))}; they are not described here."
        )
    return kinds[0][1], problems


def _samples(alike: Sequence[tuple[Path, Sniffed]], problems: list[str]) -> list[Sample]:
    """Samples of a few files that together have all columns."""
    new: list[tuple[Path, Sniffed]] = []
    there: set[str] = set()
    for file, one in alike:
        if not set(one.names) <= there:
            new.append((file, one))
            there |= set(one.names)
    samples = []
    # each file that brings a column is read, and some more to see what changes between runs
    more = [pair for pair in spread(alike, SAMPLED) if pair not in new]
    for file, one in [*new[:MOST_SAMPLED], *more][: max(SAMPLED, min(len(new), MOST_SAMPLED))]:
        try:
            samples.append(take_sample(file, one))
        except RecordingError as error:
            problems.append(str(error))
    if not samples:
        raise RecordingError(problems[0])
    return samples


def _cells(samples: Sequence[Sample]) -> dict[str, list[pd.Series]]:
    found: dict[str, list[pd.Series]] = {}
    for sample in samples:
        for block in sample.blocks:
            for column, cells in block.items():
                found.setdefault(str(column), []).append(cells)
    return found


def spread(items: Sequence[T], most: int) -> list[T]:
    """Some of many things, from all over."""
    if len(items) <= most:
        return list(items)
    return [items[place] for place in sorted(set(np.linspace(0, len(items) - 1, most).astype(int).tolist()))]


def _machine_name(files: Sequence[Path]) -> str:
    folder = Counter(file.resolve().parent for file in files).most_common(1)[0][0]
    # a folder that is only called `runs` says nothing: the one around it may
    general = GENERAL.fullmatch(folder.name.removesuffix("s")) or folder.name in ("raw", "input")
    return (folder.parent.name if general else folder.name) or "machine"


def _operations(columns: Mapping[str, ColumnGuess]) -> tuple[str, ...]:
    column = next((one.name for one in columns.values() if one.role == "operation"), None)
    if column is None:
        return ()
    return columns[column].values


def _program_position(columns: Mapping[str, ColumnGuess]) -> tuple[str, ...]:
    """The first three columns that are a position in X, Y and Z and differ in the axis alone."""
    if not any(one.role == "line text" for one in columns.values()):
        return ()
    stems: dict[str, dict[str, str]] = {}
    for one in columns.values():
        axis = one.name[-1:].lower()
        if one.role == "controller" and one.modality == "position" and axis in ("x", "y", "z"):
            stems.setdefault(one.name[:-1], {})[axis] = one.quantity
    complete = next((found for found in stems.values() if len(found) == 3), {})
    return tuple(complete[axis] for axis in sorted(complete))


def _length_unit(columns: Mapping[str, ColumnGuess], traits: Mapping[str, Traits]) -> str:
    text = next((one.name for one in columns.values() if one.role == "line text"), None)
    said = {word for cell in traits[text].words for word in cell.upper().split()} if text else set()
    if "G20" in said or "G21" in said:
        return "inch" if "G20" in said else "mm"
    scaled = [one for one in columns.values() if "moves as" in one.evidence]
    return "inch" if any(f"times {INCH_MM:.4g}" in one.evidence for one in scaled) else "mm"


def _with_clock(
    settings: Settings,
    columns: dict[str, ColumnGuess],
    traits: Mapping[str, Traits],
    units: Mapping[str, str],
    sample: Sample,
) -> tuple[Settings, dict[str, ColumnGuess], list[str]]:
    """The period of rows, the form of their time, and how fast rows are brought to a slower period."""
    time = next((one for one in columns.values() if one.role == "time"), None)
    if time is None:
        doubt = (
            f"No column is a clock: rows are counted at {DEFAULT_PERIOD_S} s each, which is a guess; "
            "set row_period_s to the recording's own."
        )
        return replace(settings, row_period_s=DEFAULT_PERIOD_S), columns, [doubt]
    form, unsure = time_format(time.name, traits[time.name], units.get(time.name))
    period = _period(sample, time.name, form)
    settings = replace(settings, time_formats=(form,), row_period_s=period)
    columns[time.name] = replace(time, evidence=f"{time.evidence}; a row each {period:g} s ({form})", unit="")
    doubts = [unsure] if unsure else []
    resampled = min(RESAMPLED_S, sample.rows * period / ROWS_KEPT)
    if period > FAST_S or resampled < 5 * period:
        return settings, columns, doubts
    settings = replace(settings, resample_s=float(f"{resampled:.1g}"))
    for one in columns.values():
        if one.role in CHANNEL_ROLES and one.modality.startswith(FAST):
            columns[one.name] = replace(one, bin="deviation")
    doubts.append(
        f"A row comes each {period:g} s, and a window of 64 rows would be {64 * period:.2g} s: "
        f"rows are brought to {settings.resample_s:g} s (vibrations as their deviation, all else as the mean)."
    )
    return settings, columns, doubts


def _period(sample: Sample, column: str, form: str) -> float:
    steps = [np.diff(Clock((form,), DEFAULT_PERIOD_S).seconds(block[column])) for block in sample.blocks]
    rising = np.concatenate(steps)
    rising = rising[rising > 0]
    return float(f"{np.median(rising):.4g}") if len(rising) else DEFAULT_PERIOD_S
