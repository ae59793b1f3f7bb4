"""The chosen trainings, a line each: how it stands, what can be done with it."""

import html
from collections.abc import Sequence

import streamlit as st

from core.errors import ToolmarkError
from core.training import ledger, pace, promotion
from core.training.ledger import Training
from dashboard import components, data, feedback, job_view, jobs, places, selection, trainings
from dashboard.data import Dataset
from dashboard.trainings import Entry

_STYLE = """<style>
[class*="st-key-line_"] { row-gap: 0.25rem; padding-bottom: 0.2rem; min-height: 2.2rem; margin-block: -0.35rem;
  border-bottom: 1px solid rgba(128, 128, 128, 0.25); }
.training-name { display: flex; gap: 0.5rem; align-items: baseline; overflow-wrap: anywhere; }
.training-name i { flex: none; width: 0.9rem; height: 0.2rem; border-radius: 2px; align-self: center; }
.training-name small { opacity: 0.75; }
</style>"""

ABLATION = places.ROOT / "pages" / "ablation.py"
_ASKED, _OPEN, _FAILED = "experiment_asked", "experiment_dialog", "experiment_failed"


def show(chosen: Sequence[Entry], colours: Sequence[str], every: Sequence[Entry]) -> None:
    """A line a training."""
    st.html(_STYLE)
    if failed := feedback.told(_FAILED):
        st.error(components.sentence(failed), icon=":material/error:")
    for entry, colour in zip(chosen, colours, strict=True):
        place = jobs.key_of(entry.name)
        with st.container(horizontal=True, vertical_alignment="center", key=f"line_{place}", gap="small"):
            name, state = html.escape(entry.name), html.escape(state_words(entry, every))
            dot = f'<i style="background:{colour}"></i>'
            st.html(
                f'<div class="training-name">{dot}<b>{name}</b> <small>{state}</small></div>', width="stretch"
            )
            _buttons(entry, place)
        unscored = entry.job.state == "failed" and entry.resumable
        if (entry.state == "failed" or unscored) and entry.job.sentence:
            st.error(components.sentence(entry.job.sentence), icon=":material/error:")
        if entry.training is not None and entry.training.problem:
            st.warning(components.sentence(entry.training.problem), icon=":material/warning:")


def state_words(entry: Entry, every: Sequence[Entry]) -> str:
    """How a training stands, and how long it will take, as far as its epochs tell."""
    training = entry.training
    if entry.busy and (training is None or training.state != "running" or entry.job.state == "stopping"):
        return _job_words(entry)
    if training is None:
        return entry.state
    done = "; ".join(
        f"stage {name[-1]}: {log.done}{f' of {log.planned}' if log.planned else ''} epochs"
        for name, log in training.stages.items()
    )
    if entry.busy:
        others = [each.training for each in every if each.training is not None and each.name != entry.name]
        where = "" if entry.job.busy else ", begun on the command line"
        return f"running{where}; {done or 'reads its windows'}{_left(training, others)}"
    if entry.promoted:
        return f"promoted as {entry.promoted.name}, first choice for {entry.promoted.dataset or 'no dataset'}"
    if entry.state == "done":
        return "done; not scored yet" if entry.resumable else "done"
    return f"{entry.state}; {done}" if done else entry.state


def _job_words(entry: Entry) -> str:
    """What its job does before its training has begun, and after."""
    if entry.job.state == "waiting":
        ahead = next((each.title for each in jobs.every() if each.state in ("running", "stopping")), "")
        return f"waits for another job to end{f': {ahead}' if ahead else ''}"
    if entry.job.state == "stopping":
        return "is stopping; what is done stays"
    return f"running; {job_view.words(entry.job)}"


def _left(training: Training, others: Sequence[Training]) -> str:
    """What remains at the pace of its epochs; of the stage under way alone where nothing tells of the next."""
    left = pace.left_s(training, others)
    if left is not None:
        return f"; at most {job_view.duration(left)} left"
    log = next((log for log in training.stages.values() if not log.over and log.planned), None)
    if log is None or log.planned is None:
        return ""
    return (
        f"; at most {job_view.duration(log.epoch_s * (log.planned - log.done))} left of stage {log.name[-1]}"
    )


def _buttons(entry: Entry, place: str) -> None:
    if entry.job.busy:
        st.button(
            "Stopping" if entry.job.state == "stopping" else "Stop",
            icon=":material/stop_circle:",
            key=f"stop_{place}",
            on_click=jobs.cancel,
            args=(entry.job.key,),
            help="The epochs that are done stay; it goes on from there when it is resumed.",
        )
        return
    if entry.busy:
        return
    if entry.resumable:
        st.button(
            "Resume",
            icon=":material/resume:",
            type="primary",
            key=f"resume_{place}",
            help=f"`{trainings.command_words(entry)}`",
            on_click=trainings.go_on,
            args=(entry,),
        )
    bundle = entry.promoted.name if entry.promoted else entry.name if entry.shipped else None
    if bundle is not None and st.button(
        "Ablate",
        icon=":material/grid_off:",
        key=f"ablate_{place}",
        type="tertiary",
        help="What it lives on: the Ablation page, with this bundle.",
    ):
        selection.change(bundle=bundle, protocol=None)
        st.switch_page(ABLATION)
    if entry.promoted is not None:
        st.button(
            "Undo promotion",
            icon=":material/undo:",
            key=f"undo_{place}",
            help=f"Takes the copy {entry.promoted.name} away; this training stays.",
            on_click=_undo,
            args=(entry.promoted.name,),
        )
    elif entry.training is not None and entry.training.state == "done" and not entry.shipped:
        st.button(
            "Promote",
            icon=":material/verified:",
            key=f"promote_{place}",
            on_click=_ask,
            args=("promote", entry.name),
        )
    if entry.own:
        st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete_{place}",
            type="tertiary",
            on_click=_ask,
            args=("delete", entry.name),
        )


def _ask(what: str, name: str) -> None:
    st.session_state[_ASKED] = (what, name)


def asked() -> bool:
    """Whether a dialog is to be opened: that is the page's to do, as what redraws itself would close it."""
    return _ASKED in st.session_state


def dialogs(every: Sequence[Entry], dataset: Dataset | None) -> None:
    """Open the dialog that was asked for, and keep it open when the page is drawn again meanwhile."""
    if asked():
        st.session_state[_OPEN] = st.session_state.pop(_ASKED)
    what, name = st.session_state.get(_OPEN, ("", ""))
    entry = next((each for each in every if each.name == name), None)
    if entry is not None and what == "promote":
        _promote(entry, dataset)
    elif entry is not None and what == "delete":
        _delete(entry)


def _undo(name: str) -> None:
    undone = feedback.attempt(_FAILED, promotion.undo, places.promoted_folder(), name)
    if undone and selection.held().bundle == name:
        selection.change(bundle=None, protocol=None)


def _shut() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Promote to a bundle", on_dismiss=_shut)
def _promote(entry: Entry, dataset: Dataset | None) -> None:
    st.markdown(
        f"A copy of **{components.escaped(entry.name)}** is put into `{places.shown(places.promoted_folder())}`, where "
        "every page finds it, and becomes the first choice for the dataset. Nothing is written over; it can be undone."
    )
    own = jobs.key_of(entry.path)
    name = st.text_input("Name", value=free_name(entry.path.name), key=f"promote_name_{own}").strip()
    known = [each.name for each in data.datasets() if not each.problem]
    target = st.selectbox(
        "First choice for",
        known,
        index=known.index(dataset.name) if dataset and dataset.name in known else None,
        placeholder="No dataset",
        key=f"promote_dataset_{own}",
    )
    problem = name_problem(name)
    if problem:
        st.error(problem, icon=":material/error:")
    if st.button("Promote it", type="primary", disabled=problem is not None, key="promote_now"):
        try:
            promotion.promote(entry.path, places.promoted_folder(), name, target or "")
        except (ToolmarkError, OSError) as error:
            st.error(components.sentence(str(error)), icon=":material/error:")
            return
        if dataset is not None and target == dataset.name:
            selection.change(bundle=name, protocol=None)
        _shut()
        st.rerun()


def free_name(name: str) -> str:
    """A name that no bundle has, like this one."""
    taken, wanted = {each.name for each in data.bundles()}, places.plain(name, "bundle")
    tries = (wanted, *(f"{wanted}-{number}" for number in range(2, 1000)))
    return next(each for each in tries if each not in taken)


def name_problem(name: str) -> str | None:
    """What is wrong with a name for a bundle, in a sentence; None = nothing."""
    if name in {each.name for each in data.bundles()}:
        return f"There is a bundle {name} already, and it is not written over: choose another name."
    if not name or name != places.plain(name, ""):
        return f"“{name}” cannot be the name of a folder: use letters, digits, - and _, {places.LONGEST_NAME} at most."
    return None


@st.dialog("Delete a training", on_dismiss=_shut)
def _delete(entry: Entry) -> None:
    st.markdown(
        f"**{components.escaped(entry.name)}** and everything in `{places.shown(entry.path)}` is deleted: logs, "
        "checkpoints, bundle and figures. This cannot be undone."
    )
    if entry.promoted is not None:
        st.markdown(f"The promoted copy {components.escaped(entry.promoted.name)} stays.")
    if st.button("Delete it", type="primary", icon=":material/delete:", key="delete_now"):
        if jobs.look(entry.job.key).busy:
            st.error("It has been resumed meanwhile: stop it first.", icon=":material/error:")
            return
        try:
            if entry.training is not None:
                ledger.delete(entry.path)
            jobs.forget(entry.job.key)
        except (ToolmarkError, OSError) as error:
            st.error(components.sentence(str(error)), icon=":material/error:")
            return
        left = tuple(name for name in selection.held().trainings if name != entry.name)
        selection.change(trainings=left)
        _shut()
        st.rerun()
