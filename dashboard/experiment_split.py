"""The form of a new training, its first part: which windows are learned from, and how they are cut."""

from pathlib import Path

import streamlit as st

from core.evidence.protocol_words import PROTOCOLS
from core.recordings.sequences import SplitsManifest
from core.recordings.splits import read_folds
from core.recordings.store import Store
from dashboard import experiment_plan, places
from dashboard.data import Dataset
from dashboard.experiment_plan import AT_RANDOM, DEAL, DEALT, DENSE, FOLDS_FILE, TRAIN_STRIDE, Split

CUT = "Cut from the dataset"
HOW = {
    FOLDS_FILE: "Folds of the file beside the recordings",
    DEAL: f"{DEALT} folds, dealt run by run",
    AT_RANDOM: "70/15/15 at random within each operation",
}


def choose(
    dataset: Dataset, store: Store | None, programs: list[str], machine: str
) -> tuple[Split | None, SplitsManifest | None]:
    """Which windows are learned from; where they are there already, what they say of themselves."""
    there = experiment_plan.windows_there(machine)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox(
            "Windows",
            ["", *map(str, there)],
            format_func=lambda path: (
                _there(Path(path), there[Path(path)]) if path else f"{CUT} {dataset.name}"
            ),
            key="new_windows",
            persist_state="session",
            width=430,
            help="Windows that are cut are kept, and shared by all trainings that ask for the same.",
        )
        if place and Path(place) in there:
            return Split(windows=Path(place)), there[Path(place)]
        protocol = st.selectbox(
            "Protocol",
            list(PROTOCOLS),
            index=list(PROTOCOLS).index("run"),
            key="new_protocol",
            persist_state="session",
            width=130,
        )
    st.caption(f"`{protocol}`: {PROTOCOLS[protocol]}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return _cut(protocol, store, programs), None


def _there(path: Path, manifest: SplitsManifest) -> str:
    fold = "" if manifest.fold is None else f", fold {manifest.fold}"
    return (
        f"{places.shown(path)}: {manifest.protocol}{fold}, {manifest.counts.get('train', 0):,} to learn from"
    )


def _cut(protocol: str, store: Store | None, programs: list[str]) -> Split | None:
    """How the dataset is cut under a protocol."""
    stride = TRAIN_STRIDE.get(protocol, DENSE)
    if protocol != "seed":
        stride = int(
            st.number_input(
                "Rows between training windows",
                1,
                64,
                DENSE,
                key="new_stride",
                persist_state="session",
                width=240,
                help="Fewer rows, more windows to learn from, and longer epochs. Validation and test windows are cut "
                "every 16 rows.",
            )
        )
    if protocol == "program":
        if not programs:
            st.error(
                "This machine's recordings name no programs, so none can be left out.",
                icon=":material/error:",
            )
            return None
        program = st.selectbox(
            "Program left out", programs, key="new_program", persist_state="session", width=160
        )
        return Split(protocol=protocol, program=program, split_seed=_split_seed(), train_stride=stride)
    if protocol == "seed":
        return Split(protocol=protocol, split_seed=_split_seed(), train_stride=stride)
    ways = experiment_plan.splits_of(store) if store is not None else (AT_RANDOM, DEAL)
    how = st.selectbox(
        "Split of the runs",
        ways,
        format_func=HOW.__getitem__,
        key="new_how",
        persist_state="session",
        width=320,
    )
    if how == AT_RANDOM:
        return Split(protocol=protocol, how=how, split_seed=_split_seed(), train_stride=stride)
    folds = experiment_plan.folds_beside(store) if how == FOLDS_FILE and store is not None else None
    last = max(read_folds(folds).values()) if folds else DEALT - 1
    fold = st.number_input(
        "Fold that tests",
        0,
        last,
        0,
        key="new_fold",
        persist_state="session",
        width=130,
        help="The next one validates, the others are learned from.",
    )
    return Split(protocol=protocol, how=how, folds=folds, fold=int(fold), train_stride=stride)


def _split_seed() -> int:
    value = st.number_input(
        "Seed of the split",
        0,
        experiment_plan.HIGHEST_SEED,
        0,
        key="new_split_seed",
        persist_state="session",
        width=150,
    )
    return int(value)
