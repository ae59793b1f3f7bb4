"""What every page begins with: the shared choices in the sidebar and a header that says what is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from core.errors import ToolmarkError
from core.evidence.evaluation import Evaluation, MetricRow
from core.evidence.metrics import describe
from core.evidence.protocol_words import PROTOCOLS
from core.model.bundle import Bundle
from core.training.promotion import first_choice
from dashboard import address, data, evaluations, parts, places, selection
from dashboard.address import Selection
from dashboard.components import counted, percent, sentence
from dashboard.data import BundleFolder, Dataset

# the first figure of a header, and the one under it: free-running ones, but for the published protocol
_HEADLINES = {"seed": ("token", "operation")}
_HEADLINE = ("exact_line", "operation")


@dataclass(frozen=True)
class View:
    """What a page looks at; a part is None where it is not there or not chosen.

    `problems` say in sentences what a link asked for in vain, and what cannot be opened.
    """

    selection: Selection
    dataset: Dataset | None
    folder: BundleFolder | None
    bundle: Bundle | None
    problems: tuple[str, ...]


def open_page(title: str, question: str, *, model: bool = True) -> View:
    """Draw the sidebar and the header of a page, and say what it looks at; without a model no bundle is opened."""
    selection.turn_to(title)
    view = _view() if model else _view_of_data()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="heading"):
        st.title(title, anchor=False, width="content")
        st.caption(question, width="content")
    _facts(view)
    for problem in view.problems:
        st.warning(problem, icon=":material/warning:")
    return view


def _view() -> View:
    parsed = selection.read()
    wanted, problems = parsed.selection, list(parsed.problems)
    found = data.datasets()
    problems += [sentence(dataset.problem) for dataset in found if dataset.problem]
    datasets = {dataset.name: dataset for dataset in found if not dataset.problem}
    with st.sidebar:
        dataset = _pick_dataset(wanted.dataset, datasets)
        folders = _for_machine(data.bundles(), dataset)
        folder = _pick_bundle(wanted.bundle, folders)
    problems += _gone("dataset", wanted.dataset, datasets) + _gone("bundle", wanted.bundle, folders)
    problems += _foreign(folder, dataset)
    bundle = None
    if folder:
        try:
            bundle = data.bundle(folder)
        except ToolmarkError as error:
            problems.append(sentence(str(error)))
    if bundle and wanted.protocol not in (None, bundle.protocol):
        problems.append(
            f"The link names the protocol {wanted.protocol}, but the bundle {folder.name if folder else ''} was "
            f"trained and scored under {bundle.protocol}: its figures are the ones shown."
        )
    shown = replace(
        wanted,
        dataset=dataset.name if dataset else wanted.dataset,
        bundle=folder.name if folder else wanted.bundle,
        protocol=bundle.protocol if bundle else wanted.protocol,
    )
    return View(shown, dataset, folder, bundle, tuple(problems))


def _view_of_data() -> View:
    """The dataset alone; whatever bundle was chosen stays chosen for the other pages."""
    parsed = selection.read()
    found = data.datasets()
    datasets = {dataset.name: dataset for dataset in found if not dataset.problem}
    with st.sidebar:
        dataset = _pick_dataset(parsed.selection.dataset, datasets)
    problems = [sentence(dataset.problem) for dataset in found if dataset.problem]
    problems += _gone("dataset", parsed.selection.dataset, datasets)
    shown = replace(parsed.selection, dataset=dataset.name if dataset else parsed.selection.dataset)
    return View(shown, dataset, None, None, tuple(problems))


def _gone(kind: str, name: str | None, available: Mapping[str, object]) -> list[str]:
    if name is None or name in available:
        return []
    there = f"Choose one at the left: {', '.join(available)}." if available else f"There is no {kind} at all."
    return [f"The link names the {kind} {name}, which is not here. {there}"]


def _for_machine(found: Sequence[BundleFolder], dataset: Dataset | None) -> dict[str, BundleFolder]:
    """Bundles by name; those that were trained on the dataset's machine come first, before them the promoted one."""
    machine = data.machine_of(dataset).name if dataset else None
    first = first_choice(places.promoted_folder(), dataset.name) if dataset else None
    ordered = sorted(found, key=lambda each: (each.name != first, each.machine != machine))
    return {folder.name: folder for folder in ordered}


def _foreign(folder: BundleFolder | None, dataset: Dataset | None) -> list[str]:
    if folder is None or dataset is None or folder.machine in (None, data.machine_of(dataset).name):
        return []
    return [
        f"The bundle {folder.name} was trained on another machine ({folder.machine}) than this dataset was recorded on "
        f"({data.machine_of(dataset).name}): its figures do not hold here."
    ]


def _pick_dataset(wanted: str | None, datasets: Mapping[str, Dataset]) -> Dataset | None:
    name = address.choose(wanted, tuple(datasets))
    if datasets:
        parts.box(
            "Dataset",
            "dataset",
            list(datasets),
            name,
            turn=partial(_change_dataset, datasets),
            words=lambda each: f"{each} ({counted(len(datasets[each].runs), 'run')})",
            placeholder="Choose a dataset",
        )
    return datasets[name] if name else None


def _change_dataset(datasets: Mapping[str, Dataset], name: str) -> None:
    """Keep the run where the other dataset has one by that name, so that copies of the same data compare.

    The bundle is kept where both were recorded on one machine; otherwise the first one for the other machine is taken.
    """
    held, after = selection.held(), datasets.get(name)
    if after is None:
        return
    before = datasets.get(held.dataset or "")
    if before is None or data.machine_of(before).name == data.machine_of(after).name:
        selection.change(dataset=after.name, run=held.run if held.run in after.runs else None)
    else:
        selection.change(dataset=after.name, run=None, start_row=None, bundle=None, protocol=None)


def _pick_bundle(wanted: str | None, folders: Mapping[str, BundleFolder]) -> BundleFolder | None:
    name = address.choose(wanted, tuple(folders))
    if folders:
        parts.box(
            "Bundle",
            "bundle",
            list(folders),
            name,
            turn=_change_bundle,
            words=lambda each: f"{each} ({folders[each].protocol or 'unknown'} protocol)",
            placeholder="Choose a bundle",
        )
    return folders[name] if name else None


def _change_bundle(name: str) -> None:
    selection.change(bundle=name, protocol=None)


def _facts(view: View) -> None:
    """Data, model and worth, in as few lines as the page's width allows."""
    said = []
    if view.dataset:
        said.append(_fact(*_data_words(view.dataset)))
    if view.bundle and view.folder:
        protocol = view.bundle.protocol
        kind = PROTOCOLS.get(protocol, "a protocol that Toolmark does not know")
        badge = "orange" if protocol == "seed" else "blue"
        said.append(_fact(f"**{view.folder.name}** :{badge}-badge[{protocol} protocol]", kind))
        said.append(_fact(*_worth(data.evaluation(view.folder), protocol)))
    if said:
        with st.container(horizontal=True, gap="medium", key="facts"):
            for words in said:
                st.markdown(words, width="content")


def _fact(words: str, beside: str) -> str:
    return f"{words} :small[{beside}]"


def _data_words(dataset: Dataset) -> tuple[str, str]:
    machine = data.machine_of(dataset)
    badge = ":violet-badge[simulated machine]" if machine.simulated else ":green-badge[real recordings]"
    return f"**{dataset.name}** {badge}", f"{machine.name}, {counted(len(dataset.runs), 'run')}"


def _worth(evaluation: Evaluation | None, protocol: str) -> tuple[str, str]:
    """The bundle's own figures: the headline, then the one under it and what both were scored on."""
    rows = [evaluation.row(name) for name in _HEADLINES.get(protocol, _HEADLINE)] if evaluation else []
    found = [row for row in rows if row is not None]
    if evaluation is None or not found:
        return (
            ":orange-badge[not evaluated]",
            "`python -m core evaluate` with `--keep` puts its figures into it",
        )
    beside = [*(figure_words(row) for row in found[1:]), f"on {evaluations.scored_on(evaluation)}"]
    return figure_words(found[0], bold=True), "; ".join(beside)


def figure_words(row: MetricRow, *, bold: bool = False) -> str:
    """A figure with its interval and n, "Exact line 55.7 % (52.1 to 59.3, n = 512)"."""
    value = f"**{percent(row.value)}**" if bold else percent(row.value)
    span = ""
    if row.low is not None and row.high is not None:
        span = f"{100 * row.low:.1f} to {100 * row.high:.1f}, "
    return f"{describe(row.metric).label} {value} ({span}n = {row.n:,})"
