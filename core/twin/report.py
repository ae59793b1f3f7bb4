"""The twin's constants as a table that people read; `docs/twin.md` holds it, and a test holds the two together."""

from collections.abc import Sequence

from core.twin.constants import constants, table
from core.twin.knowledge import CAUSES, channels_that_know


def constants_table() -> str:
    """Every constant with its unit and source, as Markdown."""
    rows = [
        f"| `{row.name}` | {_value(row.value)} | {row.unit} | {row.source[0].upper() + row.source[1:]} |"
        for row in table()
    ]
    return "\n".join(["| constant | value | unit | source |", "| --- | --- | --- | --- |", *rows])


def boards_table() -> str:
    """Where each board is, what carries it, what it looks at, as Markdown."""
    head = "| board | at, mm | carried by | tilt, deg | gain | proximity faces | optical samples missed |"
    rows = [
        f"| `{name}` | {_value(board.at)} | {_carrier(board.carried)} | {_value(board.tilt)} | {board.gain:g} "
        f"| {board.faces or 'nothing'} | {100 * board.unseen:.0f} % |"
        for name, board in constants().boards.items()
    ]
    return "\n".join([head, "| --- " * 7 + "|", *rows])


def knowledge_table() -> str:
    """How many channels of each quantity know of an axis, the cut and the spindle, as Markdown."""
    known = {cause: channels_that_know(cause) for cause in CAUSES}
    names = dict.fromkeys(name.rpartition(".")[2] for channels in known.values() for name in channels)
    rows = [
        f"| {quantity} | "
        + " | ".join(
            str(sum(name.rpartition(".")[2] == quantity for name in known[cause]) or "") for cause in CAUSES
        )
        + " |"
        for quantity in names
    ]
    head = "| quantity | " + " | ".join(CAUSES) + " |"
    return "\n".join([head, "| --- " * (1 + len(CAUSES)) + "|", *rows])


def _value(value: float | Sequence[float]) -> str:
    if isinstance(value, Sequence):
        return ", ".join(f"{each:g}" for each in value)
    return f"{value:g}" if abs(value) < 1e5 else f"{value:.2g}"


def _carrier(carried: Sequence[float]) -> str:
    axes = [axis for axis, share in zip("XYZ", carried, strict=True) if share]
    return " and ".join(axes) or "the frame"
