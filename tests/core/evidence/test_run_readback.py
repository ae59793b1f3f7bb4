"""The figures of single runs are those that the command reckons over all of them."""

import json
from pathlib import Path

import pytest

from core.evidence.run_readback import figures
from core.evidence.track_scoring import WHOLE, evaluate_tracks
from core.evidence.track_truth import RowTruth, executed_programs
from core.evidence.truth import EvidenceError
from core.evidence.verification_rates import GOOD, Trial, read_trials, standing, write_trials
from core.model.bundle import load_bundle
from core.recordings.programs import program_of
from core.recordings.store import Store
from core.tracking.tracker import track
from tests.pipeline import Pipeline


def test_single_runs_add_up_to_what_the_command_says(pipeline: Pipeline) -> None:
    bundle, store = load_bundle(pipeline.bundle), Store.open(pipeline.store)
    whole = evaluate_tracks(bundle, store)
    programs = executed_programs(store)
    own = []
    for name in bundle.manifest.runs["test"]:
        run = store.recording(name)
        own.append(figures(run, track(bundle, run), RowTruth.of(run), programs[program_of(run) or ""]))
    rows = sum(one["row_line"].n for one in own)
    for metric in ("row_line", "row_line_within_row"):
        row = whole.row(metric, method=WHOLE)
        assert row is not None
        assert row.n == rows
        assert sum(one[metric].value * one[metric].n for one in own) / rows == pytest.approx(row.value)
    for metric in ("lines_in_order", "program"):
        row = whole.row(metric, method=WHOLE)
        assert row is not None
        assert sum(one[metric].value for one in own) / len(own) == pytest.approx(row.value)


def trial(run: str, lines: float, kind: str = GOOD) -> Trial:
    return Trial(run, kind, lines, 2 * lines, "face", "face")


def test_a_run_is_not_counted_among_the_good_runs_that_it_is_compared_with() -> None:
    trials = [trial("a", 1.0), trial("b", 2.0), trial("c", 3.0), trial("a", 9.0, "moved 10 mm")]
    found = standing(trials, "b", 2.0, 1.0)
    assert (found.n, found.lines, found.pace, found.own) == (2, 1, 2, True)
    assert standing(trials, "new", 0.0, 0.0).n == 3
    assert not standing(trials, "new", 0.0, 0.0).own


def test_trials_of_another_bundle_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.json"
    write_trials([trial("a", 1.0)], path, "this")
    assert read_trials(path, "this") == read_trials(path) == [trial("a", 1.0)]
    with pytest.raises(EvidenceError, match="another bundle"):
        read_trials(path, "that")
    # files that were written before they said by which bundle
    said = json.loads(path.read_text())
    del said["made_by"]
    path.write_text(json.dumps(said))
    assert read_trials(path) == [trial("a", 1.0)]
