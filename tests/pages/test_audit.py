"""Tests of the page Audit on made-up recordings: what it says is what the audit of its file found."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.audit.audit import Audit, audit
from core.evidence.audit.audit_file import FORMAT, write_audit
from core.evidence.audit.data import AuditData, of_source
from core.evidence.audit.verdict import findings
from core.evidence.audit.words import sight_name
from core.evidence.evaluation import Evaluation
from core.evidence.readings.filters import parse
from core.evidence.readings.opened import OpenReadings
from core.evidence.readings.questions import summary
from core.evidence.readings.source import RunSource
from core.evidence.readings.table import read_runs
from core.model.bundle import load_bundle
from dashboard import audits, data, evaluations, jobs, places, readings
from dashboard.audit_probes import SHOWN
from tests.dashboard_fixtures import open_on

PAGE = Path(__file__).parents[2] / "pages" / "audit.py"
PARTS = ("split", "probes", "labels", "baselines", "protocols")
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def audited(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Audit]:
    """The audit of some channels of the made-up runs, as a file."""
    whole = of_source(RunSource.open(runs))
    kept = [
        place
        for place, name in enumerate(whole.windows.channels)
        if name in ("frame_l2.Ax", "frame_l2.Pressure", "frame_l2.Temperature", "spindle2.Ax", "y_motor")
    ]
    found = audit(_of_channels(whole, kept))
    file = tmp_path_factory.mktemp("audited") / "audit.json"
    write_audit(found, file)
    return file, found


def _of_channels(whole: AuditData, kept: list[int]) -> AuditData:
    windows = replace(
        whole.windows,
        present=whole.windows.present[:, kept],
        channels=tuple(whole.windows.channels[place] for place in kept),
    )
    return replace(whole, windows=windows, features=whole.measured[:, kept])


@pytest.fixture
def open_page(
    monkeypatch: pytest.MonkeyPatch,
    runs: Path,
    tmp_path: Path,
    audited: tuple[Path, Audit],
    scored_bundles: tuple[Path, Evaluation],
) -> Open:
    """Opens the page where the audit under `run` lies already; no job is ever started."""
    started: list[str] = []
    monkeypatch.setattr(jobs, "start", lambda key, title, arguments: started.append(title))

    def open_(
        recordings: Path | None = runs, models: Path | None = scored_bundles[0], **link: str
    ) -> AppTest:
        monkeypatch.setattr(evaluations, "EVALUATIONS", tmp_path / "no evaluations")
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path / "no bundles"))
        if recordings == runs:
            readings._source.clear()
            place = audits.place_of(data.Dataset(runs.name, runs), "run")
            place.out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(audited[0], place.out)
        app = open_on(monkeypatch, tmp_path, PAGE, recordings, 120, **link)
        app.started = started  # type: ignore[attr-defined]
        return app

    return open_


def words(app: AppTest) -> str:
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.info, *app.subheader]
    text = "\n".join(element.value for element in elements)
    return text.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def test_every_finding_of_the_file_stands_in_the_verdict(
    open_page: Open, audited: tuple[Path, Audit]
) -> None:
    said = words(open_page())
    for finding in findings(audited[1]):
        assert finding.sentence in said
        assert finding.remedy in said


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_and_stays_in_the_address(open_page: Open, part: str) -> None:
    app = open_page(finding=part)
    words(app)
    assert app.query_params["finding"] == part
    assert app.segmented_control(key="pick_finding").value == part


def test_a_finding_leads_to_what_shows_it(open_page: Open, audited: tuple[Path, Audit]) -> None:
    app = open_page(finding="baselines")
    for key in [button.key for button in app.button if (button.key or "").startswith("show_")]:
        app.button(key=key).click().run()
        words(app)
        assert app.segmented_control(key="pick_finding").value == app.query_params["finding"]
    assert app.query_params["finding"] in PARTS


def test_a_sight_is_explained_and_its_channel_opens_in_signals(
    open_page: Open, audited: tuple[Path, Audit]
) -> None:
    app = open_page(finding="probes", sight="frame_l2.Pressure")
    said = words(app)
    probe = audited[1].probe("frame_l2.Pressure")
    assert probe is not None
    assert f"{100 * probe.operation.value:.1f} %" in said and "frame_l2.Pressure, run by run" in said
    assert app.button(key="sight_signals").label.startswith("Open frame_l2.Pressure of")
    assert app.session_state["audit_kinds"] == "Channels"


def test_the_labels_open_as_many_windows_as_are_counted(
    open_page: Open, runs: Path, scored_bundles: tuple[Path, Evaluation], tmp_path: Path
) -> None:
    app = open_page(finding="labels")
    said = words(app)
    read_runs(load_bundle(scored_bundles[0] / "scored"), RunSource.open(runs), tmp_path / "readings.parquet")
    table = OpenReadings.load([tmp_path / "readings.parquet"])
    asked = [
        button.help.strip("`") for button in app.button if (button.key or "").startswith("label_windows_")
    ]
    assert {"tied:yes", "ambiguous:yes"} <= set(asked)
    for wanted in asked:
        assert f"**{summary(table, parse(wanted).filter).windows:,}**" in said, wanted


def test_what_was_not_audited_is_offered_and_evaluations_are_shown_meanwhile(
    open_page: Open, runs: Path
) -> None:
    app = open_page(figures="seed")
    assert "Not audited yet" in "\n".join(each.value for each in app.subheader)
    assert app.segmented_control(key="pick_finding").options == ["Baselines", "Protocols"]
    next(button for button in app.button if button.label == "Audit these runs").click().run()
    assert app.started == [f"Audit {runs.name} under protocol seed"]


def test_an_audit_of_another_version_is_made_again(
    open_page: Open, runs: Path, audited: tuple[Path, Audit]
) -> None:
    app = open_page()
    place = audits.place_of(data.Dataset(runs.name, runs), "run")
    place.out.write_text(audited[0].read_text().replace(FORMAT, "toolmark audit 1"))
    app.run()
    assert "Not audited yet" in "\n".join(each.value for each in app.subheader)


def test_a_dataset_without_model_lines_or_operations_says_what_cannot_be_judged(
    open_page: Open, odd_runs: Path
) -> None:
    found = audit(of_source(RunSource.open(odd_runs)))
    place = audits.place_of(data.Dataset(odd_runs.name, odd_runs), "run")
    place.out.parent.mkdir(parents=True, exist_ok=True)
    write_audit(found, place.out)
    for part in PARTS:
        said = words(open_page(odd_runs, None, finding=part))
        assert "cannot be judged" in said
    assert places.build_folder() in place.out.parents
    assert len(found.left_out or {}) == 2


def test_without_recordings_the_page_says_where_they_come_in(open_page: Open) -> None:
    app = open_page(recordings=None)
    assert "No recordings yet" in "\n".join(each.value for each in app.subheader)


def test_what_a_link_asks_for_in_vain_is_said(open_page: Open) -> None:
    said = [each.value for each in open_page(figures="lunar").warning]
    assert said == ["Nothing is audited under a protocol lunar here: run is shown."]
    (said,) = (each.value for each in open_page(finding="probes", sight="tea leaves").warning)
    assert "tea leaves was not looked at in this audit" in said


def test_the_ranked_table_marks_the_sight_that_is_shown(open_page: Open, audited: tuple[Path, Audit]) -> None:
    app = open_page(finding="probes")
    kinds = [each for each in audited[1].probes if each.kind == "modality"]
    for probe in kinds[:2]:
        app.query_params["sight"] = probe.name
        app.run()
        key = next(f"audit_ranked_{own}" for own in SHOWN if f"audit_ranked_{own}" in app.session_state)
        (row,) = app.session_state[key]["selection"]["rows"]
        assert app.dataframe[0].value.iloc[row]["sees"] == sight_name(probe)
