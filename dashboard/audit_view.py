"""What the audit found, in words, figures and pictures: a verdict, and the parts that show what it rests on."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from core.evidence import caveats
from core.evidence.audit.audit import Audit
from core.evidence.audit.data import AUDITED
from core.evidence.audit.finding import WEIGHTS, Finding, Section
from core.evidence.audit.verdict import findings
from core.evidence.protocol_words import PROTOCOLS
from dashboard import (
    audit_against,
    audit_labels,
    audit_probes,
    audit_split,
    audit_verdict,
    audits,
    components,
    data,
    evaluations,
    job_view,
    parts,
    selection,
)
from dashboard.audits import Place
from dashboard.components import counted, escaped
from dashboard.data import Dataset
from dashboard.evaluations import Scored
from dashboard.shell import View

NO_RECORDINGS = "There is nothing to audit yet. Bring recordings in on the Recordings page, then come back."
SECTIONS: dict[Section, str] = {
    "split": "Split",
    "probes": "What tells it",
    "labels": "Labels",
    "baselines": "Baselines",
    "protocols": "Protocols",
}
# parts that rest on evaluations alone
WITHOUT_AUDIT: tuple[Section, ...] = ("baselines", "protocols")
WAITING = "The audit appears here as soon as it is made; this page may be left meanwhile."


def show(view: View) -> None:
    """Draw it."""
    selection.hold(view.selection)
    if view.dataset is None:
        if not any(dataset.files for dataset in data.datasets()):
            components.empty_state("No recordings yet", NO_RECORDINGS)
        st.stop()
    every = audits.protocols(view.dataset)
    protocol = _choose_protocol(view, every)
    place = every[protocol]
    scored = evaluations.scored(data.machine_of(view.dataset), view.bundle)
    found = audits.found(place)
    if found is None:
        _offer(place)
    else:
        _about(found, place)
        own = next((each for each in scored if each.protocol == protocol), None)
        audit_verdict.show(_verdict(found, own), found.unjudged)
    _parts(found, view, view.dataset, every, scored, protocol)


def _choose_protocol(view: View, every: Mapping[str, Place]) -> str:
    """The protocol that is audited: the bundle's own until another is chosen."""
    own = view.bundle.protocol if view.bundle and view.bundle.protocol in every else "run"
    asked = view.selection.figures
    wanted = asked if asked is not None and asked in every else own
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        parts.choose("Protocol", "figures", {name: name for name in every}, wanted)
        st.caption(f"**{wanted}**: {PROTOCOLS[wanted]}", width="stretch")
    if asked not in (None, "program", *every):
        st.warning(
            f"Nothing is audited under a protocol {escaped(asked or '')} here: {wanted} is shown.",
            icon=":material/warning:",
        )
    if asked == "program" or (view.bundle and view.bundle.protocol not in AUDITED):
        st.caption(
            "Runs are audited under seed, run and blind; under program they are the same as under blind."
        )
    return wanted


def _offer(place: Place) -> None:
    """The way in where nothing was audited yet."""
    audits.start_alone(place)
    job = job_view.show(place.job, partial(audits.make, place))
    if job.busy:
        st.caption(WAITING)
        return
    if job.state in ("none", "done"):
        components.empty_state("Not audited yet", audits.offer_words(place), icon=":material/policy:")
        st.button(
            "Audit these runs",
            type="primary",
            icon=":material/play_arrow:",
            key=f"audit_{place.job}",
            on_click=audits.make,
            args=(place,),
        )


def _about(found: Audit, place: Place) -> None:
    """What was audited, and its file."""
    left = f", {counted(len(found.left_out), 'run')} left out" if found.left_out else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{counted(found.runs, 'run')}** of {escaped(found.machine)}, {found.labels.windows:,} windows of "
            f"{found.length} rows, {counted(found.operations, 'operation')}{left}",
            width="stretch",
        )
        st.download_button(
            "JSON",
            partial(place.out.read_bytes),
            file_name=place.out.name,
            mime="application/json",
            icon=":material/download:",
            key="audit_json",
            on_click="ignore",
            help=f"Everything that was found. The same in a terminal: `{audits.command(place)}`",
        )


def _verdict(found: Audit, own: Scored | None) -> list[Finding]:
    """What the audit found, and what other methods reach under the same protocol; the gravest first."""
    reasons = caveats.against_baselines(own.evaluation) if own else []
    beside = [Finding(each.weight, f"{each.sentence}", each.because, section="baselines") for each in reasons]
    every: Sequence[Finding] = [*findings(found), *beside]
    return sorted(every, key=lambda each: WEIGHTS.index(each.weight))


def _parts(
    found: Audit | None,
    view: View,
    dataset: Dataset,
    every: Mapping[str, Place],
    scored: Sequence[Scored],
    protocol: str,
) -> None:
    """The part that is open."""
    drawn: dict[Section, Callable[[], None]] = {
        "baselines": partial(audit_against.show_baselines, scored, protocol),
        "protocols": partial(audit_against.show_ladder, scored),
    }
    if found is not None:
        own = next((each.evaluation for each in scored if each.protocol == protocol), None)
        drawn["split"] = partial(audit_split.show, found, dataset, every)
        drawn["probes"] = partial(audit_probes.show, found, view)
        drawn["labels"] = partial(audit_labels.show, found, own)
    there = {name: title for name, title in SECTIONS.items() if name in drawn}
    # what could be judged is opened first
    first = "probes" if found is not None and found.leakage is None and found.probes else next(iter(there))
    wanted = view.selection.finding if view.selection.finding in there else first
    drawn[parts.choose("Part of the audit", "finding", there, wanted)]()
