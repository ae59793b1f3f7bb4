from pathlib import Path

import pytest

from core.errors import ToolmarkError
from core.evidence.likeness import likeness
from core.recordings.machine import Machine
from core.recordings.store import import_runs
from tests.synthetic import write_run


@pytest.fixture
def stores(tmp_path: Path) -> list:
    made = []
    for place in range(2):
        files = [
            write_run(tmp_path / str(place) / f"face_00{n}_aligned.csv", seed=10 * place + n) for n in (1, 2)
        ]
        made.append(import_runs(files, tmp_path / f"store{place}"))
    return made


def test_recordings_of_one_machine_are_alike(stores: list) -> None:
    found = likeness(*stores)
    live = found.table.set_index("channel")
    assert live.loc["frame_l2.Ax"].distance < 0.5
    assert set(found.by_quantity().quantity) >= {"Ax", "RMS", "spindle"}
    assert found.worst(3).distance.is_monotonic_decreasing


def test_a_channel_that_lives_in_one_alone_is_not_among_the_worst(stores: list) -> None:
    # z_gant_1 is in neither of them
    assert "z_gant_1.Ax" not in set(likeness(*stores).worst(500).channel)


def test_machines_without_a_common_channel_cannot_be_compared(stores: list, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    rows = "\n".join(f"{n},{n % 7}" for n in range(80))
    (tmp_path / "other" / "a_1.csv").write_text(f"t,force\n{rows}\n")
    described = 'name = "other"\nlength_unit = "mm"\nrow_period_s = 0.1\noperations = ["a"]\n'
    described += '[time]\ncolumn = "t"\nformats = ["seconds"]\n'
    described += '[columns.force]\nquantity = "force"\nunit = "N"\nmodality = "force"\n'
    other = import_runs([tmp_path / "other"], tmp_path / "store9", Machine.from_toml(described))
    with pytest.raises(ToolmarkError, match="no channel in common"):
        likeness(stores[0], other)
