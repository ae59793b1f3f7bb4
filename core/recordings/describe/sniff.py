"""How a file of text is written: encoding, line ends, delimiter, decimal sign, and where its table begins."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.recordings.describe.units import UNITS
from core.recordings.parts import FileFormat
from core.recordings.recording import RecordingError
from core.recordings.source import Source
from core.recordings.table import PARQUET, Table, uncommented

SNIFFED_BYTES = 1 << 18
# lines at the end of what is sniffed that show what a row is, and lines that may stand before the table
BODY_LINES, PREAMBLE_LINES = 40, 200
DELIMITERS = (",", ";", "\t", "|", " ")
LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
COMMA_NUMBER = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")
NOTHING = ("", "nan", "na", "null", "none", "inf", "-inf", "n/a", "-")
TIME_LIKE = re.compile(r"[\dTZ:. /+-]+")


@dataclass(frozen=True)
class Sniffed:
    """The format of a file. names: its columns; units: of a row of units below the header, column -> unit;
    line_end: LF, CRLF, CR, or "" of a file that is no text; notes: what was found, in words."""

    form: FileFormat
    names: tuple[str, ...]
    units: dict[str, str]
    line_end: str
    notes: tuple[str, ...]


def sniff(path: Path) -> Sniffed:
    """Look at the beginning of a file; RecordingError where it holds no table."""
    with Source(path) as source:
        head = source.head(SNIFFED_BYTES)[:SNIFFED_BYTES]
    if head.startswith(PARQUET):
        table = Table(path, FileFormat())
        table.close()
        return Sniffed(FileFormat(), tuple(table.names), {}, "", ("a Parquet file",))
    if not head.strip():
        raise RecordingError(f"{path} is empty: record the run again or leave the file out.")
    encoding, text = _decoded(head, path)
    line_end = _line_end(text)
    # blank lines before the table are passed over by the reader too
    lines = re.split(r"\r\n|\n|\r", text.lstrip("\r\n"))
    if len(head) == SNIFFED_BYTES and len(lines) > 1:
        lines = lines[:-1]
    form, names, units, notes = _layout(lines, path)
    form = form.model_copy(update={"encoding": encoding, "suffixes": suffixes_of(path)})
    said = f"{encoding}, {line_end} line ends, {_spoken(form.delimiter)} between fields"
    said += ", decimal comma" if form.decimal == "," else ""
    return Sniffed(form, names, units, line_end, (said, *notes))


def suffixes_of(path: Path) -> tuple[str, ...]:
    """The endings of the files of a folder that belong to such a file."""
    usual = FileFormat().suffixes
    name = path.name.lower()
    if name.endswith(usual):
        return usual
    ending = path.suffix if path.suffix.lower() != ".gz" else "".join(path.suffixes[-2:])
    return (ending,) if ending else usual


def split(line: str, delimiter: str) -> list[str]:
    """The fields of a line."""
    if delimiter == " ":
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _decoded(head: bytes, path: Path) -> tuple[str, str]:
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name, head[: len(head) // 2 * 2].decode(name, errors="ignore")
    if b"\x00" in head[:65536]:
        kind = "a HDF5 or MATLAB file" if head[1:4] == b"HDF" or head[:6] == b"MATLAB" else "binary data"
        raise RecordingError(f"{path} holds {kind}: export its table as .csv or .parquet.")
    try:
        # the last character may be cut in two
        return "utf-8", (head if len(head) < SNIFFED_BYTES else head[:-4]).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 8:
            return "utf-8", head[: error.start].decode("utf-8-sig")
    name = "cp1252" if any(0x80 <= byte < 0xA0 for byte in head) else "latin-1"
    return name, head.decode(name, errors="replace")


def _line_end(text: str) -> str:
    counts = {"\r\n": text.count("\r\n")}
    counts["\n"] = text.count("\n") - counts["\r\n"]
    counts["\r"] = text.count("\r") - counts["\r\n"]
    return LINE_ENDS[max(counts, key=lambda end: counts[end])]


def _layout(
    lines: Sequence[str], path: Path
) -> tuple[FileFormat, tuple[str, ...], dict[str, str], list[str]]:
    body = [line for line in lines[len(lines) // 2 :] if line.strip()][-BODY_LINES:]
    if not body:
        if any(line.strip() for line in lines):
            raise RecordingError(
                f"{path} has a header but no rows: record the run again or leave the file out."
            )
        raise RecordingError(f"{path} holds no table: it is blank.")
    delimiter, decimal = _delimiter(body)
    count = Counter(len(split(line, delimiter)) for line in body).most_common(1)[0][0]
    kinds = _kinds([split(line, delimiter) for line in body], count, decimal)
    first = _first_row(lines, delimiter, decimal, count, kinds)
    header, unit_row, notes = _header_above(lines, first, delimiter, decimal, count, kinds)
    form = FileFormat(delimiter=delimiter, decimal="," if decimal == "," else ".")
    if header is None:
        names = tuple(f"column_{place + 1}" for place in range(count))
        notes.append("no header: columns are called column_1, column_2 ...")
        form = form.model_copy(update={"header": False, "skip_lines": first})
        return form, names, {}, notes
    names, units = _names(lines, header, unit_row, delimiter, count)
    above = lines[:header]
    if (
        above
        and all(line.lstrip().startswith("#") for line in above if line.strip())
        and not any("#" in line for line in lines[header:])
    ):
        form = form.model_copy(update={"comment": "#"})
        notes.append(f"{header} lines of comment before the header")
    elif header:
        form = form.model_copy(update={"skip_lines": header})
        notes.append(f"{header} lines before the header are passed over")
    if unit_row is not None:
        form = form.model_copy(update={"skip_after_header": first - header - 1})
        notes.append("a row of units stands below the header")
    return form, names, units, notes


def _delimiter(body: Sequence[str]) -> tuple[str, str]:
    """The delimiter and decimal sign that make most cells numbers, times or nothing, in rows of one length."""
    best, score = (",", "."), -1.0
    for delimiter in DELIMITERS:
        rows = [split(line, delimiter) for line in body]
        sizes = Counter(len(row) for row in rows)
        size, rows_of_size = sizes.most_common(1)[0]
        if size < 2 or (delimiter == " " and any('"' in line for line in body)):
            continue
        cells = [cell for row in rows if len(row) == size for cell in row]
        for decimal in (".", ",") if delimiter != "," else (".",):
            good = sum(_is_plain(cell, decimal) for cell in cells) / max(len(cells), 1)
            own = rows_of_size / len(rows) * (0.3 + good)
            # a blank within cells is no delimiter where another sign divides them
            own -= 0.2 if delimiter == " " else 0
            if own > score + 1e-9:
                best, score = (delimiter, decimal), own
    if score < 0 and sum(bool(COMMA_NUMBER.fullmatch(line)) for line in body) > len(body) / 2:
        return ";", ","
    return best


def _is_plain(cell: str, decimal: str) -> bool:
    if cell.strip().lower() in NOTHING:
        return True
    number = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    if decimal == "," and "." in cell and NUMBER.fullmatch(cell):
        return False
    return bool(NUMBER.fullmatch(number)) or (bool(TIME_LIKE.fullmatch(cell)) and ":" in cell)


def _is_number(cell: str, decimal: str) -> bool:
    return bool(NUMBER.fullmatch(cell.replace(",", ".") if decimal == "," else cell))


def _kinds(rows: Sequence[Sequence[str]], count: int, decimal: str) -> list[bool]:
    """Whether a column holds numbers, as most of its cells in the body do."""
    rows = [row for row in rows if len(row) == count]
    found = []
    for place in range(count):
        cells = [row[place] for row in rows if row[place].strip().lower() not in NOTHING]
        found.append(bool(cells) and sum(_is_number(cell, decimal) for cell in cells) > 0.6 * len(cells))
    return found


def _first_row(lines: Sequence[str], delimiter: str, decimal: str, count: int, kinds: Sequence[bool]) -> int:
    for place, line in enumerate(lines[:PREAMBLE_LINES]):
        if _fits(split(line, delimiter), decimal, count, kinds):
            return place
    return min(1, len(lines) - 1)


def _fits(row: Sequence[str], decimal: str, count: int, kinds: Sequence[bool]) -> bool:
    if len(row) != count:
        return False
    numbers = [cell for cell, number in zip(row, kinds, strict=True) if number]
    if not numbers:
        # a table of text alone: its header cannot be told from a row by its cells
        return any(character.isdigit() for cell in row for character in cell)
    good = sum(_is_number(cell, decimal) or cell.strip().lower() in NOTHING for cell in numbers)
    filled = sum(bool(cell.strip()) for cell in row)
    return filled > 0 and good >= 0.9 * len(numbers)


def _header_above(
    lines: Sequence[str], first: int, delimiter: str, decimal: str, count: int, kinds: Sequence[bool]
) -> tuple[int | None, int | None, list[str]]:
    """(line of the header, line of units below it, notes); None = there is none."""
    above = [place for place in range(first) if lines[place].strip()]
    if not above:
        return None, None, []
    last = above[-1]
    fields = split(uncommented(lines[last]), delimiter)
    if (
        len(fields) not in (count, count - 1)
        or sum(_is_number(cell, decimal) for cell in fields) > len(fields) / 2
    ):
        return None, None, []
    if len(above) > 1 and _are_units(fields):
        upper = split(lines[above[-2]], delimiter)
        if len(upper) in (count, count - 1) and not _are_units(upper):
            return above[-2], last, []
    return last, None, []


def _are_units(fields: Sequence[str]) -> bool:
    filled = [field.strip().strip("[]()").lower() for field in fields if field.strip()]
    return bool(filled) and sum(field in UNITS for field in filled) > 0.6 * len(filled)


def _names(
    lines: Sequence[str], header: int, unit_row: int | None, delimiter: str, count: int
) -> tuple[tuple[str, ...], dict[str, str]]:
    fields = split(uncommented(lines[header]), delimiter)
    fields = [field.strip() for field in fields]
    fields += [""] * (count - len(fields))
    names = tuple(field or f"Unnamed: {place}" for place, field in enumerate(fields))
    units = split(lines[unit_row], delimiter) if unit_row is not None else []
    return names, {
        name: unit.strip().strip("[]()") for name, unit in zip(names, units, strict=False) if unit.strip()
    }


def _spoken(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}[delimiter]
