"""Finds recordings and bundles, opens them once, and keeps what was predicted.

Every cache is keyed on digests and names, never on arrays: Streamlit hashes a large array by a sample of it, so
an array as a key would bring back the answer to another question. Arrays and models travel in underscored arguments.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import streamlit as st
import torch

from core.errors import ToolmarkError
from core.evidence.ablation.removal import Removal, removed_input
from core.evidence.ablation.scored import Ablation
from core.evidence.evaluation import Evaluation
from core.evidence.evaluation_file import read_evaluation
from core.model.bundle import Bundle, load_bundle
from core.model.one_window import read_input
from core.model.predict import UNCHANGED, window_input
from core.model.prediction import Prediction
from core.recordings import changes
from core.recordings.changes import Change
from core.recordings.machine import Machine
from core.recordings.reader import SUFFIXES, read_recording, run_name
from core.recordings.recording import Recording, RunWindow
from core.recordings.store import INDEX, Store, machine_beside
from core.recordings.windows import Windows
from core.twin.demo import make_demo
from dashboard import places, window_view

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS_VARIABLE = "TOOLMARK_RECORDINGS"
BUNDLES_VARIABLE = "TOOLMARK_BUNDLES"
# a window as it is is read so often for its latency, the median of which is shown: one hiccup is not the model's
TIMED = 3
STORE = ROOT / "build" / "store"
DEMO = ROOT / "build" / "demo"
DEMO_FILE = ROOT / "assets" / "demo.toml"
SHARED_RUNS = ROOT.parent / "shared" / "data" / "bantam" / "runs"


@dataclass(frozen=True)
class Dataset:
    """A folder of recordings or a store of them; `problem` says what is wrong with one that cannot be used."""

    name: str
    path: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    is_store: bool = False
    problem: str | None = None

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of its runs, in order."""
        return tuple(self.files)

    def digest(self, run: str) -> str:
        """What tells this run, as it is now, from every other."""
        return f"{run}@{file_stamp(self.files[run])}"


@dataclass(frozen=True)
class BundleFolder:
    """A trained model that lies in a folder, not opened yet."""

    name: str
    path: Path
    protocol: str | None
    machine: str | None = None
    preset: str = ""

    @property
    def digest(self) -> str:
        """What tells this bundle, as it is now, from every other."""
        return file_stamp(self.path / "SHA256SUMS") + file_stamp(self.path / "bundle.json")


def datasets() -> tuple[Dataset, ...]:
    """Every dataset: the one that TOOLMARK_RECORDINGS names, or else the store and the shared folder, if there, and the
    demo's simulated recordings; then the stores that were imported on the Recordings page.
    """
    named = os.environ.get(RECORDINGS_VARIABLE)
    if named:
        folder = Path(named).expanduser()
        found = [_dataset(folder.name or "recordings", folder)]
    else:
        standing = (("store", STORE), ("bantam", SHARED_RUNS))
        found = [_dataset(name, path) for name, path in standing if path.is_dir()]
        found += [_demo()] if DEMO_FILE.is_file() else []
    return (*found, *_imported({dataset.name for dataset in found}))


def _imported(taken: set[str]) -> Iterator[Dataset]:
    """The stores that were imported here; one that is called as another dataset is told apart."""
    for path in places.stores():
        yield _dataset(f"{path.name} (imported)" if path.name in taken else path.name, path)


def _demo() -> Dataset:
    """The simulated recordings; `make run` has made them, and without it the first page makes them."""
    try:
        _make_demo(file_stamp(DEMO_FILE), str(DEMO))
    except (ToolmarkError, OSError) as error:
        return Dataset("demo", DEMO, problem=f"The demo's recordings cannot be made: {error}")
    return _dataset("demo", DEMO)


@st.cache_resource(max_entries=2, show_spinner="Making the demo's recordings, runs of a simulated mill")
def _make_demo(stamp: str, out: str) -> bool:
    make_demo(DEMO_FILE, Path(out))
    return True


def _dataset(name: str, path: Path) -> Dataset:
    try:
        if (path / INDEX).is_file():
            runs = _store(str(path), file_stamp(path / INDEX)).names
            return Dataset(name, path, dict.fromkeys(runs, path / INDEX), is_store=True)
        machine = _machine(str(path))
        files = {run_name(file, machine): file for file in _recordings_in(path)}
    except (ToolmarkError, OSError) as error:
        return Dataset(name, path, problem=f"The dataset {name} cannot be opened: {error}")
    empty = f"The dataset {name} is empty: {path} holds no .csv, .csv.gz or .parquet file."
    return Dataset(name, path, files, problem=None if files else empty)


def open_store(dataset: Dataset) -> Store:
    """The store that a dataset is."""
    return _store(str(dataset.path), file_stamp(dataset.path / INDEX))


def _recordings_in(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.name.lower().endswith(SUFFIXES))
    return [file for file in files if not file.name.startswith(".")]


def machine_of(dataset: Dataset) -> Machine:
    """The machine that a dataset was recorded on."""
    if dataset.is_store:
        return open_store(dataset).machine
    return _machine(str(dataset.path))


@st.cache_resource(max_entries=8, show_spinner=False)
def _machine(folder: str) -> Machine:
    return machine_beside([folder])


@st.cache_resource(max_entries=4, show_spinner=False)
def _store(path: str, stamp: str) -> Store:
    return Store.open(Path(path))


def recording(dataset: Dataset, run: str) -> Recording:
    """One run of a dataset; ToolmarkError says what is wrong with its file."""
    return _recording(dataset.digest(run), run, dataset)


@st.cache_resource(max_entries=24, show_spinner=False)
def _recording(digest: str, run: str, _dataset: Dataset) -> Recording:
    if _dataset.is_store:
        return open_store(_dataset).recording(run)
    return read_recording(_dataset.files[run], machine_of(_dataset))


def liveliness(opened: Recording, digest: str) -> dict[str, float]:
    """How much each channel of a run moves (see `window_view.liveliness`), reckoned once a run."""
    return _liveliness(digest, opened.name, opened)


@st.cache_data(max_entries=64, show_spinner=False)
def _liveliness(digest: str, run: str, _opened: Recording) -> dict[str, float]:
    return window_view.liveliness(_opened)


def bundles_folder() -> Path:
    """The folder whose subfolders are bundles."""
    return Path(os.environ.get(BUNDLES_VARIABLE) or ROOT / "assets" / "models")


def bundles() -> tuple[BundleFolder, ...]:
    """Every bundle that is there, also those that were promoted here; those of the default protocol come first."""
    roots = (bundles_folder(), places.promoted_folder())
    folders = [f for root in roots if root.is_dir() for f in sorted(root.iterdir()) if f.name[0] != "."]
    found = {f.name: f for f in reversed(folders) if (f / "bundle.json").is_file()}
    opened = [BundleFolder(name, f, *_described(f)) for name, f in sorted(found.items())]
    return tuple(sorted(opened, key=lambda bundle: bundle.protocol != "run"))


def _described(folder: Path) -> tuple[str | None, str | None, str]:
    """Protocol, machine and preset that a bundle says it was trained with; None where it cannot be read."""
    try:
        said = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        return str(said["protocol"]), str(said["machine"]), str(said["preset"].get("name", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, None, ""


def bundle(folder: BundleFolder) -> Bundle:
    """Open a bundle; ToolmarkError says what is wrong with it."""
    return _bundle(folder.digest, folder)


@st.cache_resource(max_entries=4, show_spinner="Opening the model")
def _bundle(digest: str, _folder: BundleFolder) -> Bundle:
    return load_bundle(_folder.path)


def evaluation(folder: BundleFolder) -> Evaluation | None:
    """The figures that a bundle carries with it; None where it was never evaluated."""
    return _evaluation(folder.digest, folder)


@st.cache_resource(max_entries=16, show_spinner=False)
def _evaluation(digest: str, _folder: BundleFolder) -> Evaluation | None:
    try:
        return read_evaluation(_folder.path / "metrics.json")
    except ToolmarkError:
        return None


def predict(
    opened: Bundle,
    window: RunWindow,
    run_digest: str,
    without: tuple[str, ...] = (),
    *,
    decoding: str = "greedy",
    change: Change = UNCHANGED,
    prefix: str = "",
) -> Prediction:
    """Read one window, changed and given the line's beginning where asked; the same question is answered once."""
    _warm(opened.digest, opened, window)
    question = (window.start_row, tuple(sorted(without)), decoding, change.text, prefix)
    return _predict(opened.digest, run_digest, question, opened, window)


@st.cache_resource(max_entries=4, show_spinner="Setting the model up")
def _warm(bundle_digest: str, _opened: Bundle, _window: RunWindow) -> bool:
    """Predict once for nothing: a model's first call sets torch up, and its latency is not the model's.

    One window is too small a task for several threads: they would wait for one another.
    """
    torch.set_num_threads(1)
    _opened.predict(_window)
    return True


@st.cache_data(max_entries=512, show_spinner=False)
def _predict(
    bundle_digest: str,
    run_digest: str,
    question: tuple[int, tuple[str, ...], str, str, str],
    _opened: Bundle,
    _window: RunWindow,
) -> Prediction:
    _, without, decoding, change, prefix = question
    inputs = window_input(_opened, _window, without, changes.parse(change))
    times = 1 if without or change or prefix or decoding != "greedy" else TIMED
    answers = [read_input(_opened, inputs, decoding, prefix=prefix) for _ in range(times)]
    return replace(answers[0], latency_ms=median(answer.latency_ms for answer in answers))


def predict_removed(
    opened: Bundle, window: RunWindow, run_digest: str, removal: Removal, donors: Ablation | None = None
) -> Prediction:
    """Read one window without what a removal names; `donors` hold the windows that `shuffle` draws from."""
    _warm(opened.digest, opened, window)
    mask = removal.mask(opened).tobytes().hex()
    question = (window.start_row, mask, removal.way, removal.seed, donors.digest if donors else "")
    return _predict_removed(
        opened.digest, run_digest, question, opened, window, removal, donors.windows if donors else None
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _predict_removed(
    bundle_digest: str,
    run_digest: str,
    question: tuple[int, str, str, int, str],
    _opened: Bundle,
    _window: RunWindow,
    _removal: Removal,
    _donors: Windows | None,
) -> Prediction:
    return read_input(_opened, removed_input(_opened, _window, _removal, _donors))


def file_stamp(path: Path) -> str:
    """A file's identity without reading it: where it lies, when it was written, how large it is."""
    try:
        status = path.stat()
    except OSError:
        return f"{path}:gone"
    return f"{path}:{status.st_mtime_ns}:{status.st_size}"
