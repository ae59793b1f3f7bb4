"""The tables of readings and of answers of one bundle, opened together to be scored in any selection of windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.evidence.answers import Answers
from core.evidence.comparison.scored import Scored
from core.evidence.line_metrics import LineScores
from core.evidence.readings.answered import FORCED, SURE, answers_beside, head_names, matrix
from core.evidence.readings.filters import Filter
from core.evidence.readings.opened import NOBODY, Hand, OpenReadings
from core.evidence.readings.table import ANSWERS, ReadingsError, described
from core.evidence.tally import Ints, Unit
from core.evidence.truth import Truth
from core.gcode.tokens import Heads, Scheme, scheme_from_json

# columns of the readings that are kept at hand as arrays; names as the codes of their values
_PLAIN = ("start_row", "labelled", "exact", "within_row", "structure", "confidence", "sure", "first_wrong")
_COUNTS = ("values_exact", "values_close", "values_asked")
_CODES = ("run", "operation", "part", "line", "read_line", "first_wrong_head")
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class ComparisonTable:
    """Every window of a table of readings with every answer of the bundle; row r of all arrays is window r.

    about: what the table says of itself; columns: of the readings, names as codes of `readings.values`, -1 = none;
    truth, answers, lines: of all windows, what is not labelled is never looked at.
    """

    readings: OpenReadings
    about: Mapping[str, Any]
    scheme: Scheme
    columns: Arrays
    truth: Truth
    answers: Answers
    lines: LineScores | None
    errors_mm: NDArray[np.float64]
    errors_from: Ints

    @classmethod
    def open(cls, files: Sequence[Path], readings: OpenReadings | None = None) -> "ComparisonTable":
        """Open the tables of readings at `files` with the answers beside them; `readings`: if they are open already.

        Raises:
            ReadingsError: there are no answers, or those of other windows.
        """
        beside = [_answers_of(file) for file in files]
        told = described(files[0]) if files else None
        lost = [path for path in beside if not path.is_file()]
        if told is None or lost:
            raise ReadingsError(
                f"{lost[0] if lost else 'The table'} is missing: read the windows again with `python -m core read`."
            )
        for file, path in zip(files, beside, strict=True):
            if not _belong(file, path):
                raise ReadingsError(f"{path} was not made together with {file}: read the windows again.")
        readings = readings or OpenReadings.load(list(files))
        kept = pa.concat_tables([pq.read_table(path).replace_schema_metadata(None) for path in beside])
        columns = _columns(readings)
        if not np.array_equal(kept.column("start_row").to_numpy(), columns["start_row"]):
            raise ReadingsError(f"{beside[0]} is of other windows than {files[0]}: read them again.")
        about, scheme = told.about, scheme_from_json(told.about["scheme"])
        truth = _truth(kept, columns, scheme, readings, tuple(about["operations"]))
        said = _answers(kept, columns, about)
        lines = _lines(columns) if about["reads_lines"] else None
        errors, begins = _errors(kept)
        return cls(readings, about, scheme, columns, truth, said, lines, errors, begins)

    @property
    def operations(self) -> tuple[str, ...]:
        """The operation classes, in the order of their ids."""
        return tuple(self.about["operations"])

    @property
    def reads_lines(self) -> bool:
        """The bundle reads lines; else it tells the operation alone."""
        return bool(self.about["reads_lines"])

    def rows(self, wanted: Filter, hand: Hand = NOBODY) -> Ints:
        """The rows of the windows that a filter leaves, ascending."""
        if not wanted:
            return np.arange(self.readings.windows)
        condition = self.readings.where(wanted)
        with self.readings.cursor(hand) as cursor:
            sql = f"SELECT rid FROM readings WHERE {condition.sql}"
            found = cursor.execute(sql, condition.parameters).fetchnumpy()["rid"]
        return np.sort(np.asarray(found, np.int64))

    def scored(self, wanted: Filter | None = None, hand: Hand = NOBODY) -> Scored:
        """What can be scored of the windows that a filter leaves (all without one)."""
        return self.scored_rows(self.rows(wanted or Filter(), hand))

    def scored_rows(self, rows: Ints) -> Scored:
        """What can be scored of some windows: the labelled ones; those of a known operation where no line is read."""
        fits = self.columns["labelled"] if self.reads_lines else self.truth.operation >= 0
        return Scored(self, rows[fits[rows]], len(rows))


def _answers_of(file: Path) -> Path:
    """The answers of a whole table lie beside it, those of a part in a folder of their own."""
    within = file.parent / ANSWERS / file.name
    return within if within.is_file() else answers_beside(file)


def _belong(file: Path, answers: Path) -> bool:
    """Whether answers are of the bundle and of the recordings that the readings are of."""
    one, other = described(file), described(answers)
    return one is not None and other is not None and (one.made, one.runs) == (other.made, other.runs)


def _columns(readings: OpenReadings) -> dict[str, NDArray[Any]]:
    names = [*_PLAIN, *_COUNTS, *(f"enum_code({name})::INTEGER AS {name}" for name in _CODES)]
    with readings.cursor() as cursor:
        found = cursor.execute(f"SELECT {', '.join(names)} FROM readings ORDER BY rid").fetchnumpy()
    filled = {name: -1 if name in (*_CODES, "first_wrong") else 0 for name in found}
    return {name: np.ma.filled(column, filled[name]) for name, column in found.items()}


def _truth(
    kept: pa.Table, columns: Arrays, scheme: Scheme, readings: OpenReadings, operations: tuple[str, ...]
) -> Truth:
    names = readings.values["operation"]
    known = np.array([operations.index(name) if name in operations else -1 for name in names] + [-1])
    operation = known[columns["operation"]].astype(np.int64)
    pairs = columns["run"].astype(np.int64) * (len(operations) + 1) + operation + 1
    distinct, unit = np.unique(pairs, return_inverse=True)
    runs = readings.values["run"]
    width = len(operations) + 1
    units = tuple(Unit(runs[pair // width], int(pair % width) - 1) for pair in distinct.tolist())
    reads = "true" in kept.column_names
    tokens: NDArray[Any] = matrix(kept, "true") if reads else np.zeros((len(kept), 1), np.int32)
    return Truth(
        scheme=scheme,
        tokens=tokens,
        heads=_small(scheme.heads(tokens)),
        lines=(),
        near=(),
        operation=operation,
        unit=unit,
        units=units,
        window=np.arange(len(kept)),
    )


def _small(heads: Heads) -> Heads:
    """The same classes in a quarter of the memory."""
    parts = (heads.type, heads.command, heads.param_type, heads.sign, heads.digits)
    return Heads(*(part.astype(np.int16) for part in parts))  # type: ignore[arg-type]


def _answers(kept: pa.Table, columns: Arrays, about: Mapping[str, Any]) -> Answers:
    shares = matrix(kept, "operation")
    if not about["reads_lines"]:
        return Answers("model", operation=shares, confidence=shares.max(axis=1, initial=0))
    names = head_names(sum(name.startswith(f"{FORCED}digit") for name in kept.column_names))
    said = {name: matrix(kept, f"{FORCED}{name}") for name in names}
    digits = np.stack([said[name] for name in names if name.startswith("digit")], axis=-1)
    return Answers(
        method="model",
        operation=shares,
        tokens=matrix(kept, "free"),
        confidence=columns["confidence"],
        threshold=about["threshold"],
        forced=matrix(kept, "forced"),
        forced_heads=Heads(said["type"], said["command"], said["param_type"], said["sign"], digits),
        forced_confidence={name: matrix(kept, f"{SURE}{name}") for name in names},
    )


def _lines(columns: Arrays) -> LineScores:
    return LineScores(
        exact=columns["exact"].astype(np.bool_),
        within_row=columns["within_row"].astype(np.bool_),
        structure=columns["structure"].astype(np.bool_),
        values_exact=columns["values_exact"].astype(np.int64),
        values_close=columns["values_close"].astype(np.int64),
        values_asked=columns["values_asked"].astype(np.int64),
        confidence=columns["confidence"],
        sure=columns["sure"].astype(np.bool_),
    )


def _errors(kept: pa.Table) -> tuple[NDArray[np.float64], Ints]:
    """Every error of every length, and where those of each window begin, `[windows + 1]`."""
    if "errors_mm" not in kept.column_names:
        return np.zeros(0), np.zeros(len(kept) + 1, np.int64)
    column = kept.column("errors_mm").combine_chunks()
    counts = np.asarray(column.value_lengths().to_numpy(zero_copy_only=False), np.int64)
    return column.flatten().to_numpy(), np.concatenate([[0], np.cumsum(counts)])
