"""The channels of a machine, however its file describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.recordings.parts import ControllerColumn, Quantity

if TYPE_CHECKING:
    from core.recordings.machine import Machine


class Channel(NamedTuple):
    """A channel: what it measures, the board that it belongs to, and the column of a file that holds it."""

    measures: Quantity | ControllerColumn
    board: str | None
    column: str


def channels_of(machine: Machine) -> dict[str, Channel]:
    """Every channel by its name: boards times quantities, electrical, the controller's, columns of any name.

    ValueError where two columns would be one channel.
    """
    found: dict[str, Channel] = {}
    for board in machine.boards:
        for quantity, measures in machine.quantities.items():
            found[f"{board}.{quantity}"] = Channel(measures, board, f"{board}.{quantity}")
    found |= {name: Channel(measures, None, name) for name, measures in machine.electrical.items()}
    found |= {name: Channel(measures, None, name) for name, measures in machine.controller.items()}
    for column, described in machine.described.items():
        own_board = (described.board or None) if described.role != "controller" else None
        name = described.channel(column)
        if name in found:
            raise ValueError(
                f"the columns {found[name].column!r} and {column!r} are both called {name!r} in Toolmark: "
                "give one another quantity or board"
            )
        found[name] = Channel(described.measures, own_board, column)
    return found
