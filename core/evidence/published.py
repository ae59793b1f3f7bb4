"""The figures that the published system claims for itself: windows split at random, teacher-forced."""

from core.evidence.metrics import MODEL

PROTOCOL = "seed"
# what it was recorded on
MACHINE = "Bantam desktop mill"

# (method, metric) -> per cent as printed there
PUBLISHED = {
    (MODEL, "operation"): "100",
    (MODEL, "token"): "90.23",
    (MODEL, "type"): "99.8",
    (MODEL, "command"): "99.9",
    (MODEL, "param_type"): "96.2",
    ("random", "token"): "0.15",
    ("majority", "token"): "23.74",
}

# the technique ablation as printed: token accuracy in per cent
TECHNIQUES = {"A1": 90.49, "A2": 90.45, "A3": 90.30, "A4": 90.68, "A5": 90.26}
# the modality ablation as printed: token accuracy in per cent without the modality, and the drop as printed
MODALITIES = {
    "proximity": (83.53, -6.70),
    "pressure": (84.98, -5.25),
    "accelerometer_x": (87.54, -2.69),
    "motor_current": (90.23, 0.00),
}
