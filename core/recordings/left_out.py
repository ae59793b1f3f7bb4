"""Windows as if some channels had never been recorded."""

import hashlib
from collections.abc import Collection
from dataclasses import replace

from core.recordings.sequences import Splits
from core.recordings.window_file import SequencesError


def leave_out(splits: Splits, channels: Collection[str]) -> Splits:
    """The same windows without these channels: cut out of the inputs in every part, not marked as missing.

    A model of them has no weights for what is gone, is told nothing of when it was there, and its inputs say so. The
    digests are others, so that nothing that was learned with the channels is taken for learned without them.

    Raises:
        SequencesError: none of the channels is there, or no channel would be left.
    """
    spec = splits.manifest.spec
    gone = sorted(set(channels) & set(spec.channels))
    kept = tuple(channel for channel in spec.channels if channel not in gone)
    if not gone or not kept:
        why = "holds no other channels than those" if gone else "holds none of the channels"
        raise SequencesError(f"{splits.path} {why} that are to be left out: leave out something else.")
    # the programs are told by the labels, not by channels
    digests = {
        part: of if part == "programs" else hashlib.sha256("\n".join([of, *gone]).encode()).hexdigest()
        for part, of in splits.manifest.digests.items()
    }
    inputs = replace(spec, channels=kept).to_json()
    manifest = splits.manifest.model_copy(update={"inputs": inputs, "digests": digests})
    return replace(splits, manifest=manifest, left_out=splits.left_out | set(gone))
