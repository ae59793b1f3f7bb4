"""Tests of `dashboard.ablation_matrix`: every channel is in one place, whatever the machine, and says how it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.model.bundle import Bundle, load_bundle
from core.recordings.machine import Machine
from core.recordings.recording import Recording
from dashboard.ablation_matrix import MOST_COLUMNS, matrix_of, states_of
from tests.dashboard.small_bundle import write_bundle

ODD = """
name = "press"
length_unit = "mm"
row_period_s = 0.1
[columns."Kraft (N), oben"]
modality = "force"
unit = "N"
role = "side"
board = "Saeule_links"
quantity = "F_oben"
[columns."T°"]
modality = "temperature"
unit = "degC"
role = "ambient"
[columns."weg"]
modality = "position"
unit = "mm"
role = "controller"
"""


def cells(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    on_boards = [cell for row in drawn["cells"] for cell in row if cell is not None]
    return on_boards + [cell for family in drawn["beside"] for cell in family["cells"]]


def read(drawn: dict[str, Any]) -> list[str]:
    return [name for cell in cells(drawn) for name in cell["channels"]]


def test_every_channel_that_is_read_is_in_one_place(bundle: Bundle, recording: Recording) -> None:
    drawn = matrix_of(bundle, states_of(bundle, recording.window(0)))
    assert len(drawn["rows"]) == 16 and len(drawn["columns"]) == 17
    assert sorted(read(drawn)) == sorted(bundle.inputs.channels)
    modalities = [column["modality"] for column in drawn["columns"]]
    assert modalities == sorted(modalities, key=bundle.machine.modalities.index), "groups stand together"
    assert [family["modality"] for family in drawn["beside"]] == ["motor_current"]


def test_a_bundle_that_reads_the_position_shows_it_beside(tmp_path: Path, recording: Recording) -> None:
    bundle = load_bundle(write_bundle(tmp_path / "seed", "seed"))
    drawn = matrix_of(bundle, states_of(bundle, recording.window(0)))
    assert "position" in [family["modality"] for family in drawn["beside"]]
    assert sorted(read(drawn)) == sorted(bundle.inputs.channels)


def test_live_frozen_and_absent_are_told_apart(bundle: Bundle, recording: Recording) -> None:
    states = states_of(bundle, recording.window(recording.n_rows - 64))
    assert {states[name] for name in bundle.machine.board_channels["spindle1"]} == {"frozen"}
    there = set(recording.channels)
    for name in bundle.inputs.channels:
        assert (states[name] == "absent") == (name not in there)
    assert states["mpox"] == "unread"


def test_odd_machines_have_their_cells(bundle: Bundle) -> None:
    machine = Machine.from_toml(ODD)
    odd = _read_by(bundle, machine, machine.channels)
    drawn = matrix_of(odd, dict.fromkeys(machine.channels, "live"))
    assert drawn["rows"] == ["Saeule_links"] and len(drawn["columns"]) == 1
    assert sorted(read(drawn)) == sorted(machine.channels)


def test_too_many_quantities_have_a_column_a_modality(bundle: Bundle) -> None:
    quantities = "\n".join(
        f'[quantities.Q{n}]\nmodality = "{"force" if n % 2 else "sound"}"\nunit = "V"\nrole = "side"'
        for n in range(MOST_COLUMNS + 2)
    )
    machine = Machine.from_toml(
        f'name = "many"\nlength_unit = "mm"\nrow_period_s = 0.1\n[boards]\na = "left"\n{quantities}'
    )
    drawn = matrix_of(_read_by(bundle, machine, machine.channels), dict.fromkeys(machine.channels, "live"))
    assert [column["label"] for column in drawn["columns"]] == ["", ""]
    assert [len(cell["channels"]) for cell in drawn["cells"][0]] == [25, 25]


def _read_by(bundle: Bundle, machine: Machine, channels: tuple[str, ...]) -> Bundle:
    """The bundle as if it read these channels of another machine; nothing is predicted with it."""
    return replace(bundle, machine=machine, inputs=replace(bundle.inputs, channels=channels))


@pytest.mark.parametrize("name", ["frame_l2.Ax", "spindle"])
def test_what_is_not_read_cannot_be_taken_away(bundle: Bundle, recording: Recording, name: str) -> None:
    some = tuple(each for each in bundle.inputs.channels if each != name)
    less = _read_by(bundle, bundle.machine, some)
    drawn = matrix_of(less, dict.fromkeys(some, "live") | {name: "unread"} | _controller(less))
    assert name not in read(drawn)
    assert any(cell["state"] == "unread" and name in cell["title"] for cell in cells(drawn))


def _controller(bundle: Bundle) -> dict[str, str]:
    return dict.fromkeys(bundle.machine.controller_channels, "unread")
