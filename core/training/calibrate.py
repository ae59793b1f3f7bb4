"""Fit the confidence of a trained model on validation windows."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.model.bundle import Bundle
from core.model.calibration import GRID, Calibration, fit_line, fit_share, fit_temperature, least_sure
from core.model.predict import ForcedLogits, decode, encode, forced_logits, operation_logits, windows_input
from core.model.targets import same_lines, with_end
from core.recordings.windows import WINDOW_ROWS, Windows
from core.tracking.known import Known
from core.tracking.tracker import Track, walked
from core.tracking.words import listen

# a line below the threshold is not to be believed: above it this share was right
TRUSTED = 0.9
# a run that fits less than this share of what the worst of twenty validation runs does executes another program
STRANGE = 0.5


def calibrate(bundle: Bundle, windows: Windows) -> Calibration:
    """Everything that turns what a trained model says into probabilities, learned on validation windows."""
    if not bundle.reads_lines:
        said = operation_logits(bundle, windows)
        return Calibration({"operation": fit_temperature(said, torch.from_numpy(windows.operation_type))})
    found = _of_windows(bundle, windows)
    if not bundle.programs.n_places:
        return found
    return replace(found, least_fit=_least_fit(replace(bundle, calibration=found), windows))


def _of_windows(bundle: Bundle, windows: Windows) -> Calibration:
    """A temperature for the operation, the place and each head, the trust in known lines, the line's logistic."""
    said = forced_logits(bundle, windows)
    temperatures = {head: fit_temperature(values, said.targets[head]) for head, values in said.heads.items()}
    temperatures["operation"] = fit_temperature(said.operation, torch.from_numpy(windows.operation_type))
    share = 0.0
    if said.places is not None and bundle.known_tokens is not None:
        column = np.array([bundle.known_lines.index.get(str(line), -1) for line in windows.gcode])
        temperatures["place"] = _place_temperature(bundle, said.places, column)
        known = _known(bundle, said.places / temperatures["place"], column)
        share = fit_share(known, _spelled(said, temperatures))
    warm = replace(bundle, calibration=Calibration(temperatures, known_share=share))
    products, right = [], []
    truth = with_end(windows.tokens)
    for start in range(0, len(windows), 256):
        part = slice(start, min(start + 256, len(windows)))
        decoded = decode(warm, encode(warm, windows_input(warm, windows, part)))
        products.append(decoded.confidence)
        right.append(same_lines(decoded.tokens, truth[part]))
    product, hit = np.concatenate(products), np.concatenate(right)
    found = Calibration(temperatures, fit_line(product, hit), share)
    return replace(found, threshold=least_sure(found.line_confidence(product), hit, TRUSTED))


def _least_fit(bundle: Bundle, windows: Windows) -> float:
    """How well the windows of a run fit a program that was learned, at the least."""
    fits = np.array([found.fit for found in _tracks(bundle, windows)])
    fits = fits[np.isfinite(fits)]
    return round(STRANGE * float(np.quantile(fits, 0.05)), 4) if len(fits) else 0.0


def _tracks(bundle: Bundle, windows: Windows) -> Iterator[Track]:
    """Each run read back from its windows."""
    known = Known.of(bundle)
    for run in np.unique(windows.run):
        own = windows.take(np.flatnonzero(windows.run == run))
        steps = np.diff(own.start_row)
        stride = int(steps.min()) if len(steps) else WINDOW_ROWS
        words = listen(bundle, own, int(own.start_row[-1]) + WINDOW_ROWS, stride)
        yield walked(str(run), words, known)


def _place_temperature(bundle: Bundle, places: Tensor, column: NDArray[np.int64]) -> float:
    """The temperature of the place under which the true lines are most probable."""
    likely = [np.log(_known(bundle, places / float(t), column) + 1e-4).mean() for t in GRID]
    return round(float(GRID[int(np.argmax(likely))]), 4)


def _known(bundle: Bundle, places: Tensor, column: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability `[N]` of each true line among the known ones; 0 for a line that is not known."""
    shares = bundle.known_lines.shares(places.softmax(dim=-1)).numpy().astype(np.float64)
    return np.where(column >= 0, shares[np.arange(len(column)), np.maximum(column, 0)], 0.0)


def _spelled(said: ForcedLogits, temperatures: dict[str, float]) -> NDArray[np.float64]:
    """Probability `[N]` that the decoder gives to each true line."""
    total = torch.zeros(len(said.operation))
    for head, logits in said.heads.items():
        target = said.targets[head]
        log_p = (logits / temperatures[head]).log_softmax(dim=-1)
        of_truth = log_p.gather(-1, target.clamp(min=0)[..., None])[..., 0]
        total += torch.where(target >= 0, of_truth, torch.zeros(())).sum(dim=1)
    return np.asarray(total.exp().numpy(), dtype=np.float64)
