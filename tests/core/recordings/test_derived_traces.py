"""Derived channels among the traces of a run."""

import numpy as np
import pytest

from core.recordings.derived import DerivedError, parse
from core.recordings.derived_traces import derived_trace, derived_values
from core.recordings.recording import Recording
from core.recordings.traces import Traces


def test_a_derived_trace_has_the_points_and_holes_of_its_view(recording: Recording) -> None:
    traces = Traces.of(recording)
    found = derived_trace(parse("diff(x_motor)", recording.machine), traces, 0, 99, 400)
    assert found.channel == "diff(x_motor)"
    assert found.points.rows.tolist() == list(range(100))
    assert found.holes.tolist() == [[0, 0]], "the first row has none before it"
    later = derived_trace(parse("diff(x_motor)", recording.machine), traces, 50, 99, 400)
    np.testing.assert_array_equal(later.points.values, found.points.values[50:])


def test_a_frozen_board_has_no_derived_values(recording: Recording) -> None:
    traces = Traces.of(recording)
    stopped = traces.frozen["spindle1"]
    values = derived_values(parse("mean(spindle1.Ax,3)", recording.machine), traces, 0, recording.n_rows - 1)
    assert np.isfinite(values[: stopped - 1]).all()
    assert np.isnan(values[stopped:]).all()


def test_too_many_rows_are_refused(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.recordings.derived_traces.MOST_ROWS", 10)
    with pytest.raises(DerivedError, match="show 10 rows or fewer"):
        derived_trace(parse("diff(x_motor)", recording.machine), Traces.of(recording), 0, 99, 400)
