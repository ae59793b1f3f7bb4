import pytest

from core.model.bundle import Bundle
from dashboard import what_if
from dashboard.address import Selection, parse, serialise


def test_what_is_asked_is_told_in_words(bundle: Bundle) -> None:
    link = Selection(
        without=("motor_current", "spindle1"),
        change="shift(-1);noise(x_motor,0.5sd,1);offset(proximity,2)",
        prefix="G1 X",
    )
    asked = what_if.asked(bundle, link)
    assert asked
    assert asked.words == (
        "without motor current, spindle1 (board), 1 row earlier, noise of 0.5 sd on x_motor, offset of 2 on proximity, "
        "beginning with G1 X"
    )
    assert not asked.problems


def test_nothing_asked_is_nothing(bundle: Bundle) -> None:
    assert not what_if.asked(bundle, Selection())
    assert not what_if.asked(None, Selection(change="shift(1)"))


def test_what_a_link_asks_in_vain_is_said(bundle: Bundle) -> None:
    asked = what_if.asked(bundle, Selection(without=("nonsense",), change="wobble(1)"))
    assert not asked
    assert "nonsense" in asked.problems[0]
    assert "“wobble(1)” is no change" in asked.problems[1]


def test_whatever_the_bundle_reads_can_be_changed(bundle: Bundle) -> None:
    names = what_if.names_of(bundle)
    assert names["accelerometer_x"] == "accelerometer x"
    assert names["frame_l2"] == "frame_l2 (board)"
    assert names["frame_l2.Ax"] == "frame_l2.Ax"
    assert "position" not in names


@pytest.mark.parametrize(
    ("field", "value"),
    [("change", "noise(a%2Cb,1.0sd,3);shift(2)"), ("prefix", "G1 X1.5 Y"), ("token", "changed-2")],
)
def test_the_address_keeps_it(field: str, value: str) -> None:
    link = Selection(**{field: value})
    assert parse(serialise(link)).selection == link
