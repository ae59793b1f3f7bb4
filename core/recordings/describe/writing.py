"""Writes a proposal as a machine file that says why and that a person can correct."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from core.recordings.describe.proposal import CHANNEL_ROLES, ColumnGuess, Proposal, machine_document
from core.recordings.toml import key, value

SETTINGS = {
    "length_unit": 'of the G-code: "inch" or "mm"',
    "row_period_s": "usual time between two rows of a file",
    "resample_s": "the rows of each such period become one row",
    "operation_from": "pattern of the operation in a name: its first group",
    "operation_in": 'whose name that is: "file" or "folder"',
    "operation_column": "the column that tells the operation of each row",
    "name_suffix": "cut off the name of a run",
    "operations": "the classes of the operation, ids 0, 1, 2 ... in this order",
    "program_position": "the controller's channels of the position in the program, X Y Z",
}


def commented_toml(proposal: Proposal) -> str:
    """The text of a machine file, each column with the reason for what it is taken for.

    `Machine.from_toml` reads it back to `proposal.machine`; a file of a proposal that is `wrong` says why on loading.
    """
    document = machine_document(proposal)
    lines = ["# A machine file, guessed from recordings: correct what is wrong and import with it."]
    lines += [f"# {_one_line(sentence)}" for sentence in (*proposal.seen, *proposal.problems)]
    lines.append("")
    for name, content in document.items():
        if isinstance(content, Mapping) or name == "ignored":
            continue
        comment = f"  # {SETTINGS[name]}" if name in SETTINGS else ""
        lines.append(f"{key(name)} = {value(_plain(content))}{comment}")
    lines += _ignored(proposal.columns)
    for name in ("format", "time", "target", "categorical"):
        if name in document:
            lines += ["", f"[{name}]", *_rows(document[name], proposal.columns)]
    lines += _channels(proposal.columns, document.get("columns", {}))
    return "\n".join(lines) + "\n"


def _rows(table: Mapping[str, object], columns: Sequence[ColumnGuess]) -> Iterable[str]:
    why = {column.name: column.evidence for column in columns}
    for name, content in table.items():
        if content is not None:
            reason = why.get(content, "") if isinstance(content, str) else ""
            yield f"{key(name)} = {value(_plain(content))}" + (f"  # {_one_line(reason)}" if reason else "")


def _ignored(columns: Sequence[ColumnGuess]) -> list[str]:
    found = [column for column in columns if column.role in ("ignored", "index")]
    if not found:
        return []
    rows = [f"    {value(column.name)},  # {_one_line(column.evidence)}" for column in found]
    return ["# Columns that are known and never read.", "ignored = [", *rows, "]"]


def _channels(columns: Sequence[ColumnGuess], described: Mapping[str, object]) -> list[str]:
    lines = [
        "",
        '# Channels. role: "side" (what the sensors felt; the usual one), "ambient" (the weather and the room) or',
        '# "controller" (the answer: never an input). A value becomes scale * value + offset, in the unit.',
        "[columns]",
    ]
    found = [column for column in columns if column.role in CHANNEL_ROLES]
    # side channels board by board, then the controller's
    ordered = sorted(found, key=lambda column: column.role == "controller")
    for board, own in groupby(
        ordered, key=lambda column: column.board if column.role != "controller" else "controller"
    ):
        lines += [f"# {board or 'of no board'}"] if len({column.board for column in found}) > 1 else []
        for column in own:
            lines.append(
                f"{key(column.name)} = {value(described[column.name])}  # {_one_line(column.evidence)}"
            )
    return lines


def _plain(content: object) -> object:
    return list(content) if isinstance(content, tuple) else content


def _one_line(sentence: str) -> str:
    # a comment of TOML holds no control characters
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in sentence
    )
