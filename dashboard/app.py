"""Toolmark's dashboard: `make run`, or `python -m streamlit run dashboard/app.py` from the project's root."""

from pathlib import Path

import streamlit as st

from dashboard import theme, timing

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "pages"
PICTURES = ROOT / "assets" / "pictures"

# a picture of our own: an icon by name would be fetched from the network
st.set_page_config(page_title="Toolmark", page_icon=str(PICTURES / "mark.svg"), layout="wide")
st.logo(PICTURES / "logo.svg", icon_image=PICTURES / "mark.svg", size="large")
theme.apply()

page = st.navigation(
    {
        "Explore": [
            st.Page(
                PAGES / "overview.py",
                title="Overview",
                icon=":material/dashboard:",
                default=True,
                help="What data and model this is, what the honest number is, and what to distrust.",
            ),
            st.Page(
                PAGES / "sequences.py",
                title="Sequences",
                icon=":material/table_view:",
                help="Every window of every run: filter, sort, tag, export; failing stretches at a glance.",
            ),
            st.Page(
                PAGES / "signals.py",
                title="Signals",
                icon=":material/ssid_chart:",
                help="The traces of a run with its G-code under them, and another run laid over them.",
            ),
        ],
        "Model": [
            st.Page(
                PAGES / "predict.py",
                title="Predict",
                icon=":material/troubleshoot:",
                help="What the model reads in one window of a recording, how sure it is, and what else it saw.",
            ),
            st.Page(
                PAGES / "compare.py",
                title="Compare",
                icon=":material/compare_arrows:",
                help="Where and in which head it fails over the test set, and what another bundle or slice changes.",
            ),
            st.Page(
                PAGES / "program.py",
                title="Program",
                icon=":material/route:",
                help="A whole run read back as a program and a path, beside what was executed or intended.",
            ),
            st.Page(
                PAGES / "review.py",
                title="Review",
                icon=":material/rate_review:",
                help="Verdicts on what the model read: give them, read them, compare reviewers, hand over a report.",
            ),
        ],
        "Evidence": [
            st.Page(
                PAGES / "ablation.py",
                title="Ablation",
                icon=":material/grid_off:",
                help="What the model lives on: take boards, quantities or modalities away and see what changes.",
            ),
            st.Page(
                PAGES / "audit.py",
                title="Audit",
                icon=":material/policy:",
                help="Whether the number means what it says: leaks, confounds, weak labels, baselines.",
            ),
            st.Page(
                PAGES / "experiments.py",
                title="Experiments",
                icon=":material/science:",
                help="Trainings: live curves, configurations, what each was worth, start, stop, compare, promote.",
            ),
        ],
        "Data": [
            st.Page(
                PAGES / "recordings.py",
                title="Recordings",
                icon=":material/database:",
                help="What was recorded, in what state it is, and how to bring in recordings of any machine.",
            ),
        ],
    }
)
with timing.timed(page.title):
    page.run()
