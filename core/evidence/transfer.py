"""A bundle on another machine's recordings: what it learned on one, scored on all runs of the other."""

from core.errors import ToolmarkError
from core.evidence.evaluation import Evaluation, evaluate
from core.gcode.spelled import SpelledScheme
from core.model.bundle import Bundle
from core.recordings.store import Store
from core.recordings.windows import STRIDE, cut_runs


def transfer(bundle: Bundle, store: Store, stride: int = STRIDE) -> Evaluation:
    """Score a bundle, free-running, on every run of a store that it knows nothing of.

    The channels go by their names; a channel that the other machine lacks is missing. The protocol is the bundle's.

    Raises:
        ToolmarkError: the store's machine has none of the bundle's channels, or one of the runs was trained on.
    """
    shared = [name for name in bundle.inputs.channels if name in store.machine.side_channels]
    if not shared:
        raise ToolmarkError(f"{store.machine.name} has none of the channels that {bundle.path} reads.")
    if store.digest == bundle.manifest.data_digest:
        raise ToolmarkError(
            f"{bundle.path} was trained on runs of {store.path} itself: score it with `evaluate` on its windows."
        )
    windows = cut_runs(store.recordings(), bundle.inputs, stride=stride)
    scheme = bundle.scheme
    if isinstance(scheme, SpelledScheme):
        scheme = scheme.with_room_for(set(windows.gcode.tolist()))
    windows = windows.with_tokens(scheme)
    free = bundle.predict_windows(windows)
    return evaluate(
        windows,
        scheme,
        free,
        None,
        bundle.operations,
        protocol=bundle.protocol,
        fold=None,
        length_unit=store.machine.length_unit,
        reads_lines=bundle.reads_lines,
    )
