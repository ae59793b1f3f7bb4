import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.machine import Machine, MachineError

OWN = """
name = "Lathe"
length_unit = "mm"
row_period_s = 0.1
operations = ["turn"]
[time]
column = "t"
formats = ["seconds"]
[target]
line_number = "n"
line_text = "block"
[electrical]
spindle = { unit = "A", modality = "motor_current" }
"""


def test_bantam_has_the_published_channels(machine: Machine) -> None:
    assert len(machine.side_channels) == 16 * 17 + 4
    assert machine.side_channels[-4:] == ("spindle", "x_motor", "y_motor", "z_motor")
    assert machine.operations == (
        *("adaptive", "adaptive150025", "face", "face150025", "pocket", "pocket150025"),
        *("damageadaptive", "damageface", "damagepocket"),
    )
    assert machine.programs["damageface"] == machine.programs["face150025"] == "F2"


def test_the_answer_is_never_a_side_channel(machine: Machine) -> None:
    answer = {
        *machine.controller,
        *machine.categorical,
        "gcode_line",
        "gcode_string",
        "raw_json",
        "t_console",
    }
    assert not answer & set(machine.side_channels)
    assert {machine.role(name) for name in ("mpox", "posx", "line", "stat")} == {"controller"}
    assert machine.role("gcode_string") == "target"


def test_weather_is_ambient(machine: Machine) -> None:
    ambient = {name for name in machine.side_channels if machine.role(name) == "ambient"}
    assert ambient == machine.resolve(["pressure", "temperature"])


def test_every_column_of_the_machine_has_a_role(machine: Machine) -> None:
    assert None not in {machine.role(column) for column in machine.columns}
    assert machine.role("frame_l9.Ax") is None


def test_a_modality_is_all_of_its_channels_though_one_is_called_like_it() -> None:
    own = Machine.from_toml(
        OWN
        + """
[columns]
"Temp 1" = { quantity = "temperature", unit = "degC", modality = "temperature" }
"Temp 2" = { quantity = "temperature_2", unit = "degC", modality = "temperature" }
"""
    )
    both = {"temperature", "temperature_2"}
    assert own.resolve(["temperature"]) == {"temperature"}
    assert own.resolve(own.names_of("modality", "temperature")) == both
    assert own.names_of("modality", "motor_current") == ("motor_current",)


def test_names_stand_for_their_channels(machine: Machine) -> None:
    assert machine.resolve(["proximity"]) == {f"{board}.Proximity" for board in machine.boards}
    assert len(machine.resolve(["frame_l2"])) == 17
    assert machine.resolve(["frame_l2.Ax"]) == {"frame_l2.Ax"}
    assert machine.resolve(["position"]) == {"mpox", "mpoy", "mpoz"}
    assert machine.resolve([]) == set()


def test_muting_a_channel_mutes_its_copy(machine: Machine) -> None:
    assert machine.resolve(["spindle"]) == machine.resolve(["spindle_A"]) == {"spindle", "spindle_A"}
    assert machine.modality("spindle_A") == "motor_current"
    assert machine.board("spindle_A") is None


def test_an_unknown_name_is_answered_with_the_known_ones(machine: Machine) -> None:
    with pytest.raises(MachineError, match=r"'proximty'.*proximity.*frame_l1"):
        machine.resolve(["proximty"])


@pytest.mark.parametrize(
    ("run", "operation"),
    [("face_003", "face"), ("face150025_009", "face150025"), ("drill_001", None), ("monday", None)],
)
def test_the_run_name_tells_the_operation(machine: Machine, run: str, operation: str | None) -> None:
    assert machine.operation_of(run) == operation


def test_a_machine_of_ones_own() -> None:
    machine = Machine.from_toml(OWN)
    assert machine.side_channels == ("spindle",)
    assert Machine.from_toml(machine.to_toml()) == machine


def test_bantam_survives_being_written() -> None:
    machine = Machine.bantam()
    assert Machine.from_toml(machine.to_toml()) == machine


@settings(deadline=None, max_examples=50)
@given(st.text(min_size=1), st.text())
def test_any_text_survives_being_written(name: str, place: str) -> None:
    machine = Machine.from_toml(OWN).model_copy(
        update={"name": name, "programs": {}, "boards": {name: place}}
    )
    again = Machine.from_toml(machine.to_toml())
    assert (again.name, again.boards) == (name, {name: place})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('length_unit = "mm"', 'length_unit = "furlong"', "length_unit"),
        ("row_period_s = 0.1", "row_period_s = 0", "row_period_s"),
        ('name = "Lathe"\n', "", "name"),
        ('name = "Lathe"', 'nmae = "Lathe"', "nmae|name"),
        ('operations = ["turn"]', 'operations = ["turn"]\nprograms = { mill = "P" }', "'mill'"),
        ('operations = ["turn"]', 'operations = ["turn"]\noperation_from = "("', "operation_from"),
        ('operations = ["turn"]', 'operations = ["turn"]\noperation_from = "turn"', "group"),
        ('column = "t"', 'column = "spindle"', "described twice"),
        ("[time]", "[time", "not a TOML file"),
    ],
)
def test_a_bad_machine_file_is_refused_in_one_sentence(old: str, new: str, message: str) -> None:
    with pytest.raises(MachineError, match=message) as caught:
        Machine.from_toml(OWN.replace(old, new), name="lathe.toml")
    assert "lathe.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
