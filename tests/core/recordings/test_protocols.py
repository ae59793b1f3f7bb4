from pathlib import Path

import numpy as np
import pytest

from core.gcode import SpelledScheme, scheme_from_json
from core.recordings.machine import Machine
from core.recordings.protocols import WindowOptions, cut_store
from core.recordings.sequences import Splits, read_splits
from core.recordings.splits import SplitError
from core.recordings.store import Store, import_runs
from tests.synthetic import write_run, write_runs


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("protocols")
    operations = ("face150025", "damageface", "pocket")
    return import_runs([write_runs(folder / "runs", operations)], folder / "store")


def _cut(store: Store, out: Path, **options: object) -> Splits:
    cut_store(store, out, WindowOptions(**options))  # type: ignore[arg-type]
    return read_splits(out)


def _runs(splits: Splits) -> list[set[str]]:
    return [set(part.run.tolist()) for part in (splits.train, splits.val, splits.test)]


def test_run_keeps_whole_runs_apart_and_the_controller_out(store: Store, tmp_path: Path) -> None:
    splits = _cut(store, tmp_path)
    train, val, test = _runs(splits)
    assert not (train & val or train & test or val & test)
    assert train | val | test == set(store.names)
    machine = Machine.bantam()
    assert not set(splits.train.channels) & set(machine.controller)
    assert not splits.train.categorical.any()
    assert isinstance(scheme_from_json(splits.manifest.scheme), SpelledScheme)


def test_only_training_windows_are_cut_more_densely(store: Store, tmp_path: Path) -> None:
    splits = _cut(store, tmp_path, train_stride=4)
    assert set(np.diff(splits.train.start_row[splits.train.run == splits.train.run[0]])) == {4}
    assert set(np.diff(splits.test.start_row[splits.test.run == splits.test.run[0]])) == {16}


def test_seed_tears_runs_apart_and_sees_the_position(store: Store, tmp_path: Path) -> None:
    splits = _cut(store, tmp_path, protocol="seed")
    train, _, test = _runs(splits)
    assert train & test
    assert {"mpox", "mpoy", "mpoz"} <= set(splits.train.channels)
    assert splits.train.categorical.any()
    assert splits.manifest.scheme["name"] == "legacy"
    assert splits.train.tokens.shape[1] == 7


def test_blind_sees_no_weather(store: Store, tmp_path: Path) -> None:
    machine = Machine.bantam()
    splits = _cut(store, tmp_path, protocol="blind")
    assert not [name for name in splits.train.channels if machine.role(name) == "ambient"]
    assert splits.manifest.spec.hide_presence


def test_program_leaves_out_the_program_with_its_damage_twin(store: Store, tmp_path: Path) -> None:
    splits = _cut(store, tmp_path, protocol="program", program="F2")
    train, val, test = _runs(splits)
    assert {name.split("_")[0] for name in test} == {"face150025", "damageface"}
    assert {name.split("_")[0] for name in train | val} == {"pocket"}
    with pytest.raises(SplitError, match="F2"):
        _cut(store, tmp_path / "other", protocol="program")


def test_tokens_are_learned_from_the_training_runs_and_still_hold_every_line(tmp_path: Path) -> None:
    runs = write_runs(tmp_path / "runs", ("pocket",))
    strange = write_run(tmp_path / "runs" / "pocket_009_aligned.csv", "pocket", rows=200, seed=9)
    text = strange.read_text().replace("G3 ", "G2 ")
    strange.write_text(text)
    store = import_runs([runs], tmp_path / "store")
    folds = {name: int(name == "pocket_001") for name in store.names} | {"pocket_009": 0}
    folds |= {name: 2 for name in store.names if name not in ("pocket_001", "pocket_009")}
    splits = _cut(store, tmp_path / "splits", folds=folds, fold=0)
    scheme = scheme_from_json(splits.manifest.scheme)
    assert isinstance(scheme, SpelledScheme)
    assert "G2" not in scheme.commands
    for line, tokens in zip(splits.test.gcode.tolist(), splits.test.tokens.tolist(), strict=True):
        # the scheme rounds to the quantisation step
        assert scheme.decode(tokens).split()[0][:4] == line.split()[0][:4]


def test_the_manifest_counts_what_was_left_out(store: Store, tmp_path: Path) -> None:
    counts = _cut(store, tmp_path).manifest.counts
    assert counts["buffering_rows"] == sum(entry.buffering_rows for entry in store.entries) > 0
    assert counts["train"] + counts["val"] + counts["test"] > 0
    assert {"without_label", "short_runs"} <= set(counts)
