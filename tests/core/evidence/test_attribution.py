import numpy as np
import pytest

from core import load_bundle, read_recording
from core.evidence import attribution
from core.evidence.attribution import Target, integrated_gradients, occlusion
from core.model.bundle import Bundle
from core.model.line_score import LineScore
from core.model.predict import ModelInput, window_input
from core.recordings.recording import RunWindow
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline) -> Bundle:
    return load_bundle(pipeline.bundle)


@pytest.fixture(scope="module")
def window(pipeline: Pipeline) -> RunWindow:
    return read_recording(pipeline.runs / "face_002_aligned.csv.gz").window(32)


@pytest.fixture(scope="module")
def inputs(bundle: Bundle, window: RunWindow) -> ModelInput:
    return window_input(bundle, window)


def targets(bundle: Bundle, window: RunWindow) -> list[Target]:
    read = bundle.predict(window)
    return [
        Target.line_of(bundle, read.ids),
        Target.line(bundle, "G1 X1.5"),
        Target.token(bundle, read.ids, 0),
        Target.operation(bundle, read.operation),
    ]


def test_the_score_of_the_line_read_is_its_probability(
    bundle: Bundle, window: RunWindow, inputs: ModelInput
) -> None:
    read = bundle.predict(window)
    scores = LineScore.of(bundle, read.ids).tokens(inputs)[0].exp().tolist()
    # the grammar rules out what else there might be, so that a token is only more probable in decoding
    for token, score in zip(read.tokens, scores, strict=True):
        assert score <= token.confidence * 1.01
        assert score == pytest.approx(token.confidence, rel=0.25)


def test_integrated_gradients_add_up(bundle: Bundle, window: RunWindow, inputs: ModelInput) -> None:
    for target in targets(bundle, window):
        found = integrated_gradients(bundle, inputs, target)
        whole = found.score - found.baseline
        assert abs(found.gap) <= 0.02 * abs(whole) + 0.01, target.words
        groups = found.by_group(attribution.modality_groups(bundle))
        assert sum(groups.values()) == pytest.approx(found.total, abs=1e-3)
        assert sum(found.by_channel.values()) == pytest.approx(found.total, abs=1e-3)


def test_a_channel_that_is_not_live_has_no_part(
    bundle: Bundle, window: RunWindow, inputs: ModelInput
) -> None:
    dead = [
        name
        for name, live in zip(bundle.inputs.channels, inputs.present[0].tolist(), strict=True)
        if not live
    ]
    assert dead, "the made-up runs have a frozen board"
    target = Target.operation(bundle, bundle.predict(window).operation)
    found = integrated_gradients(bundle, inputs, target).by_channel
    assert {found[name] for name in dead} == {0.0}
    lost = occlusion(bundle, inputs, target, attribution.channel_groups(bundle)).lost
    assert {lost[name] for name in dead} == {0.0}
    assert any(lost.values())


def test_taking_away_what_the_model_does_not_read_loses_nothing(
    bundle: Bundle, window: RunWindow, inputs: ModelInput
) -> None:
    target = targets(bundle, window)[0]
    found = occlusion(bundle, inputs, target, {"controller": ("mpox", "feed"), "none": ()})
    assert found.lost == {"controller": 0.0, "none": 0.0}


def test_occlusion_is_what_muting_does(bundle: Bundle, window: RunWindow, inputs: ModelInput) -> None:
    target = Target.operation(bundle, bundle.operations[0])
    groups = attribution.modality_groups(bundle)
    found = occlusion(bundle, inputs, target, groups | {"all": bundle.inputs.channels})
    muted = bundle.predict(window, ["proximity"]).operations[bundle.operations[0]]
    assert found.score - found.lost["proximity"] == pytest.approx(np.log(muted), abs=1e-3)
    assert found.score - found.lost["all"] == pytest.approx(found.baseline, abs=1e-4)


def test_groups_hold_every_channel_once(bundle: Bundle) -> None:
    for groups in (attribution.modality_groups, attribution.board_groups, attribution.channel_groups):
        names = [name for each in groups(bundle).values() for name in each]
        assert sorted(names) == sorted(bundle.inputs.channels)
