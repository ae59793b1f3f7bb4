"""Random tables of readings, and the filters' meaning in pandas: the other opinion that SQL is compared with."""

import numpy as np
import pandas as pd
import pyarrow as pa

from core.evidence.readings import columns
from core.evidence.readings.columns import HEADS, NAME, SCHEMA, parted
from core.evidence.readings.filters import FIELDS, NO, NONE, YES, Filter

LINES = ("G1 X1.5", "G0 Z0.25", "X2 Y3", "g1 x9", None)
NAMES = {
    "part": ("trained on", "held out"),
    "operation": ("face", "pocket", None),
    "read_operation": ("face", "pocket"),
    "second_operation": ("face", "pocket"),
    "line": LINES,
    "read_line": LINES,
    "second_line": LINES,
    "command": ("G1", columns.NO_COMMAND, None),
    "read_command": ("G1", "G0"),
    "result": (columns.EXACT, columns.WITHIN_ROW, columns.WRONG, columns.NO_LABEL),
    "first_wrong_head": ("digits", "sign", None),
    "wrong_heads": ("", "digits", "sign,digits", None),
    "right_heads": ("", "type", "type,command"),
    "missing_boards": ("", "a"),
    "frozen_boards": ("", "b"),
    "absent_boards": ("", "a", "a,b"),
    "tags": ("", columns.BUFFERING, f"{columns.TOP_2},{columns.AMBIGUOUS}"),
}
COUNTS = {f"{head}_{what}" for head in ("token", *HEADS) for what in ("right", "asked")}


def made_table(seed: int, runs: int = 3, windows: int = 7) -> pa.Table:
    """A table of random readings of some runs; a run has `windows` windows at most."""
    r = np.random.default_rng(seed)
    counts = [int(r.integers(1, windows + 1)) for _ in range(runs)]
    n = sum(counts)
    found: dict[str, object] = {
        "run": [f"run_{place}" for place, count in enumerate(counts) for _ in range(count)],
        "start_row": [16 * place for count in counts for place in range(count)],
    }
    for field in SCHEMA:
        if field.name in found:
            continue
        if field.name in NAMES:
            options = NAMES[field.name]
            found[field.name] = [options[int(k)] for k in r.integers(0, len(options), n)]
        elif pa.types.is_boolean(field.type):
            found[field.name] = [(True, False, None)[int(k)] for k in r.integers(0, 3, n)]
        elif pa.types.is_floating(field.type):
            found[field.name] = [None if r.random() < 0.2 else float(k) / 8 for k in r.integers(0, 9, n)]
        else:
            found[field.name] = r.integers(0, 4, n)
    arrays = [
        pa.array(found[f.name], type=pa.string() if f.type == NAME else f.type).cast(f.type) for f in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def plain(table: pa.Table) -> pd.DataFrame:
    """The table in pandas, empty cells as None."""
    frame = pd.DataFrame(table.to_pylist(), columns=SCHEMA.names, dtype=object)
    frame[FIELDS["first_at"].column] = frame["first_wrong"] + 1
    frame[FIELDS["ambiguous"].column] = frame["near_lines"] > 1
    return frame


def kept(frame: pd.DataFrame, wanted: Filter, hand: dict[int, set[str]]) -> list[int]:
    """The rows that a filter leaves, looked at one by one."""
    return [
        place
        for place, row in enumerate(frame.to_dict("records"))
        if _keeps(row, wanted, hand.get(place, set()))
    ]


def _keeps(row: dict[str, object], wanted: Filter, own: set[str]) -> bool:
    for name, chosen in wanted.choices:
        value, kind = row[FIELDS[name].column], FIELDS[name].kind
        if kind == "flag":
            said = {NONE if value is None else YES if value else NO}
        elif kind == "names":
            said = set(parted(str(value or ""))) | (own if name == "tag" else set()) or {NONE}
        else:
            said = {NONE if value is None else str(value)}
        if not said & set(chosen):
            return False
    for name, (low, high) in wanted.ranges:
        value = row[FIELDS[name].column]
        if value is None or (low is not None and value < low) or (high is not None and value > high):  # type: ignore[operator]
            return False
    texts = [str(row[name]).upper() for name in ("line", "read_line") if row[name] is not None]
    return not wanted.text or any(wanted.text.upper() in text for text in texts)
