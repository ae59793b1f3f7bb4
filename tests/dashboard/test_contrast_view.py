"""The ranking of channels that are unlike the other runs, over a dataset."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.recordings.contrast import ContrastError
from core.recordings.traces import Traces
from dashboard import contrast_view, data
from dashboard.data import Dataset
from tests.synthetic import write_run


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seven")
    for number in range(1, 8):
        write_run(folder / f"face_{number:03d}_aligned.csv.gz", rows=90 if number < 7 else 60, seed=number)
    return folder


@pytest.fixture
def dataset(seven: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dataset]:
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(seven))
    yield data.datasets()[0]


def test_runs_are_ranked_against_the_others_and_the_table_is_kept(dataset: Dataset, own_build: Path) -> None:
    traces = Traces.of(data.recording(dataset, "face_001"))
    found, words = contrast_view.ranked(dataset, traces)
    assert words == "Compared with 6 other runs of face. Channels of the weather and the room are left out."
    assert not any(traces.machine.role(each.channel) == "ambient" for each in found)
    assert len(contrast_view.ranked(dataset, traces, ambient=True)[0]) > len(found)
    assert [file.suffix for file in (own_build / contrast_view.FOLDER).iterdir()] == [".npz"]
    table = contrast_view.frame(found)
    assert list(table["off"].abs()) == sorted(table["off"].abs(), reverse=True)


def test_rows_are_compared_with_the_same_rows_of_runs_that_are_long_enough(dataset: Dataset) -> None:
    traces = Traces.of(data.recording(dataset, "face_001"))
    _, words = contrast_view.ranked(dataset, traces, (40, 80))
    assert words.startswith("Rows 40 to 80, compared with the same rows of 5 other runs of face.")
    with pytest.raises(ContrastError, match="There are 0 other runs"):
        contrast_view.ranked(dataset, traces, (85, 95))
