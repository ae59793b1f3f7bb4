"""Tests of `core.evidence.ablation.published_words`: every sentence follows from the figures."""

import pytest

from core.evidence.ablation import published_words
from core.evidence.ablation.modality_table import Loss, Modality
from core.evidence.ablation.published_words import of_modalities, of_techniques, printed_drops, printed_twice
from core.evidence.ablation.results import Figure
from core.evidence.ablation.techniques import Technique
from core.evidence.bootstrap import Interval
from core.evidence.paired import Difference


def reached(value: float) -> Figure:
    return Figure(
        Interval(value, value - 0.01, value + 0.01), 100, 20, (0, 1), (value - 0.002, value + 0.002)
    )


def lost(points: float, low: float, high: float) -> Difference:
    return Difference("token", 0.9, 0.9 + points, low, high, 100, 20)


def row(name: str, points: float, reach: float, printed: tuple[float, float]) -> Modality:
    loss = Loss(reached(0.9 + points), lost(points, points - reach, points + reach))
    return Modality(name, loss, None, None, printed)


def test_the_published_drops_are_told_to_be_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "are points: 90.23 to 83.53 without proximity is −6.70 points" in printed_drops()
    assert "−7.43 %" in printed_drops()
    monkeypatch.setattr(published_words, "MODALITIES", {"proximity": (83.53, -7.43)})
    assert "are shares of 90.23, not points: without proximity −6.70 points" in printed_drops()
    monkeypatch.setattr(published_words, "MODALITIES", {"a": (83.53, -7.43), "b": (84.98, -5.25)})
    assert "points in some rows and shares" in printed_drops()
    assert "90.26 among the techniques and 90.23" in printed_twice()


def test_techniques_are_held_against_seeds_and_against_what_was_published() -> None:
    found = [
        Technique("A1", "", reached(0.9), None, 90.49),
        Technique("A2", "", reached(0.901), lost(0.001, -0.002, 0.004), 90.45),
        Technique("A3", "", reached(0.95), lost(0.05, 0.04, 0.06), 90.30),
    ]
    (said,) = of_techniques(found)
    assert "lie within 5.00 points of one another, the published ones within 0.42" in said
    assert "seeds of one technique differ by up to 0.40 points" in said
    assert "Of 2 differences to A1 only those of A3 leave 0 out" in said
    assert "2 of 3 published figures lie within our interval" in said
    assert "none leaves 0 out" in of_techniques(found[:2])[0]
    assert not of_techniques(found[:1])


def test_drops_are_told_to_lie_in_or_out_of_our_interval_and_the_order_is_compared() -> None:
    found = [
        row("motor_current", -0.02, 0.01, (90.23, 0.0)),
        row("accelerometer_x", -0.015, 0.005, (87.54, -2.69)),
        row("pressure", -0.01, 0.05, (84.98, -5.25)),
        row("proximity", 0.0, 0.01, (83.53, -6.70)),
    ]
    outside, inside, order = of_modalities(found)
    assert "outside our interval, removed at inference: motor current (published 0.00, ours −2.00" in outside
    assert "within our interval, removed at inference: pressure (published −5.25, ours −1.00" in inside
    assert order.endswith(
        "motor current, accelerometer x, pressure, proximity; published: proximity, "
        "pressure, accelerometer x, motor current. Intervals of neighbours overlap, so with other runs and seeds it "
        "may be another."
    )
    apart = [row(each.name, each.removed.against.points, 0.001, each.published) for each in found]
    assert of_modalities(apart)[-1].endswith("motor current.")
    assert not any("order" in sentence for sentence in of_modalities(found[:2]))


def test_without_an_interval_nothing_lies_outside_it() -> None:
    lost = Difference("token", 0.9, 0.9 - 0.067, None, None, 100, 1)
    alone = Modality("proximity", Loss(reached(0.833), lost), None, None, (83.53, -6.70))
    assert not of_modalities([alone])
