"""The walk's filter and smoother against each other and against brute force."""

import numpy as np

from core.tracking.walk import Walk, smooth
from tests.core.tracking.made_programs import PROGRAMS

RNG = np.random.default_rng(0)


def some_cells(walk: Walk) -> np.ndarray:
    return RNG.normal(size=walk.inside.shape).astype(np.float32)


def test_a_step_keeps_the_belief_whole() -> None:
    walk = Walk(PROGRAMS)
    belief = walk.start()
    for _ in range(400):
        assert abs(float(belief.sum()) - 1) < 1e-3
        assert not belief[~walk.inside].any()
        belief = walk.advance(belief)


def test_retreat_is_the_transpose_of_advance() -> None:
    walk = Walk(PROGRAMS)
    belief, later = (RNG.random(walk.inside.shape).astype(np.float32) * walk.inside for _ in range(2))
    forward = float((walk.advance(belief / belief.sum()) * later).sum())
    backward = float((belief / belief.sum() * walk.retreat(later)).sum())
    assert abs(forward - backward) < 1e-4 * forward


def test_the_last_row_of_the_smoother_is_the_filter() -> None:
    walk = Walk(PROGRAMS)
    heard = [some_cells(walk) if row % 4 == 0 else None for row in range(60)]
    beliefs = smooth(walk, heard, 4)
    belief = None
    for cells in heard:
        belief = walk.step(belief, walk.inside.astype(np.float32) if cells is None else walk.heard(cells, 4))
    np.testing.assert_allclose(beliefs[-1], belief, atol=1e-6)


def test_a_program_that_may_not_be_met_is_never_believed() -> None:
    walk = Walk(PROGRAMS, allowed=np.array([True, False]))
    beliefs = smooth(walk, [some_cells(walk) for _ in range(30)], 4)
    assert not beliefs[:, 1].any()
