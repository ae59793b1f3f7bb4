"""One window without what is taken away, beside the pinned original."""

from core.errors import ToolmarkError
from core.model.prediction import Prediction
from core.recordings.recording import RunWindow
from core.recordings.windows import WindowLabel
from dashboard import data
from dashboard.ablation_choice import MISSING, Taken
from dashboard.ablation_tests import Place
from dashboard.components import sentence
from dashboard.reading_card import Looked
from dashboard.what_if import WhatIf

WAITS = "The window is read as soon as the test windows are open: what is shuffled in comes from one of them."


def look(place: Place, taken: Taken, window: RunWindow, label: WindowLabel, digest: str) -> Looked:
    """The window as it is, and without what is taken away.

    Raises:
        ToolmarkError: the window cannot be read by this bundle.
    """
    bundle = place.bundle
    read = data.predict(bundle, window, digest)
    how = "" if taken.way == MISSING else taken.words
    what_if = WhatIf(taken.names, labels=taken.labels, how=how)
    changed, problem = None, ""
    if taken.names:
        try:
            changed = _without(place, taken, window, digest)
        except ToolmarkError as error:
            problem = sentence(str(error))
    return Looked(bundle, window, label, digest, what_if, read, changed, problem)


def _without(place: Place, taken: Taken, window: RunWindow, digest: str) -> Prediction | None:
    """None while the windows that `shuffle` draws from are not there yet."""
    if taken.way == MISSING:
        return data.predict(place.bundle, window, digest, taken.names)
    donors = None
    if taken.way == "shuffle":
        found = place.test_set
        if found is None:
            return None
        donors = found.ablation
    return data.predict_removed(place.bundle, window, digest, taken.removal, donors)
