"""Made-up recordings and untrained bundles, as fixtures for the tests of the dashboard and of its pages."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evidence.evaluation import Evaluation
from core.evidence.readings.table import read_runs
from core.model.bundle import Bundle, load_bundle
from core.recordings.reader import read_recording
from core.recordings.recording import Recording
from dashboard import data, places, readings
from dashboard.address import Selection
from dashboard.readings import Place
from dashboard.shell import View
from tests.dashboard.small_bundle import write_bundle, write_evaluation_into
from tests.synthetic import run_frame, write_run, write_runs

APP = Path(__file__).parents[1] / "dashboard" / "app.py"
PageAt = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def own_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that the dashboard writes into is the test's own."""
    monkeypatch.setenv(places.BUILD_VARIABLE, str(tmp_path / "build"))
    return tmp_path / "build"


def only(monkeypatch: pytest.MonkeyPatch, nowhere: Path, recordings: Path | None) -> None:
    """The dashboard knows these recordings and no others."""
    for place in ("STORE", "SHARED_RUNS", "DEMO_FILE"):
        monkeypatch.setattr(data, place, nowhere / f"no {place}")
    monkeypatch.delenv(data.RECORDINGS_VARIABLE, raising=False)
    if recordings:
        monkeypatch.setenv(data.RECORDINGS_VARIABLE, str(recordings))


def open_on(
    monkeypatch: pytest.MonkeyPatch,
    nowhere: Path,
    script: Path,
    recordings: Path | None,
    timeout: int,
    **link: str,
) -> AppTest:
    """Run a script of the dashboard on these recordings and no others, with a link's parameters."""
    only(monkeypatch, nowhere, recordings)
    app = AppTest.from_file(str(script), default_timeout=timeout)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six labelled runs of three operations."""
    return write_runs(tmp_path_factory.mktemp("recordings") / "mill", each=2)


@pytest.fixture(scope="session")
def odd_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs as they also come: one without labels, one too short for a window, one that is no recording."""
    folder = tmp_path_factory.mktemp("odd")
    unlabelled = run_frame("face", 120, 5).drop(columns=["gcode_line", "gcode_string"])
    unlabelled.to_csv(folder / "a_unlabelled.csv", index=False)
    write_run(folder / "face_short.csv", rows=40)
    (folder / "face_text.csv").write_text("t_console,spindle\n14:00:00.000,loud\n")
    return folder


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one bundle, `small`, that was never evaluated."""
    folder = tmp_path_factory.mktemp("bundles")
    write_bundle(folder / "small")
    return folder


@pytest.fixture(scope="session")
def scored_bundles(tmp_path_factory: pytest.TempPathFactory, runs: Path) -> tuple[Path, Evaluation]:
    """A folder with one bundle, `scored`, and the figures that it carries."""
    folder = tmp_path_factory.mktemp("scored")
    return folder, write_evaluation_into(write_bundle(folder / "scored"), runs)


@pytest.fixture(scope="session")
def read_at(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Place], None]:
    """Reads every window at a place; what was read for one test is copied for the next."""
    known: dict[tuple[str, ...], Path] = {}

    def read(place: Place) -> None:
        key = (place.out.name, *place.source.digests.values())
        if key not in known:
            known[key] = tmp_path_factory.mktemp("readings") / place.out.name
            read_runs(place.bundle, place.source, known[key], without=place.without)
        shutil.copytree(known[key].parent, place.out.parent, dirs_exist_ok=True)

    return read


def view_of(bundle: str = "") -> View:
    """What is looked at: the only dataset, with the bundle of this name or the first."""
    folder = next(each for each in data.bundles() if bundle in ("", each.name))
    return View(Selection(), data.datasets()[0], folder, load_bundle(folder.path), ())


def place_of(bundle: str = "", without: tuple[str, ...] = ()) -> Place:
    """Where the readings of the only dataset lie."""
    found = readings.place_of(view_of(bundle), without)
    assert found
    return found


@pytest.fixture
def page_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_build: Path, read_at: Callable[[Place], None]
) -> PageAt:
    """Opens a page by its name on these recordings and bundles, every window read by the bundles of these names."""

    def open_(
        page: str,
        recordings: Path | None,
        models: Path | None,
        read: Sequence[str] = (),
        session: Mapping[str, str] | None = None,
        /,
        **link: str,
    ) -> AppTest:
        monkeypatch.setenv(data.BUNDLES_VARIABLE, str(models or tmp_path))
        only(monkeypatch, tmp_path, recordings)
        for name in read:
            read_at(place_of(name))
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.switch_page(f"../pages/{page}.py")
        for key, value in (session or {}).items():
            app.session_state[key] = value
        for key, value in link.items():
            app.query_params[key] = value
        return app.run()

    return open_


@pytest.fixture(scope="session")
def bundle(bundles: Path) -> Bundle:
    """The untrained bundle, opened."""
    return load_bundle(bundles / "small")


@pytest.fixture(scope="session")
def recording(runs: Path) -> Recording:
    """One labelled run with a frozen board."""
    return read_recording(runs / "face_002_aligned.csv.gz")
