"""Trained without a modality, beside its removal at inference: what the shortcut was worth."""

from collections.abc import Sequence

import streamlit as st

from core.evidence.ablation.modality_table import Loss, Modality, modalities
from core.evidence.ablation.results import Figure, figure
from core.evidence.ablation.trials import FULL
from core.model.bundle import Bundle
from dashboard import ablation_kept, ablation_pick, ablation_sheets, components, effect_rows, parts
from dashboard.ablation_kept import KeptTrials
from dashboard.ablation_sheets import lost, share, signed, span
from dashboard.effect_rows import Mark, Row, Shape, Table, Text
from dashboard.shell import View

NOTE = (
    "*Removed at inference*: the model learned with the modality, which is then missing. *Trained without*: both "
    "stages learned anew on windows that the modality was cut out of. What that wins back, other channels can say too, "
    "once a model has to listen to them; what it does not, only this modality knows. Where nothing stands, no model "
    "was trained without it."
)
COMMANDS = (
    "python -m core windows build/store --out build/splits --protocol run",
    "python -m core retrain build/splits --out build/trials/run --preset best",
)


@st.cache_data(max_entries=64, show_spinner=False)
def _rows(key: tuple[str, str, str, str], _kept: KeptTrials) -> tuple[Modality, ...]:
    _, base, metric, group = key
    return modalities(_kept.of, base, metric, group)


def rows_of(kept: KeptTrials, base: str, metric: str, group: str) -> tuple[Modality, ...]:
    """Every modality that was taken away from a full model, worked out once."""
    return _rows((kept.stamp, base, metric, group), kept)


def show(view: View, bundle: Bundle) -> None:
    """The table of the trials that are chosen, or how they are made."""
    st.caption(NOTE)
    found = [(each, base) for each in ablation_kept.trials_of(bundle.machine) for base in each.of.bases]
    if not found:
        words = (
            f"No model of {bundle.machine.name} was trained without a modality yet. Each takes a training, so this is "
            "a matter of hours; the command goes on where it was stopped, and this table fills as trials are finished."
        )
        components.empty_state("Nothing trained without", words, COMMANDS, icon=":material/model_training:")
        return
    names = _named(found)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kept, base = names[_pick(view, bundle, names)]
        metric = ablation_pick.metric(view.selection, kept.of.metrics)
        group = ablation_pick.group(view.selection, kept.of.operations)
    if view.selection.trials not in (None, *names):
        st.warning(
            f"There are no trials “{components.escaped(view.selection.trials or '')}” here: "
            f"{name_of(kept, base)} is shown.",
            icon=":material/warning:",
        )
    rows = rows_of(kept, base, metric, group)
    whole = figure(kept.of.of(base), metric, group)
    if whole is not None:
        st.markdown(
            f"{whole_words(base, whole)}. Protocol **{kept.of.protocol}**; "
            "intervals are 95 %, drawn over runs and seeds, paired with the full models of the same runs and seeds."
            f"{changed_words(kept)}"
        )
    draw("retrained", rows)


def _named(found: Sequence[tuple[KeptTrials, str]]) -> dict[str, tuple[KeptTrials, str]]:
    """Trials by name; those that have one name are told apart by their file or folder."""
    names = [name_of(*each) for each in found]
    return {
        name if names.count(name) == 1 else f"{name}: {each[0].path.name}": each
        for name, each in zip(names, found, strict=True)
    }


def name_of(kept: KeptTrials, base: str) -> str:
    """What trials are called where several are to be chosen from."""
    design = "published configuration" if base == FULL["seed"] else base
    folds = f", {len(kept.of.folds)} folds" if len(kept.of.folds) > 1 else ""
    return f"{kept.of.protocol} protocol, {design}{folds}"


def whole_words(base: str, whole: Figure) -> str:
    """What the full model reached, in words."""
    low, high = whole.interval.low, whole.interval.high
    between = "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})"
    return (
        f"Full model **{base}**: **{100 * whole.interval.value:.1f}**{between} per cent, n = {whole.n:,} of "
        f"{components.counted(whole.runs, 'run')}, {components.counted(len(whole.seeds), 'seed')}"
    )


def changed_words(kept: KeptTrials) -> str:
    """That the trials were not of the presets as they are."""
    return f" Trained with changes: {', '.join(kept.of.changes)}." if kept.of.changes else ""


def _pick(view: View, bundle: Bundle, names: dict[str, tuple[KeptTrials, str]]) -> str:
    # of the bundle's protocol, and with something that was trained without
    own = min(
        names,
        key=lambda name: (names[name][0].of.protocol != bundle.protocol, not trained_without(*names[name])),
    )
    value = view.selection.trials if view.selection.trials in names else own
    parts.box("Trained", "trials", list(names), value, width=320)
    return value


def trained_without(kept: KeptTrials, base: str) -> bool:
    """Whether a full model was trained without something, and not only had it removed."""
    return any(each.trial.technique == base and each.trial.without for each in kept.of.every)


def draw(key: str, rows: Sequence[Modality], *, printed: bool = False) -> None:
    """A row a modality: removed, trained without, what lies between; the published drops where they are asked for.

    Where no model was trained without any of them, nothing stands for that.
    """
    trained = any(each.retrained for each in rows)
    legend: dict[Shape, str] = {"dot": "removed at inference, with its 95 % interval"}
    columns = ["Removed, points", "Relative, %"]
    # in a narrow window the bars are still in view
    bar_after = len(columns)
    if trained:
        legend["ring"] = "trained without, likewise"
        columns += ["Trained without, points", "Relative, %", "Trained less removed"]
    if printed:
        legend["diamond"] = "published"
        columns.append("Published, points")
    columns.append("n")
    drawn = tuple(_row(each, trained=trained, printed=printed) for each in rows)
    effect_rows.show(key, Table("Without", tuple(columns), drawn, bar_after, legend))


def _row(each: Modality, *, trained: bool, printed: bool) -> Row:
    cells = [*_loss(each.removed)]
    if trained:
        cells += [*_loss(each.retrained), lost(each.worth)]
    marks: list[Mark] = []
    shapes: tuple[tuple[Shape, Loss | None], ...] = (("dot", each.removed), ("ring", each.retrained))
    for shape, loss in shapes:
        if loss:
            low, high = (None if end is None else 100 * end for end in (loss.against.low, loss.against.high))
            marks.append(Mark(shape, 100 * loss.against.points, low, high))
    if printed:
        drop = each.published[1] if each.published else None
        cells.append(Text("" if drop is None else signed(drop / 100, 2), by=drop))
        marks += [] if drop is None else [Mark("diamond", drop)]
    loss = each.removed or each.retrained
    cells.append(Text(f"{loss.figure.n:,}" if loss else "", by=loss.figure.n if loss else None))
    label = ablation_sheets.label_of([each.name])
    return Row(each.name, label, tuple(cells), tuple(marks), _title(label, each), open=False)


def _loss(loss: Loss | None) -> tuple[Text, Text]:
    if loss is None:
        return Text(), Text()
    return lost(loss.against), share(loss.against.relative)


def _title(label: str, each: Modality) -> str:
    parts = []
    for how, loss in (("removed at inference", each.removed), ("trained without", each.retrained)):
        if loss:
            single = ", ".join(f"{100 * value:.1f}" for value in loss.figure.single)
            own = loss.against
            parts.append(
                f"{how} {100 * loss.figure.interval.value:.1f} % (seeds {single}), {signed(own.points)} points "
                f"({span(own.low, own.high)})"
            )
    return f"{label}: {'; '.join(parts)}"
