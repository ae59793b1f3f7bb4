"""Learned programs: their timelines, their bytes, and where runs are in them."""

from pathlib import Path

import numpy as np
import pytest

from core.recordings.inputs import inputs_for
from core.recordings.machine import Machine
from core.recordings.placing import Placing
from core.recordings.programs import Programs, learn_programs, phase_of
from core.recordings.reader import read_recording
from core.recordings.recording import RecordingError
from tests.synthetic import FIRST_LINE, program, write_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list:
    folder = tmp_path_factory.mktemp("programs")
    made = [(name, seed) for name in ("face", "pocket") for seed in (1, 2, 3)]
    paths = [write_run(folder / f"{name}_{seed:03d}_aligned.csv", name, 200, seed) for name, seed in made]
    return [read_recording(path) for path in paths]


def test_a_timeline_has_the_lines_of_the_program_in_order(runs: list) -> None:
    learned = learn_programs(runs)
    assert [timeline.program for timeline in learned.timelines] == ["F1", "P1"]
    listing = learned.timelines[0].listing
    lines = dict(enumerate(program("face"), start=FIRST_LINE))
    assert list(listing) == sorted(listing)
    assert dict(listing) == {number: lines[number] for number in listing}
    # lines that last less than a row may never have been seen
    assert len(listing) > 0.4 * len(lines)
    assert learned.n_places == sum(map(len, learned.timelines)) == len(learned.line_of)


def test_a_run_is_at_its_own_rows(runs: list) -> None:
    learned = learn_programs(runs)
    phase = phase_of(runs[1], learned.timelines[0])
    known = np.isfinite(phase)
    assert known.mean() > 0.8
    assert np.median(np.abs(phase[known] - np.flatnonzero(known))) <= 1


def test_programs_come_back_from_their_bytes(runs: list) -> None:
    spec = inputs_for("run", Machine.bantam())
    programs = Placing.learn(runs, spec).programs
    again = Programs.from_bytes(programs.to_bytes())
    assert again.line_of == programs.line_of
    for one, other in zip(again.timelines, programs.timelines, strict=True):
        assert dict(one.listing) == dict(other.listing)
        np.testing.assert_array_equal(one.starts, other.starts)
        np.testing.assert_array_equal(one.ends, other.ends)
        assert one.run_operations == other.run_operations
    with pytest.raises(RecordingError, match="write them again"):
        Programs.from_bytes(b"no programs")


def test_without_labels_nothing_is_learned_and_nowhere_placed(runs: list, tmp_path: Path) -> None:
    import dataclasses  # noqa: PLC0415

    bare = [dataclasses.replace(run, lines=None, line_numbers=None) for run in runs]
    assert learn_programs(bare).n_places == 0
    spec = inputs_for("run", Machine.bantam())
    assert Placing.learn(runs, spec).place(dataclasses.replace(bare[0], name="new"), spec) is None
