"""What to distrust, as a list: reasons that lie in the figures, and reasons that lie in the recordings."""

from collections.abc import Sequence

import streamlit as st

from core.evidence.caveats import WEIGHTS, Caveat, Weight
from dashboard import health
from dashboard.components import counted, escaped
from dashboard.health import Health

_MARKS: dict[Weight, str] = {
    "grave": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}


def of_recordings(found: Health) -> list[Caveat]:
    """A reason a kind of trouble that was found in the recordings, with the number of runs that have it."""
    table = health.kinds_table([each for each in found.findings if each.severity != "info"])
    return [
        Caveat(
            "grave" if row["severity"] == "error" else "warning",
            f"{row['kind']}: {counted(row['runs'], 'run')} of {len(found.entries):,}, "
            f"{counted(row['findings'], 'finding')}.",
            row["what it means"],
        )
        for row in table.to_dict("records")
    ]


def show(*lists: Sequence[Caveat]) -> None:
    """Draw the reasons of all lists, the gravest first, two side by side where there is room."""
    reasons = sorted((each for one in lists for each in one), key=lambda each: WEIGHTS.index(each.weight))
    if not reasons:
        st.success(
            "Nothing in the figures or the recordings calls for doubt.", icon=":material/check_circle:"
        )
        return
    with st.grid(2, min_column_width=380, gap="small"):
        for reason in reasons:
            st.markdown(
                f"{_MARKS[reason.weight]} {_plain(reason.sentence)}  \n:gray[:small[{_plain(reason.because)}]]"
            )


def _plain(text: str) -> str:
    # a bracket would end the grey text, and a figure stays beside its sign
    return escaped(text).replace(" %", "\N{NO-BREAK SPACE}%")
