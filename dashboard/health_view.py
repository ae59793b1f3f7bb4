"""The health of runs on a page: figures, the matrix of boards, findings by kind, the runs one by one."""

from collections import Counter

import streamlit as st

from core.errors import ToolmarkError
from core.recordings.health import Finding
from dashboard import components, health, health_chart, theme
from dashboard.data import Dataset
from dashboard.health import Health

_ICONS = {"error": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}
# a table of more rows than this scrolls
SHORT, _HEIGHT = 12, 430


def read(dataset: Dataset) -> Health | None:
    """The dataset's health; a large folder that was not imported is read only when somebody asks."""
    asked = st.session_state.setdefault("health_asked", set())
    if health.reading_is_asked(dataset) and dataset.path not in asked:
        with st.container(border=True):
            st.markdown(
                f"**{dataset.name}** is a folder of {len(dataset.runs)} files that was not imported. Its health is "
                "found by reading all of them once, about 10 files a second; an imported dataset has it at once."
            )
            st.button(
                f"Read {len(dataset.runs)} files",
                icon=":material/monitor_heart:",
                type="primary",
                on_click=asked.add,
                args=(dataset.path,),
            )
        return None
    bar = st.empty()
    try:
        return health.health_of(
            dataset, None if dataset.is_store else lambda share, run: bar.progress(share, f"Reading {run}")
        )
    except ToolmarkError as error:
        st.error(components.sentence(str(error)), icon=":material/error:")
        return None
    finally:
        bar.empty()


def figures(found: Health) -> None:
    """Runs, rows, hours, operations, boards and labels, side by side."""
    boards = sorted(found.machine.board_channels)
    programs = sorted({entry.program for entry in found.entries if entry.program})
    shown = [
        ("Runs", f"{len(found.entries):,}", None),
        ("Rows", f"{sum(entry.rows for entry in found.entries):,}", f"One each {found.machine.period_s:g} s"),
        ("Recorded", health.duration_words(found.hours), None),
        (
            "Operations",
            f"{len(found.operations)}",
            components.listed(found.operations, 12) or "None is known",
        ),
        ("Programs", f"{len(programs)}", components.listed(programs, 12) or "None is known"),
        ("Boards", f"{len(boards)}", components.listed(boards, 12) or None),
        (
            "Channels",
            f"{len(found.machine.side_channels):,}",
            "Of sensors; those of the controller not counted",
        ),
        ("Labelled", health.labelled_words(found), "Rows with a G-code line, buffering rows left out"),
    ]
    with st.grid(len(shown), min_column_width=110, gap="small"):
        for label, value, about in shown:
            st.metric(label, value, help=about, border=True)


def board_matrix(found: Health, key: str) -> None:
    """What was live, frozen or missing, board by board and run by run."""
    frame = health_chart.matrix(found)
    if frame.empty:
        return
    machine = found.machine
    of_boards = bool(machine.board_channels)
    st.subheader("Boards over runs" if of_boards else "Channels over runs", anchor=False)
    if set(frame["state"]) == {health_chart.LIVE}:
        st.success(health_chart.all_well(found), icon=":material/check_circle:")
        return
    words = (
        "A board that stops answering repeats its last values to the end of the run: Toolmark masks them."
        if of_boards
        else "The machine has no boards: its channels are shown."
    )
    there = len(machine.board_channels) or len(machine.side_channels)
    some = (
        f" The {health_chart.MOST} of {there:,} with most findings are shown."
        if there > health_chart.MOST
        else ""
    )
    st.caption(words + some)
    with st.container(border=True):
        st.echarts_chart(
            health_chart.chart(frame, theme.ink()),
            height=health_chart.height(frame),
            key=f"{key}_matrix",
            alt=f"Boards over runs: {health_chart.summary(frame)}",
        )


def runs(found: Health, key: str) -> tuple[str, ...]:
    """The table of runs; the ones that are chosen in it."""
    st.subheader("Runs", anchor=False)
    frame = health.runs_table(found)
    choice = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= SHORT else _HEIGHT,
        key=f"{key}_runs",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "run": st.column_config.TextColumn("Run", width=170),
            "operation": "Operation",
            "program": "Program",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "duration": st.column_config.NumberColumn("Seconds", format="%.1f"),
            "labelled": st.column_config.ProgressColumn(
                "Rows with a line", format="%.0f %%", min_value=0, max_value=100
            ),
            "live": st.column_config.NumberColumn("Boards live"),
            "frozen": st.column_config.NumberColumn("Frozen"),
            "missing": st.column_config.NumberColumn("Missing"),
            "problems": st.column_config.NumberColumn("Problems", help="Errors and warnings"),
        },
    )
    rows = choice.selection.rows
    return tuple(str(frame["run"].iloc[row]) for row in rows)


def findings(found: Health, chosen_runs: tuple[str, ...], key: str) -> None:
    """What was found, by kind and one by one, as far as the filters let it through."""
    st.subheader("Findings", anchor=False)
    if not found.findings:
        st.success("Nothing was found about these runs.", icon=":material/check_circle:")
        return
    severities, kinds = _filters(found, key)
    some = health.chosen(found.findings, severities, kinds, chosen_runs)
    about = (
        f"of {components.listed(chosen_runs, 4)}"
        if chosen_runs
        else "of all runs; choose runs above to see theirs"
    )
    st.caption(f"{len(some):,} of {len(found.findings):,} findings, {about}.")
    if not some:
        return
    _kinds(some, key)
    _details(some, key)


def _filters(found: Health, key: str) -> tuple[list[str], list[str]]:
    """Severities and kinds that are wanted; without errors and warnings what is worth knowing is shown at once."""
    counted: Counter[str] = Counter(finding.severity for finding in found.findings)
    there = [name for name in health.SEVERITIES if counted[name]]
    first = [name for name in there if name != "info"] or there
    of_severity, of_kind = st.columns([1, 1.4], vertical_alignment="bottom")
    with of_severity:
        severities = st.pills(
            "Severity",
            there,
            selection_mode="multi",
            default=first,
            format_func=lambda name: f"{_ICONS[name]} {name} {counted[name]:,}",
            key=f"{key}_severity",
            persist_state="page",
        )
    with of_kind:
        kinds = st.multiselect(
            "Kind",
            [kind for kind in health.KINDS if any(f.kind == kind for f in found.findings)],
            format_func=health.kind_name,
            placeholder="All kinds",
            key=f"{key}_kind",
            persist_state="page",
        )
    return list(severities), list(kinds)


def _kinds(some: list[Finding], key: str) -> None:
    frame = health.kinds_table(some)
    st.dataframe(
        frame,
        hide_index=True,
        key=f"{key}_kinds",
        column_config={
            "severity": st.column_config.TextColumn("Severity", width=95),
            "kind": st.column_config.TextColumn("Kind", width=180),
            "runs": st.column_config.NumberColumn("Runs", width=70),
            "findings": st.column_config.NumberColumn("Findings", width=80),
            "what it means": st.column_config.TextColumn("What it means", width="large"),
        },
    )


def _details(some: list[Finding], key: str) -> None:
    frame = health.findings_table(some)
    if len(some) > len(frame):
        st.caption(f"The first {len(frame):,} are listed: narrow the choice to see others.")
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= SHORT else _HEIGHT,
        key=f"{key}_details",
        column_config={
            "severity": st.column_config.TextColumn("Severity", width=95),
            "run": st.column_config.TextColumn("Run", width=165),
            "where": st.column_config.TextColumn("Board or channel", width=130),
            "kind": st.column_config.TextColumn("Kind", width=150),
            "what": st.column_config.TextColumn("What", width=370),
            "from row": st.column_config.NumberColumn("From row", width=80),
            "rows": st.column_config.NumberColumn("Rows", width=70),
        },
    )
