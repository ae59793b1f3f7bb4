from pathlib import Path

import pytest

from core.recordings.describe import guess
from core.recordings.health import Finding
from core.recordings.store import import_runs
from dashboard import data, health, health_chart, theme
from dashboard.health import Health
from tests.strange import drives, german, vibration


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, runs: Path) -> Health:
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(runs))
    return health.health_of(data.datasets()[0])


def test_a_folder_and_its_store_are_as_healthy(
    monkeypatch: pytest.MonkeyPatch, found: Health, runs: Path, tmp_path: Path
) -> None:
    import_runs([runs], tmp_path / "imported")
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "imported"))
    stored = health.health_of(data.datasets()[0])
    assert health.runs_table(stored).equals(health.runs_table(found))
    assert {(f.run, f.kind) for f in found.findings} <= {(f.run, f.kind) for f in stored.findings}


def test_files_that_cannot_be_read_are_findings_and_rows(
    monkeypatch: pytest.MonkeyPatch, odd_runs: Path
) -> None:
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(odd_runs))
    found = health.health_of(data.datasets()[0])
    broken = [finding for finding in found.findings if finding.kind == "unreadable"]
    assert [finding.run for finding in broken] == ["face_text"]
    assert "face_text" in set(health.runs_table(found)["run"])
    assert health.kinds_table(found.findings)["severity"].iloc[0] == "error", "the gravest comes first"


def test_the_table_of_runs_counts_boards(found: Health) -> None:
    table = health.runs_table(found)
    assert set(table["live"]) == {3}
    assert set(table["frozen"]) == {1}
    assert (table["live"] + table["frozen"] + table["missing"] == len(found.machine.board_channels)).all()
    assert (table["problems"] > 0).all()


def test_figures(found: Health) -> None:
    assert found.operations == ("adaptive", "face", "pocket")
    assert 0.8 < found.labelled < 1
    assert health.duration_words(found.hours).endswith("min")
    assert (health.duration_words(2.5), health.duration_words(0.001)) == ("2.50 h", "4 s")


def test_findings_are_chosen_by_severity_kind_and_run(found: Health) -> None:
    some = health.chosen(found.findings, ["warning"], ["frozen"], ["face_001"])
    assert [(f.run, f.channel) for f in some] == [("face_001", "spindle1")]
    assert len(health.chosen(found.findings, [], [], [])) == len(found.findings)


def test_every_kind_has_plain_words(found: Health) -> None:
    assert all(finding.kind in health.KINDS for finding in found.findings)
    assert health.kind_name("same_clock") == "Recorded at the same time"


def test_very_many_findings_are_cut(found: Health) -> None:
    many = [Finding("a", "b", "dead", "c", 0, 1, "info")] * (health.SHOWN + 5)
    assert len(health.findings_table(many)) == health.SHOWN


def test_the_matrix_tells_live_frozen_and_missing(found: Health) -> None:
    frame = health_chart.matrix(found)
    states = {(row.run, row.name_): row.state for row in frame.rename(columns={"name": "name_"}).itertuples()}
    assert states["face_001", "frame_l2"] == health_chart.LIVE
    assert states["face_001", "spindle1"] in (health_chart.FROZEN, health_chart.FROZEN_LATER)
    assert states["face_001", "z_gant_1"] == health_chart.MISSING
    assert len(frame) == len(found.entries) * len(found.machine.board_channels)
    spec = health_chart.chart(frame, theme.DARK)
    labels = [piece["label"] for piece in spec["visualMap"]["pieces"]]
    assert set(labels) == set(frame["state"])


def test_a_machine_without_boards_is_shown_by_its_channels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = vibration(tmp_path / "vibration", rows=400)
    import_runs([folder], tmp_path / "store", guess([folder]).machine)
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "store"))
    found = health.health_of(data.datasets()[0])
    assert set(health_chart.matrix(found)["name"]) == set(found.machine.side_channels)
    assert "live" not in health.runs_table(found)


def test_a_machine_without_g_code_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = drives(tmp_path / "drives", rows=400)
    import_runs([folder], tmp_path / "store", guess([folder]).machine)
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "store"))
    found = health.health_of(data.datasets()[0])
    assert health.labelled_words(found) == "no G-code"
    assert "labelled" not in health.runs_table(found)


def test_no_more_is_said_than_can_be_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = german(tmp_path / "halle", rows=100)
    import_runs([folder], tmp_path / "store", guess([folder]).machine)
    monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(tmp_path / "store"))
    found = health.health_of(data.datasets()[0])
    assert set(health_chart.matrix(found)["state"]) == {health_chart.LIVE}
    assert "None of 2 boards is missing" in health_chart.all_well(found)
    assert "Of 2 it cannot be told" in health_chart.all_well(found), (
        "a board of one channel may be quiet or frozen"
    )
