from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.recordings.machine import Machine
from core.recordings.splits import RunSplit, SplitError, deal_folds, read_folds, split_runs, split_windows


def runs_of(sizes: dict[str, int]) -> tuple[list[str], list[str | None]]:
    pairs = [(f"{name}_{number:03d}", name) for name, size in sizes.items() for number in range(size)]
    return [run for run, _ in pairs], [name for _, name in pairs]


def assert_partition(split: RunSplit, runs: list[str]) -> None:
    assert sorted([*split.train, *split.val, *split.test]) == sorted(runs)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["face", "pocket", "adaptive", "drill"]), st.integers(3, 25), min_size=1),
    st.integers(0, 99),
)
def test_no_run_stands_on_two_sides(sizes: dict[str, int], seed: int) -> None:
    runs, operations = runs_of(sizes)
    split = split_runs(runs, operations, seed=seed)
    assert_partition(split, runs)
    for part in (split.train, split.val, split.test):
        assert {run.split("_")[0] for run in part} == set(sizes)
    assert len(split.train) >= len(split.test)


def test_shares_are_70_15_15() -> None:
    split = split_runs(*runs_of({"face": 20, "pocket": 20}), seed=1)
    assert (len(split.train), len(split.val), len(split.test)) == (28, 6, 6)


def test_the_seed_decides_and_the_order_does_not() -> None:
    runs, operations = runs_of({"face": 12, "pocket": 9})
    split = split_runs(runs, operations, seed=5)
    assert split_runs(runs[::-1], operations[::-1], seed=5) == split
    assert split_runs(runs, operations, seed=6) != split
    assert split.digest == split_runs(runs, operations, seed=5).digest


def test_operations_with_few_runs_train() -> None:
    split = split_runs(*runs_of({"face": 10, "drill": 2}))
    assert {"drill_000", "drill_001"} <= set(split.train)


def test_folds_test_validate_and_train() -> None:
    runs, operations = runs_of({"face": 10})
    folds = {run: number % 5 for number, run in enumerate(runs)}
    for fold in range(5):
        split = split_runs(runs, operations, folds=folds, fold=fold)
        assert_partition(split, runs)
        assert {folds[run] for run in split.test} == {fold}
        assert {folds[run] for run in split.val} == {(fold + 1) % 5}


def test_a_program_is_left_out_with_its_damage_twin(machine: Machine) -> None:
    runs, operations = runs_of(dict.fromkeys(machine.operations, 6))
    split = split_runs(runs, operations, programs=machine.programs, program="F2")
    assert_partition(split, runs)
    assert {run.split("_")[0] for run in split.test} == {"face150025", "damageface"}
    seen = {machine.programs[run.split("_")[0]] for run in (*split.train, *split.val)}
    assert seen == {"A1", "P1", "F1", "A2", "P2"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": {"face_000": 0}}, "do not name the run face_001"),
        ({"folds": {f"face_{n:03d}": n for n in range(5)}, "fold": 5}, "no fold 5: the folds are 0 to 4"),
        ({"folds": {f"face_{n:03d}": n % 2 for n in range(5)}}, "2 folds are too few"),
        ({"folds": {f"face_{n:03d}": 2 * (n > 1) for n in range(5)}, "fold": 1}, "left for the test part"),
        ({"program": "F9", "programs": {"face": "F1"}}, "'F9': choose one of F1"),
    ],
)
def test_impossible_splits(options: dict[str, object], message: str) -> None:
    runs, operations = runs_of({"face": 5})
    with pytest.raises(SplitError, match=message):
        split_runs(runs, operations, **options)  # type: ignore[arg-type]


def test_too_few_runs() -> None:
    with pytest.raises(SplitError, match="no runs"):
        split_runs([], [])
    with pytest.raises(SplitError, match="at least three runs"):
        split_runs(*runs_of({"face": 2}))
    with pytest.raises(SplitError, match="one name"):
        split_runs(["face_001", "face_001"], ["face", "face"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-1, 8), min_size=6, max_size=300), st.integers(0, 50))
def test_each_window_is_in_one_part(operations: list[int], seed: int) -> None:
    split = split_windows(np.array(operations), seed)
    parts = np.stack([split.train, split.val, split.test])
    np.testing.assert_array_equal(parts.sum(axis=0), 1)
    assert parts.any(axis=1).all()


def test_windows_are_stratified_by_operation() -> None:
    operations = np.repeat(np.arange(9), 100)
    split = split_windows(operations, seed=3)
    np.testing.assert_array_equal(np.bincount(operations[split.train]), [70] * 9)
    np.testing.assert_array_equal(np.bincount(operations[split.test]), [15] * 9)
    np.testing.assert_array_equal(split_windows(operations, seed=3).test, split.test)


def test_too_few_windows() -> None:
    with pytest.raises(SplitError, match="5 windows are too few"):
        split_windows(np.zeros(5, dtype=np.int64), 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run,operation\nface_001,face\n", "no column 'fold'"),
        ("run,fold\nface_001,x\n", "row 1"),
        ("run,fold\nface_001,0\nface_002,\n", "row 2"),
        ("run,fold\nface_001,0.5\n", "row 1"),
        ("run,fold\nface_001,-1\n", "row 1"),
        ("run,fold\nface_001,0\nface_001,1\n", "face_001 twice"),
        ("", "cannot be read"),
    ],
)
def test_bad_folds(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "folds.csv").write_text(text)
    with pytest.raises(SplitError, match=message):
        read_folds(tmp_path / "folds.csv")


def test_no_folds_file(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="cannot be read"):
        read_folds(tmp_path / "none.csv")


def test_the_published_folds(recordings_dir: Path, machine: Machine) -> None:
    folds = read_folds(recordings_dir.parent / "folds.csv")
    assert len(folds) == 114
    tested: list[str] = []
    for fold in range(5):
        split = split_runs(list(folds), [machine.operation_of(run) for run in folds], folds=folds, fold=fold)
        tested += split.test
    assert sorted(tested) == sorted(folds)


def test_dealt_folds_learn_from_operations_of_two_runs() -> None:
    runs, operations = runs_of({"adaptive": 2, "face": 2, "pocket": 2, "drill": 5})
    folds = deal_folds(dict(zip(runs, operations, strict=True)), 5)
    for fold in range(5):
        split = split_runs(runs, operations, folds=folds, fold=fold)
        assert_partition(split, runs)
        assert {run.rpartition("_")[0] for run in split.train} == {"adaptive", "face", "pocket", "drill"}
    with pytest.raises(SplitError, match="too few"):
        deal_folds(dict(zip(runs, operations, strict=True)), 2)


@given(st.integers(3, 9), st.integers(1, 30))
def test_runs_are_dealt_evenly(n_folds: int, n_runs: int) -> None:
    folds = deal_folds({f"face_{place:03d}": "face" for place in range(n_runs)}, n_folds)
    sizes = [list(folds.values()).count(fold) for fold in range(n_folds)]
    assert max(sizes) - min(sizes) <= 1
