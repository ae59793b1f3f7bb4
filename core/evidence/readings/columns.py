"""The columns of the table of readings: one row a window.

Texts that repeat are dictionary-encoded. Columns that hold several names at once (tags, heads, boards) hold them as one
text with commas, for there are few combinations: the text is as quick to count and to filter by as any other.
"""

from collections.abc import Iterable

import pyarrow as pa

NAME = pa.dictionary(pa.int32(), pa.string())
VERSION = 2

# how the line that was read compares with the window's label
EXACT, WITHIN_ROW, WRONG, NO_LABEL, NO_LINE = "exact", "within a row", "wrong", "no label", "no line read"

# the heads whose rights and wrongs are kept, teacher-forced; "digits" is every digit of every number
HEADS = ("type", "command", "param_type", "sign", "digits")
HEAD_WORDS = {"param_type": "parameter type"}
NO_COMMAND = "no command"

TOP_2, CONFIDENT_WRONG = "top-2 right", "confident and wrong"
AMBIGUOUS, BUFFERING = "ambiguous label", "buffering rows"
AUTOMATIC_TAGS = {
    TOP_2: "The line is wrong, but right once one word is changed to the model's second choice.",
    CONFIDENT_WRONG: "Neither exact nor within a row, though the bundle's threshold says to believe it.",
    AMBIGUOUS: "Another line fills as many rows of the window, or one row less.",
    BUFFERING: "Some rows are from the start of the run, where the controller's line numbers race ahead.",
}

_COUNTS = [(f"{head}_{what}", pa.int16()) for head in ("token", *HEADS) for what in ("right", "asked")]

SCHEMA = pa.schema(
    [
        ("run", NAME),
        ("start_row", pa.int32()),
        ("end_row", pa.int32()),
        ("part", NAME),
        ("operation", NAME),
        ("read_operation", NAME),
        ("operation_confidence", pa.float32()),
        ("second_operation", NAME),
        ("operation_right", pa.bool_()),
        ("line", NAME),
        ("command", NAME),
        ("label_rows", pa.int16()),
        ("purity", pa.float32()),
        ("tied", pa.bool_()),
        ("near_lines", pa.int16()),
        ("buffering_rows", pa.int16()),
        ("labelled", pa.bool_()),
        ("read_line", NAME),
        ("read_command", NAME),
        ("confidence", pa.float32()),
        ("sure", pa.bool_()),
        ("second_line", NAME),
        ("result", NAME),
        ("exact", pa.bool_()),
        ("within_row", pa.bool_()),
        ("structure", pa.bool_()),
        ("top2", pa.bool_()),
        ("first_wrong", pa.int16()),
        ("first_wrong_head", NAME),
        ("wrong_heads", NAME),
        ("right_heads", NAME),
        *_COUNTS,
        ("error_mm", pa.float32()),
        ("values_exact", pa.int16()),
        ("values_close", pa.int16()),
        ("values_asked", pa.int16()),
        ("missing_boards", NAME),
        ("frozen_boards", NAME),
        ("absent_boards", NAME),
        ("absent", pa.int16()),
        ("tags", NAME),
    ]
)

# what each column holds, for those who read the file elsewhere
MEANINGS = {
    "start_row": "first row of the window, counted from 0; end_row is its last one",
    "part": "part of the bundle's own split that the run, under `seed` the window, belongs to",
    "operation": "true operation, empty where unknown; read_operation: the most probable one; second_operation",
    "line": "the window's label, its most frequent line; command: its first G or M word",
    "label_rows": "rows that the label fills; purity: their share; tied: another line fills as many",
    "near_lines": "lines that fill at most one row less than the label, the label among them",
    "read_line": "the line read free-running; confidence: calibrated; sure: over the bundle's threshold",
    "second_line": "the line with its most doubtful word changed to the second choice",
    "top2": "the line or the second line is exact",
    "first_wrong": "position of the first wrong token, free-running; first_wrong_head: the head that it differs in",
    "wrong_heads": "heads that are wrong somewhere, given the true tokens before; right_heads: right wherever asked",
    "type_right": "positions at which the type head is right, of type_asked; the other heads likewise",
    "error_mm": "largest error of a length that both lines name",
    "values_exact": "lengths of the true line read to the step, of values_asked; values_close: within 1 mm",
    "absent_boards": "boards that the model reads and the window lacks: missing in the file, or frozen by its end",
}


def joined(names: Iterable[str]) -> str:
    """Several names as one text; "" for none."""
    return ",".join(names)


def parted(text: str | None) -> tuple[str, ...]:
    """The names in such a text."""
    return tuple(text.split(",")) if text else ()
