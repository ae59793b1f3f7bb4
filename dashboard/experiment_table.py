"""The table of all trainings: what each is, how it stands, what it was worth; the marked ones are compared."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.evidence.evaluation import MetricRow
from core.evidence.evaluation_file import Headline
from core.training.ledger import Training
from core.training.preset_fields import written
from dashboard import jobs, selection, trainings
from dashboard.data import Dataset
from dashboard.trainings import MOST, Entry

ROW_HEIGHT, HEIGHT = 30, 330
_SHOWN_CHANGES = 3


def frame(found: Sequence[Entry], data_digest: str, dataset: Dataset | None) -> pd.DataFrame:
    """A row a training; figures in per cent."""
    return pd.DataFrame([_row(entry, data_digest, dataset) for entry in found])


def _row(entry: Entry, data_digest: str, dataset: Dataset | None) -> dict[str, Any]:
    training, head = entry.training, trainings.headline(entry.path)
    name, row = _headline(head)
    last = None if training is None else training.stages.get("stage2") or training.stages.get("stage1")
    return {
        "name": entry.name,
        "state": entry.state,
        "preset": "" if training is None else preset_words(training),
        "protocol": "" if training is None else protocol_words(training),
        "seed": None if training is None else training.seed,
        "epochs": "" if training is None else epochs_words(training),
        "validation": None if last is None else round(100 * last.score, 1) if _is_share(training) else None,
        "test": None if row is None else round(100 * row.value, 1),
        "interval": interval_words(row),
        "figure": name,
        "pooled": "" if head is None or not head.pooled else pooled_words(head),
        "n": None if row is None else row.n,
        "minutes": None if training is None or not training.stages else training.seconds / 60,
        "begun": None if training is None else _time(training.started or training.finished),
        "data": "" if training is None else _data_words(training, data_digest, dataset),
        "machine": "" if training is None else training.machine or "",
        "code": "" if training is None else training.code_version,
    }


def _is_share(training: Training | None) -> bool:
    """The last stage's score is a share of right answers; that of stage 1 has an error in it."""
    return training is not None and "stage2" in training.stages


def _headline(head: Headline | None) -> tuple[str, MetricRow | None]:
    for metric, name in (("exact_line", "exact line"), ("operation", "operation")):
        if head is not None and metric in head.rows:
            return name, head.rows[metric]
    return "", None


def pooled_words(head: Headline) -> str:
    """How many trainings' figures these are together: "5 folds × 3"."""
    return f"{head.folds} folds × {head.models:g}" if head.folds > 1 else f"{head.models:g} models"


def interval_words(row: MetricRow | None) -> str:
    """The 95 % interval of a share, "53.9 to 66.0"."""
    if row is None or row.low is None or row.high is None:
        return ""
    return f"{100 * row.low:.1f} to {100 * row.high:.1f}"


def preset_words(training: Training) -> str:
    """The preset and what differs from it as it is now: "best: epochs 24"."""
    name, changes = str(training.preset.get("name", "")), training.changes
    if changes is None:
        return name
    base = name.partition(",")[0]
    shown = [f"{path} {written(value)}" for path, (value, _) in list(changes.items())[:_SHOWN_CHANGES]]
    more = len(changes) - len(shown)
    return base + (f": {', '.join(shown)}{f' and {more} more' if more > 0 else ''}" if shown else "")


def protocol_words(training: Training) -> str:
    """Protocol and fold, or the program that is left out."""
    if training.fold is None:
        return training.protocol or ""
    kind = "fold " if isinstance(training.fold, int) else "without "
    return f"{training.protocol}, {kind}{training.fold}"


def epochs_words(training: Training) -> str:
    """Epochs done of both stages, "12/12 + 3/5"."""
    parts = []
    for log in training.stages.values():
        planned = f"/{log.planned}" if log.planned else ""
        parts.append(f"{log.done}{planned}{' ×' if log.ended_early else ''}")
    return " + ".join(parts)


def _time(text: str) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(text) if text else None
    except ValueError:
        return None


def _data_words(training: Training, data_digest: str, dataset: Dataset | None) -> str:
    if dataset is not None and data_digest and training.data_digest == data_digest:
        return dataset.name
    return training.data_digest[:8]


def show(found: Sequence[Entry], wanted: Sequence[str], data_digest: str, dataset: Dataset | None) -> None:
    """Draw the table; what is marked in it becomes the selection's."""
    shown = frame(found, data_digest, dataset)
    names = [entry.name for entry in found]
    rows = [names.index(name) for name in wanted if name in names][:MOST]
    # a table for every order of rows: marks are kept by place, and a new training moves all of them
    key = f"trainings_{jobs.key_of(*names)}"
    marked: Any = {"selection": {"rows": rows, "columns": [], "cells": []}}

    def hear() -> None:
        said = selection.chosen(key)
        places = [] if said is None else list(said["selection"]["rows"])
        now = [names[place] for place in places if place < len(names)]
        before = [name for name in selection.held().trainings if name in now]
        # the ones marked last stay where there are too many
        selection.change(trainings=tuple([*before, *(name for name in now if name not in before)][-MOST:]))

    kept = st.session_state.get(key)
    if kept is not None and sorted(kept["selection"]["rows"]) != sorted(rows):
        st.session_state[key] = marked
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=min(HEIGHT, ROW_HEIGHT * (len(shown) + 1) + 10),
        row_height=ROW_HEIGHT,
        on_select=hear,
        selection_mode="multi-row",
        selection_default=marked,
        column_config=_config(shown),
        placeholder="",
        alt="Trainings: name, state, preset, protocol, seed, epochs, validation and test figures, time, data, code",
    )


def _config(shown: pd.DataFrame) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    config: dict[str, Any] = {
        "name": text("Training", width=170, pinned=True, help="Mark up to five to see and compare them."),
        "state": text("State", width=88),
        "preset": text(
            "Preset", width=155, help="And what differs from the preset of that name as it is now."
        ),
        "protocol": text("Protocol", width=95),
        "seed": number("Seed", width=48, format="%d", help="Of weights and batches."),
        "epochs": text("Epochs", width=110, help="Done and planned, stage 1 and stage 2; × stopped early."),
        "validation": number(
            "Validation",
            width=82,
            format="%.1f %%",
            help="Best score of stage 2 on validation windows, whole lines or tokens as the preset says. The weights "
            "were chosen by it: no figure to quote.",
        ),
        "test": number(
            "Test", width=80, format="%.1f %%", help="Exact line, or operation where no lines are read."
        ),
        "interval": text("95 %", width=95, help="Interval of the test figure, over runs."),
        "figure": text("Figure", width=90, help="Which test figure it is."),
        "n": number(
            "n",
            width=65,
            format="localized",
            help="Windows that the test figure is of; pooled ones count each model.",
        ),
        "pooled": text(
            "Pooled over",
            width=95,
            help="The test figure is not this training's alone: its bundle carries that of several like it.",
        ),
        "minutes": number("Time", width=80, format="%.1f min", help="All epochs of both stages."),
        "begun": st.column_config.DatetimeColumn(
            "Begun",
            width=130,
            format="YYYY-MM-DD HH:mm",
            help="UTC; when it ended where nothing tells its beginning.",
        ),
        "data": text("Data", width=85, help="The dataset, or the beginning of the recordings' digest."),
        "machine": text("Machine", width=150),
        "code": text("Code", width=150, help="Version of the code that trained it."),
    }
    if not shown["pooled"].any():
        config["pooled"] = None
    if shown["machine"].nunique() < 2:
        config["machine"] = None
    if set(shown["figure"]) <= {"exact line", ""}:
        config["figure"] = None
        config["test"] = number(
            "Test: exact line", width=105, format="%.1f %%", help="On the test windows of its split."
        )
    return config
