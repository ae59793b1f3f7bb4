"""How firm the labels are: counts that open their windows in Sequences, purity, and the same by operation."""

import pandas as pd
import streamlit as st

from core.evidence.audit.audit import Audit
from core.evidence.audit.labels import Labels
from core.evidence.evaluation import Evaluation
from core.evidence.metrics import TRUTH
from core.evidence.readings.filters import NONE, Filter
from dashboard import audit_bars, places, selection, theme
from dashboard.components import escaped
from dashboard.shell import figure_words

SEQUENCES = places.ROOT / "pages" / "sequences.py"
# a label that fills less of its window than this is one of several
IMPURE = 0.5
# no label fills between this and half of 64 rows
_BELOW = 0.49
_NO = Filter().with_values("labelled", ["no"])
_IMPURE = Filter().with_bounds("purity", None, _BELOW).with_values("labelled", ["yes"])
_TIED = Filter().with_values("tied", ["yes"])
_AMBIGUOUS = Filter().with_values("ambiguous", ["yes"])
_UNNAMED = Filter().with_values("operation", [NONE])
_BUFFERING = Filter().with_bounds("buffering", 1, None).with_values("labelled", ["yes"])


def show(found: Audit, evaluation: Evaluation | None) -> None:
    """Draw it."""
    own = found.labels
    _counts(found, evaluation)
    if not own.lines:
        return
    with st.grid(2, min_column_width=420, gap="medium"):
        with st.container():
            st.markdown(
                f"**How much of its window a label fills** :small[{own.labelled:,} labelled windows, "
                f"{100 * own.purity:.0f} % on the mean]"
            )
            st.echarts_chart(
                audit_bars.purity(own, found.length, theme.ink()),
                height=330,
                key="audit_purity",
                alt=f"A label fills {100 * own.purity:.0f} % of its window on the mean",
            )
        with st.container():
            st.markdown("**By operation** :small[per cent of the labelled windows]")
            st.dataframe(_frame(own), hide_index=True, height="content", column_config=_COLUMNS)


def _counts(found: Audit, evaluation: Evaluation | None) -> None:
    """Each kind of weakness: how often, what it means, and its windows."""
    own = found.labels
    impure = sum(
        sum(each.purity[: round(IMPURE * len(each.purity))]) for each in own.operations if each.purity
    )
    rows: list[tuple[str, str, str, Filter | None]] = [
        (
            "No label",
            f"**{own.without_label:,}** of {own.windows:,} windows",
            "None of their rows has a line, or only buffering ones: left out of training and of scoring.",
            _NO if own.without_label else None,
        ),
        (
            "Tied",
            _of_labelled(own, sum(each.tied for each in own.operations)),
            "Another line fills as many rows; the one that comes first counts.",
            _TIED if own.tied > 0 else None,
        ),
        (
            "Within a row",
            _of_labelled(own, sum(each.near for each in own.operations)),
            "Another line fills as many rows, or one less: a quarter of a second decides.",
            _AMBIGUOUS if own.near > 0 else None,
        ),
        (
            "Under half",
            _of_labelled(own, impure),
            "The label fills less than half of its window: it is one line of several.",
            _IMPURE if impure else None,
        ),
        (
            "Buffering",
            f"**{own.buffering:,}** labelled windows; {own.buffering_rows:,} rows of {own.with_buffering:,} runs",
            "At the start of a program the line numbers race ahead while the controller fills its buffer: real sensor "
            "data under a wrong line, left out of the labels.",
            _BUFFERING if own.buffering else None,
        ),
        (
            "No operation",
            f"**{own.without_operation:,}** of {own.windows:,} windows",
            "Neither leaks nor sessions can be judged by them.",
            _UNNAMED if own.without_operation else None,
        ),
        ("UNK", *_unknown(found, evaluation), None),
    ]
    for place, (name, count, meaning, wanted) in enumerate(rows):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"label_{place}"):
            st.markdown(f"**{name}**", width=120)
            st.markdown(f"{count}  \n:gray[:small[{meaning}]]", width="stretch")
            if wanted is not None and st.button(
                "Windows", icon=":material/table_view:", key=f"label_windows_{place}", help=f"`{wanted}`"
            ):
                selection.change(filter=str(wanted), slice=None, page=None)
                st.switch_page(SEQUENCES)


def _of_labelled(own: Labels, count: int) -> str:
    share = f", {_share(count / own.labelled)}" if count else ""
    return f"**{count:,}** of {own.labelled:,} labelled windows{share}"


def _unknown(found: Audit, evaluation: Evaluation | None) -> tuple[str, str]:
    meaning = (
        "A token that the vocabulary lacks is UNK, and UNK for UNK counts as right though no value is read."
    )
    if found.labels.unknown is not None:
        return f"**{_share(found.labels.unknown)}** of labelled windows", meaning
    row = evaluation.row("unk_windows", method=TRUTH) if evaluation else None
    if row is None:
        return "not known: no model was scored under this protocol", meaning
    return f"{figure_words(row, bold=True)}, by the evaluation under protocol {found.protocol}", meaning


def _share(share: float) -> str:
    return "none" if share != share else f"{100 * share:.1f}\N{NO-BREAK SPACE}%"  # noqa: PLR0124


_COLUMNS = {
    "operation": st.column_config.TextColumn("Operation", pinned=True),
    "windows": st.column_config.NumberColumn("Windows", format="localized"),
    "without": st.column_config.NumberColumn("No label", format="localized"),
    "purity": st.column_config.ProgressColumn("Filled", format="%.0f", min_value=0, max_value=100),
    "tied": st.column_config.NumberColumn("Tied", format="%.0f"),
    "near": st.column_config.NumberColumn("Within a row", format="%.0f"),
}


def _frame(own: Labels) -> pd.DataFrame:
    rows = []
    for each in own.operations:
        labelled = max(each.windows - each.without_label, 1)
        rows.append(
            {
                "operation": escaped(each.operation),
                "windows": each.windows,
                "without": each.without_label,
                "purity": 100 * each.mean_purity,
                "tied": 100 * each.tied / labelled,
                "near": 100 * each.near / labelled,
            }
        )
    return pd.DataFrame(rows)
