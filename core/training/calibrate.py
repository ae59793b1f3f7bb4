"""Fit the confidence of a trained model on validation windows."""

from dataclasses import replace

import numpy as np
import torch

from core.model.bundle import Bundle
from core.model.calibration import Calibration, fit_line, fit_temperature
from core.model.predict import decode, encode, forced_logits, windows_input
from core.model.targets import same_lines, with_end
from core.recordings.windows import Windows


def calibrate(bundle: Bundle, windows: Windows) -> Calibration:
    """A temperature for the operation and each head, then the logistic of the whole line."""
    logits, targets, operation = forced_logits(bundle, windows)
    temperatures = {head: fit_temperature(values, targets[head]) for head, values in logits.items()}
    temperatures["operation"] = fit_temperature(operation, torch.from_numpy(windows.operation_type))
    warm = replace(bundle, calibration=Calibration(temperatures))
    products, right = [], []
    truth = with_end(windows.tokens)
    for start in range(0, len(windows), 256):
        part = slice(start, min(start + 256, len(windows)))
        decoded = decode(warm, encode(warm, windows_input(warm, windows, part)))
        products.append(decoded.confidence)
        right.append(same_lines(decoded.tokens, truth[part]))
    return Calibration(temperatures, fit_line(np.concatenate(products), np.concatenate(right)))
