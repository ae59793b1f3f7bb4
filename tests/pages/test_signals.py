from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.recordings.store import import_runs
from core.recordings.traces import Traces
from dashboard import data, layouts, run_traces
from dashboard.layouts import Layout
from tests.dashboard.payloads import header_of
from tests.dashboard_fixtures import open_on

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, runs: Path, bundles: Path, tmp_path: Path) -> Open:
    """Opens the page on made-up recordings and an untrained bundle, or on what is given, with a link's parameters."""

    def open_(recordings: Path | None = runs, models: Path | None = bundles, **link: str) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path))
        app = open_on(monkeypatch, tmp_path, APP, recordings, 30, **link)
        app.switch_page("../pages/signals.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return open_


def words(app: AppTest) -> str:
    """Everything that the page says."""
    assert not app.exception, app.exception
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.subheader, *app.code]
    return "\n".join(element.value for element in elements)


def viewer(app: AppTest) -> dict[str, Any]:
    assert not app.exception, app.exception
    return header_of(app.get("bidi_component")[0].proto.bytes)


def lanes(header: dict[str, Any]) -> dict[str, Any]:
    return {lane["name"]: lane for lane in header["blocks"][header["whole"]]["lanes"]}


def test_a_run_is_drawn_with_its_lanes(open_page: Open) -> None:
    header = viewer(open_page(run="face_002", row="64"))
    assert (header["name"], header["rows"], header["view"]["row"]) == ("face_002", 192, 64)
    assert len(header["panels"]) >= 5
    own = lanes(header)
    assert list(own)[:3] == ["line", "read", "operation"]
    assert set(own["read"]["kinds"]) <= {"right", "near", "wrong"}
    assert "buffering" in own["line"]["kinds"]


def test_a_link_reopens_the_view(open_page: Open) -> None:
    link = {
        "run": "face_002",
        "rows": "20-90",
        "a": "30",
        "b": "80",
        "scale": "std",
        "channels": "spindle,rms(x_motor,8),frame_l2.Ax",
        "over": "face_001",
        "shift": "-5",
    }
    app = open_page(**link)
    header = viewer(app)
    assert header["view"] | {"token": 0, "row": None} == {
        "token": 0, "span": [20, 90], "a": 30, "b": 80, "row": None,
    }  # fmt: skip
    assert [panel["title"] for panel in header["panels"]] == ["spindle", "rms(x_motor,8)", "frame_l2.Ax"]
    assert (header["scale"], header["over"]["run"], header["over"]["shift"]) == ("std", "face_001", -5)
    assert {name: app.query_params[name] for name in link} == link


def test_a_toggle_sends_no_values_again(open_page: Open) -> None:
    app = open_page(run="face_002")
    app.button_group(key="pick_scale").set_value("std").run()
    assert viewer(app)["scale"] == "std"
    assert app.query_params["scale"] == "std"
    app.button_group(key="pick_panels").set_value("modality").run()
    assert len(viewer(app)["panels"][0]["traces"]) == 1


def test_another_run_is_aligned_by_its_lines(open_page: Open) -> None:
    app = open_page(run="face_002", over="face_001", shift="40")
    app.button(key="align").click().run()
    assert "agree best" in words(app)
    assert abs(viewer(app)["over"]["shift"]) < 40


def test_another_run_is_laid_line_by_line(open_page: Open) -> None:
    app = open_page(run="face_002", over="face_001", shift="-5", laid="line")
    header = viewer(app)
    assert (header["over"]["run"], header["over"]["shift"]) == ("face_001", 0)
    assert header["blocks"][header["over"]["whole"]]["last"] == 191, "on the rows of the first run"
    assert "Laid line by line" in words(app)
    assert "execute different programs" in words(open_page(run="face_002", over="pocket_001", laid="line"))


def test_a_saved_layout_is_what_a_link_names(open_page: Open, own_build: Path) -> None:
    layouts.save("motors", Layout(("x_motor", "y_motor"), "std"))
    header = viewer(open_page(run="face_002", layout="motors"))
    assert [panel["title"] for panel in header["panels"]] == ["x_motor", "y_motor"]
    assert "No layout is called gone" in words(open_page(run="face_002", layout="gone"))


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"run": "nowhere"}, "nowhere"),
        ({"run": "face_002", "channels": "nonsense,rms(spindle)"}, "called nonsense"),
        ({"run": "face_002", "rows": "900-990"}, "the run has 192: its end is shown"),
        ({"run": "face_002", "rows": "9-"}, "range of rows"),
        ({"run": "face_002", "over": "nowhere"}, "lays nowhere over this run"),
        ({"run": "face_002", "row": "99999"}, "run protocol"),
        ({"run": "face_002", "a": "5000", "b": "9"}, "run protocol"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_told(open_page: Open, link: dict[str, str], said: str) -> None:
    assert said in words(open_page(**link))


@pytest.mark.parametrize(
    ("run", "said"), [("face_text", "number column"), ("face_short", None), ("a_unlabelled", None)]
)
def test_odd_runs(open_page: Open, odd_runs: Path, run: str, said: str | None) -> None:
    app = open_page(odd_runs, run=run)
    if said:
        assert said in words(app)
        return
    header = viewer(app)
    assert "line" not in lanes(header) if run == "a_unlabelled" else header["window"] == 0


def test_without_recordings_or_model_the_page_says_so(open_page: Open, tmp_path: Path, runs: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "Import recordings" in words(open_page(empty))
    header = viewer(open_page(runs, models=empty, run="face_002"))
    assert "read" not in lanes(header)


@pytest.mark.parametrize("panel", ["Machine", "Most different", "Toolpath", "Spectrum", "Figures", "Files"])
def test_what_stands_beside_the_traces(open_page: Open, panel: str) -> None:
    app = open_page(run="face_002", over="face_001", channels="spindle,rms(x_motor,8)", rows="20-150", a="60")
    app.button_group(key="signals_beside").set_value(panel).run()
    assert len(words(app)) > 100


def test_a_long_run_is_never_opened_as_a_whole(
    open_page: Open, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.recordings.stored_traces.LONG_ROWS", 100)
    import_runs([runs / "face_002_aligned.csv.gz"], tmp_path / "store")
    monkeypatch.setattr(data, "recording", lambda *_: pytest.fail("it was opened as a whole"))
    header = viewer(open_page(tmp_path / "store", run="face_002"))
    assert header["rows"] == 192
    assert "read" not in lanes(header)


def test_a_run_that_takes_long_is_read_when_asked(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_traces, "READ_AT_ONCE", 2)
    app = open_page(run="face_002")
    assert "read" not in lanes(viewer(app))
    next(button for button in app.button if button.label == "Read the whole run").click().run()
    assert "read" in lanes(viewer(app))


def test_runs_too_long_to_read_say_how(recording: Any, bundle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_traces, "READ_AT_MOST", 2)
    assert "python -m core predict" in (run_traces.why_not_read(bundle, Traces.of(recording)) or "")
