"""Where boards stand on the drawing: by their places, or in a grid; never on top of one another."""

from itertools import combinations

import pytest

from core.recordings.machine import Machine, MachineError
from dashboard.machine_layout import TALL, TILE, Layout, layout


def machine(boards: list[str], places: str = "") -> Machine:
    columns = "".join(
        f'c{n} = {{ board = "{board}", quantity = "Ax", modality = "a" }}\n' for n, board in enumerate(boards)
    )
    return Machine.from_toml(
        f'name = "x"\nlength_unit = "mm"\nrow_period_s = 0.1\n{places}\n[columns]\n{columns}'
    )


def check(found: Layout, boards: int) -> None:
    assert len(found.tiles) == boards
    for tile in found.tiles:
        assert TILE / 2 <= tile.x <= found.width - TILE / 2
        assert TALL / 2 <= tile.y <= found.height - TALL / 2
        assert 0 <= tile.name_y <= found.height
    for one, other in combinations(found.tiles, 2):
        assert abs(one.x - other.x) >= TILE - 1 or abs(one.y - other.y) >= TALL - 1, (one, other)


def test_the_mill_is_drawn_with_its_boards_where_they_are_mounted() -> None:
    found = layout(Machine.bantam())
    check(found, 16)
    at = {tile.board: tile for tile in found.tiles}
    assert {shape.kind for shape in found.shapes} >= {"bed", "spindle", "beam", "base"}
    assert at["frame_l1"].x < at["spindle1"].x < at["spindle2"].x < at["frame_r1"].x
    assert at["frame_b1"].y < at["y_bed__3"].y < at["y_bed__1"].y, "the back is up, the front down"


def test_a_machine_file_tells_places() -> None:
    found = layout(machine(["left", "right"], "[places]\nleft = [0, 0, 0]\nright = [300, 0, 0]"))
    check(found, 2)
    left, right = found.tiles
    assert left.x + 100 < right.x
    assert left.y == right.y
    assert layout(machine(["low", "high"], "[places]\nlow = [0, 0, 0]\nhigh = [0, 0, 9000]")).height < 500


def test_places_are_read_back_and_are_of_boards() -> None:
    made = machine(["left"], "[places]\nleft = [0, 1.5, 2]")
    assert Machine.from_toml(made.to_toml()) == made
    assert "places" not in machine(["left"]).to_toml(), "files from before say the same as they did"
    with pytest.raises(MachineError, match="places names the board 'top', which no column belongs to"):
        machine(["left"], "[places]\ntop = [0, 0, 0]")


@pytest.mark.parametrize("boards", [1, 2, 14, 130])
def test_boards_without_places_stand_in_a_grid(boards: int) -> None:
    check(layout(machine([f"board_{n}" for n in range(boards)])), boards)


def test_boards_at_one_place_are_moved_apart() -> None:
    places = "[places]\n" + "".join(f"b{n} = [0, 0, 0]\n" for n in range(4))
    check(layout(machine([f"b{n}" for n in range(4)], places)), 4)
